import {
  constant,
  floatsAttribute,
  graphAttribute,
  intAttribute,
  intsAttribute,
  node,
  onnxFile,
  tensorAttribute,
  tensorInfo,
  textAttribute,
  textsAttribute,
} from './onnx-files.ts';

// Models that are harmless only in their trial: the spectrum sets an index, a size, an operand or a number of an
// operator. It is 0 in a trial (rounded down), and any value in a call.

type Message = Readonly<Record<string, unknown>>;

/** A model whose spectra set the inputs of its operator. */
export interface DrivenModel {
  operator: string;
  /** The types, attributes or inputs that vary. */
  variant: string;
  /** Its own ones, in addition to those of every such model. */
  nodes: readonly Message[];
  initializer: readonly Message[];
  opset: number;
}

/** The numbers of ONNX's element types. */
const TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
} as const;
type Type = keyof typeof TYPES;
const SIGNED = ['int8', 'int16', 'int32', 'int64'] as const;
const INTEGERS = [...SIGNED, 'uint8', 'uint16', 'uint32', 'uint64'] as const;
const NUMBERS = [...INTEGERS, 'float16', 'float32', 'float64'] as const;

const float = (name: string, f: number): Message => ({ name, f, type: 1 });
const cast = (from: string, type: Type, to: string) =>
  node('Cast', [from], [to], [intAttribute('to', TYPES[type])]);

/** Pairs of numbers for the spectra of a call that break operators with an integer, a size or a float. */
export const EXTREME_PAIRS: readonly (readonly [number, number])[] = [
  [0, 0],
  [-1, -1],
  [-2, -128],
  [-2, -32_768],
  [-2, -(2 ** 31)],
  [-2, -(2 ** 63)],
  [-1, 2 ** 31],
  [5, 7],
  [-13, -7],
  [1e9, 1e9],
  [2 ** 31, -1],
  [2 ** 62, 2 ** 62],
  [-(2 ** 63), -(2 ** 31)],
  [3e38, -3e38],
  [100_000, 3],
];

// Names that every model has. `p` and `q` are the greatest whole numbers of the two points of all spectra.

const PRELUDE = [
  node('Gather', ['X', 'i0'], ['column0'], [intAttribute('axis', 1)]),
  node('Gather', ['X', 'i1'], ['column1'], [intAttribute('axis', 1)]),
  ...(['p', 'q'] as const).flatMap((name, i) => [
    node('ReduceMax', [`column${i}`], [`${name}Greatest`], [intAttribute('keepdims', 0)]),
    node('Floor', [`${name}Greatest`], [`${name}F`]),
    cast(`${name}F`, 'int64', name),
    node('Reshape', [name, 'i1'], [`${name}1`]),
    node('Add', [`${name}1`, 'i1'], [`${name}Plus1`]),
    node('Add', [`${name}1`, 'i2'], [`${name}Plus2`]),
    node('Reshape', [`${name}1`, 'shape11'], [`${name}11`]),
    node('Add', [`${name}F`, 'oneF'], [`${name}FPlus1`]),
    node('Reshape', [`${name}FPlus1`, 'i1'], [`${name}FPlus1s`]),
  ]),
  node('Mul', ['pF', 'hugeF'], ['infF']),
  node('Sub', ['infF', 'infF'], ['nanF']),
];

