import { compareAxes, describeRange, firstNotMonotonic, formatX } from '../axis.ts';
import { MAX_FILE_POINTS, MAX_POINTS } from '../limits.ts';
import { quote, refuse } from '../problems.ts';
import type { Layout } from './layout-kinds.ts';
import { checkName, type Reader, type TableSpectra } from './spectra.ts';
import { isRowNumbers } from './survey.ts';
import { columnName, dataRowsOf } from './table.ts';

interface Sample {
  name: string;
  lines: number[];
  x: number[];
  y: number[];
}

/** Max columns that are named as not read. */
const MAX_LISTED = 5;

/**
 * Reads a table with one point a row, in the order of the rows. The rows of a sample may be apart.
 *
 * @param withFirst whether the first row is a point, and not a heading
 */
export function readLong(
  reader: Reader,
  { name, x, y, yUnit }: Extract<Layout, { kind: 'long' }>,
  withFirst = false,
): TableSpectra {
  const { table, survey, fileName, numbers, problems, onProgress } = reader;
  if (survey.rows > MAX_FILE_POINTS) {
    refuse(null, `The file has more than ${MAX_FILE_POINTS} points. Split it into several files.`);
  }
  const samples = new Map<string, Sample>();
  for (const { line, fields } of dataRowsOf(table, { problems, onProgress, withFirst })) {
    const sampleName = name === null ? fileName : (fields[name] ?? '');
    let sample = samples.get(sampleName);
    if (!sample) {
      checkName(sampleName, name === null ? null : line, problems);
      sample = { name: sampleName, lines: [], x: [], y: [] };
      samples.set(sampleName, sample);
    }
    sample.lines.push(line);
    sample.x.push(numbers.readX(fields[x.column] ?? '', line, x.column));
    sample.y.push(numbers.readY(fields[y] ?? '', line, y));
    if (sample.x.length > MAX_POINTS) {
      refuse(line, `Spectrum ${quote(sampleName)} has more than ${MAX_POINTS} points.`);
    }
  }
  problems.refuseIfAny();
  for (const { name, lines, x } of samples.values()) {
    const wrong = firstNotMonotonic(x);
    if (wrong === undefined) continue;
    const [before, after] = [wrong - 1, wrong].map(index => ({
      x: formatX(x[index] ?? 0),
      line: lines[index],
    }));
    problems.report(
      after?.line ?? null,
      `x of spectrum ${quote(name)} has to ascend or to descend, but ${before?.x} on line ${before?.line} is followed by ${after?.x}. Sort the points of each spectrum by x, and give each spectrum a name of its own.`,
    );
  }
  problems.refuseIfAny();
  const [first, ...others] = samples.values();
  const axis = { quantity: x.quantity, unit: x.unit, values: first?.x ?? [] };
  for (const { name, lines, x: values } of others) {
    const other = { ...axis, values };
    if (!first || compareAxes(axis, other).result === 'same') continue;
    const ranges = [describeRange(axis), describeRange(other)];
    const counts = `${axis.values.length} and ${values.length} points`;
    const differ =
      ranges[0] !== ranges[1]
        ? `${quote(first.name)} runs from ${ranges[0]}, ${quote(name)} from ${ranges[1]}`
        : `${quote(first.name)} and ${quote(name)} run from ${ranges[0]} with other x between, ${counts}`;
    problems.report(
      lines[0] ?? null,
      `The spectra have several axes: ${differ}. Put the spectra of each axis into a file of their own.`,
    );
  }
  if (others.length > 0 && axis.values.length === 1) {
    problems.report(
      first?.lines[0] ?? null,
      `Each row is a spectrum of its own, with ${columnName(table, x.column)} ${formatX(axis.values[0] ?? 0)} as its only point. If another column holds the x or the names, head it so; otherwise write one row a spectrum, with x in the heading.`,
    );
  }
  problems.refuseIfAny();
  const notes = name === null || name === 0 ? [] : [`The names were taken from ${columnName(table, name)}.`];
  const unread = table.heading.fields.flatMap((_, column) =>
    withFirst || [name, x.column, y].includes(column) || (column === 0 && isRowNumbers(table, survey))
      ? []
      : [columnName(table, column)],
  );
  if (unread.length > 0)
    notes.push(
      `Not read: ${unread.slice(0, MAX_LISTED).join(', ')}${unread.length > MAX_LISTED ? ', …' : ''}.`,
    );
  if (name === null) notes.push('Read as one spectrum, named after the file.');
  return {
    axis,
    yUnit,
    spectra: Array.from(samples.values(), ({ name, lines, y }) => ({
      sampleName: name,
      line: lines[0] ?? null,
      y,
    })),
    notes,
  };
}
