import { ModelRefused } from './signature.ts';

/** Max difference between an answer alone and in a run with other spectra, relative to the range of the answers. */
const MAX_DIFFERENCE = 1e-4;
/**
 * Allowance for rounding, which depends on the number of spectra; relative to the largest answer, because a calibration
 * may add a large intercept.
 */
const ROUNDING = 1e-6;

/** The advice when the output of a model differs in each run. */
export const EVALUATION_MODE = 'Export it in evaluation mode, after model.eval() in PyTorch.';

/** The output of a model for one spectrum: its answer, the scores of a classifier, and the statistics. */
export interface RowAnswer {
  readonly answer: number | string;
  readonly scores: readonly number[];
  readonly statistics: readonly number[];
}

/** Compares two numbers. */
type Comparison = (a: number, b: number) => boolean;
/** How the parts of two answers are compared. The range of each statistic is its own: T² may be 1e9 times Q. */
interface Comparisons {
  readonly answer: Comparison;
  readonly score: Comparison;
  readonly statistics: readonly Comparison[];
}

const BIT_FOR_BIT: Comparisons = { answer: Object.is, score: Object.is, statistics: [Object.is, Object.is] };

/** Checks that two runs over the same spectra gave the same bits. @throws {ModelRefused} when they did not */
export function checkRepeatable(before: readonly RowAnswer[], after: readonly RowAnswer[]): void {
  for (const [row, first] of before.entries()) {
    const second = after[row];
    const difference = second ? findDifference(first, second, BIT_FOR_BIT) : [first.answer, 'none'];
    if (!difference) continue;
    throw new ModelRefused(
      `The model gives different answers to the same spectra (${difference.join(', then ')}), ` +
        `expected the same answer each time. ${EVALUATION_MODE}`,
    );
  }
}

/** Whether two answers, their scores and their statistics are identical bit for bit. */
export const isSame = (a: RowAnswer, b: RowAnswer) =>
  a.scores.length === b.scores.length && findDifference(a, b, BIT_FOR_BIT) === undefined;

/**
 * Checks that the answers for spectra do not depend on the other spectra of a run.
 *
 * @param alone answers to each spectrum alone, by index
 * @param together answers in runs with other spectra, with the index of the spectrum
 * @throws {ModelRefused} when an answer differs from that of the spectrum alone by more than rounding
 */
export function checkIndependence(
  alone: readonly RowAnswer[],
  together: readonly (readonly [index: number, answer: RowAnswer])[],
): void {
  const all = [...alone, ...together.map(([, answer]) => answer)];
  const comparisons: Comparisons = {
    answer: comparisonFor(all.flatMap(({ answer }) => (typeof answer === 'number' ? [answer] : []))),
    score: comparisonFor(all.flatMap(({ scores }) => scores)),
    statistics: (alone[0]?.statistics ?? []).map((_, i) =>
      comparisonFor(all.flatMap(({ statistics }) => statistics[i] ?? [])),
    ),
  };
  for (const [index, found] of together) {
    const expected = alone[index];
    const difference = expected && findDifference(found, expected, comparisons);
    if (!difference) continue;
    throw new ModelRefused(
      `The model's answer for a spectrum depends on the other spectra of the run (${difference.join(', and ')} alone), ` +
        'expected the answer that the spectrum gets alone: preprocessing must not use the mean or the deviation of a ' +
        'batch.',
    );
  }
}

/** Finds the first part that differs. @returns what it is and its value in `a`, and its value in `b` */
function findDifference(a: RowAnswer, b: RowAnswer, by: Comparisons): [string, string] | undefined {
  const isAnswerSame =
    typeof a.answer === 'number' && typeof b.answer === 'number'
      ? by.answer(a.answer, b.answer)
      : a.answer === b.answer;
  if (!isAnswerSame) return [`${a.answer}`, `${b.answer}`];
  const valueIn = (values: readonly number[], i: number) => values[i] ?? Number.NaN;
  const score = b.scores.findIndex((value, i) => !by.score(valueIn(a.scores, i), value));
  if (score >= 0) return [`the score ${a.scores[score]}`, `${b.scores[score]}`];
  const statistic = b.statistics.findIndex(
    (value, i) => !by.statistics[i]?.(valueIn(a.statistics, i), value),
  );
  if (statistic >= 0) return [`the statistic ${a.statistics[statistic]}`, `${b.statistics[statistic]}`];
  return undefined;
}

/** Returns a comparison of two numbers with the tolerance for these answers. */
function comparisonFor(answers: readonly number[]): Comparison {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const answer of answers) {
    if (!Number.isFinite(answer)) continue;
    min = Math.min(min, answer);
    max = Math.max(max, answer);
  }
  const largest = Math.max(Math.abs(min), Math.abs(max));
  const tolerance = max >= min ? MAX_DIFFERENCE * (max - min) + ROUNDING * largest : 0;
  return (a, b) => Object.is(a, b) || Math.abs(a - b) <= tolerance;
}
