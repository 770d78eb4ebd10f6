import type { Axis } from './axis.ts';
import { readXHeading } from './words.ts';

const MAX_UNIT_LENGTH = 40;

/**
 * What an axis is, by the label that an instrument gave it: `1/CM`, `NANOMETERS`, `Wavenumber (cm-1)`,
 * `RAMAN SHIFT`. Other labels are taken as the unit of another quantity; an empty one states nothing.
 *
 * @param isRaman whether the file holds Raman spectra, whose wavenumbers are shifts
 */
export function axisOfLabel(label: string, isRaman: boolean): Pick<Axis, 'quantity' | 'unit'> {
  const text = label.trim();
  if (text === '') return { quantity: null, unit: null };
  const { quantity, unit } = readXHeading(text) ?? {
    quantity: 'OTHER',
    unit: text.slice(0, MAX_UNIT_LENGTH),
  };
  const isShift = quantity === 'RAMAN_SHIFT' || (quantity === 'WAVENUMBER' && isRaman);
  if (isShift) return { quantity: 'RAMAN_SHIFT', unit: unit ?? 'cm⁻¹' };
  return { quantity, unit: unit ?? (quantity === 'WAVENUMBER' ? 'cm⁻¹' : null) };
}
