import type { SpectraFile } from '../../spectra/reading.ts';

/** A file of spectra in the order in which they are sent. */
export interface OrderedFile extends Omit<SpectraFile, 'spectra'> {
  /** Whether the axis was compared with the model's, and whether the points were reversed for that. */
  order: 'checked' | 'reversed' | 'unchecked';
  /** What was done with the axis, for the person who sends the file. */
  orderNote: string | null;
  samples: { sampleName: string; line: number | null }[];
  /** The values of all spectra, one spectrum after the other: this can be transferred to the page without a copy. */
  points: Float64Array<ArrayBuffer>;
}
