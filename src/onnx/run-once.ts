import { Tensor } from 'onnxruntime-node';
import { cut } from './cut.ts';
import { ModelFailed, type Spectrum, type Statistic } from './outcome.ts';
import { NO_MEMORY, type OpenModel } from './session.ts';
import { type Signature, shapeText } from './signature.ts';

type Floats = Float32Array | Float64Array;

/** The output of a run. Its shape is validated; its numbers are not. */
export interface RawAnswers {
  /** One value or label for each spectrum. */
  readonly answers: ArrayLike<number | string>;
  /** The score outputs of a classifier. */
  readonly scores: readonly Scores[];
  /** The statistics that the model declares, with one number for each spectrum. */
  readonly statistics: StatisticColumns;
  /** The first score of a spectrum that is not finite, such as `NaN in 'probabilities'`; undefined if there is none. */
  invalidScore(row: number): string | undefined;
}

export type StatisticColumns = { readonly [Name in Statistic]?: Floats };

/** The columns of a model without statistics. */
const NO_STATISTICS: StatisticColumns = {};

interface Scores {
  readonly name: string;
  readonly data: Floats;
  /** Numbers per spectrum; `data.length` if the first dimension is not the number of spectra. */
  readonly width: number;
}

/**
 * Runs a model once, over all spectra together.
 *
 * @param first index in its call of the first spectrum, for error messages
 * @throws as `runModel`, but accepts answers and scores that are not finite
 */
export async function runOnce(
  model: OpenModel,
  spectra: readonly Spectrum[],
  first = 0,
): Promise<RawAnswers> {
  const { inputName, outputName, scoreNames, statistics } = model.signature;
  const isOne = spectra.length === 1;
  const count = isOne ? '1 spectrum' : `${spectra.length} spectra`;
  const failed = (message: string, cause?: Error) =>
    new ModelFailed(message, { cause, spectrum: isOne ? first : undefined });
  const input = inputTensor(model.signature, spectra, first);
  const outputs = await model.session.run({ [inputName]: input }, model.fetched).catch((cause: unknown) => {
    const problem = NO_MEMORY.test(String(cause)) ? 'needs more memory than it may use' : 'gave an error';
    throw failed(`The model ${problem} for ${count}.`, cut(cause));
  });
  const columnOf = (name: string) => {
    const column = outputs[name];
    if (!column) throw failed(`The model gave no output '${name}' for ${count}.`);
    if (isColumn(column.dims, spectra.length)) return column;
    throw failed(
      `Output '${name}' has the shape ${shapeText(column.dims)} for ${count}, expected ` +
        `[${spectra.length}] or [${spectra.length}, 1].`,
    );
  };
  const output = columnOf(outputName);
  const scores = scoreNames.map(name => scoresOf(name, outputs[name], spectra.length));
  return {
    answers: answersOf(output, failed),
    scores,
    statistics: statistics.length === 0 ? NO_STATISTICS : statisticsOf(statistics, columnOf),
    invalidScore(row) {
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
  if (data instanceof Float32Array || data instanceof Float64Array || Array.isArray(data)) return data;
  if (data instanceof BigInt64Array || data instanceof Int32Array) return Array.from(data, String);
  if (data instanceof Uint8Array && type === 'bool') return Array.from(data, bit => String(bit !== 0));
  throw failed(`The output is of type ${type}, which is not the declared type.`);
}

function scoresOf(name: string, tensor: Tensor | undefined, count: number): Scores {
  const data = floatsOf(name, tensor);
  return { name, data, width: tensor?.dims[0] === count ? data.length / count : data.length };
}

function statisticsOf(names: readonly Statistic[], columnOf: (name: string) => Tensor): StatisticColumns {
  const columns: { [Name in Statistic]?: Floats } = {};
  for (const name of names) columns[name] = floatsOf(name, columnOf(name));
  return columns;
}

function floatsOf(name: string, tensor: Tensor | undefined): Floats {
  const data = tensor?.data;
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  throw new ModelFailed(`The model gave no floats as '${name}'.`);
}

/** Whether a shape is `[n]` or `[n, 1]`; for one spectrum also a scalar, which is `[1, 1]` after Squeeze. */
function isColumn(dims: readonly number[], n: number): boolean {
  const [rows = 1, columns = 1] = dims;
  return dims.length <= 2 && rows === n && columns === 1;
}

function inputTensor(
  { inputType, inputLength, inputShape }: Signature,
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
  // 1e39 is a finite double but an infinite float32, for which a classifier would still return a category.
  const invalid = data.findIndex(value => !Number.isFinite(value));
  if (invalid >= 0) {
    const spectrum = first + Math.floor(invalid / inputLength);
    throw new ModelFailed(`Spectrum ${spectrum + 1} has a value beyond the range of ${inputType}.`, {
      spectrum,
    });
  }
  const dims = [spectra.length, ...inputShape];
  return data instanceof Float32Array ? new Tensor('float32', data, dims) : new Tensor('float64', data, dims);
}
