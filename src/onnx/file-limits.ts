import { type Fields, readFields } from './protobuf-fields.ts';
import { EXTERNAL_DATA, ModelRefused, NOT_ONNX } from './signature.ts';

/** Max operators in a file, with those of subgraphs; those of a function count once for each call of it. */
export const MAX_NODES = 10_000;
/** Max levels of nested subgraphs. */
export const MAX_SUBGRAPH_DEPTH = 8;
/** Max bytes of a name: ONNX Runtime's errors repeat the names of nodes and values. */
export const MAX_NAME_BYTES = 1_000;
/** Max bytes of a metadata value. A list of 100 000 numbers can have 2.5 MB. */
export const MAX_METADATA_BYTES = 4 * 1024 * 1024;
/** Max names, texts and messages that are read: a hundred for each of `MAX_NODES`. */
const MAX_PARTS = 1_000_000;
/** Max numbers in all sparse tensors together, after ONNX Runtime has made them dense to open the file. */
const MAX_SPARSE_NUMBERS = 8 * 1024 * 1024;
/** Max nesting of messages: types nest, as subgraphs do. */
const MAX_DEPTH = 100;

const MANY_NODES = `The model has more than ${MAX_NODES} operators, which is the maximum.`;
const LONG_NAME = `The file has a name longer than ${MAX_NAME_BYTES} bytes, which is the maximum.`;
const DEEP = `The model nests more than ${MAX_SUBGRAPH_DEPTH} subgraphs, which is the maximum.`;
const MANY_PARTS = `The file has more than ${MAX_PARTS} parts, which is the maximum.`;
const LONG_METADATA = `The file has a metadata value longer than ${MAX_METADATA_BYTES} bytes, which is the maximum.`;
const SPARSE = `The file's sparse tensors have more than ${MAX_SPARSE_NUMBERS} numbers in dense form, which is the maximum.`;

interface MessageType {
  /** Numbers of the fields that hold names. */
  readonly names: readonly number[];
  /** The types of the fields that hold messages, by number. */
  readonly children: Readonly<Record<number, string>>;
  /** Numbers of other fields that are read. */
  readonly others?: readonly number[];
}

// The part of onnx.proto that ONNX Runtime keeps in memory (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
const TYPES = {
  model: { names: [2, 3, 4], children: { 7: 'graph', 8: 'opset', 14: 'entry', 25: 'function' } },
  graph: {
    names: [2],
    children: {
      1: 'node',
      5: 'tensor',
      11: 'valueInfo',
      12: 'valueInfo',
      13: 'valueInfo',
      14: 'annotation',
      15: 'sparseTensor',
      16: 'entry',
    },
  },
  node: { names: [1, 2, 3, 4, 7, 8], children: { 5: 'attribute', 9: 'entry' } },
  attribute: {
    names: [1, 21],
    children: {
      5: 'tensor',
      6: 'graph',
      10: 'tensor',
      11: 'graph',
      14: 'type',
      15: 'type',
      22: 'sparseTensor',
      23: 'sparseTensor',
    },
  },
  tensor: { names: [8], children: { 16: 'entry' }, others: [13, 14] },
  sparseTensor: { names: [], children: { 1: 'tensor', 2: 'tensor' }, others: [3] },
  function: {
    names: [1, 4, 5, 6, 10, 13],
    children: { 7: 'node', 9: 'opset', 11: 'attribute', 12: 'valueInfo', 14: 'entry' },
  },
  opset: { names: [1], children: {} },
  entry: { names: [1], children: {}, others: [2] },
  valueInfo: { names: [1], children: { 2: 'type', 4: 'entry' } },
  type: { names: [6], children: { 1: 'tensorType', 4: 'element', 5: 'map', 8: 'tensorType', 9: 'element' } },
  tensorType: { names: [], children: { 2: 'shape' } },
  element: { names: [], children: { 1: 'type' } },
  map: { names: [], children: { 2: 'type' } },
  shape: { names: [], children: { 1: 'dimension' } },
  dimension: { names: [2, 3], children: {} },
  annotation: { names: [1], children: { 2: 'entry' } },
} satisfies Record<string, MessageType>;

/** A message type with the numbers of all fields that are read. */
interface Reading {
  readonly type: MessageType;
  readonly wanted: ReadonlySet<number>;
}
const READINGS: ReadonlyMap<string, Reading> = new Map(
  Object.entries(TYPES).map(([name, type]: [string, MessageType]) => {
    const { names, children, others = [] } = type;
    return [name, { type, wanted: new Set([...names, ...Object.keys(children).map(Number), ...others]) }];
  }),
);

/**
 * Checks a file before ONNX Runtime opens it, so that opening it stays cheap: number of operators, lengths of names,
 * nesting, sparse tensors. Refuses external data and custom operators too.
 *
 * @returns the standard operators that it uses, also in subgraphs and functions; without those of ai.onnx.ml
 * @throws {ModelRefused} when a limit is exceeded
 */
export function checkFileLimits(onnx: Uint8Array): ReadonlySet<string> {
  try {
    const operators = new Set<string>();
    const functions = functionsOf(onnx);
    check(onnx, 'model', { functions, operators, counted: new Map(), parts: 0, sparseNumbers: 0 });
    return operators;
  } catch (error) {
    if (error instanceof ModelRefused) throw error;
    throw new ModelRefused(NOT_ONNX, { cause: error });
  }
}

