import fc from 'fast-check';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, test, vi } from 'vitest';
import { ModelFailed, type Outcome, type Spectrum } from '../src/onnx/outcome.ts';
import { runCalls, runModel } from '../src/onnx/run.ts';
import { closeModel, type OpenModel, openModel } from '../src/onnx/session.ts';
import { inspectModel } from '../src/onnx/trial.ts';
import { demonstration } from './harness.ts';
import {
  classifier,
  constant,
  intAttribute,
  intsAttribute,
  linearRegression,
  node,
  onnxFile,
  tensorInfo,
} from './onnx-files.ts';

/** Opens a model for the duration of a callback. */
async function withModel<Result>(
  file: Uint8Array,
  use: (model: OpenModel) => Promise<Result>,
): Promise<Result> {
  const model = await openModel(file);
  return use(model).finally(() => closeModel(model));
}

/** Gives the third of a table's values for [3, …], and an error for what is beyond the table. */
const table = onnxFile({
  input: [tensorInfo('X', 'float32', ['n', 2])],
  output: [tensorInfo('y', 'float32', ['n'])],
  node: [
    node('Cast', ['X'], ['whole'], [intAttribute('to', 7)]),
    node('ReduceMax', ['whole'], ['index'], [intsAttribute('axes', [1]), intAttribute('keepdims', 0)]),
    node('Gather', ['table', 'index'], ['y']),
  ],
  initializer: [constant('table', 'float32', [4], [1, 2, 3, 4])],
});
const logarithm = onnxFile({
  input: [tensorInfo('X', 'float32', ['n', 1])],
  output: [tensorInfo('y', 'float32', ['n', 1])],
  node: [node('Log', ['X'], ['y'])],
});

describe('a failed run names the spectrum', () => {
  const good = () => [1, 2];
  test('on which the model fails, among any number of others', async () => {
    await withModel(table, model =>
      fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 1000 }), fc.nat(), async (count, place) => {
          const spectrum = place % count;
          const spectra = Array.from({ length: count }, good).with(spectrum, [1, 9]);
          const failed = runModel(model, spectra);
          await expect(failed).rejects.toMatchObject({ name: 'ModelFailed', spectrum });
        }),
        { numRuns: 50, seed: 5 },
      ),
    );
  });

  test('the first of several', async () => {
    await withModel(table, async model => {
      const spectra = Array.from({ length: 500 }, (_, i) => (i % 100 === 70 ? [0, 9] : good()));
      await expect(runModel(model, spectra)).rejects.toMatchObject({ spectrum: 70 });
    });
  });

  test('whose answer is not finite, or that the input type cannot hold', async () => {
    await withModel(logarithm, async model => {
      const spectra = Array.from({ length: 1000 }, () => [1]);
      await expect(runModel(model, spectra.with(617, [-1]))).rejects.toMatchObject({ spectrum: 617 });
      await expect(runModel(model, spectra.with(42, [1e39]))).rejects.toMatchObject({ spectrum: 42 });
    });
  });

  test('also of a model that takes one at a time', async () => {
    const single = onnxFile({
      input: [tensorInfo('X', 'float32', [1, 1])],
      output: [tensorInfo('y', 'float32', [1, 1])],
      node: [node('Log', ['X'], ['y'])],
    });
    await withModel(single, async model => {
      const failed = runModel(model, [[1], [1], [-1], [-1]]);
      await expect(failed).rejects.toMatchObject({
        spectrum: 2,
        message: 'The model gave NaN for spectrum 3.',
      });
    });
  });

  test('but none where none fails alone', async () => {
    // Fails for more than two spectra, whatever they are.
    const few = onnxFile({
      input: [tensorInfo('X', 'float32', ['n', 1])],
      output: [tensorInfo('y', 'float32')],
      node: [
        node('Shape', ['X'], ['shape']),
        node('Gather', ['shape', 'zero'], ['count']),
        node('Gather', ['table', 'count'], ['nothing']),
        node('Add', ['X', 'nothing'], ['y']),
      ],
      initializer: [constant('zero', 'int64', [], [0]), constant('table', 'float32', [3], [0, 0, 0])],
    });
    await withModel(few, async model => {
      await expect(runModel(model, [[1], [2]])).resolves.toEqual({ kind: 'REGRESSION', values: [1, 2] });
      const failed = runModel(model, [[1], [2], [3]]);
      await expect(failed).rejects.toMatchObject({
        message: 'The model gave an error for 3 spectra.',
        spectrum: undefined,
      });
    });
  });
});

