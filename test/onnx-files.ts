import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { onTestFinished } from 'vitest';
import type { RegisteredModel } from '../src/onnx/protocol.ts';

/**
 * Small ONNX files, built in code, so that a test can define exactly which model it uses and needs neither
 * downloads nor Python. The descriptor below holds only the fields used here; names and numbers are those of
 * onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
const { root } = protobuf.parse(
  `syntax = "proto3";
  message Entry { string key = 1; string value = 2; }
  message Tensor {
    repeated int64 dims = 1; int32 data_type = 2; repeated float float_data = 4 [packed = true];
    repeated int64 int64_data = 7 [packed = true]; string name = 8; repeated double double_data = 10 [packed = true];
    repeated Entry external_data = 13; int32 data_location = 14; repeated bytes string_data = 6;
  }
  message SparseTensor { Tensor values = 1; Tensor indices = 2; repeated int64 dims = 3; }
  message Attribute {
    string name = 1; float f = 2; int64 i = 3; bytes s = 4; Tensor t = 5; Graph g = 6;
    repeated float floats = 7; repeated int64 ints = 8; repeated bytes strings = 9; int32 type = 20;
    SparseTensor sparse_tensor = 22;
  }
  message Node {
    repeated string input = 1; repeated string output = 2; string op_type = 4; repeated Attribute attribute = 5;
    string domain = 7; string name = 3; repeated Entry metadata_props = 9;
  }
  message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { int32 elem_type = 1; Shape shape = 2; }
  message SequenceType { Type elem_type = 1; }
  message MapType { int32 key_type = 1; Type value_type = 2; }
  message Type { oneof value { TensorType tensor_type = 1; SequenceType sequence_type = 4; MapType map_type = 5; } }
  message ValueInfo { string name = 1; Type type = 2; }
  message Graph {
    repeated Node node = 1; string name = 2; repeated Tensor initializer = 5;
    repeated ValueInfo input = 11; repeated ValueInfo output = 12; repeated SparseTensor sparse_initializer = 15;
  }
  message Opset { string domain = 1; int64 version = 2; }
  message Function {
    string name = 1; repeated string input = 4; repeated string output = 5; repeated Node node = 7;
    repeated Opset opset_import = 9; string domain = 10;
  }
  message Model {
    int64 ir_version = 1; Graph graph = 7; repeated Opset opset_import = 8; repeated Function functions = 25;
    repeated Entry metadata_props = 14; string producer_name = 2;
  }`,
  { keepCase: true },
);

const FLOAT = 1;
const INT64 = 7;
const STRING = 8;
const BOOL = 9;
const DOUBLE = 11;
const ELEMENT = {
  float32: FLOAT,
  float64: DOUBLE,
  int32: 6,
  int64: INT64,
  string: STRING,
  bool: BOOL,
  float16: 10,
} as const;

export type ElementType = keyof typeof ELEMENT;
/** A number is a fixed dimension, a name a free one. */
export type Dimensions = readonly (number | string)[];
type Message = Readonly<Record<string, unknown>>;

