import { type Axis, firstNotMonotonic } from '../axis.ts';
import { matchAxis } from './axis-match.ts';
import type { Columns } from './columns.ts';
import { APART, isEven, type Survey } from './survey.ts';
import type { Table } from './table.ts';

/** The share of the model's axis that a row holds if it is its heading, in whatever order. */
const MIN_SHARE = 0.9;

/** Min evenly spaced numbers that are an axis. */
const MIN_EVEN = 10;

/**
 * Whether the first row is a heading. A spectrum could be taken for one, and would be lost. So a row of numbers is a
 * heading only if a word, a unit, an empty corner, the model's axis or the size of its numbers shows it.
 */
export function isHeading(table: Table, columns: Columns, survey: Survey, modelAxis: Axis | null): boolean {
  const { points, name, xs } = columns;
  if (points.length === 0) return true;
  // A sample may be called x or y.
  if (name !== null || xs.some(({ quantity }) => quantity !== null)) return true;
  // A row without the cell above the names may also be a spectrum that lost a value.
  if (!table.lacksCorner && table.heading.fields[0] === '' && survey.filledFirst > 0) return true;
  // A sample may be called X900 or 12 nm.
  if (points.filter(({ form }) => form.trim() !== '').length * 2 > points.length) return true;
  const numbers = points.map(({ x }) => x);
  if (modelAxis) {
    const found = new Set(matchAxis(numbers, modelAxis));
    found.delete(-1);
    if (found.size >= MIN_SHARE * modelAxis.values.length) return true;
  }
  if (firstNotMonotonic(numbers) !== undefined) return false;
  // The values of a spectrum are not evenly spaced.
  if (numbers.length >= MIN_EVEN && isEven(numbers)) return true;
  const largest = points.reduce(
    (max, { column }) => Math.max(max, -(survey.lowest[column] ?? 0), survey.highest[column] ?? 0),
    0,
  );
  const typical =
    numbers.map(Math.abs).sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
  return survey.rows > 0 && typical > APART * largest;
}
