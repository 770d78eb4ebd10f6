/** The labelled records of a JCAMP-DX file (`##LABEL= value`), gathered into blocks (`##TITLE=` to `##END=`). */
import { quote, refuse } from '../problems.ts';

/** One line of a text, without its line break. `number` is counted from 1. */
export interface Line {
  number: number;
  start: number;
  end: number;
}

/** The value of a record: its first line without comment, and the lines below it as they are. */
export interface RecordValue {
  text: string;
  line: number;
  dataStart: number;
  dataEnd: number;
}

export type TableLabel = 'XYDATA' | 'XYPOINTS' | 'PEAKTABLE' | 'PEAKASSIGNMENTS' | 'DATATABLE' | 'RADATA';

export interface Block {
  /** The line of its ##TITLE=. */
  line: number;
  values: Map<string, RecordValue>;
  tables: { label: TableLabel; value: RecordValue }[];
}

const TABLES: readonly string[] = [
  'XYDATA',
  'XYPOINTS',
  'PEAKTABLE',
  'PEAKASSIGNMENTS',
  'DATATABLE',
  'RADATA',
] satisfies TableLabel[];

const isTable = (label: string): label is TableLabel => TABLES.includes(label);

/** The labels that are read. All others are skipped, so that memory does not grow with them. */
const READ: readonly string[] = [
  'TITLE',
  'DATATYPE',
  'XUNITS',
  'YUNITS',
  'XFACTOR',
  'YFACTOR',
  'FIRSTX',
  'LASTX',
  'FIRSTY',
  'DELTAX',
  'NPOINTS',
];

const MAX_NESTED_BLOCKS = 10;

/** The lines from `start` to `end`, which end in \n, \r\n or \r. `number` is that of the first one. */
export function* linesOf(text: string, start: number, end: number, number: number): Generator<Line> {
  const lineBreak = /\r\n?|\n/g;
  let from = start;
  for (let n = number; from < end; n++) {
    lineBreak.lastIndex = from;
    const found = lineBreak.exec(text);
    yield { number: n, start: from, end: found === null ? end : Math.min(found.index, end) };
    from = found === null ? end : lineBreak.lastIndex;
  }
}

/**
 * The blocks that hold a table, each when its ##END= is reached: those of a LINK file before their parent.
 *
 * @throws {FileRefused} if a block has no ##END= (the file may be cut off), or two values for one label
 */
export function* blocksOf(text: string): Generator<Block> {
  const open: Block[] = [];
  let record: RecordValue | undefined;
  for (const line of linesOf(text, 0, text.length, 1)) {
    const written = recordIn(text, line);
    if (written === null) continue;
    if (record !== undefined) record.dataEnd = line.start;
    record = undefined;
    const { label, value } = written;
    if (label === 'TITLE') open.push({ line: line.number, values: new Map(), tables: [] });
    if (open.length > MAX_NESTED_BLOCKS) {
      refuse(
        line.number,
        `More than ${MAX_NESTED_BLOCKS} blocks are inside each other: an ##END= is missing.`,
      );
    }
    const block = open.at(-1);
    if (block === undefined) {
      refuse(line.number, `A JCAMP-DX file begins with ##TITLE=, this one with ${quote(`##${label}`)}.`);
    }
    if (label === 'END') {
      open.pop();
      if (block.tables.length > 0) yield block;
    } else if (isTable(label) || READ.includes(label)) {
      record = { text: value, line: line.number, dataStart: line.end, dataEnd: line.end };
      keep(block, label, record);
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) {
    refuse(unclosed.line, 'The block has no ##END=, so the end of the file may be missing. Export it again.');
  }
}

/** The record that begins on a line. Labels are compared without case, blanks, hyphens, slashes and underscores. */
function recordIn(text: string, line: Line): { label: string; value: string } | null {
  let at = line.start;
  while (at < line.end && text.charAt(at).trim() === '') at++;
  if (!text.startsWith('##', at)) return null;
  const written = text.slice(at + 2, line.end);
  const equals = written.indexOf('=');
  const label = equals === -1 ? written : written.slice(0, equals);
  const value = equals === -1 ? '' : written.slice(equals + 1);
  const comment = value.indexOf('$$');
  return {
    label: label.toUpperCase().replaceAll(/[\s/_-]/g, ''),
    value: (comment === -1 ? value : value.slice(0, comment)).trim(),
  };
}

function keep(block: Block, label: string, record: RecordValue): void {
  if (isTable(label)) {
    block.tables.push({ label, value: record });
    return;
  }
  const earlier = block.values.get(label);
  if (earlier !== undefined && earlier.text !== record.text) {
    const values = `${quote(earlier.text)} in line ${earlier.line} and ${quote(record.text)} here`;
    refuse(record.line, `##${label}= has two values: ${values}. Remove the wrong one.`);
  }
  block.values.set(label, record);
}
