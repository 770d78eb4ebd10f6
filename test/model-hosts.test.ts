import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type ModelLimits, type Models, startModels } from '../src/onnx/models.ts';
import { HOST } from '../src/onnx/sandbox.ts';
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
  startService,
  startServiceForTest,
} from './harness.ts';
import { column, hosts, hostsFromNow, isThere, toBeIdle, toCompute } from './host-processes.ts';
import {
  fillingRegression,
  linearRegression,
  loopingRegression,
  registered,
  ringOfBranches,
  slowRegression,
  writeModel,
} from './onnx-files.ts';

let service: Service;
let lab: Lab;
let key: { rawKey: string };

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
});
afterAll(() => service.close());

const deploySlow = async (rounds: number) =>
  (await deploy(service, lab.owner, slowRegression(rounds), `Slow ${rounds}`)).deploymentId;

/** A model whose runs take as many rounds as the spectrum holds, of some 1.4 µs each. */
const deployLooping = async () =>
  (await deploy(service, lab.owner, loopingRegression(), 'Looping')).deploymentId;
const rounds = (greatest: number) => [{ sampleName: 'a', yValues: [1, greatest] }];
const ENDLESS = 1e15;

/** The mean of two points. */
const MEAN = linearRegression({ weights: [0.5, 0.5] });

const call = (deploymentId: string, spectra = [{ sampleName: 'a', yValues: [1, 3] }], on = service) =>
  on.call(PREDICT, { deploymentId, spectra }, key);

const usageOf = async (deploymentId: string) =>
  (
    await service.ask(
      'query Usage($id: ID!) { deployment(id: $id) { usage { predictions } } }',
      { id: deploymentId },
      lab.owner,
    )
  ).deployment?.usage.predictions;

/** Waits until a process has ended and this process has received the event: then no signal reaches it. */
const toEnd = (pids: number[]) => expect.poll(() => pids.filter(isThere)).toEqual([]);

/** Models without a server, which all have one file. */
function modelsOf(onnx: Uint8Array, limits: ModelLimits = {}): Models & { loads: string[] } {
  const loads: string[] = [];
  const models = startModels({
    load: async modelId => {
      loads.push(modelId);
      return registered(onnx);
    },
    onNotStarted: () => undefined,
    limits,
  });
  onTestFinished(models.close);
  return { ...models, loads };
}

const modelOf = (tenantId: string, id: string = tenantId) => ({
  id,
  tenant: { id: tenantId, reserved: true },
  rowIndependent: false,
});

const REGISTER = 'mutation Register($input: RegisterModelInput!) { registerModel(input: $input) { id } }';

const register = (onnx: Uint8Array, on = service) =>
  on.call(
    REGISTER,
    {
      input: {
        projectId: lab.owner.projectId,
        name: 'Tried',
        targetProperty: 'patience',
        onnx: Buffer.from(onnx).toString('base64'),
      },
    },
    lab.owner,
  );

const refused = (reason: unknown) =>
  expect(reason).toMatchObject({ extensions: { code: codes.UNAVAILABLE } });

test('a slow model answers correctly, and delays neither the server nor a fast model', async () => {
  const slow = await deployLooping();
  await call(lab.deploymentId, gasoline());
  let answered = false;
  const waiting = call(slow, rounds(400_000)).finally(() => {
    answered = true;
  });
  const delays: number[] = [];
  while (!answered) {
    const started = performance.now();
    const answer = await call(lab.deploymentId, gasoline());
    expect(answer.status).toBe(200);
    delays.push(performance.now() - started);
  }
  const answer = await waiting;
  expect(answer.data?.predict.predictions).toEqual([{ sampleName: 'a', value: 200_000.5, category: null }]);
  // It ran meanwhile, and the others did not wait for its end.
  expect(delays.length).toBeGreaterThan(5);
  expect(delays.toSorted((a, b) => a - b)[Math.floor(delays.length / 2)]).toBeLessThan(200);
});

test('a run that takes too long is ended, costs nothing, and ends no later call with it', async () => {
  const slow = await deployLooping();
  const shortDeadline = await startServiceForTest({
    databaseUrl: service.databaseUrl,
    modelLimits: { runMs: 1500 },
  });
  const [endless, after] = await Promise.all([
    call(slow, rounds(ENDLESS), shortDeadline),
    call(slow, rounds(3), shortDeadline),
  ]);
  expect(endless).toMatchObject(refusal(codes.MODEL_FAILED));
  expect(shortDeadline.log.join('')).toContain('took longer than 1.5 s');
  expect(after.status).toBe(200);
  expect(await usageOf(slow)).toBe(1);
});

