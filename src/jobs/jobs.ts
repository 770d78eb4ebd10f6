import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Kysely } from 'kysely';
import { fromKysely, PgBoss } from 'pg-boss';
import { isDatabaseUnavailable } from '../database/availability.ts';
import { purge } from '../deletions/purge.ts';
import type { DB } from '../generated/database.ts';

const PURGE = 'purge';
/** Schedule of the purge. A deletion starts one at once; this is for one that was interrupted, e.g. by a restart. */
const PURGE_SCHEDULE = '17 * * * *';
/** How often a server polls for jobs of other servers. */
const POLL_SECONDS = 30;
/** Max wait for the running batch on stopping, within the server's own 10 s. */
const MAX_STOP_MS = 4000;

export interface Jobs {
  /** Queues a purge, which some server runs soon. If that fails, the next scheduled one does the work. */
  purgeSoon: () => void;
  /** Stops after the running batch. The rest is done after the next start. */
  stop: () => Promise<void>;
}

/**
 * Starts the background jobs, with pg-boss in its schema `pgboss`. It polls on the server's own connections, one at a
 * time, as LISTEN needs a session, which PgBouncer in transaction mode does not keep. It retries while the database is
 * unavailable; requests never wait for it.
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
    // Requests fail for the same reason, and /readyz reports it.
    if (isDatabaseUnavailable(error)) log.info({ err: error }, 'jobs wait for the database');
    else log.error({ err: error }, 'a job failed');
  };
  const boss = new PgBoss({
    // Without the plugins, which would rename pg-boss's columns.
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
  boss.on('warning', ({ message }) => log.info({ reason: message }, 'warning of pg-boss'));
  let worker: string | undefined;

  async function start(): Promise<void> {
    await boss.start({ attempts: Number.MAX_SAFE_INTEGER });
    // At most one queued and one running, on all servers together.
    await boss.createQueue(PURGE, {
      policy: 'stately',
      retryLimit: 5,
      retryBackoff: true,
      expireInSeconds: 3600,
    });
    await boss.schedule(PURGE, PURGE_SCHEDULE);
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
      const stopped = boss.stop({ graceful: true, timeout: MAX_STOP_MS / 2 }).catch(report);
      await Promise.race([Promise.all([starting, stopped]), wait(MAX_STOP_MS)]);
    },
  };
}
