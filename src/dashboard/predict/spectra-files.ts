import Papa from 'papaparse';
import { MAX_SAMPLE_NAME_LENGTH } from '../limits.ts';

/** A spectrum, and where it was read. */
export interface Spectrum {
  sampleName: string;
  file: string;
  /** The line on which it begins, counted from 1 with the heading. */
  line: number;
  x: readonly number[];
  /** The values at `x`, in the same order; they are what is sent. */
  y: readonly number[];
}

/** A problem in a file, with its line; null for the file as a whole. */
export interface Problem {
  file: string;
  line: number | null;
  message: string;
}

/** A file is read completely or not at all, as a part of its samples could be mistaken for all. */
export type Reading = { spectra: Spectrum[]; problems: [] } | { spectra: []; problems: Problem[] };

interface Row {
  line: number;
  fields: string[];
}

interface Table {
  heading: Row;
  rows: Row[];
  /** Whether numbers may have decimal commas: only if the comma does not separate fields. */
  decimalComma: boolean;
}

/** Max reported problems: a file of a wrong kind has one in each line. */
const MAX_PROBLEMS = 10;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NAMES_OF_NAMES = ['samplename', 'sample', 'name'];

/**
 * Reads a CSV file of spectra, in one of two formats, which differ in the heading:
 *
 * - long, `sample_name,x,y`: one point a row, in any order of rows; the points are ordered by x, ascending;
 * - wide: one spectrum a row; the columns headed by a number are its points, in the order of the columns, and
 *   the others describe it (`sample_name`, else the first of them, is its name).
 *
 * Fields are separated by commas, semicolons or tabs; with the latter two, numbers may have decimal commas.
 */
export function readSpectra(file: string, text: string): Reading {
  const problems: Problem[] = [];
  const report = (line: number | null, message: string) => {
    if (problems.length < MAX_PROBLEMS) problems.push({ file, line, message });
    else if (problems.length === MAX_PROBLEMS) {
      problems.push({ file, line: null, message: 'There are more problems. Fix these first.' });
    }
  };
  const spectra = readText(file, text, report);
  if (problems.length > 0) return { spectra: [], problems };
  return { spectra, problems: [] };
}

/** A problem as one sentence. */
export function describeProblem({ file, line, message }: Problem): string {
  return line === null ? `${file}: ${message}` : `${file}, line ${line}: ${message}`;
}

type Report = (line: number | null, message: string) => void;

function readText(file: string, text: string, report: Report): Spectrum[] {
  if (text.includes('\0')) {
    report(null, 'This is not a text file. Save the spectra as CSV.');
    return [];
  }
  const table = readTable(text, report);
  if (!table) return [];
  const headings = table.heading.fields;
  const points = headings.flatMap((heading, column) => {
    const x = toNumber(heading, table.decimalComma);
    return x === null ? [] : [{ column, x }];
  });
  const named = headings.map(heading => heading.toLowerCase().replace(/[\s_-]/g, ''));
  const long = { x: named.indexOf('x'), y: named.indexOf('y') };
  const name = named.findIndex(heading => NAMES_OF_NAMES.includes(heading));
  let spectra: Spectrum[] = [];
  if (points.length > 0) {
    const firstOther = headings.findIndex((_heading, column) =>
      points.every(point => point.column !== column),
    );
    spectra = readWide(file, table, points, name >= 0 ? name : firstOther, report);
  } else if (long.x >= 0 && long.y >= 0 && name >= 0) {
    spectra = readLong(file, table, { name, ...long }, report);
  } else {
    report(
      table.heading.line,
      'The heading is neither that of the long format, sample_name,x,y, nor of the wide one: sample_name and then a number for each point.',
    );
    return [];
  }
  if (table.rows.length === 0) report(null, 'There are no spectra below the heading.');
  return spectra;
}

