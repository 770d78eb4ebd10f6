import { type Axis, compareAxes, describeRange } from '../../spectra/axis.ts';
import type { OrderedFile } from '../../spectra/ordered-file.ts';
import { countSpectra, formatNumber, formatShort } from '../ui/numbers.ts';
import { labelOfAxis, nameOfQuantity } from '../ui/spectral-axis.ts';
import { type SpectrumToSend, spectraOf } from './spectra.ts';

/** Max lines: more would merge into an area. */
const MAX_LINES = 200;
/** Max points of all lines: more would be slow to draw. */
const MAX_DRAWN_POINTS = 1_000_000;

/** What a model knows about the spectra that it takes. */
export interface ChartModel {
  axis: Axis | null;
  yUnit: string | null;
  /** The lowest and highest value of the calibration spectra at each point; null if unknown. */
  range: { min: readonly number[]; max: readonly number[] } | null;
}

/** A chart of spectra, from left to right in the order in which their points are sent. */
export interface ChartData {
  /** The x of each point, ascending. */
  x: readonly number[];
  /** Whether the points are sent by descending x: the axis then descends to the right. */
  descending: boolean;
  xLabel: string;
  yLabel: string | null;
  /** The drawn spectra and their values, in the order of `x`. */
  lines: { spectrum: SpectrumToSend; y: Float64Array }[];
  /** The range of the calibration, in the order of `x`; null if it is unknown. */
  band: { min: readonly number[]; max: readonly number[] } | null;
  /** The chart in words. */
  description: string;
}

/** Prepares files for a chart. The files have the same number of points. */
export function chartData(files: readonly OrderedFile[], { axis, yUnit, range }: ChartModel): ChartData {
  const shared = axis ?? sharedAxis(files);
  const length = files[0]?.axis.values.length ?? 0;
  // Points of axes that differ have only their numbers in common.
  const drawn = shared ?? {
    quantity: null,
    unit: null,
    values: Array.from({ length }, (_, index) => index + 1),
  };
  const descending = (drawn.values[1] ?? 0) < (drawn.values[0] ?? 0);
  const yLabel = yUnit ?? sharedUnit(files);
  const spectra = files.flatMap(spectraOf);
  const maxLines = Math.max(1, Math.min(MAX_LINES, Math.floor(MAX_DRAWN_POINTS / Math.max(1, length))));
  const [low, high] = rangeOf(files);
  const xName = shared ? nameOfQuantity(shared.quantity) : 'Point';
  return {
    x: descending ? drawn.values.toReversed() : drawn.values,
    descending,
    xLabel: shared ? labelOfAxis(shared) : 'Point',
    yLabel,
    lines: spread(spectra, maxLines).map(spectrum => ({
      spectrum,
      y: descending ? spectrum.y.toReversed() : spectrum.y,
    })),
    band: range && {
      min: descending ? range.min.toReversed() : range.min,
      max: descending ? range.max.toReversed() : range.max,
    },
    description: [
      `${countSpectra(spectra.length)} of ${length === 1 ? '1 point' : `${formatNumber(length)} points`}`,
      `${xName.toLowerCase().replace('raman', 'Raman')} from ${describeRange(drawn)}`,
      `${yLabel ?? 'y'} between ${formatShort(low, 4)} and ${formatShort(high, 4)}`,
    ].join(', '),
  };
}

/** The axis that all files have; null if they differ. */
function sharedAxis(files: readonly OrderedFile[]): Axis | null {
  const [first, ...others] = files.map(({ axis }) => axis);
  if (!first) return null;
  return others.every(axis => compareAxes(first, axis).result === 'same') ? first : null;
}

function sharedUnit(files: readonly OrderedFile[]): string | null {
  const units = new Set(files.map(({ yUnit }) => yUnit));
  const [unit = null] = units;
  return units.size === 1 ? unit : null;
}

function rangeOf(files: readonly OrderedFile[]): [min: number, max: number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const { points } of files) {
    for (const value of points) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return [min, max];
}

/** At most `max` entries, evenly chosen. */
function spread<T>(entries: readonly T[], max: number): readonly T[] {
  if (entries.length <= max) return entries;
  return entries.filter(
    (_entry, index) =>
      Math.floor((index * max) / entries.length) !== Math.floor(((index - 1) * max) / entries.length),
  );
}
