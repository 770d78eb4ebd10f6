import { Kysely, PostgresDialect, type RawBuilder, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { down, up } from '../migrations/0051-row-independence.ts';
import { batched } from '../src/concurrency/batcher.ts';
import { startModels } from '../src/onnx/models.ts';
import {
  type Answer,
  codes,
  createKey,
  deploy,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  refusal,
  type Service,
  spectraOf,
  startService,
} from './harness.ts';
import {
  constant,
  intAttribute,
  linearRegression,
  loopingRegression,
  node,
  onnxFile,
  registered,
  ringOfBranches,
  tensorInfo,
} from './onnx-files.ts';

let service: Service;
let lab: Lab;
let key: { rawKey: string };

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service, 'ENTERPRISE');
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
});
afterAll(() => service.close());

const deployFile = async (onnx: Uint8Array, name: string) =>
  (await deploy(service, lab.owner, onnx, name)).deploymentId;

async function predicted(deploymentId: string, yValues: number[]): Promise<number | null | undefined> {
  const answer = await service.call(PREDICT, { deploymentId, spectra: [{ sampleName: 'a', yValues }] }, key);
  expect(answer.status, answer.text).toBe(200);
  return answer.data?.predict.predictions[0]?.value;
}

/** The sum of the spectrum and, where a value is beyond a million, the least sum of the run: alone, twice the sum. */
const mixing = onnxFile({
  input: [tensorInfo('X', 'float32', ['n', 2])],
  output: [tensorInfo('variable', 'float32', ['n', 1])],
  initializer: [
    constant('axis', 'int64', [1], [1]),
    constant('limit', 'float32', [], [1e6]),
    constant('zero', 'float32', [], [0]),
    constant('one', 'float32', [], [1]),
  ],
  node: [
    node('ReduceSum', ['X', 'axis'], ['sum']),
    node('ReduceMax', ['X'], ['greatest'], [intAttribute('keepdims', 0)]),
    node('Sub', ['greatest', 'limit'], ['over']),
    node('Clip', ['over', 'zero', 'one'], ['flag']),
    node('ReduceMin', ['sum'], ['least'], [intAttribute('keepdims', 0)]),
    node('Mul', ['least', 'flag'], ['leak']),
    node('Add', ['sum', 'leak'], ['variable']),
  ],
});

test('calls at once get, to the last bit, the same as alone', async () => {
  const spectra = spectraOf('gasoline-test.csv').map(({ yValues }) => yValues);
  const alone: unknown[] = [];
  for (const yValues of spectra) alone.push(await predicted(lab.deploymentId, yValues));
  expect(new Set(alone).size).toBe(spectra.length);
  const many = Array.from({ length: 10 }, () => spectra).flat();
  const together = await Promise.all(many.map(yValues => predicted(lab.deploymentId, yValues)));
  expect(together).toEqual(Array.from({ length: 10 }, () => alone).flat());
});

test('a model that mixes spectra for values outside its trial never gets two calls in one run', async () => {
  const deploymentId = await deployFile(mixing, 'Mixing');
  const inputs = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? i : i * 2 ** 20));
  const values = await Promise.all(inputs.map(i => predicted(deploymentId, [i, 0])));
  expect(values).toEqual(inputs.map(i => (i > 1e6 ? 2 * i : i)));
});

test('a spectrum on which the model fails does not affect the calls beside it', async () => {
  const logarithm = onnxFile({
    input: [tensorInfo('X', 'float32', ['n', 1])],
    output: [tensorInfo('variable', 'float32', ['n', 1])],
    node: [node('Log', ['X'], ['variable'])],
  });
  const deploymentId = await deployFile(logarithm, 'Logarithm');
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      service.call(
        PREDICT,
        { deploymentId, spectra: [{ sampleName: 'a', yValues: [i % 10 === 5 ? -1 : 1] }] },
        key,
      ),
    ),
  );
  for (const [i, answer] of answers.entries()) {
    if (i % 10 === 5) expect(answer).toMatchObject(refusal(codes.MODEL_FAILED));
    else expect(answer.data?.predict.predictions[0]?.value).toBe(0);
  }
});

test('the deadline counts for each run of a frame whose calls share runs', async () => {
  const loads: string[] = [];
  const models = startModels({
    load: async id => {
      loads.push(id);
      return registered(loopingRegression());
    },
    onNotStarted: () => undefined,
    limits: { runMs: 3000 },
  });
  onTestFinished(models.close);
  const model = { id: 'a', tenant: { id: 'a', reserved: true }, rowIndependent: true };
  // Two calls share a run of about half a second, and all of them are one frame.
  const spectra = Array.from({ length: 16 }, () => [1, 250_000]);
  const outcomes = await Promise.all(Array.from({ length: 24 }, () => models.run(model, spectra)));
  for (const outcome of outcomes) expect(outcome).toMatchObject({ values: spectra.map(() => 125_000.5) });
  // A host that was killed would have to load it again.
  expect(loads).toEqual(['a']);
}, 60_000);

