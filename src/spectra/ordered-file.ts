import type { SpectraFile } from './reading.ts';

/** A file of spectra in the order in which they are sent. */
export interface OrderedFile extends Omit<SpectraFile, 'spectra'> {
  /** Whether the axis was compared with the model's, and whether the points were reversed for that. */
  order: 'checked' | 'reversed' | 'unchecked';
  /** What was done with the axis, for the person who sends the file. */
  orderNote: string | null;
  samples: { sampleName: string; line: number | null }[];
  /** The values of all spectra, one spectrum after the other: this can be transferred to another thread without a copy. */
  points: Float64Array<ArrayBuffer>;
}

/** The x of the points of a file, for the server to check; null if it cannot be checked. */
export const xToCheck = ({ order, axis }: Pick<OrderedFile, 'order' | 'axis'>): readonly number[] | null =>
  order === 'unchecked' ? null : axis.values;

/** The values of a spectrum of a file, which stay where they are. @param index of the spectrum, from 0 */
export const valuesOf = (
  { points, pointsOfSpectrum }: Pick<OrderedFile, 'points'> & { pointsOfSpectrum: number },
  index: number,
): Float64Array => points.subarray(index * pointsOfSpectrum, (index + 1) * pointsOfSpectrum);