/** A named tensor among a model's inputs or outputs; without dimensions the file does not declare its shape. */
export function tensorInfo(name: string, type: ElementType, dims?: Dimensions): Message {
  const dim = dims?.map(size => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  return { name, type: { tensor_type: { elem_type: ELEMENT[type], ...(dim ? { shape: { dim } } : {}) } } };
}

/** What ZipMap gives: for each row a map from category to probability. */
function zipMapInfo(name: string, key: 'string' | 'int64'): Message {
  const value_type = { tensor_type: { elem_type: FLOAT, shape: {} } };
  return {
    name,
    type: { sequence_type: { elem_type: { map_type: { key_type: ELEMENT[key], value_type } } } },
  };
}

/** A constant of the graph; shape `dims`, values in row order. */
export function constant(
  name: string,
  type: 'float32' | 'float64' | 'int64',
  dims: readonly number[],
  values: readonly number[],
): Message {
  const field = { float32: 'float_data', float64: 'double_data', int64: 'int64_data' }[type];
  return { name, data_type: ELEMENT[type], dims, [field]: values };
}

/** A constant whose values lie in another file (`location`), as exporters write very large models. */
export function externalConstant(
  name: string,
  dims: readonly number[],
  location: string,
  offset = '0',
): Message {
  const length = String(4 * dims.reduce((product, size) => product * size, 1));
  const entries = { location, offset, length };
  return {
    name,
    data_type: FLOAT,
    dims,
    data_location: 1,
    external_data: Object.entries(entries).map(([key, value]) => ({ key, value })),
  };
}

/** A constant of mostly zeros, of which the file holds one value. */
export const sparseConstant = (name: string, size: number): Message => ({
  values: constant(name, 'float32', [1], [1]),
  indices: constant('', 'int64', [1], [0]),
  dims: [size],
});

/** An attribute that holds a sparse tensor. */
export const sparseAttribute = (name: string, sparse_tensor: Message) => ({ name, sparse_tensor, type: 11 });

/** An attribute that holds whole numbers. */
export const intsAttribute = (name: string, values: readonly number[]) => ints(name, values);
/** An attribute that holds a text. */
export const textAttribute = (name: string, value: string) => text(name, value);
/** An attribute that holds numbers. */
export const floatsAttribute = (name: string, values: readonly number[]) => floats(name, values);
/** An attribute that holds texts. */
export const textsAttribute = (name: string, values: readonly string[]) => texts(name, values);

const ints = (name: string, values: readonly number[]) => ({ name, ints: values, type: 7 });
/** An attribute that holds a whole number. */
export const intAttribute = (name: string, value: number) => ({ name, i: value, type: 2 });
const floats = (name: string, values: readonly number[]) => ({ name, floats: values, type: 6 });
const text = (name: string, value: string) => ({ name, s: Buffer.from(value), type: 3 });
/** An attribute that holds a graph. */
export const graphAttribute = (name: string, g: Message) => ({ name, g, type: 5 });
const texts = (name: string, values: readonly string[]) => ({
  name,
  strings: values.map(value => Buffer.from(value)),
  type: 8,
});
/** An attribute that holds a tensor. */
export const tensorAttribute = (name: string, tensor: Message) => ({ name, t: tensor, type: 4 });

/** One operator of a graph. */
export function node(
  op_type: string,
  input: readonly string[],
  output: readonly string[],
  attribute: readonly Message[] = [],
  domain = '',
): Message {
  return { op_type, input, output, attribute, domain };
}

export interface Graph {
  node: readonly Message[];
  input: readonly Message[];
  output: readonly Message[];
  initializer?: readonly Message[];
  sparse_initializer?: readonly Message[];
}

/** A whole ONNX file, for an `opset` of ONNX and version 3 of its machine learning operators. */
export function onnxFile(
  graph: Graph,
  opset = 17,
  functions: readonly Message[] = [],
  more: Message = {},
): Uint8Array {
  const Model = root.lookupType('Model');
  const opset_import = [
    { domain: '', version: opset },
    { domain: 'ai.onnx.ml', version: 3 },
    ...(functions.length > 0 ? [{ domain: 'own', version: 1 }] : []),
  ];
  return Model.encode(
    Model.fromObject({ ir_version: 8, opset_import, functions, graph: { name: 'graph', ...graph }, ...more }),
  ).finish();
}

/** Adds a metadata property of any bytes to a file: readers of protocol buffers append it to those before. */
export function withProperty(
  file: Uint8Array,
  key: string | Uint8Array,
  value: string | Uint8Array,
): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32((14 << 3) | 2).fork();
  for (const [i, bytes] of [key, value].entries())
    writer.uint32(((i + 1) << 3) | 2).bytes(Buffer.from(bytes));
  return Buffer.concat([file, writer.ldelim().finish()]);
}

/** The same file with its graph in two pieces, which readers of protocol buffers join: first the nodes, then the rest. */
export function inTwoPieces(file: Uint8Array): Uint8Array {
  const Model = root.lookupType('Model');
  const { graph, ...rest } = Model.toObject(Model.decode(file));
  const { node, ...others } = graph;
  const piece = (message: object) => Model.encode(Model.fromObject(message)).finish();
  return Buffer.concat([piece({ graph: { node } }), piece({ ...rest, graph: others })]);
}

