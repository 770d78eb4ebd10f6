import { functionKey, standardDomain } from './file-limits.ts';
import { type Fields, latin1, readFields } from './protobuf-fields.ts';
import { ModelRefused, NOT_ONNX } from './signature.ts';

/** The parts of an ONNX file's main graph that are analysed. Names are decoded as Latin-1. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Element type of each input, as numbered in onnx.proto; undefined if it is not a tensor. */
  readonly inputTypes: readonly (number | undefined)[];
  /** Names, in the order of the file, which is also that of ONNX Runtime. */
  readonly outputs: readonly string[];
}

export interface OnnxNode {
  readonly opType: string;
  /** '' for the standard operators. */
  readonly domain: string;
  /** Names; '' for an omitted input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
  /**
   * Whether its name, inputs and attributes do not determine what it computes: it has a subgraph, which may use other
   * values of this graph, or is a function of the file, or has an attribute twice.
   */
  readonly isOpaque: boolean;
}

/** The value of an attribute, by its type. Empty for other types, and for attributes above `MAX_ATTRIBUTE_BYTES`. */
export interface OnnxAttribute {
  readonly int?: number | undefined;
  readonly ints?: readonly number[] | undefined;
  readonly text?: string | undefined;
  readonly tensor?: OnnxTensor | undefined;
}

export interface OnnxTensor {
  readonly dims: readonly number[];
  /** The values of a small tensor of int32 or int64. */
  readonly ints: readonly number[] | undefined;
}

// The fields of onnx.proto that are read (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
const MODEL = { graph: 7, functions: 25 };
const FUNCTION = { name: 1, domain: 10 };
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, sparseInitializer: 15 };
const VALUE_INFO = { name: 1, type: 2 };
const TYPE_PROTO = { tensor: 1 };
const TENSOR_TYPE = { element: 1 };
const NODE = { input: 1, output: 2, opType: 4, attribute: 5, domain: 7 };
const ATTRIBUTE = { name: 1, i: 3, s: 4, t: 5, g: 6, ints: 8, graphs: 11, type: 20 };
const TENSOR = { dims: 1, type: 2, int32s: 5, int64s: 7, name: 8, raw: 9 };
const SPARSE_TENSOR = { values: 1, dims: 3 };
const INT32 = 6;
const INT64 = 7;
/** Max integers that are read from a tensor: shapes and axes are short. */
const MAX_INTS = 64;

const reader = (numbers: Readonly<Record<string, number>>) => {
  const wanted = new Set(Object.values(numbers));
  return (message: Uint8Array) => readFields(message, wanted);
};
const readModel = reader(MODEL);
const readFunction = reader(FUNCTION);
const readGraph = reader(GRAPH);
const readValueInfo = reader(VALUE_INFO);
const readType = reader(TYPE_PROTO);
const readTensorType = reader(TENSOR_TYPE);
const readNode = reader(NODE);
const readAttribute = reader(ATTRIBUTE);
const readLongAttribute = reader({ name: ATTRIBUTE.name, g: ATTRIBUTE.g, graphs: ATTRIBUTE.graphs });
const readTensorFields = reader(TENSOR);
const readSparseTensor = reader(SPARSE_TENSOR);

/** Of a longer attribute only the name is read. Forests store their nodes in attributes. */
const MAX_ATTRIBUTE_BYTES = 64 * 1024;
/** The types of attributes in onnx.proto. */
const ATTRIBUTE_TYPE = { int: 2, text: 3, tensor: 4, ints: 7 };

/**
 * Reads the main graph of an ONNX file.
 *
 * @param onnx a file that passed `checkFileLimits`
 * @throws {ModelRefused} when a part that `checkFileLimits` does not read is not ONNX
 */
export function readOnnxGraph(onnx: Uint8Array): OnnxGraph {
  try {
    return graphOf(onnx);
  } catch (cause) {
    throw new ModelRefused(NOT_ONNX, { cause });
  }
}

