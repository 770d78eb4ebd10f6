import type { SpectralQuantity } from '../generated/graphql.ts';

const NAMES: Record<SpectralQuantity, string> = {
  WAVELENGTH: 'Wavelength',
  WAVENUMBER: 'Wavenumber',
  RAMAN_SHIFT: 'Raman shift',
  OTHER: 'x',
};

/** What the x values of spectra measure, as a word: `Wavelength`; `x` where that is unknown. */
export const nameOfQuantity = (quantity: SpectralQuantity | null): string => NAMES[quantity ?? 'OTHER'];

/** The label of an axis of spectra: `Wavelength (nm)`. */
export function labelOfAxis({ quantity, unit }: { quantity: SpectralQuantity | null; unit: string | null }) {
  return unit === null ? nameOfQuantity(quantity) : `${nameOfQuantity(quantity)} (${unit})`;
}