/** The same file with metadata properties whose keys begin with `spectrakey.`. */
export function withMetadata(file: Uint8Array, metadata: Readonly<Record<string, string>>): Uint8Array {
  const Model = root.lookupType('Model');
  const metadata_props = Object.entries(metadata).map(([key, value]) => ({
    key: `spectrakey.${key}`,
    value,
  }));
  return Buffer.concat([file, Model.encode(Model.fromObject({ metadata_props })).finish()]);
}

export interface LinearOptions {
  weights: readonly number[];
  intercept?: number;
  type?: 'float32' | 'float64';
  batch?: number | string;
  /** `column` answers `[n, 1]`, `flat` answers `[n]`. */
  answer?: 'column' | 'flat';
  inputName?: string;
  outputName?: string;
  /** The output's shape that the file declares; `null`: none. */
  declared?: Dimensions | null;
}

/** A linear regression: the spectrum times `weights`, plus `intercept`. */
export function linearRegression(options: LinearOptions): Uint8Array {
  const { weights, intercept = 0, type = 'float32', batch = 'n', answer = 'column' } = options;
  const { inputName = 'X', outputName = 'variable' } = options;
  const column = answer === 'column';
  const declared = options.declared === undefined ? (column ? [batch, 1] : [batch]) : options.declared;
  return onnxFile({
    input: [tensorInfo(inputName, type, [batch, weights.length])],
    output: [tensorInfo(outputName, type, declared ?? undefined)],
    initializer: [
      constant('weights', type, column ? [weights.length, 1] : [weights.length], weights),
      constant('intercept', type, [1], [intercept]),
    ],
    node: [
      node('MatMul', [inputName, 'weights'], ['product']),
      node('Add', ['product', 'intercept'], [outputName]),
    ],
  });
}

/** A regression of three points: the first is its value, the second its T² and the third its Q. */
export function regressionWithStatistics(metadata: Readonly<Record<string, string>>): Uint8Array {
  const outputs = ['value', 't2', 'q'];
  const file = onnxFile({
    input: [tensorInfo('X', 'float32', ['n', outputs.length])],
    output: outputs.map(name => tensorInfo(name, 'float32', ['n', 1])),
    initializer: outputs.map((name, column) =>
      constant(
        `column of ${name}`,
        'float32',
        [outputs.length, 1],
        outputs.map((_, i) => Number(i === column)),
      ),
    ),
    node: outputs.map(name => node('MatMul', ['X', `column of ${name}`], [name])),
  });
  return withMetadata(file, metadata);
}

/**
 * A regression that returns the mean of the spectrum, and computes for some time first: `rounds` products of square
 * matrices, with 1000 rows each two billion operations, which depend on the spectrum and so cannot be done beforehand.
 */
export function slowRegression(rounds: number, size = 1000): Uint8Array {
  const axes = (...values: number[]) => [ints('axes', values), intAttribute('keepdims', 1)];
  return onnxFile({
    input: [tensorInfo('X', 'float32', ['n', 2])],
    output: [tensorInfo('variable', 'float32', ['n', 1])],
    initializer: [
      constant('shape', 'int64', [2], [size, size]),
      constant('part', 'float32', [1, 1], [1 / size]),
      constant('zero', 'float32', [1], [0]),
    ],
    node: [
      node('Expand', ['part', 'shape'], ['ones']),
      node('ReduceMean', ['X'], ['scale'], axes(0, 1)),
      node('Mul', ['ones', 'scale'], ['square']),
      ...Array.from({ length: rounds }, (_, i) =>
        node('MatMul', [i === 0 ? 'square' : `product${i - 1}`, 'square'], [`product${i}`]),
      ),
      node('ReduceMean', [`product${rounds - 1}`], ['rest'], axes(0, 1)),
      node('Mul', ['rest', 'zero'], ['nothing']),
      node('ReduceMean', ['X'], ['mean'], axes(1)),
      node('Add', ['mean', 'nothing'], ['variable']),
    ],
  });
}

