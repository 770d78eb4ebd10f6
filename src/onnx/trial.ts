import { MAX_CALLS_PER_FRAME as MOST_TOGETHER, ModelFailed } from './outcome.ts';
import { attempt, unlessModelFailed } from './run.ts';
import { closeModel, type OpenModel, openModel } from './session.ts';
import { ModelRefused, type Signature } from './signature.ts';

/** What a trial found. */
export interface Inspection extends Pick<Signature, 'kind' | 'inputLength'> {
  /** Whether calls may share one run of the model. */
  rowIndependent: boolean;
}

/**
 * Opens an ONNX file, runs it on a synthetic spectrum (and, with a free batch, on two) and closes it again.
 *
 * The trial proves that what the file declares is what it does. It does not demand finite values: the
 * synthetic spectrum is like no instrument's, and a good model may well take the logarithm of something
 * negative in it. Every real prediction is checked by `runModel`.
 *
 * @throws {ModelRefused} as `openModel` does, and where the trial fails
 */
export async function inspectModel(bytes: Uint8Array): Promise<Inspection> {
  const model = await openModel(bytes);
  const { kind, inputLength, batch } = model.signature;
  let rowIndependent = false;
  try {
    await attempt(model, [trialSpectrum(inputLength, 1)]);
    if (batch === 'free')
      await attempt(model, [trialSpectrum(inputLength, 1), trialSpectrum(inputLength, 1.5)]);
    rowIndependent = await mayRunTogether(model);
  } catch (error) {
    if (!(error instanceof ModelFailed)) throw error;
    throw new ModelRefused(`A trial run failed. ${error.message}`, { cause: error.cause });
  } finally {
    await closeModel(model);
  }
  return { kind, inputLength, rowIndependent };
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