test('a model that was registered before calls shared runs gets that trial once, when it is opened next', async () => {
  const pool = new pg.Pool({ connectionString: service.databaseUrl, max: 1 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  onTestFinished(() => db.destroy());
  const expected = [
    [await deployFile(linearRegression({ weights: [1, 1] }), 'Old linear'), true],
    [await deployFile(mixing, 'Old mixing'), false],
  ] as const;
  await down(db);
  await sql`update models set row_independent = false`.execute(db);
  await up(db);
  const stateOf = async (deploymentId: string) =>
    (
      await service.db
        .selectFrom('deployments')
        .innerJoin('models', 'models.id', 'deployments.modelId')
        .select('rowIndependent')
        .where('deployments.id', '=', deploymentId)
        .executeTakeFirstOrThrow()
    ).rowIndependent;
  for (const [deploymentId, isShared] of expected) {
    expect(await stateOf(deploymentId)).toBeNull();
    const inputs = Array.from({ length: 20 }, (_, i) => i);
    const sums = () => Promise.all(inputs.map(i => predicted(deploymentId, [i, 1])));
    expect(await sums()).toEqual(inputs.map(i => i + 1));
    await expect.poll(() => stateOf(deploymentId)).toBe(isShared);
    expect(await sums()).toEqual(inputs.map(i => i + 1));
  }
});

test('where that trial ends the host, the calls are answered, and the trial is not repeated', async () => {
  const found: [string, boolean][] = [];
  const models = startModels({
    // Endless for an input of the trial.
    load: async () => registered(ringOfBranches(0)),
    onRowIndependence: (...what) => found.push(what),
    onNotStarted: () => undefined,
    limits: { runMs: 1500 },
  });
  onTestFinished(models.close);
  const model = { id: 'a', tenant: { id: 'a', reserved: true }, rowIndependent: null };
  for (let i = 0; i < 2; i++) {
    const answers = await Promise.all(Array.from({ length: 3 }, () => models.run(model, [[-1, 1]])));
    for (const answer of answers) expect(answer).toMatchObject({ values: [1] });
  }
  expect(found).toEqual([['a', false]]);
});

/** Holds rows locked, as a session that hangs in the middle of a change would. */
async function hold(rows: RawBuilder<unknown>): Promise<() => Promise<void>> {
  const holding = await service.db.startTransaction().execute();
  await sql`select from ${rows} for update`.execute(holding);
  return () => holding.rollback().execute();
}

const isWaitingForLock = async () => {
  const { rows } = await sql`select from pg_stat_activity where wait_event_type = 'Lock'`.execute(service.db);
  return rows.length > 0;
};

test('a call that waits for a lock is answered once that is released', async () => {
  const [{ yValues } = { yValues: [] }] = gasoline();
  await predicted(lab.deploymentId, yValues);
  const release = await hold(sql`deployment_usage where deployment_id = ${lab.deploymentId}`);
  const waiting = predicted(lab.deploymentId, yValues);
  await expect.poll(isWaitingForLock).toBe(true);
  await release();
  expect(await waiting).toBeCloseTo(87.941, 3);
});

describe('steady calls', () => {
  const labNamed = async (name: string) => {
    const deploymentId = await deployFile(linearRegression({ weights: [1] }), name);
    return { deploymentId, ...(await createKey(service, lab.owner, { deploymentId })) };
  };

  const ask = (deploymentId: string, as: { rawKey: string }) =>
    service.call(PREDICT, { deploymentId, spectra: [{ sampleName: 'a', yValues: [1] }] }, as);

  test.for<{ what: string; rows: (own: Awaited<ReturnType<typeof labNamed>>) => RawBuilder<unknown> }>([
    { what: 'deployment', rows: own => sql`deployments where id = ${own.deploymentId}` },
    { what: 'key', rows: own => sql`api_keys where id = ${own.id}` },
  ])('wait for no lock on their $what', async ({ what, rows }) => {
    const own = await labNamed(`Locked ${what}`);
    await ask(own.deploymentId, own);
    const release = await hold(rows(own));
    const started = performance.now();
    for (let calls = 0; calls < 20; calls++) expect((await ask(own.deploymentId, own)).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(5000);
    await release();
  });

  test('to locked usage slots are refused, and delay no other calls', async () => {
    const own = await labNamed('Locked slots');
    const beside = (await labNamed('Beside locked slots')).deploymentId;
    for (const deploymentId of [own.deploymentId, beside]) await predicted(deploymentId, [1]);
    const release = await hold(sql`deployment_usage where deployment_id = ${own.deploymentId}`);
    const refused: Promise<Answer>[] = [];
    const started = performance.now();
    // Longer than the lock timeout of a statement, so that queue after queue of them is rejected.
    while (performance.now() - started < 4000) {
      for (let calls = 0; calls < 5; calls++) refused.push(ask(own.deploymentId, own));
      const asked = performance.now();
      expect((await ask(beside, key)).status).toBe(200);
      expect(performance.now() - asked).toBeLessThan(1000);
    }
    const answers = await Promise.all(refused);
    expect(performance.now() - started).toBeLessThan(10_000);
    await release();
    for (const answer of answers) expect(answer).toMatchObject(refusal(codes.UNAVAILABLE));
    expect((await ask(own.deploymentId, own)).status).toBe(200);
  });
});

test("calls beyond the queue's limit are shed with UNAVAILABLE, and those that wait are answered", async () => {
  const first = Promise.withResolvers<void>();
  const batches: number[][] = [];
  const double = batched(
    async (numbers: number[]) => {
      batches.push(numbers);
      if (batches.length === 1) await first.promise;
      return numbers.map(number => 2 * number);
    },
    { maxBatchSize: 2, maxWaiting: 3 },
  );
  const one = double(1);
  await expect.poll(() => batches.length).toBe(1);
  const waiting = [double(2), double(3), double(4)];
  await expect(double(5)).rejects.toMatchObject({ extensions: { code: codes.UNAVAILABLE } });
  first.resolve();
  expect(await Promise.all([one, ...waiting])).toEqual([2, 4, 6, 8]);
  expect(batches).toEqual([[1], [2, 3], [4]]);
  expect(await double(6)).toBe(12);
});