test('points may come in any list of numbers', async () => {
  const file = linearRegression({ weights: [1, 10] });
  await withModel(file, async model => {
    for (const spectrum of [[1, 2], Float32Array.of(1, 2), Float64Array.of(1, 2)]) {
      expect(await runModel(model, [spectrum])).toEqual({ kind: 'REGRESSION', values: [21] });
    }
  });
});

describe('calls that share a run', () => {
  /** Spectra like those of a demonstration model's file. */
  const spectra = (points: number) =>
    fc
      .array(fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 5, maxLength: 5 }), {
        minLength: 1,
        maxLength: 12,
      })
      .map(calls =>
        calls.map(seeds =>
          Float64Array.from({ length: points }, (_, i) => (seeds[i % 5] ?? 1) / 1000 + i / points),
        ),
      );
  const weights = [
    [1, 0, 2],
    [0, 1, 1],
  ];
  for (const [name, file, points] of [
    ['the octane model', demonstration('octane.onnx'), 401],
    ['a classifier', classifier({ weights, labels: ['a', 'b'] }), 3],
  ] as const) {
    test(`get, to the last bit, what they get alone, of ${name}`, async () => {
      expect(await inspectModel(file)).toMatchObject({ rowIndependent: true });
      await withModel(file, model =>
        fc.assert(
          fc.asyncProperty(fc.array(spectra(points), { minLength: 1, maxLength: 10 }), async calls => {
            const together = await runTogether(model, calls);
            for (const [i, call] of calls.entries()) {
              const alone: unknown[] = [];
              for (const spectrum of call) alone.push(await runModel(model, [spectrum]));
              expect(separate(together[i])).toEqual(alone);
            }
          }),
          { numRuns: 20, seed: 6 },
        ),
      );
    });
  }

  /** The outcomes of calls that may share runs. */
  async function runTogether(model: OpenModel, calls: readonly Spectrum[][]) {
    const outcomes: (Outcome | ModelFailed)[] = [];
    await runCalls(model, calls, true, some => outcomes.push(...some));
    return outcomes;
  }

  /** An outcome of several spectra as one of each. */
  function separate(outcome: Awaited<ReturnType<typeof runTogether>>[number] | undefined): unknown[] {
    if (!outcome || outcome instanceof ModelFailed) throw new Error('no outcome', { cause: outcome });
    return outcome.kind === 'REGRESSION'
      ? outcome.values.map(value => ({ kind: outcome.kind, values: [value] }))
      : outcome.categories.map(category => ({ kind: outcome.kind, categories: [category] }));
  }

  test('fail alone, each with its own spectrum, and in the order of the calls', async () => {
    const calls: Spectrum[][] = [[[1]], [[1], [-1], [1]], [], [[1]], [[1e39]], [[1], [1]]];
    await withModel(logarithm, async model => {
      const outcomes = await runTogether(model, calls);
      expect(outcomes).toMatchObject([
        { values: [0] },
        { name: 'ModelFailed', spectrum: 1, message: 'The model gave NaN for spectrum 2.' },
        { values: [] },
        { values: [0] },
        { name: 'ModelFailed', spectrum: 0 },
        { values: [0, 0] },
      ]);
    });
    await withModel(table, async model => {
      const outcomes = await runTogether(model, [
        [[1, 2]],
        [
          [0, 1],
          [1, 9],
        ],
        [[3, 3]],
      ]);
      expect(outcomes).toMatchObject([
        { values: [3] },
        { name: 'ModelFailed', spectrum: 1 },
        { values: [4] },
      ]);
    });
  });

  test('are no more than the trial ran at once', async () => {
    await withModel(linearRegression({ weights: [1] }), async model => {
      const run = vi.spyOn(model.session, 'run');
      const counts = [10, 20, 3, 40, 1, 1, 31, 32, 1];
      const outcomes = await runTogether(
        model,
        counts.map(count => Array.from({ length: count }, (_, i) => [i])),
      );
      expect(outcomes.map(outcome => separate(outcome).length)).toEqual(counts);
      const sizes = run.mock.calls.map(([{ X }]) => (X instanceof Tensor ? X.dims[0] : 0));
      expect(sizes).toEqual([30, 3, 40, 2, 31, 32, 1]);
    });
  });
});
