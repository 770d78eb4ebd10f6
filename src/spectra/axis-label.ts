import { recognizeXUnit, type SpectralQuantity } from './units.ts';

/** Words that name a quantity, and the unit that they have where they stand alone. */
const WORDS: readonly { word: RegExp; quantity: SpectralQuantity; unit: string | null }[] = [
  { word: /raman ?shifts?/i, quantity: 'RAMAN_SHIFT', unit: 'cm⁻¹' },
  { word: /wave ?numbers?/i, quantity: 'WAVENUMBER', unit: 'cm⁻¹' },
  { word: /wave ?lengths?/i, quantity: 'WAVELENGTH', unit: null },
];

const MAX_UNIT_LENGTH = 40;

/**
 * What an axis is, by the label that an instrument gave it: `1/CM`, `NANOMETERS`, `Wavenumber (cm-1)`,
 * `RAMAN SHIFT`. Other labels are taken as the unit of another quantity; an empty one states nothing.
 */
export function axisOfLabel(label: string): { quantity: SpectralQuantity | null; unit: string | null } {
  const text = label.trim();
  if (text === '') return { quantity: null, unit: null };
  const named = WORDS.find(({ word }) => word.test(text));
  const rest = (named === undefined ? text : text.replace(named.word, '')).replace(/^[\s,:/]+|[\s,:]+$/g, '');
  const inBrackets = /[([]([^()[\]]*)[)\]]$/.exec(rest)?.[1] ?? '';
  const known = recognizeXUnit(rest) ?? recognizeXUnit(inBrackets);
  if (known !== null) {
    const isShift = known.quantity === 'WAVENUMBER' && named?.quantity === 'RAMAN_SHIFT';
    return { quantity: isShift ? 'RAMAN_SHIFT' : known.quantity, unit: known.unit };
  }
  if (named !== undefined)
    return { quantity: named.quantity, unit: rest.slice(0, MAX_UNIT_LENGTH) || named.unit };
  return { quantity: 'OTHER', unit: text.slice(0, MAX_UNIT_LENGTH) };
}