/** State while a file is checked. */
interface Progress {
  /** The functions of the file by `functionKey`. Of several overloads, the largest counts. */
  readonly functions: ReadonlyMap<string, readonly Uint8Array[]>;
  /** Number of operators of each function; null while they are being counted. */
  readonly counted: Map<string, number | null>;
  /** The standard operators found. */
  readonly operators: Set<string>;
  parts: number;
  sparseNumbers: number;
}

/** Checks a message and its children. @returns the number of operators in it */
function check(message: Uint8Array, typeName: string, progress: Progress, depth = 0, subgraphs = 0): number {
  const reading = READINGS.get(typeName);
  if (!reading || depth > MAX_DEPTH) throw new ModelRefused(NOT_ONNX);
  if (subgraphs > MAX_SUBGRAPH_DEPTH) throw new ModelRefused(DEEP);
  const fields = readFields(message, reading.wanted, () => {
    progress.parts += 1;
    if (progress.parts > MAX_PARTS) throw new ModelRefused(MANY_PARTS);
  });
  const isLong = (number: number) => fields.all(number).some(({ length }) => length > MAX_NAME_BYTES);
  if (reading.type.names.some(isLong)) throw new ModelRefused(LONG_NAME);
  let nodes = checkFields(fields, typeName, progress);
  for (const [field, type] of Object.entries(reading.type.children)) {
    const isSubgraph = typeName === 'attribute' && type === 'graph';
    for (const child of childrenOf(fields, typeName, Number(field))) {
      nodes += check(child, type, progress, depth + 1, subgraphs + Number(isSubgraph));
      // The operators of a function count where it is called.
      if (type === 'function') nodes = 0;
      if (nodes > MAX_NODES) throw new ModelRefused(MANY_NODES);
    }
  }
  return nodes;
}

/** The messages in a field. If an attribute has its sparse tensor in several parts, readers merge them. */
function childrenOf(fields: Fields, typeName: string, field: number): readonly Uint8Array[] {
  const merged = typeName === 'attribute' && field === 22 ? fields.message(field) : undefined;
  return merged ? [merged] : fields.all(field);
}

/** Checks the fields of one message. @returns the number of operators: 0, 1, or more for the call of a function */
function checkFields(fields: Fields, typeName: string, progress: Progress): number {
  if (typeName === 'node') return countNode(fields, progress);
  if (typeName === 'entry' && fields.all(2).some(({ length }) => length > MAX_METADATA_BYTES)) {
    throw new ModelRefused(LONG_METADATA);
  }
  if (typeName === 'tensor' && (fields.all(13).length > 0 || fields.integers(14).at(-1) === 1)) {
    throw new ModelRefused(EXTERNAL_DATA);
  }
  if (typeName === 'sparseTensor') {
    const size = fields.integers(3).reduce((product, dim) => product * Math.max(1, Math.abs(dim)), 1);
    progress.sparseNumbers += size;
    if (progress.sparseNumbers > MAX_SPARSE_NUMBERS) throw new ModelRefused(SPARSE);
  }
  return 0;
}

function countNode(fields: Fields, progress: Progress): number {
  const [opType, domain] = [fields.text(4), standardDomain(fields.text(7))];
  const key = functionKey(domain, opType);
  const functions = progress.functions.get(key);
  if (!functions) {
    if (domain === '') progress.operators.add(opType);
    if (domain === '' || domain === 'ai.onnx.ml') return 1;
    const name = Buffer.from(`${domain}.${opType}`, 'latin1').toString();
    throw new ModelRefused(
      `The model uses the operator '${name}', expected standard ONNX and ai.onnx.ml operators.`,
    );
  }
  let count = progress.counted.get(key);
  if (count === null) throw new ModelRefused('A function of the model calls itself, expected no recursion.');
  if (count === undefined) {
    progress.counted.set(key, null);
    count = Math.max(...functions.map(message => check(message, 'function', progress)));
    progress.counted.set(key, count);
  }
  return 1 + count;
}

const MODEL_FUNCTIONS = 25;
const FUNCTION = { name: 1, domain: 10 };

function functionsOf(onnx: Uint8Array): ReadonlyMap<string, readonly Uint8Array[]> {
  const functions = new Map<string, Uint8Array[]>();
  const wanted = new Set(Object.values(FUNCTION));
  for (const message of readFields(onnx, new Set([MODEL_FUNCTIONS])).all(MODEL_FUNCTIONS)) {
    const fields = readFields(message, wanted);
    const key = functionKey(standardDomain(fields.text(FUNCTION.domain)), fields.text(FUNCTION.name));
    const known = functions.get(key);
    if (known) known.push(message);
    else functions.set(key, [message]);
    if (functions.size > MAX_NODES) throw new ModelRefused(MANY_NODES);
  }
  return functions;
}

/** Identifies a function of a file among its functions. */
export const functionKey = (domain: string, opType: string) => `${domain}\0${opType}`;

/** The domain of an operator; '' for the standard domain, whose other name is ai.onnx. */
export const standardDomain = (domain: string) => (domain === 'ai.onnx' ? '' : domain);
