/** Decodes the points of `(X++(Y..Y))`: each line holds one x and the values from there on, evenly spaced. */

import { formatX } from '../axis.ts';
import { quote, refuse } from '../problems.ts';
import { numbersOf, type WrittenNumber } from './asdf.ts';
import { type Line, linesOf, type RecordValue } from './records.ts';
import { checkCount, checkFirstY, isNear, lastPlaceOfX, type Scale, stepOf } from './scale.ts';

/** Where the decoder is: `value` is the last number, before the factor. */
interface Decoder {
  scale: Scale;
  values: number[];
  /** Points so far. More than `values` holds if there are more than the header says. */
  count: number;
  value: number;
  difference: number;
  /** Whether the last number was a difference: the next line then begins with a check. */
  inDifferences: boolean;
  /** The x of the line before. */
  lineX: number | null;
}

/**
 * The values of the points, times the factor.
 *
 * A repetition is counted before it is expanded, and nothing beyond `scale.points` is kept: time is linear in the
 * text, memory in the number of points of the header, whatever the text says.
 *
 * @throws {FileRefused} if the number of points, the first value, the x at the beginning of a line (X check) or the value
 *   that repeats the last one of a line of differences (Y check) does not agree
 */
export function decodeOrdinates(text: string, table: RecordValue, scale: Scale): number[] {
  const decoder: Decoder = {
    scale,
    values: [],
    count: 0,
    value: 0,
    difference: 0,
    inDifferences: false,
    lineX: null,
  };
  for (const line of linesOf(text, table.dataStart, table.dataEnd, table.line))
    decodeLine(decoder, text, line);
  checkCount(scale, decoder.count, text, table);
  return decoder.values;
}

const textOf = (text: string, { start, end }: WrittenNumber) => text.slice(start, end);

function decodeLine(decoder: Decoder, text: string, line: Line): void {
  const beginsWithCheck = decoder.inDifferences;
  let position = 0;
  for (const number of numbersOf(text, line)) {
    if (position === 0) checkX(decoder, number, textOf(text, number), line);
    else if (position === 1) readFirst(decoder, number, textOf(text, number), beginsWithCheck, line);
    else readNext(decoder, number, line);
    if (position > 0 && number.form === 'AFFN') refuseUnsignedExponent(text, number, line);
    position++;
  }
  if (position === 1) refuse(line.number, 'The line has an x and no value.');
}

/**
 * Compares the x of a line with that of its first number: to its last place, or to the point that is nearest. As x may
 * be rounded to many points, it must also go in the direction of the axis.
 */
function checkX(decoder: Decoder, number: WrittenNumber, written: string, line: Line): void {
  const { scale, count, inDifferences, lineX } = decoder;
  if (number.form !== 'AFFN') refuse(line.number, `The line begins with '${written}' instead of an x.`);
  if (count > scale.points) return;
  const step = stepOf(scale);
  const given = number.value * scale.xFactor;
  const expected = scale.firstX.value + (inDifferences ? count - 1 : count) * step;
  const tolerance = Math.max(lastPlaceOfX(written) * Math.abs(scale.xFactor), Math.abs(step) / 2);
  const goesBack = lineX !== null && (given - lineX) * step < 0;
  decoder.lineX = given;
  if (isNear(given, expected, tolerance) && !goesBack) return;
  const header = `${scale.points} points from ${scale.firstX.text} to ${scale.lastX.text}`;
  refuse(
    line.number,
    `The line begins with x = ${formatX(given)}. By the header (${header}) it is ${formatX(expected)}. Export the spectrum again.`,
  );
}

/** The first value of a line stands in full. After a difference it repeats the last value and is not a point. */
function readFirst(
  decoder: Decoder,
  number: WrittenNumber,
  written: string,
  isCheck: boolean,
  line: Line,
): void {
  if (number.form === 'DIF' || number.form === 'DUP') {
    refuse(line.number, `The first value of the line, '${written}', does not stand in full.`);
  }
  decoder.inDifferences = false;
  if (!isCheck) {
    if (decoder.count === 0) checkFirstY(decoder.scale, number, written, line.number);
    decoder.value = number.value;
    add(decoder, 1, line);
  } else if (number.value !== decoder.value && decoder.count <= decoder.scale.points) {
    const check = `The line repeats ${number.value}, but the line before ends with ${decoder.value}`;
    refuse(line.number, `${check}: a difference was changed or lost. Export the spectrum again.`);
  }
}

function readNext(decoder: Decoder, number: WrittenNumber, line: Line): void {
  if (number.form === 'DUP') {
    add(decoder, number.value - 1, line);
    return;
  }
  decoder.inDifferences = number.form === 'DIF';
  if (number.form === 'DIF') decoder.difference = number.value;
  else decoder.value = number.value;
  add(decoder, 1, line);
}

/** Adds a point, or several that repeat the last value or the last difference. */
function add(decoder: Decoder, times: number, line: Line): void {
  const { scale, values, difference, inDifferences } = decoder;
  decoder.count += times;
  for (let kept = Math.min(times, scale.points - values.length); kept > 0; kept--) {
    if (inDifferences) decoder.value += difference;
    values.push(decoder.value * scale.yFactor);
  }
  // Sums only grow in one direction, so the last one is the largest.
  if (!Number.isFinite(decoder.value * scale.yFactor)) {
    refuse(line.number, `A value is larger than ${Number.MAX_VALUE}.`);
  }
}

/** In these forms the E of `1.5E3` is the pseudo-digit 5, in other programs an exponent: two different spectra. */
function refuseUnsignedExponent(text: string, number: WrittenNumber, line: Line): void {
  if (!/^[eEdD]$/.test(text.charAt(number.end))) return;
  const exponent = /^.\d{0,4}/.exec(text.slice(number.end, number.end + 5))?.[0] ?? '';
  const written = text.slice(number.start, number.end) + exponent;
  refuse(
    line.number,
    `${quote(written)} can be one number or two. Write exponents with a sign, as in 1.5E+03.`,
  );
}
