import type { Axis } from '../../spectra/axis.ts';
import type { OrderedFile } from '../../spectra/ordered-file.ts';

/** What a file of calibration spectra says about a model. */
export interface CalibrationSpectra {
  name: string;
  spectra: number;
  /** The samples of different names. */
  samples: number;
  axis: Axis;
  yUnit: string | null;
  /** What was recognized in the file or left out of it. */
  notes: readonly string[];
  /** The lowest and the highest value at each point. */
  yMin: number[];
  yMax: number[];
}

/** Takes the axis of a file, and the range of its spectra at each point. */
export function calibrationSpectraOf({
  name,
  axis,
  yUnit,
  notes,
  samples,
  points,
}: OrderedFile): CalibrationSpectra {
  const length = axis.values.length;
  const yMin = Array<number>(length).fill(Number.POSITIVE_INFINITY);
  const yMax = Array<number>(length).fill(Number.NEGATIVE_INFINITY);
  for (const [index, value] of points.entries()) {
    const point = index % length;
    yMin[point] = Math.min(yMin[point] ?? value, value);
    yMax[point] = Math.max(yMax[point] ?? value, value);
  }
  return {
    ...{ name, axis, yUnit, notes, yMin, yMax },
    spectra: samples.length,
    samples: new Set(samples.map(({ sampleName }) => sampleName)).size,
  };
}
