import fc from 'fast-check';
import { DRIVEN_MODELS, EXTREME_PAIRS, fileOf } from './hostile-operators.ts';
import { constant, intAttribute, node, onnxFile, tensorInfo } from './onnx-files.ts';

// Models of a hostile tenant: any operators, attributes out of range, huge shapes, extreme numbers.

const TYPES = { float32: 1, int8: 3, int16: 5, int32: 6, int64: 7, float64: 11 } as const;
const FLOAT = 1;
type Message = Readonly<Record<string, unknown>>;
const ints = (name: string, values: readonly number[]): Message => ({ name, ints: values, type: 7 });
const float = (name: string, value: number): Message => ({ name, f: value, type: 1 });
const text = (name: string, value: string): Message => ({ name, s: Buffer.from(value), type: 3 });

const input = [tensorInfo('X', 'float32', ['n', 2])];
const output = [tensorInfo('y', 'float32', ['n', 1])];
/** Nodes that reduce a value of any shape, by name, to one number for each spectrum. */
const toColumn = (name: string): Message[] => [
  node('Cast', [name], ['asFloat'], [intAttribute('to', FLOAT)]),
  node('ReduceMean', ['asFloat'], ['whole'], [intAttribute('keepdims', 0)]),
  node('ReduceMean', ['X'], ['mean'], [ints('axes', [1]), intAttribute('keepdims', 1)]),
  node('Add', ['mean', 'whole'], ['y']),
];

/**
 * An integer division that overflows (the least number by −1) for negative spectra and is harmless for all others. On
 * x86 it raises SIGFPE for 32 and 64 bits.
 */
export function overflowingDivision(operator: 'Div' | 'Mod', type: 'int8' | 'int16' | 'int32' | 'int64') {
  const least = -(2 ** ({ int8: 8, int16: 16, int32: 32, int64: 64 }[type] - 1));
  const cast = intAttribute('to', TYPES[type]);
  return onnxFile({
    input,
    output,
    initializer: [
      constant('zero', 'float32', [1], [0]),
      constant('one', 'float32', [1], [1]),
      constant('minusOne', 'float32', [1], [-1]),
      constant('least', 'float32', [1], [least]),
    ],
    node: [
      node('Less', ['X', 'zero'], ['isBelow']),
      node('Where', ['isBelow', 'minusOne', 'one'], ['sign']),
      node('Cast', ['sign'], ['divisor'], [cast]),
      node('Cast', ['least'], ['dividend'], [cast]),
      node(operator, ['dividend', 'divisor'], ['quotient']),
      node('Cast', ['quotient'], ['asFloat'], [intAttribute('to', FLOAT)]),
      node('ReduceMean', ['asFloat'], ['y'], [ints('axes', [1]), intAttribute('keepdims', 1)]),
    ],
  });
}

/** A classifier whose label is a number of a padded tensor: with padding longer than the axis, memory outside it. */
export function paddingReader(mode: 'constant' | 'edge' | 'reflect' | 'wrap', pads: readonly number[]) {
  return onnxFile({
    input,
    output: [tensorInfo('label', 'int64', ['n'])],
    initializer: [
      constant('z', 'int64', [1], [0]),
      constant('o', 'int64', [1], [1]),
      constant('m1', 'int64', [1], [-1]),
      constant('pads', 'int64', [pads.length], pads),
    ],
    node: [
      node('Slice', ['X', 'z', 'o', 'z'], ['r']),
      node('Cast', ['r'], ['ri'], [intAttribute('to', TYPES.int64)]),
      node('Pad', ['ri', 'pads'], ['p'], [text('mode', mode)]),
      node('Reshape', ['p', 'm1'], ['flat']),
      node('Slice', ['X', 'z', 'o', 'o'], ['x0']),
      node('Reshape', ['x0', 'm1'], ['x1']),
      node('Cast', ['x1'], ['ix'], [intAttribute('to', TYPES.int64)]),
      node('Gather', ['flat', 'ix'], ['label']),
    ],
  });
}

const EXTREMES = [0, 1, -1, 2, -2, 31, 255, 65_535, 2 ** 31 - 1, -(2 ** 31), 2 ** 40, -(2 ** 62)];
const extreme = fc.constantFrom(...EXTREMES);
const size = fc.constantFrom(0, 1, 2, 3, 7, 1000, 100_000, 50_000_000);
const number = fc.constantFrom(0, 1, -1, 1e-40, 3e38, Number.NaN, Number.POSITIVE_INFINITY, -1e30);

