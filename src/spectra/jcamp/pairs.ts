/** Decodes the points of `(XY..XY)`: pairs of x and y. */

import { quote, refuse } from '../problems.ts';
import { numbersOf } from './asdf.ts';
import { linesOf, type RecordValue } from './records.ts';
import { checkCount, checkFirstY, type HeaderNumber, isNear, lastPlaceOfX, type Scale } from './scale.ts';

/**
 * The points, times the factors. Nothing beyond `scale.points` is kept.
 *
 * @throws {FileRefused} for a line that does not consist of pairs, or if the number of points, the first or last x or the
 *   first value does not agree with the header
 */
export function decodePairs(text: string, table: RecordValue, scale: Scale): { x: number[]; y: number[] } {
  const [x, y]: [number[], number[]] = [[], []];
  let count = 0;
  let lastWritten = '';
  for (const line of linesOf(text, table.dataStart, table.dataEnd, table.line)) {
    let ofLine = 0;
    for (const number of numbersOf(text, line, ' \t,;')) {
      const written = text.slice(number.start, number.end);
      if (number.form !== 'AFFN') refuse(line.number, `'${written}' is not a number of a pair of x and y.`);
      const isX = ofLine % 2 === 0;
      const value = number.value * (isX ? scale.xFactor : scale.yFactor);
      if (!Number.isFinite(value)) refuse(line.number, `The number ${quote(written)} is too large.`);
      if (count === 0 && isX) checkEnd(scale.firstX, 'FIRSTX', value, written, scale, line.number);
      if (count === 0 && !isX) checkFirstY(scale, number, written, line.number);
      if (isX) lastWritten = written;
      if (count < scale.points) (isX ? x : y).push(value);
      if (!isX) count++;
      ofLine++;
    }
    if (ofLine % 2 === 1)
      refuse(line.number, `The line has ${ofLine} numbers, which are not pairs of x and y.`);
  }
  checkCount(scale, count, text, table);
  checkEnd(scale.lastX, 'LASTX', Number(lastWritten) * scale.xFactor, lastWritten, scale, table.line);
  return { x, y };
}

function checkEnd(
  header: HeaderNumber,
  label: string,
  given: number,
  written: string,
  { xFactor }: Scale,
  line: number,
): void {
  if (
    isNear(
      given,
      header.value,
      Math.max(Math.min(1, header.lastPlace), lastPlaceOfX(written) * Math.abs(xFactor)),
    )
  )
    return;
  const which = label === 'FIRSTX' ? 'first' : 'last';
  refuse(
    line,
    `The ${which} x of the data is ${given}, but ##${label}= is ${header.text} (line ${header.line}).`,
  );
}
