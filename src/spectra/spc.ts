/**
 * Reads SPC files (Thermo Galactic): the new format with even or stored x and one or several spectra, and that of
 * Lab Calc.
 *
 * Written here instead of with spc-parser 1: that library allocates what the header claims, up to 2^32 points,
 * reverses spectra that descend, and takes the exponent 0 of a subfile for a missing one. Tests compare the values.
 */
import { type Axis, formatX, toleranceOf } from './axis.ts';
import { evenlySpaced } from './evenly-spaced.ts';
import { checkMonotonic, checkSameAxis, nameOfFile, namesOfSamples } from './file-spectra.ts';
import { quote, refuse } from './problems.ts';
import type { ReadOptions, ReadSpectrum, SpectraFile } from './reading.ts';
import { FLOAT, readHeader, type SpcHeader } from './spc/header.ts';
import { locateSubfiles, type Subfile } from './spc/subfiles.ts';

/** Whether bytes begin like an SPC file. Text does not have the zeros of its header. */
export function isSpc(bytes: Uint8Array): boolean {
  const version = bytes[1] ?? 0;
  return version >= 0x4b && version <= 0x4d && bytes.subarray(2, 32).includes(0);
}

/**
 * Reads an SPC file. A single spectrum is named after the file, several are numbered.
 *
 * @returns the spectra in the file's order of points
 * @throws {FileRefused} with the reason
 */
export function readSpc(
  name: string,
  bytes: Uint8Array,
  { onProgress }: Pick<ReadOptions, 'onProgress'> = {},
): SpectraFile {
  const header = readHeader(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const subfiles = locateSubfiles(view, header);
  const [first] = subfiles;
  if (first === undefined) refuse(null, 'The file has no spectrum.');
  const axis: Axis = { ...header.axis, values: readX(view, header, first) };
  checkMonotonic(axis, null);
  subfiles.forEach((subfile, index) => {
    if (index === 0 || subfile.x === null) return;
    checkSameAxis(
      axis,
      { ...axis, values: readFloats(view, header, subfile.x, subfile.points, 'x') },
      index + 1,
      null,
    );
  });
  const names =
    subfiles.length === 1
      ? [nameOfFile(name)]
      : namesOfSamples(
          name,
          subfiles.map(() => ''),
        );
  return {
    name,
    format: 'SPC',
    layout: null,
    axis,
    isAxisAssumed: false,
    yUnit: header.yUnit,
    spectra: subfiles.map((subfile, index): ReadSpectrum => {
      const y = readY(view, header, subfile, index + 1);
      onProgress?.((index + 1) / subfiles.length);
      return { sampleName: names[index] ?? '', line: null, y };
    }),
    notes: [
      ...(header.comment === '' ? [] : [`Comment in the file: ${quote(header.comment)}.`]),
      ...(subfiles.length === 1 ? [] : [noteNumbers(view, header, subfiles)]),
    ],
  };
}

function readX(view: DataView, header: SpcHeader, first: Subfile): number[] {
  const { firstX, lastX, dataOffset, hasCommonX } = header;
  if (first.x !== null) return readFloats(view, header, first.x, first.points, 'x');
  if (!Number.isFinite(firstX) || !Number.isFinite(lastX)) {
    refuse(null, `The header states x from ${firstX} to ${lastX}. Export the file again.`);
  }
  if (!hasCommonX && first.points === 1 && firstX !== lastX) {
    refuse(null, `The header states x from ${firstX} to ${lastX} for 1 point. Export the file again.`);
  }
  if (!hasCommonX) return evenlySpaced(firstX, lastX, first.points);
  const values = readFloats(view, header, dataOffset, first.points, 'x');
  const [from = Number.NaN, to = Number.NaN] = [values[0], values.at(-1)];
  const tolerance = Math.max(toleranceOf(values), Math.abs(from) * 1e-6);
  const isUnset = firstX === 0 && lastX === 0;
  if (!isUnset && !(Math.abs(from - firstX) <= tolerance && Math.abs(to - lastX) <= tolerance)) {
    const stated = `${formatX(firstX)} to ${formatX(lastX)}`;
    refuse(
      null,
      `The header states x from ${stated}, the points run from ${formatX(from)} to ${formatX(to)}.`,
    );
  }
  return values;
}

/** The values of a spectrum: fractions of 2^exponent, or floating-point numbers. */
function readY(view: DataView, header: SpcHeader, subfile: Subfile, number: number): number[] {
  const { isMultiFile, is16Bit, isOld, littleEndian } = header;
  const exponent = isMultiFile ? view.getInt8(subfile.header + 1) : header.exponent;
  if (exponent === FLOAT) {
    if (is16Bit || isOld) refuse(null, `Spectrum ${number} has floating-point values where integers belong.`);
    return readFloats(view, header, subfile.y, subfile.points, `value of spectrum ${number}`);
  }
  const factor = 2 ** (exponent - (is16Bit ? 16 : 32));
  const readAt = (index: number): number => {
    const at = subfile.y + index * (is16Bit ? 2 : 4);
    if (is16Bit) return view.getInt16(at, littleEndian);
    // The old format has the more significant of two little-endian words first.
    if (isOld) return view.getInt16(at, true) * 0x10000 + view.getUint16(at + 2, true);
    return view.getInt32(at, littleEndian);
  };
  return Array.from({ length: subfile.points }, (_, index) => readAt(index) * factor);
}

function readFloats(
  view: DataView,
  header: SpcHeader,
  offset: number,
  count: number,
  what: string,
): number[] {
  return Array.from({ length: count }, (_, index) => {
    const value = view.getFloat32(offset + 4 * index, header.littleEndian);
    if (!Number.isFinite(value))
      refuse(null, `The ${what} at point ${index + 1} is ${value}. Export the file again.`);
    return value;
  });
}

/** Subfiles have no names, only a z, such as the time of a measurement, which need not be its own. */
function noteNumbers(view: DataView, header: SpcHeader, subfiles: readonly Subfile[]): string {
  const numbered = `The ${subfiles.length} samples are numbered in the order of the file`;
  const z = subfiles.map(subfile => view.getFloat32(subfile.header + 4, header.littleEndian));
  const [from = 0, to = 0] = [z[0], z.at(-1)];
  if (from === to || !z.every(Number.isFinite)) return `${numbered}.`;
  return `${numbered}; z${header.zLabel && ` (${header.zLabel})`} runs from ${formatX(from)} to ${formatX(to)}.`;
}
