import type { FastifyBaseLogger } from 'fastify';
import type { Kysely } from 'kysely';
import { startInvitationMail } from './accounts/invitation-mail.ts';
import { startPasswords } from './accounts/passwords.ts';
import { startAuthenticate } from './api-keys/authenticate.ts';
import { startCallRates } from './api-keys/call-rates.ts';
import { startFailedKeys } from './api-keys/failed-keys.ts';
import { startRefusals } from './api-keys/refusals.ts';
import { startRememberedKeys } from './api-keys/remembered-keys.ts';
import type { Config } from './config.ts';
import { sharePool } from './database/pool.ts';
import { readOnnx, recordRowIndependence } from './deployments/models.ts';
import { recordHostEnd } from './deployments/quarantine.ts';
import { startXAxes } from './deployments/x-axes.ts';
import { modelQuarantined } from './errors.ts';
import type { DB } from './generated/database.ts';
import type { Services } from './graphql/context.ts';
import { HTTP_LIMITS, type HttpLimits } from './http/limits.ts';
import { type HttpServer, type HttpServerOptions, startHttpServer } from './http/server.ts';
import { startSigningKeys } from './http/signing-keys.ts';
import { startJobs } from './jobs/jobs.ts';
import { startUpkeep } from './jobs/upkeep.ts';
import { keyMailsOf } from './notifications/send-key-mails.ts';
import { startLog } from './observability/logging.ts';
import { type Metrics, startMetrics } from './observability/metrics.ts';
import { startModelFailureLog } from './observability/model-failures.ts';
import type { startTracing, Traced, Tracing } from './observability/tracing.ts';
import { type ModelLimits, startModels } from './onnx/models.ts';
import { detectSandbox, missingFrom } from './onnx/sandbox.ts';
import { startSettle } from './predictions/settlement/settle.ts';
import { startRateLimits } from './requests/rate-limits.ts';
import { parsePolicy, type TargetPolicy } from './webhooks/target.ts';

// The composition root: starts each part of the server with the parts that it uses.

export interface ServerOptions {
  db: Kysely<DB>;
  /** The same database, as the role that owns its tables, to drop old logs; by default `db`. */
  owner?: Kysely<DB>;
  config: HttpServerOptions['config'] &
    Pick<
      Config,
      | 'LOG_LEVEL'
      | 'LOG_RETENTION_MONTHS'
      | 'SIGN_UP'
      | 'SMTP_URL'
      | 'MAIL_FROM'
      | 'METRICS_HOST'
      | 'METRICS_PORT'
      | 'MODEL_MEMORY'
      | 'MODEL_HOST_UIDS'
      | 'WEBHOOK_HTTP'
      | 'WEBHOOK_NETWORKS'
      | 'WEBHOOK_REFUSED_NETWORKS'
      | 'SECRET_SCANNING_KEYS'
    >;
  /** Settings of traces; without them, requests are not traced. */
  tracing?: Parameters<typeof startTracing>[0] | null;
  /** Limits of the model hosts. */
  modelLimits?: ModelLimits;
  /** Cost of new password hashes (accounts/passwords.ts). */
  passwordCost?: number | undefined;
  /** Overrides of HTTP_LIMITS. */
  httpLimits?: Partial<HttpLimits> | undefined;
  /** Receives the log, one JSON object a line. */
  log: { write: (line: string) => void };
  /** Whether it runs jobs in the background. */
  jobs?: boolean;
  /** Time from a refused call to the statement that counts it, in ms. */
  refusalsMs?: number | undefined;
  now?: () => Date;
}

export interface RunningServer extends HttpServer {
  /** The URL of the metrics, if METRICS_PORT is set. */
  metricsUrl: string | undefined;
}

/**
 * Starts a server on a migrated database.
 *
 * @throws what listening throws, e.g. EADDRINUSE, after everything that was started is stopped
 */
export async function startServer({
  db,
  owner = db,
  config,
  tracing: traces,
  log: stream,
  modelLimits,
  passwordCost,
  httpLimits,
  jobs: runsJobs = true,
  refusalsMs,
  now = () => new Date(),
}: ServerOptions): Promise<RunningServer> {
  const log = startLog(config.LOG_LEVEL, stream);
  const metrics = config.METRICS_PORT === undefined ? undefined : await startMetrics(db, config, log);
  const tracing = traces
    ? await (await import('./observability/tracing.ts')).startTracing(traces, log)
    : undefined;
  const webhookTargets = {
    allowHttp: config.WEBHOOK_HTTP,
    networks: config.WEBHOOK_NETWORKS ?? [],
    refusedNetworks: config.WEBHOOK_REFUSED_NETWORKS ?? [],
  };
  const keyMails = keyMailsOf(config);
  const jobs = runsJobs ? startJobs({ db, log, now, webhookTargets, keyMails }) : undefined;
  const upkeep = startUpkeep({ db, owner, log, now, retentionMonths: config.LOG_RETENTION_MONTHS });
  const purgeSoon = () => jobs?.purgeSoon();
  const services = startServices({
    db,
    config,
    modelLimits,
    passwordCost,
    refusalsMs,
    log,
    now,
    purgeSoon,
    addDeliveries: async trx => (await jobs?.addDeliveries(trx)) ?? false,
    deliverSoon: () => jobs?.deliverSoon(),
    webhookTargets: parsePolicy(webhookTargets),
    metrics,
    tracing,
  });
  const signingKeys =
    config.SECRET_SCANNING_KEYS === undefined
      ? null
      : startSigningKeys(config.SECRET_SCANNING_KEYS, error =>
          log.warn({ err: error }, 'the public keys of SECRET_SCANNING_KEYS could not be fetched'),
        );

  async function stopServices(): Promise<void> {
    upkeep.stop();
    services.invitationMail?.close();
    await Promise.all([
      jobs?.stop(),
      services.passwords.close(),
      services.refusals.stop(),
      services.models.close(),
      metrics?.close(),
      tracing?.stop(),
    ]);
  }

  try {
    const observers = [metrics, tracing].filter(observer => observer !== undefined);
    const limits = { ...HTTP_LIMITS, ...httpLimits };
    const http = await startHttpServer({ services, signingKeys, config, limits, log, observers });
    await upkeep.runNow();
    return {
      url: http.url,
      metricsUrl: metrics?.url,
      async close() {
        await http.close();
        await stopServices();
      },
    };
  } catch (error) {
    await stopServices();
    throw error;
  }
}

