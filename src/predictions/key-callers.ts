import { sql } from 'kysely';
import type { Database } from '../database/pool.ts';
import type { ApiKeyCaller, ApiKeyCallers, ApiKeyUse } from '../generated/graphql.ts';
import { intervalOf } from './call-interval.ts';
import { firstLogIdAt } from './log-id.ts';

// Who calls with a key, from the logs of its calls, which keep the network of each.

/** Calls of a key whose networks and times are read, whatever their age. */
const LAST_CALLS = 50;
const CALLERS_MS = 24 * 60 * 60 * 1000;
/** Max calls that one statement reads for the callers of a day, which takes a tenth of a second. */
const MAX_READ_CALLS = 50_000;
/** Max networks in an answer. */
export const MAX_CALLERS = 50;

/**
 * Reads the last calls of keys: how many there are, from which networks, the latest first, and how often. One statement
 * for all keys. It does not check visibility: pass only keys that the viewer can see.
 */
export async function findLastCalls(db: Database, apiKeyIds: readonly string[]): Promise<ApiKeyUse[]> {
  const { rows } = await sql<{ apiKeyId: string; network: string | null; times: string[] }>`
    select key.id as api_key_id, log.network,
      array_agg(extract(epoch from log.created_at)::float8 order by log.created_at desc)::text[] as times
    from unnest(${apiKeyIds}::uuid[]) as key (id)
    cross join lateral (
      select created_at, network from prediction_logs
      where api_key_id = key.id order by prediction_logs.id desc limit ${LAST_CALLS}
    ) as log
    group by key.id, log.network`.execute(db);
  const byKey = Map.groupBy(rows, ({ apiKeyId }) => apiKeyId);
  return apiKeyIds.map(id => {
    const found = (byKey.get(id) ?? []).map(({ network, times }) => ({
      network,
      times: times.map(time => new Date(Math.round(Number(time) * 1000))),
    }));
    const times = found.flatMap(caller => caller.times);
    const networks = found.map(({ network, times }) => callerOf(network, times.length, times[0]));
    return { calls: times.length, networks: latestFirst(networks), ...intervalOf(times) };
  });
}

/**
 * Counts the calls of keys in the last 24 hours by network, the latest first. One statement for all keys, which share the
 * max number of calls that are read; `since` is then later. It does not check visibility: pass only keys that the viewer
 * can see.
 */
export async function countCallers(
  db: Database,
  now: Date,
  apiKeyIds: readonly string[],
): Promise<ApiKeyCallers[]> {
  const from = new Date(now.getTime() - CALLERS_MS);
  const limit = Math.floor(MAX_READ_CALLS / apiKeyIds.length);
  const { rows } = await sql<{
    apiKeyId: string;
    network: string | null;
    calls: number;
    lastAt: Date;
    total: number;
    firstAt: Date;
  }>`
    select key.id as api_key_id, log.network, count(*) as calls, max(log.created_at) as last_at,
      sum(count(*)) over (partition by key.id)::bigint as total,
      min(min(log.created_at)) over (partition by key.id) as first_at
    from unnest(${apiKeyIds}::uuid[]) as key (id)
    cross join lateral (
      select created_at, network from prediction_logs
      where api_key_id = key.id and id >= ${firstLogIdAt(from)} and created_at >= ${from}
      order by prediction_logs.id desc limit ${limit}
    ) as log
    group by key.id, log.network`.execute(db);
  const byKey = Map.groupBy(rows, ({ apiKeyId }) => apiKeyId);
  return apiKeyIds.map(id => {
    const found = byKey.get(id) ?? [];
    const [{ total, firstAt } = { total: 0, firstAt: from }] = found;
    const networks = found.map(({ network, calls, lastAt }) => callerOf(network, calls, lastAt));
    return { since: total < limit ? from : firstAt, networks: latestFirst(networks).slice(0, MAX_CALLERS) };
  });
}

const callerOf = (network: string | null, calls: number, lastAt = new Date(0)): ApiKeyCaller => ({
  network,
  calls,
  lastAt,
});

const latestFirst = (callers: ApiKeyCaller[]): ApiKeyCaller[] =>
  callers.toSorted((a, b) => b.lastAt.getTime() - a.lastAt.getTime());
