import type { InferenceSession } from 'onnxruntime-node';
import type { ModelKind } from '../generated/database.ts';
import { STATISTICS, type Statistic } from './outcome.ts';

/** The input and output of a model, as read from its file. */
export interface Signature {
  kind: ModelKind;
  inputName: string;
  inputType: 'float32' | 'float64';
  /** Points of a spectrum. */
  inputLength: number;
  /** The shape of a spectrum in the input: `[points]`, `[1, points]` or `[points, 1]`. */
  inputShape: readonly number[];
  /** `free`: any number of spectra in one run; `one`: the file fixes the batch size at 1. */
  batch: 'free' | 'one';
  /** The output with the predictions: the label of a classifier, else the predicted value. */
  outputName: string;
  /** Further outputs of a classifier with floats, such as probabilities. They must be finite. */
  scoreNames: readonly string[];
  /** The statistics among the outputs, whose names they are, in the order of `STATISTICS`. They need not be finite. */
  statistics: readonly Statistic[];
}

/** Facts about a file that are not in ONNX Runtime's metadata. */
export interface OutputFacts {
  /** Number of outputs in the file itself; later ones were added by `addScoreOutputs`. */
  readonly declared: number;
  /** Whether the output at an index is proven to be the same in every run. */
  readonly isConstant: (index: number) => boolean;
  /**
   * The kind of a registered model. A regression keeps its kind, although it may have a further output of int32 or
   * booleans: these were not labels when older models were registered.
   */
  readonly kind?: ModelKind | undefined;
}

/** The message for bytes that are not ONNX. */
export const NOT_ONNX = 'The file is not ONNX, expected the bytes of an .onnx file.';
/** The message for a file with external data. */
export const EXTERNAL_DATA =
  'The file stores some of its tensors in other files, expected one ONNX file with all data.';

/** A file is not a usable model. The message is shown to the person who uploads it. */
export class ModelRefused extends Error {
  override readonly name = 'ModelRefused';
}

/**
 * Max points of a spectrum. A file can declare any length, and its trial needs memory in proportion. The longest
 * vibrational spectra in use (high-resolution FTIR) have some tens of thousands of points.
 */
export const MAX_POINTS = 100_000;

type Metadata = InferenceSession.ValueMetadata;
type TensorMetadata = Extract<Metadata, { isTensor: true }>;

/**
 * Finds the signature of a model from ONNX Runtime's metadata of its inputs and outputs.
 *
 * Any names are accepted. An output of strings or integers or booleans is a label and makes the model a classifier; its
 * outputs of floats are scores. Without a label there must be exactly one floating-point output, with one number for
 * each spectrum. Floats named `t2` and `q` beside a label or another number are statistics. A constant output, such as
 * the list of all categories that skl2onnx can add, is none of these.
 *
 * @throws {ModelRefused} when the model does not have such a signature
 */
export function readSignature(
  inputs: readonly Metadata[],
  outputs: readonly Metadata[],
  facts: OutputFacts,
): Signature {
  return { ...readInput(inputs), ...readOutput(outputs, facts) };
}

const INPUT_SHAPES = '[batch, points], [batch, 1, points] or [batch, points, 1]';

function readInput(inputs: readonly Metadata[]) {
  const [input, ...others] = inputs;
  if (!input || others.length > 0) {
    const names = inputs.length > 0 ? ` (${list(inputs)})` : '';
    throw new ModelRefused(
      `The model has ${inputs.length} inputs${names}, expected one that takes whole spectra as [batch, points].`,
    );
  }
  if (!input.isTensor || (input.type !== 'float32' && input.type !== 'float64')) {
    const type = input.isTensor ? input.type : 'not a tensor';
    throw new ModelRefused(`Input '${input.name}' is ${type}, expected float32 or float64.`);
  }
  const [batch, ...shape] = input.shape;
  // Of three dimensions one is the channel, of which a spectrum has one. For [batch, 1, 1] it does not matter which.
  const points = shape.length === 2 ? shape[shape[0] === 1 ? 1 : 0] : shape[0];
  const isSpectrum = shape.length === 1 || (shape.length === 2 && shape.includes(1));
  if (batch === undefined || points === undefined || !isSpectrum) {
    // The shape is empty if the file declares none, and also for a scalar.
    const found = input.shape.length === 0 ? 'no shape' : `the shape ${shapeText(input.shape)}`;
    throw new ModelRefused(`Input '${input.name}' has ${found}, expected ${INPUT_SHAPES}.`);
  }
  if (typeof points === 'string' || points < 1) {
    const example = shape.length === 1 ? '401' : shape[0] === 1 ? '1, 401' : '401, 1';
    throw new ModelRefused(
      `Input '${input.name}' does not fix the number of points of a spectrum: its shape is ` +
        `${shapeText(input.shape)}, expected for instance [batch, ${example}].`,
    );
  }
  if (points > MAX_POINTS) {
    throw new ModelRefused(
      `Input '${input.name}' takes ${points} points in a spectrum, expected at most ${MAX_POINTS}.`,
    );
  }
  if (typeof batch === 'number' && batch !== 1) {
    throw new ModelRefused(
      `Input '${input.name}' fixes the batch at ${batch} spectra, expected a free batch or 1.`,
    );
  }
  return {
    inputName: input.name,
    inputType: input.type,
    inputLength: points,
    inputShape: shape.map(size => (size === 1 ? 1 : points)),
    batch: batch === 1 ? 'one' : 'free',
  } as const;
}

