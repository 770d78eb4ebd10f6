const whole = new Intl.NumberFormat('en');
const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat('en', { notation: 'compact' });

/** A whole number with separators: "1,000". */
export const formatNumber = (number: number): string => whole.format(number);

/** A number with at most one decimal: "12.5". */
export const formatTenths = (number: number): string => tenths.format(number);

/** A number in compact form: "12K". */
export const formatCompact = (number: number): string => compact.format(number);

/** A number of things: "1 API key", "1,200 API keys". */
export function count(number: number, one: string, many = `${one}s`): string {
  return number === 1 ? `1 ${one}` : `${formatNumber(number)} ${many}`;
}

/** A number of spectra. */
export const countSpectra = (number: number): string => count(number, 'spectrum', 'spectra');

/** A measured or predicted value: with 4 decimals, or with an exponent where that would be long or lose digits. */
export function formatValue(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e9)) return value.toFixed(4);
  return value.toExponential(4).replace('e+', 'e');
}

/** A number with at most this many significant digits, with an exponent where it would be long: "0.24", "1e300". */
export function formatShort(number: number, digits = 6): string {
  const size = Math.abs(number);
  if (size !== 0 && (size >= 1e6 || size < 1e-4)) {
    return number
      .toExponential(digits - 1)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  }
  return String(Number(number.toPrecision(digits)));
}

/** The number that a person typed, with a decimal point or comma; null for a blank text, NaN for another one. */
export function numberIn(text: string): number | null {
  const plain = text.trim().replace(',', '.').replace('−', '-');
  return plain === '' ? null : Number(plain);
}
