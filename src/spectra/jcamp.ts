/**
 * Reads JCAMP-DX files: XYDATA in all forms, explicit pairs, and LINK files of several spectra.
 *
 * The x axis comes from ##FIRSTX=, ##LASTX= and ##NPOINTS= and is checked against the x of every line. Values keep
 * the unit that the file states: transmittance is not converted.
 */
import type { Axis } from './axis.ts';
import { axisOfLabel } from './axis-label.ts';
import { evenlySpaced } from './evenly-spaced.ts';
import { checkMonotonic, checkPoints, checkSameAxis, nameOfFile, namesOfSamples } from './file-spectra.ts';
import { decodeOrdinates } from './jcamp/ordinates.ts';
import { decodePairs } from './jcamp/pairs.ts';
import { type Block, blocksOf, type RecordValue, type TableLabel } from './jcamp/records.ts';
import { checkDelta, readScale, type Scale } from './jcamp/scale.ts';
import { quote, refuse } from './problems.ts';
import type { ReadOptions, ReadSpectrum, SpectraFile } from './reading.ts';

/** Tables that hold no spectrum, with what they hold. */
const OTHER_TABLES: Partial<Record<TableLabel, string>> = {
  PEAKTABLE: 'a table of peaks (##PEAK TABLE=)',
  PEAKASSIGNMENTS: 'a table of peaks (##PEAK ASSIGNMENTS=)',
  DATATABLE: 'several variables (##NTUPLES=), as for NMR or mass spectra',
  RADATA: 'an interferogram (##RADATA=)',
};

const NO_SPECTRUM = 'The file has no spectrum: no ##XYDATA= and no ##XYPOINTS=.';

interface BlockSpectrum {
  title: string;
  line: number;
  axis: Axis;
  yUnit: string | null;
  y: number[];
  notes: string[];
}

/** Whether a text is a JCAMP-DX file: it begins with ##TITLE=, after comments at most. */
export function isJcamp(text: string): boolean {
  return /^\s*(?:\$\$[^\r\n]*[\r\n]\s*)*##\s*title\s*=/i.test(text.slice(0, 10_000));
}

/**
 * Reads the text of a JCAMP-DX file. A single spectrum is named after the file; those of a LINK file after their
 * titles, if each has its own.
 *
 * @returns the spectra in the file's order of points
 * @throws {FileRefused} with the reason and the line
 */
export function readJcamp(
  name: string,
  text: string,
  { onProgress }: Pick<ReadOptions, 'onProgress'> = {},
): SpectraFile {
  if (countPoints(text) === 0) refuse(null, NO_SPECTRUM);
  const read: BlockSpectrum[] = [];
  const xOf = createXs();
  for (const block of blocksOf(text)) {
    for (const { label, value } of block.tables) {
      const spectrum = readTable(text, block, label, value, xOf);
      const [first] = read;
      if (first === undefined) checkMonotonic(spectrum.axis, value.line);
      else checkAgreement(first, spectrum, read.length + 1);
      read.push(spectrum);
      onProgress?.(value.dataEnd / text.length);
    }
  }
  const [first] = read;
  if (first === undefined) refuse(null, NO_SPECTRUM);
  const titles = read.map(({ title }) => title);
  const names = read.length === 1 ? [nameOfFile(name)] : namesOfSamples(name, titles);
  return {
    name,
    format: 'JCAMP-DX',
    layout: null,
    axis: first.axis,
    isAxisAssumed: false,
    yUnit: first.yUnit,
    spectra: read.map(({ y, line }, index): ReadSpectrum => ({ sampleName: names[index] ?? '', line, y })),
    notes: [...noteTitles(names, titles), ...new Set(read.flatMap(({ notes }) => notes))],
  };
}

/**
 * The points that the headers of a file state. Refuses too many before any point is decoded; `decodeOrdinates` then
 * keeps no more than stated.
 */
function countPoints(text: string): number {
  let pointsSoFar = 0;
  for (const block of blocksOf(text)) {
    for (const { label, value } of block.tables) {
      const other = OTHER_TABLES[label];
      if (other !== undefined) {
        refuse(value.line, `The file holds ${other}. Only ##XYDATA= and ##XYPOINTS= are read.`);
      }
      const { points } = readScale(block, value);
      checkPoints(points, pointsSoFar, value.line);
      pointsSoFar += points;
    }
  }
  return pointsSoFar;
}

/** The evenly spaced x of a header. Those of the header before are used again, as LINK files repeat it. */
function createXs(): (scale: Scale) => readonly number[] {
  let last: { header: string; values: readonly number[] } | undefined;
  return ({ firstX, lastX, points }) => {
    const header = `${firstX.value} ${lastX.value} ${points}`;
    if (last?.header !== header) {
      last = { header, values: evenlySpaced(firstX.value, lastX.value, points) };
    }
    return last.values;
  };
}

function readTable(
  text: string,
  block: Block,
  label: TableLabel,
  table: RecordValue,
  xOf: (scale: Scale) => readonly number[],
): BlockSpectrum {
  const form = table.text.replaceAll(' ', '').toUpperCase();
  const isPairs = form.startsWith('(XY..XY)');
  if (!isPairs && !form.startsWith('(X++(Y..Y)')) {
    refuse(table.line, `##${label}= is ${quote(table.text)}. Only (X++(Y..Y)) and (XY..XY) are read.`);
  }
  const scale = readScale(block, table);
  if (!isPairs) checkDelta(block, scale);
  const { x, y } = isPairs
    ? decodePairs(text, table, scale)
    : { x: xOf(scale), y: decodeOrdinates(text, table, scale) };
  const textOf = (wanted: string) => block.values.get(wanted)?.text ?? '';
  const unscaled = ['XFACTOR', 'YFACTOR'].filter(factor => !block.values.has(factor));
  return {
    title: textOf('TITLE'),
    line: block.line,
    axis: { ...axisOfLabel(textOf('XUNITS'), /raman/i.test(textOf('DATATYPE'))), values: x },
    yUnit: textOf('YUNITS') || null,
    y,
    notes: unscaled.map(factor => `The file has no ##${factor}=; it was taken as 1.`),
  };
}

function checkAgreement(first: BlockSpectrum, spectrum: BlockSpectrum, number: number): void {
  checkSameAxis(first.axis, spectrum.axis, number, spectrum.line);
  if (spectrum.yUnit === first.yUnit) return;
  const units = `${quote(spectrum.yUnit ?? '')}, spectrum 1 in ${quote(first.yUnit ?? '')}`;
  refuse(
    spectrum.line,
    `Spectrum ${number} is in ${units}. Put spectra of different units into different files.`,
  );
}

function noteTitles(names: readonly string[], titles: readonly string[]): string[] {
  const [title] = titles;
  if (names.length === 1) return title ? [`Title in the file: ${quote(title)}.`] : [];
  if (names[0] === title) return ['The samples are named after the titles of their blocks.'];
  return ['The samples are numbered, as their blocks have no titles of their own.'];
}
