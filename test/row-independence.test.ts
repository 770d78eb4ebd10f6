import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { readOnnxGraph } from '../src/onnx/onnx-graph.ts';
import { rowIndependentValues } from '../src/onnx/row-independence.ts';
import {
  constant,
  floatsAttribute,
  type Graph,
  intAttribute,
  intsAttribute,
  node,
  onnxFile,
  tensorInfo,
  textAttribute,
} from './onnx-files.ts';

const POINTS = 4;
type Operator = readonly [
  opType: string,
  more?: readonly string[],
  attributes?: readonly Attribute[],
  domain?: string,
];
type Attribute =
  | ReturnType<typeof intAttribute>
  | ReturnType<typeof intsAttribute>
  | ReturnType<typeof textAttribute>
  | ReturnType<typeof floatsAttribute>;

// Constants of many shapes, also of those that align with the batch or fix it.
const filled = (dims: number[]) =>
  Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => 0.5 + (i % 7) / 3);
const SHAPES = [
  [],
  [1],
  [2],
  [3],
  [4],
  [1, 4],
  [2, 1],
  [3, 1],
  [4, 1],
  [3, 4],
  [4, 4],
  [4, 2],
  [1, 1, 4],
  [2, 4, 4],
  [1, 4, 4],
  [4, 1, 4],
];
const floats = SHAPES.map(dims => constant(`c${dims.join('x')}`, 'float32', dims, filled(dims)));
const floatNames = SHAPES.map(dims => `c${dims.join('x')}`);
const LISTS = [
  [],
  [0],
  [1],
  [-1],
  [2],
  [0, 1],
  [1, 2],
  [-1, 4],
  [-1, 2],
  [0, -1],
  [1, -1],
  [-1, 1],
  [0, 4],
  [0, 2, 2],
  [-1, 2, 2],
  [2, -1],
  [4, -1],
  [-1, 4, 1],
  [1, 4],
  [3, 1],
  [0, 0, 0, 0],
  [0, 1, 0, 1],
  [1, 0, 0, 0],
  [0, 0, 0, 1],
  [0, 1, 2],
  [0, 1, 0, 0, 1, 0],
];
const lists = LISTS.map((values, i) => constant(`i${i}`, 'int64', [values.length], values));
const listNames = LISTS.map((_, i) => `i${i}`);
const scalars = [-2, -1, 0, 1, 2].map(value => constant(`s${value}`, 'int64', [], [value]));
const scalarNames = ['s-2', 's-1', 's0', 's1', 's2'];

const axis = fc.integer({ min: -3, max: 2 }).map(value => intAttribute('axis', value));
const someAxis = fc.option(axis, { nil: undefined }).map(given => (given ? [given] : []));
const axes = fc
  .subarray([-2, -1, 0, 1, 2], { minLength: 1, maxLength: 2 })
  .map(values => intsAttribute('axes', values));
const keepdims = fc.integer({ min: 0, max: 1 }).map(value => intAttribute('keepdims', value));
const float = fc.constantFrom(...floatNames, 'previous', 'X');
const list = fc.constantFrom(...listNames);
const flag = (name: string) => fc.integer({ min: 0, max: 1 }).map(value => intAttribute(name, value));

/** Operators with any constants and attributes, most of which make no valid model or mix its rows. */
const operator: fc.Arbitrary<Operator> = fc.oneof(
  fc.constantFrom<Operator>(['Relu'], ['Neg'], ['Identity'], ['Tanh'], ['Dropout'], ['GlobalAveragePool']),
  fc
    .tuple(fc.constantFrom('Add', 'Sub', 'Mul', 'Max', 'Mean', 'PRelu', 'MatMul'), float)
    .map(([op, c]): Operator => [op, [c]]),
  float.map((c): Operator => ['Gemm', [c]]),
  fc.tuple(float, flag('transA'), flag('transB')).map(([c, a, b]): Operator => ['Gemm', [c], [a, b]]),
  fc
    .tuple(fc.constantFrom('Softmax', 'LogSoftmax', 'Hardmax', 'LpNormalization', 'Flatten'), someAxis)
    .map(([op, a]): Operator => [op, [], a]),
  fc
    .tuple(fc.constantFrom('ReduceMean', 'ReduceMax', 'ReduceL2'), axes, keepdims)
    .map(([op, a, k]): Operator => [op, [], [a, k]]),
  fc.constantFrom<Operator>(['ReduceMean'], ['ReduceMin'], ['Transpose'], ['Squeeze']),
  fc.tuple(list, keepdims).map(([l, k]): Operator => ['ReduceSum', [l], [k]]),
  fc.tuple(someAxis, keepdims).map(([a, k]): Operator => ['ArgMax', [], [...a, k]]),
  fc.tuple(float, axis).map(([c, a]): Operator => ['Concat', [c], [a]]),
  fc
    .tuple(fc.constantFrom(...listNames, ...scalarNames), someAxis)
    .map(([i, a]): Operator => ['Gather', [i], a]),
  fc.constantFrom(...scalarNames).map((s): Operator => ['CumSum', [s]]),
  fc
    .tuple(fc.constantFrom('Reshape', 'Unsqueeze', 'Squeeze', 'Expand', 'Pad', 'Tile'), list)
    .map(([op, l]): Operator => [op, [l]]),
  fc
    .tuple(list, fc.constantFrom('edge', 'reflect'))
    .map(([l, mode]): Operator => ['Pad', [l], [textAttribute('mode', mode)]]),
  fc
    .shuffledSubarray([0, 1, 2], { minLength: 1 })
    .map((perm): Operator => ['Transpose', [], [intsAttribute('perm', perm)]]),
  fc.tuple(list, list, list).map(([a, b, c]): Operator => ['Slice', [a, b, c]]),
  fc.tuple(fc.constantFrom('i2', 'i4'), someAxis).map(([k, a]): Operator => ['TopK', [k], a]),
  fc.tuple(someAxis).map(([a]): Operator => ['Split', [], a]),
  fc
    .tuple(fc.constantFrom(...floatNames), someAxis)
    .map(([c, a]): Operator => ['LayerNormalization', [c], a]),
  fc
    .tuple(fc.constantFrom('c1x1x4', 'c4x1x4', 'c1x4x4', 'c2x4x4'), fc.constantFrom([0, 0], [1, 2], [2, 2]))
    .map(([c, pads]): Operator => ['Conv', [c], [intsAttribute('pads', pads)]]),
  // ONNX Runtime 1.30 aborts for a window that is larger than its padded input.
  fc
    .constantFrom('AveragePool', 'MaxPool')
    .map((op): Operator => [op, [], [intsAttribute('kernel_shape', [2]), intsAttribute('pads', [1, 1])]]),
  fc.constantFrom<Operator>(
    ['InstanceNormalization', ['c4', 'c4']],
    ['BatchNormalization', ['c4', 'c4', 'c4', 'c4']],
  ),
  flag('training_mode').map((t): Operator => ['BatchNormalization', ['c4', 'c4', 'c4', 'c4'], [t]]),
  fc.constantFrom<Operator>(
    [
      'Scaler',
      [],
      [floatsAttribute('offset', [1, 2, 3, 4]), floatsAttribute('scale', [1, 2, 1, 2])],
      'ai.onnx.ml',
    ],
    ['Normalizer', [], [textAttribute('norm', 'L2')], 'ai.onnx.ml'],
    ['LinearRegressor', [], [floatsAttribute('coefficients', [1, 2, 3, 4])], 'ai.onnx.ml'],
    ['ArrayFeatureExtractor', ['i4'], [], 'ai.onnx.ml'],
    ['Binarizer', [], [], 'ai.onnx.ml'],
  ),
);

