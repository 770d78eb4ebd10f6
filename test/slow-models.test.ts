import { execFileSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
import { slowRegression } from './onnx-files.ts';

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

/** The processes that run models for this one. */
function modelProcesses(): number[] {
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)])
    .toString()
    .split('\n');
  return lines.filter(line => line.includes('model-worker')).map(line => Number.parseInt(line, 10));
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a slow model answers as it should, and delays neither the server nor a fast model', async () => {
  const slow = await deploySlow(40);
  await call(lab.deploymentId, gasoline());
  let answered = false;
  const waiting = call(slow).finally(() => {
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
  expect(answer.data?.predict.predictions).toEqual([{ sampleName: 'a', value: 2, category: null }]);
  // It ran meanwhile, and none of the others waited for its end.
  expect(delays.length).toBeGreaterThan(5);
  expect(delays.toSorted((a, b) => a - b)[Math.floor(delays.length / 2)]).toBeLessThan(200);
});

test('a run that takes too long is ended, costs nothing, and takes no later call down with it', async () => {
  const slow = await deploySlow(80);
  const hasty = await startServiceForTest({
    databaseUrl: service.databaseUrl,
    modelLimits: { runMs: 300 },
  });
  const quick = await deploySlow(1);
  const answers = await Promise.all([call(slow, undefined, hasty), call(quick, undefined, hasty)]);
  expect(answers[0]).toMatchObject(refusal(codes.MODEL_FAILED));
  expect(answers[1]?.status).toBe(200);
  expect(hasty.log.join('')).toContain('took longer than 0.3 s');
  expect(await usageOf(slow)).toBe(0);
  // Where it may take its time, it answers.
  expect((await call(slow)).status).toBe(200);
  expect(await usageOf(slow)).toBe(1);
});

test('a process that dies under a call fails that call alone, and the next one gets another process', async () => {
  const slow = await deploySlow(60);
  const before = new Set(modelProcesses());
  const dying = call(slow);
  const waiting = [call(slow), call(slow)];
  await expect.poll(() => modelProcesses().filter(pid => !before.has(pid)).length).toBe(1);
  for (const pid of modelProcesses().filter(pid => !before.has(pid))) process.kill(pid, 'SIGKILL');
  expect(await dying).toMatchObject(refusal(codes.MODEL_FAILED));
  // Those that waited for the process too.
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
  expect((await call(slow)).status).toBe(200);
  expect(await usageOf(slow)).toBe(3);
});

test('a file whose trial takes too long is refused with a sentence, and the server answers meanwhile', async () => {
  const hasty = await startServiceForTest({
    databaseUrl: service.databaseUrl,
    modelLimits: { trialMs: 1500 },
  });
  let answered = false;
  const registering = hasty
    .call(
      'mutation Register($input: RegisterModelInput!) { registerModel(input: $input) { id } }',
      {
        input: {
          projectId: lab.owner.projectId,
          name: 'Endless',
          targetProperty: 'patience',
          onnx: Buffer.from(slowRegression(2000)).toString('base64'),
        },
      },
      lab.owner,
    )
    .finally(() => {
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

test('a model of before registration measured answers, and is measured by the server', async () => {
  const own = await startServiceForTest();
  const { owner, deploymentId } = await openLab(own);
  const ownKey = await createKey(own, owner, { deploymentId });
  await own.db.updateTable('models').set({ msPerSpectrum: null }).execute();
  const ask = () => own.call(PREDICT, { deploymentId, spectra: gasoline() }, ownKey);
  expect((await ask()).data?.predict.predictions[0]?.value).toBeCloseTo(87.941, 3);
  // Once it runs in the server itself, a call no longer fails with the processes.
  await expect
    .poll(
      async () => {
        for (const pid of modelProcesses()) process.kill(pid, 'SIGSTOP');
        const answer = await Promise.race([ask(), setTimeout(500, null)]);
        for (const pid of modelProcesses()) process.kill(pid, 'SIGCONT');
        return answer?.status;
      },
      { timeout: 15_000, interval: 500 },
    )
    .toBe(200);
});

test('a server stops although a process of its models was killed while it was idle', async () => {
  const before = new Set(modelProcesses());
  const own = await startService();
  const { owner } = await openLab(own);
  await deploy(own, owner, slowRegression(1), 'Slow');
  const idle = modelProcesses().filter(pid => !before.has(pid));
  expect(idle.length).toBeGreaterThan(0);
  for (const pid of idle) process.kill(pid, 'SIGKILL');
  // Until this process has been told of it: then a process is gone for good, and no signal reaches it.
  await expect.poll(() => idle.filter(isThere)).toEqual([]);
  await own.close();
});

test('no process that runs models outlives its server', async () => {
  const before = new Set(modelProcesses());
  const own = await startService();
  const { owner } = await openLab(own);
  await deploy(own, owner, slowRegression(1), 'Slow');
  expect(modelProcesses().filter(pid => !before.has(pid)).length).toBeGreaterThan(0);
  await own.close();
  expect(modelProcesses().filter(pid => !before.has(pid))).toEqual([]);
});
