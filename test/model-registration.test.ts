import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ModelFailed, type Spectrum } from '../src/onnx/outcome.ts';
import { runModel } from '../src/onnx/run.ts';
import { closeModel, openModel } from '../src/onnx/session.ts';
import { ModelRefused } from '../src/onnx/signature.ts';
import { inspectModel } from '../src/onnx/trial.ts';
import {
  classifier,
  constant,
  floatsAttribute,
  type Graph,
  graphAttribute,
  intAttribute,
  intsAttribute,
  linearRegression,
  node,
  onnxFile,
  tensorInfo,
  textAttribute,
  textsAttribute,
} from './onnx-files.ts';

const POINTS = 4;
const axes = (...values: number[]) => intsAttribute('axes', values);
const axis = (value: number) => intAttribute('axis', value);
const kept = intAttribute('keepdims', 1);
const float = intAttribute('to', 1);

/** A regression: the result 'Z' of some operators on the spectra 'X', of the same shape, times weights. */
const regression = (nodes: Graph['node'], initializer: Graph['initializer'] = [], opset = 17) =>
  onnxFile(
    {
      input: [tensorInfo('X', 'float32', ['n', POINTS])],
      output: [tensorInfo('y', 'float32', ['n', 1])],
      node: [...nodes, node('MatMul', ['Z', 'weights'], ['y'])],
      initializer: [constant('weights', 'float32', [POINTS, 1], [3, -1, 0.5, 2]), ...initializer],
    },
    opset,
  );

/** A classifier whose label is the index of the greatest value in 'Z'. */
const labelled = (nodes: Graph['node'], initializer: Graph['initializer'] = []) =>
  onnxFile({
    input: [tensorInfo('X', 'float32', ['n', POINTS])],
    output: [tensorInfo('label', 'int64', ['n']), tensorInfo('Z', 'float32', ['n', POINTS])],
    node: [...nodes, node('ArgMax', ['Z'], ['label'], [axis(1), intAttribute('keepdims', 0)])],
    initializer,
  });

async function refusal(file: Uint8Array): Promise<string> {
  const error: unknown = await inspectModel(file).catch((thrown: unknown) => thrown);
  if (!(error instanceof ModelRefused)) throw new Error('The file was not refused', { cause: error });
  return error.message;
}

async function answer(file: Uint8Array, spectra: readonly Spectrum[]) {
  const model = await openModel(file);
  return runModel(model, spectra).finally(() => closeModel(model));
}

const REPEATED = /gives different answers|output differs each time/;
const DEPENDS_ON_OTHERS = /depends on the other spectra of the run/;