/** The shapes of a spectrum in the input. */
const SPECTRUM_SHAPES = [[POINTS], [1, POINTS], [POINTS, 1]];

/** A graph of these operators, each of which takes the output of the one before it. */
function chain(operators: readonly Operator[], shape: readonly number[]): Uint8Array {
  const nodes: ReturnType<typeof node>[] = [];
  let value = 'X';
  let previous = 'X';
  for (const [i, [opType, more = [], attributes = [], domain = '']] of operators.entries()) {
    const inputs = [value, ...more.map(name => (name === 'previous' ? previous : name))];
    const outputs = opType === 'TopK' || opType === 'Split' ? [`v${i}`, `w${i}`] : [`v${i}`];
    nodes.push(node(opType, inputs, outputs, attributes, domain));
    previous = value;
    value = `v${i}`;
    if (opType === 'ArgMax') {
      nodes.push(node('Cast', [value], [`f${i}`], [intAttribute('to', 1)]));
      value = `f${i}`;
    }
  }
  nodes.push(node('Identity', [value], ['y']));
  const graph: Graph = {
    input: [tensorInfo('X', 'float32', ['n', ...shape])],
    output: [tensorInfo('y', 'float32')],
    node: nodes,
    initializer: [...floats, ...lists, ...scalars],
  };
  return onnxFile(graph, 15);
}

const proven = (file: Uint8Array, shape: readonly number[]) =>
  rowIndependentValues(readOnnxGraph(file), 'X', shape).has('y');

async function run(
  session: InferenceSession,
  rows: readonly (readonly number[])[],
  shape: readonly number[],
) {
  const input = new Tensor('float32', rows.flat(), [rows.length, ...shape]);
  const { y } = await session.run({ X: input }).catch(() => ({ y: undefined }));
  if (!y || !(y.data instanceof Float32Array)) return undefined;
  return { dims: y.dims, data: y.data };
}

const spectra = [
  [0.1, 0.7, 0.2, 0.9],
  [3, -2, 5, 0.5],
  [-1e4, 2e4, 3e3, 1],
  [7, 7.5, -8, 1e-3],
];

for (const shape of SPECTRUM_SHAPES)
  test(`a graph that is proven to treat each row by itself does so, for any operators, constants and axes, with spectra of shape [${shape}]`, async () => {
    let checked = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(operator, { minLength: 1, maxLength: 4 }), async operators => {
        const file = chain(operators, shape);
        if (!proven(file, shape)) return;
        const session = await InferenceSession.create(file, { logSeverityLevel: 4 }).catch(() => undefined);
        if (!session) return;
        const alone = await Promise.all(spectra.map(spectrum => run(session, [spectrum], shape)));
        for (const count of [2, 3, 4]) {
          const together = await run(session, spectra.slice(0, count), shape);
          if (!together) continue;
          checked += 1;
          expect(together.dims[0]).toBe(count);
          const width = together.data.length / count;
          for (const [row, own] of alone.slice(0, count).entries()) {
            const values = together.data.subarray(row * width, (row + 1) * width);
            expect(own?.data.length).toBe(width);
            for (const [i, value] of values.entries()) {
              const other = own?.data[i] ?? Number.NaN;
              const scale = Math.max(1, Math.abs(value), Math.abs(other));
              expect(Object.is(value, other) || Math.abs(value - other) / scale < 1e-3).toBe(true);
            }
          }
        }
        await session.release();
      }),
      { numRuns: 2000, seed: 12 },
    );
    // Enough of them are valid and proven for this to be significant.
    expect(checked).toBeGreaterThan(400);
  });
