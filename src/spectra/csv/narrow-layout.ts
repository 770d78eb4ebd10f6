import { type Axis, firstNotMonotonic } from '../axis.ts';
import { list, refuse } from '../problems.ts';
import { fits } from './axis-match.ts';
import type { Columns } from './columns.ts';
import type { Layout } from './layout-kinds.ts';
import { isApart, isCount, isEven, isNumeric, isRowNumbers, type Survey } from './survey.ts';
import type { Table } from './table.ts';

/** Recognizes the layout of a table without numbers as headings: long, transposed, or a single spectrum. */
export function recognizeNarrow(
  table: Table,
  columns: Columns,
  survey: Survey,
  modelAxis: Axis | null,
): Layout {
  const x = onlyX(table, columns, survey);
  if (!x) return recognizeByCells(table, columns, survey, modelAxis);
  const { name, width } = columns;
  const ys = columns.ys.filter(({ column }) => column !== x.column);
  const rest = Array.from({ length: width }, (_, column) => column).filter(
    column => column !== x.column && column !== name && !(column === 0 && isRowNumbers(table, survey)),
  );
  const [y] = ys;
  if (ys.length > 1)
    return refuseValues(
      table,
      ys.map(({ column }) => column),
    );
  if (name !== null) {
    return y ? { kind: 'long', name, x, y: y.column, yUnit: y.yUnit } : refuseValues(table, rest);
  }
  if (!y) {
    const isFirst = rest.length > 0 && rest.every(column => column > x.column);
    return isFirst ? { kind: 'transposed', x } : refuseHeading(table);
  }
  const [other, ...more] = rest.filter(column => column !== y.column);
  if (more.length > 0) {
    return refuse(
      table.heading.line,
      `Any of the columns ${headings(table, rest)} may hold the samples' names. Head the right one with sample_name.`,
    );
  }
  if (other !== undefined && isNumeric(survey, other)) return refuseValues(table, rest);
  return { kind: 'long', name: other ?? null, x, y: y.column, yUnit: y.yUnit };
}

/** The column that is headed as x, without R's `X` above row numbers if there is another one. */
function onlyX(table: Table, { xs }: Columns, survey: Survey): Columns['xs'][number] | undefined {
  const some = xs.length > 1 && isRowNumbers(table, survey) ? xs.filter(({ column }) => column > 0) : xs;
  if (some.length > 1) {
    refuse(
      table.heading.line,
      `Any of the columns ${headings(
        table,
        some.map(({ column }) => column),
      )} can be x. Keep one of them.`,
    );
  }
  return some[0];
}

/**
 * Without a heading for x, the first column is x if it is monotonic, holds no row numbers, and is unlike the other
 * columns, which are numbers too.
 */
function recognizeByCells(
  table: Table,
  { name, width, ys }: Columns,
  survey: Survey,
  modelAxis: Axis | null,
): Layout {
  const cells = survey.values.get(0) ?? [];
  let isAllNumeric = survey.rows > 1;
  for (let column = 0; column < width; column++) isAllNumeric &&= isNumeric(survey, column);
  const isPossible = isAllNumeric && firstNotMonotonic(cells) === undefined;
  const isLikely =
    name === null && !isCount(cells) && (isApart(cells, survey) || (cells.length > 3 && isEven(cells)));
  if (!isPossible || !(isLikely || fits(cells, modelAxis))) return refuseHeading(table);
  const x = { column: 0, quantity: null, unit: null };
  const [y] = ys;
  if (!y) return { kind: 'transposed', x };
  if (width > 2)
    return refuseValues(
      table,
      Array.from({ length: width - 1 }, (_, index) => index + 1),
    );
  return { kind: 'long', name: null, x, y: y.column, yUnit: y.yUnit };
}

function refuseHeading({ heading: { line, fields } }: Table): never {
  refuse(
    line,
    `The headings ${list(fields)} are not understood. Expected sample_name and the x of each point (one spectrum a row); sample_name,x,y (one point a row); or x and a column for each sample.`,
  );
}

export function refuseValues(table: Table, columns: readonly number[]): never {
  refuse(
    table.heading.line,
    columns.length === 0
      ? 'There is no column of values beside the one of x.'
      : `Any of the columns ${headings(table, columns)} may hold the values. Keep one of them, or head it with y.`,
  );
}

const headings = ({ heading }: Table, columns: readonly number[]) =>
  list(columns.map(column => heading.fields[column] ?? ''));
