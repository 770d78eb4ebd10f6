import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { outcomesOf } from '../src/onnx/host-replies.ts';
import { ModelFailed, type Outcome, type Spectrum, type Statistic } from '../src/onnx/outcome.ts';
import type { Predicted } from '../src/onnx/protocol.ts';
import { runCalls, runModel } from '../src/onnx/run.ts';
import { closeModel, type OpenModel, openModel } from '../src/onnx/session.ts';
import { ModelRefused } from '../src/onnx/signature.ts';
import { inspectModel, isRowIndependent } from '../src/onnx/trial.ts';
import {
  constant,
  type Graph,
  intAttribute,
  intsAttribute,
  node,
  onnxFile,
  tensorAttribute,
  tensorInfo,
} from './onnx-files.ts';

type Kind = Outcome['kind'];
type FloatType = 'float32' | 'float64';
type Shape = 'flat' | 'column' | 'scalar';
const KINDS: readonly Kind[] = ['REGRESSION', 'CLASSIFICATION'];
const SETS: readonly (readonly Statistic[])[] = [[], ['t2'], ['q'], ['t2', 'q']];
const POINTS = 3;
const axes = (...values: number[]) => intsAttribute('axes', values);
const kept = (is: boolean) => intAttribute('keepdims', Number(is));

interface Options {
  kind?: Kind;
  type?: FloatType;
  statistics?: readonly string[];
  statisticType?: FloatType;
  shape?: Shape;
  batch?: 'n' | 1;
  /** Operators that compute the value `of t2` or `of q` from 'X', beside those below. */
  nodes?: Graph['node'];
  initializer?: readonly ReturnType<typeof constant>[];
  declared?: Readonly<Record<string, readonly (number | string)[] | undefined>>;
  output?: Graph['output'];
}

/**
 * A model that answers the sum of a spectrum or the index of its largest point. `t2` is the sum of its squares, and `q`
 * the reciprocal of the root of its sum, which is NaN below zero and Infinity at zero.
 */
