import { uuidv7 as newId } from 'uuidv7';
import type { Caller } from '../auth/caller.ts';
import type { Database } from '../database/pool.ts';
import {
  badUserInput,
  deploymentInactive,
  modelFailed,
  modelQuarantined,
  quotaExceeded,
  unavailable,
} from '../errors.ts';
import type { Prediction } from '../generated/graphql.ts';
import type { IsOver } from '../onnx/calls.ts';
import type { Models } from '../onnx/models.ts';
import { MAX_SPECTRA, ModelFailed, type Outcome } from '../onnx/outcome.ts';
import { findStoredResult } from '../requests/idempotency.ts';
import { checkText } from '../requests/names.ts';
import { type Authorized, authorizePredict, type Callable, type Viewer } from './authorize.ts';
import type { Call } from './settlement/grant.ts';
import { readAnswer, repeatablePredict, type SpectrumToPredict } from './settlement/repeat.ts';
import type { Settle, Settlement } from './settlement/settle.ts';

const MAX_SAMPLE_NAME_LENGTH = 200;

/** The answer to a call. */
export interface Answer {
  predictions: Prediction[];
  logId: string;
  modelId: string;
}

/** What predicting uses. */
export interface PredictServices {
  db: Database;
  predicting: Predicting;
}

/** How a model is run, and a call charged. */
export interface Predicting {
  runModel: Models['run'];
  settle: Settle;
  /** Logs why a model failed, which the caller does not get, and counts runs that ended their host. */
  onModelFailed: (error: ModelFailed, modelId: string, at: Date) => Promise<void>;
}

/** A call, from any door. */
export interface PredictRequest {
  caller: Caller<Viewer>;
  deploymentId: string;
  spectra: SpectrumToPredict[];
  /** The same call with the same key is answered once, for 24 hours. */
  idempotencyKey: string | null;
  /** When the call began: its month is the one whose usage was read, and the one that is charged. */
  now: Date;
  /** Whether the request is over: a call that still waits for its model is then dropped. */
  isOver?: IsOver | undefined;
}

/**
 * Predicts: checks that the caller may, checks the spectra, runs the model, and has the call charged and logged before it
 * returns. With an idempotency key, a repeated call gets the first one's answer, also where the deployment would refuse
 * it by now, and is charged and logged once; a call that failed left nothing, and is tried again.
 *
 * @throws what `authorizePredict` throws; DEPLOYMENT_INACTIVE, BAD_USER_INPUT, QUOTA_EXCEEDED, MODEL_FAILED or
 *   IDEMPOTENCY_KEY_REUSED. Nothing is charged then.
 */
export async function predict(
  services: PredictServices,
  { caller, deploymentId, spectra, idempotencyKey, now, isOver }: PredictRequest,
): Promise<Answer> {
  const { deployment, by } = await authorizePredict(caller, deploymentId);
  const { predicting, db } = services;
  const { modelId } = deployment;
  if (idempotencyKey === null) {
    const call = await run(predicting, deployment, by, spectra, now, isOver);
    return answerOf(await predicting.settle(call), call, modelId);
  }
  const callerId = by.key?.id ?? by.userId ?? '';
  const repeated = await repeatablePredict(
    { callerId, key: idempotencyKey, at: now },
    deployment.id,
    spectra,
  );
  const before = await findStoredResult(db, repeated);
  if (before) return { ...(await readAnswer(db, before)), modelId };
  const call = await run(predicting, deployment, by, spectra, now, isOver);
  const settlement = await predicting.settle({ ...call, repeated });
  if (settlement.status !== 'repeated') return answerOf(settlement, call, modelId);
  // Two at once: both ran the model, and the other one was charged.
  const made = await findStoredResult(db, repeated);
  if (!made) throw unavailable();
  return { ...(await readAnswer(db, made)), modelId };
}

/** @throws what kept the call from being settled */
function answerOf(settlement: Settlement, { predictions, logId, at }: Call, modelId: string): Answer {
  if (settlement.status === 'failed') throw settlement.error;
  if (settlement.status === 'quota-exceeded') throw quotaExceeded(secondsToNextMonth(at));
  return { predictions, logId, modelId };
}

/** What is to be charged and logged: the spectra checked, the model run. */
async function run(
  { runModel, onModelFailed }: Predicting,
  deployment: Callable,
  by: Authorized['by'],
  spectra: SpectrumToPredict[],
  at: Date,
  isOver: IsOver | undefined,
): Promise<Call> {
  const started = performance.now();
  if (!deployment.active) throw deploymentInactive();
  checkSpectra(spectra, deployment.inputLength);
  // Usage only grows within a month, so what did not fit when it was read cannot fit later.
  if (deployment.quota !== null && deployment.used + spectra.length > deployment.quota) {
    throw quotaExceeded(secondsToNextMonth(at));
  }

  const { modelId: id, rowIndependent, organizationId, allowApiPredict, quarantinedUntil } = deployment;
  if (quarantinedUntil && quarantinedUntil > at) throw modelQuarantined(quarantinedUntil);
  const tenant = { id: organizationId, reserved: allowApiPredict };
  const outcome = await runModel(
    { id, tenant, rowIndependent },
    spectra.map(spectrum => spectrum.yValues),
    isOver,
  ).catch(async (error: unknown) => {
    if (!(error instanceof ModelFailed)) throw error;
    await onModelFailed(error, id, at);
    throw modelFailed(error.spectrum === undefined ? undefined : spectra[error.spectrum]?.sampleName);
  });
  const predictions = name(spectra, outcome);

  const logId = newId();
  // Microseconds; what follows is noise.
  const durationMs = Math.round((performance.now() - started) * 1000) / 1000;
  return { ...by, logId, deploymentId: deployment.id, at, predictions, durationMs };
}

/** @throws BAD_USER_INPUT naming the spectrum that does not fit. */
function checkSpectra(spectra: SpectrumToPredict[], inputLength: number): void {
  if (spectra.length < 1 || spectra.length > MAX_SPECTRA) {
    throw badUserInput(`A call takes 1 to ${MAX_SPECTRA} spectra, and this one has ${spectra.length}.`);
  }
  for (const { sampleName, yValues } of spectra) {
    checkText(sampleName, 'A sample name', MAX_SAMPLE_NAME_LENGTH);
    if (yValues.length !== inputLength) {
      throw badUserInput(`Spectrum '${sampleName}' has ${yValues.length} points, expected ${inputLength}`);
    }
    // Models compute in float32, which ends at 3.4e38; no instrument comes near.
    const beyond = findBeyondFloat(yValues);
    if (beyond >= 0) {
      throw badUserInput(`Spectrum '${sampleName}' has a value beyond ±3.4e38 at point ${beyond + 1}.`);
    }
  }
}

/** Where the first value is that a float32 cannot hold; -1 where there is none. In a loop: a call may have millions. */
function findBeyondFloat(values: ArrayLike<number>): number {
  for (let at = 0; at < values.length; at++) {
    if (!Number.isFinite(Math.fround(values[at] ?? 0))) return at;
  }
  return -1;
}

function name(spectra: SpectrumToPredict[], outcome: Outcome): Prediction[] {
  return spectra.map(({ sampleName }, index) =>
    outcome.kind === 'REGRESSION'
      ? { sampleName, value: outcome.values[index] ?? null }
      : { sampleName, category: outcome.categories[index] ?? null },
  );
}

function secondsToNextMonth(moment: Date): number {
  const next = Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + 1);
  return Math.max(1, Math.ceil((next - moment.getTime()) / 1000));
}