test('a host that dies during a call costs no call: all run again on another one', async () => {
  const slow = await deployLooping();
  const dying = call(slow, rounds(2_000_000));
  const pid = await toCompute(hosts);
  const waiting = [call(slow), call(slow)];
  process.kill(pid, 'SIGKILL');
  expect((await Promise.all([dying, ...waiting])).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await usageOf(slow)).toBe(3);
});

for (const [how, handlerMs] of [
  ['whose client has hung up', 60_000],
  ['that was answered 503', 2500],
] as const) {
  test(`a waiting call ${how} is dropped: it neither runs nor is charged`, async () => {
    const slow = await deployLooping();
    const other = await startServiceForTest({
      databaseUrl: service.databaseUrl,
      httpLimits: { handlerMs },
      modelLimits: { hosts: 1 },
      metrics: true,
    });
    const closing = new AbortController();
    const ask = () =>
      fetch(`${other.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Api-Key ${key.rawKey}` },
        body: JSON.stringify({
          query: PREDICT,
          variables: { deploymentId: slow, spectra: rounds(2_500_000) },
        }),
        signal: closing.signal,
      });
    const waitingCalls = async () => {
      const metrics = await (await fetch(other.metricsUrl ?? '')).text();
      return Number(/^spectrakey_batch_waiting\{batch="model"\} (\d+)$/m.exec(metrics)?.[1]);
    };
    const calls = [ask()];
    await toCompute(hosts);
    calls.push(...Array.from({ length: 40 }, ask));
    const ends = Promise.allSettled(calls);
    await expect.poll(waitingCalls).toBe(40);
    if (handlerMs > 10_000) closing.abort();
    await ends;
    await expect.poll(async () => (await call(slow, undefined, other)).status, { timeout: 20_000 }).toBe(200);
    // The one that ran, and the last.
    expect(await usageOf(slow)).toBe(2);
  });
}

test('a host that died while it was idle costs no call', async () => {
  const slow = await deploySlow(1);
  const started = hostsFromNow();
  await call(slow);
  // Their end may not be noticed yet.
  for (const pid of started()) process.kill(pid, 'SIGKILL');
  expect((await call(slow)).status).toBe(200);
  const later = started();
  for (const pid of later) process.kill(pid, 'SIGKILL');
  await toEnd(later);
  expect((await call(slow)).status).toBe(200);
});

test('a file is loaded once for all calls that wait for its host', async () => {
  const { run, loads } = modelsOf(MEAN);
  await Promise.all(Array.from({ length: 20 }, () => run(modelOf('a'), [[1, 3]])));
  expect(loads).toEqual(['a']);
});

test('an organization with too many waiting calls gets 503 for the rest, and others get none', async () => {
  const { run } = modelsOf(MEAN);
  const answers = Promise.allSettled(Array.from({ length: 1200 }, () => run(modelOf('a'), [[1, 3]])));
  expect(await run(modelOf('b'), [[1, 3]])).toMatchObject({ kind: 'REGRESSION' });
  const shed = (await answers).filter(answer => answer.status === 'rejected');
  expect(shed.length).toBe(200);
  for (const { reason } of shed) refused(reason);
});

test('more organizations than there are hosts are answered in turn, no two of them by one host', async () => {
  const started = hostsFromNow();
  const { run } = modelsOf(MEAN, { hosts: 3 });
  for (let i = 0; i < 6; i++) {
    expect(await run(modelOf(String(i)), [[1, 3]])).toMatchObject({ values: [2] });
  }
  const all = await Promise.all(Array.from({ length: 12 }, (_, i) => run(modelOf(String(i)), [[2, 4]])));
  for (const outcome of all) expect(outcome).toMatchObject({ values: [3] });
  await expect.poll(() => started().length).toBeLessThanOrEqual(4);
});

test('a slow model of an organization does not block its fast one when no other organization waits', async () => {
  const files: Record<string, Uint8Array> = { slow: loopingRegression(), fast: MEAN };
  const models = startModels({ load: async id => registered(files[id] ?? MEAN), onNotStarted: () => {} });
  onTestFinished(models.close);
  let isOver = false;
  const slow = models.run(modelOf('a', 'slow'), [[1, 2_000_000]]).finally(() => {
    isOver = true;
  });
  expect(await models.run(modelOf('a', 'fast'), [[1, 3]])).toMatchObject({ values: [2] });
  expect(isOver).toBe(false);
  await slow;
});

