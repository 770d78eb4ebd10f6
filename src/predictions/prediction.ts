import type { Applicability, Prediction } from '../generated/graphql.ts';
import type { Outcome } from '../onnx/outcome.ts';
import type { DeploymentToCall } from './authorize.ts';
import type { SpectrumToPredict } from './settlement/repeat.ts';

type Limits = Pick<DeploymentToCall, 't2Limit' | 'qLimit'>;
export type Calibration = Limits & Pick<DeploymentToCall, 'referenceMin' | 'referenceMax'>;

/** Makes the predictions of a call from the output of its model, with what the calibration says about each. */
export function predictionsOf(
  spectra: readonly Pick<SpectrumToPredict, 'sampleName'>[],
  outcome: Outcome,
  calibration: Calibration,
): Prediction[] {
  const { t2Limit, qLimit, referenceMin, referenceMax } = calibration;
  const hasLimits = t2Limit !== null || qLimit !== null;
  return spectra.map(({ sampleName }, index) => {
    const applicability = hasLimits && {
      applicability: applicabilityOf(outcome.t2?.[index], outcome.q?.[index], calibration),
    };
    if (outcome.kind === 'CLASSIFICATION') {
      return { sampleName, category: outcome.categories[index] ?? null, ...applicability };
    }
    const value = outcome.values[index] ?? null;
    const range = value !== null &&
      referenceMin !== null &&
      referenceMax !== null && { inCalibrationRange: value >= referenceMin && value <= referenceMax };
    return { sampleName, value, ...applicability, ...range };
  });
}

/**
 * Compares the statistics of a spectrum with their limits. One that is not finite, or negative, is outside: both are sums
 * of squares, so the model has not computed it.
 */
function applicabilityOf(
  t2: number | undefined,
  q: number | undefined,
  { t2Limit, qLimit }: Limits,
): Applicability {
  const isInside = isWithin(t2, t2Limit) && isWithin(q, qLimit);
  return {
    verdict: isInside ? 'INSIDE' : 'OUTSIDE',
    t2: t2Limit === null ? null : finiteOrNull(t2),
    t2Limit,
    q: qLimit === null ? null : finiteOrNull(q),
    qLimit,
  };
}

const isWithin = (statistic: number | undefined, limit: number | null) =>
  limit === null ||
  (statistic !== undefined && Number.isFinite(statistic) && statistic >= 0 && statistic <= limit);

const finiteOrNull = (statistic: number | undefined) =>
  statistic !== undefined && Number.isFinite(statistic) ? statistic : null;

/** Counts the spectra for which the model was not applicable; null if it has no limits for that. */
export function countOutside(predictions: readonly Prediction[]): number | null {
  if (!predictions[0]?.applicability) return null;
  return predictions.filter(({ applicability }) => applicability?.verdict === 'OUTSIDE').length;
}