describe('a model that gives different answers to the same spectra is refused', () => {
  const scaled = (noise: Graph['node'], scale: number) =>
    regression(
      [...noise, node('Mul', ['noise', 'scale'], ['small']), node('Add', ['X', 'small'], ['Z'])],
      [constant('scale', 'float32', [], [scale]), constant('true', 'int64', [], [1])],
    );
  const shape = intsAttribute('shape', [1, POINTS]);
  const kinds: Record<string, Graph['node']> = {
    RandomNormal: [node('RandomNormal', [], ['noise'], [shape])],
    RandomUniform: [node('RandomUniform', [], ['noise'], [shape])],
    RandomNormalLike: [node('RandomNormalLike', ['X'], ['noise'])],
    RandomUniformLike: [node('RandomUniformLike', ['X'], ['noise'])],
    Bernoulli: [node('Sigmoid', ['X'], ['p']), node('Bernoulli', ['p'], ['noise'])],
    Multinomial: [
      node('Multinomial', ['X'], ['drawn'], [intAttribute('sample_size', POINTS)]),
      node('Cast', ['drawn'], ['noise'], [float]),
    ],
    'Dropout in training mode': [
      node('Cast', ['true'], ['training'], [intAttribute('to', 9)]),
      node('Dropout', ['X', '', 'training'], ['noise']),
    ],
    'a random operator in a branch': [
      node('Cast', ['true'], ['condition'], [intAttribute('to', 9)]),
      node(
        'If',
        ['condition'],
        ['noise'],
        [
          graphAttribute('then_branch', {
            name: 'then',
            node: [node('RandomNormalLike', ['X'], ['then'])],
            output: [tensorInfo('then', 'float32')],
          }),
          graphAttribute('else_branch', {
            name: 'else',
            node: [node('Identity', ['X'], ['else'])],
            output: [tensorInfo('else', 'float32')],
          }),
        ],
      ),
    ],
  };
  test.for(Object.entries(kinds))('%s, large or small', async ([, noise]) => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(1e-4, 0.01, 1, 100), async scale => {
        expect(await refusal(scaled(noise, scale))).toMatch(REPEATED);
      }),
    );
  });

  test('a random operator in a branch that no trial takes', async () => {
    const branch = (name: string, operator: string) => ({
      name,
      node: [node(operator, ['X'], [name])],
      output: [tensorInfo(name, 'float32')],
    });
    const file = regression(
      [
        node('ReduceMax', ['X'], ['greatest'], [intAttribute('keepdims', 0)]),
        node('Greater', ['greatest', 'limit'], ['over']),
        node(
          'If',
          ['over'],
          ['Z'],
          [
            graphAttribute('then_branch', branch('random', 'RandomNormalLike')),
            graphAttribute('else_branch', branch('same', 'Identity')),
          ],
        ),
      ],
      [constant('limit', 'float32', [], [1e6])],
    );
    expect(await refusal(file)).toContain('the random operator RandomNormalLike');
  });

  test('BatchNormalization in training mode, of any momentum', async () => {
    const constants = ['scale', 'bias', 'mean', 'variance'];
    for (const momentum of [0, 0.1, 0.9, 1]) {
      const file = regression(
        [
          node(
            'BatchNormalization',
            ['X', ...constants],
            ['Z', 'm', 'v'],
            [intAttribute('training_mode', 1), { name: 'momentum', f: momentum, type: 1 }],
          ),
        ],
        constants.map(name => constant(name, 'float32', [POINTS], [1, 2, 1, 1])),
      );
      expect(await refusal(file)).toContain('BatchNormalization in training mode');
    }
  });
});

describe('a model whose answers depend on the other spectra of a run is refused', () => {
  const centred = [node('ReduceMean', ['X'], ['mean'], [axes(0), kept]), node('Sub', ['X', 'mean'], ['Z'])];
  const across: Record<string, readonly [nodes: Graph['node'], initializer?: Graph['initializer']]> = {
    'centring over the batch': [centred],
    'dividing by the deviation of the batch': [
      [
        node('Mul', ['X', 'X'], ['squares']),
        node('ReduceMean', ['squares'], ['power'], [axes(0), kept]),
        node('Div', ['X', 'power'], ['Z']),
      ],
    ],
    'the greatest value of all': [
      [node('ReduceMax', ['X'], ['most'], [intAttribute('keepdims', 0)]), node('Div', ['X', 'most'], ['Z'])],
    ],
    'the sum of the batch': [
      [node('ReduceSum', ['X', 'first'], ['sum'], [kept]), node('Div', ['X', 'sum'], ['Z'])],
      [constant('first', 'int64', [1], [0])],
    ],
    'a running sum': [[node('CumSum', ['X', 'first'], ['Z'])], [constant('first', 'int64', [], [0])]],
    'a softmax over the batch': [[node('Softmax', ['X'], ['Z'], [axis(0)])]],
    'sorting the batch': [
      [
        node('Shape', ['X'], ['shape']),
        node('Gather', ['shape', 'first'], ['size']),
        node('TopK', ['X', 'size'], ['Z', 'order'], [axis(0)]),
      ],
      [constant('first', 'int64', [1], [0])],
    ],
    'reversing the batch': [
      [node('Slice', ['X', 'last', 'before', 'first', 'last'], ['Z'])],
      [
        constant('last', 'int64', [1], [-1]),
        constant('before', 'int64', [1], [-(2 ** 40)]),
        constant('first', 'int64', [1], [0]),
      ],
    ],
    'the first spectrum for all': [
      [
        node('Gather', ['X', 'first'], ['one'], [axis(0)]),
        node('Sub', ['X', 'one'], ['d']),
        node('Add', ['d', 'd'], ['Z']),
      ],
      [constant('first', 'int64', [1], [0])],
    ],
    'products of spectra with each other': [
      [
        node('Transpose', ['X'], ['T']),
        node('MatMul', ['X', 'T'], ['products']),
        node('MatMul', ['products', 'X'], ['Z']),
      ],
    ],
  };
  for (const [what, [nodes, initializer]] of Object.entries(across)) {
    test(`${what}, of a regression`, async () => {
      expect(await refusal(regression(nodes, initializer))).toMatch(DEPENDS_ON_OTHERS);
    });
    test(`${what}, of a classifier with scores`, async () => {
      expect(await refusal(labelled(nodes, initializer))).toMatch(DEPENDS_ON_OTHERS);
    });
  }

  test('with a small part of its answer, and beside a large intercept', async () => {
    for (const [part, intercept] of [
      [0.01, 0],
      [0.001, 100],
      [1, -1000],
    ] as const) {
      const file = onnxFile({
        input: [tensorInfo('X', 'float32', ['n', 1])],
        output: [tensorInfo('y', 'float32', ['n', 1])],
        node: [
          node('ReduceMean', ['X'], ['mean'], [axes(0), kept]),
          node('Mul', ['mean', 'part'], ['shift']),
          node('Sub', ['X', 'shift'], ['shifted']),
          node('Add', ['shifted', 'intercept'], ['y']),
        ],
        initializer: [
          constant('part', 'float32', [], [part]),
          constant('intercept', 'float32', [], [intercept]),
        ],
      });
      expect(await refusal(file)).toMatch(DEPENDS_ON_OTHERS);
    }
  });
});

