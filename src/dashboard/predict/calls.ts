import { MAX_CALL_BYTES, MAX_SPECTRA } from '../limits.ts';

/** Max characters of a number in JSON, such as -1.234567890123456e-300, and the comma after it. */
const MAX_NUMBER_LENGTH = 25;
/** Max bytes of a character of a name in JSON. */
const MAX_CHARACTER_BYTES = 6;
/** Bytes of a spectrum in JSON besides its name and values. */
const SPECTRUM_BYTES = 40;

interface Sized {
  sampleName: string;
  x: readonly number[] | null;
  y: { length: number };
}

/** Whether spectra have the same x, so that one call may have both: it takes one list of x values. */
const haveSameX = ({ x: one }: Sized, { x: other }: Sized) =>
  one === other ||
  (one !== null && other !== null && one.length === other.length && one.every((x, i) => x === other[i]));

/**
 * How many of the spectra from an index on fit into one call, which has one x axis and the server's limits, at least one.
 * Their size is an
 * upper bound: to write them as JSON twice would block the page for longer.
 */
export function countForCall(
  spectra: readonly Sized[],
  from: number,
  maxSpectra = MAX_SPECTRA,
  maxBytes = MAX_CALL_BYTES,
): number {
  let bytes = 0;
  let count = 0;
  while (count < maxSpectra && from + count < spectra.length) {
    const spectrum = spectra[from + count];
    const first = spectra[from];
    if (!spectrum || !first || !haveSameX(first, spectrum)) break;
    bytes +=
      spectrum.y.length * MAX_NUMBER_LENGTH +
      spectrum.sampleName.length * MAX_CHARACTER_BYTES +
      SPECTRUM_BYTES;
    if (count > 0 && bytes > maxBytes) break;
    count += 1;
  }
  return count;
}