test('the first call of an organization takes the spare host: it does not wait for one to start', async () => {
  const started = hostsFromNow();
  const { run } = modelsOf(MEAN);
  await expect.poll(() => started().length).toBe(1);
  const first = started();
  await expect.poll(() => column('-o', 'stat=', '-p', String(first[0])).join()).toMatch(/^S/);
  await run(modelOf('a'), [[1, 3]]);
  expect(started()).toEqual(expect.arrayContaining(first));
});

test('an organization’s first call takes under 150 ms, in the median of five: a spare host is ready', {
  timeout: 60_000,
}, async () => {
  const own = await startServiceForTest({ databaseUrl: service.databaseUrl });
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const { owner, deploymentId } = await openLab(own, 'PRO', `First ${i}`);
    const as = await createKey(own, owner, { deploymentId });
    await toBeIdle(hosts);
    const started = performance.now();
    expect((await own.call(PREDICT, { deploymentId, spectra: gasoline() }, as)).status).toBe(200);
    times.push(performance.now() - started);
  }
  expect(times.toSorted((a, b) => a - b)[2], times.join()).toBeLessThan(150);
});

for (const together of [false, true]) {
  for (const endless of [[0], [3], [5], [1, 4], [0, 1, 2, 3, 4, 5]]) {
    test(`calls ${endless.join()} of six in one frame take too long${together ? ', in one run' : ''}: the others run again once`, async () => {
      const frames: number[] = [];
      const models = startModels({
        load: async () => registered(loopingRegression()),
        onNotStarted: () => undefined,
        limits: { runMs: 500 },
        batchMetrics: { waiting: 0, onBatch: size => frames.push(size) },
      });
      onTestFinished(models.close);
      const model = { ...modelOf('a'), rowIndependent: together };
      await models.run(model, [[1, 3]]);
      frames.length = 0;
      const calls = Array.from({ length: 6 }, (_, i) => [1, endless.includes(i) ? ENDLESS : 2 + i]);
      const ends = await Promise.allSettled(calls.map(spectrum => models.run(model, [spectrum])));
      for (const [i, end] of ends.entries()) {
        if (!endless.includes(i)) expect(end).toMatchObject({ value: { values: [(3 + i) / 2] } });
        else expect(end).toMatchObject({ reason: { name: 'ModelFailed', endedHost: true } });
      }
      const [first, ...again] = frames;
      expect(first).toBe(6);
      // Each alone, and those that were answered before not again: if all others were, the last one was alone in the run
      // that took too long, and is not repeated.
      expect(again.filter(size => size !== 1)).toEqual([]);
      expect(again.length).toBeGreaterThanOrEqual(endless.length - 1);
      expect(again.length).toBeLessThanOrEqual(6);
    });
  }
}

test('a host that cannot start makes the service unavailable, and the failure is logged', async () => {
  const slow = await deploySlow(1);
  const cramped = await startServiceForTest({
    databaseUrl: service.databaseUrl,
    modelLimits: { bytesPerHost: -700e6 },
  });
  expect(await call(slow, undefined, cramped)).toMatchObject(refusal(codes.UNAVAILABLE));
  expect(await register(slowRegression(1), cramped)).toMatchObject(refusal(codes.UNAVAILABLE));
  expect(cramped.log.join('')).toContain('a model host could not be started');
  expect(cramped.log.join('')).not.toContain('a model failed');
});

for (const [what, onnx, endless] of [
  ['rounds', loopingRegression(), ENDLESS],
  ['branches', ringOfBranches(), 9],
] as const) {
  test(`a model whose ${what} are endless for some spectra is cut off, and the server answers meanwhile`, async () => {
    const { deploymentId } = await deploy(service, lab.owner, onnx, `Endless ${what}`);
    const shortDeadline = await startServiceForTest({
      databaseUrl: service.databaseUrl,
      modelLimits: { runMs: 1500 },
    });
    const ask = (greatest: number) =>
      call(deploymentId, [{ sampleName: 'a', yValues: [greatest, 1] }], shortDeadline);
    expect((await ask(1)).status).toBe(200);
    let cut = false;
    const endlessly = ask(endless).finally(() => {
      cut = true;
    });
    let calls = 0;
    for (; !cut; calls++) expect((await call(lab.deploymentId, gasoline(), shortDeadline)).status).toBe(200);
    expect(await endlessly).toMatchObject(refusal(codes.MODEL_FAILED));
    expect(shortDeadline.log.join('')).toContain('took longer than 1.5 s');
    expect(calls).toBeGreaterThan(5);
    expect((await ask(1)).status).toBe(200);
  });
}