/** Operators that take integers as inputs or attributes, with the values in a generated model. */
const OPERATORS: fc.Arbitrary<{ nodes: Message[]; initializer: Message[] }> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('constant', 'edge', 'reflect', 'wrap'),
      fc.array(extreme, { minLength: 4, maxLength: 4 }),
    )
    .map(([mode, pads]) => ({
      nodes: [node('Pad', ['X', 'pads'], ['v'], [text('mode', mode)])],
      initializer: [constant('pads', 'int64', [4], pads)],
    })),
  fc.tuple(fc.constantFrom('Expand', 'Tile', 'Reshape'), size, size).map(([operator, a, b]) => ({
    nodes: [node(operator, ['X', 'shape'], ['v'])],
    initializer: [constant('shape', 'int64', [2], [a, b])],
  })),
  size.map(count => ({
    nodes: [node('ConstantOfShape', ['shape'], ['v'])],
    initializer: [constant('shape', 'int64', [1], [count])],
  })),
  fc.tuple(extreme, extreme, extreme, extreme).map(([start, end, axis, step]) => ({
    nodes: [node('Slice', ['X', 'start', 'end', 'axis', 'step'], ['v'])],
    initializer: Object.entries({ start, end, axis, step }).map(([name, value]) =>
      constant(name, 'int64', [1], [value]),
    ),
  })),
  fc
    .tuple(fc.constantFrom('Gather', 'GatherElements', 'GatherND'), extreme, extreme)
    .map(([operator, index, axis]) => ({
      nodes: [
        node(operator, ['X', 'indices'], ['v'], operator === 'GatherND' ? [] : [intAttribute('axis', axis)]),
      ],
      initializer: [constant('indices', 'int64', [1, 1], [index])],
    })),
  fc
    .tuple(fc.constantFrom('Softmax', 'ArgMax', 'CumSum', 'Flatten', 'Concat', 'TopK', 'OneHot'), extreme)
    .map(([operator, axis]) => ({
      nodes: [
        node(operator, operator === 'Concat' ? ['X', 'X'] : ['X'], ['v'], [intAttribute('axis', axis)]),
      ],
      initializer: [],
    })),
  fc
    .tuple(fc.constantFrom('AveragePool', 'MaxPool', 'LpPool'), size, extreme, extreme, extreme)
    .map(([operator, kernel, stride, pad, dilation]) => ({
      nodes: [
        node('Unsqueeze', ['X', 'front'], ['image']),
        node(
          operator,
          ['image'],
          ['v'],
          [
            ints('kernel_shape', [kernel]),
            ints('strides', [stride]),
            ints('pads', [pad, pad]),
            ...(operator === 'MaxPool' ? [ints('dilations', [dilation])] : []),
          ],
        ),
      ],
      initializer: [constant('front', 'int64', [1], [0])],
    })),
  fc
    .tuple(fc.constantFrom('Div', 'Mod', 'BitShift', 'Pow'), fc.constantFrom('int32', 'int64'), extreme)
    .map(([operator, type, value]) => ({
      nodes: [
        node('Cast', ['X'], ['whole'], [intAttribute('to', TYPES[type === 'int32' ? 'int32' : 'int64'])]),
        node(
          'Cast',
          ['other'],
          ['operand'],
          [intAttribute('to', TYPES[type === 'int32' ? 'int32' : 'int64'])],
        ),
        node(
          operator,
          ['operand', 'whole'],
          ['v'],
          operator === 'BitShift' ? [text('direction', 'LEFT')] : [],
        ),
      ],
      initializer: [constant('other', 'int64', [1], [value])],
    })),
  fc
    .tuple(fc.constantFrom('Elu', 'LeakyRelu', 'Clip', 'Log', 'Exp', 'Sqrt', 'Erf', 'Sinh'), number)
    .map(([operator, alpha]) => ({
      nodes: [node(operator, ['X'], ['v'], /Elu|Relu/.test(operator) ? [float('alpha', alpha)] : [])],
      initializer: [],
    })),
);

const ofOneOperator = OPERATORS.map(({ nodes, initializer }) =>
  onnxFile({ input, output, initializer, node: [...nodes, ...toColumn('v')] }),
);

// Mutations of a valid model: of one or a few of its attributes and constants.

