import { list, type Problems, quote, refuse } from '../problems.ts';
import { recognizeXUnit } from '../units.ts';
import { isYUnit, readXHeading, readYHeading } from '../words.ts';
import type { Dialect } from './dialect.ts';
import { readPointHeading } from './headings.ts';
import { isNumberText } from './numbers.ts';
import { type Row, rowsOf } from './rows.ts';

/** A table of cells without blanks around their texts. */
export interface Table {
  dialect: Dialect;
  /** The first row, up to its last cell with a text. */
  heading: Row;
  /** The number of all cells of the first row. */
  cells: number;
  /** Whether the first row has one cell less than the next. If it is a heading, its first cell was added as an empty one. */
  lacksCorner: boolean;
  /** The row of units below the heading. */
  units: Row | null;
  /** What was left out above the table. */
  notes: string[];
  /** The last comment above the table, which may be its heading: numpy writes it so. */
  comment: Row | null;
  /** The unit of the values, if one line or comment above the table states it. */
  yUnit: string | null;
}

/** Max lines with one cell above the table. */
const MAX_LINES_ABOVE = 100;

/** The first row of a text with two cells or more, the heading or not; null if there is none. */
export function openTable(dialect: Dialect): Table | null {
  const notes: string[] = [];
  let comment: Row | null = null;
  let heading: Row | null = null;
  let cells = 0;
  const stated = new Set<string>();
  const state = (text: string) => {
    const unit = readYHeading(text)?.yUnit;
    if (unit) stated.add(unit);
  };
  const onComment = (row: Row) => {
    if (heading) return;
    comment = trimmed(row);
    const [first = '', ...others] = comment.fields;
    // `%T` begins like a comment.
    if (others.length === 0) for (const text of [first, first.slice(1).trim()]) state(text);
  };
  const above = () => ({ notes, comment, yUnit: stated.size === 1 ? ([...stated][0] ?? null) : null });
  for (const row of rowsOf(dialect, { onComment })) {
    const { line, fields } = trimmed(row);
    if (heading) {
      const units = isRowOfUnits(fields) ? { line, fields } : null;
      if (!units) refuseOtherHeading(fields, line, heading);
      for (const one of [heading, { line, fields }]) refuseOtherDelimiter(one, dialect);
      const lacksCorner = isWithoutCorner(heading, row);
      return {
        dialect,
        heading: lacksCorner ? { line: heading.line, fields: ['', ...heading.fields] } : heading,
        cells: lacksCorner ? cells + 1 : cells,
        lacksCorner,
        units,
        ...above(),
      };
    }
    if (fields.length > 1) [heading, cells] = [{ line, fields }, row.fields.length];
    else if (notes.length === MAX_LINES_ABOVE) return null;
    else {
      state(fields.join(''));
      notes.push(`Line ${line}, ${quote(fields.join(''))}, stands above the table and was left out.`);
    }
  }
  return heading && { dialect, heading, cells, lacksCorner: false, units: null, ...above() };
}

/** Whether a heading of numbers has no cell above the names, as R writes row names. */
function isWithoutCorner({ fields }: Row, next: Row): boolean {
  return (
    next.fields.length === fields.length + 1 &&
    !isNumberText(next.fields[0]?.trim() ?? '') &&
    fields.every((heading, column) => readPointHeading(heading, column) !== null)
  );
}

/** Refuses a table with a second row of headings, as programs write spectra with an x of their own side by side. */
function refuseOtherHeading(fields: readonly string[], line: number, heading: Row): void {
  const xs = fields.filter(text => readXHeading(text) !== null);
  if (xs.length === 0 || fields.some(isNumberText)) return;
  const advice =
    xs.length > 1
      ? 'Each spectrum seems to have an x of its own. Export one spectrum a file, or all with a common x.'
      : `Remove line ${heading.line}, or put its names into line ${line}.`;
  refuse(line, `Below the first row, ${list(heading.fields)}, are more headings: ${list(fields)}. ${advice}`);
}

/** Numbers that a tab or a semicolon separates: it is the delimiter, and others in the row are decimal commas. */
const SEPARATED_NUMBERS = /\d[\t;][-+]?\d/;

/** Refuses a row whose cells hold several numbers: rows of different lengths can hide the true delimiter. */
function refuseOtherDelimiter({ line, fields }: Pick<Row, 'line' | 'fields'>, { delimiter }: Dialect): void {
  const cell = fields.find(text => SEPARATED_NUMBERS.test(text));
  if (cell === undefined) return;
  const read = delimiter === '\t' ? 'tabs' : quote(delimiter);
  refuse(
    line,
    `The cells were separated by ${read}, but ${quote(cell)} holds several numbers. Use one delimiter, and as many cells in each row.`,
  );
}

/**
 * Yields the rows below the heading, each with the cells of the heading. A row with another number of cells is reported
 * and not yielded: a cell may be missing in it. More cells than in the heading are allowed if they are empty and every
 * row has as many, as some programs end each row with a delimiter.
 *
 * @param withFirst whether to yield the first row too, as it is not a heading
 */
export function* dataRowsOf(
  { dialect, heading, cells, units }: Table,
  {
    problems,
    onProgress,
    withFirst = false,
  }: {
    problems: Problems;
    onProgress?: ((share: number) => void) | undefined;
    withFirst?: boolean;
  },
): Generator<Row> {
  const width = heading.fields.length;
  const first = withFirst ? heading.line : (units ?? heading).line + 1;
  let expected: number | undefined;
  for (const { line, fields } of rowsOf(dialect, { onProgress })) {
    if (line < first) continue;
    if (fields.length >= cells && lengthOf(fields) > width) {
      const text = quote(fields[lengthOf(fields) - 1]?.trim() ?? '');
      problems.report(
        line,
        `${text} is in column ${lengthOf(fields)}, which has no heading. Head the column, or remove it.`,
      );
      continue;
    }
    if (fields.length < cells || fields.length !== (expected ?? fields.length)) {
      const count = fields.length === 1 ? '1 cell' : `${fields.length} cells`;
      const than =
        fields.length < cells
          ? `${withFirst ? 'the first row' : 'the heading'} ${cells}`
          : `other rows ${expected}`;
      problems.report(line, `The row has ${count}, ${than}. Every row needs a cell for each column.`);
      continue;
    }
    expected ??= fields.length;
    yield { line, fields: Array.from({ length: width }, (_, column) => fields[column]?.trim() ?? '') };
  }
}

/** A column for messages: its heading, otherwise its number from 1. */
export function columnName(table: Table, column: number): string {
  const heading = table.heading.fields[column] ?? '';
  return heading === '' ? `column ${column + 1}` : `column ${quote(heading)}`;
}

/** The number of cells up to the last with a text. */
function lengthOf(fields: readonly string[]): number {
  let length = fields.length;
  while (length > 0 && fields[length - 1]?.trim() === '') length--;
  return length;
}

function trimmed({ line, fields }: Row): Row {
  return { line, fields: fields.slice(0, lengthOf(fields)).map(field => field.trim()) };
}

function isRowOfUnits([first = '', ...others]: readonly string[]): boolean {
  // The cell below the heading of the names may head the row.
  const fields = /^(units?|einheit(en)?)$/i.test(first) ? others : [first, ...others];
  const texts = fields.filter(field => field !== '');
  return (
    (texts.length > 1 || texts.some(recognizeXUnit)) &&
    texts.every(text => !isNumberText(text) && (recognizeXUnit(text) !== null || isYUnit(text)))
  );
}
