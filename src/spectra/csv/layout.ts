import { type Axis, firstNotMonotonic } from '../axis.ts';
import { list, quote, refuse } from '../problems.ts';
import { fits } from './axis-match.ts';
import type { Columns } from './columns.ts';
import type { Layout, XColumn } from './layout-kinds.ts';
import { recognizeNarrow, refuseValues } from './narrow-layout.ts';
import { isCount, isEven, isNumeric, isRowNumbers, isUnnamed, type Survey } from './survey.ts';
import type { Table } from './table.ts';

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
  if (x && isTransposed(table, columns, survey, x, modelAxis)) {
    const ys = columns.ys.filter(({ column }) => column > x.column);
    const values = [...ys, ...columns.points].map(({ column }) => column);
    if (ys.length > 0) refuseValues(table, values);
    return { kind: 'transposed', x };
  }
  const name = nameColumnOf(columns);
  if (name === null) {
    refuse(
      table.heading.line,
      "A column with the samples' names is missing: every heading is a number. Add a column headed sample_name.",
    );
  }
  refuseIfMaybeLong(table, columns, survey, name, modelAxis);
  return { kind: 'wide', name };
}

/** Max numbers in a heading that may describe the points of the long layout: replicates, for example. */
const MAX_DESCRIPTIVE = 3;

/** Refuses a table that may have one point a row, as another column can be x and the headings need not be. */
function refuseIfMaybeLong(
  table: Table,
  { points, xs, ys, width, name: namedColumn }: Columns,
  survey: Survey,
  name: number,
  modelAxis: Axis | null,
): void {
  const numbers = points.map(({ x }) => x);
  if (fits(numbers, modelAxis)) return;
  const isFew = points.length <= MAX_DESCRIPTIVE || isCount(numbers);
  // Row numbers are no names, so beside them a column without a known heading may be x.
  const hasNoNames = namedColumn === null && isUnnamed(table, survey);
  const words = [...xs.filter(({ quantity }) => isFew || quantity !== null), ...(isFew ? ys : [])];
  const isWord = new Set(words.map(({ column }) => column));
  const isPoint = new Set(points.map(({ column }) => column));
  const mayBeX = (column: number): boolean => {
    const varies = (survey.lowest[column] ?? 0) < (survey.highest[column] ?? 0);
    if (column === name || isPoint.has(column) || !varies) return false;
    if (column === 0 && isRowNumbers(table, survey)) return false;
    if (isWord.has(column) || points.length === 1 || (hasNoNames && isFew)) return true;
    const isMonotonic = firstNotMonotonic(survey.values.get(column) ?? []) === undefined;
    return hasNoNames && column === 1 && (isMonotonic || table.heading.fields[1] === '');
  };
  const own = Array.from({ length: width }, (_, column) => column).find(mayBeX);
  if (own === undefined) return;
  refuse(
    table.heading.line,
    `The table may have one point a row, as it has the column ${quote(table.heading.fields[own] ?? '')}, or one spectrum a row, as it has headings that are numbers (${list(points.map(({ number }) => number))}). Remove the columns of one of them.`,
  );
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
  if (!headed && xs.some(({ quantity }) => quantity !== null)) return null;
  const x = headed ?? { column: 0, quantity: null, unit: null };
  const isPoint = new Set(points.map(({ column }) => column));
  if (survey.rows < 2 || isPoint.has(x.column) || (name !== null && name !== x.column)) return null;
  // Some wrong cells must not make another layout of a table.
  const isText = (column: number) => !isPoint.has(column) && survey.numbers[column] === 0;
  if (isText(x.column)) return null;
  for (let column = x.column + 1; column < width; column++) if (!headed && isText(column)) return null;
  return x;
}

/** Decides between numbers in the heading that are x and numbers that name samples. */
function isTransposed(
  table: Table,
  { points, xs, name }: Columns,
  survey: Survey,
  x: XColumn,
  modelAxis: Axis | null,
): boolean {
  const headings = points.map(point => point.x);
  const cells = survey.values.get(x.column) ?? [];
  const isMonotonic = isNumeric(survey, x.column) && firstNotMonotonic(cells) === undefined;
  const [fitsHeadings, fitsCells] = [fits(headings, modelAxis), isMonotonic && fits(cells, modelAxis)];
  if (fitsHeadings !== fitsCells) return fitsCells;
  const isHeaded = xs.some(({ column }) => column === x.column);
  const countsHeadings = isCount(headings) && !points.every(({ isCertain }) => isCertain);
  const countsCells = isNumeric(survey, x.column) && isCount(cells);
  if (countsHeadings && isHeaded && !countsCells) return true;
  // The corner of a table may name the samples beside it: `Sample,101,105,107` above 900, 902, 904.
  const isFew = headings.length < 3 && cells.length > 3;
  const isLikeX = isMonotonic && !countsCells && (isEven(cells) || isFew);
  const areLikeX =
    (headings.length < 3 ? !isFew : isEven(headings)) || points.every(({ isCertain }) => isCertain);
  const isNamed = name === x.column && (areLikeX || !isLikeX);
  if (!countsHeadings && (isNamed || (countsCells && !isHeaded))) return false;
  return refuse(
    table.heading.line,
    `Both the first row (${list(points.map(({ number }) => number))}) and the first column (${list(cells.map(String))}) can be x. Head the column of x with x and the others with names, or the column of names with sample_name and the others with their x and unit, such as 900 nm.`,
  );
}
