import type { OrderedFile } from '../spectra-files/ordered-file.ts';

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
  const length = file.axis.values.length;
  const x = file.order === 'unchecked' ? null : file.axis.values;
  return file.samples.map(({ sampleName, line }, index) => ({
    sampleName,
    file,
    line,
    x,
    y: file.points.subarray(index * length, (index + 1) * length),
  }));
}