function model(options: Options = {}): Uint8Array {
  const { kind = 'REGRESSION', type = 'float32', statistics = [], shape = 'column', batch = 'n' } = options;
  const { statisticType = type, nodes = [], initializer = [], declared = {}, output = [] } = options;
  const isColumn = shape === 'column';
  const column = shape === 'scalar' ? [] : isColumn ? [batch, 1] : [batch];
  const computed = (name: string) => nodes.some(({ output: made }) => String(made) === `of ${name}`);
  const made = (name: string) => (computed(name) ? `of ${name}` : 'X');
  // ReduceSum, Log and Exp would round differently for other numbers of rows.
  const statistic = (name: string): Graph['node'] => [
    ...(name === 'q'
      ? [
          node('MatMul', [made('q'), isColumn ? 'ones' : 'flat ones'], ['q sum']),
          node('Sqrt', ['q sum'], ['q root']),
          node('Reciprocal', ['q root'], [shape === 'scalar' ? 'q reciprocal' : 'q found']),
          ...(shape === 'scalar' ? [node('Squeeze', ['q reciprocal'], ['q found'])] : []),
        ]
      : [
          node(
            'ReduceSumSquare',
            [made(name)],
            [`${name} found`],
            [axes(...(shape === 'scalar' ? [0, 1] : [1])), kept(isColumn)],
          ),
        ]),
    node('Cast', [`${name} found`], [name], [intAttribute('to', statisticType === 'float32' ? 1 : 11)]),
  ];
  const isLabel = kind === 'CLASSIFICATION';
  return onnxFile({
    input: [tensorInfo('X', type, [batch, POINTS])],
    output: [
      isLabel ? tensorInfo('label', 'int64', [batch]) : tensorInfo('y', type, [batch, 1]),
      ...statistics.map(name => tensorInfo(name, statisticType, name in declared ? declared[name] : column)),
      ...(isLabel ? [tensorInfo('scores', type, [batch, POINTS])] : []),
      ...output,
    ],
    node: [
      ...nodes,
      ...(isLabel
        ? [
            node('ArgMax', ['X'], ['label'], [intAttribute('axis', 1), kept(false)]),
            node('Identity', ['X'], ['scores']),
          ]
        : [node('MatMul', ['X', 'ones'], ['y'])]),
      ...statistics.flatMap(statistic),
    ],
    initializer: [
      constant('ones', type, [POINTS, 1], [1, 1, 1]),
      constant('flat ones', type, [POINTS], [1, 1, 1]),
      constant('points', 'int64', [1], [1]),
      constant('all', 'int64', [2], [0, 1]),
      ...initializer,
    ],
  });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
/** What `model` should give. All numbers in the tests are exact in float32, except roots. */
function expected(kind: Kind, statistics: readonly string[], spectra: readonly (readonly number[])[]) {
  const near = (value: number) => (Number.isFinite(value) ? expect.closeTo(value, 5) : value);
  return {
    kind,
    ...(kind === 'REGRESSION'
      ? { values: spectra.map(sum) }
      : { categories: spectra.map(values => String(values.indexOf(Math.max(...values)))) }),
    ...(statistics.includes('t2') && { t2: spectra.map(values => sum(values.map(value => value ** 2))) }),
    ...(statistics.includes('q') && { q: spectra.map(values => near(1 / Math.sqrt(sum(values)))) }),
  };
}
const SPECTRA = [
  [1, 2, 3],
  [-2, 5, -3],
  [-1, 0.5, 0.25],
  [4, 0, 2],
];

/** The next larger float32 of a positive one. */
function nextAfter(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  return new Float32Array(Uint32Array.of((bits[0] ?? 0) + 1).buffer)[0] ?? 0;
}

async function withModel<Result>(file: Uint8Array, use: (model: OpenModel) => Promise<Result>) {
  const opened = await openModel(file);
  return use(opened).finally(() => closeModel(opened));
}
const answer = (file: Uint8Array, spectra: readonly Spectrum[]) =>
  withModel(file, opened => runModel(opened, spectra));

async function refusal(file: Uint8Array): Promise<string> {
  const error: unknown = await inspectModel(file).catch((thrown: unknown) => thrown);
  if (!(error instanceof ModelRefused)) throw new Error('The file was not refused', { cause: error });
  return error.message;
}

async function runTogether(opened: OpenModel, calls: readonly Spectrum[][], together = true) {
  const outcomes: (Outcome | ModelFailed)[] = [];
  await runCalls(opened, calls, together, some => outcomes.push(...some));
  return outcomes;
}

describe('a model may return t2 and q beside its prediction', () => {
  for (const kind of KINDS) {
    for (const statistics of SETS) {
      test(`${kind}, with ${statistics.join(' and ') || 'neither'}, of any type and shape`, async () => {
        for (const type of ['float32', 'float64'] as const) {
          for (const statisticType of ['float32', 'float64'] as const) {
            for (const shape of ['flat', 'column', 'scalar'] as const) {
              for (const batch of ['n', 1] as const) {
                if (shape === 'scalar' && batch === 'n') continue;
                const file = model({ kind, statistics, type, statisticType, shape, batch });
                const inspection = await inspectModel(file);
                expect(inspection).toMatchObject({
                  kind,
                  inputLength: POINTS,
                  rowIndependent: batch === 'n',
                  statistics: { t2: statistics.includes('t2'), q: statistics.includes('q') },
                });
                await withModel(file, async opened => {
                  expect(await runModel(opened, SPECTRA)).toEqual(expected(kind, statistics, SPECTRA));
                  expect(await runModel(opened, [])).toEqual(expected(kind, statistics, []));
                  const calls = [SPECTRA.slice(0, 1), [], SPECTRA.slice(1), SPECTRA];
                  for (const together of [true, false]) {
                    expect(await runTogether(opened, calls, together)).toEqual(
                      calls.map(call => expected(kind, statistics, call)),
                    );
                  }
                });
              }
            }
          }
        }
      });
    }
  }

  test('which do not count as scores, and need not be finite, in any spectrum of the trial', async () => {
    const never = [
      node('Sub', ['X', 'X'], ['zero']),
      node('Div', ['zero', 'zero'], ['of t2']),
      node('Identity', ['of t2'], ['of q']),
    ];
    for (const kind of KINDS) {
      const file = model({ kind, statistics: ['t2', 'q'], nodes: never });
      expect(await inspectModel(file)).toMatchObject({ kind, statistics: { t2: true, q: true } });
      expect(await answer(file, [[1, 2, 3]])).toMatchObject({ t2: [Number.NaN], q: [Number.NaN] });
    }
  });

  test('but an only number is the prediction, whatever its name is', async () => {
    for (const name of ['t2', 'q']) {
      const file = onnxFile({
        input: [tensorInfo('X', 'float32', ['n', POINTS])],
        output: [tensorInfo(name, 'float32', ['n', 1])],
        node: [node('MatMul', ['X', 'w'], [name])],
        initializer: [constant('w', 'float32', [POINTS, 1], [1, 1, 1])],
      });
      const nothing = { t2: false, q: false };
      expect(await inspectModel(file)).toMatchObject({ kind: 'REGRESSION', statistics: nothing });
      expect(await answer(file, [[1, 2, 3]])).toEqual({ kind: 'REGRESSION', values: [6] });
    }
  });

  test('whose names are exact: others are further targets', async () => {
    for (const name of ['T2', 'Q', 'spe', 't2 ', 'hotelling_t2']) {
      expect(await refusal(model({ statistics: [name] }))).toBe(
        `The model has 2 numeric outputs ('y', '${name}') and no label, expected one target: register one model ` +
          "for each target, or name the statistics of applicability 't2' and 'q'.",
      );
    }
  });

  test('and a constant output is none', async () => {
    const limit = node('Constant', [], ['q'], [tensorAttribute('value', constant('', 'float32', [1], [9]))]);
    const file = model({ statistics: ['t2'], nodes: [limit], output: [tensorInfo('q', 'float32', [1])] });
    expect(await inspectModel(file)).toMatchObject({ statistics: { t2: true, q: false } });
    expect(await answer(file, [[1, 2, 3]])).toEqual({ kind: 'REGRESSION', values: [6], t2: [14] });
  });
});

describe('a model whose statistics are not one for each spectrum is refused', () => {
  for (const kind of KINDS) {
    for (const name of ['t2', 'q'] as const) {
      const wide = node('Mul', ['X', 'X'], [name]);
      test(`${kind}, ${name} of several columns`, async () => {
        const file = model({
          kind,
          nodes: [wide],
          output: [tensorInfo(name, 'float32', ['n', POINTS])],
        });
        expect(await refusal(file)).toBe(
          `Output '${name}' gives 3 values for each spectrum, expected one statistic: [n] or [n, 1].`,
        );
      });
      test(`${kind}, ${name} of three dimensions`, async () => {
        const nodes = [
          node('ReduceSum', ['X', 'points'], ['total'], [kept(true)]),
          node('Unsqueeze', ['total', 'points'], [name]),
        ];
        const file = model({ kind, nodes, output: [tensorInfo(name, 'float32', ['n', 1, 1])] });
        expect(await refusal(file)).toBe(`Output '${name}' has the shape [n, 1, 1], expected [n] or [n, 1].`);
      });
      test(`${kind}, one ${name} for a whole batch`, async () => {
        const nodes = [node('ReduceSum', ['X', 'all'], [name], [kept(false)])];
        const file = model({ kind, nodes, output: [tensorInfo(name, 'float32')] });
        expect(await refusal(file)).toBe(
          `A trial run failed. Output '${name}' has the shape [] for 2 spectra, expected [2] or [2, 1].`,
        );
      });
    }
  }

  test('or that has nothing beside them', async () => {
    const file = onnxFile({
      input: [tensorInfo('X', 'float32', ['n', 1])],
      output: [tensorInfo('q', 'float32', ['n', 1]), tensorInfo('t2', 'float32', ['n', 1])],
      node: [node('Neg', ['X'], ['q']), node('Abs', ['X'], ['t2'])],
    });
    expect(await refusal(file)).toBe(
      "The model has the statistics 'q', 't2' and no prediction, expected a further output with one number or " +
        'label for each spectrum.',
    );
  });

  test('or further targets, which are named without the statistics', async () => {
    const file = model({
      statistics: ['t2', 'q'],
      nodes: [node('ReduceMax', ['X'], ['z'], [axes(1)])],
      output: [tensorInfo('z', 'float32', ['n', 1])],
    });
    expect(await refusal(file)).toContain("2 numeric outputs ('y', 'z') and no label");
  });
});

test('a run whose statistics have another length fails, and names the spectrum', async () => {
  for (const kind of KINDS) {
    for (const name of ['t2', 'q'] as const) {
      // Leaves out the rows whose sum is negative.
      const nodes = [
        node('ReduceSum', ['X', 'points'], ['total'], [kept(false)]),
        node('Greater', ['total', 'zero'], ['positive']),
        node('Compress', ['total', 'positive'], [name], [intAttribute('axis', 0)]),
      ];
      const file = model({
        kind,
        nodes,
        initializer: [constant('zero', 'float32', [], [0])],
        output: [tensorInfo(name, 'float32')],
      });
      expect(await inspectModel(file)).toMatchObject({ rowIndependent: false });
      const good = [1, 1, 1];
      await expect(answer(file, [good, good, [-1, -1, -1], good])).rejects.toMatchObject({
        name: 'ModelFailed',
        spectrum: 2,
        message: `Output '${name}' has the shape [3] for 4 spectra, expected [4] or [4, 1]. Spectrum 3 fails alone as well.`,
      });
    }
  }
});

describe('the trial covers each statistic like the prediction:', () => {
  const DEPENDS = /depends on the other spectra of the run \(the statistic .* alone\)/;
  for (const kind of KINDS) {
    for (const [name, other] of [
      ['t2', 'q'],
      ['q', 't2'],
    ] as const) {
      const dependent = (scale: number) =>
        model({
          kind,
          statistics: [name, other],
          nodes: [
            node('ReduceMean', ['X'], ['mean'], [axes(0), kept(true)]),
            node('Sub', ['X', 'mean'], ['centred']),
            node('Mul', ['centred', 'centred'], ['squares']),
            node('Mul', ['squares', 'small'], ['scaled']),
            ...(name === 'q'
              ? [node('Exp', ['scaled'], ['of q'])]
              : [node('Identity', ['scaled'], ['of t2'])]),
          ],
          initializer: [constant('small', 'float32', [], [scale])],
        });
      test(`${kind}, ${name} may not depend on other spectra, however small it is`, async () => {
        for (const scale of [1, 1e-6, 1e9]) {
          if (name === 'q' && scale !== 1) continue;
          expect(await refusal(dependent(scale))).toMatch(DEPENDS);
        }
      });

      test(`${kind}, ${name} may not differ each time`, async () => {
        const file = model({
          kind,
          statistics: [name, other],
          nodes: [
            node('Cast', ['points'], ['training'], [intAttribute('to', 9)]),
            node('Squeeze', ['training'], ['is training']),
            node('Dropout', ['X', '', 'is training'], [`of ${name}`]),
          ],
        });
        expect(await refusal(file)).toMatch(/different answers to the same spectra \(the statistic/);
      });

      test(`${kind}, calls share no runs where ${name} mixes spectra for values that no trial has`, async () => {
        const file = model({
          kind,
          statistics: [name, other],
          nodes: [
            node('ReduceMax', ['X'], ['greatest'], [kept(false)]),
            node('Sub', ['greatest', 'limit'], ['over']),
            node('Clip', ['over', 'zero', 'one'], ['flag']),
            node('Add', ['X', 'flag'], [`of ${name}`]),
          ],
          initializer: ['limit', 'zero', 'one'].map((constantName, i) =>
            constant(constantName, 'float32', [], [[1e9, 0, 1][i] ?? 0]),
          ),
        });
        expect(await inspectModel(file)).toMatchObject({ rowIndependent: false });
      });

      test(`${kind}, calls share no runs where ${name} differs in one bit`, async () => {
        const file = model({ kind, statistics: [name, other] });
        await withModel(file, async opened => {
          expect(await isRowIndependent(opened, file)).toBe(true);
          const { session } = opened;
          const run = session.run.bind(session);
          vi.spyOn(session, 'run').mockImplementation(async (...args: Parameters<typeof run>) => {
            const outputs = await run(...args);
            const data = outputs[name]?.data;
            // The last of 20 rows.
            if (data instanceof Float32Array && data.length === 20) data[19] = nextAfter(data[19] ?? 0);
            return outputs;
          });
          expect(await isRowIndependent(opened, file)).toBe(false);
        });
      });
    }
  }
});

test('calls that share a run get, to the last bit, the statistics that they get alone', async () => {
  const number = fc.double({ min: -1e3, max: 1e3, noNaN: true });
  const call = fc.array(fc.tuple(number, number, number), { maxLength: 8 });
  for (const kind of KINDS) {
    for (const type of ['float32', 'float64'] as const) {
      const file = model({ kind, type, statistics: ['t2', 'q'] });
      expect(await inspectModel(file)).toMatchObject({ rowIndependent: true });
      await withModel(file, opened =>
        fc.assert(
          fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 10 }), async calls => {
            const alone: Outcome[] = [];
            for (const spectra of calls) alone.push(await runModel(opened, spectra));
            expect(await runTogether(opened, calls)).toEqual(alone);
          }),
          { numRuns: 20, seed: 15 },
        ),
      );
    }
  }
});

