import { ModelRefused } from './signature.ts';

/** By how much an answer may depend on the spectra beside it, as a part of the span of the trial's answers. */
const MAX_DIFFERENCE = 1e-4;
/** Rounding that depends on the number of spectra, as a part of an answer: a calibration may add a large intercept. */
const ROUNDING = 1e-6;

/** Said where a model answers otherwise each time. */
export const EVALUATION_MODE = 'Export it in evaluation mode, after model.eval() in PyTorch.';

/** What a model gives for a spectrum: its answer and the scores beside it. */
export interface RowAnswer {
  readonly answer: number | string;
  readonly scores: readonly number[];
}

/** @throws {ModelRefused} where answers to the same spectra differ in any bit */
export function checkRepeat(before: readonly RowAnswer[], after: readonly RowAnswer[]): void {
  for (const [row, was] of before.entries()) {
    const is = after[row];
    if (is && isSame(was, is)) continue;
    throw new ModelRefused(
      `The model does not answer the same when the same spectra are repeated (${was.answer}, then ${is?.answer}), ` +
        `expected the same answer each time. ${EVALUATION_MODE}`,
    );
  }
}

/** Whether two answers are the same to the last bit. */
export const isSame = (a: RowAnswer, b: RowAnswer) =>
  Object.is(a.answer, b.answer) &&
  a.scores.length === b.scores.length &&
  a.scores.every((score, i) => Object.is(score, b.scores[i]));

/**
 * @param beside answers beside other spectra, each with the index of its spectrum
 * @throws {ModelRefused} where one differs from the answer alone by more than rounding
 */
export function checkBeside(
  alone: readonly RowAnswer[],
  beside: readonly (readonly [index: number, answer: RowAnswer])[],
): void {
  const all = [...alone, ...beside.map(([, answer]) => answer)];
  const isNear = nearness(all.flatMap(({ answer }) => (typeof answer === 'number' ? [answer] : [])));
  const isScoreNear = nearness(all.flatMap(({ scores }) => scores));
  for (const [index, is] of beside) {
    const was = alone[index];
    if (!was) continue;
    const isAnswerNear =
      typeof was.answer === 'number' && typeof is.answer === 'number'
        ? isNear(was.answer, is.answer)
        : was.answer === is.answer;
    if (isAnswerNear && was.scores.every((score, i) => isScoreNear(score, is.scores[i] ?? Number.NaN)))
      continue;
    const [found, other] = isAnswerNear
      ? ['other scores beside it', '']
      : [is.answer, ` and ${was.answer} alone`];
    throw new ModelRefused(
      `The model's answer for a spectrum depends on the spectra beside it (${found}${other}), expected the answer ` +
        'that the spectrum gets alone: preprocessing must not use the mean or the deviation of a batch.',
    );
  }
}

/** Says whether numbers are as near to each other as answers like these must be. */
function nearness(answers: readonly number[]): (a: number, b: number) => boolean {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const answer of answers) {
    if (!Number.isFinite(answer)) continue;
    least = Math.min(least, answer);
    greatest = Math.max(greatest, answer);
  }
  const size = Math.max(Math.abs(least), Math.abs(greatest));
  const tolerance = greatest >= least ? MAX_DIFFERENCE * (greatest - least) + ROUNDING * size : 0;
  return (a, b) => Object.is(a, b) || Math.abs(a - b) <= tolerance;
}
