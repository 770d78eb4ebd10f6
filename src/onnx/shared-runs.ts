import { MAX_SHARED_SPECTRA, type Spectrum } from './outcome.ts';

/** The spectra of a call. */
export type Spectra = readonly Spectrum[];

/**
 * Divides the calls of a frame into the runs that they share: neighbours with at most `MAX_SHARED_SPECTRA` spectra
 * together, or a single call. A host runs them so, and the server knows from it which calls a run was about.
 */
export function sharedRuns(calls: readonly Spectra[]): Spectra[][] {
  const runs: Spectra[][] = [];
  let size = 0;
  for (const call of calls) {
    const run = runs.at(-1);
    size += call.length;
    if (run && size <= MAX_SHARED_SPECTRA) run.push(call);
    else {
      runs.push([call]);
      size = call.length;
    }
  }
  return runs;
}
