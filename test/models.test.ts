import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InferenceSession } from 'onnxruntime-node';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ModelFailed } from '../src/onnx/outcome.ts';
import { runModel } from '../src/onnx/run.ts';
import { closeModel, openModel } from '../src/onnx/session.ts';
import { ModelRefused } from '../src/onnx/signature.ts';
import { inspectModel } from '../src/onnx/trial.ts';
import {
  classifier,
  constant,
  externalConstant,
  type Graph,
  intAttribute,
  linearRegression,
  node,
  onnxFile,
  tensorAttribute,
  tensorInfo,
} from './onnx-files.ts';
import { readPage } from './pages.ts';

afterEach(() => vi.restoreAllMocks());

const data = new URL('../src/demonstration/data/', import.meta.url);

/** Opens, runs and closes a model. */
async function answer(file: Uint8Array, spectra: readonly (readonly number[])[]) {
  const model = await openModel(file);
  return runModel(model, spectra).finally(() => closeModel(model));
}

/** The message with which a file is refused. */
async function refusal(file: Uint8Array): Promise<string> {
  const error: unknown = await inspectModel(file).catch((thrown: unknown) => thrown);
  if (!(error instanceof ModelRefused)) throw new Error('The file was not refused', { cause: error });
  return error.message;
}

/** Observes every session that is opened. */
function watch() {
  const create = vi.spyOn(InferenceSession, 'create');
  return () => Promise.all(create.mock.results.map(result => result.value));
}
/** Whether a session is already released. It is released afterwards in any case. */
const wasReleased = (session: InferenceSession) =>
  session.release().then(
    () => false,
    () => true,
  );

/** The rows of a demonstration file: name, reference and spectrum. */
async function samples(name: string) {
  const text = await readFile(new URL(name, data), 'utf8');
  const [, ...lines] = text.trim().split('\n');
  return lines.map(line => {
    const [sampleName = '', reference = '', ...values] = line.split(',');
    return { sampleName, reference, spectrum: values.map(Number) };
  });
}

interface Expected {
  octane: { sampleName: string; value: number; measured: number }[];
  oilType: { sampleName: string; category: string }[];
}
const octane = await readFile(new URL('octane.onnx', data));
const oilType = await readFile(new URL('oil-type.onnx', data));
const expected: Expected = JSON.parse(await readFile(new URL('expected.json', data), 'utf8'));

const graph = (parts: Partial<Graph>): Uint8Array =>
  onnxFile({
    input: [tensorInfo('X', 'float32', ['n', 3])],
    output: [tensorInfo('y', 'float32', ['n', 1])],
    node: [node('MatMul', ['X', 'w'], ['y'])],
    initializer: [constant('w', 'float32', [3, 1], [1, 10, 100])],
    ...parts,
  });

test('files of the newest opset in docs/models.md are accepted, of the next one refused', async () => {
  const [, newest = ''] = /up to opset (\d+)/.exec(readPage('docs/models.md')) ?? [];
  const of = (opset: number) =>
    onnxFile(
      {
        input: [tensorInfo('X', 'float32', ['n', 1])],
        output: [tensorInfo('y', 'float32', ['n', 1])],
        node: [node('Neg', ['X'], ['y'])],
      },
      opset,
    );
  expect(await inspectModel(of(Number(newest)))).toMatchObject({ kind: 'REGRESSION' });
  expect(await refusal(of(Number(newest) + 1))).toContain('expected a model exported for an older opset');
});

describe('published calibrations', () => {
  test('octane numbers equal those of another implementation within 0.001', async () => {
    const rows = await samples('gasoline-test.csv');
    const outcome = await answer(
      octane,
      rows.map(row => row.spectrum),
    );
    if (outcome.kind !== 'REGRESSION') throw new Error(outcome.kind);
    expect(rows.map(row => row.sampleName)).toEqual(expected.octane.map(row => row.sampleName));
    expect(rows.map(row => Number(row.reference))).toEqual(expected.octane.map(row => row.measured));
    expect(outcome.values).toHaveLength(10);
    for (const [i, { value }] of expected.octane.entries()) {
      expect(Math.abs((outcome.values[i] ?? Number.NaN) - value)).toBeLessThan(0.001);
    }
    const squares = outcome.values.map((value, i) => (value - Number(rows[i]?.reference)) ** 2);
    const rmsep = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
    expect(Math.abs(rmsep - 0.2445)).toBeLessThan(0.001);
  });

  test('42 of 42 oil types are right', async () => {
    const rows = await samples('mayonnaise-test.csv');
    const outcome = await answer(
      oilType,
      rows.map(row => row.spectrum),
    );
    expect(rows).toHaveLength(42);
    expect(rows.map(row => ({ sampleName: row.sampleName, category: row.reference }))).toEqual(
      expected.oilType,
    );
    expect(outcome).toEqual({ kind: 'CLASSIFICATION', categories: rows.map(row => row.reference) });
  });

  test('both are accepted with their kind and input length', async () => {
    expect(await inspectModel(octane)).toMatchObject({
      kind: 'REGRESSION',
      inputLength: 401,
    });
    expect(await inspectModel(oilType)).toMatchObject({
      kind: 'CLASSIFICATION',
      inputLength: 351,
    });
  });
});

