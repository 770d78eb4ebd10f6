import { type Axis, firstNotMonotonic, toleranceOf } from '../axis.ts';
import { quote, refuse } from '../problems.ts';
import type { ReadSpectrum } from '../reading.ts';
import { recognizeXUnit, type XUnit } from '../units.ts';
import { nameRankOf, readXHeading } from '../words.ts';
import { type PointHeading, readPointHeading } from './headings.ts';
import { checkName, checkSize, type Reader, type TableSpectra } from './spectra.ts';
import { APART, isNumeric, type Survey } from './survey.ts';
import { columnName, dataRowsOf, type Table } from './table.ts';

/** Reads a table with one spectrum a row. @param name the column of the names */
export function readWide(reader: Reader, name: number, points: readonly PointHeading[]): TableSpectra {
  const { table, survey, numbers, problems, onProgress } = reader;
  const { heading } = table;
  const axis = axisOf(table, name, points);
  checkBetween(table, survey, points);
  checkSize(points.length, survey.rows);
  for (const { number, column } of points) numbers.readX(number, heading.line, column);
  const nameHeading = heading.fields[name] ?? '';
  const isKnown = nameRankOf(nameHeading) >= 0;
  const spectra: ReadSpectrum[] = [];
  for (const { line, fields } of dataRowsOf(table, { problems, onProgress })) {
    const sampleName = fields[name] ?? '';
    if (repeatsHeading(fields) || (isKnown && sampleName === nameHeading)) {
      problems.report(line, 'The line repeats the heading. Put each table into a file of its own.');
      continue;
    }
    checkName(sampleName, line, problems);
    spectra.push({ sampleName, line, y: readValues(reader, points, line, fields) });
  }
  for (const { line } of otherHeadingsIn(spectra, axis, nameHeading)) {
    problems.report(
      line,
      'The line seems to be a heading of its own. Put each table into a file of its own.',
    );
  }
  const notes = name > 0 ? [`The names were taken from ${columnName(table, name)}.`] : [];
  return { axis, yUnit: null, spectra, notes };

  function repeatsHeading(fields: readonly string[]): boolean {
    return heading.fields.every((text, column) => fields[column] === text);
  }
}

/**
 * The rows that seem to be the headings of further tables below the first: their values go in one direction like an
 * axis, and their name is the word for one, or they have the steps of the first axis, or are much larger than all values
 * of spectra.
 */
function otherHeadingsIn(
  spectra: readonly ReadSpectrum[],
  { values: xs }: Axis,
  nameHeading: string,
): ReadSpectrum[] {
  if (xs.length < MIN_HEADING) return [];
  const candidates = new Set(spectra.filter(({ y }) => firstNotMonotonic(y) === undefined));
  if (candidates.size === 0) return [];
  const largest = spectra
    .filter(spectrum => !candidates.has(spectrum))
    .reduce((max, { y }) => y.reduce((sum, value) => Math.max(sum, Math.abs(value)), max), 0);
  const isNamed = (name: string) =>
    nameRankOf(name) >= 0 ||
    readXHeading(name) !== null ||
    (name !== '' && name.toLowerCase() === nameHeading.toLowerCase());
  const isApart = (y: readonly number[]) =>
    largest > 0 && y.every(value => Math.abs(value) > APART * largest);
  const tolerance = toleranceOf(xs);
  const hasStepsOf = (axis: readonly number[], y: readonly number[]) => {
    const offset = (y[0] ?? 0) - (axis[0] ?? 0);
    return y.every((value, index) => Math.abs(value - offset - (axis[index] ?? 0)) <= tolerance);
  };
  return [...candidates].filter(
    ({ sampleName, y }) =>
      isNamed(sampleName) || hasStepsOf(xs, y) || hasStepsOf(xs.toReversed(), y) || isApart(y),
  );
}

/** Min points of a table in which rows are compared with headings. */
const MIN_HEADING = 3;

