import protobuf from 'protobufjs/minimal.js';

// The fields of onnx.proto that are read (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
const MODEL = { graph: 7, functions: 25 };
const GRAPH = { node: 1, initializer: 5 };
const NODE = { input: 1, output: 2, opType: 4, domain: 7 };
const TENSOR = { name: 8 };

const names = (text: string) => text.trim().split(/\s+/);

/** Operators whose work and whose outputs' shapes follow from the shapes of their inputs, whatever the values are. */
const BY_SHAPES: Record<string, ReadonlySet<string>> = {
  '': new Set(
    names(`
      Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization Cast CastLike Ceil Celu
      Clip Concat Constant Conv ConvTranspose Cos Cosh CumSum Div Einsum Elu Equal Erf Exp Flatten Floor Gather
      GatherElements Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater GreaterOrEqual GroupNormalization
      HardSigmoid HardSwish Hardmax Identity InstanceNormalization IsInf IsNaN LRN LayerNormalization LeakyRelu Less
      LessOrEqual Log LogSoftmax LpNormalization LpPool MatMul Max MaxPool Mean MeanVarianceNormalization Min Mish Mod
      Mul Neg Not Or PRelu Pow Reciprocal Relu Round Selu Shape Sigmoid Sign Sin Sinh Size Softmax Softplus Softsign Sqrt
      Sub Sum Tan Tanh ThresholdedRelu Transpose Trilu Where Xor`),
  ),
  // Trees are none of them: ONNX Runtime 1.30 opens one of which a branch leads back to a node above it, and some
  // spectra then never leave it.
  'ai.onnx.ml': new Set(
    names(`
      ArrayFeatureExtractor Binarizer CategoryMapper FeatureVectorizer Imputer LabelEncoder LinearClassifier
      LinearRegressor Normalizer OneHotEncoder SVMClassifier SVMRegressor Scaler ZipMap`),
  ),
};

/** Those of which the same is true where every input but the first is a constant, such as the shape for Reshape. */
const BY_SHAPES_AND_CONSTANTS: ReadonlySet<string> = new Set(
  names(`
    Expand OneHot Pad ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
    ReduceSumSquare Reshape Slice Split Squeeze Tile TopK Unsqueeze`),
);

/**
 * Whether what a model has to compute for so many spectra is the same for all of them: it has no loop, no branch and
 * nothing of a size that a spectrum's values decide, so that a trial tells how long any run takes. What is not known to
 * be so is not: an operator or a shape computed on the way costs a model nothing but its place in the server's process.
 *
 * @param onnx a file that ONNX Runtime has opened: it refuses a graph in which a name is given twice
 */
export function isSteady(onnx: Uint8Array): boolean {
  try {
    const model = fieldsOf(onnx);
    // ONNX Runtime joins the parts of a graph that a file gives in several pieces.
    const graphs = model(MODEL.graph).map(fieldsOf);
    const constants = new Set(
      graphs
        .flatMap(graph => graph(GRAPH.initializer))
        .flatMap(tensor => fieldsOf(tensor)(TENSOR.name).map(text)),
    );
    // An input that is left out has an empty name.
    constants.add('');
    const nodes = graphs.flatMap(graph => graph(GRAPH.node)).map(fieldsOf);
    return model(MODEL.functions).length === 0 && nodes.every(node => isSteadyNode(node, constants));
  } catch {
    // protobufjs reads more strictly than ONNX Runtime.
    return false;
  }
}

/** @param constants the names of the values known so far not to depend on the spectrum, to which it adds its own */
function isSteadyNode(node: Fields, constants: Set<string>): boolean {
  const [opType = '', domain = ''] = [NODE.opType, NODE.domain].map(number => node(number).map(text).at(-1));
  const [isFirstConstant = true, ...others] = node(NODE.input).map(name => constants.has(text(name)));
  const areOthersConstant = others.every(Boolean);
  if (isFirstConstant && areOthersConstant) for (const name of node(NODE.output)) constants.add(text(name));
  const standard = domain === 'ai.onnx' ? '' : domain;
  if (BY_SHAPES[standard]?.has(opType)) return true;
  return standard === '' && areOthersConstant && BY_SHAPES_AND_CONSTANTS.has(opType);
}

/** Names only have to stay apart, which two that are no UTF-8 would not as that. */
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** The length-delimited fields of a message: texts, bytes and messages, all that were given under a number. */
type Fields = (number: number) => Uint8Array[];

/** Reads a message as the C++ library does, to which a field of another wire type than it knows is an unknown one. */
function fieldsOf(message: Uint8Array): Fields {
  const fields = new Map<number, Uint8Array[]>();
  const reader = protobuf.Reader.create(message);
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    const [number, wireType] = [tag >>> 3, tag & 7];
    if (wireType !== 2) {
      reader.skipType(wireType, 0, number);
      continue;
    }
    const known = fields.get(number);
    if (known) known.push(reader.bytes());
    else fields.set(number, [reader.bytes()]);
  }
  return number => fields.get(number) ?? [];
}
