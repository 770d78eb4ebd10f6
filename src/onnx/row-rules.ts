import type { OnnxNode } from './onnx-graph.ts';
import {
  arrayFeatureExtractor,
  concat,
  cumSum,
  expand,
  featureVectorizer,
  flatten,
  gather,
  pad,
  reshape,
  slice,
  split,
  squeeze,
  topK,
  transpose,
  unsqueeze,
} from './row-shape-rules.ts';
import {
  attributeInt,
  axesInRow,
  axisInRow,
  constantOf,
  intsOf,
  isConstant,
  type Operation,
  type Rows,
  type Rule,
  rowsOf,
  UNKNOWN,
} from './row-values.ts';

const splitNames = (text: string) => text.trim().split(/\s+/);

/** Each output element depends on the input elements at the same position, with constants broadcast along the rows. */
const elementwise: Rule = ({ node, inputs }) => {
  const given = inputs.filter((_, i) => node.inputs[i] !== '');
  const rank = rowsOf(given.find(rowsOf))?.length ?? 0;
  const shapes = given.map(value => {
    const rows = rowsOf(value);
    if (rows) return rows.length === rank ? rows : undefined;
    const dims = constantOf(value)?.dims;
    return dims && (dims.length < rank || (dims.length === rank && dims[0] === 1)) ? dims : undefined;
  });
  // Operator versions before 7 broadcast from an axis.
  if (rank === 0 || node.attributes.has('broadcast') || node.attributes.has('axis')) return UNKNOWN;
  const rows: (number | null)[] = Array.from({ length: rank }, () => 1);
  for (const shape of shapes) {
    if (!shape) return UNKNOWN;
    for (const [i, dim] of shape.entries()) {
      const axis = rank - shape.length + i;
      if (dim !== 1) rows[axis] = dim === null || rows[axis] === null ? null : dim;
    }
  }
  return [{ rows: [null, ...rows.slice(1)] }];
};

/** An operator that treats each instance of a batch separately. Below `minRank` it would treat a row as the batch. */
const eachInstance =
  (minRank: number, answer: (rows: Rows['rows'], node: OnnxNode) => readonly (Rows | undefined)[]): Rule =>
  ({ node, inputs: [x, ...others] }) => {
    const rows = rowsOf(x);
    return rows && rows.length >= minRank && others.every(isConstant) ? answer(rows, node) : UNKNOWN;
  };
const sameShape = eachInstance(3, rows => [{ rows }]);
const sameRank = eachInstance(3, rows => [{ rows: rows.map(() => null) }]);

/** An operator on tables, with one row for each spectrum. */
const table = (answer: (node: OnnxNode, rows: Rows['rows']) => readonly Rows[]): Rule =>
  eachInstance(2, (rows, node) => (rows.length === 2 ? answer(node, rows) : UNKNOWN));
const sameTable = table((_, rows) => [{ rows }]);
const targets = (attribute: string) =>
  table(node => [{ rows: [null, attributeInt(node, attribute, 1) || null] }]);
const labelAndScores = table(() => [{ rows: [null] }, { rows: [null, null] }]);

const alongAxis =
  (defaultAxis: number): Rule =>
  operation => {
    const rows = rowsOf(operation.inputs[0]);
    return rows && axisInRow(operation, defaultAxis, rows.length) ? [{ rows }] : UNKNOWN;
  };

function reduced({ node, inputs }: Operation, axes: readonly number[] | undefined): ReturnType<Rule> {
  const rows = rowsOf(inputs[0]);
  const removed = rows && axesInRow(axes, rows.length);
  if (!rows || !removed) return UNKNOWN;
  const keepsDims = attributeInt(node, 'keepdims', 1) === 1;
  return [{ rows: rows.flatMap((dim, axis) => (removed.has(axis) ? (keepsDims ? [1] : []) : [dim])) }];
}
const reduce: Rule = operation => reduced(operation, intsOf(operation, 'axes', 1));
const argument: Rule = operation => reduced(operation, [attributeInt(operation.node, 'axis', 0)]);

const matMul: Rule = ({ inputs: [a, b] }) => {
  const [left, right] = [rowsOf(a), rowsOf(b)];
  const [leftDims, rightDims] = [constantOf(a)?.dims, constantOf(b)?.dims];
  if (left && rightDims && left.length >= 2 && (rightDims.length === 1 || rightDims.length === 2)) {
    const columns = rightDims.length === 2 ? [rightDims[1] ?? null] : [];
    return [{ rows: [...left.slice(0, -1), ...columns] }];
  }
  // One product of matrices for each spectrum.
  if (left && right && left.length >= 3 && left.length === right.length) {
    return [
      {
        rows: [
          ...left.slice(0, -1).map((dim, i) => (i < left.length - 2 ? null : dim)),
          right.at(-1) ?? null,
        ],
      },
    ];
  }
  if (leftDims && right && leftDims.length === 2 && right.length >= 3) {
    return [{ rows: [...right.slice(0, -2), leftDims[0] ?? null, right.at(-1) ?? null] }];
  }
  return UNKNOWN;
};

