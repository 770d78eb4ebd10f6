/** What the header of a block says about its points, and the checks of the points against it. */

import { quote, refuse } from '../problems.ts';
import type { WrittenNumber } from './asdf.ts';
import type { Block, RecordValue } from './records.ts';

/** A number as written. `lastPlace` is one unit in its last place: 0.01 for `4000.00`. */
export interface HeaderNumber {
  value: number;
  lastPlace: number;
  text: string;
  line: number;
}

export interface Scale {
  xFactor: number;
  yFactor: number;
  firstX: HeaderNumber;
  lastX: HeaderNumber;
  firstY: HeaderNumber | null;
  points: number;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/;

/** Max characters of a number of the header. */
const MAX_LENGTH = 40;

/** One unit in the last place of a number as it is written. */
export function lastPlaceOf(written: string): number {
  const [mantissa = '', exponent = '0'] = written.toLowerCase().split('e');
  const point = mantissa.indexOf('.');
  const decimals = point === -1 ? 0 : mantissa.length - point - 1;
  return 10 ** (Number(exponent) - decimals);
}

/** One unit in the last place of an x. Without a decimal point it is 1 at most: `1E+3` is not 0 to 2000. */
export const lastPlaceOfX = (written: string): number => Math.min(1, lastPlaceOf(written));

/** Rounding to the last place, or cutting off after it, as instruments do both. */
export function isNear(given: number, expected: number, tolerance: number): boolean {
  return Math.abs(given - expected) <= tolerance * (1 + 1e-6);
}

function numberOf(block: Block, label: string): HeaderNumber | null {
  const record = block.values.get(label);
  if (record === undefined) return null;
  const { text, line } = record;
  const value = text.length <= MAX_LENGTH && NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) {
    const advice = text.includes(',')
      ? 'JCAMP-DX has decimal points, not commas.'
      : 'Export the spectrum again.';
    refuse(line, `##${label}= is ${quote(text)}, which is not a number. ${advice}`);
  }
  return { value, lastPlace: lastPlaceOf(text), text, line };
}

function factorOf(block: Block, label: string): number {
  const factor = numberOf(block, label);
  if (factor?.value === 0) refuse(factor.line, `##${label}= is 0. It must be another number.`);
  return factor?.value ?? 1;
}

/**
 * Reads the header of a block whose points are in `table`.
 *
 * @throws {FileRefused} without FIRSTX, LASTX and NPOINTS, as x cannot be known then
 */
export function readScale(block: Block, table: RecordValue): Scale {
  const [firstX, lastX, npoints] = [
    numberOf(block, 'FIRSTX'),
    numberOf(block, 'LASTX'),
    numberOf(block, 'NPOINTS'),
  ];
  if (firstX === null || lastX === null || npoints === null) {
    const missing = ['FIRSTX', 'LASTX', 'NPOINTS'].filter(label => !block.values.has(label));
    const list = missing
      .map(label => `##${label}=`)
      .join(' and ')
      .replace(' and ##LASTX= and', ', ##LASTX= and');
    const verb = missing.length === 1 ? 'is' : 'are';
    refuse(
      table.line,
      `${list} ${verb} missing, so the x of each point cannot be known. Export the spectrum with them, or as CSV.`,
    );
  }
  const points = npoints.value;
  if (points === 1 && !isNear(firstX.value, lastX.value, Math.min(1, firstX.lastPlace, lastX.lastPlace))) {
    refuse(
      lastX.line,
      `##FIRSTX= is ${firstX.text} and ##LASTX= ${lastX.text}, but ##NPOINTS= is 1. Export the spectrum again.`,
    );
  }
  if (!Number.isSafeInteger(points) || points < 1) {
    refuse(npoints.line, `##NPOINTS= is ${quote(npoints.text)}, which is not a number of points.`);
  }
  return {
    xFactor: factorOf(block, 'XFACTOR'),
    yFactor: factorOf(block, 'YFACTOR'),
    firstX,
    lastX,
    firstY: numberOf(block, 'FIRSTY'),
    points,
  };
}

/** The distance between two points that are evenly spaced; 0 for a single point. */
export function stepOf({ firstX, lastX, points }: Scale): number {
  return points === 1 ? 0 : (lastX.value - firstX.value) / (points - 1);
}

/**
 * Checks ##DELTAX=, which is often rounded: to a unit in its last place, or a thousandth. A twentieth of the step is the
 * max, as a unit may be the step itself.
 */
export function checkDelta(block: Block, scale: Scale): void {
  const delta = numberOf(block, 'DELTAX');
  if (delta === null || scale.points === 1) return;
  const step = stepOf(scale);
  const size = Math.abs(step);
  const tolerance = Math.max(Math.min(delta.lastPlace, size / 20), size / 1000);
  if (isNear(delta.value, step, tolerance)) return;
  const header = `${scale.points} points from ${scale.firstX.text} to ${scale.lastX.text}`;
  refuse(
    delta.line,
    `##DELTAX= is ${delta.text}, but ${header} are ${step} apart. Export the spectrum again.`,
  );
}

/** Checks ##FIRSTY= against the first value of the data, to the last places of both. */
export function checkFirstY(
  { firstY, yFactor }: Scale,
  number: WrittenNumber,
  written: string,
  line: number,
): void {
  if (firstY === null) return;
  const first = number.value * yFactor;
  const place = number.form === 'AFFN' ? lastPlaceOf(written) : 1;
  if (isNear(firstY.value, first, firstY.lastPlace + place * Math.abs(yFactor))) return;
  refuse(line, `The first value is ${first}, but ##FIRSTY= is ${firstY.text} (line ${firstY.line}).`);
}

/** Checks how many points the data hold. */
export function checkCount(scale: Scale, count: number, text: string, table: RecordValue): void {
  if (count === scale.points) return;
  const hasCommas = /\d,\d/.test(
    text.slice(table.dataStart, Math.min(table.dataEnd, table.dataStart + 1000)),
  );
  const advice = hasCommas
    ? 'Numbers need decimal points; a comma separates two.'
    : 'Export the spectrum again.';
  refuse(table.line, `##NPOINTS= is ${scale.points}, but the data hold ${count} points. ${advice}`);
}