/** Types of labels. Those of `FURTHER_LABELS` count only in a file without the others. */
const LABELS: readonly string[] = ['string', 'int64'];
const FURTHER_LABELS: readonly string[] = ['int32', 'bool'];

function readOutput(outputs: readonly Metadata[], { declared, isConstant, kind }: OutputFacts) {
  const own = outputs.slice(0, declared);
  const changing = own.filter((_, index) => !isConstant(index));
  const tensors = (changing.length > 0 ? changing : own).filter(output => output.isTensor);
  const ofTypes = (types: readonly string[]) => tensors.filter(({ type }) => types.includes(type));
  const [usual, further] = [ofTypes(LABELS), kind === 'REGRESSION' ? [] : ofTypes(FURTHER_LABELS)];
  const labels = usual.length > 0 ? usual : further;
  const floats = ofTypes(['float32', 'float64']);
  // A number alone is the prediction, whatever its name is.
  const mayHaveStatistics = labels.length > 0 || floats.length > 1;
  const statisticOf = ({ name }: Metadata) =>
    mayHaveStatistics ? STATISTICS.find(statistic => statistic === name) : undefined;
  const numbers = floats.filter(output => statisticOf(output) === undefined);
  const candidates = labels.length > 0 ? labels : numbers;
  const [output, ...others] = candidates;
  if (!output) throw new ModelRefused(noPrediction(floats));
  if (others.length > 0) {
    throw new ModelRefused(
      labels.length > 0
        ? `The model has ${labels.length} label outputs (${list(labels)}), expected one.`
        : `The model has ${numbers.length} numeric outputs (${list(numbers)}) and no label, expected one ` +
            "target: register one model for each target, or name the statistics of applicability 't2' and 'q'.",
    );
  }
  checkSingleColumn(
    output,
    'one target: register one model for each target, and export a classifier with its label',
  );
  for (const statistic of floats) {
    if (statisticOf(statistic)) checkSingleColumn(statistic, 'one statistic: [n] or [n, 1]');
  }
  const scores = labels.length > 0 ? [...numbers, ...outputs.slice(declared)] : [];
  return {
    kind: labels.length > 0 ? 'CLASSIFICATION' : 'REGRESSION',
    outputName: output.name,
    scoreNames: scores.map(({ name }) => name),
    statistics: STATISTICS.filter(statistic => floats.some(found => statisticOf(found) === statistic)),
  } as const;
}

/** Describes a file without a label, and without a float that is not a statistic. */
const noPrediction = (statistics: readonly Metadata[]) =>
  statistics.length > 0
    ? `The model has the statistics ${list(statistics)} and no prediction, expected a further output with one ` +
      'number or label for each spectrum.'
    : 'The model has no usable output: expected one float32 or float64 number for each spectrum, or a label as ' +
      'string, int64, int32 or boolean.';

/**
 * Refuses an output whose declared shape is not a single column. An empty shape (none declared, or a scalar: the
 * binding does not distinguish them) and a named second dimension are checked by the trial run instead.
 */
function checkSingleColumn({ name, shape }: TensorMetadata, expected: string): void {
  const [, columns = 1, ...deeper] = shape;
  if (deeper.length > 0) {
    throw new ModelRefused(`Output '${name}' has the shape ${shapeText(shape)}, expected [n] or [n, 1].`);
  }
  if (typeof columns === 'number' && columns !== 1) {
    throw new ModelRefused(
      `Output '${name}' gives ${columns} values for each spectrum, expected ${expected}.`,
    );
  }
}

const MAX_LISTED = 10;
const list = (values: readonly Metadata[]) =>
  [
    ...values.slice(0, MAX_LISTED).map(({ name }) => `'${name}'`),
    ...(values.length > MAX_LISTED ? ['…'] : []),
  ].join(', ');

/** Formats a shape, such as `[batch, 401]`, with `?` for a free dimension without a name. */
export function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.map(size => (size === '' ? '?' : size)).join(', ')}]`;
}
