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

/** The output of a model for one spectrum: its answer, and the scores of a classifier. */
export interface RowAnswer {
  readonly answer: number | string;
  readonly scores: readonly number[];
}

/** Checks that two runs over the same spectra gave the same bits. @throws {ModelRefused} when they did not */
export function checkRepeatable(before: readonly RowAnswer[], after: readonly RowAnswer[]): void {
  for (const [row, first] of before.entries()) {
    const second = after[row];
    if (second && isSame(first, second)) continue;
    throw new ModelRefused(
      `The model gives different answers to the same spectra (${first.answer}, then ${second?.answer}), ` +
        `expected the same answer each time. ${EVALUATION_MODE}`,
    );
  }
}

/** Whether two answers and their scores are identical bit for bit. */
export const isSame = (a: RowAnswer, b: RowAnswer) =>
  Object.is(a.answer, b.answer) &&
  a.scores.length === b.scores.length &&
  a.scores.every((score, i) => Object.is(score, b.scores[i]));

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
  const isNear = comparisonFor(all.flatMap(({ answer }) => (typeof answer === 'number' ? [answer] : [])));
  const isScoreNear = comparisonFor(all.flatMap(({ scores }) => scores));
  for (const [index, found] of together) {
    const expected = alone[index];
    if (!expected) continue;
    const isAnswerNear =
      typeof expected.answer === 'number' && typeof found.answer === 'number'
        ? isNear(expected.answer, found.answer)
        : expected.answer === found.answer;
    if (
      isAnswerNear &&
      expected.scores.every((score, i) => isScoreNear(score, found.scores[i] ?? Number.NaN))
    )
      continue;
    const [answer, answerAlone] = isAnswerNear
      ? ['different scores', '']
      : [found.answer, `, and ${expected.answer} alone`];
    throw new ModelRefused(
      `The model's answer for a spectrum depends on the other spectra of the run (${answer}${answerAlone}), expected the answer ` +
        'that the spectrum gets alone: preprocessing must not use the mean or the deviation of a batch.',
    );
  }
}

/** Returns a comparison of two numbers with the tolerance for these answers. */
function comparisonFor(answers: readonly number[]): (a: number, b: number) => boolean {
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
