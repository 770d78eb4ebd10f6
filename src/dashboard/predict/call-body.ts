import type { SpectrumToSend } from './spectra.ts';

/** Max time for which writing a body blocks the page at once, in milliseconds. */
const MAX_BLOCK_MS = 10;

/** The large part of a call's variables. */
export interface CallInput {
  /** All with the same x. */
  spectra: readonly SpectrumToSend[];
}

/**
 * A `fetch` that adds the spectra to the variables of a request. The GraphQL client would write them as JSON twice at
 * once, which blocks the page for half a second with 1000 spectra of 401 points; here it stays responsive.
 */
export const fetchWithSpectra =
  (input: CallInput): typeof fetch =>
  async (url, init = {}) =>
    await fetch(url, { ...init, body: await addSpectra(String(init.body), input) });

/** Adds spectra to the body of a request, in pieces that do not block the page. */
async function addSpectra(body: string, { spectra }: CallInput): Promise<string> {
  const { variables, ...request }: { variables: { spectra?: unknown } } = JSON.parse(body);
  const { spectra: _placeholder, ...others } = variables;
  const pieces: string[] = [];
  let resumedAt = performance.now();
  for (const { sampleName, y } of spectra) {
    pieces.push(JSON.stringify({ sampleName, yValues: Array.from(y) }));
    if (performance.now() - resumedAt < MAX_BLOCK_MS) continue;
    await new Promise(resolve => setTimeout(resolve));
    resumedAt = performance.now();
  }
  const xValues = spectra[0]?.x ?? null;
  const start = JSON.stringify({ ...request, variables: { ...others, xValues } }).slice(0, -2);
  return `${start},"spectra":[${pieces.join(',')}]}}`;
}