const attributeValue = fc.oneof(fc.integer({ min: -3, max: 24 }), extreme);
const change = fc.record({
  what: fc.constantFrom('attribute', 'more attributes', 'constant', 'sparse', 'no change'),
  place: fc.nat(1000),
  item: fc.nat(20),
  value: attributeValue,
  number,
  name: fc.constantFrom('axis', 'axes', 'keepdims', 'group', 'auto_pad', 'dilations', 'strides', 'ceil_mode'),
});
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);
const itemsOf = (value: unknown) => (isList(value) ? value : []);
const isMessage = (value: unknown): value is Message => typeof value === 'object' && value !== null;

/** A list with one item changed, or with one added if it is empty. */
const withItem = (list: unknown, { item }: Change, value: unknown) => {
  const items = itemsOf(list);
  return items.length === 0 ? [value] : items.with(item % items.length, value);
};

function changedAttribute(attribute: Message, given: Change): Message {
  const { value, number: real } = given;
  if ('i' in attribute) return { ...attribute, i: value };
  if ('f' in attribute) return { ...attribute, f: real };
  if ('ints' in attribute) return { ...attribute, ints: withItem(attribute.ints, given, value) };
  if ('floats' in attribute) return { ...attribute, floats: withItem(attribute.floats, given, real) };
  if ('s' in attribute) return { ...attribute, s: Buffer.from(given.name) };
  return attribute;
}

function changedNode(operator: Message, given: Change): Message {
  const attributes = itemsOf(operator.attribute).filter(isMessage);
  if (given.what === 'more attributes' || attributes.length === 0) {
    const added = /axes|dilations|strides/.test(given.name)
      ? ints(given.name, [given.value])
      : given.name === 'auto_pad'
        ? text('auto_pad', 'SAME_UPPER')
        : intAttribute(given.name, given.value);
    return { ...operator, attribute: [...attributes, added] };
  }
  const at = given.item % attributes.length;
  return {
    ...operator,
    attribute: attributes.map((attribute, i) => (i === at ? changedAttribute(attribute, given) : attribute)),
  };
}

function changedConstant(tensor: Message, given: Change): Message {
  if ('int64_data' in tensor)
    return { ...tensor, int64_data: withItem(tensor.int64_data, given, given.value) };
  return { ...tensor, float_data: withItem(tensor.float_data, given, given.number) };
}

/** A sparse tensor in place of the constant, with an arbitrary index or size. */
const sparseInstead = ({ name, dims }: Message, { value, item }: Change): Message => ({
  values: constant(String(name), 'float32', [1], [1]),
  indices: constant('', 'int64', [1], [item % 2 === 0 ? value : 0]),
  dims: item % 2 === 0 ? dims : [value],
});

const changedModel = fc
  .record({
    model: fc.constantFrom(...DRIVEN_MODELS),
    changes: fc.array(change, { minLength: 1, maxLength: 3 }),
  })
  .map(({ model, changes }) => {
    let { nodes, initializer } = model;
    const sparse: Message[] = [];
    for (const given of changes) {
      const pick = <Item>(list: readonly Item[]) => list[given.place % list.length];
      const [operator, tensor] = [pick(nodes), pick(initializer)];
      if (given.what.includes('attribute') && operator) {
        nodes = nodes.map(other => (other === operator ? changedNode(other, given) : other));
      } else if (given.what === 'constant' && tensor) {
        initializer = initializer.map(other => (other === tensor ? changedConstant(other, given) : other));
      } else if (given.what === 'sparse' && tensor) {
        initializer = initializer.filter(other => other !== tensor);
        sparse.push(sparseInstead(tensor, given));
      }
    }
    return fileOf({ ...model, nodes, initializer }, sparse);
  });

/** A model with an operator that gets invalid values: from the file, or from its spectra. */
export const hostileModel: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 1, arbitrary: ofOneOperator },
  { weight: 3, arbitrary: changedModel },
  { weight: 2, arbitrary: fc.constantFrom(...DRIVEN_MODELS).map(model => fileOf(model)) },
);

/** Spectra of two points with extreme numbers. */
export const hostileSpectrum: fc.Arbitrary<readonly [number, number]> = fc.oneof(
  fc.tuple(
    fc.constantFrom(0, 1, -1, -0.001, 1e15, -1e15, 3e38, 1e-40, 2147483648),
    fc.constantFrom(0, 1, -1, -0.001, 1e15, 3e38, 1e-42),
  ),
  fc.constantFrom(...EXTREME_PAIRS),
);
