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
const PSEUDO_DIGIT = /[@-Za-s%]\d*/y;

/** Integers above 2^53 cannot be added exactly. Instruments write at most 10 digits. */
const MAX_DIGITS = 15;

const SERIES: readonly [Form, letters: string, first: number, sign: '' | '-'][] = [
  ['SQZ', '@ABCDEFGHI', 0, ''],
  ['SQZ', 'abcdefghi', 1, '-'],
  ['DIF', '%JKLMNOPQR', 0, ''],
  ['DIF', 'jklmnopqr', 1, '-'],
  ['DUP', 'STUVWXYZs', 1, ''],
];

/** What each letter stands for: a form, and the first digit with its sign. */
const PSEUDO_DIGITS = new Map(
  SERIES.flatMap(([form, letters, first, sign]) =>
    [...letters].map((letter, n) => [letter, { form, digit: `${sign}${first + n}` }] as const),
  ),
);

/** The numbers of a line, up to a comment (`$$`). Throws Refused for what is not a number. */
export function* numbersOf(text: string, line: Line, separators = ' \t,'): Generator<WrittenNumber> {
  let at = line.start;
  while (at < line.end) {
    const character = text.charAt(at);
    if (separators.includes(character)) {
      at++;
      continue;
    }
    if (character === '$' && text.charAt(at + 1) === '$') return;
    const number = readNumber(text, at) ?? refuseText(text, at, line);
    if (number.end - at > MAX_DIGITS && number.form !== 'AFFN') {
      refuse(line.number, `${quote(text.slice(at, number.end))} has too many digits to be read exactly.`);
    }
    yield number;
    at = number.end;
  }
}

function readNumber(text: string, start: number): WrittenNumber | null {
  AFFN.lastIndex = start;
  const affn = AFFN.exec(text)?.[0];
  if (affn !== undefined) return { form: 'AFFN', value: Number(affn), start, end: start + affn.length };
  PSEUDO_DIGIT.lastIndex = start;
  const written = PSEUDO_DIGIT.exec(text)?.[0];
  const letter = written === undefined ? undefined : PSEUDO_DIGITS.get(written.charAt(0));
  if (written === undefined || letter === undefined) return null;
  const { form, digit } = letter;
  return { form, value: Number(digit + written.slice(1)), start, end: start + written.length };
}

function refuseText(text: string, at: number, line: Line): never {
  const rest = quote(text.slice(at, line.end));
  if (text.charAt(at) === '?') {
    refuse(line.number, `A value is missing (${rest}). Export the spectrum without gaps.`);
  }
  refuse(line.number, `${rest} cannot be read as numbers of JCAMP-DX. Export the spectrum again.`);
}
