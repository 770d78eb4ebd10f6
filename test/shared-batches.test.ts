import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { batched } from '../src/database/batch.ts';
import {
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
import { constant, linearRegression, node, onnxFile, tensorInfo } from './onnx-files.ts';

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

const axes = (...values: number[]) => [
  { name: 'axes', ints: values, type: 7 },
  { name: 'keepdims', i: 1, type: 2 },
];

test('calls at once get to the last bit what each gets alone', async () => {
  const spectra = spectraOf('gasoline-test.csv').map(({ yValues }) => yValues);
  const alone: unknown[] = [];
  for (const yValues of spectra) alone.push(await predicted(lab.deploymentId, yValues));
  expect(new Set(alone).size).toBe(spectra.length);
  const many = Array.from({ length: 10 }, () => spectra).flat();
  const together = await Promise.all(many.map(yValues => predicted(lab.deploymentId, yValues)));
  expect(together).toEqual(Array.from({ length: 10 }, () => alone).flat());
});

test('a model that looks at the whole batch never sees two calls in one', async () => {
  // Twice the mean of the spectrum, less the mean of all spectra of the run: alone, the mean of the spectrum.
  const centring = onnxFile({
    input: [tensorInfo('X', 'float32', ['n', 2])],
    output: [tensorInfo('variable', 'float32', ['n', 1])],
    initializer: [constant('two', 'float32', [1], [2])],
    node: [
      node('ReduceMean', ['X'], ['mean'], axes(1)),
      node('ReduceMean', ['X'], ['all'], axes(0, 1)),
      node('Mul', ['mean', 'two'], ['doubled']),
      node('Sub', ['doubled', 'all'], ['variable']),
    ],
  });
  const deploymentId = await deployFile(centring, 'Centring');
  const inputs = Array.from({ length: 40 }, (_, i) => i);
  const values = await Promise.all(inputs.map(i => predicted(deploymentId, [i, i])));
  expect(values).toEqual(inputs);
});

test('a spectrum on which the model fails costs the calls beside it nothing', async () => {
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

/** Holds the row in which a deployment's calls are counted, as a server that hangs in the middle would. */
async function holdUsage(deploymentId: string): Promise<() => Promise<void>> {
  const holding = await service.db.startTransaction().execute();
  await holding
    .selectFrom('deploymentUsage')
    .select('month')
    .where('deploymentId', '=', deploymentId)
    .forUpdate()
    .execute();
  return () => holding.rollback().execute();
}

test('a call that waits for a lock delays none that comes after it', async () => {
  const other = await deployFile(linearRegression({ weights: [1] }), 'Other');
  const [{ yValues } = { yValues: [] }] = gasoline();
  await predicted(lab.deploymentId, yValues);
  await predicted(other, [1]);
  const release = await holdUsage(lab.deploymentId);
  const waiting = predicted(lab.deploymentId, yValues);
  await expect
    .poll(async () => {
      const { rows } = await sql`select 1 from pg_stat_activity where wait_event_type = 'Lock'`.execute(
        service.db,
      );
      return rows.length;
    })
    .toBe(1);
  for (let calls = 0; calls < 10; calls++) {
    const started = performance.now();
    expect(await predicted(other, [calls])).toBe(calls);
    expect(performance.now() - started).toBeLessThan(1000);
  }
  await release();
  expect(await waiting).toBeCloseTo(87.941, 3);
});

test('a deployment that stays locked refuses its own calls, and not those that were settled with them', async () => {
  const [locked, other] = [
    await deployFile(linearRegression({ weights: [1] }), 'Locked'),
    await deployFile(linearRegression({ weights: [1] }), 'Beside it'),
  ];
  await predicted(locked, [1]);
  await predicted(other, [1]);
  const release = await holdUsage(locked);
  const ask = (deploymentId: string) =>
    service.call(PREDICT, { deploymentId, spectra: [{ sampleName: 'a', yValues: [1] }] }, key);
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, i) => ({ i, ...(await ask(i % 15 === 5 ? locked : other)) })),
  );
  await release();
  for (const { i, ...answer } of answers) {
    if (i % 15 === 5) expect(answer).toMatchObject(refusal(codes.UNAVAILABLE));
    else expect(answer.status, answer.text).toBe(200);
  }
});

test('calls beyond what may wait are shed with UNAVAILABLE, and those that wait are answered', async () => {
  const first = Promise.withResolvers<void>();
  const batches: number[][] = [];
  const double = batched(
    async (numbers: number[]) => {
      batches.push(numbers);
      if (batches.length === 1) await first.promise;
      return numbers.map(number => 2 * number);
    },
    { most: 2, room: 3 },
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
