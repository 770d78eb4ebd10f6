import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Kysely } from 'kysely';
import { fromKysely, PgBoss } from 'pg-boss';
import { isDatabaseUnavailable } from '../database/availability.ts';
import { purge } from '../deletions/purge.ts';
import type { DB } from '../generated/database.ts';

const PURGE = 'purge';
/** What a deletion left goes at once; this is for what was cut off, e.g. by a stop. */
const PURGE_EVERY = '17 * * * *';
/** How often a server looks for work that another one announced. */
const POLL_SECONDS = 30;
/** How long stopping waits for the batch that is under way, within the server's own 10 s. */
const STOP_MS = 4000;

export interface Jobs {
  /** Has the purge run soon, on some server. Where that fails, the next one does the work. */
  purgeSoon: () => void;
  /** Ends what runs after its batch. What is left is done after the next start. */
  stop: () => Promise<void>;
}

/**
 * Starts what runs in the background, by pg-boss in its schema `pgboss`. It polls on the server's own connections, one
 * at a time, as LISTEN needs a session, which PgBouncer in transaction mode does not keep. While the database is away it
 * tries again: requests never wait for it.
 */
export function startJobs({
  db,
  log,
  now,
}: {
  db: Kysely<DB>;
  log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>;
  now: () => Date;
}): Jobs {
  const stopping = new AbortController();
  const report = (error: unknown) => {
    if (stopping.signal.aborted) return;
    // Requests meet the same, and /readyz reports it.
    if (isDatabaseUnavailable(error)) log.info({ err: error }, 'jobs wait for the database');
    else log.error({ err: error }, 'a job failed');
  };
  const boss = new PgBoss({
    // Without the plugins: pg-boss names its columns itself.
    db: fromKysely(db.withoutPlugins()),
    schema: 'pgboss',
    useListenNotify: false,
    registerInstance: false,
    reindex: false,
    monitorVacuum: false,
    cronMonitorIntervalSeconds: 45,
    cronWorkerIntervalSeconds: 45,
  });
  boss.on('error', report);
  boss.on('warning', ({ message }) => log.info({ reason: message }, 'pg-boss warns'));
  let worker: string | undefined;

  async function start(): Promise<void> {
    await boss.start({ attempts: Number.MAX_SAFE_INTEGER });
    // At most one waits and one runs, on all servers together.
    await boss.createQueue(PURGE, {
      policy: 'stately',
      retryLimit: 5,
      retryBackoff: true,
      expireInSeconds: 3600,
    });
    await boss.schedule(PURGE, PURGE_EVERY);
    worker = await boss.work(PURGE, { pollingIntervalSeconds: POLL_SECONDS }, async ([job]) => {
      const signals = [stopping.signal, ...(job ? [job.signal] : [])];
      const purged = await purge(db, now(), AbortSignal.any(signals));
      if (purged.logs + purged.files > 0) log.info(purged, 'removed what deletions had left');
      return purged;
    });
    await send();
  }

  async function send(): Promise<void> {
    await boss.send(PURGE);
    if (worker) boss.notifyWorker(worker);
  }

  const starting = start().catch(report);
  return {
    purgeSoon: () => void send().catch(report),
    async stop() {
      stopping.abort();
      const stopped = boss.stop({ graceful: true, timeout: STOP_MS / 2 }).catch(report);
      await Promise.race([Promise.all([starting, stopped]), wait(STOP_MS)]);
    },
  };
}
