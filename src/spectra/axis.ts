import { isNeutralXUnit, recognizeXUnit, type SpectralQuantity } from './units.ts';

/**
 * The x of each point, strictly monotonic in either direction, in the order of the values. Quantity and unit are null
 * where the file does not state them.
 */
export interface Axis {
  quantity: SpectralQuantity | null;
  unit: string | null;
  values: readonly number[];
}

export type AxisComparison =
  | { result: 'same' }
  | { result: 'reversed' }
  | { result: 'different'; message: string };

/**
 * Compares the x of spectra with the axis that a model expects. Two axes are equal if they have the same number of
 * points, each x is within a tenth of the smallest step of the expected axis, and their units, where both are known,
 * are the same. A wavenumber and a Raman shift may stand for each other, as files use both words for the latter.
 *
 * @returns `reversed` if the axis is equal in the opposite order; otherwise what differs: the number of points, the
 *   range, or the first x that differs
 */
export function compareAxes(expected: Axis, given: Axis): AxisComparison {
  if (unitsDiffer(expected, given)) return { result: 'different', message: describeRanges(expected, given) };
  const backwards = isDescending(expected.values) !== isDescending(given.values);
  const order = backwards ? expected.values.toReversed() : expected.values;
  const tolerance = toleranceOf(expected.values);
  const count = Math.min(order.length, given.values.length);
  let index = 0;
  while (index < count && isNear(order[index], given.values[index], tolerance)) index++;
  if (index === order.length && index === given.values.length) {
    return { result: backwards ? 'reversed' : 'same' };
  }
  return { result: 'different', message: describeDifference(expected, given, order, index) };
}

/** The range of an axis in its order: `900 to 1700 nm`. */
export function describeRange({ values, unit }: Axis): string {
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined) return 'no points';
  const range = values.length === 1 ? formatX(first) : `${formatX(first)} to ${formatX(last)}`;
  return unit === null ? range : `${range} ${unit}`;
}

/** An x for people, without the noise of floating-point arithmetic. */
export const formatX = (x: number): string => String(Number(x.toPrecision(12)));

/** The index of the first value that does not continue the direction of the first two; undefined if there is none. */
export function firstNotMonotonic(values: readonly number[]): number | undefined {
  const descending = isDescending(values);
  for (let index = 1; index < values.length; index++) {
    const [before = Number.NaN, value = Number.NaN] = [values[index - 1], values[index]];
    if (!(descending ? value < before : value > before)) return index;
  }
  return undefined;
}

/** How far an x may be from the expected one: a tenth of the smallest step; 0 for a single point. */
export function toleranceOf(values: readonly number[]): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let index = 1; index < values.length; index++) {
    smallest = Math.min(smallest, Math.abs((values[index] ?? 0) - (values[index - 1] ?? 0)));
  }
  return Number.isFinite(smallest) ? smallest / 10 : 0;
}

function isDescending(values: readonly number[]): boolean {
  const [first, second] = values;
  return first !== undefined && second !== undefined && second < first;
}

function isNear(expected: number | undefined, given: number | undefined, tolerance: number): boolean {
  return expected !== undefined && given !== undefined && Math.abs(expected - given) <= tolerance;
}

/**
 * Whether the axes state units or quantities that exclude each other. A unit that is not known, such as seconds,
 * excludes one that is; the unit of a model excludes nothing if it is not known.
 */
function unitsDiffer(expected: Axis, given: Axis): boolean {
  const [one, other] = [expected, given].map(({ unit }) => (unit === null ? null : recognizeXUnit(unit)));
  if (one && other && one.unit !== other.unit) return true;
  if (one && !other && given.unit !== null && !isNeutralXUnit(given.unit)) return true;
  const quantities = [expected.quantity, given.quantity].map(quantity =>
    quantity === 'RAMAN_SHIFT' ? 'WAVENUMBER' : quantity,
  );
  const isStated = quantities.every(quantity => quantity !== null && quantity !== 'OTHER');
  return isStated && quantities[0] !== quantities[1];
}

const QUANTITIES: Record<SpectralQuantity, string> = {
  WAVELENGTH: 'wavelengths',
  WAVENUMBER: 'wavenumbers',
  RAMAN_SHIFT: 'Raman shifts',
  OTHER: 'other x values',
};

function describeRanges(expected: Axis, given: Axis): string {
  if (expected.unit !== null && given.unit !== null && expected.unit !== given.unit) {
    return `The spectra run from ${describeRange(given)}, the model expects ${describeRange(expected)}.`;
  }
  const name = ({ quantity }: Axis) => (quantity === null ? '' : ` (${QUANTITIES[quantity]})`);
  return `The spectra run from ${describeRange(given)}${name(given)}, the model expects ${describeRange(expected)}${name(expected)}.`;
}

function describeDifference(expected: Axis, given: Axis, order: readonly number[], index: number): string {
  const [there, wanted] = [given.values[index], order[index]];
  const opposite = order === expected.values ? '' : ' in the opposite direction';
  const first =
    there === undefined || wanted === undefined
      ? ''
      : ` Point ${index + 1} is at ${formatX(there)}, not at ${formatX(wanted)}${opposite}.`;
  if (given.values.length !== expected.values.length) {
    const [points, wantedPoints] = [given.values.length, expected.values.length];
    return `The spectra have ${countOf(points)} (${describeRange(given)}), the model expects ${wantedPoints} (${describeRange(expected)}).${first}`;
  }
  return `The spectra run from ${describeRange(given)}, the model expects ${describeRange(expected)}.${first}`;
}

const countOf = (points: number) => (points === 1 ? '1 point' : `${points} points`);
