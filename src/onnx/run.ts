import { Tensor } from 'onnxruntime-node';
import { NO_MEMORY, type OpenModel } from './session.ts';
import { type Signature, shapeText } from './signature.ts';

/** One answer for each spectrum, in the order of the spectra. */
export type Outcome =
  | { kind: 'REGRESSION'; values: number[] }
  | { kind: 'CLASSIFICATION'; categories: string[] };

/** An accepted model could not answer. The message is for the log; the cause is ONNX Runtime's own. */
export class ModelFailed extends Error {
  override readonly name = 'ModelFailed';
}

/** Its points. */
export type Spectrum = ArrayLike<number>;

/** The most spectra in a call. */
export const MOST_SPECTRA = 1000;
/** The most calls in one run of `runTogether`; as many are tried by `mayRunTogether` and `measureModel`. */
export const MOST_TOGETHER = 32;

/**
 * Runs a model over spectra of `signature.inputLength` points each; the unit of the values is the model's
 * own. Each value of a float32 model is the exact double of that float.
 *
 * @throws {ModelFailed} where the model errs, answers another number of rows, or gives a number that is not
 *   finite, and where a point is beyond what the model's input type holds
 * @throws {RangeError} where a spectrum has another number of points: callers check that first
 */
export async function runModel(model: OpenModel, spectra: readonly Spectrum[]): Promise<Outcome> {
  const { kind, batch } = model.signature;
  const answers: (number | string)[] = [];
  if (batch === 'one') {
    for (const spectrum of spectra) answers.push(...(await attempt(model, [spectrum])));
  } else if (spectra.length > 0) {
    // `push(...)` would put every answer on the stack.
    for (const answer of await attempt(model, spectra)) answers.push(answer);
  }
  return outcomeOf(kind, answers);
}

function outcomeOf(kind: Signature['kind'], answers: (number | string)[]): Outcome {
  if (kind === 'CLASSIFICATION') return { kind, categories: answers.map(String) };
  const values = answers.map(Number);
  const bad = values.findIndex(value => !Number.isFinite(value));
  if (bad >= 0) throw new ModelFailed(`The model gave ${values[bad]} for spectrum ${bad + 1}.`);
  return { kind, values };
}

/**
 * Runs a model once for calls of one spectrum each: 10 µs a call with the octane model, and 42 µs alone. Where that
 * fails, each call is run by itself, so that a call fails alone.
 *
 * @returns for each call its answer, or why it has none
 * @throws as `runModel` does, for faults that are no model's
 */
export async function runTogether(
  model: OpenModel,
  calls: readonly Spectrum[],
): Promise<(Outcome | ModelFailed)[]> {
  const { kind } = model.signature;
  if (calls.length > 1) {
    const answers = await attempt(model, calls).catch(unlessModelFailed);
    if (!(answers instanceof ModelFailed)) {
      return Array.from(answers, answer => {
        try {
          return outcomeOf(kind, [answer]);
        } catch (error) {
          return unlessModelFailed(error);
        }
      });
    }
  }
  const outcomes: (Outcome | ModelFailed)[] = [];
  for (const spectrum of calls) outcomes.push(await runModel(model, [spectrum]).catch(unlessModelFailed));
  return outcomes;
}

/** The error, where a model is to blame. @throws every other */
export function unlessModelFailed(error: unknown): ModelFailed {
  if (error instanceof ModelFailed) return error;
  throw error;
}

/** One run: one value or label for each spectrum, the shape verified. @throws as `runModel` does, but for what is finite */
export async function attempt(
  model: OpenModel,
  spectra: readonly Spectrum[],
): Promise<Iterable<number | string>> {
  const { inputName, outputName } = model.signature;
  const count = spectra.length === 1 ? '1 spectrum' : `${spectra.length} spectra`;
  const input = inputTensor(model.signature, spectra);
  // Naming the output leaves the others out: fetching a ZipMap is an error in the Node binding.
  const outputs = await model.session.run({ [inputName]: input }, [outputName]).catch((cause: unknown) => {
    const why = NO_MEMORY.test(String(cause)) ? 'needs more memory than it may have' : 'gave an error';
    throw new ModelFailed(`The model ${why} for ${count}.`, { cause });
  });
  const output = outputs[outputName];
  if (!output) throw new ModelFailed(`The model gave no output '${outputName}' for ${count}.`);
  if (!isColumn(output.dims, spectra.length)) {
    throw new ModelFailed(
      `Output '${outputName}' has the shape ${shapeText(output.dims)} for ${count}, expected ` +
        `[${spectra.length}] or [${spectra.length}, 1].`,
    );
  }
  const { data } = output;
  if (data instanceof BigInt64Array) return Array.from(data, String);
  if (data instanceof Float32Array || data instanceof Float64Array || Array.isArray(data)) return data;
  throw new ModelFailed(`Output '${outputName}' is ${output.type}, not what the file declares.`);
}

/** `[n]` or `[n, 1]`; for one spectrum also a scalar, which is what squeezing `[1, 1]` leaves. */
function isColumn(dims: readonly number[], n: number): boolean {
  const [rows = 1, columns = 1] = dims;
  return dims.length <= 2 && rows === n && columns === 1;
}

function inputTensor({ inputType, inputLength }: Signature, spectra: readonly Spectrum[]): Tensor {
  const size = spectra.length * inputLength;
  const data = inputType === 'float32' ? new Float32Array(size) : new Float64Array(size);
  spectra.forEach((spectrum, row) => {
    if (spectrum.length !== inputLength) {
      throw new RangeError(`Spectrum ${row + 1} has ${spectrum.length} points, expected ${inputLength}`);
    }
    data.set(spectrum, row * inputLength);
  });
  // 1e39 is a finite double and an infinite float32, for which a classifier still names some category.
  const bad = data.findIndex(value => !Number.isFinite(value));
  if (bad >= 0) {
    const row = Math.floor(bad / inputLength);
    throw new ModelFailed(`Spectrum ${row + 1} holds a number that ${inputType} cannot.`);
  }
  const dims = [spectra.length, inputLength];
  return data instanceof Float32Array ? new Tensor('float32', data, dims) : new Tensor('float64', data, dims);
}
