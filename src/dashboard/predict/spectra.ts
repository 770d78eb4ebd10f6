import { type OrderedFile, valuesOf, xToCheck } from '../../spectra/ordered-file.ts';

/** A spectrum as it is sent, and where it was read. */
export interface SpectrumToSend {
  sampleName: string;
  file: OrderedFile;
  line: number | null;
  /** The x of each point in the file, for the server to check; null if it cannot be checked. */
  x: readonly number[] | null;
  y: Float64Array;
}

/** The spectra of a file, whose values stay where they are. */
export function spectraOf(file: OrderedFile): SpectrumToSend[] {
  const x = xToCheck(file);
  const { points, axis } = file;
  return file.samples.map(({ sampleName, line }, index) => ({
    sampleName,
    file,
    line,
    x,
    y: valuesOf({ points, pointsOfSpectrum: axis.values.length }, index),
  }));
}
