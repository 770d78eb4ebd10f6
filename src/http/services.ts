import type { FastifyBaseLogger } from 'fastify';
import type { Kysely } from 'kysely';
import { startInvitationMail } from '../accounts/invitation-mail.ts';
import { startPasswords } from '../accounts/passwords.ts';
import { startAuthenticate } from '../api-keys/authenticate.ts';
import { startFailedKeys } from '../api-keys/failed-keys.ts';
import type { Config } from '../config.ts';
import { startRateLimits } from '../database/rate-limits.ts';
import { readOnnx } from '../deployments/models.ts';
import type { DB } from '../generated/database.ts';
import type { Services } from '../graphql/context.ts';
import type { ModelLimits } from '../onnx/model-processes.ts';
import { startModels } from '../onnx/run-models.ts';
import { startSettle } from '../predictions/settle.ts';
import type { Metrics } from './metrics.ts';
import type { Traced, Tracing } from './tracing.ts';

export interface ServicesOptions {
  db: Kysely<DB>;
  config: Pick<Config, 'SIGN_UP' | 'PUBLIC_URL' | 'SMTP_URL' | 'MAIL_FROM'>;
  modelLimits?: ModelLimits | undefined;
  log: Pick<FastifyBaseLogger, 'warn' | 'error'>;
  now: () => Date;
  metrics?: Metrics | undefined;
  tracing?: Tracing | null | undefined;
}

const untraced: Traced = (_name, work) => work;

/** Starts what requests are answered with. `passwords`, `models` and `invitationMail` are to be closed. */
export function startServices({
  db,
  config,
  modelLimits,
  log,
  now,
  metrics,
  tracing,
}: ServicesOptions): Services {
  const traced = tracing?.traced ?? untraced;
  const models = startModels({
    load: modelId => readOnnx(db, modelId),
    onNotStarted: error => log.error({ err: error }, 'a process for models could not be started'),
    limits: modelLimits,
    watch: metrics?.batches.model,
    onRun: metrics?.onModelRun,
  });
  const rateLimits = startRateLimits(db);
  const { SIGN_UP, PUBLIC_URL, SMTP_URL, MAIL_FROM } = config;
  return {
    db,
    passwords: startPasswords(),
    authenticate: traced('authenticate', startAuthenticate(db, metrics?.batches.lookUp)),
    countFailedKey: startFailedKeys(rateLimits),
    rateLimits,
    signUpMode: SIGN_UP,
    publicUrl: PUBLIC_URL?.[0],
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
      settle: traced('settle', startSettle(db, metrics?.batches.settle)),
      onModelFailed: (error, modelId) => log.warn({ err: error, modelId }, 'a model failed'),
    },
  };
}