const INITIALIZERS = [
  constant('i0', 'int64', [1], [0]),
  constant('i1', 'int64', [1], [1]),
  constant('i2', 'int64', [1], [2]),
  constant('i3', 'int64', [1], [3]),
  constant('s0', 'int64', [], [0]),
  constant('s1', 'int64', [], [1]),
  constant('shape11', 'int64', [2], [1, 1]),
  constant('oneF', 'float32', [], [1]),
  constant('hugeF', 'float32', [], [3e38]),
  constant('halves', 'float32', [2, 1], [0.5, 0.5]),
  constant('data', 'float32', [4, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
  constant('row', 'float32', [1, 3], [1, 2, 3]),
  constant('list', 'float32', [6], [1, 2, 3, 4, 5, 6]),
  constant('square', 'float32', [2, 2], [1, 2, 3, 4]),
  constant(
    'image',
    'float32',
    [1, 1, 4, 4],
    Array.from({ length: 16 }, (_, i) => i),
  ),
  constant('kernel', 'float32', [1, 1, 2, 2], [1, 1, 1, 1]),
  constant('signal', 'float32', [1, 1, 8], [1, 2, 3, 4, 5, 6, 7, 8]),
  constant('one1', 'float32', [1], [1]),
  constant('update1', 'float32', [1], [9]),
  constant('update11', 'float32', [1, 1], [9]),
];

/** The file of a driven model. */
export const fileOf = (
  { nodes, initializer, opset }: Pick<DrivenModel, 'nodes' | 'initializer' | 'opset'>,
  sparse_initializer: readonly Message[] = [],
): Uint8Array =>
  onnxFile(
    {
      input: [tensorInfo('X', 'float32', ['n', 2])],
      output: [tensorInfo('y', 'float32', ['n', 1])],
      initializer: [...INITIALIZERS, ...initializer],
      sparse_initializer,
      node: [
        ...PRELUDE,
        ...nodes,
        cast('v', 'float32', 'asFloat'),
        node('ReduceMean', ['asFloat'], ['whole'], [intAttribute('keepdims', 0)]),
        node('MatMul', ['X', 'halves'], ['mean']),
        node('Add', ['mean', 'whole'], ['y']),
      ],
    },
    opset,
  );

const model = (
  operator: string,
  variant: string,
  nodes: readonly Message[],
  { initializer = [], opset = 17 }: Partial<Pick<DrivenModel, 'initializer' | 'opset'>> = {},
): DrivenModel => ({ operator, variant, nodes, initializer, opset });

/** One operator with these inputs, whose first output is the model's result. */
const simple = (
  operator: string,
  inputs: readonly string[],
  attributes: readonly Message[] = [],
  { variant = '', before = [], domain = '', outputs = 1, ...more }: SimpleOptions = {},
) => {
  const names = ['v', ...Array.from({ length: outputs - 1 }, (_, i) => `other${i}`)];
  return model(operator, variant, [...before, node(operator, inputs, names, attributes, domain)], more);
};

interface SimpleOptions {
  variant?: string;
  before?: readonly Message[];
  domain?: string;
  outputs?: number;
  initializer?: readonly Message[];
  opset?: number;
}

const ML = 'ai.onnx.ml';

const arithmetic = (): DrivenModel[] => [
  ...INTEGERS.flatMap(type => {
    const before = [
      cast('qF', type, 'a'),
      cast('pFPlus1', type, 'b'),
      cast('pF', type, 'c'),
      cast('qFPlus1', type, 'd'),
    ];
    const of = (operator: string, inputs: string[], attributes: Message[] = [], note = '', opset = 17) =>
      simple(operator, inputs, attributes, { variant: `${type}${note}`, before, opset });
    return [
      of('Div', ['a', 'b']),
      of('Mod', ['a', 'b']),
      of('Mod', ['a', 'b'], [intAttribute('fmod', 1)], ', fmod'),
      ...['Add', 'Sub', 'Mul', 'Pow', 'Min', 'Max'].map(operator => of(operator, ['a', 'c'])),
      of('Pow', ['d', 'c'], [], ', of nothing'),
      ...['Neg', 'Abs', 'Sign'].map(operator => of(operator, ['a'])),
      ...(type.startsWith('u')
        ? ['LEFT', 'RIGHT'].map(way =>
            of('BitShift', ['b', 'c'], [textAttribute('direction', way)], `, ${way}`),
          )
        : []),
      ...['BitwiseAnd', 'BitwiseOr', 'BitwiseXor'].map(operator => of(operator, ['a', 'b'], [], '', 18)),
      of('BitwiseNot', ['a'], [], '', 18),
      ...['Less', 'Greater', 'Equal'].map(operator => of(operator, ['a', 'b'])),
    ];
  }),
  ...['float16', 'float32', 'float64'].flatMap(type => {
    const before = [cast('qF', type as Type, 'a'), cast('pFPlus1', type as Type, 'b')];
    return [
      simple('Mod', ['a', 'b'], [intAttribute('fmod', 1)], { variant: `${type}, fmod`, before }),
      simple('Div', ['a', 'b'], [], { variant: type, before }),
      simple('Pow', ['b', 'a'], [], { variant: type, before }),
    ];
  }),
  ...['Exp', 'Log', 'Sqrt', 'Reciprocal', 'Erf', 'Sinh', 'Tan', 'Acosh', 'Elu', 'Selu', 'Softplus'].flatMap(
    operator => [simple(operator, [operator === 'Acosh' ? 'qFPlus1' : 'qFPlus1s'])],
  ),
];

const casts = (): DrivenModel[] =>
  [...NUMBERS, 'bool', 'string'].flatMap(to => [
    ...['qF', 'infF', 'nanF'].map(from =>
      simple('Cast', [from], [intAttribute('to', TYPES[to as Type])], { variant: `${from} to ${to}` }),
    ),
  ]);

const quantizing = (): DrivenModel[] => [
  ...(['int8', 'uint8', 'int16', 'uint16', 'int32'] as const).flatMap(type => {
    const before = [cast('pF', type, 'zero'), cast('data', type, 'quantized')];
    const opset = type.endsWith('16') ? 21 : 17;
    return [
      simple('QuantizeLinear', ['data', 'qFPlus1', 'zero'], [], { variant: type, before, opset }),
      simple('QuantizeLinear', ['infF', 'qFPlus1', 'zero'], [], { variant: `${type}, Inf`, before, opset }),
      simple('QuantizeLinear', ['nanF', 'qFPlus1', 'zero'], [], { variant: `${type}, NaN`, before, opset }),
      simple('DequantizeLinear', ['quantized', 'qFPlus1', 'zero'], [], { variant: type, before, opset }),
    ];
  }),
  simple('DynamicQuantizeLinear', ['scaled'], [], {
    before: [node('Mul', ['data', 'qF'], ['scaled'])],
    outputs: 3,
  }),
  ...(['int8', 'uint8'] as const).flatMap(type => {
    const before = [
      cast('square', type, 'm'),
      cast('image', type, 'img'),
      cast('kernel', type, 'k'),
      cast('pF', type, 'z'),
    ];
    return [
      simple('QLinearMatMul', ['m', 'qFPlus1', 'z', 'm', 'oneF', 'z', 'pFPlus1', 'z'], [], {
        variant: type,
        before,
      }),
      simple('MatMulInteger', ['m', 'm', 'z', 'z'], [], { variant: type, before }),
      simple('ConvInteger', ['img', 'k', 'z'], [], { variant: type, before }),
      simple('QLinearConv', ['img', 'qFPlus1', 'z', 'k', 'oneF', 'z', 'pFPlus1', 'z'], [], {
        variant: type,
        before,
      }),
    ];
  }),
];

const indexing = (): DrivenModel[] => [
  ...[0, 1].map(axis =>
    simple('Gather', ['data', 'p1'], [intAttribute('axis', axis)], { variant: `axis ${axis}` }),
  ),
  simple('GatherElements', ['data', 'p11'], [intAttribute('axis', 1)]),
  simple('GatherND', ['data', 'pq'], [], {
    before: [node('Concat', ['p1', 'q1'], ['pq'], [intAttribute('axis', 0)])],
  }),
  simple('GatherND', ['data', 'p11'], [intAttribute('batch_dims', 0)], { variant: 'rows' }),
  ...['none', 'add', 'mul', 'min', 'max'].flatMap(reduction => [
    simple('ScatterElements', ['data', 'p11', 'update11'], reductionOf(reduction), {
      variant: reduction,
      opset: 18,
    }),
    simple('ScatterND', ['data', 'pq', 'updates'], reductionOf(reduction), {
      variant: reduction,
      opset: 18,
      before: [
        node('Concat', ['p11', 'q11'], ['pq'], [intAttribute('axis', 1)]),
        node('Identity', ['update1'], ['updates']),
      ],
    }),
  ]),
  simple('Scatter', ['data', 'p11', 'update11'], [], { opset: 10 }),
  simple('ArrayFeatureExtractor', ['data', 'p1'], [], { domain: ML }),
  simple('OneHot', ['p1', 'qPlus2', 'values'], [], {
    initializer: [constant('values', 'float32', [2], [0, 1])],
  }),
  simple('TopK', ['data', 'pPlus1'], [], { outputs: 2 }),
  simple('CumSum', ['data', 'p']),
  simple('Slice', ['data', 'p1', 'qPlus2', 'p1', 'qPlus1']),
  simple('Slice', ['data', 'p1', 'i3', 'i0', 'qPlus1'], [], { variant: 'steps' }),
  simple('Split', ['data', 'parts'], [intAttribute('axis', 0)], {
    before: [node('Concat', ['pPlus2', 'qPlus2'], ['parts'], [intAttribute('axis', 0)])],
    outputs: 2,
  }),
  simple('Reshape', ['data', 'to'], [], { before: [...twelve('to')] }),
  simple('Reshape', ['data', 'to'], [intAttribute('allowzero', 1)], {
    variant: 'allowzero',
    before: [...twelve('to')],
  }),
  simple('Unsqueeze', ['data', 'p1']),
  simple('Squeeze', ['one11', 'p1'], [], { initializer: [constant('one11', 'float32', [1, 1], [1])] }),
  simple('Trilu', ['data', 'p']),
  simple('Compress', ['list', 'condition'], [], {
    before: [node('Equal', ['p1', 'q1'], ['condition'])],
  }),
  simple('ReverseSequence', ['square', 'lengths'], [], {
    before: [node('Concat', ['pPlus1', 'qPlus1'], ['lengths'], [intAttribute('axis', 0)])],
  }),
  simple('MaxUnpool', ['pooled', 'place'], [intsAttribute('kernel_shape', [2, 2])], {
    initializer: [
      constant('pooled', 'float32', [1, 1, 1, 1], [1]),
      constant('shape1111', 'int64', [4], [1, 1, 1, 1]),
    ],
    before: [node('Reshape', ['p1', 'shape1111'], ['place'])],
  }),
  simple('MaxUnpool', ['pooled', 'place', 'outer'], [intsAttribute('kernel_shape', [2, 2])], {
    variant: 'shape',
    initializer: [
      constant('pooled', 'float32', [1, 1, 1, 1], [1]),
      constant('shape1111', 'int64', [4], [1, 1, 1, 1]),
    ],
    before: [
      node('Reshape', ['p1', 'shape1111'], ['place']),
      node('Concat', ['i1', 'i1', 'qPlus2', 'qPlus2'], ['outer'], [intAttribute('axis', 0)]),
    ],
  }),
  simple('RoiAlign', ['image', 'rois', 'p1'], [], {
    before: [
      node('Concat', ['pFPlus1s', 'qFPlus1s', 'qFPlus1s', 'pFPlus1s'], ['r'], [intAttribute('axis', 0)]),
      node('Reshape', ['r', 'shape14'], ['rois']),
    ],
    initializer: [constant('shape14', 'int64', [2], [1, 4])],
  }),
  simple('MaxRoiPool', ['image', 'rois'], [intsAttribute('pooled_shape', [2, 2])], {
    before: [
      node('Reshape', ['pF', 'i1'], ['batch']),
      node(
        'Concat',
        ['batch', 'pFPlus1s', 'qFPlus1s', 'qFPlus1s', 'pFPlus1s'],
        ['r'],
        [intAttribute('axis', 0)],
      ),
      node('Reshape', ['r', 'shape15'], ['rois']),
    ],
    initializer: [constant('shape15', 'int64', [2], [1, 5])],
  }),
  simple('NonMaxSuppression', ['boxes', 'marks', 'pPlus1', 'half', 'qFPlus1s'], [], {
    initializer: [
      constant('boxes', 'float32', [1, 2, 4], [0, 0, 1, 1, 0, 0, 2, 2]),
      constant('marks', 'float32', [1, 1, 2], [2, 3]),
      constant('half', 'float32', [1], [0.5]),
    ],
  }),
  ...['bilinear', 'nearest', 'bicubic'].flatMap(mode =>
    ['zeros', 'border', 'reflection'].map(padding =>
      simple(
        'GridSample',
        ['image', 'grid'],
        [textAttribute('mode', mode), textAttribute('padding_mode', padding)],
        {
          variant: `${mode}, ${padding}`,
          before: [
            node('Concat', ['pFPlus1s', 'qFPlus1s'], ['g'], [intAttribute('axis', 0)]),
            node('Reshape', ['g', 'shape1112'], ['grid']),
          ],
          initializer: [constant('shape1112', 'int64', [4], [1, 1, 1, 2])],
        },
      ),
    ),
  ),
  simple('NegativeLogLikelihoodLoss', ['row', 'p1']),
  simple('SoftmaxCrossEntropyLoss', ['row', 'p1'], [], { outputs: 2 }),
  simple(
    'TfIdfVectorizer',
    ['p1'],
    [
      textAttribute('mode', 'TF'),
      intAttribute('min_gram_length', 1),
      intAttribute('max_gram_length', 1),
      intAttribute('max_skip_count', 0),
      intsAttribute('ngram_counts', [0]),
      intsAttribute('ngram_indexes', [0, 1]),
      intsAttribute('pool_int64s', [0, 5]),
    ],
  ),
  simple(
    'LabelEncoder',
    ['p1'],
    [intsAttribute('keys_int64s', [0, 5]), floatsAttribute('values_floats', [1, 2])],
    { domain: ML },
  ),
  simple('OneHotEncoder', ['p1'], [intsAttribute('cats_int64s', [0, 5])], { domain: ML }),
];

function reductionOf(reduction: string): Message[] {
  return [textAttribute('reduction', reduction)];
}

/** A shape of 12 numbers, in a trial. */
function twelve(name: string): Message[] {
  return [
    node('Concat', ['i3', 'i2', 'i2'], ['known'], [intAttribute('axis', 0)]),
    node('Add', ['known', 'p1'], ['moved']),
    node('Add', ['moved', 'q1'], [name]),
  ];
}

const sizes = (): DrivenModel[] => [
  simple('Expand', ['row', 'to'], [], {
    before: [node('Concat', ['pPlus1', 'i3'], ['to'], [intAttribute('axis', 0)])],
  }),
  simple('Tile', ['data', 'repeats'], [], {
    before: [node('Concat', ['pPlus1', 'qPlus1'], ['repeats'], [intAttribute('axis', 0)])],
  }),
  simple('ConstantOfShape', ['pPlus1']),
  simple('ConstantOfShape', ['to'], [tensorAttribute('value', constant('', 'float64', [1], [1]))], {
    variant: 'float64',
    before: [node('Concat', ['pPlus1', 'qPlus1'], ['to'], [intAttribute('axis', 0)])],
  }),
  simple('Range', ['s0', 'end', 'step'], [], {
    before: [node('Add', ['p', 's1'], ['end']), node('Add', ['q', 's1'], ['step'])],
  }),
  simple('Range', ['oneF', 'pFPlus1', 'qFPlus1'], [], { variant: 'float32' }),
  ...['constant', 'edge', 'reflect', 'wrap'].flatMap(mode =>
    [17, 19].map(opset =>
      simple('Pad', ['data', 'pads'], [textAttribute('mode', mode)], {
        variant: `${mode}, opset ${opset}`,
        opset,
        before: [node('Concat', ['p1', 'q1', 'q1', 'p1'], ['pads'], [intAttribute('axis', 0)])],
      }),
    ),
  ),
  ...['nearest', 'linear', 'cubic'].flatMap(mode => [
    ...['half_pixel', 'align_corners', 'asymmetric', 'tf_crop_and_resize', 'pytorch_half_pixel'].map(how =>
      simple(
        'Resize',
        ['image', 'regions', 'scales'],
        [textAttribute('mode', mode), textAttribute('coordinate_transformation_mode', how)],
        { variant: `${mode}, ${how}`, ...resizing },
      ),
    ),
    simple('Resize', ['image', '', '', 'to'], [textAttribute('mode', mode)], {
      variant: `${mode}, sizes`,
      before: [node('Concat', ['i1', 'i1', 'pPlus2', 'qPlus2'], ['to'], [intAttribute('axis', 0)])],
    }),
  ]),
  simple('Upsample', ['image', 'scales'], [textAttribute('mode', 'nearest')], { ...resizing, opset: 9 }),
  ...['HannWindow', 'HammingWindow', 'BlackmanWindow'].map(operator =>
    simple(operator, ['size'], [], { before: [node('Add', ['p', 's1'], ['size'])] }),
  ),
  simple('MelWeightMatrix', ['bins', 'length', 'rate', 'oneF', 'upper'], [], {
    before: [node('Add', ['p', 's8'], ['bins']), node('Add', ['q', 's8'], ['length'])],
    initializer: [
      constant('s8', 'int64', [], [8]),
      constant('rate', 'int64', [], [8192]),
      constant('upper', 'float32', [], [4000]),
    ],
  }),
  simple('DFT', ['wave', 'length'], [intAttribute('axis', 1)], {
    before: [node('Add', ['p', 's4'], ['length'])],
    initializer: [constant('s4', 'int64', [], [4]), constant('wave', 'float32', [1, 4, 1], [1, 2, 3, 4])],
  }),
  simple('STFT', ['wave', 'step', '', 'length'], [], {
    before: [node('Add', ['p', 's1'], ['step']), node('Add', ['q', 's4'], ['length'])],
    initializer: [
      constant('s4', 'int64', [], [4]),
      constant('wave', 'float32', [1, 8, 1], [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
  }),
  simple('CenterCropPad', ['data', 'to'], [], {
    opset: 18,
    before: [node('Concat', ['pPlus2', 'qPlus2'], ['to'], [intAttribute('axis', 0)])],
  }),
  simple('Col2Im', ['columns', 'outer', 'block'], [], {
    opset: 18,
    before: [
      node('Concat', ['pPlus2', 'qPlus2'], ['outer'], [intAttribute('axis', 0)]),
      node('Concat', ['i2', 'i2'], ['block'], [intAttribute('axis', 0)]),
    ],
    initializer: [constant('columns', 'float32', [1, 4, 1], [1, 2, 3, 4])],
  }),
  simple('AffineGrid', ['theta', 'to'], [], {
    opset: 20,
    before: [node('Concat', ['i1', 'i1', 'pPlus2', 'qPlus2'], ['to'], [intAttribute('axis', 0)])],
    initializer: [constant('theta', 'float32', [1, 2, 3], [1, 0, 0, 0, 1, 0])],
  }),
  ...['ReduceSum', 'ReduceMax', 'ReduceProd', 'ReduceLogSumExp'].map(operator =>
    simple(operator, ['data', 'p1'], [], { opset: 18 }),
  ),
];

const resizing = {
  before: [
    node('Concat', ['one1', 'one1', 'pFPlus1s', 'qFPlus1s'], ['scales'], [intAttribute('axis', 0)]),
    node(
      'Concat',
      ['zero1', 'zero1', 'zero1', 'zero1', 'one1', 'one1', 'pFPlus1s', 'qFPlus1s'],
      ['regions'],
      [intAttribute('axis', 0)],
    ),
  ],
  initializer: [constant('zero1', 'float32', [1], [0])],
};

const info = (name: string, type: number, dims: readonly number[] = []): Message => ({
  name,
  type: {
    tensor_type: { elem_type: type, shape: { dim: dims.map(dim_value => ({ dim_value })) } },
  },
});

const flow = (): DrivenModel[] => [
  model(
    'Loop',
    'rounds',
    [
      node('Identity', ['oneF'], ['start']),
      // At most 1000 rounds, or as many as a negative number is converted to.
      node('Min', ['p', 's1000'], ['rounds']),
      node(
        'Loop',
        ['rounds', '', 'start'],
        ['v'],
        [
          graphAttribute('body', {
            name: 'body',
            input: [info('i', TYPES.int64), info('go', TYPES.bool), info('last', TYPES.float32)],
            output: [info('goOn', TYPES.bool), info('next', TYPES.float32)],
            node: [
              node('Identity', ['go'], ['goOn']),
              node('Mul', ['last', 'hugeF'], ['larger']),
              node('Add', ['larger', 'qF'], ['next']),
            ],
          }),
        ],
      ),
    ],
    { initializer: [constant('s1000', 'int64', [], [1000])] },
  ),
  model('Loop', 'gather', [
    node(
      'Loop',
      ['s1', '', 'oneF'],
      ['v'],
      [
        graphAttribute('body', {
          name: 'body',
          input: [info('i', TYPES.int64), info('go', TYPES.bool), info('last', TYPES.float32)],
          output: [info('goOn', TYPES.bool), info('next', TYPES.float32)],
          node: [node('Identity', ['go'], ['goOn']), node('Gather', ['list', 'p'], ['next'])],
        }),
      ],
    ),
  ]),
  model('If', '', [
    node('Equal', ['p', 's0'], ['condition']),
    node(
      'If',
      ['condition'],
      ['v'],
      [
        graphAttribute('then_branch', {
          name: 'then',
          output: [info('a', TYPES.float32)],
          node: [node('Identity', ['oneF'], ['a'])],
        }),
        graphAttribute('else_branch', {
          name: 'else',
          output: [info('b', TYPES.float32)],
          node: [node('Gather', ['list', 'q'], ['b'])],
        }),
      ],
    ),
  ]),
  model('Scan', '', [
    node('Expand', ['oneF', 'pPlus1'], ['items']),
    node(
      'Scan',
      ['oneF', 'items'],
      ['last', 'v'],
      [
        intAttribute('num_scan_inputs', 1),
        graphAttribute('body', {
          name: 'body',
          input: [info('state', TYPES.float32), info('item', TYPES.float32)],
          output: [info('after', TYPES.float32), info('out', TYPES.float32)],
          node: [
            node('Add', ['state', 'item'], ['after']),
            node('Gather', ['list', 'q'], ['picked']),
            node('Add', ['picked', 'item'], ['out']),
          ],
        }),
      ],
    ),
  ]),
  simple('SequenceAt', ['sequence', 'p'], [], {
    before: [node('SequenceConstruct', ['data', 'row'], ['sequence'])],
  }),
  model('SequenceInsert', '', [
    node('SequenceConstruct', ['data', 'row'], ['sequence']),
    node('SequenceInsert', ['sequence', 'row', 'p'], ['more']),
    node('SequenceAt', ['more', 's0'], ['first']),
    node('Shape', ['first'], ['v']),
  ]),
  model('SequenceErase', '', [
    node('SequenceConstruct', ['data', 'row'], ['sequence']),
    node('SequenceErase', ['sequence', 'p'], ['less']),
    node('SequenceAt', ['less', 's0'], ['v']),
  ]),
  model('SplitToSequence', '', [
    node('Add', ['p', 's1'], ['part']),
    node('SplitToSequence', ['data', 'part'], ['sequence']),
    node('SequenceAt', ['sequence', 'q'], ['v']),
  ]),
];

const networks = (): DrivenModel[] => [
  ...['RNN', 'GRU', 'LSTM'].map((operator, i) => {
    const gates = [1, 3, 4][i] ?? 1;
    return simple(operator, ['steps', 'W', 'R', '', 'lengths'], [intAttribute('hidden_size', 1)], {
      outputs: 2,
      before: [cast('pPlus1', 'int32', 'lengths')],
      initializer: [
        constant('steps', 'float32', [2, 1, 1], [1, 2]),
        constant(
          'W',
          'float32',
          [1, gates, 1],
          Array.from({ length: gates }, () => 1),
        ),
        constant(
          'R',
          'float32',
          [1, gates, 1],
          Array.from({ length: gates }, () => 1),
        ),
      ],
    });
  }),
  simple('Conv', ['image', 'weights'], [intsAttribute('pads', [1, 0, 2, 1])], scaledKernel),
  simple(
    'ConvTranspose',
    ['image', 'weights'],
    [intsAttribute('strides', [2, 3]), intsAttribute('output_padding', [1, 2])],
    scaledKernel,
  ),
  simple(
    'MaxPool',
    ['scaled'],
    [intsAttribute('kernel_shape', [3, 2]), intsAttribute('pads', [1, 0, 2, 1])],
    {
      ...scaledImage,
      outputs: 2,
    },
  ),
  simple(
    'AveragePool',
    ['scaled'],
    [intsAttribute('kernel_shape', [3, 2]), intsAttribute('pads', [1, 0, 2, 1])],
    scaledImage,
  ),
  simple('LpPool', ['scaled'], [intsAttribute('kernel_shape', [3, 2]), intAttribute('p', 3)], scaledImage),
  simple('GlobalAveragePool', ['scaled'], [], scaledImage),
  simple('LRN', ['scaled'], [intAttribute('size', 3)], scaledImage),
  simple('InstanceNormalization', ['scaled', 'one1', 'one1'], [], scaledImage),
  simple('LpNormalization', ['scaled'], [], scaledImage),
  simple('Softmax', ['scaled'], [], scaledImage),
  simple('Hardmax', ['scaled'], [], scaledImage),
  simple('ArgMax', ['scaled'], [], scaledImage),
  simple('Unique', ['scaled'], [], { ...scaledImage, outputs: 4 }),
  simple('Det', ['scaled'], [], scaledImage),
  simple('Clip', ['data', 'pF', 'qF']),
  simple('Dropout', ['data', 'qF'], [], { outputs: 2 }),
  simple('Einsum', ['scaled', 'square'], [textAttribute('equation', 'bcij,kl->b')], scaledImage),
  simple('NonZero', ['scaled'], [], scaledImage),
  simple('BatchNormalization', ['scaled', 'qFPlus1s', 'one1', 'one1', 'pFPlus1s'], [], scaledImage),
  simple('DepthToSpace', ['deep'], [intAttribute('blocksize', 2)], {
    before: [node('Mul', ['deepData', 'qF'], ['deep'])],
    initializer: [constant('deepData', 'float32', [1, 4, 1, 1], [1, 2, 3, 4])],
  }),
];

const scaledKernel = { before: [node('Mul', ['kernel', 'qF'], ['weights'])] };
const scaledImage = { before: [node('Mul', ['image', 'qF'], ['scaled'])] };

const trees = (): DrivenModel[] => {
  const before = [node('Reshape', ['pF', 'shape11'], ['point'])];
  const attributes = (kind: 'target' | 'class') => [
    intsAttribute('nodes_treeids', [0, 0, 0]),
    intsAttribute('nodes_nodeids', [0, 1, 2]),
    intsAttribute('nodes_featureids', [0, 0, 0]),
    floatsAttribute('nodes_values', [5, 0, 0]),
    textsAttribute('nodes_modes', ['BRANCH_LEQ', 'LEAF', 'LEAF']),
    intsAttribute('nodes_truenodeids', [1, 0, 0]),
    intsAttribute('nodes_falsenodeids', [2, 0, 0]),
    intsAttribute(`${kind}_treeids`, [0, 0]),
    intsAttribute(`${kind}_nodeids`, [1, 2]),
    intsAttribute(`${kind}_ids`, [0, 0]),
    floatsAttribute(`${kind}_weights`, [1, 2]),
  ];
  const infinite = [node('Reshape', ['nanF', 'shape11'], ['point'])];
  const classes = intsAttribute('classlabels_int64s', [0, 1]);
  return [
    ...[before, infinite].flatMap((given, i) => {
      const variant = i === 0 ? '' : 'NaN';
      const ml = { domain: ML, before: given, variant };
      return [
        simple(
          'TreeEnsembleRegressor',
          ['point'],
          [...attributes('target'), intAttribute('n_targets', 1)],
          ml,
        ),
        simple('TreeEnsembleClassifier', ['point'], [...attributes('class'), classes], { ...ml, outputs: 2 }),
        simple(
          'LinearRegressor',
          ['point'],
          [floatsAttribute('coefficients', [2]), floatsAttribute('intercepts', [1])],
          ml,
        ),
        simple(
          'SVMRegressor',
          ['point'],
          [
            floatsAttribute('coefficients', [1]),
            floatsAttribute('support_vectors', [1]),
            floatsAttribute('rho', [0]),
            floatsAttribute('kernel_params', [1, 0, 3]),
            intAttribute('n_supports', 1),
            textAttribute('kernel_type', 'RBF'),
          ],
          ml,
        ),
        simple('Normalizer', ['point'], [textAttribute('norm', 'L2')], ml),
        simple('Scaler', ['point'], [floatsAttribute('offset', [1]), floatsAttribute('scale', [3e38])], ml),
        simple('Binarizer', ['point'], [float('threshold', 1)], ml),
        simple(
          'Imputer',
          ['point'],
          [floatsAttribute('imputed_value_floats', [1]), float('replaced_value_float', 0)],
          ml,
        ),
      ];
    }),
  ];
};

/** Every driven model: an operator, and which of its inputs the spectra set. */
export const DRIVEN_MODELS: readonly DrivenModel[] = [
  ...arithmetic(),
  ...casts(),
  ...quantizing(),
  ...indexing(),
  ...sizes(),
  ...flow(),
  ...networks(),
  ...trees(),
];