describe('a model that treats each spectrum alone is accepted', () => {
  const mean = [
    node('ReduceMean', ['X'], ['mean'], [axes(1), kept]),
    node('Sub', ['X', 'mean'], ['centred']),
  ];
  const power = [
    node('Mul', ['centred', 'centred'], ['squares']),
    node('ReduceMean', ['squares'], ['variance'], [axes(1), kept]),
  ];
  const kinds: Record<string, readonly [nodes: Graph['node'], initializer?: Graph['initializer']]> = {
    'standard normal variate': [
      [
        ...mean,
        ...power,
        node('Sqrt', ['variance'], ['deviation']),
        node('Div', ['centred', 'deviation'], ['Z']),
      ],
    ],
    'normalization by the greatest value': [
      [node('ReduceMax', ['X'], ['most'], [axes(1), kept]), node('Div', ['X', 'most'], ['Z'])],
    ],
    absorbance: [[node('Log', ['X'], ['log']), node('Neg', ['log'], ['Z'])]],
    'layer normalization': [
      [node('LayerNormalization', ['X', 'scale'], ['Z'])],
      [constant('scale', 'float32', [POINTS], [1, 1, 1, 1])],
    ],
    'a convolution': [
      [
        node('Unsqueeze', ['X', 'one'], ['channels']),
        node('Conv', ['channels', 'kernel'], ['filtered'], [intsAttribute('pads', [1, 1])]),
        node('Squeeze', ['filtered', 'one'], ['Z']),
      ],
      [constant('one', 'int64', [1], [1]), constant('kernel', 'float32', [1, 1, 3], [-1, 0, 1])],
    ],
    'BatchNormalization in evaluation mode': [
      [node('BatchNormalization', ['X', 'a', 'b', 'c', 'd'], ['Z'])],
      ['a', 'b', 'c', 'd'].map(name => constant(name, 'float32', [POINTS], [1, 2, 1, 1])),
    ],
    'Dropout in evaluation mode': [[node('Dropout', ['X'], ['Z'])]],
  };
  for (const [what, [nodes, initializer]] of Object.entries(kinds)) {
    test(what, async () => {
      expect(await inspectModel(regression(nodes, initializer))).toMatchObject({ kind: 'REGRESSION' });
      expect(await inspectModel(labelled(nodes, initializer))).toMatchObject({ kind: 'CLASSIFICATION' });
    });
  }

  test('a linear calibration of any weights, number type, intercept and length', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 300 }),
        fc.constantFrom('float32', 'float64'),
        fc.constantFrom(0, 1, 1e4, -1e6),
        fc.constantFrom(1, 'n'),
        async (weights, type, intercept, batch) => {
          const file = linearRegression({ weights: weights.map(w => w / 7), type, intercept, batch });
          expect(await inspectModel(file)).toMatchObject({ kind: 'REGRESSION' });
        },
      ),
      { numRuns: 40, seed: 3 },
    );
  });
});

