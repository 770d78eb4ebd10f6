import { describe, expect, test } from 'vitest';
import type { ModelKind } from '../src/generated/database.ts';
import { runCalls, runModel } from '../src/onnx/run.ts';
import { closeModel, openModel } from '../src/onnx/session.ts';
import { ModelRefused } from '../src/onnx/signature.ts';
import { inspectModel } from '../src/onnx/trial.ts';
import {
  constant,
  type ElementType,
  type Graph,
  intAttribute,
  intsAttribute,
  node,
  onnxFile,
  tensorAttribute,
  tensorInfo,
  textsAttribute,
} from './onnx-files.ts';

const LABELS = ['string', 'int64', 'int32', 'bool'] as const;
type Label = (typeof LABELS)[number];
type Shape = 'flat' | 'column' | 'scalar';
const TYPE_NUMBERS = { int32: 6, int64: 7, bool: 9 };

interface Options {
  label?: Label;
  shape?: Shape;
  batch?: 'n' | 1;
  scores?: 'none' | 'two' | 'one';
  nodes?: Graph['node'];
  output?: Graph['output'];
}

/** A classifier of two points. Its category is whether the second one is greater: 1, true or 'high'. */
function classifierOf(options: Options = {}): Uint8Array {
  const { label = 'int32', shape = 'flat', batch = 'n', scores = 'none', nodes = [], output = [] } = options;
  const dims = shape === 'scalar' ? [] : shape === 'column' ? [batch, 1] : [batch];
  const isColumn = shape === 'column';
  const place = shape === 'scalar' ? 'scalar' : 'place';
  const texts = [
    intsAttribute('keys_int64s', [0, 1]),
    textsAttribute('values_strings', ['low', 'high']),
  ] as const;
  return onnxFile({
    input: [tensorInfo('X', 'float32', [batch, 2])],
    output: [
      ...(scores === 'two' ? [tensorInfo('scores', 'float32', [batch, 2])] : []),
      ...(scores === 'one' ? [tensorInfo('scores', 'float32', [batch, 1])] : []),
      tensorInfo('label', label, dims),
      ...output,
    ],
    node: [
      node('ArgMax', ['X'], ['place'], [intAttribute('axis', 1), intAttribute('keepdims', Number(isColumn))]),
      ...(shape === 'scalar' ? [node('Squeeze', ['place'], ['scalar'])] : []),
      label === 'string'
        ? node('LabelEncoder', [place], ['label'], texts, 'ai.onnx.ml')
        : node('Cast', [place], ['label'], [intAttribute('to', TYPE_NUMBERS[label])]),
      ...(scores === 'two' ? [node('Identity', ['X'], ['scores'])] : []),
      ...(scores === 'one' ? [node('MatMul', ['X', 'ones'], ['scores'])] : []),
      ...nodes,
    ],
    initializer: [constant('ones', 'float32', [2, 1], [1, 1])],
  });
}

const SPECTRA = [
  [1, 2],
  [3, 1],
  [5, 6],
];
const categoriesOf = (label: Label) =>
  SPECTRA.map(([a = 0, b = 0]) => {
    if (label === 'bool') return String(b > a);
    return label === 'string' ? (b > a ? 'high' : 'low') : String(Number(b > a));
  });

async function answer(file: Uint8Array, spectra: readonly number[][], kind?: ModelKind) {
  const model = await openModel(file, kind);
  return runModel(model, spectra).finally(() => closeModel(model));
}

async function refusal(file: Uint8Array): Promise<string> {
  const error: unknown = await inspectModel(file).catch((thrown: unknown) => thrown);
  if (!(error instanceof ModelRefused)) throw new Error('The file was not refused', { cause: error });
  return error.message;
}

