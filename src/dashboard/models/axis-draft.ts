import { evenlySpaced } from '../../spectra/evenly-spaced.ts';
import type { SpectralQuantity } from '../generated/graphql';
import { numberIn } from '../ui/Form';
import type { CalibrationSpectra } from './calibration-spectra.ts';

/** An x axis while a person describes it. Its points are those of a file, else evenly spaced. */
export interface AxisDraft {
  quantity: SpectralQuantity | null;
  unit: string;
  /** The texts of the fields for evenly spaced points. */
  first: string;
  last: string;
}

export const NO_AXIS: AxisDraft = { quantity: null, unit: '', first: '', last: '' };

/** The units that are usual for a quantity. */
const USUAL_UNITS: Record<SpectralQuantity, string> = {
  WAVELENGTH: 'nm',
  WAVENUMBER: 'cm⁻¹',
  RAMAN_SHIFT: 'cm⁻¹',
  OTHER: '',
};

/** Changes the quantity, and the unit with it unless another one was typed. */
export function withQuantity(axis: AxisDraft, quantity: SpectralQuantity | null): AxisDraft {
  const before = axis.quantity ? USUAL_UNITS[axis.quantity] : '';
  const unit = axis.unit === before && quantity ? USUAL_UNITS[quantity] : axis.unit;
  return { ...axis, quantity, unit };
}

/** What is described so far, with the quantity and the unit that the file states. */
export const withFile = (axis: AxisDraft, { axis: { quantity, unit } }: CalibrationSpectra): AxisDraft => ({
  ...axis,
  quantity: quantity ?? axis.quantity,
  unit: unit ?? axis.unit,
});

/** The step between evenly spaced points; null if it is not known yet. */
export function stepOf({ first, last }: AxisDraft, points: number): number | null {
  const [from, to] = [numberIn(first), numberIn(last)];
  if (from === null || to === null || points < 2) return null;
  const step = (to - from) / (points - 1);
  return Number.isFinite(step) && step !== 0 ? step : null;
}
