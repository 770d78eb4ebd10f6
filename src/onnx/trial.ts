import { attempt, MOST_SPECTRA, MOST_TOGETHER, ModelFailed, unlessModelFailed } from './run.ts';
import { closeModel, type OpenModel, openModel } from './session.ts';
import { ModelRefused, type Signature } from './signature.ts';

/**
 * Opens an ONNX file, runs it on a synthetic spectrum (and, with a free batch, on two) and closes it again.
 *
 * The trial proves that what the file declares is what it does. It does not demand finite values: the
 * synthetic spectrum is like no instrument's, and a good model may well take the logarithm of something
 * negative in it. Every real prediction is checked by `runModel`.
 *
 * @throws {ModelRefused} as `openModel` does, and where the trial fails
 */
export async function inspectModel(bytes: Uint8Array): Promise<Pick<Signature, 'kind' | 'inputLength'>> {
  const model = await openModel(bytes);
  const { kind, inputLength, batch } = model.signature;
  try {
    await attempt(model, [trialSpectrum(inputLength, 1)]);
    if (batch === 'free')
      await attempt(model, [trialSpectrum(inputLength, 1), trialSpectrum(inputLength, 1.5)]);
  } catch (error) {
    if (!(error instanceof ModelFailed)) throw error;
    throw new ModelRefused(`A trial run failed. ${error.message}`, { cause: error.cause });
  } finally {
    await closeModel(model);
  }
  return { kind, inputLength };
}

/**
 * The longest for which a model may hold the event loop: ONNX Runtime's binding computes on the calling thread. Reading
 * the JSON of 1000 spectra takes as long.
 */
export const LONGEST_INLINE_MS = 20;
const LONGEST_ALONE_MS = LONGEST_INLINE_MS / MOST_TOGETHER;
const SLOW_TO_OPEN_MS = 100;
const ROUNDS = 5;
const LONGEST_ROUNDS_MS = 500;

/** How fast a model is; both without what the machine did beside it, as far as that can be told. */
export interface Speed {
  /** In a run of many, where it takes many: of as many as it may be given inline, for which a run can only be shorter. */
  msPerSpectrum: number;
  /** Whether it is opened in a moment, and one of `MOST_TOGETHER` calls at once takes its part of `LONGEST_INLINE_MS`. */
  isFast: boolean;
}

/**
 * Measures a model that was inspected.
 *
 * @throws {ModelRefused} as `openModel` does, and where a run fails
 */
export async function measureModel(bytes: Uint8Array): Promise<Speed> {
  const openingMs = await least(SLOW_TO_OPEN_MS, async () => closeModel(await openModel(bytes)));
  const model = await openModel(bytes);
  const { inputLength, batch } = model.signature;
  const time = async (count: number, enough: number) => {
    const spectra = Array.from({ length: count }, (_, i) => trialSpectrum(inputLength, 1 + i / count));
    return (await least(enough, () => attempt(model, spectra))) / count;
  };
  try {
    // The first run also makes ready.
    const alone = await time(1, LONGEST_ALONE_MS);
    if (openingMs > SLOW_TO_OPEN_MS || alone > LONGEST_ALONE_MS)
      return { msPerSpectrum: alone, isFast: false };
    if (batch === 'one') return { msPerSpectrum: alone, isFast: true };
    const together = await time(MOST_TOGETHER, 0);
    if (together > LONGEST_ALONE_MS) return { msPerSpectrum: together, isFast: false };
    // Not always a part of what fewer take: a model can compare each spectrum with each.
    const most = Math.min(MOST_SPECTRA, Math.floor(LONGEST_INLINE_MS / together));
    const msPerSpectrum = Math.max(together, await time(most, 0));
    return { msPerSpectrum, isFast: msPerSpectrum <= LONGEST_ALONE_MS };
  } catch (error) {
    if (!(error instanceof ModelFailed)) throw error;
    throw new ModelRefused(`A trial run failed. ${error.message}`, { cause: error.cause });
  } finally {
    await closeModel(model);
  }
}

/**
 * The least of several times: whatever else the machine does only ever adds. It is not asked again for what is short
 * enough, or takes long.
 */
async function least(enoughMs: number, run: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  let leastMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS && performance.now() - begun < LONGEST_ROUNDS_MS; round++) {
    const started = performance.now();
    await run();
    leastMs = Math.min(leastMs, performance.now() - started);
    if (leastMs <= enoughMs) break;
  }
  return leastMs;
}

/**
 * Whether calls of one spectrum may share a run: whether each then gets, to the last bit, what it gets alone, tried with
 * every number of different spectra, as kernels choose by it. A model that centres over its batch would mix the calls of
 * different people, and another kernel for larger batches would round otherwise. Classifiers never share, as a label may
 * stay the same while what it is made from does not.
 */
export async function mayRunTogether(model: OpenModel): Promise<boolean> {
  const { kind, batch, inputLength } = model.signature;
  if (kind !== 'REGRESSION' || batch !== 'free') return false;
  const spectra = Array.from({ length: MOST_TOGETHER }, (_, i) => trialSpectrum(inputLength, 1 + i / 7));
  try {
    const alone: (number | string)[] = [];
    for (const spectrum of spectra) alone.push(...(await attempt(model, [spectrum])));
    if (new Set(alone).size < 2 || !alone.every(Number.isFinite)) return false;
    for (let size = 2; size <= MOST_TOGETHER; size++) {
      const together = Array.from(await attempt(model, spectra.slice(0, size)));
      if (!together.every((value, i) => value === alone[i])) return false;
    }
    return true;
  } catch (error) {
    unlessModelFailed(error);
    return false;
  }
}

/** Smooth, positive and not constant: some preprocessing takes logarithms or divides by the deviation. */
function trialSpectrum(points: number, height: number): number[] {
  return Array.from({ length: points }, (_, i) => {
    const x = (i + 0.5) / points;
    return 0.3 + 0.1 * x + height * Math.exp(-(((x - 0.4) / 0.15) ** 2));
  });
}
