import { badUserInput } from '../errors.ts';
import type { SpectralQuantity } from '../generated/graphql.ts';

/** The metadata properties of an ONNX file whose key begins with `spectrakey.`, without this prefix. */
export type Metadata = Readonly<Record<string, string>>;

const QUANTITIES: Readonly<Record<SpectralQuantity, true>> = {
  WAVELENGTH: true,
  WAVENUMBER: true,
  RAMAN_SHIFT: true,
  OTHER: true,
};
const isQuantity = (text: string): text is SpectralQuantity => Object.hasOwn(QUANTITIES, text);

/** The quantity of an x axis, in any case. @throws BAD_USER_INPUT */
export function quantityOf(text: string): SpectralQuantity {
  const quantity = text.trim().toUpperCase();
  if (isQuantity(quantity)) return quantity;
  throw badUserInput(
    `The file's metadata spectrakey.x_quantity is '${shortened(text)}', expected wavelength, wavenumber, raman_shift or other.`,
  );
}

/** A decimal number as programs write it: Number() would also read 0x10, 0b1 and the empty text. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A number; null if the file does not have it. @throws BAD_USER_INPUT when it is not a finite decimal number */
export function numberIn(metadata: Metadata, key: string): number | null {
  const text = metadata[key]?.trim();
  if (text === undefined) return null;
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw badUserInput(`The file's metadata spectrakey.${key} is '${shortened(text)}', expected a number.`);
}

const LIST_OF_NUMBERS = /^\s*\[[\s\d.eE+,-]*\]\s*$/;

/** A JSON array of numbers; null if the file does not have it. @throws BAD_USER_INPUT when it is something else */
export function numbersIn(metadata: Metadata, key: string): number[] | null {
  const text = metadata[key];
  if (text === undefined) return null;
  const refused = () =>
    badUserInput(
      `The file's metadata spectrakey.${key} is '${shortened(text)}', expected numbers as [900, 902, 904].`,
    );
  // Parsing 4 MiB of nested lists would take 0.6 s; this takes 8 ms.
  if (!LIST_OF_NUMBERS.test(text)) throw refused();
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch {
    throw refused();
  }
  if (!Array.isArray(values) || !values.every(isFiniteNumber)) throw refused();
  return values;
}

const isFiniteNumber = (value: unknown): value is number => Number.isFinite(value);

const MAX_QUOTED = 60;
const shortened = (text: string) => (text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);
