import { secondsToNextMonth } from '../accounts/month.ts';
import type { CallRates } from '../api-keys/call-rates.ts';
import type { AuthenticatedKey, Caller } from '../auth/caller.ts';
import type { Tenant } from '../concurrency/fair-share.ts';
import type { Database } from '../database/pool.ts';
import type { XAxes } from '../deployments/x-axes.ts';
import {
  apiKeyQuotaExceeded,
  deploymentInactive,
  modelFailed,
  modelQuarantined,
  quotaExceeded,
  unavailable,
} from '../errors.ts';
import type { Prediction } from '../generated/graphql.ts';
import type { IsOver } from '../onnx/calls.ts';
import type { Models } from '../onnx/models.ts';
import { ModelFailed, ModelGone } from '../onnx/outcome.ts';
import { findStoredResult } from '../requests/idempotency.ts';
import { allowancesOf, settledAllowances } from './allowances.ts';
import type { Attempt, Run } from './attempt.ts';
import { authorizePredict, type DeploymentToCall, type Viewer } from './authorize.ts';
import { checkSpectra, checkXValues } from './check-spectra.ts';
import { newLogId } from './log-id.ts';
import { countOutside, predictionsOf } from './prediction.ts';
import { readAnswer, repeatablePredict, type SpectrumToPredict } from './settlement/repeat.ts';
import type { Settle } from './settlement/settle.ts';
import type { Call } from './settlement/statement.ts';

/** The result of a call. */
export interface PredictResult {
  predictions: Prediction[];
  logId: string;
  modelId: string;
  xAxisChecked: boolean;
}

/** The services that `predict` uses. */
export interface PredictionServices {
  runModel: Models['run'];
  xAxes: XAxes;
  settle: Settle;
  callRates: CallRates;
  /** Logs why a model failed, which the caller does not see, and counts failures that ended the host. */
  onModelFailed: (error: ModelFailed, modelId: string, at: Date) => Promise<void>;
}

/** A call of `predict`, independent of the transport. */
export interface PredictCall {
  caller: Caller<Viewer>;
  deploymentId: string;
  spectra: SpectrumToPredict[];
  /** The x of each point, to be compared with the model's x axis; null: not checked. */
  xValues: ArrayLike<number> | null;
  /** A repeated call with the same key gets the answer of the first one, for 24 hours. */
  idempotencyKey: string | null;
  /** Start of the attempt. Its month is charged. */
  now: Date;
  /** The network of a program (requests/network.ts), which its log keeps; not called for a person. */
  network: () => string;
  /** Whether the request is over: a call that still waits for its model is then dropped. */
  isOver?: IsOver | undefined;
  /** Whether the facts about the caller come from an earlier request. */
  isRemembered: boolean;
  /** The attempt at the request; `predict` sets its `settlement` and `allowances`. */
  attempt: Attempt;
}

/**
 * Authorizes the caller, checks the spectra, runs the model, and returns after the call is charged and logged.
 *
 * With an idempotency key, a repeated call returns the answer of the first one, even if it would be refused now, and is
 * not charged again. A failed call stores nothing, so repeating it runs the model again.
 *
 * @throws what `authorizePredict` throws; DEPLOYMENT_INACTIVE, BAD_USER_INPUT, QUOTA_EXCEEDED,
 *   API_KEY_QUOTA_EXCEEDED, API_KEY_RATE_LIMITED, MODEL_FAILED, IDEMPOTENCY_KEY_REUSED or UNAVAILABLE. Only after UNAVAILABLE may it be charged.
 */
export async function predict(
  { db, ...services }: PredictionServices & { db: Database },
  { idempotencyKey, ...request }: PredictCall,
): Promise<PredictResult> {
  const { deploymentId, spectra, xValues, now: at, attempt } = request;
  const { deployment, loggedCaller } = await authorizePredict(request.caller, deploymentId);
  const { id, modelId, factsRevision } = deployment;
  const allowances = allowancesOf(deployment, request.caller.kind === 'api-key' ? request.caller.key : null);
  attempt.allowances = allowances;
  const caller = {
    callerId: loggedCaller.source === 'API' ? loggedCaller.key.rootId : loggedCaller.userId,
    at,
  };
  const repeatable =
    idempotencyKey === null
      ? undefined
      : await repeatablePredict({ ...caller, key: idempotencyKey }, id, { spectra, xValues });
  /** The answer of the first call with the idempotency key. */
  const findAnswer = async () => {
    const stored = repeatable && (await findStoredResult(db, repeatable));
    return stored ? { ...(await readAnswer(db, stored)), modelId } : undefined;
  };
  // Not by remembered facts: settlement finds that the call is repeated, and the next attempt reads the answer.
  const before = request.isRemembered ? undefined : await findAnswer();
  if (before) return before;

  await checkCall(services, deployment, request);
  const { outcome, durationMs } = await runForRequest(services, deployment, request);
  const predictions = predictionsOf(spectra, outcome, deployment);
  const xAxisChecked = xValues !== null;
  const logId = newLogId(at);
  const call: Call = {
    logId,
    deploymentId: id,
    factsRevision,
    caller: loggedCaller,
    at,
    predictions,
    outside: countOutside(predictions),
    xAxisChecked,
    durationMs,
    network: loggedCaller.source === 'API' ? request.network() : null,
    ...(repeatable && { repeatable }),
  };
  const { outcome: settlement, ...left } = await services.settle(call).catch((error: unknown) => {
    attempt.settlement = 'unknown';
    throw error;
  });
  attempt.allowances = settledAllowances(allowances, left);
  switch (settlement) {
    case 'settled':
      attempt.settlement = 'settled';
      return { predictions, logId, modelId, xAxisChecked };
    case 'stale':
      attempt.settlement = 'stale';
      throw unavailable();
    case 'repeated':
    case 'over-key-limit':
    case 'over-quota': {
      // If the same call arrived twice at once, both ran the model, and the other one was charged.
      const other = request.isRemembered ? undefined : await findAnswer();
      if (other) return other;
      if (settlement === 'repeated') throw unavailable();
      const limit = settlement === 'over-quota' ? quotaExceeded : apiKeyQuotaExceeded;
      throw limit(secondsToNextMonth(at));
    }
  }
}