for (const label of LABELS) {
  test(`a label of ${label} is a category, in any shape and beside any scores`, async () => {
    for (const shape of ['flat', 'column', 'scalar'] as const) {
      for (const batch of ['n', 1] as const) {
        for (const scores of ['none', 'two', 'one'] as const) {
          if (shape === 'scalar' && batch === 'n') continue;
          const file = classifierOf({ label, shape, batch, scores });
          expect(await inspectModel(file)).toMatchObject({
            kind: 'CLASSIFICATION',
            inputLength: 2,
            rowIndependent: batch === 'n',
          });
          const outcome = { kind: 'CLASSIFICATION', categories: categoriesOf(label) };
          for (const kind of [undefined, 'CLASSIFICATION'] as const) {
            expect(await answer(file, SPECTRA, kind)).toEqual(outcome);
          }
          const model = await openModel(file);
          const outcomes: unknown[] = [];
          const calls = [SPECTRA, SPECTRA.slice(1)];
          await runCalls(model, calls, true, some => outcomes.push(...some));
          await closeModel(model);
          expect(outcomes).toEqual([outcome, { ...outcome, categories: outcome.categories.slice(1) }]);
        }
      }
    }
  });
}

test('int32 keeps its sign and its range', async () => {
  const file = onnxFile({
    input: [tensorInfo('X', 'float64', ['n', 1])],
    output: [tensorInfo('label', 'int32', ['n', 1])],
    node: [node('Cast', ['X'], ['label'], [intAttribute('to', TYPE_NUMBERS.int32)])],
  });
  const numbers = [-(2 ** 31), -1, 0, 2 ** 31 - 1];
  expect(
    await answer(
      file,
      numbers.map(number => [number]),
    ),
  ).toEqual({ kind: 'CLASSIFICATION', categories: numbers.map(String) });
});

describe('an output of int32 or booleans', () => {
  const further: Record<string, readonly [ElementType, number]> = { int32: ['int32', 6], bool: ['bool', 9] };
  for (const [what, [type, number]] of Object.entries(further)) {
    const cast = node('Cast', ['place'], ['further'], [intAttribute('to', number)]);
    const output = [tensorInfo('further', type, ['n'])];

    test(`of ${what} is none beside a label of strings or int64`, async () => {
      for (const label of ['string', 'int64'] as const) {
        const file = classifierOf({ label, nodes: [cast], output });
        expect(await inspectModel(file)).toMatchObject({ kind: 'CLASSIFICATION' });
        expect(await answer(file, SPECTRA)).toMatchObject({ categories: categoriesOf(label) });
      }
    });

    test(`of ${what} is none where it never changes`, async () => {
      const one = tensorAttribute('value', constant('', 'int64', [1], [1]));
      const nodes = [
        node('Constant', [], ['one'], [one]),
        node('Cast', ['one'], ['further'], [intAttribute('to', number)]),
      ];
      for (const label of LABELS) {
        const file = classifierOf({ label, nodes, output: [tensorInfo('further', type, [1])] });
        expect(await answer(file, SPECTRA)).toMatchObject({ categories: categoriesOf(label) });
      }
      const regression = onnxFile({
        input: [tensorInfo('X', 'float32', ['n', 1])],
        output: [tensorInfo('further', type, [1]), tensorInfo('y', 'float32', ['n', 1])],
        node: [...nodes, node('Neg', ['X'], ['y'])],
      });
      expect(await inspectModel(regression)).toMatchObject({ kind: 'REGRESSION' });
      expect(await answer(regression, [[2]])).toEqual({ kind: 'REGRESSION', values: [-2] });
    });

    test(`of ${what} does not turn a regression that is registered into a classifier`, async () => {
      const file = onnxFile({
        input: [tensorInfo('X', 'float32', ['n', 1])],
        output: [tensorInfo('y', 'float32', ['n', 1]), tensorInfo('further', type, ['n', 1])],
        node: [node('Neg', ['X'], ['y']), node('Cast', ['X'], ['further'], [intAttribute('to', number)])],
      });
      expect(await inspectModel(file)).toMatchObject({ kind: 'CLASSIFICATION' });
      expect(await answer(file, [[2]], 'REGRESSION')).toEqual({ kind: 'REGRESSION', values: [-2] });
    });
  }

  test('that changes may be there once', async () => {
    const nodes = [node('Cast', ['place'], ['further'], [intAttribute('to', TYPE_NUMBERS.bool)])];
    const file = classifierOf({ label: 'int32', nodes, output: [tensorInfo('further', 'bool', ['n'])] });
    expect(await refusal(file)).toBe("The model has 2 label outputs ('label', 'further'), expected one.");
  });
});
