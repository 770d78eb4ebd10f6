import { uuidv7 as newId } from 'uuidv7';
import type { Database } from '../database/connect.ts';
import { findMade } from '../database/idempotency.ts';
import {
  badUserInput,
  deploymentInactive,
  modelFailed,
  modelQuarantined,
  quotaExceeded,
  unavailable,
} from '../errors.ts';
import type { Prediction } from '../generated/graphql.ts';
import { checkText } from '../names.ts';
import type { IsOver } from '../onnx/calls.ts';
import type { Models } from '../onnx/models.ts';
import { MAX_SPECTRA, ModelFailed, type Outcome } from '../onnx/outcome.ts';
import type { Call } from './grant.ts';
import { readAnswer, repeatablePredict, type SpectrumToPredict } from './repeat.ts';
import type { Settle, Settlement } from './settle.ts';

const LONGEST_SAMPLE_NAME = 200;

/** What a call needs to know of the deployment that it calls, as it stood when the call began. */
export interface Callable {
  id: string;
  active: boolean;
  modelId: string;
  /** Points in a spectrum. */
  inputLength: number;
  /** Whether calls may share a run of the model; null where that is not known yet. */
  rowIndependent: boolean | null;
  /** Until when the model is quarantined; null where it never was. */
  quarantinedUntil: Date | null;
  organizationId: string;
  /** Whether the organization's plan has API access. */
  allowApiPredict: boolean;
  /** Predictions answered this month. */
  used: number;
  /** Predictions allowed in a month; null: unlimited. */
  quota: number | null;
}

/** The answer to a call. */
export interface Answer {
  predictions: Prediction[];
  logId: string;
  modelId: string;
}

/** What predicting relies on. */
export interface Predicting {
  runModel: Models['run'];
  settle: Settle;
  /** Logs why a model failed, which the caller does not get, and counts runs that ended their host. */
  onModelFailed: (error: ModelFailed, modelId: string, at: Date) => Promise<void>;
}

/** Who calls, in the words of the log. */
type By = Pick<Call, 'source' | 'key' | 'userId'>;

/**
 * Answers a call: checks the spectra, runs the model, and has the call charged and logged before it returns.
 *
 * @param at when the call began: its month is the one whose usage was read, and the one that is charged.
 * @param isOver says whether the request is over: a call that still waits for its model is then dropped.
 * @throws DEPLOYMENT_INACTIVE, BAD_USER_INPUT, QUOTA_EXCEEDED or MODEL_FAILED; nothing is charged then.
 */
export async function predict(
  predicting: Predicting,
  deployment: Callable,
  by: By,
  spectra: SpectrumToPredict[],
  at: Date,
  isOver?: IsOver,
): Promise<Answer> {
  const call = await run(predicting, deployment, by, spectra, at, isOver);
  return answerOf(await predicting.settle(call), call, deployment);
}

/** @throws what kept the call from being settled. */
function answerOf(settlement: Settlement, { predictions, logId, at }: Call, { modelId }: Callable): Answer {
  if (settlement.status === 'failed') throw settlement.error;
  if (settlement.status === 'quota-exceeded') throw quotaExceeded(secondsToNextMonth(at));
  return { predictions, logId, modelId };
}

/**
 * Answers a call that its caller may repeat: the same call with the same idempotency key gets the first one's answer
 * for 24 hours, also where the deployment would refuse it by now, and is charged and logged once. A call that failed
 * made nothing, and is tried again.
 *
 * @throws IDEMPOTENCY_KEY_REUSED when the key came with other spectra or another deployment; else as `predict`.
 */
export async function predictOnce(
  { db, predicting }: { db: Database; predicting: Predicting },
  deployment: Callable,
  by: By,
  spectra: SpectrumToPredict[],
  at: Date,
  idempotencyKey: string,
  isOver?: IsOver,
): Promise<Answer> {
  const callerId = by.key?.id ?? by.userId ?? '';
  const repeated = await repeatablePredict({ callerId, key: idempotencyKey, at }, deployment.id, spectra);
  const before = await findMade(db, repeated);
  if (before) return { ...(await readAnswer(db, before)), modelId: deployment.modelId };
  const call = await run(predicting, deployment, by, spectra, at, isOver);
  const settlement = await predicting.settle({ ...call, repeated });
  if (settlement.status !== 'repeated') return answerOf(settlement, call, deployment);
  // Two at once: both ran the model, and the other one was charged.
  const made = await findMade(db, repeated);
  if (!made) throw unavailable();
  return { ...(await readAnswer(db, made)), modelId: deployment.modelId };
}

/** What is to be charged and logged: the spectra checked, the model run. */
async function run(
  { runModel, onModelFailed }: Predicting,
  deployment: Callable,
  by: By,
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
    checkText(sampleName, 'A sample name', LONGEST_SAMPLE_NAME);
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
