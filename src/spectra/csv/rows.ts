import Papa from 'papaparse';
import { MAX_FILE_POINTS, MAX_POINTS } from '../limits.ts';
import { refuse } from '../problems.ts';
import type { Dialect } from './dialect.ts';
import { isNumberText } from './numbers.ts';

/** A row of a table, or a comment, with the line on which it begins, counted from 1. */
export interface Row {
  line: number;
  fields: string[];
}

/** Max cells of a row: the points, and what else is known about a sample. */
export const MAX_COLUMNS = MAX_POINTS + 1_000;
/** Max cells of a file: a point of the long layout takes three or four. */
const MAX_CELLS = 4 * MAX_FILE_POINTS;
const MAX_CELL_LENGTH = 10_000;
const MAX_COMMENTS = 10_000;
const MAX_COMMENT_LENGTH = 2_000_000;
/** Characters of the rows that Papa Parse gets at once, so that the cells of a file are never all in memory. */
const BLOCK_LENGTH = 64 * 1024;

const [QUOTE, LINE_END, BLANK] = ['"', '\n', ' '].map(sign => sign.charCodeAt(0));

/**
 * Yields the rows of a text, without comments and blank lines. One pass finds where cells and rows end and checks the
 * limits; Papa Parse then splits what the pass has seen.
 *
 * @param onComment called with the cells of each comment
 * @param onProgress called with the share of the text that was read
 * @throws {FileRefused} when a limit is exceeded, a quotation mark is not closed, or a comment below a row is
 *   like a spectrum
 */
export function* rowsOf(
  { text, delimiter, start, line: firstLine }: Dialect,
  {
    onComment,
    onProgress,
  }: {
    onComment?: ((comment: Row) => void) | undefined;
    onProgress?: ((share: number) => void) | undefined;
  } = {},
): Generator<Row> {
  const separator = delimiter.charCodeAt(0);
  const options = { delimiter, newline: '\n' } as const;
  let [at, line] = [start, firstLine];
  let [blockStart, blockLines]: [number, number[]] = [start, []];
  let [cells, width, comments] = [0, 0, 0];

  /** Parses the block that ends before `end`. */
  function parse(end: number): Row[] {
    const { data, errors } = Papa.parse<string[]>(text.slice(blockStart, end), options);
    if (errors.length > 0) misquoted(blockLines[0] ?? line);
    const parsed = data.map((fields, index) => ({ line: blockLines[index] ?? line, fields }));
    blockLines = [];
    onProgress?.(end / text.length);
    return parsed.filter(({ fields }) => fields.some(field => field.trim() !== ''));
  }

  while (at < text.length) {
    if (text[at] === '#' || text[at] === '%') {
      if (at > blockStart) yield* parse(at - 1);
      const end = endOf(text, at);
      if (++comments > MAX_COMMENTS || end - at > MAX_COMMENT_LENGTH) {
        refuse(
          line,
          `The file has more than ${MAX_COMMENTS} comments, or one of more than ${MAX_COMMENT_LENGTH} characters. Remove them.`,
        );
      }
      const [fields = []] = Papa.parse<string[]>(text.slice(at, end), options).data;
      checkComment(fields, line, width);
      onComment?.({ line, fields });
      [at, blockStart] = [end + 1, end + 1];
      line++;
      continue;
    }
    const rowLine = line;
    blockLines.push(rowLine);
    for (width = 1; ; width++) {
      const cellStart = at;
      at = endOfCell(text, cellStart, separator, rowLine);
      if (text.charCodeAt(cellStart) === QUOTE) line += countLineEnds(text, cellStart, at);
      if (at - cellStart > MAX_CELL_LENGTH) {
        refuse(rowLine, `A cell has more than ${MAX_CELL_LENGTH} characters. Remove its column.`);
      }
      if (width > MAX_COLUMNS) {
        refuse(
          rowLine,
          `The row has more than ${MAX_COLUMNS} cells. A spectrum may have at most ${MAX_POINTS} points.`,
        );
      }
      if (++cells > MAX_CELLS) {
        refuse(rowLine, `The file has more than ${MAX_CELLS} cells. Split it into several files.`);
      }
      if (at >= text.length || text.charCodeAt(at) === LINE_END) break;
      at++;
    }
    at++;
    line++;
    if (at - blockStart > BLOCK_LENGTH || at >= text.length) {
      yield* parse(at - 1);
      blockStart = at;
    }
  }
  if (at > blockStart) yield* parse(text.length);
}

/** The index of the line end after `at`, or of the end of the text. */
function endOf(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** The index of the delimiter or line end after the cell that begins at `at`, or of the end of the text. */
function endOfCell(text: string, at: number, separator: number, line: number): number {
  let end = at;
  if (text.charCodeAt(at) !== QUOTE) {
    while (end < text.length && !isEnd(text.charCodeAt(end), separator)) end++;
    return end;
  }
  // Two quotation marks in a row stand for one of the text.
  end = text.indexOf('"', at + 1);
  while (end >= 0 && text.charCodeAt(end + 1) === QUOTE) end = text.indexOf('"', end + 2);
  if (end < 0) misquoted(line);
  end++;
  while (text.charCodeAt(end) === BLANK && separator !== BLANK) end++;
  if (end < text.length && !isEnd(text.charCodeAt(end), separator)) misquoted(line);
  return end;
}

const isEnd = (code: number, separator: number) => code === separator || code === LINE_END;

function countLineEnds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (text.charCodeAt(at) === LINE_END) count++;
  return count;
}

function misquoted(line: number): never {
  refuse(
    line,
    'A quotation mark is not closed, or is followed by other signs. Close it, or write two for a mark within a cell.',
  );
}

/**
 * Refuses a comment that could be the spectrum of a sample whose name begins with `#` or `%`.
 *
 * @param width the number of cells of the row above it; 0 if there is none
 */
function checkComment([name = '', ...cells]: readonly string[], line: number, width: number): void {
  const numbers = cells.filter(cell => isNumberText(cell.trim())).length;
  const isLikeRow = cells.length === width - 1 || (numbers > 0 && numbers * 2 >= cells.length);
  if (width < 2 || !isLikeRow) return;
  refuse(
    line,
    `The line begins with '${name[0]}' like a comment, but has cells like a spectrum. Remove the line, or the sign.`,
  );
}
