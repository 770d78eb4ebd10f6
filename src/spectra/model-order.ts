import { type Axis, compareAxes, describeRange, formatX } from './axis.ts';
import { quote } from './problems.ts';
import type { SpectraFile } from './reading.ts';
import { yUnitsDiffer } from './units.ts';

/** What a model states about the spectra that it expects. */
export interface ExpectedSpectra {
  axis: Axis | null;
  inputLength: number;
  yUnit: string | null;
}

/** A file in the order in which it is sent, with what to show beside it. */
export type Ordering =
  | { result: 'checked' | 'reversed' | 'unchecked'; file: SpectraFile; note: string | null }
  | { result: 'refused'; message: string };

/**
 * Compares a file with what a model expects, and reverses the points if that makes the axes equal. Nothing else is ever
 * changed. The axis of a model that has none cannot be checked: the file's order is kept.
 */
export function putInModelOrder(file: SpectraFile, model: ExpectedSpectra): Ordering {
  if (file.yUnit !== null && model.yUnit !== null && yUnitsDiffer(file.yUnit, model.yUnit)) {
    return {
      result: 'refused',
      message: `The values are ${quote(file.yUnit)}, the model expects ${quote(model.yUnit)}. Export the spectra in that unit.`,
    };
  }
  const { axis } = file;
  const points = axis.values.length;
  if (!model.axis) {
    if (points !== model.inputLength) {
      return {
        result: 'refused',
        message: `The spectra have ${points === 1 ? '1 point' : `${points} points`} (${describeRange(axis)}), the model expects ${model.inputLength}.`,
      };
    }
    return { result: 'unchecked', file, note: `${arrow(axis)}, not checked: this model has no axis` };
  }
  if (file.isAxisAssumed) {
    return {
      result: 'unchecked',
      file,
      note: `${arrow(axis)} is the model's axis, which was assumed, not checked`,
    };
  }
  const comparison = compareAxes(model.axis, axis);
  if (comparison.result === 'different') return { result: 'refused', message: comparison.message };
  if (comparison.result === 'same') return { result: 'checked', file, note: null };
  const withUnit = { ...axis, unit: axis.unit ?? model.axis.unit };
  return {
    result: 'reversed',
    file: {
      ...file,
      axis: { ...axis, values: axis.values.toReversed() },
      spectra: file.spectra.map(spectrum => ({ ...spectrum, y: spectrum.y.toReversed() })),
    },
    note: `${arrow(withUnit)} in the file, put into the model's order ${arrow(model.axis)}`,
  };
}

/**
 * Describes how files that are sent to a model without an axis disagree in direction, range or points; null if they
 * agree. One of them would get wrong predictions. A model with an axis compares each file with it.
 */
export function describeDisagreement(
  files: readonly Pick<SpectraFile, 'name' | 'axis'>[],
  model: Pick<ExpectedSpectra, 'axis'>,
): string | null {
  if (model.axis) return null;
  const [first, ...others] = files;
  if (!first) return null;
  const other = others.find(file => compareAxes(first.axis, file.axis).result !== 'same');
  if (!other) return null;
  const ranges = [first, other].map(
    ({ name, axis }) => `${name} from ${describeRange(axis)} (${axis.values.length} points)`,
  );
  return `The files have different axes: ${ranges.join(', ')}. This model has no axis to check them with, so predict them one by one.`;
}

/** The range of an axis as its direction: `1700 → 900 nm`. */
function arrow({ values, unit }: Axis): string {
  const range = [...new Set([values[0] ?? 0, values.at(-1) ?? 0])].map(formatX).join(' → ');
  return unit === null ? range : `${range} ${unit}`;
}
