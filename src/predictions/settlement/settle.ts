import { type Kysely, sql } from 'kysely';
import pLimit from 'p-limit';
import { monthOf } from '../../accounts/month.ts';
import { type BatchWatch, batched } from '../../concurrency/batcher.ts';
import { isDatabaseUnavailable } from '../../database/availability.ts';
import { apiKeyNotAuthorized, notFound, unavailable } from '../../errors.ts';
import type { DB } from '../../generated/database.ts';
import { type Call, type Grant, type GrantAll, prepareGrants, waitForKeys } from './grant.ts';
import { prepareGrantsOnce } from './grant-once.ts';

/** What became of a call. Only `settled` is charged and logged; a call is settled whole or not at all. */
export type Settlement =
  | { status: 'settled' }
  /** The same call, with the same idempotency key, was settled before. */
  | { status: 'repeated' }
  | { status: 'quota-exceeded' }
  | { status: 'failed'; error: unknown };

/** Charges a call and writes its log. Once it answers `settled`, both are on disk. */
export type Settle = (call: Call) => Promise<Settlement>;

const BOUNDS = {
  // Keeps a statement short, and with it the time for which the usage rows stay locked.
  max: 50,
  // About a second's worth.
  maxWaiting: 5000,
};

/** Lanes that may wait for locks at once, each on a connection of its own. */
const MAX_LANES = 3;
/** As long as a statement may wait for a lock (database/pool.ts). */
const MAX_WAIT_MS = 2000;

/**
 * Settling against a database. The calls that finish together share a statement, which waits for nobody. What it leaves
 * pending goes on in a lane for its deployment and key, and so do the calls that come for these meanwhile: a deployment
 * or a key that stays locked delays and refuses its own calls alone. Calls that may be repeated go in lanes from the start,
 * as they take a transaction.
 */
export function startSettle(db: Kysely<DB>, watch?: BatchWatch): Settle {
  const bounds = { ...BOUNDS, watch };
  const together = batched(settleTogether(prepareGrants(db, 'skip')), bounds);
  const settleLane = settleWaiting(db, prepareGrants(db, 'wait'));
  const settleLaneOnce = settleWaiting(db, prepareGrantsOnce(db));
  const limit = pLimit(MAX_LANES);
  const limitOnce = pLimit(MAX_LANES);
  const lanes = new Map<string, { settle: (waiting: Waiting) => Promise<Settlement>; calls: number }>();

  async function settleInLane(id: string, call: Call): Promise<Settlement> {
    const lane = lanes.get(id) ?? {
      settle: batched(
        (waiting: Waiting[]) =>
          call.repeated ? limitOnce(() => settleLaneOnce(waiting)) : limit(() => settleLane(waiting)),
        bounds,
      ),
      calls: 0,
    };
    lanes.set(id, lane);
    lane.calls += 1;
    try {
      return await lane.settle({ call, since: performance.now() });
    } finally {
      lane.calls -= 1;
      if (lane.calls === 0) lanes.delete(id);
    }
  }

  return async call => {
    const id = `${call.deploymentId} ${call.key?.id}`;
    if (call.repeated) return await settleInLane(`${id} once`, call);
    const settlement = lanes.has(id) ? null : await together(call);
    return settlement ?? (await settleInLane(id, call));
  };
}

/** @returns null for the calls that must be settled in a lane. */
function settleTogether(grant: GrantAll) {
  return async (calls: Call[]): Promise<(Settlement | null)[]> => {
    const grants = await grant(calls).catch((error: unknown) => {
      // One call that cannot be written takes no neighbour down with it; an unreachable database takes all.
      if (calls.length === 1 || isDatabaseUnavailable(error)) throw error;
      return new Map<string, never>();
    });
    return calls.map(({ logId, deploymentId }) => {
      const granted = grants.get(logId);
      if (granted === 'granted') return { status: 'settled' };
      // Too many together for the rest of the quota may fit in turn.
      const isAlone = calls.filter(call => call.deploymentId === deploymentId).length === 1;
      return granted === 'refused' && isAlone ? { status: 'quota-exceeded' } : null;
    });
  };
}

/** The row in which a call is counted. */
const usageOf = ({ deploymentId, at }: Call) => `${deploymentId} ${monthOf(at)}`;

interface Waiting {
  call: Call;
  since: number;
}

function settleWaiting(db: Kysely<DB>, grant: GrantAll) {
  async function settle(calls: Call[], until: number): Promise<[string, Settlement][]> {
    let grants: Awaited<ReturnType<GrantAll>>;
    try {
      if (performance.now() > until) throw unavailable();
      grants = await grant(calls);
    } catch (error) {
      return calls.length === 1 || isDatabaseUnavailable(error)
        ? failed(calls, error)
        : await inTurn(calls, until);
    }
    const those = (grantedAs: Grant) => calls.filter(({ logId }) => grants.get(logId) === grantedAs);
    const refused = those('refused');
    return [
      ...all(those('granted'), { status: 'settled' }),
      ...all(those('repeated'), { status: 'repeated' }),
      ...(refused.length > 1 ? await inTurn(refused, until) : all(refused, { status: 'quota-exceeded' })),
      ...(await settleAfter(startCounting, those('uncounted'), until)),
      ...(await settleAfter(waitForKeys, those('key-locked'), until)),
    ];
  }

  async function inTurn(calls: Call[], until: number): Promise<[string, Settlement][]> {
    const settlements: [string, Settlement][] = [];
    for (const call of calls) settlements.push(...(await settle([call], until)));
    return settlements;
  }

  async function settleAfter(
    prepare: (db: Kysely<DB>, calls: Call[]) => Promise<void>,
    calls: Call[],
    until: number,
  ): Promise<[string, Settlement][]> {
    if (calls.length === 0) return [];
    try {
      await prepare(db, calls);
    } catch (error) {
      return failed(calls, error);
    }
    return await settle(calls, until);
  }

  return async (waiting: Waiting[]): Promise<Settlement[]> => {
    const now = performance.now();
    const patient = waiting.filter(({ since }) => now - since < MAX_WAIT_MS);
    const settlements = new Map(
      patient.length > 0
        ? await settle(
            patient.map(({ call }) => call),
            now + MAX_WAIT_MS,
          )
        : [],
    );
    return waiting.map(
      ({ call }) => settlements.get(call.logId) ?? { status: 'failed', error: unavailable() },
    );
  };
}

const all = (calls: Call[], settlement: Settlement) =>
  calls.map(({ logId }): [string, Settlement] => [logId, settlement]);

const failed = (calls: Call[], error: unknown) => all(calls, { status: 'failed', error });

/**
 * The first call of a deployment in a month finds no row to count in. The calls of a lane have one deployment.
 *
 * @throws API_KEY_NOT_AUTHORIZED or NOT_FOUND when the deployment was deleted since the call began.
 */
async function startCounting(db: Kysely<DB>, calls: Call[]): Promise<void> {
  for (const { deploymentId, at, source } of new Map(calls.map(call => [usageOf(call), call])).values()) {
    const { rows } = await sql`
      with deployment as (select id from deployments where id = ${deploymentId} for key share),
      started as (
        insert into deployment_usage (deployment_id, month, predictions)
        select id, ${monthOf(at)}, 0 from deployment
        on conflict do nothing
      )
      select from deployment`.execute(db);
    if (rows.length === 0) throw source === 'API' ? apiKeyNotAuthorized() : notFound('Deployment');
  }
}
