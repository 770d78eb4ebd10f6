import { sql, type Transaction } from 'kysely';
import { fromKysely, type PgBoss } from 'pg-boss';
import { kindOf, maxOthers, type TaskCounts } from '../concurrency/fair-share.ts';
import type { DB } from '../generated/database.ts';
import type { DeliveryStream, StreamId } from '../outbox/outbox.ts';
import { type AttemptServices, attemptNext, MAX_RETRY_DELAY_S } from '../webhooks/attempt.ts';
import { expireDeliveries } from '../webhooks/prune.ts';
import type { Sending } from '../webhooks/sending.ts';
import {
  deleteJobsWithoutDelivery,
  findStreamsWithoutJob,
  insertJobs,
  MIN_RESERVED_PRIORITY,
  QUEUE,
} from './delivery-jobs.ts';

// Jobs that deliver what is in `webhook_deliveries`. Each delivery has a job, which its transaction adds; a job attempts
// the next delivery of its stream (webhooks/attempt.ts). The queue runs one job of a stream at a time (`key_strict_fifo`),
// and while one waits for its retry, no other of that stream:
//
//   created → active → completed    the delivery is done with: delivered, or undelivered after 24 hours
//             active → retry        the attempt failed; again after the backoff
//             active → retry        the server was killed, once `expireInSeconds` have passed
//
// A job never fails: in this policy a failed job blocks its stream until it is retried or deleted. What could still end in
// that state or lose a job (a restored backup, a queue that an operator emptied) is fixed by `repair`, once a minute.

/** How often a server looks for retries and for jobs of other servers; its own changes wake it at once. */
const POLL_MS = 5000;
/** Delay before the next fetch while another server fetches. */
const BUSY_MS = 200;
/** Deliveries under way on one server. Half of these places are reserved (concurrency/fair-share.ts). */
const MAX_UNDER_WAY = 16;
/** Deliveries of one organization under way, on all servers together. */
const MAX_OF_ORGANIZATION = 2;
/** Identifies the lock of fetching among advisory locks. */
const FETCH_LOCK = 7_004_201;
/** Max streams that are repaired at once. */
const MAX_REPAIRED = 500;

export interface Deliveries {
  /** Creates the queue and begins to deliver. */
  start: () => Promise<void>;
  /** Adds a job for each delivery, in the transaction that wrote it. Not before the start: `repair` does so then. */
  add: (trx: Transaction<DB>, streams: readonly DeliveryStream[]) => Promise<void>;
  /** Delivers what was committed. */
  wake: () => void;
  /** Ends what is pending for too long. Adds jobs that are missing, deletes those without a delivery, retries failed ones. */
  repair: () => Promise<void>;
  /** Ends the attempts under way, which are repeated after the next start. */
  stop: () => Promise<void>;
}

