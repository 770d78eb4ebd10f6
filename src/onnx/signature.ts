import type { InferenceSession } from 'onnxruntime-node';
import type { ModelKind } from '../generated/database.ts';

/** The input and output of a model, as read from its file. */
export interface Signature {
  kind: ModelKind;
  inputName: string;
  inputType: 'float32' | 'float64';
  /** Points of a spectrum. */
  inputLength: number;
  /** `free`: any number of spectra in one run; `one`: the file fixes the batch size at 1. */
  batch: 'free' | 'one';
  /** The output with the predictions: the label of a classifier, else the predicted value. */
  outputName: string;
  /** Further outputs of a classifier with floats, such as probabilities. They must be finite. */
  scoreNames: readonly string[];
}

/** Facts about the outputs of a file that are not in ONNX Runtime's metadata. */
export interface OutputFacts {
  /** Number of outputs in the file itself; later ones were added by `addScoreOutputs`. */
  readonly declared: number;
  /** Whether the output at an index is proven to be the same in every run. */
  readonly isConstant: (index: number) => boolean;
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
const MAX_POINTS = 100_000;

type Metadata = InferenceSession.ValueMetadata;
type TensorMetadata = Extract<Metadata, { isTensor: true }>;

/**
 * Finds the signature of a model from ONNX Runtime's metadata of its inputs and outputs.
 *
 * Any names are accepted. An output of strings or int64 is a label and makes the model a classifier; its outputs of
 * floats are scores. A constant output, such as the list of all categories that skl2onnx can add, is neither. Without a
 * label there must be exactly one floating-point output, with one number for each spectrum.
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
  const [batch, points] = input.shape;
  if (batch === undefined || points === undefined || input.shape.length !== 2) {
    // The shape is empty if the file declares none, and also for a scalar.
    const found = input.shape.length === 0 ? 'no shape' : `the shape ${shapeText(input.shape)}`;
    throw new ModelRefused(`Input '${input.name}' has ${found}, expected [batch, points].`);
  }
  if (typeof points === 'string' || points < 1) {
    throw new ModelRefused(
      `Input '${input.name}' does not fix the number of points of a spectrum: its shape is ` +
        `${shapeText(input.shape)}, expected for instance [batch, 401].`,
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
    batch: batch === 1 ? 'one' : 'free',
  } as const;
}

function readOutput(outputs: readonly Metadata[], { declared, isConstant }: OutputFacts) {
  const own = outputs.slice(0, declared);
  const changing = own.filter((_, index) => !isConstant(index));
  const tensors = (changing.length > 0 ? changing : own).filter(output => output.isTensor);
  const labels = tensors.filter(({ type }) => type === 'string' || type === 'int64');
  const numbers = tensors.filter(({ type }) => type === 'float32' || type === 'float64');
  const candidates = labels.length > 0 ? labels : numbers;
  const [output, ...others] = candidates;
  if (!output) {
    throw new ModelRefused(
      'The model has no usable output: expected one float32 or float64 number for each spectrum, or a label ' +
        'as string or int64.',
    );
  }
  if (others.length > 0) {
    throw new ModelRefused(
      labels.length > 0
        ? `The model has ${labels.length} label outputs (${list(labels)}), expected one.`
        : `The model has ${numbers.length} numeric outputs (${list(numbers)}) and no label, expected one ` +
            'target: register one model for each target.',
    );
  }
  checkSingleColumn(output);
  if (labels.length === 0) return { kind: 'REGRESSION', outputName: output.name, scoreNames: [] } as const;
  const scores = [...numbers, ...outputs.slice(declared)];
  return {
    kind: 'CLASSIFICATION',
    outputName: output.name,
    scoreNames: scores.map(({ name }) => name),
  } as const;
}

/**
 * Refuses an output whose declared shape is not a single column. An empty shape (none declared, or a scalar: the
 * binding does not distinguish them) and a named second dimension are checked by the trial run instead.
 */
function checkSingleColumn({ name, shape }: TensorMetadata): void {
  const [, columns = 1, ...deeper] = shape;
  if (deeper.length > 0) {
    throw new ModelRefused(`Output '${name}' has the shape ${shapeText(shape)}, expected [n] or [n, 1].`);
  }
  if (typeof columns === 'number' && columns !== 1) {
    throw new ModelRefused(
      `Output '${name}' gives ${columns} values for each spectrum, expected one target: register one model for ` +
        'each target, and export a classifier with its label.',
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
