/** A text of cells with what separates them. Its lines end with `\n`. */
export interface Dialect {
  text: string;
  delimiter: string;
  /** The index in `text` at which the rows begin, and the number of that line, from 1. */
  start: number;
  line: number;
}

/** In the order of preference: semicolons and tabs are chosen where commas may be decimal signs. */
const DELIMITERS = ['\t', ';', ',', ' '] as const;
/** Lines that are looked at: a title may stand above the table, so the first line is not enough. */
const SAMPLE_LINES = 20;
/** Excel's first line that names the delimiter. */
const SEP_LINE = /^"?sep=([^\w\s"]|\t)"?[^\S\n]*(?:\n|$)/i;

/**
 * Finds the delimiter of a CSV text: what `sep=` names, otherwise the sign that most lines have equally often. Cells
 * that runs of blanks separate are reduced to single blanks.
 */
export function findDialect(original: string): Dialect {
  const text = original.includes('\r')
    ? replaceInPieces(
        original,
        // Not within one line end, but within a run of them.
        at => original[at - 1] !== '\r' || original[at] !== '\n',
        piece => piece.split(/\r\n?/).join('\n'),
      )
    : original;
  const named = SEP_LINE.exec(text);
  if (named) {
    const [match, delimiter = ','] = named;
    return { text, delimiter, start: match.length, line: 2 };
  }
  const delimiter = delimiterOf(text);
  if (delimiter !== ' ') return { text, delimiter, start: 0, line: 1 };
  return { text: reduceBlanks(text), delimiter, start: 0, line: 1 };
}

/** Reduces runs of blanks to single ones, and removes those at the ends of lines. */
function reduceBlanks(text: string): string {
  const reduced = replaceInPieces(
    text,
    // At the beginning of a line, or of a cell.
    at => text[at - 1] === '\n' || (text[at] !== ' ' && text[at] !== '\n'),
    piece => piece.split(/ +/).join(' ').replace(/^ /, '').split('\n ').join('\n').split(' \n').join('\n'),
  );
  return reduced.replace(/^ | $/g, '');
}

/** Characters of the pieces of a text: a replacement takes some bytes for each match until it is done. */
const PIECE_LENGTH = 1024 * 1024;

/**
 * Replaces in the pieces of a text.
 *
 * @param mayCut whether a piece may begin at an index
 * @param replace by `split` and `join`: what `replace` returns keeps 32 bytes for each match (measured in Node 24)
 */
function replaceInPieces(
  text: string,
  mayCut: (at: number) => boolean,
  replace: (piece: string) => string,
): string {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + PIECE_LENGTH, text.length);
    while (end < text.length && !mayCut(end)) end++;
    pieces.push(replace(text.slice(start, end)));
    start = end;
  }
  return pieces.join('');
}

export const isComment = (line: string) => /^[#%]/.test(line);

function delimiterOf(text: string): string {
  const lines = sampleOf(text);
  let best: { delimiter: string; support: number } = { delimiter: ',', support: 0 };
  for (const delimiter of DELIMITERS) {
    const counts = new Map<number, number>();
    for (const line of lines) {
      const count = countOf(line, delimiter);
      if (count > 0) counts.set(count, (counts.get(count) ?? 0) + 1);
    }
    const support = Math.max(0, ...counts.values());
    const isBetter =
      support > best.support ||
      (support === best.support && best.delimiter === ',' && hasDecimalCommas(lines));
    if (isBetter) best = { delimiter, support };
  }
  return best.delimiter;
}

/** Whether each comma is between digits, and blanks separate what is around them: `900,0 0,123`. */
const hasDecimalCommas = (lines: readonly string[]) =>
  lines.every(line => !/(?<!\d),|,(?!\d)/.test(line)) && lines.some(line => /\d,\d+ +[+-]?\d+,\d/.test(line));

/** The first lines with content, without comments and without what is in quotation marks. */
function sampleOf(text: string): string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length && lines.length < SAMPLE_LINES; ) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? text.length : end);
    start += line.length + 1;
    if (line.trim() !== '' && !isComment(line)) lines.push(line.replace(/"[^"]*"/g, ''));
  }
  return lines;
}

function countOf(line: string, delimiter: string): number {
  let count = 0;
  let previous = -2;
  for (let at = line.indexOf(delimiter); at >= 0; at = line.indexOf(delimiter, at + 1)) {
    if (delimiter !== ' ' || at !== previous + 1) count++;
    previous = at;
  }
  return count;
}
