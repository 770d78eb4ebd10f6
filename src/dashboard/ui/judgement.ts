import { formatShort } from './numbers.ts';

/** What the calibration of a model says about one prediction. */
export interface Judgement {
  /** Null or missing if the model has no limits. */
  applicability?:
    | {
        verdict: 'INSIDE' | 'OUTSIDE';
        t2?: number | null | undefined;
        t2Limit?: number | null | undefined;
        q?: number | null | undefined;
        qLimit?: number | null | undefined;
      }
    | null
    | undefined;
  /** Null or missing if the model does not have the range of its reference values. */
  inCalibrationRange?: boolean | null | undefined;
}

/** The range of a calibration's reference values, where it is known. */
export interface ReferenceRange {
  referenceMin?: number | null | undefined;
  referenceMax?: number | null | undefined;
}

/** Whether the calibration says anything about a prediction. */
export const isJudged = ({ applicability, inCalibrationRange }: Judgement): boolean =>
  Boolean(applicability) || typeof inCalibrationRange === 'boolean';

/** Whether the spectrum or its value is outside the calibration. */
export const isOutside = ({ applicability, inCalibrationRange }: Judgement): boolean =>
  applicability?.verdict === 'OUTSIDE' || inCalibrationRange === false;

/**
 * What is outside the calibration, as sentences without a full stop: `outside the calibration: T² 31 > 12`, `value
 * outside the calibration's range 83.4 to 89.6`. Empty if nothing is.
 */
export function describeOutside(
  { applicability, inCalibrationRange }: Judgement,
  { referenceMin, referenceMax }: ReferenceRange = {},
): string[] {
  const sentences: string[] = [];
  if (applicability?.verdict === 'OUTSIDE') {
    const { t2, t2Limit, q, qLimit } = applicability;
    const exceeded = [describeExceeded('T²', t2, t2Limit), describeExceeded('Q', q, qLimit)].filter(
      text => text !== null,
    );
    sentences.push(
      exceeded.length > 0 ? `outside the calibration: ${exceeded.join(', ')}` : 'outside the calibration',
    );
  }
  if (inCalibrationRange === false) {
    const isKnown = typeof referenceMin === 'number' && typeof referenceMax === 'number';
    const range = isKnown ? ` ${formatShort(referenceMin)} to ${formatShort(referenceMax)}` : '';
    sentences.push(`value outside the calibration's range${range}`);
  }
  return sentences;
}

/** How a statistic exceeds its limit: `T² 31 > 12`; null if it does not, or has none. */
function describeExceeded(
  name: string,
  statistic: number | null | undefined,
  limit: number | null | undefined,
): string | null {
  if (typeof limit !== 'number') return null;
  // The server answers null for a statistic that is infinite or NaN.
  if (typeof statistic !== 'number') return `${name} is not finite`;
  if (statistic <= limit) return null;
  // With as many digits as it takes to see which is larger.
  let digits = 3;
  while (digits < 17 && formatShort(statistic, digits) === formatShort(limit, digits)) digits++;
  return `${name} ${formatShort(statistic, digits)} > ${formatShort(limit, digits)}`;
}
