import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { fairLimiter } from '../src/concurrency/fair-limiter.ts';
import { startHostPool } from '../src/onnx/host-pool.ts';
import { divideMemory, startHosts } from '../src/onnx/hosts.ts';
import { type ModelLimits, startModels } from '../src/onnx/models.ts';
import { codes, createKey, deploy, openLab, PREDICT, signUp, startServiceForTest } from './harness.ts';
import { linearRegression, loopingRegression, registered, slowRegression, writeModel } from './onnx-files.ts';

const ENDLESS = 1e15;
/** A run of about half a second on an idle machine: longer than the time after which it may be preempted. */
const LONG = 400_000;
const MEAN = linearRegression({ weights: [0.5, 0.5] });

/** Models without a server: `slow…` loop for the number of rounds in the spectrum, the others compute a mean. */
function modelsOf(limits: ModelLimits) {
  const models = startModels({
    load: async id => registered(id.startsWith('slow') ? loopingRegression() : MEAN),
    onNotStarted: () => undefined,
    limits,
  });
  onTestFinished(models.close);
  return models;
}

const model = (tenantId: string, { reserved = false, slow = false } = {}) => ({
  id: `${slow ? 'slow' : 'fast'} ${tenantId}`,
  tenant: { id: tenantId, reserved },
  rowIndependent: false,
});

/** Calls `ask` this many times in sequence. @returns the time of each call in milliseconds. */
async function timesOf(ask: () => Promise<unknown>, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await ask();
    times.push(performance.now() - started);
  }
  return times;
}

const greatest = (times: number[]) => Math.max(...times);

for (const accounts of [1, 50]) {
  test(`endless models of ${accounts} accounts without a plan delay no call of an organization on a plan`, async () => {
    const models = modelsOf({ hosts: 4, runMs: 4000 });
    const honest = model('honest', { reserved: true });
    await models.run(honest, [[1, 3]]);
    const endless = Array.from({ length: 2 * Math.max(accounts, 12) }, (_, i) =>
      models.run(model(`attacker ${i % accounts}`, { slow: true }), [[1, ENDLESS]]),
    );
    const ends = Promise.allSettled(endless);
    expect(greatest(await timesOf(() => models.run(honest, [[1, 3]]), 50))).toBeLessThan(250);
    await models.close();
    await ends;
  });
}

test('endless models of an account are preempted by another account without a plan after 0.2 s', async () => {
  const models = modelsOf({ hosts: 2, runMs: 20_000 });
  const ends = Promise.allSettled(
    Array.from({ length: 10 }, () => models.run(model('attacker', { slow: true }), [[1, ENDLESS]])),
  );
  const [first = 0] = await timesOf(() => models.run(model('honest'), [[1, 3]]), 1);
  expect(first).toBeLessThan(4000);
  await models.close();
  await ends;
});

test('a call is not preempted because its host took long to start', async () => {
  const hosts = startHosts({
    ...divideMemory(undefined),
    count: 2,
    uids: undefined,
    onNotStarted: () => undefined,
  });
  let taken = 0;
  const pool = startHostPool({
    hosts: {
      ...hosts,
      async take(tenant) {
        taken += 1;
        if (taken > 1) await delay(1000);
        return await hosts.take(tenant);
      },
    },
    async load(id) {
      await delay(60);
      return registered(id.startsWith('slow') ? loopingRegression() : MEAN);
    },
    onRowIndependence: () => undefined,
    runMs: 20_000,
  });
  onTestFinished(async () => {
    await Promise.all([pool.close(), hosts.close()]);
  });
  const ends = Promise.allSettled(
    Array.from({ length: 2 }, () => pool.run(model('attacker', { slow: true }), [[1, ENDLESS]])),
  );
  const [first = 0] = await timesOf(() => pool.run(model('honest'), [[1, 3]]), 1);
  expect(first).toBeLessThan(4000);
  await pool.close();
  await ends;
});

for (const rowIndependent of [false, true]) {
  test(`a frame of endless calls ${rowIndependent ? 'that share runs ' : ''}can be preempted at each of its runs`, async () => {
    const runMs = 2500;
    const models = modelsOf({ hosts: 2, runMs });
    const attacker = { ...model('attacker', { slow: true }), rowIndependent };
    const spectra = Array.from({ length: 16 }, () => [1, ENDLESS]);
    const ends = Promise.allSettled(Array.from({ length: 32 }, () => models.run(attacker, spectra)));
    const times = await timesOf(async () => {
      await models.run(model('honest'), [[1, 3]]);
      // The attacker's next frame is sent before the next call arrives.
      for (let i = 0; i < 5; i++) await immediate();
    }, 6);
    // A preempted call runs until its deadline when it runs again; the next one is preempted again.
    expect(times.filter(ms => ms > 0.9 * runMs).length).toBeLessThan(5);
    await models.close();
    await ends;
  });
}

test('a long run is preempted at most once, and then finishes', async () => {
  const models = modelsOf({ hosts: 2 });
  let isOver = false;
  const long = models.run(model('slow one', { slow: true }), [[1, 2 * LONG]]).finally(() => {
    isOver = true;
  });
  let others = 0;
  for (; !isOver; others++) await models.run(model(`other ${others % 20}`), [[1, 3]]);
  expect(await long).toMatchObject({ values: [(2 * LONG + 1) / 2] });
  expect(others).toBeGreaterThan(0);
});

