import { type Kysely, sql } from 'kysely';
import { dayOf } from '../accounts/month.ts';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import type { Database } from '../database/pool.ts';
import { badUserInput } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import type { ApiKeyRefusals } from '../generated/graphql.ts';
import { OTHER_NETWORKS } from './write-refusals.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Days for which refused calls are kept, and max days of a count. */
const MAX_REFUSAL_DAYS = 90;
export const DEFAULT_REFUSAL_DAYS = 30;
/** Max networks of a code in an answer: each day has up to 8 of its own. */
const MAX_REFUSED_NETWORKS = 20;
/** Max rows of an answer to all requests of a statement, if a key is refused with up to 16 codes. */
const MAX_ANSWER_ROWS = 20_000;
/** Rows in one statement. */
const BATCH_ROWS = 5000;

/** A request for the refused calls of a key in its last `days` days. */
export interface RefusalsOfKey {
  apiKeyId: string;
  days: number;
}

/** Returns the number of days. @throws BAD_USER_INPUT when it is not 1 to 90 */
export function checkRefusalDays(days: number): number {
  if (days < 1 || days > MAX_REFUSAL_DAYS) throw badUserInput(`"days" must be 1 to ${MAX_REFUSAL_DAYS}.`);
  return days;
}

/** The day (UTC) on which the last `days` days begin. */
const firstDay = (now: Date, days: number): string => dayOf(new Date(now.getTime() - (days - 1) * DAY_MS));

/** The networks of a code that are read: fewer for many keys at once, so that no request reads millions of rows. */
const maxNetworks = (requests: number): number =>
  Math.max(1, Math.min(MAX_REFUSED_NETWORKS, Math.floor(MAX_ANSWER_ROWS / 16 / requests)));

/**
 * Counts the refused calls of keys in the last days (UTC), by code, the latest first; those during rehearsals apart. One
 * statement for all requests. It does not check visibility: pass only keys that the viewer can see.
 */
export async function countRefusalsByCode(
  db: Database,
  now: Date,
  requests: readonly RefusalsOfKey[],
): Promise<ApiKeyRefusals[][]> {
  const { rows } = await sql<{
    place: number;
    code: string;
    isRehearsal: boolean;
    network: string;
    count: number;
    lastAt: Date;
    total: number;
    codeLastAt: Date;
    codeLastNetwork: string;
  }>`
    with by_network as (
      select wanted.place::int as place, code, is_rehearsal, network, sum(count)::bigint as count,
        max(last_at) as last_at, (array_agg(last_network order by last_at desc))[1] as last_network
      from unnest(
        ${requests.map(({ apiKeyId }) => apiKeyId)}::uuid[],
        ${requests.map(({ days }) => firstDay(now, days))}::date[]
      ) with ordinality as wanted (api_key_id, first_day, place)
      join api_key_refusals as refusals
        on refusals.api_key_id = wanted.api_key_id and refusals.day >= wanted.first_day
      group by wanted.place, code, is_rehearsal, network
    ), ranked as (
      select *, sum(count) over code::bigint as total, max(last_at) over code as code_last_at,
        first_value(last_network) over (code order by last_at desc) as code_last_network,
        row_number() over (code order by network = ${OTHER_NETWORKS}, last_at desc) as rank
      from by_network window code as (partition by place, code, is_rehearsal)
    )
    select place, code, is_rehearsal, network, count, last_at, total, code_last_at, code_last_network
    from ranked where rank <= ${maxNetworks(requests.length)}
    order by code_last_at desc, last_at desc`.execute(db);
  const byPlace = Map.groupBy(rows, ({ place }) => place);
  return requests.map((_, index) => {
    const groups = Map.groupBy(byPlace.get(index + 1) ?? [], row => `${row.code} ${row.isRehearsal}`);
    return [...groups.values()].flatMap(group => {
      const [latest] = group;
      if (!latest) return [];
      const networks = group.filter(({ network }) => network !== OTHER_NETWORKS);
      return {
        code: latest.code,
        isRehearsal: latest.isRehearsal,
        count: latest.total,
        lastAt: latest.codeLastAt,
        lastNetwork: latest.codeLastNetwork,
        networks: networks.map(({ network, count, lastAt }) => ({ network, count, lastAt })),
      };
    });
  });
}

/** Deletes counts of refused calls that are older than 90 days, in batches. Several servers may do so at once. */
export async function dropOldRefusals(db: Kysely<DB>, now: Date): Promise<void> {
  const oldest = firstDay(now, MAX_REFUSAL_DAYS);
  await deleteInBatches(BATCH_ROWS, async () => {
    const { numAffectedRows = 0n } = await sql`
      delete from api_key_refusals where ctid in (
        select ctid from api_key_refusals where day < ${oldest}::date limit ${BATCH_ROWS} for update skip locked
      )`.execute(db);
    return numAffectedRows;
  });
}
