import { firstNotMonotonic, formatX } from '../axis.ts';
import { refuse } from '../problems.ts';
import type { ReadSpectrum } from '../reading.ts';
import type { XColumn } from './layout-kinds.ts';
import { checkName, checkSize, type Reader, type TableSpectra } from './spectra.ts';
import { dataRowsOf } from './table.ts';

/** Reads a table with one spectrum a column; the rows are its points. */
export function readTransposed(reader: Reader, x: XColumn): TableSpectra {
  const { table, survey, numbers, problems, onProgress } = reader;
  const { heading } = table;
  const samples = heading.fields.slice(x.column + 1).map((sampleName, index) => {
    const column = x.column + 1 + index;
    if (sampleName === '')
      problems.report(heading.line, `Column ${column + 1} has no heading. Name its sample.`);
    else checkName(sampleName, heading.line, problems);
    return { sampleName, column, y: [] as number[] };
  });
  checkSize(survey.rows, samples.length);
  const [values, lines]: [number[], number[]] = [[], []];
  for (const { line, fields } of dataRowsOf(table, { problems, onProgress })) {
    values.push(numbers.readX(fields[x.column] ?? '', line, x.column));
    lines.push(line);
    for (const { column, y } of samples) y.push(numbers.readY(fields[column] ?? '', line, column));
  }
  problems.refuseIfAny();
  const wrong = firstNotMonotonic(values);
  if (wrong !== undefined) {
    const [before, after] = [values[wrong - 1] ?? 0, values[wrong] ?? 0].map(formatX);
    refuse(
      lines[wrong] ?? null,
      `x has to ascend or to descend, but ${before} on line ${lines[wrong - 1]} is followed by ${after}. Sort the rows by x.`,
    );
  }
  const spectra: ReadSpectrum[] = samples.map(({ sampleName, y }) => ({ sampleName, line: heading.line, y }));
  const count = spectra.length === 1 ? '1 sample' : `${spectra.length} samples`;
  return {
    axis: { quantity: x.quantity, unit: x.unit, values },
    yUnit: null,
    spectra,
    notes: [`Read as one column for each sample: ${count} of ${values.length} points.`],
  };
}
