import { type Axis, firstNotMonotonic } from '../axis.ts';
import { list, refuse } from '../problems.ts';
import { fits } from './axis-match.ts';
import type { Columns } from './columns.ts';
import { recognizeNarrow } from './narrow-layout.ts';
import { isCount, isNumeric, isRowNumbers, type Survey } from './survey.ts';
import type { Table } from './table.ts';
import type { XHeading } from './words.ts';

/** Where the names, the x and the values of a table are. */
export type Layout =
  /** One spectrum a row: the values are below the headings that name points. */
  | { kind: 'wide'; name: number }
  /** One point a row. Without a column of names the table is one spectrum. */
  | { kind: 'long'; name: number | null; x: XColumn; y: number; yUnit: string | null }
  /** One spectrum a column, to the right of the column of x. */
  | { kind: 'transposed'; x: XColumn };

export type XColumn = XHeading & { column: number };

/**
 * Recognizes the layout of a table by its headings, and by the first column where these allow two layouts.
 *
 * @throws {FileRefused} if the headings fit none, or both remain possible
 */
export function recognizeLayout(
  table: Table,
  columns: Columns,
  survey: Survey,
  modelAxis: Axis | null,
): Layout {
  if (columns.points.length === 0) return recognizeNarrow(table, columns, survey, modelAxis);
  const x = xColumnOf(table, columns, survey);
  if (x && isTransposed(table, columns, survey, x, modelAxis)) return { kind: 'transposed', x };
  const name = nameColumnOf(columns);
  if (name === null) {
    refuse(
      table.heading.line,
      "A column with the samples' names is missing: every heading is a number. Add a column headed sample_name.",
    );
  }
  return { kind: 'wide', name };
}

/** The column of the names: by its heading, otherwise the first that is not a point. */
function nameColumnOf({ name, points, width }: Columns): number | null {
  if (name !== null) return name;
  const isPoint = new Set(points.map(({ column }) => column));
  for (let column = 0; column < width; column++) if (!isPoint.has(column)) return column;
  return null;
}

/**
 * The column that is x if the numbers in the heading name samples: the one that is headed so, otherwise the first. Null
 * if its cells, or those of the columns after it, are texts.
 */
function xColumnOf(table: Table, { xs, name, points, width }: Columns, survey: Survey): XColumn | null {
  const headed = xs.find(({ column }) => column === 0 || (column === 1 && isRowNumbers(table, survey)));
  const x = headed ?? { column: 0, quantity: null, unit: null };
  const isPoint = new Set(points.map(({ column }) => column));
  if (survey.rows < 2 || isPoint.has(x.column) || (name !== null && name !== x.column)) return null;
  for (let column = x.column; column < width; column++) {
    // A few wrong cells must not make a layout of another one.
    const isMostlyNumeric = (survey.numbers[column] ?? 0) * 2 > survey.rows;
    if (!isPoint.has(column) && !isMostlyNumeric) return null;
  }
  const isOnlySome = points.length < width - x.column - 1;
  return isOnlySome && !headed && !isCount(points.map(point => point.x)) ? null : x;
}

/** Decides between numbers in the heading that are x and numbers that name samples. */
function isTransposed(
  table: Table,
  { points, xs, name }: Columns,
  survey: Survey,
  x: XColumn,
  modelAxis: Axis | null,
): boolean {
  if (points.some(({ isCertain }) => isCertain)) return false;
  const headings = points.map(point => point.x);
  const cells = survey.values.get(x.column) ?? [];
  const isMonotonic = isNumeric(survey, x.column) && firstNotMonotonic(cells) === undefined;
  const [fitsHeadings, fitsCells] = [fits(headings, modelAxis), isMonotonic && fits(cells, modelAxis)];
  if (fitsHeadings !== fitsCells) return fitsCells;
  const [countsHeadings, countsCells] = [isCount(headings), isCount(cells)];
  const isHeaded = xs.some(({ column }) => column === x.column);
  if (name === x.column) {
    if (!countsHeadings) return false;
  } else if (isMonotonic) {
    if (countsHeadings && !countsCells) return true;
    if (countsCells && !countsHeadings && !isHeaded) return false;
  } else {
    if (countsHeadings && isHeaded) return true;
    if (!countsHeadings && !isHeaded) return false;
  }
  return refuse(
    table.heading.line,
    `Both the first row (${list(points.map(({ number }) => number))}) and the first column (${list(cells.map(String))}) can be x. Head the column of x with x and the others with names, or the column of names with sample_name and the others with their x and unit, such as 900 nm.`,
  );
}