describe('models from converters are accepted and answer', () => {
  for (const type of ['float32', 'float64'] as const) {
    for (const shape of ['column', 'flat'] as const) {
      for (const batch of ['n', 1] as const) {
        test(`a ${type} regression, output as a ${shape}, batch ${batch}`, async () => {
          const file = linearRegression({
            weights: [1, 10, 100],
            intercept: 0.5,
            type,
            batch,
            answer: shape,
          });
          expect(await inspectModel(file)).toMatchObject({ kind: 'REGRESSION', inputLength: 3 });
          const spectra = [
            [1, 2, 3],
            [4, 5, 6],
          ];
          expect(await answer(file, spectra)).toEqual({ kind: 'REGRESSION', values: [321.5, 654.5] });
        });
      }
    }
  }

  test('inputs and outputs may have any name, even one that JavaScript objects have', async () => {
    const file = linearRegression({
      weights: [1, 1],
      inputName: 'Spektren: nm/°',
      outputName: 'constructor',
    });
    expect(await inspectModel(file)).toMatchObject({ kind: 'REGRESSION', inputLength: 2 });
    expect(await answer(file, [[1, 2]])).toEqual({ kind: 'REGRESSION', values: [3] });
  });

  test('a float64 model keeps float64 precision', async () => {
    const value = 123456789.12345679;
    const file = linearRegression({ weights: [1], type: 'float64' });
    expect(await answer(file, [[value]])).toEqual({ kind: 'REGRESSION', values: [value] });
    expect(Math.fround(value)).not.toBe(value);
  });

  const weights = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const spectra = [
    [0, 0, 5],
    [5, 0, 0],
    [0, 5, 0],
  ];
  for (const probabilities of ['tensor', 'zipmap'] as const) {
    for (const labelShape of ['flat', 'column'] as const) {
      for (const batch of ['n', 1] as const) {
        const beside = `${labelShape} beside probabilities as ${probabilities}, batch ${batch}`;
        test(`a classifier with string labels, ${beside}`, async () => {
          const file = classifier({
            weights,
            labels: ['rape', 'soy', 'sun'],
            probabilities,
            labelShape,
            batch,
          });
          expect(await inspectModel(file)).toMatchObject({ kind: 'CLASSIFICATION', inputLength: 3 });
          const categories = ['sun', 'rape', 'soy'];
          expect(await answer(file, spectra)).toEqual({ kind: 'CLASSIFICATION', categories });
        });
        test(`a classifier with int64 labels, ${beside}`, async () => {
          const file = classifier({ weights, labels: [3, -1, 2 ** 40], probabilities, labelShape, batch });
          expect(await inspectModel(file)).toMatchObject({ kind: 'CLASSIFICATION', inputLength: 3 });
          const categories = ['1099511627776', '3', '-1'];
          expect(await answer(file, spectra)).toEqual({ kind: 'CLASSIFICATION', categories });
        });
      }
    }
  }

  test('a label alone, without probabilities', async () => {
    const file = graph({
      output: [tensorInfo('category', 'int64', ['n'])],
      node: [node('ArgMax', ['X'], ['category'], [intAttribute('axis', 1), intAttribute('keepdims', 0)])],
      initializer: [],
    });
    expect(await inspectModel(file)).toMatchObject({ kind: 'CLASSIFICATION', inputLength: 3 });
    expect(await answer(file, spectra)).toEqual({ kind: 'CLASSIFICATION', categories: ['2', '0', '1'] });
  });

  test('an output whose shape the file does not declare is judged by the trial run', async () => {
    // The shape that Reshape gives depends on the spectrum's values, so ONNX Runtime cannot infer it either.
    const reshaped = (targets: number) =>
      graph({
        output: [tensorInfo('y', 'float32')],
        node: [
          node('Cast', ['X'], ['whole'], [intAttribute('to', 7)]),
          node('ReduceMin', ['whole'], ['zero'], [intAttribute('keepdims', 0)]),
          node('Add', ['size', 'zero'], ['dims']),
          node('MatMul', ['X', 'w'], ['product']),
          node('Reshape', ['product', 'dims'], ['y']),
        ],
        initializer: [
          constant(
            'w',
            'float32',
            [3, targets],
            Array.from({ length: 3 * targets }, (_, i) => i),
          ),
          constant('size', 'int64', [2], [-1, targets]),
        ],
      });
    expect(await inspectModel(reshaped(1))).toMatchObject({ kind: 'REGRESSION', inputLength: 3 });
    expect(await answer(reshaped(1), [[0, 2, 3]])).toEqual({ kind: 'REGRESSION', values: [8] });
    expect(await refusal(reshaped(2))).toBe(
      "A trial run failed. Output 'y' has the shape [1, 2] for 1 spectrum, expected [1] or [1, 1].",
    );
  });

  test('a label declared for one spectrum is fetched for every spectrum of a free batch', async () => {
    const file = graph({
      output: [tensorInfo('category', 'int64', [1])],
      node: [
        node('MatMul', ['X', 'w'], ['product']),
        node('Squeeze', ['product', 'one'], ['flat']),
        node('Cast', ['flat'], ['category'], [intAttribute('to', 7)]),
      ],
      initializer: [constant('w', 'float32', [3, 1], [1, 10, 100]), constant('one', 'int64', [1], [1])],
    });
    expect(await answer(file, spectra)).toEqual({ kind: 'CLASSIFICATION', categories: ['500', '5', '50'] });
  });

  test('a trial value that is not finite does not refuse a model', async () => {
    const file = graph({
      node: [node('MatMul', ['X', 'w'], ['p']), node('Neg', ['p'], ['m']), node('Log', ['m'], ['y'])],
    });
    expect(await inspectModel(file)).toMatchObject({ kind: 'REGRESSION', inputLength: 3 });
    expect(await answer(file, [[-1, 0, 0]])).toEqual({ kind: 'REGRESSION', values: [0] });
  });
});

