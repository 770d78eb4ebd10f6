/**
 * The forms in which JCAMP-DX writes numbers (JCAMP-DX 4.24, section 5): AFFN and PAC (ordinary digits), SQZ (the
 * first digit is a letter that also carries the sign), DIF (a difference) and DUP (a repetition).
 *
 * Decoded here instead of with jcampconverter 10: that library expands DUP codes without a limit (213 bytes become
 * 104 million points), reads `1.2E-3` as two numbers, ignores NPOINTS, and only logs when the X or Y check of a line
 * fails. Tests compare the values.
 */

import { quote, refuse } from '../problems.ts';
import type { Line } from './records.ts';

export type Form = 'AFFN' | 'SQZ' | 'DIF' | 'DUP';

/** One number as written: `value` is the number, the difference, or (DUP) how many times the last number stands. */
export interface WrittenNumber {
  form: Form;
  value: number;
  start: number;
  end: number;
}

// An exponent has a sign: without one, E is the pseudo-digit 5 of SQZ.
const AFFN = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]\d{1,4}(?!\d))?/y;

/** Integers above 2^53 cannot be added exactly. Instruments write at most 10 digits. */
const MAX_DIGITS = 15;

const SERIES: readonly [Form, letters: string, first: number, sign: 1 | -1][] = [
  ['SQZ', '@ABCDEFGHI', 0, 1],
  ['SQZ', 'abcdefghi', 1, -1],
  ['DIF', '%JKLMNOPQR', 0, 1],
  ['DIF', 'jklmnopqr', 1, -1],
  ['DUP', 'STUVWXYZs', 1, 1],
];

/** What each letter, by its code, stands for: a form, the first digit and the sign. */
const PSEUDO_DIGITS = new Map(
  SERIES.flatMap(([form, letters, first, sign]) =>
    [...letters].map((letter, n) => [letter.charCodeAt(0), { form, digit: first + n, sign }] as const),
  ),
);

const [ZERO, NINE, DOLLAR] = [48, 57, 36];

/** The numbers of a line, up to a comment (`$$`). Throws FileRefused for what is not a number. */
export function* numbersOf(text: string, line: Line, separators = ' \t,'): Generator<WrittenNumber> {
  let at = line.start;
  while (at < line.end) {
    const code = text.charCodeAt(at);
    if (code === DOLLAR && text.charCodeAt(at + 1) === DOLLAR) return;
    if (separators.includes(text.charAt(at))) {
      at++;
      continue;
    }
    const number = readPseudoDigits(text, at, code, line) ?? readAffn(text, at) ?? refuseText(text, at, line);
    yield number;
    at = number.end;
  }
}

function readPseudoDigits(text: string, start: number, code: number, line: Line): WrittenNumber | null {
  const pseudo = PSEUDO_DIGITS.get(code);
  if (pseudo === undefined) return null;
  let value = pseudo.digit;
  let end = start + 1;
  for (let next = text.charCodeAt(end); next >= ZERO && next <= NINE; next = text.charCodeAt(++end)) {
    value = value * 10 + (next - ZERO);
  }
  // Numbers have no leading zeros: here a letter was changed to a digit.
  if (pseudo.digit === 0 && end - start > 1) refuseText(text, start, line);
  if (end - start > MAX_DIGITS) {
    refuse(line.number, `${quote(text.slice(start, end))} has too many digits to be read exactly.`);
  }
  return { form: pseudo.form, value: value * pseudo.sign, start, end };
}

function readAffn(text: string, start: number): WrittenNumber | null {
  AFFN.lastIndex = start;
  const written = AFFN.exec(text)?.[0];
  if (written === undefined) return null;
  return { form: 'AFFN', value: Number(written), start, end: start + written.length };
}

function refuseText(text: string, at: number, line: Line): never {
  const rest = quote(text.slice(at, line.end));
  if (text.charAt(at) === '?') {
    refuse(line.number, `A value is missing (${rest}). Export the spectrum without gaps.`);
  }
  refuse(line.number, `${rest} cannot be read as numbers of JCAMP-DX. Export the spectrum again.`);
}