function readTable(text: string, report: Report): Table | undefined {
  const lines = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const delimiter = delimiterOf(lines);
  const { data, errors } = Papa.parse<string[]>(lines, { delimiter, newline: '\n' });
  const misquoted = new Set(errors.filter(({ type }) => type === 'Quotes').map(({ row }) => row));
  const rows: Row[] = [];
  let line = 1;
  for (const [index, fields] of data.entries()) {
    if (misquoted.has(index)) report(line, 'A quotation mark is not closed, or is within a field.');
    if (fields.some(field => field.trim() !== '')) {
      rows.push({ line, fields: fields.map(field => field.trim()) });
    }
    // A quoted field may contain line breaks.
    line += 1 + fields.reduce((sum, field) => sum + field.split('\n').length - 1, 0);
  }
  const [heading, ...below] = rows;
  if (!heading) {
    report(null, 'The file is empty.');
    return undefined;
  }
  return { heading, rows: below, decimalComma: delimiter !== ',' };
}

/** The delimiter of the heading. Commas may also be decimal commas: `sample;900,5;901,5`. */
function delimiterOf(text: string): string {
  const heading = (/\S.*/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const count = (sign: string) => heading.split(sign).length - 1;
  if (count('\t') > 0) return '\t';
  return count(';') > 0 && count(';') >= count(',') ? ';' : ',';
}

function toNumber(field: string, decimalComma: boolean): number | null {
  const text = decimalComma ? field.replace(',', '.') : field;
  if (!NUMBER.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function checkName(sampleName: string, line: number, report: Report): void {
  if (sampleName === '') report(line, 'The sample has no name.');
  else if ([...sampleName].length > MAX_SAMPLE_NAME_LENGTH) {
    report(line, `A sample's name may have at most ${MAX_SAMPLE_NAME_LENGTH} characters.`);
  }
}

const notANumber = (field: string, column: string) =>
  field === '' ? `There is no value in column ${column}.` : `'${field}' in column ${column} is not a number.`;

function readWide(
  file: string,
  { heading, rows, decimalComma }: Table,
  points: { column: number; x: number }[],
  name: number,
  report: Report,
): Spectrum[] {
  if (name < 0) {
    report(heading.line, "A column for the samples' names is missing: every heading is a number.");
    return [];
  }
  const x = points.map(point => point.x);
  const twice = x.find((value, index) => x.indexOf(value) !== index);
  if (twice !== undefined) report(heading.line, `Two columns are headed ${twice}.`);
  return rows.map(({ line, fields }) => {
    const sampleName = fields[name] ?? '';
    checkName(sampleName, line, report);
    const y: number[] = [];
    const surplus = fields.slice(heading.fields.length).filter(field => field !== '').length;
    const there = points.filter(({ column }) => column < fields.length).length + surplus;
    if (there !== points.length) {
      report(line, `Spectrum '${sampleName}' has ${there} points, but the heading names ${points.length}.`);
      return { sampleName, file, line, x, y };
    }
    for (const { column } of points) {
      const field = fields[column] ?? '';
      const value = toNumber(field, decimalComma);
      if (value === null) report(line, notANumber(field, heading.fields[column] ?? ''));
      else y.push(value);
    }
    return { sampleName, file, line, x, y };
  });
}

interface Point {
  x: number;
  y: number;
  line: number;
}

function readLong(
  file: string,
  { rows, decimalComma }: Table,
  columns: { name: number; x: number; y: number },
  report: Report,
): Spectrum[] {
  const samples = new Map<string, { line: number; points: Point[] }>();
  for (const { line, fields } of rows) {
    const sampleName = fields[columns.name] ?? '';
    checkName(sampleName, line, report);
    const read = (column: number, heading: string) => {
      const field = fields[column] ?? '';
      const value = toNumber(field, decimalComma);
      if (value === null) report(line, notANumber(field, heading));
      return value;
    };
    const x = read(columns.x, 'x');
    const y = read(columns.y, 'y');
    if (x === null || y === null) continue;
    const sample = samples.get(sampleName);
    if (sample) sample.points.push({ x, y, line });
    else samples.set(sampleName, { line, points: [{ x, y, line }] });
  }
  return Array.from(samples, ([sampleName, { line, points }]) => {
    points.sort((one, other) => one.x - other.x || one.line - other.line);
    for (const [index, point] of points.entries()) {
      const before = points[index - 1];
      if (before?.x === point.x) {
        report(point.line, `Spectrum '${sampleName}' has x = ${point.x} on line ${before.line} already.`);
      }
    }
    return { sampleName, file, line, x: points.map(({ x }) => x), y: points.map(({ y }) => y) };
  });
}