export interface ServicesOptions {
  db: Kysely<DB>;
  config: Pick<
    Config,
    'SIGN_UP' | 'PUBLIC_URL' | 'SMTP_URL' | 'MAIL_FROM' | 'MODEL_MEMORY' | 'MODEL_HOST_UIDS'
  >;
  modelLimits?: ModelLimits | undefined;
  passwordCost?: number | undefined;
  refusalsMs?: number | undefined;
  log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>;
  now: () => Date;
  /** Schedules the removal of what deletions left. */
  purgeSoon: () => void;
  /** Adds the jobs of webhook deliveries that a transaction wrote. */
  addDeliveries: Services['addDeliveries'];
  deliverSoon: () => void;
  webhookTargets: TargetPolicy;
  metrics?: Metrics | undefined;
  tracing?: Tracing | undefined;
}

const untraced: Traced = (_name, work) => work;

/** Starts the services that requests use. */
export function startServices({
  db,
  config,
  modelLimits,
  passwordCost,
  refusalsMs,
  log,
  now,
  purgeSoon,
  addDeliveries,
  deliverSoon,
  webhookTargets,
  metrics,
  tracing,
}: ServicesOptions): Services {
  const traced = tracing?.traced ?? untraced;
  const models = startModels({
    load: modelId => readOnnx(db, modelId),
    onRowIndependence: (modelId, rowIndependent) =>
      recordRowIndependence(db, modelId, rowIndependent).catch(error =>
        log.error({ err: error, modelId }, 'could not record whether calls of a model may share a run'),
      ),
    onNotStarted: error => log.error({ err: error }, 'a model host could not be started'),
    megabytes: config.MODEL_MEMORY,
    uids: config.MODEL_HOST_UIDS,
    limits: modelLimits,
    batchMetrics: metrics?.batches.model,
    onRun: metrics?.onModelRun,
  });
  detectSandbox(config.MODEL_HOST_UIDS).then(
    sandbox => {
      log.info({ sandbox }, 'restrictions of model hosts');
      const missing = missingFrom(sandbox);
      if (missing.length > 0)
        log.warn({ missing }, 'some restrictions of model hosts are not available on this system');
      if (process.getuid?.() === 0 && !sandbox.ownUid)
        log.warn(
          'model hosts run as root: start the server as another user, or make its folder readable for others',
        );
    },
    // Every start of a host retries, and logs why it failed.
    () => {},
  );
  const logFailure = startModelFailureLog(log);
  const rateLimits = startRateLimits(db);
  const { SIGN_UP, PUBLIC_URL, SMTP_URL, MAIL_FROM } = config;
  return {
    db,
    shareOf: sharePool(db),
    passwords: startPasswords({ cost: passwordCost }),
    authenticate: traced('authenticate', startAuthenticate(db, metrics?.batches.lookUp)),
    rememberedKeys: startRememberedKeys(),
    countFailedKey: startFailedKeys(rateLimits),
    refusals: startRefusals({ db, log, flushMs: refusalsMs }),
    rateLimits,
    purgeSoon,
    addDeliveries,
    deliverSoon,
    webhookTargets,
    signUpMode: SIGN_UP,
    publicUrl: PUBLIC_URL?.[0],
    sendsKeyMails: keyMailsOf(config) !== null,
    invitationMail:
      SMTP_URL && MAIL_FROM
        ? startInvitationMail({ SMTP_URL, MAIL_FROM }, (error, invitationId) =>
            log.warn({ err: error, invitationId }, 'the mail of an invitation could not be sent'),
          )
        : null,
    now,
    models,
    predicting: {
      runModel: traced('run model', models.run),
      xAxes: startXAxes(db),
      callRates: startCallRates(),
      settle: traced('settle', startSettle(db, metrics?.batches.settle)),
      async onModelFailed(error, modelId, at) {
        logFailure(error, modelId);
        if (!error.endedHost) return;
        try {
          const until = await recordHostEnd(db, modelId, at);
          if (!until) return;
          log.warn({ modelId, until }, 'a model is quarantined');
          models.refuseWaiting(modelId, modelQuarantined(until, at));
        } catch (fault) {
          log.error({ err: fault, modelId }, 'could not record the end of a model host');
        }
      },
    },
  };
}