/**
 * Checks that the deployment accepts these spectra.
 *
 * @throws DEPLOYMENT_INACTIVE, BAD_USER_INPUT, QUOTA_EXCEEDED, API_KEY_QUOTA_EXCEEDED or MODEL_FAILED, checked in this
 *   order
 */
async function checkCall(
  { xAxes }: PredictionServices,
  deployment: DeploymentToCall,
  {
    caller,
    spectra,
    xValues,
    now: at,
    attempt,
  }: Pick<PredictCall, 'caller' | 'spectra' | 'xValues' | 'now' | 'attempt'>,
): Promise<void> {
  if (!deployment.active) throw deploymentInactive();
  checkSpectra(spectra, deployment.inputLength);
  if (xValues) {
    const { modelId, hasAxis } = deployment;
    const axis = hasAxis ? await xAxes.find(modelId, tenantOf(deployment)).catch(staleIfGone(attempt)) : null;
    checkXValues(xValues, axis);
  }
  // A call that exceeds the quota cannot fit later: usage only grows within a month. Remembered facts are read again.
  if (deployment.quota !== null && deployment.used + spectra.length > deployment.quota) {
    throw quotaExceeded(secondsToNextMonth(at));
  }

  if (caller.kind === 'api-key') checkKeyLimit(caller.key, spectra.length, at);

  const { quarantinedUntil } = deployment;
  if (quarantinedUntil && quarantinedUntil > at) throw modelQuarantined(quarantinedUntil, at);
}

/** @throws API_KEY_QUOTA_EXCEEDED when the key's own limit leaves too few predictions. It cannot fit later in the month */
function checkKeyLimit(
  { monthlyPredictions, used }: Pick<AuthenticatedKey, 'monthlyPredictions' | 'used'>,
  spectra: number,
  at: Date,
): void {
  if (monthlyPredictions !== null && (used ?? 0) + spectra > monthlyPredictions) {
    throw apiKeyQuotaExceeded(secondsToNextMonth(at));
  }
}

/**
 * Runs the model, unless an earlier attempt at the request has run it. The request counts as one call of the key.
 *
 * @throws API_KEY_RATE_LIMITED, MODEL_FAILED or UNAVAILABLE
 */
function runForRequest(
  services: PredictionServices,
  deployment: DeploymentToCall,
  request: Pick<PredictCall, 'caller' | 'spectra' | 'now' | 'isOver' | 'attempt'>,
): Promise<Run> {
  const { caller, now } = request;
  const { runs } = request.attempt;
  if (caller.kind === 'api-key') services.callRates.count(caller.key, now, runs);
  const before = runs.get(deployment.modelId);
  if (before) return before;
  const run = runOf(services, deployment, request);
  runs.set(deployment.modelId, run);
  return run;
}

async function runOf(
  { runModel, onModelFailed }: PredictionServices,
  deployment: DeploymentToCall,
  { spectra, now, isOver, attempt }: Pick<PredictCall, 'spectra' | 'now' | 'isOver' | 'attempt'>,
): Promise<Run> {
  const { modelId: id, rowIndependent } = deployment;
  const tenant = tenantOf(deployment);
  const started = performance.now();
  const outcome = await runModel(
    { id, tenant, rowIndependent },
    spectra.map(spectrum => spectrum.yValues),
    isOver,
  )
    .catch(staleIfGone(attempt))
    .catch(async (error: unknown) => {
      if (!(error instanceof ModelFailed)) throw error;
      await onModelFailed(error, id, now);
      throw modelFailed(error.spectrum === undefined ? undefined : spectra[error.spectrum]);
    });
  // Rounded to microseconds; further digits are noise.
  return { outcome, durationMs: Math.round((performance.now() - started) * 1000) / 1000 };
}

const tenantOf = ({ organizationId: id, allowApiPredict: reserved }: DeploymentToCall): Tenant => ({
  id,
  reserved,
});

/** Handles the error of a model that was deleted: its deployment's facts are stale. */
const staleIfGone =
  (attempt: Attempt) =>
  (error: unknown): never => {
    if (!(error instanceof ModelGone)) throw error;
    attempt.settlement = 'stale';
    throw unavailable();
  };
