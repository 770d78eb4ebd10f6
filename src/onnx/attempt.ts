import { Tensor } from 'onnxruntime-node';
import { cut } from './cut.ts';
import { ModelFailed, type Spectrum } from './outcome.ts';
import { NO_MEMORY, type OpenModel } from './session.ts';
import { type Signature, shapeText } from './signature.ts';

/** What a run gave: its shape is verified, its numbers are not. */
export interface RawAnswers {
  /** One value or label for each spectrum. */
  readonly answers: ArrayLike<number | string>;
  /** The scores beside the labels. */
  readonly scores: readonly Scores[];
  /** What is wrong with the scores of a spectrum; undefined where all are finite. */
  scoreFault(row: number): string | undefined;
}

interface Scores {
  readonly name: string;
  readonly data: Float32Array | Float64Array;
  /** Numbers for each spectrum, one after the other; all of them where they are not by spectrum. */
  readonly width: number;
}

/**
 * Runs a model once.
 *
 * @param first the index of the first spectrum in its call
 * @throws as `runModel` does, but for what is not finite in the answer
 */
export async function attempt(
  model: OpenModel,
  spectra: readonly Spectrum[],
  first = 0,
): Promise<RawAnswers> {
  const { inputName, outputName, scoreNames } = model.signature;
  const isOne = spectra.length === 1;
  const count = isOne ? '1 spectrum' : `${spectra.length} spectra`;
  const failed = (message: string, cause?: Error) =>
    new ModelFailed(message, { cause, spectrum: isOne ? first : undefined });
  const input = inputTensor(model.signature, spectra, first);
  // Naming the outputs leaves the others out: fetching a ZipMap is an error in the Node binding.
  const fetched = [outputName, ...scoreNames];
  const outputs = await model.session.run({ [inputName]: input }, fetched).catch((cause: unknown) => {
    const why = NO_MEMORY.test(String(cause)) ? 'needs more memory than it may have' : 'gave an error';
    throw failed(`The model ${why} for ${count}.`, cut(cause));
  });
  const output = outputs[outputName];
  if (!output) throw failed(`The model gave no output '${outputName}' for ${count}.`);
  if (!isColumn(output.dims, spectra.length)) {
    throw failed(
      `Output '${outputName}' has the shape ${shapeText(output.dims)} for ${count}, expected ` +
        `[${spectra.length}] or [${spectra.length}, 1].`,
    );
  }
  const scores = scoreNames.map(name => scoresOf(name, outputs[name], spectra.length));
  return {
    answers: answersOf(output, failed),
    scores,
    scoreFault(row) {
      for (const { name, data, width } of scores) {
        const from = width === data.length ? 0 : row * width;
        for (let i = from; i < from + width; i++) {
          if (!Number.isFinite(data[i])) return `${data[i]} in '${name}'`;
        }
      }
      return undefined;
    },
  };
}

function answersOf(
  { data, type }: Tensor,
  failed: (message: string) => ModelFailed,
): ArrayLike<number | string> {
  if (data instanceof BigInt64Array) return Array.from(data, String);
  if (data instanceof Float32Array || data instanceof Float64Array || Array.isArray(data)) return data;
  throw failed(`The answer is ${type}, not what the file declares.`);
}

function scoresOf(name: string, tensor: Tensor | undefined, count: number): Scores {
  const data = tensor?.data;
  if (!(data instanceof Float32Array || data instanceof Float64Array)) {
    throw new ModelFailed(`The model gave no floats as '${name}'.`);
  }
  return { name, data, width: tensor?.dims[0] === count ? data.length / count : data.length };
}

/** `[n]` or `[n, 1]`; for one spectrum also a scalar, which is what squeezing `[1, 1]` leaves. */
function isColumn(dims: readonly number[], n: number): boolean {
  const [rows = 1, columns = 1] = dims;
  return dims.length <= 2 && rows === n && columns === 1;
}

function inputTensor(
  { inputType, inputLength }: Signature,
  spectra: readonly Spectrum[],
  first: number,
): Tensor {
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
    const spectrum = first + Math.floor(bad / inputLength);
    throw new ModelFailed(`Spectrum ${spectrum + 1} holds a number that ${inputType} cannot.`, { spectrum });
  }
  const dims = [spectra.length, inputLength];
  return data instanceof Float32Array ? new Tensor('float32', data, dims) : new Tensor('float64', data, dims);
}