describe('the order of answers', () => {
  for (const batch of ['n', 1] as const) {
    test(`1000 answers are in the order of their spectra, batch ${batch}`, async () => {
      const file = linearRegression({ weights: [1, 0], batch });
      const values = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1000);
      const outcome = await answer(
        file,
        values.map(value => [value, 1]),
      );
      expect(outcome).toEqual({ kind: 'REGRESSION', values });
    });
  }

  test('no spectra give no answers, even from a model that fails on an empty batch', async () => {
    const file = graph({
      node: [
        node('Gather', ['X', 'first'], ['reference']),
        node('Sub', ['X', 'reference'], ['difference']),
        node('MatMul', ['difference', 'w'], ['y']),
      ],
      initializer: [constant('w', 'float32', [3, 1], [1, 10, 100]), constant('first', 'int64', [1], [0])],
    });
    expect(await answer(file, [])).toEqual({ kind: 'REGRESSION', values: [] });
  });
});

describe('an unusable model is refused with a message that states what is expected', () => {
  const onlyX = (dims?: readonly (number | string)[]) => [tensorInfo('X', 'float32', dims)];
  const cases: readonly (readonly [promise: string, file: Uint8Array, sentence: string])[] = [
    ['no bytes', new Uint8Array(), 'The file is not ONNX, expected the bytes of an .onnx file.'],
    ['garbage', Buffer.from('PK garbage'), 'The file is not ONNX, expected the bytes of an .onnx file.'],
    [
      "ONNX Runtime's internal format",
      Buffer.from('\x1c\0\0\0ORTM and some more bytes'),
      'The file is not ONNX, expected the bytes of an .onnx file.',
    ],
    [
      'an unknown operator',
      graph({ node: [node('Guess', ['X'], ['y'])] }),
      'The model uses an operator that this server does not have, expected standard ONNX and ai.onnx.ml operators.',
    ],
    [
      "another vendor's operator",
      graph({ node: [node('Guess', ['X'], ['y'], [], 'org.example')] }),
      "The model uses the operator 'org.example.Guess', expected standard ONNX and ai.onnx.ml operators.",
    ],
    [
      'an opset of the future',
      onnxFile(
        {
          input: onlyX(['n', 1]),
          output: [tensorInfo('y', 'float32', ['n', 1])],
          node: [node('Abs', ['X'], ['y'])],
        },
        99,
      ),
      'The file uses a newer ONNX version than this server supports, expected a model exported for an older opset.',
    ],
    [
      'a graph that contradicts itself',
      graph({ node: [node('MatMul', ['X', 'missing'], ['y'])] }),
      'ONNX Runtime cannot open the file, expected a valid ONNX model.',
    ],
    [
      'two inputs',
      graph({
        input: [tensorInfo('a', 'float32', ['n', 3]), tensorInfo('b', 'float32', ['n', 3])],
        node: [node('Add', ['a', 'b'], ['X']), node('MatMul', ['X', 'w'], ['y'])],
      }),
      "The model has 2 inputs ('a', 'b'), expected one that takes whole spectra as [batch, points].",
    ],
    [
      'no input',
      graph({ input: [], node: [node('Identity', ['w'], ['y'])] }),
      'The model has 0 inputs, expected one that takes whole spectra as [batch, points].',
    ],
    [
      'a rank 1 input',
      graph({ input: onlyX([3]), output: [tensorInfo('y', 'float32', [1])] }),
      "Input 'X' has the shape [3], expected [batch, points], [batch, 1, points] or [batch, points, 1].",
    ],
    [
      'an input of two channels',
      graph({ input: onlyX(['n', 2, 3]), output: [tensorInfo('y', 'float32', ['n', 2, 1])] }),
      "Input 'X' has the shape [n, 2, 3], expected [batch, points], [batch, 1, points] or [batch, points, 1].",
    ],
    [
      'an input without a shape',
      graph({ input: onlyX() }),
      "Input 'X' has no shape, expected [batch, points], [batch, 1, points] or [batch, points, 1].",
    ],
    [
      'an input of whole numbers',
      graph({
        input: [tensorInfo('X', 'int64', ['n', 3])],
        node: [node('Cast', ['X'], ['f'], [intAttribute('to', 1)]), node('MatMul', ['f', 'w'], ['y'])],
      }),
      "Input 'X' is int64, expected float32 or float64.",
    ],
    [
      'an input that is not a tensor',
      graph({
        input: [{ name: 'X', type: { sequence_type: { elem_type: { tensor_type: { elem_type: 1 } } } } }],
        output: [tensorInfo('y', 'int64', [])],
        node: [node('SequenceLength', ['X'], ['y'])],
      }),
      "Input 'X' is not a tensor, expected float32 or float64.",
    ],
    [
      'a free number of points',
      graph({ input: onlyX(['n', 'points']) }),
      "Input 'X' does not fix the number of points of a spectrum: its shape is [n, points], expected for instance [batch, 401].",
    ],
    [
      'a free number of points without a name',
      graph({ input: onlyX(['', '']) }),
      "Input 'X' does not fix the number of points of a spectrum: its shape is [?, ?], expected for instance [batch, 401].",
    ],
    [
      'more points than the trial run could afford',
      graph({
        input: onlyX(['n', 2_000_000_000]),
        node: [node('ReduceSum', ['X', 'axis'], ['y'])],
        initializer: [constant('axis', 'int64', [1], [1])],
      }),
      "Input 'X' takes 2000000000 points in a spectrum, expected at most 100000.",
    ],
    [
      'a batch fixed at 4',
      linearRegression({ weights: [1, 2, 3], batch: 4 }),
      "Input 'X' fixes the batch at 4 spectra, expected a free batch or 1.",
    ],
    [
      'two targets in one output',
      graph({
        output: [tensorInfo('y', 'float32', ['n', 2])],
        initializer: [constant('w', 'float32', [3, 2], [1, 2, 3, 4, 5, 6])],
      }),
      "Output 'y' gives 2 values for each spectrum, expected one target: register one model for each target, " +
        'and export a classifier with its label.',
    ],
    [
      'two targets in two outputs',
      graph({
        output: [tensorInfo('y', 'float32', ['n', 1]), tensorInfo('z', 'float32', ['n', 1])],
        node: [node('MatMul', ['X', 'w'], ['y']), node('Neg', ['y'], ['z'])],
      }),
      "The model has 2 numeric outputs ('y', 'z') and no label, expected one target: register one model for each target, " +
        "or name the statistics of applicability 't2' and 'q'.",
    ],
    [
      'two labels',
      graph({
        output: [tensorInfo('a', 'int64', ['n', 1]), tensorInfo('b', 'int64', ['n', 1])],
        node: [
          node('ArgMax', ['X'], ['a'], [intAttribute('axis', 1)]),
          node('ArgMin', ['X'], ['b'], [intAttribute('axis', 1)]),
        ],
      }),
      "The model has 2 label outputs ('a', 'b'), expected one.",
    ],
    [
      'an output of rank 3',
      graph({
        output: [tensorInfo('y', 'float32', ['n', 1, 1])],
        node: [node('MatMul', ['X', 'w'], ['p']), node('Unsqueeze', ['p', 'axis'], ['y'])],
        initializer: [constant('w', 'float32', [3, 1], [1, 1, 1]), constant('axis', 'int64', [1], [2])],
      }),
      "Output 'y' has the shape [n, 1, 1], expected [n] or [n, 1].",
    ],
    [
      'an output name that no JavaScript object can hold',
      linearRegression({ weights: [1, 2, 3], outputName: '__proto__' }),
      'A trial run failed. The model gave an error for 1 spectrum.',
    ],
    [
      'no usable output',
      graph({
        output: [tensorInfo('y', 'float16', ['n', 3])],
        node: [node('Cast', ['X'], ['y'], [intAttribute('to', 10)])],
      }),
      'The model has no usable output: expected one float32 or float64 number for each spectrum, or a label as ' +
        'string, int64, int32 or boolean.',
    ],
    [
      'a free batch that only works for one spectrum',
      graph({
        node: [node('Reshape', ['X', 'one'], ['row']), node('MatMul', ['row', 'w'], ['y'])],
        initializer: [constant('w', 'float32', [3, 1], [1, 1, 1]), constant('one', 'int64', [2], [1, 3])],
      }),
      'A trial run failed. The model gave an error for 2 spectra.',
    ],
    [
      'one answer for a whole batch',
      graph({
        output: [tensorInfo('y', 'float32')],
        node: [node('ReduceMean', ['X'], ['y'], [intAttribute('keepdims', 0)])],
        initializer: [],
      }),
      "A trial run failed. Output 'y' has the shape [] for 2 spectra, expected [2] or [2, 1].",
    ],
  ];
  for (const [promise, file, sentence] of cases) {
    test(promise, async () => expect(await refusal(file)).toBe(sentence));
  }

  test('and no inspected file leaves its session open, refused or not', async () => {
    const sessions = watch();
    await inspectModel(linearRegression({ weights: [1] }));
    await refusal(linearRegression({ weights: [1, 2, 3], batch: 4 }));
    await refusal(linearRegression({ weights: [1], outputName: '__proto__' }));
    expect(await Promise.all((await sessions()).map(wasReleased))).toEqual([true, true, true]);
  });

  describe('a file that refers to another file for its constants', () => {
    const sentence =
      'The file stores some of its tensors in other files, expected one ONNX file with all data.';
    const points = 1000;
    const pointing = (location: string) => {
      const info = {
        input: [tensorInfo('X', 'float32', ['n', points])],
        output: [tensorInfo('y', 'float32', ['n', 1])],
      };
      const elsewhere = externalConstant('w', [points, 1], location, '4096');
      const product = node('MatMul', ['X', 'w'], ['y']);
      return [
        onnxFile({ ...info, node: [product], initializer: [elsewhere] }),
        onnxFile({
          ...info,
          node: [node('Constant', [], ['w'], [tensorAttribute('value', elsewhere)]), product],
        }),
      ];
    };

    test('cannot read the working directory', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'onnx-'));
      await writeFile(join(directory, 'secret.bin'), Buffer.alloc(4096 + 4 * points, 1));
      const files = pointing('secret.bin').map(file => Buffer.from(file).toString('base64'));
      // Vitest's workers may not change their directory, so a separate process opens the files.
      const script = `
        import { inspectModel } from ${JSON.stringify(new URL('../src/onnx/trial.ts', import.meta.url))};
        for (const file of ${JSON.stringify(files)}) {
          console.log(await inspectModel(Buffer.from(file, 'base64')).catch(error => error.message));
        }`;
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--input-type=module', '--eval', script],
        { cwd: directory },
      );
      await rm(directory, { recursive: true });
      expect(stdout).toBe(`${sentence}\n${sentence}\n`);
    });

    test("cannot read the server's memory or any other directory", async () => {
      for (const location of ['*/_ORT_MEM_ADDR_/*', '/etc/passwd', '../package.json']) {
        for (const file of pointing(location)) expect(await refusal(file)).toBe(sentence);
      }
    });
  });
});