describe('calls may share a run', () => {
  test('where the graph proves it and a trial gave the same bits', async () => {
    const file = regression([node('Relu', ['X'], ['Z'])]);
    expect(await inspectModel(file)).toMatchObject({ rowIndependent: true });
    const labels = classifier({
      weights: [
        [1, 0, 2],
        [0, 1, 1],
      ],
      labels: ['a', 'b'],
      probabilities: 'zipmap',
    });
    expect(await inspectModel(labels)).toMatchObject({ rowIndependent: true });
  });

  test('but not where the batch is fixed', async () => {
    const file = linearRegression({ weights: [1, 2], batch: 1 });
    expect(await inspectModel(file)).toMatchObject({ rowIndependent: false });
  });

  test('nor where a model mixes its spectra for some values that no trial has', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1e6, 1e9, 1e30),
        fc.constantFrom('ReduceMin', 'ReduceSum', 'ReduceL1'),
        async (limit, operator) => {
          const file = regression(
            [
              node('ReduceMax', ['X'], ['greatest'], [intAttribute('keepdims', 0)]),
              node('Sub', ['greatest', 'limit'], ['over']),
              node('Clip', ['over', 'zero', 'one'], ['flag']),
              node(operator, ['X'], ['mixed'], [intAttribute('keepdims', 0)]),
              node('Mul', ['mixed', 'flag'], ['leak']),
              node('Add', ['X', 'leak'], ['Z']),
            ],
            [
              constant('limit', 'float32', [], [limit]),
              constant('zero', 'float32', [], [0]),
              constant('one', 'float32', [], [1]),
            ],
          );
          expect(await inspectModel(file)).toMatchObject({ rowIndependent: false });
        },
      ),
      { numRuns: 9 },
    );
  });
});

describe('a classifier must have finite scores beside its label', () => {
  /** Centring and scaling of each spectrum: a flat one is 0 / 0. */
  const snv = (scores: 'tensor' | 'zipmap') => {
    const labels = ['canola', 'olive'];
    const beside =
      scores === 'zipmap'
        ? node('ZipMap', ['scores'], ['map'], [textsAttribute('classlabels_strings', labels)], 'ai.onnx.ml')
        : node('Identity', ['scores'], ['probabilities']);
    return onnxFile({
      input: [tensorInfo('X', 'float32', ['n', 2])],
      output: [
        tensorInfo('label', 'string', ['n']),
        scores === 'zipmap'
          ? {
              name: 'map',
              type: {
                sequence_type: {
                  elem_type: {
                    map_type: { key_type: 8, value_type: { tensor_type: { elem_type: 1, shape: {} } } },
                  },
                },
              },
            }
          : tensorInfo('probabilities', 'float32', ['n', 2]),
      ],
      node: [
        node('ReduceMean', ['X'], ['m'], [axes(1), kept]),
        node('Sub', ['X', 'm'], ['c']),
        node('ReduceL2', ['c'], ['d'], [axes(1), kept]),
        node('Div', ['c', 'd'], ['z']),
        node(
          'LinearClassifier',
          ['z'],
          ['label', 'scores'],
          [
            floatsAttribute('coefficients', [1, 0, 0, 1]),
            floatsAttribute('intercepts', [0, 0]),
            textsAttribute('classlabels_strings', labels),
            intAttribute('multi_class', 1),
            textAttribute('post_transform', 'SOFTMAX'),
          ],
          'ai.onnx.ml',
        ),
        beside,
      ],
    });
  };
  for (const scores of ['tensor', 'zipmap'] as const) {
    test(`in every answer, with scores as ${scores}`, async () => {
      const file = snv(scores);
      expect(await inspectModel(file)).toMatchObject({ kind: 'CLASSIFICATION' });
      expect(
        await answer(file, [
          [2, 1],
          [1, 2],
        ]),
      ).toMatchObject({ categories: ['canola', 'olive'] });
      const flat = answer(file, [
        [2, 1],
        [1, 1],
        [1, 2],
      ]);
      await expect(flat).rejects.toMatchObject({ name: 'ModelFailed', spectrum: 1 });
      await expect(flat).rejects.toThrow(/^The model gave NaN in '\w+' for spectrum 2\.$/);
    });
  }

  test('for some spectrum of its trial', async () => {
    const never = labelled([node('Sub', ['X', 'X'], ['zero']), node('Div', ['zero', 'zero'], ['Z'])]);
    expect(await refusal(never)).toBe(
      'The model gave NaN as a score for every spectrum of the trial, expected finite probabilities or scores.',
    );
  });
});

