import { type Problems, quote } from '../problems.ts';
import { recognizeXUnit } from '../units.ts';
import type { Dialect } from './dialect.ts';
import { isNumberText } from './numbers.ts';
import { type Row, rowsOf } from './rows.ts';
import { isYUnit, readYHeading } from './words.ts';

/** A table of cells without blanks around their texts. */
export interface Table {
  dialect: Dialect;
  /** The first row, up to its last cell with a text. */
  heading: Row;
  /** The number of all cells of the first row. */
  cells: number;
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
      return { dialect, heading, cells, units, ...above() };
    }
    if (fields.length > 1) [heading, cells] = [{ line, fields }, row.fields.length];
    else if (notes.length === MAX_LINES_ABOVE) return null;
    else {
      state(fields.join(''));
      notes.push(`Line ${line}, ${quote(fields.join(''))}, stands above the table and was left out.`);
    }
  }
  return heading && { dialect, heading, cells, units: null, ...above() };
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
    if (fields.length < cells || lengthOf(fields) > width || fields.length !== (expected ?? fields.length)) {
      const count = fields.length === 1 ? '1 cell' : `${fields.length} cells`;
      const others = fields.length < cells || lengthOf(fields) > width;
      const than = !others
        ? `other rows ${expected}`
        : `${withFirst ? 'the first row' : 'the heading'} ${cells}`;
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

function isRowOfUnits(fields: readonly string[]): boolean {
  const texts = fields.filter(field => field !== '');
  return (
    (texts.length > 1 || texts.some(recognizeXUnit)) &&
    texts.every(text => !isNumberText(text) && (recognizeXUnit(text) !== null || isYUnit(text)))
  );
}
