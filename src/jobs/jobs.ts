import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Kysely, Transaction } from 'kysely';
import { fromKysely, PgBoss } from 'pg-boss';
import { foldLastUses } from '../api-keys/last-uses.ts';
import { isDatabaseUnavailable } from '../database/availability.ts';
import { purge } from '../deletions/purge.ts';
import type { DB } from '../generated/database.ts';
import { writeExpiryEvents } from '../notifications/expiry-notices.ts';
import { dropMails, type KeyMails, sendKeyMails } from '../notifications/send-key-mails.ts';
import { writeUsageEvents } from '../notifications/usage-notices.ts';
import { takeStreams } from '../outbox/outbox.ts';
import { countKeyDays } from '../predictions/key-usage.ts';
import { startSending } from '../webhooks/sending.ts';
import type { PolicyInText } from '../webhooks/target.ts';
import { prepareDeliveries } from './deliveries.ts';

/** A kind of background work. At most one of each is queued and one running, on all servers together. */
interface Job {
  name: string;
  /** When it runs, as a cron expression. */
  schedule: string;
  run: (signal: AbortSignal) => Promise<void>;
}

const PURGE = 'purge';

/** How often a server polls for jobs of other servers. */
const POLL_SECONDS = 30;
/** How far back last uses are folded. An earlier one is still found in its log (api-keys/queries.ts). */
const FOLD_MS = 31 * 24 * 60 * 60 * 1000;
/** How often the supervisor of pg-boss looks for jobs of a server that was killed. */
const SUPERVISE_SECONDS = 10;
/** Max wait for the running batch on stopping, within the server's own 10 s. */
const MAX_STOP_MS = 4000;

export interface Jobs {
  /** Queues a purge, which some server runs soon. If that fails, the next scheduled one does the work. */
  purgeSoon: () => void;
  /** Adds the jobs of the webhook deliveries that a transaction wrote, before its commit. @returns whether there were any */
  addDeliveries: (trx: Transaction<DB>) => Promise<boolean>;
  /** Delivers what was committed; otherwise some server does so within seconds. */
  deliverSoon: () => void;
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
  webhookTargets,
  keyMails,
}: {
  db: Kysely<DB>;
  log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>;
  now: () => Date;
  /** What webhooks may call. */
  webhookTargets: PolicyInText;
  /** Null if the server sends no mails. */
  keyMails: KeyMails | null;
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
    // A migration has, as the role of the server need not be allowed to.
    createSchema: false,
    useListenNotify: false,
    registerInstance: false,
    reindex: false,
    monitorVacuum: false,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    cronMonitorIntervalSeconds: 45,
    cronWorkerIntervalSeconds: 45,
  });
  boss.on('error', report);
  boss.on('warning', ({ message }) => log.info({ reason: message }, 'warning of pg-boss'));
  const workers = new Map<string, string>();
  const sending = startSending(webhookTargets);
  const deliveries = prepareDeliveries({ boss, db, now, report, send: sending.send });

  /** Adds the jobs of the deliveries that a transaction wrote. */
  async function addDeliveries(trx: Transaction<DB>): Promise<boolean> {
    const streams = takeStreams(trx);
    await deliveries.add(trx, streams);
    return streams.length > 0;
  }

  /** Writes events in transactions until there are no more. */
  async function writeAll(
    write: (trx: Transaction<DB>, at: Date) => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<void> {
    const writeSome = () =>
      db.transaction().execute(async trx => {
        const mayBeMore = await write(trx, now());
        await addDeliveries(trx);
        return mayBeMore;
      });
    while (!signal.aborted && (await writeSome())) deliveries.wake();
  }

  const forMails = keyMails !== null;
  const jobs: Job[] = [
    {
      name: PURGE,
      // A deletion starts one at once; this is for one that was interrupted, e.g. by a restart.
      schedule: '17 * * * *',
      async run(signal) {
        const purged = await purge(db, now(), signal);
        if (purged.logs + purged.files > 0) log.info(purged, 'removed what deletions had left');
      },
    },
    {
      name: 'fold-last-uses',
      schedule: '*/10 * * * *',
      run: signal =>
        foldLastUses(db, { since: new Date(now().getTime() - FOLD_MS), isComplete: false, signal }),
    },
    {
      name: 'count-key-days',
      schedule: '5 * * * *',
      run: signal => countKeyDays(db, now(), signal),
    },
    // Each a job of its own: one that fails, or takes long, does not stop the others.
    {
      name: 'report-expiries',
      schedule: '* * * * *',
      run: signal => writeAll((trx, at) => writeExpiryEvents(trx, at, { forMails }), signal),
    },
    {
      name: 'report-usage',
      schedule: '* * * * *',
      run: signal => writeAll((trx, at) => writeUsageEvents(trx, at, { forMails }), signal),
    },
    {
      name: 'repair-deliveries',
      schedule: '* * * * *',
      run: deliveries.repair,
    },
    {
      name: 'mail-about-keys',
      schedule: '* * * * *',
      async run(signal) {
        const onFailed = (err: unknown) => log.warn({ err }, 'a mail about API keys could not be sent');
        if (keyMails) await sendKeyMails(db, keyMails, { now: now(), signal, onFailed });
        else await dropMails(db);
      },
    },
  ];

  async function start(): Promise<void> {
    await boss.start({ attempts: Number.MAX_SAFE_INTEGER });
    await deliveries.start();
    // Schedules of jobs that an earlier version had would add jobs that nobody runs.
    for (const { name } of await boss.getSchedules()) {
      if (!jobs.some(job => job.name === name)) await boss.unschedule(name);
    }
    for (const { name, schedule, run } of jobs) {
      await boss.createQueue(name, {
        policy: 'stately',
        retryLimit: 5,
        retryBackoff: true,
        expireInSeconds: 3600,
      });
      await boss.schedule(name, schedule);
      const worker = await boss.work(name, { pollingIntervalSeconds: POLL_SECONDS }, ([job]) =>
        run(AbortSignal.any([stopping.signal, ...(job ? [job.signal] : [])])),
      );
      workers.set(name, worker);
      await sendJob(name);
    }
  }

  async function sendJob(name: string): Promise<void> {
    await boss.send(name);
    const worker = workers.get(name);
    if (worker) boss.notifyWorker(worker);
  }

  const starting = start().catch(report);
  return {
    purgeSoon: () => void sendJob(PURGE).catch(report),
    addDeliveries,
    deliverSoon: deliveries.wake,
    async stop() {
      stopping.abort();
      await Promise.race([deliveries.stop(), wait(MAX_STOP_MS / 4)]);
      await sending.close();
      const stopped = boss.stop({ graceful: true, timeout: MAX_STOP_MS / 2 }).catch(report);
      await Promise.race([Promise.all([starting, stopped]), wait(MAX_STOP_MS)]);
    },
  };
}
