import { type Problems, quote } from '../problems.ts';
import { recognizeXUnit } from '../units.ts';
import type { Dialect } from './dialect.ts';
import { isNumberText } from './numbers.ts';
import { type Row, rowsOf } from './rows.ts';
import { isYUnit } from './words.ts';

/** A table of cells without blanks around their texts. */
export interface Table {
  dialect: Dialect;
  /** The first row, up to its last cell with a text. */
  heading: Row;
  /** The row of units below the heading. */
  units: Row | null;
  /** What was left out above the table. */
  notes: string[];
  /** The last comment above the table, which may be its heading: numpy writes it so. */
  comment: Row | null;
}

/** Max lines with one cell above the table. */
const MAX_LINES_ABOVE = 100;

/** The first row of a text with two cells or more, the heading or not; null if there is none. */
export function openTable(dialect: Dialect): Table | null {
  const notes: string[] = [];
  let comment: Row | null = null;
  let heading: Row | null = null;
  const onComment = (line: number, text: string) => {
    comment = { line, fields: text.split(dialect.delimiter) };
  };
  for (const row of rowsOf(dialect, { onComment })) {
    const { line, fields } = trimmed(row);
    if (heading)
      return { dialect, heading, units: isRowOfUnits(fields) ? { line, fields } : null, notes, comment };
    if (fields.length > 1) heading = { line, fields };
    else if (notes.length === MAX_LINES_ABOVE) return null;
    else notes.push(`Line ${line}, ${quote(fields.join(''))}, stands above the table and was left out.`);
  }
  return heading && { dialect, heading, units: null, notes, comment };
}

/**
 * Yields the rows below the heading, each with at least as many cells as the heading. A row with another number is
 * reported and not yielded; empty cells at its end do not count.
 *
 * @param withFirst whether to yield the first row too, as it is not a heading
 */
export function* dataRowsOf(
  { dialect, heading, units }: Table,
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
  for (const row of rowsOf(dialect, { onProgress })) {
    if (row.line < first) continue;
    const { line, fields } = row;
    const isShort = fields.length < width;
    if (isShort || (fields.length > width && lengthOf(fields) > width)) {
      const count = isShort ? fields.length : lengthOf(fields);
      problems.report(
        line,
        `The row has ${count === 1 ? '1 cell' : `${count} cells`}, the ${withFirst ? 'first row' : 'heading'} ${width}. Every row needs a cell for each column.`,
      );
    } else {
      for (let column = 0; column < width; column++) fields[column] = fields[column]?.trim() ?? '';
      yield row;
    }
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
