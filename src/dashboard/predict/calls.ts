import type { Spectrum } from './spectra-files.ts';

/** The API's limit for one call. */
const MAX_SPECTRA = 1000;
/** Well under the 24 MiB that the server takes as a request. */
const MAX_CALL = 16 * 1024 * 1024;

/** Distributes spectra, in their order, over as few calls as the server's limits allow. */
export function splitIntoCalls<S extends Pick<Spectrum, 'sampleName' | 'y'>>(
  spectra: readonly S[],
  most = MAX_SPECTRA,
  largest = MAX_CALL,
): S[][] {
  const calls: S[][] = [];
  let current: S[] = [];
  let size = 0;
  for (const spectrum of spectra) {
    const added = JSON.stringify([spectrum.sampleName, spectrum.y]).length;
    if (current.length > 0 && (current.length === most || size + added > largest)) {
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

/** The spectra that the model cannot take, each named with its points. */
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
