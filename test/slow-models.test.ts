import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type ModelLimits, type ModelProcesses, startModelProcesses } from '../src/onnx/model-processes.ts';
import { startModels } from '../src/onnx/run-models.ts';
import {
  codes,
  createKey,
  demonstration,
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
import {
  fillingRegression,
  linearRegression,
  loopingRegression,
  ringOfBranches,
  slowRegression,
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

/** A model whose runs take as many rounds as the spectrum asks for, of some 1.4 µs each. */
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

/** The lines that `ps` prints; none where it finds no process, which it calls an error. */
const column = (...args: string[]) => spawnSync('ps', args).stdout.toString().trim().split('\n');

/** The processes that run models for this one. */
function modelProcesses(): number[] {
  return column('-o', 'pid=,args=', '--ppid', String(process.pid))
    .filter(line => line.includes('model-worker'))
    .map(line => Number.parseInt(line, 10));
}

/** Those that were not there yet when it was called. */
function modelProcessesFromNow(): () => number[] {
  const before = new Set(modelProcesses());
  return () => modelProcesses().filter(pid => !before.has(pid));
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits until a process computes. */
const toCompute = (pid: number | undefined) =>
  expect.poll(() => column('-o', 'stat=', '-p', String(pid)).join(), { interval: 20 }).toMatch(/^R/);

/** Waits until a process has ended and this one has been told of it: then no signal reaches it. */
const toEnd = (pids: number[]) => expect.poll(() => pids.filter(isThere)).toEqual([]);

/** Model processes without a server, which all run one file. */
function processesOf(onnx: Uint8Array, limits: ModelLimits = {}): ModelProcesses & { loads: string[] } {
  const loads: string[] = [];
  const processes = startModelProcesses({
    load: async modelId => {
      loads.push(modelId);
      return onnx;
    },
    onNotStarted: () => undefined,
    limits,
  });
  onTestFinished(processes.close);
  return { ...processes, loads };
}

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

test('a slow model answers as it should, and delays neither the server nor a fast model', async () => {
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
  // It ran meanwhile, and none of the others waited for its end.
  expect(delays.length).toBeGreaterThan(5);
  expect(delays.toSorted((a, b) => a - b)[Math.floor(delays.length / 2)]).toBeLessThan(200);
});

test('a run that takes too long is ended, costs nothing, and takes no later call down with it', async () => {
  const slow = await deployLooping();
  const hasty = await startServiceForTest({
    databaseUrl: service.databaseUrl,
    modelLimits: { runMs: 1500 },
  });
  const [endless, after] = await Promise.all([
    call(slow, rounds(ENDLESS), hasty),
    call(slow, rounds(3), hasty),
  ]);
  expect(endless).toMatchObject(refusal(codes.MODEL_FAILED));
  expect(hasty.log.join('')).toContain('took longer than 1.5 s');
  expect(after.status).toBe(200);
  expect(await usageOf(slow)).toBe(1);
});

test('a process that dies under a call fails that call alone; those that wait get another process', async () => {
  const slow = await deployLooping();
  const started = modelProcessesFromNow();
  await call(slow);
  const [pid = 0] = started();
  const dying = call(slow, rounds(ENDLESS));
  await toCompute(pid);
  const waiting = [call(slow), call(slow)];
  process.kill(pid, 'SIGKILL');
  expect(await dying).toMatchObject(refusal(codes.MODEL_FAILED));
  expect(service.log.join('')).toContain('ended the process that ran it');
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
  expect(await usageOf(slow)).toBe(3);
});

test('a process that died while it was idle costs no call', async () => {
  const slow = await deploySlow(1);
  const started = modelProcessesFromNow();
  await call(slow);
  const [first = 0] = started();
  process.kill(first, 'SIGKILL');
  // Its end may not be known yet.
  expect((await call(slow)).status).toBe(200);
  const [second = 0] = started();
  expect(second).not.toBe(first);
  process.kill(second, 'SIGKILL');
  await toEnd([second]);
  expect((await call(slow)).status).toBe(200);
});

test('a file is loaded once for all who wait for its process', async () => {
  const { run, loads } = processesOf(MEAN);
  await Promise.all(Array.from({ length: 20 }, () => run('a', [[1, 3]])));
  expect(loads).toEqual(['a']);
});

test('calls beyond what may wait for a model are shed, and the others answered', async () => {
  const slow = await deploySlow(1);
  const answers = await Promise.all(Array.from({ length: 80 }, () => call(slow)));
  const shed = answers.filter(({ status }) => status !== 200);
  expect(shed.length).toBeGreaterThan(0);
  for (const answer of shed) expect(answer).toMatchObject(refusal(codes.UNAVAILABLE));
  expect(answers.length - shed.length).toBeGreaterThan(50);
  expect((await call(slow)).status).toBe(200);
});

test('more models than there may be processes are answered in turn', async () => {
  const started = modelProcessesFromNow();
  const { run } = processesOf(MEAN);
  const models = Array.from({ length: 12 }, (_, i) => String(i));
  const most: number[] = [];
  const answers = models.map(id => run(id, [[1, 3]]).finally(() => most.push(started().length)));
  for (const answer of answers) expect(await answer).toMatchObject({ values: [2] });
  expect(Math.max(...most)).toBe(8);
  // The first was idle for longest: it has made room, and comes back.
  expect(await run('0', [[2, 4]])).toMatchObject({ values: [3] });
  expect(started().length).toBe(8);
});

test('a process that cannot start is the service being unavailable, and the log says so', async () => {
  const slow = await deploySlow(1);
  const cramped = await startServiceForTest({
    databaseUrl: service.databaseUrl,
    modelLimits: { memoryBytes: 1e6 },
  });
  expect(await call(slow, undefined, cramped)).toMatchObject(refusal(codes.UNAVAILABLE));
  expect(await register(slowRegression(1), cramped)).toMatchObject(refusal(codes.UNAVAILABLE));
  expect(cramped.log.join('')).toContain('a process for models could not be started');
  expect(cramped.log.join('')).not.toContain('a model failed');
  expect((await call(lab.deploymentId, gasoline(), cramped)).status).toBe(200);
});

for (const [what, onnx, endless] of [
  ['rounds', loopingRegression(), ENDLESS],
  ['branches', ringOfBranches(), 9],
] as const) {
  test(`a model whose ${what} are endless for some spectra is cut off, and the server answers meanwhile`, async () => {
    const { deploymentId } = await deploy(service, lab.owner, onnx, `Endless ${what}`);
    const hasty = await startServiceForTest({
      databaseUrl: service.databaseUrl,
      modelLimits: { runMs: 1500 },
    });
    const ask = (greatest: number) =>
      call(deploymentId, [{ sampleName: 'a', yValues: [greatest, 1] }], hasty);
    expect((await ask(1)).status).toBe(200);
    let cut = false;
    const endlessly = ask(endless).finally(() => {
      cut = true;
    });
    let calls = 0;
    for (; !cut; calls++) expect((await call(lab.deploymentId, gasoline(), hasty)).status).toBe(200);
    expect(await endlessly).toMatchObject(refusal(codes.MODEL_FAILED));
    expect(hasty.log.join('')).toContain('took longer than 1.5 s');
    expect(calls).toBeGreaterThan(5);
    expect((await ask(1)).status).toBe(200);
  });
}

test('a model that needs more memory than a process may have is refused, or fails, and the server lives', async () => {
  const numbers = 800_000_000;
  const answer = await register(fillingRegression(numbers));
  expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
  expect(answer.errors[0]?.message).toBe(
    'A trial run failed. The model needs more memory than it may have for 1 spectrum.',
  );
  const { deploymentId } = await deploy(service, lab.owner, fillingRegression(), 'Filling');
  const ask = (greatest: number) => call(deploymentId, [{ sampleName: 'a', yValues: [greatest, 1] }]);
  expect((await ask(1)).status).toBe(200);
  expect(await ask(numbers)).toMatchObject(refusal(codes.MODEL_FAILED));
  expect(service.log.join('')).toContain('The model needs more memory than it may have for 1 spectrum.');
  expect((await ask(1)).status).toBe(200);
});

test('only what is fast in every respect may run in the server', async () => {
  await deploy(service, lab.owner, demonstration('oil-type.onnx'), 'Oil type');
  // Some milliseconds a call: 32 of them at once would hold the server for longer than it may be held.
  await deploy(service, lab.owner, slowRegression(1, 600), 'Not that slow');
  const names = ['Octane', 'Oil type', 'Not that slow'];
  const rows = await service.db
    .selectFrom('models')
    .select(['name', 'mayRunInline', 'msPerSpectrum'])
    .where('name', 'in', names)
    .where('projectId', '=', lab.owner.projectId)
    .execute();
  expect(Object.fromEntries(rows.map(row => [row.name, row.mayRunInline]))).toEqual({
    Octane: true,
    'Oil type': true,
    'Not that slow': false,
  });
  expect(rows.find(({ name }) => name === 'Not that slow')?.msPerSpectrum).toBeLessThan(20);
});

test('between two long runs in the server its event loop turns', async () => {
  const models = startModels({
    load: async () => linearRegression({ weights: [1] }),
    onNotStarted: () => {},
  });
  let turns = 0;
  let over = false;
  (function turn() {
    turns += 1;
    if (!over) setImmediate(turn);
  })();
  const speed = { id: 'a', msPerSpectrum: 5, mayRunInline: true };
  await models.run(speed, [[1]]);
  const ends = await Promise.all(
    Array.from({ length: 5 }, () => models.run(speed, [[1], [2]]).then(() => turns)),
  );
  over = true;
  await models.close();
  expect(new Set(ends).size).toBe(5);
});

test('a call that is too long for the server goes to a process, also of a model that is fast', async () => {
  const places: string[] = [];
  const models = startModels({
    load: async () => linearRegression({ weights: [1] }),
    onNotStarted: () => {},
    onRun: place => places.push(place),
  });
  onTestFinished(models.close);
  const speed = { id: 'a', msPerSpectrum: 5, mayRunInline: true };
  const spectra = (count: number) => Array.from({ length: count }, (_, index) => [index]);
  for (const count of [1, 4, 5, 1000]) {
    const { values } = await models.run(speed, spectra(count)).then(found => ({ values: [], ...found }));
    expect(values).toEqual(spectra(count).flat());
  }
  expect(places).toEqual(['server', 'server', 'process', 'process']);
});

test('a file whose trial takes too long is refused with a sentence, and the server answers meanwhile', async () => {
  const hasty = await startServiceForTest({
    databaseUrl: service.databaseUrl,
    modelLimits: { trialMs: 1500 },
  });
  let answered = false;
  const registering = register(slowRegression(2000), hasty).finally(() => {
    answered = true;
  });
  let calls = 0;
  while (!answered) {
    expect((await call(lab.deploymentId, gasoline(), hasty)).status).toBe(200);
    calls += 1;
  }
  expect(await registering).toMatchObject(refusal(codes.BAD_USER_INPUT));
  expect((await registering).errors[0]?.message).toBe(
    'A trial run failed. The model took longer than 1.5 s.',
  );
  expect(calls).toBeGreaterThan(5);
});

test('trials take no process from runs, and what is too much of them is shed', async () => {
  const started = modelProcessesFromNow();
  const { inspect, run } = processesOf(MEAN, { trialMs: 3000 });
  const trials = Array.from({ length: 13 }, (_, i) =>
    inspect(i < 2 ? slowRegression(2000) : linearRegression({ weights: [1] })),
  );
  const over = Promise.allSettled(trials);
  await expect.poll(() => started().length).toBe(2);
  // Answered while both trials still run.
  expect(await Promise.race([run('a', [[1, 3]]), over])).toMatchObject({ values: [2] });
  const ends = await over;
  expect(ends.map(({ status }) => status)).toEqual([
    'rejected',
    'rejected',
    ...Array(10).fill('fulfilled'),
    'rejected',
  ]);
  const [last] = ends.slice(-1);
  refused(last?.status === 'rejected' && last.reason);
  // Each had a process of its own, which is gone.
  expect(started().length).toBe(1);
});

test('a model of before registration measured answers, and is measured by the server', async () => {
  const own = await startServiceForTest();
  const { owner, deploymentId } = await openLab(own);
  const ownKey = await createKey(own, owner, { deploymentId });
  await own.db.updateTable('models').set({ msPerSpectrum: null }).execute();
  const started = modelProcessesFromNow();
  const ask = () => own.call(PREDICT, { deploymentId, spectra: gasoline() }, ownKey);
  expect((await ask()).data?.predict.predictions[0]?.value).toBeCloseTo(87.941, 3);
  // Once it runs in the server itself, a call no longer fails with its process.
  await expect
    .poll(
      async () => {
        const [its, ...measuring] = started();
        // Stopped, that would measure a slow model.
        if (its === undefined || measuring.length > 0) return 'measuring';
        process.kill(its, 'SIGSTOP');
        const answer = await Promise.race([ask(), setTimeout(500, null)]);
        process.kill(its, 'SIGCONT');
        return answer?.status;
      },
      { timeout: 15_000, interval: 500 },
    )
    .toBe(200);
});

test('a process that runs models has nothing of the environment, where the secrets of the server are', async () => {
  vi.stubEnv('DATABASE_URL', 'postgres://lab:planted@db.example/lab');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const environmentOf = (pid = 0) => column('eww', '-o', 'command=', '-p', String(pid)).join();
  const started = modelProcessesFromNow();
  await processesOf(slowRegression(1)).run('a', [[1, 3]]);
  const [pid] = started();
  expect(environmentOf(pid)).toContain('model-worker');
  expect(environmentOf(pid)).not.toMatch(/planted|PATH=|HOME=/);

  // Else the machine shows no environment, and this proved nothing.
  const heir = spawn(process.execPath, ['--eval', 'process.stdin.resume()']);
  onTestFinished(() => void heir.kill());
  await once(heir, 'spawn');
  expect(environmentOf(heir.pid)).toContain('planted');
});

test('a server stops although a process of its models was killed while it was idle', async () => {
  const started = modelProcessesFromNow();
  const { run, close } = processesOf(slowRegression(1));
  await run('a', [[1, 3]]);
  const idle = started();
  expect(idle.length).toBe(1);
  for (const pid of idle) process.kill(pid, 'SIGKILL');
  await toEnd(idle);
  await close();
});

test('no process that runs models outlives its server, whatever it does', async () => {
  const started = modelProcessesFromNow();
  const { run, inspect, close } = processesOf(slowRegression(2000));
  const busy = [run('a', [[1, 3]]), run('a', [[1, 3]]), inspect(slowRegression(2000))];
  const ends = Promise.allSettled(busy);
  await expect.poll(() => started().length).toBe(2);
  for (const pid of started()) await toCompute(pid);
  const starting = Promise.allSettled([run('b', [[1, 3]])]);
  const before = performance.now();
  await close();
  expect(performance.now() - before).toBeLessThan(2000);
  expect(started()).toEqual([]);
  for (const end of [...(await ends), ...(await starting)]) refused(end.status === 'rejected' && end.reason);
  await expect(run('a', [[1, 3]])).rejects.toMatchObject({ extensions: { code: codes.UNAVAILABLE } });
  expect(started()).toEqual([]);
});

test('and none outlives a server that was killed, even while it computes', async () => {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url));
  const script = `
    import { startModelProcesses } from ${url('../src/onnx/model-processes.ts')};
    import { loopingRegression } from ${url('./onnx-files.ts')};
    const { run } = startModelProcesses({ load: async () => loopingRegression(), onNotStarted: () => {} });
    await run('a', [[1, 3]]);
    console.log('open');
    await run('a', [[1, 1e15]]);`;
  const server = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(server.stdout, 'data');
  const [pid = 0] = column('-o', 'pid=', '--ppid', String(server.pid)).map(Number);
  await toCompute(pid);
  server.kill('SIGKILL');
  // Ended, or only not yet collected by the machine's first process, which inherits it.
  await expect
    .poll(() => column('-o', 'stat=', '-p', String(pid)).join(), { timeout: 20_000 })
    .toMatch(/^(Z.*)?$/);
});