/** Reads a table of spectra without a heading, whose points are those of the model. @param name the column of the names */
export function readWithoutHeading(reader: Reader, name: number, axis: Axis): TableSpectra {
  const { table, survey, problems, onProgress } = reader;
  checkSize(axis.values.length, survey.rows + 1);
  const columns = Array.from(table.heading.fields, (_, column) => ({ column })).filter(
    ({ column }) => column !== name,
  );
  const spectra: ReadSpectrum[] = [];
  for (const { line, fields } of dataRowsOf(table, { problems, onProgress, withFirst: true })) {
    const sampleName = fields[name] ?? '';
    checkName(sampleName, line, problems);
    spectra.push({ sampleName, line, y: readValues(reader, columns, line, fields) });
  }
  return {
    axis,
    isAxisAssumed: true,
    yUnit: null,
    spectra,
    notes: ["The file has no heading: it was read with the model's axis, and every row is a spectrum."],
  };
}

function readValues(
  { numbers }: Reader,
  points: readonly { column: number }[],
  line: number,
  fields: readonly string[],
): number[] {
  return points.map(({ column }) => numbers.readY(fields[column] ?? '', line, column));
}

/** The axis that the headings name, in the order of the columns. */
function axisOf(table: Table, name: number, points: readonly PointHeading[]): Axis {
  const { line, fields } = table.heading;
  const values = points.map(({ x }) => x);
  const wrong = firstNotMonotonic(values);
  if (wrong !== undefined) refuse(line, describeOrder(points, wrong));
  const byUnit = new Map(points.filter(({ unit }) => unit !== null).map(point => [point.unit, point]));
  const [one, other] = byUnit.values();
  if (one && other) {
    const headings = [one, other].map(({ column }) => quote(fields[column] ?? '')).join(' and ');
    refuse(line, `The headings have several units: ${headings}. Put each axis into a file of its own.`);
  }
  const corner = readXHeading(fields[name] ?? '') ?? unitInCorner(fields[name] ?? '');
  const quantity = points.find(point => point.quantity !== null)?.quantity ?? null;
  return { quantity: quantity ?? corner?.quantity ?? null, unit: one?.unit ?? corner?.unit ?? null, values };
}

/** The unit of x in a heading of names that states it as well, such as `Sample / cm-1`. */
function unitInCorner(heading: string): XUnit | null {
  const [, unit = ''] = /[/\\|,;([]([^/\\|,;([]+)$/.exec(heading.slice(-MAX_CORNER)) ?? [];
  return recognizeXUnit(unit);
}

/** Max characters of the end of a heading that may state a unit. */
const MAX_CORNER = 40;

function describeOrder(points: readonly PointHeading[], index: number): string {
  const [before, after] = [points[index - 1], points[index]];
  if (!before || !after) return '';
  const [one, other] = [before, after].map(({ number, column }) => `${quote(number)} (column ${column + 1})`);
  if (before.x === after.x) return `Two columns have the same x: ${one} and ${other}. Remove one of them.`;
  const isTextOrder = points.every(({ number }, at) => at === 0 || (points[at - 1]?.number ?? '') <= number);
  const cause = isTextOrder ? ' The columns are in the order of their texts.' : '';
  return `x has to ascend or to descend from column to column, but ${one} is followed by ${other}.${cause} Sort the columns by number.`;
}

/** Refuses a column of numbers between those of the points: its heading is missing or misspelled. */
function checkBetween(table: Table, survey: Survey, points: readonly PointHeading[]): void {
  for (const [index, { column }] of points.entries()) {
    const before = points[index - 1]?.column ?? column - 1;
    for (let between = before + 1; between < column; between++) {
      const heading = table.heading.fields[between] ?? '';
      if (!isNumeric(survey, between) || readPointHeading(heading, between)) continue;
      refuse(
        table.heading.line,
        `Column ${between + 1} stands between points and holds numbers, but ${heading === '' ? 'it has no heading' : `${quote(heading)} is not an x`}. Head it with its x, or move it behind the points.`,
      );
    }
  }
}