// Right for any spectrum like the trial's, wrong for some others.
const picky = {
  /** errs where the greatest value is beyond the table */
  errs: graph({
    output: [tensorInfo('y', 'float32', ['n'])],
    node: [
      node('Cast', ['X'], ['whole'], [intAttribute('to', 7)]),
      node(
        'ReduceMax',
        ['whole'],
        ['index'],
        [{ name: 'axes', ints: [1], type: 7 }, intAttribute('keepdims', 0)],
      ),
      node('Gather', ['table', 'index'], ['y']),
    ],
    initializer: [constant('table', 'float32', [3], [1, 2, 3])],
  }),
  /** leaves out the rows whose sum is negative */
  drops: graph({
    output: [tensorInfo('y', 'float32')],
    node: [
      node('ReduceSum', ['X', 'axis'], ['sum'], [intAttribute('keepdims', 0)]),
      node('Greater', ['sum', 'zero'], ['positive']),
      node('Compress', ['sum', 'positive'], ['y'], [intAttribute('axis', 0)]),
    ],
    initializer: [constant('axis', 'int64', [1], [1]), constant('zero', 'float32', [], [0])],
  }),
  /** gives NaN where the sum is negative, and -Infinity where it is zero */
  logs: graph({ node: [node('MatMul', ['X', 'w'], ['p']), node('Log', ['p'], ['y'])] }),
};

