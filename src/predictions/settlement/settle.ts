import type { Kysely } from 'kysely';
import pLimit from 'p-limit';
import { monthOf } from '../../accounts/month.ts';
import { addKeyUsage } from '../../api-keys/month-usage.ts';
import { type BatchMetrics, batched } from '../../concurrency/batcher.ts';
import { isDatabaseUnavailable, isLockTimeout } from '../../database/availability.ts';
import { unavailable } from '../../errors.ts';
import type { DB } from '../../generated/database.ts';
import {
  addSlots,
  type Call,
  type SettledCall,
  type SettlementOutcome,
  settleTogether,
} from './statement.ts';

/**
 * Settles calls: compares the facts that each was judged by, charges it and writes its log. One statement, which skips
 * locked usage slots, does this for all calls with keys that finish at the same time, and one for those of people.
 *
 * | outcome      | what the statement found                                 | next                               |
 * |---|---|---|
 * | `settled`    | charged and logged                                       | final                              |
 * | `repeated`   | a call with the same idempotency key was settled before  | final                              |
 * | `stale`      | a row that the facts came from has changed, or is gone   | final: the next attempt judges it  |
 * | `over-quota` | its deployment's calls in the statement exceed the quota | final if alone; else settled alone |
 * | `over-key-limit` | its key's calls in the statement exceed its own limit | final if alone; else settled alone |
 * | `busy`       | its usage is locked, or missing for this month           | in its deployment's queue (below)  |
 * | error        | a call cannot be written, or the database failed         | final if alone or the database is  |
 * |              |                                                          | unavailable; else settled alone    |
 *
 * A queue settles such calls of one deployment, with statements that wait for its slots; there, `busy` means that the
 * slots are missing, and they are added. Later calls of the deployment join its queue while it exists. So a lock delays
 * only the calls that need it, and a call that cannot be settled fails alone.
 */

/** A final outcome. Only a `settled` call is charged and logged, always as a whole. */
export type Settlement = SettledCall<Exclude<SettlementOutcome, 'busy'>>;

/**
 * Charges a call and writes its log. Both are on disk when it resolves with `settled`.
 *
 * @throws UNAVAILABLE when too many calls wait, or its queue takes longer than two seconds; else what the database
 *   throws
 */
export type Settle = (call: Call) => Promise<Settlement>;

const LIMITS = {
  // Keeps the statement, and so the locks of the usage slots, short.
  maxBatchSize: 50,
  // About one second of work.
  maxWaiting: 5000,
};

/** Max queues whose statements run at once: each may wait for a lock, and occupies a connection. */
const MAX_RUNNING_QUEUES = 3;
/** Max time from the model's answer to the start of a statement in a queue. */
const MAX_WAIT_MS = 2000;

/** A call with the time after which no queue settles it, in ms of `performance.now()`. */
interface PendingCall {
  call: Call;
  deadline: number;
}

/** The result of a call in one step: an outcome, or an error. */
type Result = Settlement | 'busy' | { error: unknown };

/** A result of the statement, as a result of a step. */
const resultOf = ({ outcome, ...left }: SettledCall): Result =>
  outcome === 'busy' ? outcome : { outcome, ...left };

/** Starts settling calls, with statements on the given database. */
export function startSettle(db: Kysely<DB>, metrics?: BatchMetrics): Settle {
  const limits = { ...LIMITS, metrics };
  const shared = () => batched((pending: PendingCall[]) => settleSkipping(db, pending), limits);
  const settleShared = { API: shared(), WEB: shared() };
  const limitQueues = pLimit(MAX_RUNNING_QUEUES);
  const queues = new Map<string, { settle: (pending: PendingCall) => Promise<Result>; calls: number }>();

  async function settleInQueue(id: string, pending: PendingCall): Promise<Result> {
    const queue = queues.get(id) ?? {
      settle: batched((waiting: PendingCall[]) => limitQueues(() => settleWaiting(db, waiting)), limits),
      calls: 0,
    };
    queues.set(id, queue);
    queue.calls += 1;
    try {
      return await queue.settle(pending);
    } finally {
      queue.calls -= 1;
      if (queue.calls === 0) queues.delete(id);
    }
  }

  return async call => {
    const { source } = call.caller;
    const id = `${source} ${call.deploymentId}`;
    const pending = { call, deadline: performance.now() + MAX_WAIT_MS };
    let result: Result = queues.has(id) ? 'busy' : await settleShared[source](pending);
    if (result === 'busy') result = await settleInQueue(id, pending);
    if (result === 'busy') throw unavailable();
    if ('error' in result) throw result.error;
    return result;
  };
}