test('a model that needs more memory than a process may have is refused or fails, and the server continues', async () => {
  const numbers = 800_000_000;
  const answer = await register(fillingRegression(numbers));
  expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
  expect(answer.errors[0]?.message).toBe(
    'A trial run failed. The model needs more memory than it may use for 1 spectrum.',
  );
  const { deploymentId } = await deploy(service, lab.owner, fillingRegression(), 'Filling');
  const ask = (greatest: number) => call(deploymentId, [{ sampleName: 'a', yValues: [greatest, 1] }]);
  expect((await ask(1)).status).toBe(200);
  expect(await ask(numbers)).toMatchObject(refusal(codes.MODEL_FAILED));
  expect(service.log.join('')).toContain('The model needs more memory than it may use for 1 spectrum.');
  expect((await ask(1)).status).toBe(200);
});

test('a file whose trial takes too long is refused with an explanation, and the server answers meanwhile', async () => {
  const shortDeadline = await startServiceForTest({
    databaseUrl: service.databaseUrl,
    modelLimits: { trialMs: 1500 },
  });
  let answered = false;
  const registering = register(slowRegression(2000), shortDeadline).finally(() => {
    answered = true;
  });
  let calls = 0;
  while (!answered) {
    expect((await call(lab.deploymentId, gasoline(), shortDeadline)).status).toBe(200);
    calls += 1;
  }
  expect(await registering).toMatchObject(refusal(codes.BAD_USER_INPUT));
  expect((await registering).errors[0]?.message).toBe(
    'A trial run failed. The model took longer than 1.5 s.',
  );
  expect(calls).toBeGreaterThan(5);
});

test('a model host has nothing of the environment, which holds the secrets of the server', async () => {
  vi.stubEnv('DATABASE_URL', 'postgres://lab:planted@db.example/lab');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const environmentOf = (pid = 0) => column('eww', '-o', 'command=', '-p', String(pid)).join();
  const started = hostsFromNow();
  await modelsOf(slowRegression(1)).run(modelOf('a'), [[1, 3]]);
  const [pid] = started();
  expect(environmentOf(pid)).toContain(HOST);
  expect(environmentOf(pid)).not.toMatch(/planted|HOME=/);

  // Otherwise the machine shows no environment, and this proves nothing.
  const probe = spawn(process.execPath, ['--eval', 'process.stdin.resume()']);
  onTestFinished(() => void probe.kill());
  await once(probe, 'spawn');
  expect(environmentOf(probe.pid)).toContain('planted');
});

test('a server stops although one of its model hosts was killed while it was idle', async () => {
  const started = hostsFromNow();
  const { run, close } = modelsOf(slowRegression(1));
  await run(modelOf('a'), [[1, 3]]);
  const idle = started();
  expect(idle.length).toBeGreaterThan(0);
  for (const pid of idle) process.kill(pid, 'SIGKILL');
  await toEnd(idle);
  await close();
});

test('no host outlives its server, whatever it does', async () => {
  const started = hostsFromNow();
  const { run, inspect, close } = modelsOf(slowRegression(2000));
  const { tenant } = modelOf('a');
  const busy = [
    run(modelOf('a'), [[1, 3]]),
    run(modelOf('a'), [[1, 3]]),
    inspect(tenant, await writeModel(slowRegression(2000))),
  ];
  const ends = Promise.allSettled(busy);
  await toCompute(started);
  const starting = Promise.allSettled([run(modelOf('b'), [[1, 3]])]);
  const before = performance.now();
  await close();
  expect(performance.now() - before).toBeLessThan(3000);
  await expect.poll(started).toEqual([]);
  for (const end of [...(await ends), ...(await starting)]) refused(end.status === 'rejected' && end.reason);
  await expect(run(modelOf('a'), [[1, 3]])).rejects.toMatchObject({
    extensions: { code: codes.UNAVAILABLE },
  });
  expect(started()).toEqual([]);
});

test('and no host outlives a server that was killed, even while it computes', async () => {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url));
  const script = `
    import { startModels } from ${url('../src/onnx/models.ts')};
    import { loopingRegression, registered } from ${url('./onnx-files.ts')};
    const { run } = startModels({ load: async () => registered(loopingRegression()), onNotStarted: () => {} });
    const model = { id: 'a', tenant: { id: 'a', reserved: true }, rowIndependent: false };
    await run(model, [[1, 3]]);
    console.log('open');
    await run(model, [[1, 1e15]]);`;
  const server = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(server.stdout, 'data');
  const children = () => column('-o', 'pid=', '--ppid', String(server.pid)).map(Number);
  const pid = await toCompute(children);
  server.kill('SIGKILL');
  // Ended, or only not yet collected by the machine's first process, which inherits it.
  await expect
    .poll(() => column('-o', 'stat=', '-p', String(pid)).join(), { timeout: 20_000 })
    .toMatch(/^(Z.*)?$/);
});