test('among waiting organizations the one with the least usage runs first', async () => {
  const models = modelsOf({ hosts: 2 });
  await models.run(model('heavy', { slow: true }), [[1, LONG]]);
  await models.run(model('light'), [[1, 3]]);
  const order: string[] = [];
  const ask = (name: string, run: Promise<unknown>) => run.then(() => order.push(name));
  const busy = models.run(model('busy', { slow: true }), [[1, 100_000]]);
  await Promise.all([
    ask('heavy', models.run(model('heavy', { slow: true }), [[1, 10]])),
    ask('light', models.run(model('light'), [[1, 3]])),
    ask('new', models.run(model('new'), [[1, 3]])),
    busy,
  ]);
  expect(order).toEqual(['new', 'light', 'heavy']);
});

for (const accounts of [1, 50]) {
  test(`slow trials of ${accounts} accounts without a plan do not prevent an organization on a plan from registering`, async () => {
    const models = modelsOf({ trialMs: 2000 });
    const attackers = Array.from({ length: accounts }, (_, i) => model(`attacker ${i}`).tenant);
    const slow = await writeModel(slowRegression(2000));
    const ends = Promise.allSettled(
      [...attackers, ...attackers, ...attackers].map(tenant => models.inspect(tenant, slow)),
    );
    const fast = await writeModel(MEAN);
    const honest = model('honest', { reserved: true }).tenant;
    const [took = 0] = await timesOf(() => models.inspect(honest, fast), 1);
    expect(took).toBeLessThan(2000);
    await models.close();
    await ends;
  });
}

test('three accounts that fill the queue lose their newest calls to 50 others', async () => {
  const models = modelsOf({ hosts: 2, runMs: 20_000 });
  const refused = { attackers: 0, honest: 0 };
  const ask = (group: keyof typeof refused, name: string) =>
    models.run(model(name, { slow: group === 'attackers' }), [[1, ENDLESS]]).catch(() => {
      refused[group] += 1;
    });
  const calls = Array.from({ length: 3000 }, (_, i) => ask('attackers', `attacker ${i % 3}`));
  const honest = () => Array.from({ length: 50 }, (_, i) => ask('honest', `honest ${i}`));
  calls.push(...honest(), ...honest());
  await immediate();
  // Half of 5000 may wait.
  expect(refused).toEqual({ attackers: 600, honest: 0 });
  await models.close();
  await Promise.all(calls);
});

test('three accounts that fill the queue of trials lose their newest to 47 others', async () => {
  const limit = fairLimiter({ concurrency: 2, maxWaiting: { perTenant: 20, total: 100 } });
  const tenant = (id: string) => ({ id, reserved: false });
  const hold = Promise.withResolvers<void>();
  const tried: string[] = [];
  const attempt = (name: string) =>
    limit(tenant(name), async () => {
      await hold.promise;
      tried.push(name);
    });
  const attackers = Promise.allSettled(Array.from({ length: 60 }, (_, i) => attempt(`attacker ${i % 3}`)));
  const honest = Promise.all(Array.from({ length: 47 }, (_, i) => attempt(`honest ${i}`)));
  const late = attempt('late');
  await expect(late).rejects.toMatchObject({ extensions: { code: codes.UNAVAILABLE } });
  hold.resolve();
  await Promise.all([attackers, honest]);
  // The running one, and the oldest waiting one of each account.
  expect(tried.filter(name => name.startsWith('attacker'))).toHaveLength(4);
  expect(tried.filter(name => name.startsWith('honest'))).toHaveLength(47);
});

test('a waiting trial whose request has ended does not start', async () => {
  const models = modelsOf({ trialMs: 2000 });
  const { tenant } = model('a');
  const [slow, mean] = await Promise.all([writeModel(slowRegression(2000)), writeModel(MEAN)]);
  const first = models.inspect(tenant, slow).catch(error => error);
  let isOver = false;
  const late = models.inspect(tenant, mean, () => isOver);
  const wanted = models.inspect(tenant, mean, () => false);
  isOver = true;
  await expect(late).rejects.toMatchObject({ extensions: { code: codes.UNAVAILABLE } });
  expect(await wanted).toMatchObject({ inputLength: 2 });
  expect(await first).toMatchObject({ message: expect.stringContaining('took longer') });
});

test('over HTTP: 24 endless calls of a stranger cost another tenant’s calls nothing', async () => {
  const service = await startServiceForTest({ modelLimits: { runMs: 1500 } });
  const lab = await openLab(service);
  const { deploymentId } = await deploy(service, lab.owner, MEAN, 'Mean');
  const key = await createKey(service, lab.owner, { deploymentId });
  const stranger = await signUp(service, 'Stranger');
  const hostile = await deploy(service, stranger, loopingRegression(), 'Endless');
  const endless = Promise.all(
    Array.from({ length: 24 }, () =>
      service.call(
        PREDICT,
        { deploymentId: hostile.deploymentId, spectra: [{ sampleName: 'a', yValues: [1, ENDLESS] }] },
        stranger,
      ),
    ),
  );
  const ask = async () => {
    const spectra = [{ sampleName: 'a', yValues: [1, 3] }];
    expect((await service.call(PREDICT, { deploymentId, spectra }, key)).status).toBe(200);
  };
  await timesOf(ask, 50);
  for (const { code } of await endless) expect(code).toBe(codes.MODEL_FAILED);
});
