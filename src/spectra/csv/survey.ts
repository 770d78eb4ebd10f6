import { MAX_FILE_POINTS, MAX_POINTS } from '../limits.ts';
import { type Problems, refuse } from '../problems.ts';
import { toNumber } from './numbers.ts';
import { dataRowsOf, type Table } from './table.ts';

/** What the rows below the heading hold, as far as it decides how they are read. */
export interface Survey {
  rows: number;
  /** The number of the first cells of rows that hold something. */
  filledFirst: number;
  /** For each column the number of its cells that are numbers, and the range of these. */
  numbers: Int32Array;
  lowest: Float64Array;
  highest: Float64Array;
  /** The values of the columns that may be x, up to the first that is not a number, and of `MAX_POINTS` rows at most. */
  values: ReadonlyMap<number, readonly number[]>;
}

/** Reads the rows below the heading once. @param candidates the columns that may be x */
export function surveyRows(
  table: Table,
  candidates: readonly number[],
  problems: Problems,
  onProgress?: (share: number) => void,
): Survey {
  const width = table.heading.fields.length;
  const numbers = new Int32Array(width);
  const lowest = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
  const highest = new Float64Array(width).fill(Number.NEGATIVE_INFINITY);
  const values = new Map(candidates.map(column => [column, [] as number[]]));
  let [rows, filledFirst] = [0, 0];
  for (const { fields } of dataRowsOf(table, { problems, onProgress })) {
    for (let column = 0; column < width; column++) {
      const value = toNumber(fields[column] ?? '');
      if (Number.isNaN(value)) continue;
      if (numbers[column] === rows && rows < MAX_POINTS) values.get(column)?.push(value);
      numbers[column] = (numbers[column] ?? 0) + 1;
      lowest[column] = Math.min(lowest[column] ?? value, value);
      highest[column] = Math.max(highest[column] ?? value, value);
    }
    if (++rows > MAX_FILE_POINTS) {
      refuse(null, `The file has more than ${MAX_FILE_POINTS} rows. Split it into several files.`);
    }
    if (fields[0] !== '') filledFirst++;
  }
  return { rows, filledFirst, numbers, lowest, highest, values };
}

/** Whether every cell of a column is a number. */
export const isNumeric = (survey: Survey, column: number): boolean =>
  survey.rows > 0 && survey.numbers[column] === survey.rows;

/** Whether values are 0, 1, 2, … or 1, 2, 3, …, as the numbers of rows, columns and samples are. */
export function isCount(values: readonly number[]): boolean {
  const [first] = values;
  return (first === 0 || first === 1) && values.every((value, index) => value === first + index);
}

/** Whether the first column holds numbers below no heading, `X` or `index`, as R and pandas write row numbers. */
export function isUnnamed({ heading }: Table, survey: Survey): boolean {
  return ['', 'X', 'index'].includes(heading.fields[0] ?? '') && isNumeric(survey, 0);
}

/** Whether the first column holds the numbers of the rows, in whatever order: rows that were sorted keep them. */
export const isRowNumbers = (table: Table, survey: Survey): boolean =>
  isUnnamed(table, survey) && isCount((survey.values.get(0) ?? []).toSorted((one, other) => one - other));

/** Whether three values or more have even steps but for what rounding leaves, as spectra do not. */
export function isEven(values: readonly number[]): boolean {
  const [first = 0, second = 0] = values;
  const step = ((values.at(-1) ?? 0) - first) / (values.length - 1);
  const isClose = (value: number, index: number) =>
    Math.abs(value - first - index * step) <= Math.abs(step) / 10;
  return values.length > 2 && second !== first && values.every(isClose);
}

/** How much larger than values an axis is that nothing else identifies: 900 nm beside an absorbance of 3. */
export const APART = 10;

/** Whether values are much larger than those of all columns after the first, as nm are beside absorbances. */
export function isApart(values: readonly number[], { lowest, highest }: Survey): boolean {
  let largest = 0;
  for (let column = 1; column < lowest.length; column++) {
    largest = Math.max(largest, -(lowest[column] ?? 0), highest[column] ?? 0);
  }
  return values.every(value => Math.abs(value) > APART * largest);
}
