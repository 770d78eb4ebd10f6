import { MAX_SHARED_SPECTRA, type Spectrum } from './outcome.ts';

/** The spectra of a call. */
export type Spectra = readonly Spectrum[];

/**
 * Groups the calls of a frame into runs: consecutive calls with at most `MAX_SHARED_SPECTRA` spectra in total, or a
 * single larger call. The host runs these groups; the server uses the same function to know which calls were running.
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
