import { MAX_CALL_BYTES, MAX_SPECTRA } from '../limits.ts';
import type { Spectrum } from './spectra-files.ts';

/** Distributes spectra, in their order, over as few calls as the server's limits allow. */
export function splitIntoCalls<S extends Pick<Spectrum, 'sampleName' | 'y'>>(
  spectra: readonly S[],
  maxSpectra = MAX_SPECTRA,
  maxBytes = MAX_CALL_BYTES,
): S[][] {
  const calls: S[][] = [];
  let current: S[] = [];
  let size = 0;
  for (const spectrum of spectra) {
    const added = JSON.stringify([spectrum.sampleName, spectrum.y]).length;
    if (current.length > 0 && (current.length === maxSpectra || size + added > maxBytes)) {
      calls.push(current);
      current = [];
      size = 0;
    }
    current.push(spectrum);
    size += added;
  }
  if (current.length > 0) calls.push(current);
  return calls;
}

/** Describes the spectra whose number of points the model does not accept. */
export function describeWrongPoints(
  spectra: readonly Pick<Spectrum, 'sampleName' | 'file' | 'y'>[],
  expected: number,
): string[] {
  return spectra
    .filter(({ y }) => y.length !== expected)
    .map(
      ({ sampleName, file, y }) =>
        `Spectrum '${sampleName}' has ${y.length} points, expected ${expected} (${file})`,
    );
}