describe('a second label output that never changes', () => {
  const withClasses = (classes: Graph['node'], initializer: Graph['initializer'] = []) =>
    onnxFile({
      input: [tensorInfo('X', 'float32', ['n', 2])],
      output: [tensorInfo('classes', 'string'), tensorInfo('label', 'string', ['n'])],
      node: [
        ...classes,
        node('ArgMax', ['X'], ['place'], [axis(1), intAttribute('keepdims', 0)]),
        node(
          'LabelEncoder',
          ['place'],
          ['label'],
          [intsAttribute('keys_int64s', [0, 1]), textsAttribute('values_strings', ['Öl', 'Wasser'])],
          'ai.onnx.ml',
        ),
      ],
      initializer,
    });
  const list = node('Constant', [], ['list'], [textsAttribute('value_strings', ['Öl', 'Wasser'])]);
  for (const [what, classes] of Object.entries({
    'is a constant': [node('Constant', [], ['classes'], [textsAttribute('value_strings', ['Öl', 'Wasser'])])],
    'is made of constants': [list, node('Identity', ['list'], ['classes'])],
  })) {
    test(`is not an answer where it ${what}`, async () => {
      const file = withClasses(classes);
      expect(await inspectModel(file)).toMatchObject({ kind: 'CLASSIFICATION' });
      expect(
        await answer(file, [
          [0, 1],
          [1, 0],
        ]),
      ).toMatchObject({ categories: ['Wasser', 'Öl'] });
    });
  }

  test('is refused where it may change', async () => {
    const file = withClasses([
      node('ArgMin', ['X'], ['other'], [axis(1), intAttribute('keepdims', 0)]),
      node(
        'LabelEncoder',
        ['other'],
        ['classes'],
        [intsAttribute('keys_int64s', [0, 1]), textsAttribute('values_strings', ['Öl', 'Wasser'])],
        'ai.onnx.ml',
      ),
    ]);
    expect(await refusal(file)).toBe("The model has 2 label outputs ('classes', 'label'), expected one.");
  });
});

test.for(['LinearRegressor', 'SVMRegressor'])(
  'the refusal of %s for float64 names what to export instead',
  async operator => {
    const file = onnxFile({
      input: [tensorInfo('X', 'float64', ['n', 3])],
      output: [tensorInfo('y', 'float32', ['n', 1])],
      node: [node(operator, ['X'], ['y'], [floatsAttribute('coefficients', [1, 1, 1])], 'ai.onnx.ml')],
    });
    expect(await refusal(file)).toBe(
      `ONNX Runtime has no implementation of the operator ${operator} for float64, expected a model exported for float32: ` +
        'with FloatTensorType in skl2onnx, after model.float() in PyTorch.',
    );
  },
);

describe('a category must be a text that the log can hold', () => {
  for (const [what, label] of [
    ['too long', 'x'.repeat(100_000)],
    ['with a zero character', 'a\0b'],
  ] as const) {
    test(`not one that is ${what}`, async () => {
      const file = classifier({
        weights: [
          [1, 0],
          [0, 1],
        ],
        labels: [label, label],
      });
      await expect(answer(file, [[1, 0]])).rejects.toThrow(ModelFailed);
    });
  }
});
