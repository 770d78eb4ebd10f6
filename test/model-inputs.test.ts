import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Spectrum } from '../src/onnx/outcome.ts';
import { runModel } from '../src/onnx/run.ts';
import { closeModel, openModel } from '../src/onnx/session.ts';
import { ModelRefused } from '../src/onnx/signature.ts';
import { inspectModel } from '../src/onnx/trial.ts';
import {
  constant,
  type Dimensions,
  type Graph,
  intAttribute,
  intsAttribute,
  node,
  onnxFile,
  tensorInfo,
} from './onnx-files.ts';

const KINDS = ['REGRESSION', 'CLASSIFICATION'] as const;
const shape = (name: string, sizes: readonly number[]) => constant(name, 'int64', [sizes.length], sizes);

interface Options {
  dims: Dimensions;
  points: number;
  type?: 'float32' | 'float64';
  kind?: (typeof KINDS)[number];
}

/** Weights each point by its position, from 1; a classifier answers the position of the greatest value, from 0. */
function weighted({ dims, points, type = 'float32', kind = 'REGRESSION' }: Options): Uint8Array {
  const [batch = 'n'] = dims;
  const isLabel = kind === 'CLASSIFICATION';
  return onnxFile({
    input: [tensorInfo('X', type, dims)],
    output: isLabel ? [tensorInfo('label', 'int64', [batch])] : [tensorInfo('y', type, [batch, 1])],
    node: [
      node('Flatten', ['X'], ['rows']),
      isLabel
        ? node('ArgMax', ['rows'], ['label'], [intAttribute('axis', 1), intAttribute('keepdims', 0)])
        : node('MatMul', ['rows', 'weights'], ['y']),
    ],
    initializer: [
      constant(
        'weights',
        type,
        [points, 1],
        Array.from({ length: points }, (_, i) => i + 1),
      ),
    ],
  });
}

async function answer(file: Uint8Array, spectra: readonly Spectrum[]) {
  const model = await openModel(file);
  return runModel(model, spectra).finally(() => closeModel(model));
}

async function refusal(file: Uint8Array): Promise<string> {
  const error: unknown = await inspectModel(file).catch((thrown: unknown) => thrown);
  if (!(error instanceof ModelRefused)) throw new Error('The file was not refused', { cause: error });
  return error.message;
}

describe('a spectrum may be one channel of points, or points of one channel', () => {
  for (const kind of KINDS) {
    for (const type of ['float32', 'float64'] as const) {
      for (const batch of ['n', '', 1]) {
        test(`${kind}, ${type}, batch '${batch}': the numbers and their order are those of [batch, points]`, async () => {
          await fc.assert(
            fc.asyncProperty(
              fc.integer({ min: 1, max: 12 }),
              fc.array(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 12, maxLength: 12 }), {
                maxLength: 6,
              }),
              async (points, rows) => {
                const spectra = rows.map(row => row.slice(0, points));
                const expected = await answer(
                  weighted({ dims: [batch, points], points, type, kind }),
                  spectra,
                );
                for (const dims of [
                  [batch, 1, points],
                  [batch, points, 1],
                ]) {
                  const file = weighted({ dims, points, type, kind });
                  expect(await answer(file, spectra)).toEqual(expected);
                  expect(await inspectModel(file)).toMatchObject({
                    kind,
                    inputLength: points,
                    rowIndependent: batch !== 1,
                  });
                }
              },
            ),
            { numRuns: 8, seed: 15 },
          );
        });
      }
    }
  }

  test('and a spectrum of another length is never padded or cut', async () => {
    for (const dims of [
      ['n', 1, 3],
      ['n', 3, 1],
    ]) {
      const file = weighted({ dims, points: 3 });
      for (const spectrum of [[1], [1, 2], [1, 2, 3, 4], [1, 2, 3, 4, 5, 6]]) {
        await expect(answer(file, [[1, 2, 3], spectrum])).rejects.toThrow(RangeError);
      }
    }
  });
});

