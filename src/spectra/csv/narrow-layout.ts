import { type Axis, firstNotMonotonic } from '../axis.ts';
import { list, refuse } from '../problems.ts';
import { fits } from './axis-match.ts';
import type { Columns } from './columns.ts';
import type { Layout } from './layout.ts';
import { isCount, isNumeric, isRowNumbers, type Survey } from './survey.ts';
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
    const column = y?.column ?? rest[0];
    if (column === undefined || (!y && rest.length > 1)) return refuseValues(table, rest);
    return { kind: 'long', name, x, y: column, yUnit: y?.yUnit ?? null };
  }
  if (!y) return rest.some(column => column < x.column) ? refuseHeading(table) : { kind: 'transposed', x };
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

/** Without a heading for x, the first column is x if all cells are numbers and it is monotonic, but no row number. */
function recognizeByCells(
  table: Table,
  { name, width }: Columns,
  survey: Survey,
  modelAxis: Axis | null,
): Layout {
  const cells = survey.values.get(0) ?? [];
  let isAllNumeric = survey.rows > 1;
  for (let column = 0; column < width; column++) isAllNumeric &&= isNumeric(survey, column);
  const isPossible = isAllNumeric && firstNotMonotonic(cells) === undefined;
  if (isPossible && ((name === null && !isCount(cells)) || fits(cells, modelAxis))) {
    return { kind: 'transposed', x: { column: 0, quantity: null, unit: null } };
  }
  return refuseHeading(table);
}

function refuseHeading({ heading: { line, fields } }: Table): never {
  refuse(
    line,
    `The headings ${list(fields)} are not understood. Expected sample_name and the x of each point (one spectrum a row); sample_name,x,y (one point a row); or x and a column for each sample.`,
  );
}

function refuseValues(table: Table, columns: readonly number[]): never {
  refuse(
    table.heading.line,
    columns.length === 0
      ? 'There is no column of values beside the one of x.'
      : `Any of the columns ${headings(table, columns)} may hold the values. Keep one of them, or head it with y.`,
  );
}

const headings = ({ heading }: Table, columns: readonly number[]) =>
  list(columns.map(column => heading.fields[column] ?? ''));