const greatest = [
  node('ReduceMax', ['X'], ['greatest'], [intAttribute('keepdims', 0)]),
  node('Cast', ['greatest'], ['whole'], [intAttribute('to', INT64)]),
];
const meanOfTwo = {
  input: [tensorInfo('X', 'float32', ['n', 2])],
  output: [tensorInfo('variable', 'float32', ['n', 1])],
};

/** The body of a loop that takes a root and squares it. */
const roundsOfRoots = {
  name: 'body',
  node: [
    node('Identity', ['going'], ['goingOn']),
    node('Sqrt', ['value'], ['root']),
    node('Mul', ['root', 'root'], ['next']),
  ],
  input: [
    tensorInfo('round', 'int64', []),
    { name: 'going', type: { tensor_type: { elem_type: BOOL, shape: {} } } },
    tensorInfo('value', 'float32', ['n', 1]),
  ],
  output: [
    { name: 'goingOn', type: { tensor_type: { elem_type: BOOL, shape: {} } } },
    tensorInfo('next', 'float32', ['n', 1]),
  ],
};

/** A regression that returns the mean of the spectrum, after as many rounds as the greatest value in it. */
export function loopingRegression(): Uint8Array {
  return onnxFile({
    ...meanOfTwo,
    initializer: [constant('zero', 'float32', [1], [0])],
    node: [
      ...greatest,
      node('ReduceMean', ['X'], ['mean'], [ints('axes', [1]), intAttribute('keepdims', 1)]),
      node('Loop', ['whole', '', 'mean'], ['looped'], [graphAttribute('body', roundsOfRoots)]),
      node('Mul', ['looped', 'zero'], ['nothing']),
      node('Add', ['mean', 'nothing'], ['variable']),
    ],
  });
}

/**
 * A regression that returns the mean, and before that fills a row of this many numbers of 4 bytes; without
 * a number, of as many as the greatest value of the spectrum.
 */
export function fillingRegression(size?: number): Uint8Array {
  return onnxFile({
    ...meanOfTwo,
    initializer: [
      constant('one', 'int64', [1], [1]),
      constant('size', 'int64', [1], [size ?? 1]),
      constant('zero', 'float32', [1], [0]),
    ],
    node: [
      ...greatest,
      node('Reshape', ['whole', 'one'], ['wholes']),
      node('Concat', ['one', size === undefined ? 'wholes' : 'size'], ['shape'], [intAttribute('axis', 0)]),
      node('ReduceMean', ['X'], ['mean'], [ints('axes', [1]), intAttribute('keepdims', 1)]),
      node('ReduceMean', ['X'], ['all'], [ints('axes', [0, 1]), intAttribute('keepdims', 1)]),
      node('Expand', ['all', 'shape'], ['row']),
      node('ReduceMax', ['row'], ['rest'], [ints('axes', [0, 1]), intAttribute('keepdims', 1)]),
      node('Mul', ['rest', 'zero'], ['nothing']),
      node('Add', ['mean', 'nothing'], ['variable']),
    ],
  });
}

/**
 * A regression that returns the mean, and before that holds a row of this many numbers of 4 bytes for as many
 * rounds as the greatest value of the spectrum.
 */
export function holdingRegression(size: number): Uint8Array {
  return onnxFile({
    ...meanOfTwo,
    initializer: [constant('shape', 'int64', [2], [1, size]), constant('zero', 'float32', [1], [0])],
    node: [
      ...greatest,
      node('ReduceMean', ['X'], ['mean'], [ints('axes', [1]), intAttribute('keepdims', 1)]),
      node('ReduceMean', ['X'], ['all'], [ints('axes', [0, 1]), intAttribute('keepdims', 1)]),
      node('Expand', ['all', 'shape'], ['row']),
      node('ReduceMax', ['row'], ['before'], [ints('axes', [0, 1]), intAttribute('keepdims', 1)]),
      node('Loop', ['whole', '', 'before'], ['looped'], [graphAttribute('body', roundsOfRoots)]),
      // The row is needed after the loop.
      node('Add', ['row', 'looped'], ['sums']),
      node('ReduceMax', ['sums'], ['rest'], [ints('axes', [0, 1]), intAttribute('keepdims', 1)]),
      node('Mul', ['rest', 'zero'], ['nothing']),
      node('Add', ['mean', 'nothing'], ['variable']),
    ],
  });
}