describe('calls of a convolutional network share runs', () => {
  const points = 8;
  /** A convolution of three points, its maximum of two, and a linear layer, as PyTorch writes them. */
  const layers = (input: string, flattened: Graph['node']): Graph['node'] => [
    node('Conv', [input, 'kernel', 'bias'], ['filtered'], [intsAttribute('pads', [1, 1])]),
    node('Relu', ['filtered'], ['active']),
    node(
      'MaxPool',
      ['active'],
      ['pooled'],
      [intsAttribute('kernel_shape', [2]), intsAttribute('strides', [2])],
    ),
    ...flattened,
    node('Gemm', ['flat', 'weights', 'intercept'], ['y'], [intAttribute('transB', 1)]),
  ];
  const flatten = [node('Flatten', ['pooled'], ['flat'])];
  const initializer = [
    constant('kernel', 'float32', [2, 1, 3], [-1, 0, 1, 0.5, 1, 0.5]),
    constant('bias', 'float32', [2], [0.25, -0.25]),
    constant(
      'weights',
      'float32',
      [1, points],
      Array.from({ length: points }, (_, i) => i - 2.5),
    ),
    constant('intercept', 'float32', [1], [7]),
    shape('one', [1]),
    shape('rows', [0, -1]),
  ];
  const files: Record<string, Uint8Array> = {};
  const add = (what: string, dims: Dimensions, nodes: Graph['node']) => {
    files[what] = onnxFile({
      input: [tensorInfo('X', 'float32', dims)],
      output: [tensorInfo('y', 'float32', ['n', 1])],
      node: nodes,
      initializer,
    });
  };
  add('[batch, points]', ['n', points], [node('Unsqueeze', ['X', 'one'], ['C']), ...layers('C', flatten)]);
  add('[batch, 1, points]', ['n', 1, points], layers('X', flatten));
  add(
    '[batch, 1, points] with Reshape',
    ['n', 1, points],
    layers('X', [node('Reshape', ['pooled', 'rows'], ['flat'])]),
  );
  add(
    '[batch, points, 1]',
    ['n', points, 1],
    [node('Transpose', ['X'], ['C'], [intsAttribute('perm', [0, 2, 1])]), ...layers('C', flatten)],
  );
  const spectra = [
    [1, 2, 3, 5, 8, 13, 21, 34],
    [9, 7, 5, 3, 1, 0, 2, 4],
  ];
  for (const [what, file] of Object.entries(files)) {
    test(`that takes ${what}`, async () => {
      expect(await inspectModel(file)).toMatchObject({ inputLength: points, rowIndependent: true });
      const reference = files['[batch, points]'];
      expect(await answer(file, spectra)).toEqual(reference && (await answer(reference, spectra)));
    });
  }

  test('but not where it mixes its spectra through the channels', async () => {
    const mixing = onnxFile({
      input: [tensorInfo('X', 'float32', ['n', 1, 2])],
      output: [tensorInfo('y', 'float32', ['n', 1])],
      node: [
        node('ReduceMax', ['X'], ['greatest'], [intsAttribute('axes', [0])]),
        node('Sub', ['greatest', 'limit'], ['over']),
        node('Relu', ['over'], ['leak']),
        node('Add', ['X', 'leak'], ['mixed']),
        node('Flatten', ['mixed'], ['rows']),
        node('MatMul', ['rows', 'w'], ['y']),
      ],
      initializer: [constant('limit', 'float32', [], [1e6]), constant('w', 'float32', [2, 1], [1, 1])],
    });
    expect(await inspectModel(mixing)).toMatchObject({ rowIndependent: false });
  });
});

test('an input of another shape is refused, with its shape and those that are expected', async () => {
  const expected = 'expected [batch, points], [batch, 1, points] or [batch, points, 1].';
  const notFixed = (found: string, example: string) =>
    `Input 'X' does not fix the number of points of a spectrum: its shape is ${found}, expected for instance ${example}.`;
  const cases: readonly (readonly [Dimensions, string])[] = [
    [['n', 2, 3], `Input 'X' has the shape [n, 2, 3], ${expected}`],
    [['n', 3, 2], `Input 'X' has the shape [n, 3, 2], ${expected}`],
    [['n', 'channels', 3], `Input 'X' has the shape [n, channels, 3], ${expected}`],
    [['n', '', ''], `Input 'X' has the shape [n, ?, ?], ${expected}`],
    [['n', 1, 1, 3], `Input 'X' has the shape [n, 1, 1, 3], ${expected}`],
    [['n', 1, 'points'], notFixed('[n, 1, points]', '[batch, 1, 401]')],
    [['n', '', 1], notFixed('[n, ?, 1]', '[batch, 401, 1]')],
    [['n', 1, 0], notFixed('[n, 1, 0]', '[batch, 1, 401]')],
    [[4, 1, 3], "Input 'X' fixes the batch at 4 spectra, expected a free batch or 1."],
    [['n', 1, 200_000], "Input 'X' takes 200000 points in a spectrum, expected at most 100000."],
    [['n', 200_000, 1], "Input 'X' takes 200000 points in a spectrum, expected at most 100000."],
  ];
  for (const [dims, sentence] of cases) {
    const file = onnxFile({
      input: [tensorInfo('X', 'float32', dims)],
      output: [tensorInfo('y', 'float32')],
      node: [node('ReduceSum', ['X'], ['y'])],
    });
    expect(await refusal(file), JSON.stringify(dims)).toBe(sentence);
  }
});
