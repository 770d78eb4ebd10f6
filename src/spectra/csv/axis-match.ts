import { type Axis, compareAxes, toleranceOf } from '../axis.ts';

/** For each x the index of the axis point that it equals within the tolerance of `compareAxes`; -1 if there is none. */
export function matchAxis(xs: readonly number[], axis: Axis): number[] {
  const tolerance = toleranceOf(axis.values);
  const sorted = axis.values.map((x, index) => ({ x, index })).sort((one, other) => one.x - other.x);
  return xs.map(x => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle]?.x ?? 0) < x - tolerance) low = middle + 1;
      else high = middle;
    }
    const found = sorted[low];
    return found && found.x <= x + tolerance ? found.index : -1;
  });
}

/** Whether values are the model's axis, in either direction. */
export const fits = (values: readonly number[], modelAxis: Axis | null): boolean =>
  modelAxis !== null && compareAxes(modelAxis, { quantity: null, unit: null, values }).result !== 'different';
