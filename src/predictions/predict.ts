import { uuidv7 as newId } from 'uuidv7';
import { MOST_SPECTRA, ModelFailed, type Outcome } from '../deployments/onnx.ts';
import type { Models } from '../deployments/run-models.ts';
import { badUserInput, deploymentInactive, modelFailed, quotaExceeded } from '../errors.ts';
import type { Prediction, SpectrumInput } from '../generated/graphql.ts';
import { checkText } from '../names.ts';
import type { Call } from './grant.ts';
import type { Settle } from './settle.ts';

const LONGEST_SAMPLE_NAME = 200;

/** What a call needs to know of the deployment that it calls, as it stood when the call began. */
export interface Callable {
  id: string;
  active: boolean;
  modelId: string;
  /** Points in a spectrum. */
  inputLength: number;
  /** What the model takes for a spectrum; null where it was never measured. */
  msPerSpectrum: number | null;
  /** Whether the model may run in the server's own process. */
  mayRunInline: boolean;
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
  /** Hears why a model failed; the caller is not told. */
  onModelFailed: (error: ModelFailed, modelId: string) => void;
}

/**
 * Answers a call: checks the spectra, runs the model, and has the call charged and logged before it returns.
 *
 * @param at when the call began: its month is the one whose usage was read, and the one that is charged.
 * @throws DEPLOYMENT_INACTIVE, BAD_USER_INPUT, QUOTA_EXCEEDED or MODEL_FAILED; nothing is charged then.
 */
export async function predict(
  { runModel, settle, onModelFailed }: Predicting,
  deployment: Callable,
  caller: Pick<Call, 'source' | 'key' | 'userId'>,
  spectra: SpectrumInput[],
  at: Date,
): Promise<Answer> {
  const started = performance.now();
  if (!deployment.active) throw deploymentInactive();
  checkSpectra(spectra, deployment.inputLength);
  // Usage only grows within a month, so what did not fit when it was read cannot fit later.
  if (deployment.quota !== null && deployment.used + spectra.length > deployment.quota) {
    throw quotaExceeded(secondsToNextMonth(at));
  }

  const { modelId: id, msPerSpectrum, mayRunInline } = deployment;
  const outcome = await runModel(
    { id, msPerSpectrum, mayRunInline },
    spectra.map(spectrum => spectrum.yValues),
  ).catch((error: unknown) => {
    if (!(error instanceof ModelFailed)) throw error;
    onModelFailed(error, id);
    throw modelFailed();
  });
  const predictions = name(spectra, outcome);

  const logId = newId();
  // Microseconds; what follows is noise.
  const durationMs = Math.round((performance.now() - started) * 1000) / 1000;
  const settlement = await settle({
    ...caller,
    logId,
    deploymentId: deployment.id,
    at,
    predictions,
    durationMs,
  });
  if (settlement.status === 'failed') throw settlement.error;
  if (settlement.status === 'quota-exceeded') throw quotaExceeded(secondsToNextMonth(at));
  return { predictions, logId, modelId: id };
}

/** @throws BAD_USER_INPUT naming the spectrum that does not fit. */
function checkSpectra(spectra: SpectrumInput[], inputLength: number): void {
  if (spectra.length < 1 || spectra.length > MOST_SPECTRA) {
    throw badUserInput(`A call takes 1 to ${MOST_SPECTRA} spectra, and this one has ${spectra.length}.`);
  }
  for (const { sampleName, yValues } of spectra) {
    checkText(sampleName, 'A sample name', LONGEST_SAMPLE_NAME);
    if (yValues.length !== inputLength) {
      throw badUserInput(`Spectrum '${sampleName}' has ${yValues.length} points, expected ${inputLength}`);
    }
    // Models compute in float32, which ends at 3.4e38; no instrument comes near.
    const beyond = yValues.findIndex(value => !Number.isFinite(Math.fround(value)));
    if (beyond >= 0) {
      throw badUserInput(`Spectrum '${sampleName}' has a value beyond ±3.4e38 at point ${beyond + 1}.`);
    }
  }
}

function name(spectra: SpectrumInput[], outcome: Outcome): Prediction[] {
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