/** Prepares the deliveries of a server. They begin with `start`. */
export function prepareDeliveries({
  boss,
  db,
  now,
  send,
  report,
}: Omit<AttemptServices, 'send'> &
  Pick<Sending, 'send'> & { boss: PgBoss; report: (error: unknown) => void }): Deliveries {
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  const running: TaskCounts = { reserved: 0, others: 0 };
  let started = false;
  let fetching = false;
  /** Whether jobs may have been added since the current fetch began. */
  let fetchAgain = false;
  let poll: NodeJS.Timeout | undefined;

  function schedulePoll(ms: number): void {
    clearTimeout(poll);
    if (!stopping.signal.aborted) poll = setTimeout(() => void fetchAndRun(), ms).unref();
  }

  /** Fetches jobs while there are free places, and runs them without waiting for their end. */
  async function fetchAndRun(): Promise<void> {
    if (!started || stopping.signal.aborted) return;
    fetchAgain = true;
    if (fetching) return;
    fetching = true;
    let delay = POLL_MS;
    try {
      while (fetchAgain && underWay.size < MAX_UNDER_WAY && !stopping.signal.aborted) {
        fetchAgain = false;
        const jobs = await fetch();
        if (jobs === 'busy') {
          delay = BUSY_MS;
          continue;
        }
        for (const job of jobs) run(job);
        // The oldest jobs of a batch may all be of one organization, of which pg-boss then returns two: the next batch has
        // those of others.
        if (jobs.length > 0) fetchAgain = true;
      }
    } catch (error) {
      report(error);
    } finally {
      fetching = false;
      schedulePoll(delay);
    }
  }

  /**
   * Fetches jobs for the free places: of organizations without API access up to their half, then of those with it. One
   * server fetches at a time, as two that count the deliveries under way at once would both find a free place.
   */
  const fetch = () =>
    db.transaction().execute(async trx => {
      const { rows } = await sql<{ isFree: boolean }>`
        select pg_try_advisory_xact_lock(${FETCH_LOCK}) as is_free`.execute(trx);
      if (!rows[0]?.isFree) return 'busy';
      const fetchKind = async (
        batchSize: number,
        range: { minPriority: number } | { maxPriority: number },
      ) => {
        if (batchSize <= 0) return [];
        const options = { db: fromKysely(trx.withoutPlugins()), groupConcurrency: MAX_OF_ORGANIZATION };
        return await boss.fetch<StreamId>(QUEUE, { ...options, ...range, batchSize });
      };
      const free = MAX_UNDER_WAY - underWay.size;
      const placesOfOthers = Math.min(free, maxOthers(MAX_UNDER_WAY) - running.others);
      const others = await fetchKind(placesOfOthers, { maxPriority: MIN_RESERVED_PRIORITY - 1 });
      const reserved = await fetchKind(free - others.length, { minPriority: MIN_RESERVED_PRIORITY });
      return [
        ...others.map(job => ({ ...job, reserved: false })),
        ...reserved.map(job => ({ ...job, reserved: true })),
      ];
    });

  function run(job: DeliveryJob): void {
    const kind = kindOf(job);
    running[kind] += 1;
    const delivering = deliver(job)
      .catch(report)
      .finally(() => {
        running[kind] -= 1;
        underWay.delete(delivering);
        void fetchAndRun();
      });
    underWay.add(delivering);
  }

  async function deliver({ id, retryCount, data, reserved }: DeliveryJob): Promise<void> {
    const job = { id, retryCount };
    const services: AttemptServices = {
      db,
      now,
      send: (message, signal) => send(message, { reserved, signal }),
    };
    let outcome: 'final' | 'retry' = 'retry';
    try {
      outcome = await attemptNext(services, data, stopping.signal);
    } catch (error) {
      report(error);
    }
    if (outcome === 'final') await boss.complete(QUEUE, job);
    else await boss.fail(QUEUE, job);
  }

  return {
    async start() {
      await boss.createQueue(QUEUE, {
        policy: 'key_strict_fifo',
        // Not reached in 24 hours.
        retryLimit: 10_000,
        // 2.5 to 5 s, 5 to 10 s, …, at most an hour: about 35 attempts.
        retryDelay: 5,
        retryBackoff: true,
        retryDelayMax: MAX_RETRY_DELAY_S,
        // An attempt takes 5 s and two statements.
        expireInSeconds: 15,
        deleteAfterSeconds: 3600,
      });
      started = true;
      void fetchAndRun();
    },

    async add(trx, streams) {
      if (!started || streams.length === 0) return;
      await sql`savepoint deliveries`.execute(trx);
      try {
        await insertJobs(boss, trx, streams);
      } catch (error) {
        // A revocation must not fail because of the queue. If the database is the reason, this fails too.
        await sql`rollback to savepoint deliveries`.execute(trx);
        report(error);
      }
    },

    wake: () => void fetchAndRun(),

    async repair() {
      await expireDeliveries(db, now());
      await deleteJobsWithoutDelivery(db);
      for (const key of await boss.getBlockedKeys(QUEUE, { limit: MAX_REPAIRED })) {
        const jobs = await boss.findJobs(QUEUE, { key });
        const failed = jobs.filter(({ state }) => state === 'failed').map(({ id }) => id);
        if (failed.length > 0) await boss.retry(QUEUE, failed);
      }
      await insertJobs(boss, db, await findStreamsWithoutJob(db, MAX_REPAIRED));
      void fetchAndRun();
    },

    async stop() {
      clearTimeout(poll);
      stopping.abort();
      await Promise.all(underWay);
    },
  };
}

interface DeliveryJob {
  id: string;
  retryCount: number;
  data: StreamId;
  /** Whether it is of an organization with API access. */
  reserved: boolean;
}
