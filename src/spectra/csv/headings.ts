import { recognizeXUnit, type SpectralQuantity } from '../units.ts';
import { toNumber } from './numbers.ts';

/** A heading that names a point: `900`, `900.0`, `900 nm`, `X900`, `nm_900`, `4000 cm-1`, `900,5`. */
export interface PointHeading {
  column: number;
  x: number;
  /** The number as it is written. */
  number: string;
  /** What the headings of one axis have in common: their prefix and their unit, `X` or ` nm` for example. */
  form: string;
  unit: string | null;
  quantity: SpectralQuantity | null;
  /** Whether only x is written like this: with a unit or a word for x, and not just a number or R's `X`. */
  isCertain: boolean;
}

/** What precedes an x in a heading. R writes `X` before numbers that head columns, and `X.900` for -900. */
const PREFIX =
  /^(?:(?:nir\.)?x[\s_]*|(?:nir|mir|spc|nm|wl|lambda|λ|wavelength|wn|wavenumber)[\s_.:=-]*|cm-1[\s_:=]+)(?=\d)/i;
const NUMBER_AND_UNIT = /^([+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+)(?:e[+-]?\d+)?)(?:[\s_.]*(\D.*))?$/i;

/** What the prefixes state; the others state nothing. */
const PREFIXES = new Map<string, { unit: string | null; quantity: SpectralQuantity }>([
  ['nm', { unit: 'nm', quantity: 'WAVELENGTH' }],
  ['wl', { unit: null, quantity: 'WAVELENGTH' }],
  ['lambda', { unit: null, quantity: 'WAVELENGTH' }],
  ['λ', { unit: null, quantity: 'WAVELENGTH' }],
  ['wavelength', { unit: null, quantity: 'WAVELENGTH' }],
  ['wn', { unit: null, quantity: 'WAVENUMBER' }],
  ['wavenumber', { unit: null, quantity: 'WAVENUMBER' }],
  ['cm-1', { unit: 'cm⁻¹', quantity: 'WAVENUMBER' }],
]);

/** Max length of a heading that names a point. */
const MAX_LENGTH = 60;

/** The point that a heading names; null if it names none. */
export function readPointHeading(heading: string, column: number): PointHeading | null {
  if (heading.length > MAX_LENGTH) return null;
  const start = PREFIX.exec(heading)?.[0] ?? '';
  const match = NUMBER_AND_UNIT.exec(heading.slice(start.length));
  if (!match) return null;
  const [, number = '', rest = ''] = match;
  const suffix = rest === '.' ? '' : rest;
  const prefix = start.replace(/[\s_.:=-]+$/, '').toLowerCase();
  const before = PREFIXES.get(prefix);
  const after = recognizeXUnit(suffix);
  const x = toNumber(number);
  if (Number.isNaN(x) || (suffix !== '' && !after)) return null;
  return {
    column,
    x,
    number,
    form: `${prefix} ${suffix}`,
    unit: after?.unit ?? before?.unit ?? null,
    quantity: after?.quantity ?? before?.quantity ?? null,
    isCertain: after !== null || before !== undefined,
  };
}