/** Settles calls of any deployments, and skips locked slots. `busy` is the outcome of calls that must be queued. */
async function settleSkipping(db: Kysely<DB>, pending: PendingCall[]): Promise<Result[]> {
  const calls = pending.map(({ call }) => call);
  try {
    const settled = await settleTogether(db, calls, 'skip');
    return settled.map((one, i) =>
      isOver(one.outcome) && !isAlone(calls, calls[i]) ? 'busy' : resultOf(one),
    );
  } catch (error) {
    return calls.map(() => (calls.length === 1 || isFinal({ error }) ? { error } : 'busy'));
  }
}

/** Settles the calls of one deployment, and waits for its slots. No result is `busy`. */
async function settleWaiting(db: Kysely<DB>, pending: PendingCall[]): Promise<Result[]> {
  const results = new Map<PendingCall, Result>();
  const groups = [pending];
  for (let group = groups.shift(); group; group = groups.shift()) {
    const inTime = group.filter(({ deadline }) => performance.now() < deadline);
    for (const late of group) if (!inTime.includes(late)) results.set(late, { error: unavailable() });
    if (inTime.length === 0) continue;
    const settled = await settleOnce(
      db,
      inTime.map(({ call }) => call),
    );
    const busy: PendingCall[] = [];
    for (const [i, one] of inTime.entries()) {
      const result = settled[i] ?? 'busy';
      if (result === 'busy') busy.push(one);
      else if (isFinal(result) || inTime.length === 1) results.set(one, result);
      else groups.push([one]);
    }
    if (busy.length > 0) groups.push(busy);
  }
  return pending.map(one => results.get(one) ?? 'busy');
}

/** Settles calls of one deployment with one statement; adds the slots that are missing. */
async function settleOnce(db: Kysely<DB>, calls: Call[]): Promise<Result[]> {
  let results: Result[] = [];
  try {
    results = (await settleTogether(db, calls, 'wait')).map(resultOf);
    const busy = calls.filter((_, i) => results[i] === 'busy');
    for (const [month, those] of Map.groupBy(busy, ({ at }) => monthOf(at))) {
      const keys = new Set(those.flatMap(({ caller }) => (caller.source === 'API' ? [caller.key.id] : [])));
      for (const keyId of keys) await addKeyUsage(db, keyId, month);
      await addSlots(db, calls[0]?.deploymentId ?? '', month);
    }
    return results;
  } catch (error) {
    // If only the slots could not be added, the other calls are settled.
    return calls.map((_, i) => (results[i] === undefined || results[i] === 'busy' ? { error } : results[i]));
  }
}

/** Whether a call that shared its statement with others would have had the same result alone. */
const isFinal = (result: Exclude<Result, 'busy'>) =>
  'error' in result
    ? isDatabaseUnavailable(result.error) && !isLockTimeout(result.error)
    : !isOver(result.outcome);

const isOver = (outcome: SettlementOutcome) => outcome === 'over-quota' || outcome === 'over-key-limit';

/** Whether no other of the calls has the same deployment or the same caller. */
const isAlone = (calls: readonly Call[], call: Call | undefined) =>
  calls.filter(
    ({ deploymentId, caller }) =>
      deploymentId === call?.deploymentId || idOfCaller(caller) === (call && idOfCaller(call.caller)),
  ).length === 1;

const idOfCaller = (caller: Call['caller']) => (caller.source === 'API' ? caller.key.id : caller.userId);