const gemm: Rule = ({ node, inputs: [a, b, c] }) => {
  const [rows, dims] = [rowsOf(a), constantOf(b)?.dims];
  if (rows?.length !== 2 || dims?.length !== 2 || attributeInt(node, 'transA', 0) !== 0) return UNKNOWN;
  const added = constantOf(c)?.dims;
  const isBiasPerRow = node.inputs.length < 3 || node.inputs[2] === '' || rowsOf(c)?.length === 2;
  if (!isBiasPerRow && !(added && (added.length < 2 || added[0] === 1))) return UNKNOWN;
  return [{ rows: [null, dims[attributeInt(node, 'transB', 0) === 0 ? 1 : 0] ?? null] }];
};

const batchNormalization = eachInstance(2, (rows, { attributes, outputs }) => {
  const isTraining = [...attributes].some(
    ([name, { int }]) =>
      name !== 'epsilon' && name !== 'momentum' && !(name === 'training_mode' && int === 0),
  );
  return isTraining || outputs.length > 1 ? UNKNOWN : [{ rows }];
});

const dropout: Rule = ({ node, inputs: [data, ratio] }) => {
  const rows = rowsOf(data);
  const isInference = node.inputs.length < 3 && (node.inputs.length < 2 || isConstant(ratio));
  return rows && isInference ? [{ rows }] : UNKNOWN;
};

const layerNormalization: Rule = operation => {
  const [data, ...others] = operation.inputs;
  const rows = rowsOf(data);
  const isPerRow = others.every(
    value => (constantOf(value)?.dims?.length ?? Number.NaN) < (rows?.length ?? 0),
  );
  return rows && isPerRow && axisInRow(operation, -1, rows.length) ? [{ rows }] : UNKNOWN;
};

const rulesFor = (rule: Rule, operators: string) => splitNames(operators).map(name => [name, rule] as const);

/**
 * The rules by domain and operator. A missing or too strict rule only costs speed: calls of models with the operator do
 * not share runs.
 */
export const RULES: Readonly<Record<string, ReadonlyMap<string, Rule>>> = {
  '': new Map<string, Rule>([
    ...rulesFor(
      elementwise,
      `Abs Acos Acosh Add And Asin Asinh Atan Atanh Cast Ceil Celu Clip Cos Cosh Div Elu Equal Erf Exp Floor Gelu
       Greater GreaterOrEqual HardSigmoid HardSwish Identity IsInf IsNaN LeakyRelu Less LessOrEqual Log Max Mean Min Mish
       Mod Mul Neg Not Or PRelu Pow Reciprocal Relu Round Selu Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Sub Sum Tan
       Tanh ThresholdedRelu Where Xor`,
    ),
    ...rulesFor(
      reduce,
      `ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
       ReduceSumSquare`,
    ),
    ...rulesFor(argument, 'ArgMax ArgMin'),
    ...rulesFor(alongAxis(-1), 'Hardmax LogSoftmax LpNormalization Softmax'),
    ...rulesFor(sameShape, 'GroupNormalization InstanceNormalization LRN'),
    ...rulesFor(
      sameRank,
      'AveragePool Conv ConvTranspose GlobalAveragePool GlobalLpPool GlobalMaxPool LpPool MaxPool',
    ),
    ['BatchNormalization', batchNormalization],
    ['Concat', concat],
    ['CumSum', cumSum],
    ['Dropout', dropout],
    ['Expand', expand],
    ['Flatten', flatten],
    ['Gather', gather],
    ['Gemm', gemm],
    ['LayerNormalization', layerNormalization],
    ['MatMul', matMul],
    ['Pad', pad],
    ['Reshape', reshape],
    ['Slice', slice],
    ['Split', split],
    ['Squeeze', squeeze],
    ['TopK', topK],
    ['Transpose', transpose],
    ['Unsqueeze', unsqueeze],
  ]),
  'ai.onnx.ml': new Map<string, Rule>([
    ...rulesFor(elementwise, 'Binarizer CategoryMapper LabelEncoder'),
    ...rulesFor(sameTable, 'Imputer Normalizer Scaler'),
    ...rulesFor(labelAndScores, 'LinearClassifier SVMClassifier TreeEnsembleClassifier'),
    ['ArrayFeatureExtractor', arrayFeatureExtractor],
    ['FeatureVectorizer', featureVectorizer],
    ['LinearRegressor', targets('targets')],
    ['SVMRegressor', targets('none')],
    ['TreeEnsemble', targets('n_targets')],
    ['TreeEnsembleRegressor', targets('n_targets')],
  ]),
};