/** A tree whose branches form a cycle: it answers 1 if the first value is at most the limit, and never ends otherwise. */
export function ringOfBranches(limit = 5): Uint8Array {
  const nodes = [0, 1, 2, 3, 4];
  const branches = ['BRANCH_LEQ', 'BRANCH_LEQ', 'BRANCH_GT', 'LEAF', 'LEAF'];
  return onnxFile({
    ...meanOfTwo,
    node: [
      node(
        'TreeEnsembleRegressor',
        ['X'],
        ['variable'],
        [
          ints(
            'nodes_treeids',
            nodes.map(() => 0),
          ),
          ints('nodes_nodeids', nodes),
          ints(
            'nodes_featureids',
            nodes.map(() => 0),
          ),
          floats(
            'nodes_values',
            nodes.map(() => limit),
          ),
          texts('nodes_modes', branches),
          ints('nodes_truenodeids', [4, 4, 1, 0, 0]),
          ints('nodes_falsenodeids', [1, 2, 3, 0, 0]),
          ints('target_treeids', [0, 0]),
          ints('target_nodeids', [3, 4]),
          ints('target_ids', [0, 0]),
          floats('target_weights', [2, 1]),
          intAttribute('n_targets', 1),
        ],
        'ai.onnx.ml',
      ),
    ],
  });
}

export interface ClassifierOptions {
  /** One row of weights for each category. */
  weights: readonly (readonly number[])[];
  labels: readonly string[] | readonly number[];
  probabilities?: 'tensor' | 'zipmap';
  batch?: number | string;
  /** The label as `[n]`, as scikit-learn's converters write it, or as `[n, 1]`. */
  labelShape?: 'flat' | 'column';
}

/** A linear classifier: the category is the label whose row of weights gives the largest product. */
export function classifier(options: ClassifierOptions): Uint8Array {
  const { weights, labels, probabilities = 'tensor', batch = 'n', labelShape = 'flat' } = options;
  const names = labels.filter(label => typeof label === 'string');
  const numbers = labels.filter(label => typeof label === 'number');
  const labelType = names.length > 0 ? 'string' : 'int64';
  const column = labelShape === 'column';
  const zipmap = probabilities === 'zipmap';
  const points = weights[0]?.length ?? 0;
  return onnxFile({
    input: [tensorInfo('X', 'float32', [batch, points])],
    output: [
      tensorInfo('output_label', labelType, column ? [batch, 1] : [batch]),
      zipmap
        ? zipMapInfo('output_probability', labelType)
        : tensorInfo('probabilities', 'float32', [batch, labels.length]),
    ],
    initializer: [constant('column', 'int64', [2], [-1, 1])],
    node: [
      node(
        'LinearClassifier',
        ['X'],
        [column ? 'label' : 'output_label', 'probabilities'],
        [
          floats('coefficients', weights.flat()),
          floats(
            'intercepts',
            weights.map(() => 0),
          ),
          labelType === 'string' ? texts('classlabels_strings', names) : ints('classlabels_ints', numbers),
          intAttribute('multi_class', 1),
          text('post_transform', 'SOFTMAX'),
        ],
        'ai.onnx.ml',
      ),
      ...(column ? [node('Reshape', ['label', 'column'], ['output_label'])] : []),
      ...(zipmap
        ? [
            node(
              'ZipMap',
              ['probabilities'],
              ['output_probability'],
              [
                labelType === 'string'
                  ? texts('classlabels_strings', names)
                  : ints('classlabels_int64s', numbers),
              ],
              'ai.onnx.ml',
            ),
          ]
        : []),
    ],
  });
}

/** A regression as the model hosts load it. */
export const registered = (onnx: Uint8Array): RegisteredModel => ({ onnx, kind: 'REGRESSION' });

/** Writes a model to a file that is gone after the test. @returns its path. */
export async function writeModel(onnx: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spectrakey-model-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'model.onnx');
  await writeFile(path, onnx);
  return path;
}
