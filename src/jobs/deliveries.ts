import { type Kysely, sql, type Transaction } from 'kysely';
import { fromKysely, type PgBoss } from 'pg-boss';
import type { DB } from '../generated/database.ts';
import type { Line } from '../outbox/outbox.ts';
import type { AttemptServices } from '../webhooks/attempt.ts';
import { attemptNext, MAX_RETRY_DELAY_S } from '../webhooks/attempt.ts';

// Jobs that deliver what is in `webhook_deliveries`. Each delivery has a job, which its transaction adds; a job attempts
// the next delivery of its line (webhooks/attempt.ts). The queue runs one job of a line at a time (`key_strict_fifo`),
// and while one waits for its retry, no other of that line:
//
//   created → active → completed    the delivery is done with: delivered, or undelivered after 24 hours
//             active → retry        the attempt failed; again after the backoff
//             active → retry        the server was killed, once `expireInSeconds` have passed
//
// A job never fails: in this policy a failed job blocks its line for good. What could still end in that state or lose a
// job (a restored backup, a queue that an operator emptied) is put right by `mend`, once a minute.

const QUEUE = 'deliver';
/** How often a server looks for retries and for jobs of other servers; its own changes wake it at once. */
const POLL_MS = 5000;
/** The delay before another look while another server fetches. */
const BUSY_MS = 200;
/** Deliveries under way on one server. */
const MAX_UNDER_WAY = 16;
/** Deliveries of one organization under way, on all servers together. */
const MAX_OF_ORGANIZATION = 2;
/** Identifies the lock of fetching among advisory locks. */
const FETCH_LOCK = 7_004_201;
/** Lines that are mended at once. */
const MAX_MENDED = 500;

interface JobData {
  webhookId: string;
  subjectId: string;
}

export interface Deliveries {
  /** Creates the queue and begins to deliver. */
  start: () => Promise<void>;
  /** Adds a job for each delivery, in the transaction that wrote it. Not before the start: `mend` does so then. */
  add: (trx: Transaction<DB>, lines: readonly Line[]) => Promise<void>;
  /** Delivers what was committed. */
  wake: () => void;
  /** Adds jobs that are missing, and retries those that failed. */
  mend: () => Promise<void>;
  /** Ends the attempts under way, which are repeated after the next start. */
  stop: () => Promise<void>;
}

const keyOf = ({ webhookId, subjectId }: JobData) => `${webhookId}:${subjectId}`;

/** Prepares the deliveries of a server. They begin with `start`. */
export function prepareDeliveries({
  boss,
  db,
  report,
  ...services
}: AttemptServices & {
  boss: PgBoss;
  db: Kysely<DB>;
  report: (error: unknown) => void;
}): Deliveries {
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let started = false;
  let fetching = false;
  /** Whether something may have been added since the running look began. */
  let lookAgain = false;
  let poll: NodeJS.Timeout | undefined;

  function later(ms: number): void {
    clearTimeout(poll);
    if (!stopping.signal.aborted) poll = setTimeout(() => void look(), ms).unref();
  }

  /** Fetches jobs while there are free places, and runs them without waiting for their end. */
  async function look(): Promise<void> {
    if (!started || stopping.signal.aborted) return;
    lookAgain = true;
    if (fetching) return;
    fetching = true;
    let delay = POLL_MS;
    try {
      while (lookAgain && underWay.size < MAX_UNDER_WAY && !stopping.signal.aborted) {
        lookAgain = false;
        const jobs = await fetch(MAX_UNDER_WAY - underWay.size);
        if (jobs === 'busy') delay = BUSY_MS;
        else for (const job of jobs) run(job);
      }
    } catch (error) {
      report(error);
    } finally {
      fetching = false;
      later(delay);
    }
  }

  /** One server fetches at a time, as two that count the deliveries under way at once would both find a free place. */
  const fetch = (batchSize: number) =>
    db.transaction().execute(async trx => {
      const { rows } = await sql<{ isFree: boolean }>`
        select pg_try_advisory_xact_lock(${FETCH_LOCK}) as is_free`.execute(trx);
      if (!rows[0]?.isFree) return 'busy';
      const options = { db: fromKysely(trx.withoutPlugins()), groupConcurrency: MAX_OF_ORGANIZATION };
      return await boss.fetch<JobData>(QUEUE, { ...options, batchSize });
    });

  function run(job: Attempt): void {
    const running = deliver(job)
      .catch(report)
      .finally(() => {
        underWay.delete(running);
        void look();
      });
    underWay.add(running);
  }

  async function deliver({ id, retryCount, data }: Attempt): Promise<void> {
    const attempt = { id, retryCount };
    let outcome: 'ended' | 'again' = 'again';
    try {
      outcome = await attemptNext({ db, ...services }, data, stopping.signal);
    } catch (error) {
      report(error);
    }
    if (outcome === 'ended') await boss.complete(QUEUE, attempt);
    else await boss.fail(QUEUE, attempt);
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
      void look();
    },

    async add(trx, lines) {
      if (!started || lines.length === 0) return;
      await sql`savepoint deliveries`.execute(trx);
      try {
        await boss.insert(QUEUE, lines.map(jobOf), { db: fromKysely(trx.withoutPlugins()) });
      } catch (error) {
        // A revocation must not fail because of the queue. If the database is the reason, this fails too.
        await sql`rollback to savepoint deliveries`.execute(trx);
        report(error);
      }
    },

    wake: () => void look(),

    async mend() {
      for (const key of await boss.getBlockedKeys(QUEUE, { limit: MAX_MENDED })) {
        const jobs = await boss.findJobs(QUEUE, { key });
        const failed = jobs.filter(({ state }) => state === 'failed').map(({ id }) => id);
        if (failed.length > 0) await boss.retry(QUEUE, failed);
      }
      const lost = await findLinesWithoutJob(db);
      if (lost.length > 0) await boss.insert(QUEUE, lost.map(jobOf));
      void look();
    },

    async stop() {
      clearTimeout(poll);
      stopping.abort();
      await Promise.all(underWay);
    },
  };
}

type Attempt = { id: string; retryCount: number; data: JobData };

const jobOf = ({ webhookId, subjectId, organizationId }: Line) => ({
  data: { webhookId, subjectId },
  singletonKey: keyOf({ webhookId, subjectId }),
  group: { id: organizationId },
});

/** Lines of which something is pending and which have no job, each as often as there are deliveries. */
async function findLinesWithoutJob(db: Kysely<DB>): Promise<Line[]> {
  const { rows } = await sql<Line>`
    select webhooks.organization_id, delivery.webhook_id, delivery.subject_id
    from webhook_deliveries as delivery
    join webhooks on webhooks.id = delivery.webhook_id
    where delivery.status = 'PENDING' and not exists (
      select from pgboss.job
      where job.name = ${QUEUE} and job.singleton_key = delivery.webhook_id || ':' || delivery.subject_id
        and job.state in ('created', 'retry', 'active', 'failed')
    )
    order by delivery.seq
    limit ${MAX_MENDED}`.execute(db);
  return rows;
}