function graphOf(onnx: Uint8Array): OnnxGraph {
  const model = readModel(onnx);
  const functions = new Set(
    model.all(MODEL.functions).map(message => {
      const fields = readFunction(message);
      return functionKey(standardDomain(fields.text(FUNCTION.domain)), fields.text(FUNCTION.name));
    }),
  );
  // A file may contain its graph in several parts, which ONNX Runtime merges.
  const graph = readGraph(model.message(MODEL.graph) ?? new Uint8Array());
  const initializers = new Map(
    graph.all(GRAPH.initializer).map(message => {
      const fields = readTensorFields(message);
      return [fields.text(TENSOR.name), tensorOf(fields)];
    }),
  );
  for (const message of graph.all(GRAPH.sparseInitializer)) {
    const fields = readSparseTensor(message);
    const values = readTensorFields(fields.message(SPARSE_TENSOR.values) ?? new Uint8Array());
    initializers.set(values.text(TENSOR.name), {
      dims: fields.integers(SPARSE_TENSOR.dims),
      ints: undefined,
    });
  }
  return {
    nodes: graph.all(GRAPH.node).map(message => nodeOf(message, functions)),
    initializers,
    inputTypes: graph.all(GRAPH.input).map(elementTypeOf),
    outputs: graph.all(GRAPH.output).map(message => readValueInfo(message).text(VALUE_INFO.name)),
  };
}

function elementTypeOf(valueInfo: Uint8Array): number | undefined {
  const type = readValueInfo(valueInfo).message(VALUE_INFO.type);
  const tensorType = type && readType(type).message(TYPE_PROTO.tensor);
  return tensorType && readTensorType(tensorType).integers(TENSOR_TYPE.element).at(-1);
}

function nodeOf(message: Uint8Array, functions: ReadonlySet<string>): OnnxNode {
  const fields = readNode(message);
  const [opType, domain] = [fields.text(NODE.opType), standardDomain(fields.text(NODE.domain))];
  const attributes = new Map<string, OnnxAttribute>();
  let isOpaque = functions.has(functionKey(domain, opType));
  for (const attribute of fields.all(NODE.attribute)) {
    const isLong = attribute.length > MAX_ATTRIBUTE_BYTES;
    const read = isLong ? readLongAttribute(attribute) : readAttribute(attribute);
    const name = read.text(ATTRIBUTE.name);
    const hasGraph = read.all(ATTRIBUTE.g).length > 0 || read.all(ATTRIBUTE.graphs).length > 0;
    isOpaque ||= hasGraph || attributes.has(name);
    attributes.set(name, isLong ? {} : attributeOf(read));
  }
  const names = (number: number) => fields.all(number).map(latin1);
  return { opType, domain, inputs: names(NODE.input), outputs: names(NODE.output), attributes, isOpaque };
}

function attributeOf(fields: Fields): OnnxAttribute {
  const tensor = fields.message(ATTRIBUTE.t);
  // A value of zero may be omitted.
  switch (fields.integers(ATTRIBUTE.type).at(-1)) {
    case ATTRIBUTE_TYPE.int:
      return { int: fields.integers(ATTRIBUTE.i).at(-1) ?? 0 };
    case ATTRIBUTE_TYPE.ints:
      return { ints: fields.integers(ATTRIBUTE.ints) };
    case ATTRIBUTE_TYPE.text:
      return { text: fields.text(ATTRIBUTE.s) };
    case ATTRIBUTE_TYPE.tensor:
      return { tensor: tensor && tensorOf(readTensorFields(tensor)) };
    default:
      return {};
  }
}

function tensorOf(fields: Fields): OnnxTensor {
  const dims = fields.integers(TENSOR.dims);
  const size = dims.reduce((product, dim) => product * dim, 1);
  return { dims, ints: size <= MAX_INTS ? intsOf(fields, size) : undefined };
}

function intsOf(fields: Fields, size: number): readonly number[] | undefined {
  const type = fields.integers(TENSOR.type).at(-1);
  if (type !== INT32 && type !== INT64) return undefined;
  const raw = fields.all(TENSOR.raw).at(-1);
  if (!raw) {
    const values = fields.integers(type === INT64 ? TENSOR.int64s : TENSOR.int32s);
    return values.length === size ? values : undefined;
  }
  const width = type === INT64 ? 8 : 4;
  if (raw.length !== size * width) return undefined;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: size }, (_, i) =>
    type === INT64 ? Number(view.getBigInt64(i * width, true)) : view.getInt32(i * width, true),
  );
}