describe('the server accepts from a host only statistics of the right length', () => {
  const numbers = (...values: number[]) => new Uint8Array(Float64Array.from(values).buffer);
  const replies: readonly Predicted[] = [{ values: 2 }, { categories: ['a', 'b'] }];

  test('of any value, in the order of the calls', () => {
    const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324];
    const found = outcomesOf(
      [{ values: 1, t2: 1, q: 1 }, { categories: ['a', 'b'], q: 2 }, { failed: 'x' }, { values: 1 }],
      numbers(1, Number.NaN, -0, 5e-324, Number.NEGATIVE_INFINITY, 2),
      [1, 2, 1, 1],
    );
    expect(found).toEqual([
      { kind: 'REGRESSION', values: [1], t2: [Number.NaN], q: [-0] },
      { kind: 'CLASSIFICATION', categories: ['a', 'b'], q: [5e-324, Number.NEGATIVE_INFINITY] },
      expect.any(ModelFailed),
      { kind: 'REGRESSION', values: [2] },
    ]);
    for (const value of special) {
      const payload = numbers(1, value);
      expect(outcomesOf([{ values: 1, t2: 1 }], payload, [1])).toEqual([
        { kind: 'REGRESSION', values: [1], t2: [value] },
      ]);
    }
  });

  for (const name of ['t2', 'q'] as const) {
    for (const reply of replies) {
      test(`not ${name} beside ${Object.keys(reply)} that are more, fewer or missing`, () => {
        const stated: unknown[] = [0, 1, 3, -2, 2.5, 1e300, '2', null, [2], {}, true];
        for (const count of stated) {
          const hostile = JSON.parse(JSON.stringify({ ...reply, [name]: count }));
          expect(() => outcomesOf([hostile], numbers(1, 2, 3, 4, 5, 6, 7), [2]), String(count)).toThrow(
            'invalid reply',
          );
        }
        const few = 'values' in reply ? numbers(1, 2, 3) : numbers(1);
        expect(() => outcomesOf([{ ...reply, [name]: 2 }], few, [2])).toThrow('invalid reply');
      });
    }
  }
});