describe('a model that was accepted and does not answer correctly fails', () => {
  const good = [1, 1, 1];
  const failure = async (file: Uint8Array, spectra: number[][]) => {
    await inspectModel(file);
    return answer(file, spectra);
  };

  test('when it throws', async () => {
    const failed = failure(picky.errs, [good, [9, 9, 9]]);
    await expect(failed).rejects.toMatchObject({
      message: 'The model gave an error for 2 spectra. Spectrum 2 fails alone as well.',
      spectrum: 1,
    });
  });

  test('when it returns another number of rows', async () => {
    const failed = failure(picky.drops, [good, [-1, -1, -1], good]);
    await expect(failed).rejects.toMatchObject({
      message:
        "Output 'y' has the shape [2] for 3 spectra, expected [3] or [3, 1]. Spectrum 2 fails alone as well.",
      spectrum: 1,
    });
  });

  test('when it returns NaN', async () => {
    const failed = failure(picky.logs, [good, [-1, -1, -1]]);
    await expect(failed).rejects.toThrow(
      new ModelFailed('The model gave NaN for spectrum 2.', { spectrum: 1 }),
    );
  });

  test('when it returns an infinite number', async () => {
    const failed = failure(picky.logs, [good, good, [0, 0, 0]]);
    await expect(failed).rejects.toThrow(
      new ModelFailed('The model gave -Infinity for spectrum 3.', { spectrum: 2 }),
    );
  });

  test('when a point overflows its input type, instead of returning some category', async () => {
    const file = classifier({
      weights: [
        [1, 0],
        [0, 1],
      ],
      labels: ['a', 'b'],
    });
    await expect(
      failure(file, [
        [1, 0],
        [1e39, 0],
      ]),
    ).rejects.toThrow(
      new ModelFailed('Spectrum 2 has a value beyond the range of float32.', { spectrum: 1 }),
    );
  });

  test('and a spectrum of another length is never padded or cut', async () => {
    const file = linearRegression({ weights: [1, 1, 1] });
    await expect(answer(file, [good, [1, 1]])).rejects.toThrow(RangeError);
    await expect(answer(file, [[1, 1, 1, 1], good])).rejects.toThrow(RangeError);
  });

  test('and ONNX Runtime writes nothing to stderr, whatever goes wrong', async () => {
    const url = (path: string) => JSON.stringify(new URL(path, import.meta.url));
    const opened = [
      linearRegression({ weights: [1, 1, 1], declared: [1, 7] }),
      Buffer.from('garbage'),
      picky.errs,
    ];
    const files = opened.map(file => Buffer.from(file).toString('base64'));
    const script = `
      import { openModel } from ${url('../src/onnx/session.ts')};
      import { runModel } from ${url('../src/onnx/run.ts')};
      import { inspectModel } from ${url('../src/onnx/trial.ts')};
      for (const file of ${JSON.stringify(files)}) {
        const bytes = Buffer.from(file, 'base64');
        await inspectModel(bytes).catch(error => console.log(error.name));
        await openModel(bytes).then(model => runModel(model, [[9, 9, 9]])).catch(error => console.log(error.name));
      }`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '--eval',
      script,
    ]);
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toContain('ModelFailed');
  });
});
