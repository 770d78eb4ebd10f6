import { evenlySpaced } from '../../spectra/evenly-spaced.ts';
import type { SetModelXAxisInput, SpectralQuantity, XAxisInput } from '../generated/graphql';
import { numberIn } from '../ui/numbers.ts';
import type { CalibrationSpectra } from './calibration-spectra.ts';

/** An x axis while a person describes it: the points of a file, else evenly spaced ones. */
export interface AxisDraft {
  /** Null until one is chosen: then the file's counts. */
  quantity: SpectralQuantity | null;
  /** Null until one is typed: then the file's counts, else the usual one. */
  unit: string | null;
  /** The texts of the fields for evenly spaced points. */
  first: string;
  last: string;
}

export const NO_AXIS: AxisDraft = { quantity: null, unit: null, first: '', last: '' };

/** The unit that is usual for each quantity. */
const USUAL_UNITS: Record<SpectralQuantity, string> = {
  WAVELENGTH: 'nm',
  WAVENUMBER: 'cm⁻¹',
  RAMAN_SHIFT: 'cm⁻¹',
  OTHER: '',
};

/** The quantity and the unit that apply: what was chosen, else what the file states, else what is usual. */
export function labelsOf({ quantity: chosen, unit }: AxisDraft, file: CalibrationSpectra | null) {
  const quantity = chosen ?? file?.axis.quantity ?? null;
  return { quantity, unit: unit ?? file?.axis.unit ?? (quantity ? USUAL_UNITS[quantity] : '') };
}

/** Whether an x axis is described at all. A file has one. */
export const isDescribed = ({ quantity, unit, first, last }: AxisDraft, file: CalibrationSpectra | null) =>
  file !== null || quantity !== null || [unit ?? '', first, last].some(text => text.trim() !== '');

/** The x axis for the server; null if none is described. The fields are valid. */
export function axisInput(axis: AxisDraft, file: CalibrationSpectra | null): XAxisInput | null {
  const { quantity, unit } = labelsOf(axis, file);
  if (!isDescribed(axis, file) || !quantity) return null;
  if (file) return { quantity, unit, values: [...file.axis.values] };
  return { quantity, unit, first: numberIn(axis.first), last: numberIn(axis.last) };
}

/** The values of an x axis with as many points as the model has; null if its ends are not known. */
export function valuesOf(
  { values, first, last }: XAxisInput,
  points: number,
): SetModelXAxisInput['values'] | null {
  if (values) return values;
  return typeof first === 'number' && typeof last === 'number' ? evenlySpaced(first, last, points) : null;
}
