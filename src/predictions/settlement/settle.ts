import { type Kysely, sql } from 'kysely';
import pLimit from 'p-limit';
import { monthOf } from '../../accounts/month.ts';
import { type BatchMetrics, batched } from '../../concurrency/batcher.ts';
import { isDatabaseUnavailable } from '../../database/availability.ts';
import { apiKeyNotAuthorized, notFound, unavailable } from '../../errors.ts';
import type { DB } from '../../generated/database.ts';
import { type Call, type Grant, type GrantAll, prepareGrants, waitForKeys } from './grant.ts';
import { prepareGrantsOnce } from './grant-once.ts';

/** The result for a call. Only a `settled` call is charged and logged, always as a whole. */
export type Settlement =
  | { status: 'settled' }
  /** A call with the same idempotency key was settled before. */
  | { status: 'repeated' }
  | { status: 'quota-exceeded' }
  | { status: 'failed'; error: unknown };

/** Charges a call and writes its log. Both are on disk when it resolves with `settled`. */
export type Settle = (call: Call) => Promise<Settlement>;

const LIMITS = {
  // Keeps the statement, and so the locks of the usage rows, short.
  maxBatchSize: 50,
  // About one second of work.
  maxWaiting: 5000,
};

/** Max queues whose statements run at once. Each statement may wait for a lock, and occupies a connection. */
const MAX_RUNNING_QUEUES = 3;
/** The lock timeout of a statement (database/pool.ts). */
const MAX_WAIT_MS = 2000;

/**
 * Starts settling calls, in two steps:
 *
 * 1. Calls that finish at the same time share a statement, which skips locked rows.
 * 2. Calls that this could not settle move to a queue for their deployment and key, whose statements wait for locks. Later
 *    calls of the same deployment and key join the queue while it exists. A locked row therefore only delays calls that need
 *    it.
 *
 * Calls with an idempotency key start at step 2, in queues of their own, because they need a transaction.
 */
export function startSettle(db: Kysely<DB>, metrics?: BatchMetrics): Settle {
  const limits = { ...LIMITS, metrics };
  const settleTogether = batched(settleUnlocked(prepareGrants(db, 'skip')), limits);
  const settleQueued = settleWaiting(db, prepareGrants(db, 'wait'));
  const settleQueuedOnce = settleWaiting(db, prepareGrantsOnce(db));
  const limitQueued = pLimit(MAX_RUNNING_QUEUES);
  const limitQueuedOnce = pLimit(MAX_RUNNING_QUEUES);
  const queues = new Map<string, { settle: (waiting: WaitingCall) => Promise<Settlement>; calls: number }>();

  async function settleInQueue(id: string, call: Call): Promise<Settlement> {
    const queue = queues.get(id) ?? {
      settle: batched(
        (waiting: WaitingCall[]) =>
          call.repeatable
            ? limitQueuedOnce(() => settleQueuedOnce(waiting))
            : limitQueued(() => settleQueued(waiting)),
        limits,
      ),
      calls: 0,
    };
    queues.set(id, queue);
    queue.calls += 1;
    try {
      return await queue.settle({ call, since: performance.now() });
    } finally {
      queue.calls -= 1;
      if (queue.calls === 0) queues.delete(id);
    }
  }

  return async call => {
    const id = `${call.deploymentId} ${call.key?.id ?? 'web'}`;
    if (call.repeatable) return await settleInQueue(`${id} once`, call);
    const settlement = queues.has(id) ? null : await settleTogether(call);
    return settlement ?? (await settleInQueue(id, call));
  };
}

/** Settles calls without waiting for locks. @returns null for calls that must be settled in a queue */
function settleUnlocked(grant: GrantAll) {
  return async (calls: Call[]): Promise<(Settlement | null)[]> => {
    const grants = await grant(calls).catch((error: unknown) => {
      // A call that cannot be written fails alone, so the calls are tried one by one; if the database is down, all fail.
      if (calls.length === 1 || isDatabaseUnavailable(error)) throw error;
      return new Map<string, never>();
    });
    return calls.map(({ logId, deploymentId }) => {
      const granted = grants.get(logId);
      if (granted === 'granted') return { status: 'settled' };
      // Calls that together exceed the rest of the quota may fit one by one.
      const isAlone = calls.filter(call => call.deploymentId === deploymentId).length === 1;
      return granted === 'over-quota' && isAlone ? { status: 'quota-exceeded' } : null;
    });
  };
}

/** Identifies the usage row in which a call is counted. */
const usageOf = ({ deploymentId, at }: Call) => `${deploymentId} ${monthOf(at)}`;

interface WaitingCall {
  call: Call;
  since: number;
}

/**
 * Settles the calls of a queue, which have one deployment and key, and waits for locks. Each result of the statement has its
 * next step:
 *
 * | grant        | next step                                                                |
 * |---|---|
 * | `granted`    | done: settled                                                            |
 * | `repeated`   | done: repeated                                                           |
 * | `over-quota` | one call: done, the quota is exceeded; several: settled one by one       |
 * | `usage-busy` | the missing usage row is inserted, then settled again                    |
 * | `key-busy`   | after the key row is unlocked, settled again                             |
 *
 * Calls that are not settled by the deadline fail with UNAVAILABLE.
 */
function settleWaiting(db: Kysely<DB>, grant: GrantAll) {
  async function settle(calls: Call[], deadline: number): Promise<[string, Settlement][]> {
    let grants: Awaited<ReturnType<GrantAll>>;
    try {
      if (performance.now() > deadline) throw unavailable();
      grants = await grant(calls);
    } catch (error) {
      return calls.length === 1 || isDatabaseUnavailable(error)
        ? failed(calls, error)
        : await oneByOne(calls, deadline);
    }
    const callsWith = (result: Grant) => calls.filter(({ logId }) => grants.get(logId) === result);
    const overQuota = callsWith('over-quota');
    return [
      ...all(callsWith('granted'), { status: 'settled' }),
      ...all(callsWith('repeated'), { status: 'repeated' }),
      ...(overQuota.length > 1
        ? await oneByOne(overQuota, deadline)
        : all(overQuota, { status: 'quota-exceeded' })),
      ...(await settleAfter(insertUsageRows, callsWith('usage-busy'), deadline)),
      ...(await settleAfter(waitForKeys, callsWith('key-busy'), deadline)),
    ];
  }

  async function oneByOne(calls: Call[], deadline: number): Promise<[string, Settlement][]> {
    const settlements: [string, Settlement][] = [];
    for (const call of calls) settlements.push(...(await settle([call], deadline)));
    return settlements;
  }

  async function settleAfter(
    prepare: (db: Kysely<DB>, calls: Call[]) => Promise<void>,
    calls: Call[],
    deadline: number,
  ): Promise<[string, Settlement][]> {
    if (calls.length === 0) return [];
    try {
      await prepare(db, calls);
    } catch (error) {
      return failed(calls, error);
    }
    return await settle(calls, deadline);
  }

  return async (waiting: WaitingCall[]): Promise<Settlement[]> => {
    const now = performance.now();
    const unexpired = waiting.filter(({ since }) => now - since < MAX_WAIT_MS);
    const settlements = new Map(
      unexpired.length > 0
        ? await settle(
            unexpired.map(({ call }) => call),
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
 * Inserts the usage row of the calls' deployment and month, which is missing for the first call in a month.
 *
 * @throws API_KEY_NOT_AUTHORIZED or NOT_FOUND when the deployment was deleted after the call began
 */
async function insertUsageRows(db: Kysely<DB>, calls: Call[]): Promise<void> {
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
