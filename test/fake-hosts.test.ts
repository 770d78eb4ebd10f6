import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { uuidv7 as newId } from 'uuidv7';
import { build } from 'vite';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { describeFile } from '../src/deployments/model-files.ts';
import { startModels } from '../src/onnx/models.ts';
import { ModelFailed } from '../src/onnx/outcome.ts';
import { ModelRefused } from '../src/onnx/signature.ts';
import { BEHAVIOURS, INSPECTIONS } from './fake-host-behaviours.ts';
import {
  codes,
  createDeployment,
  createKey,
  type Lab,
  openLab,
  PREDICT,
  type Service,
  startService,
} from './harness.ts';
import { column } from './host-processes.ts';
import { watchLoop } from './loop-delay.ts';
import { registered, writeModel } from './onnx-files.ts';

/** Replaces a host's program by this test's: it acts as uploaded machine code could. */
vi.mock(import('../src/onnx/sandbox.ts'), async original => ({
  ...(await original()),
  hostCommand: async () => ({ program: process.execPath, args: [FAKE_HOST], uid: undefined }),
}));
const folder = fileURLToPath(new URL('../node_modules/.cache/fake-host', import.meta.url));
const FAKE_HOST = join(folder, 'fake-host.js');

const RUN_MS = 1000;
/** The deadlines of opening and of two runs, each with the start of a host. */
const MAX_ANSWER_MS = 3 * RUN_MS + 3000;
const MAX_DELAY_MS = 100;
/** Garbage collection or a concurrent test may delay one attempt. */
const ATTEMPTS = 3;
const MAX_LOG_CHARACTERS = 20_000;

let service: Service;
let lab: Lab;
let key: { rawKey: string };

beforeAll(async () => {
  // A few hundred are started, which as one file takes a quarter of the time.
  const ssr = fileURLToPath(new URL('fake-host.ts', import.meta.url));
  await build({ configFile: 'vite.host.config.ts', build: { ssr, outDir: folder } });
  service = await startService({ modelLimits: { runMs: RUN_MS } });
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const plenty = { maxModels: 1000, maxDeployments: 1000 };
  await service.db.updateTable('plans').set(plenty).where('name', '=', 'PRO').execute();
});
afterAll(() => service.close());

const longestDelay = watchLoop();
const spectra = [{ sampleName: 'a', yValues: [1, 3] }];
const fakeHosts = () =>
  column('-o', 'pid=,args=', '--ppid', String(process.pid)).filter(line => line.includes(FAKE_HOST));

/**
 * Returns a function that deploys a file as another version of a model. The rows are inserted as by registering it, without
 * the trial, which would start a host.
 */
async function untriedFile(name: string): Promise<() => Promise<string>> {
  const { db } = service;
  const onnx = Buffer.from(name);
  const file = {
    id: newId(),
    organizationId: lab.owner.organization.id,
    onnx,
    ...describeFile(onnx),
  };
  await db.insertInto('modelFiles').values(file).execute();
  const model = await db
    .selectFrom('models')
    .select(['projectId', 'kind', 'inputLength', 'targetProperty', 'rowIndependent', 'createdAt'])
    .where('id', '=', lab.modelId)
    .executeTakeFirstOrThrow();
  let version = 0;
  return async () => {
    version += 1;
    const modelId = newId();
    await db
      .insertInto('models')
      .values({ ...model, id: modelId, name, version, fileId: file.id })
      .execute();
    return await createDeployment(service, lab.owner, modelId, name);
  };
}

/** Behaviours within the protocol: the host is not killed. */
const HARMLESS =
  /^(fails with a (text|list|long)|fails on|sends 4 MB of numbers|refuses to open with a long)/;

test.for(Object.keys(BEHAVIOURS))(
  'a model host that %s does not block or crash the server',
  { timeout: 60_000 },
  async name => {
    let least = Number.POSITIVE_INFINITY;
    const deployUntried = await untriedFile(name);
    for (let at = 0; at < ATTEMPTS && least > MAX_DELAY_MS; at++) {
      const deploymentId = await deployUntried();
      const logged = service.log.length;
      longestDelay();
      const started = performance.now();
      const answer = await service.call(PREDICT, { deploymentId, spectra }, key);
      const ms = performance.now() - started;
      least = Math.min(least, longestDelay().ms);
      if (answer.status !== 200)
        expect([codes.MODEL_FAILED, codes.UNAVAILABLE], answer.text).toContain(answer.code);
      expect(ms).toBeLessThan(MAX_ANSWER_MS);
      const log = service.log.slice(logged).join('');
      expect(log.length).toBeLessThan(MAX_LOG_CHARACTERS);
    }
    expect(least).toBeLessThan(MAX_DELAY_MS);
    // The spare host, and at most one that kept to the protocol.
    await expect.poll(() => fakeHosts().length).toBeLessThanOrEqual(HARMLESS.test(name) ? 2 : 1);
  },
);

test.for(Object.keys(INSPECTIONS))(
  'a trial in a model host that %s does not block or crash the server',
  { timeout: 60_000 },
  async name => {
    const before = fakeHosts().length;
    let least = Number.POSITIVE_INFINITY;
    const models = startModels({
      load: async () => registered(new Uint8Array()),
      onNotStarted: () => {},
      megabytes: 768,
      limits: { trialMs: RUN_MS },
    });
    onTestFinished(models.close);
    const path = await writeModel(Buffer.from(name));
    for (let at = 0; at < ATTEMPTS && least > MAX_DELAY_MS; at++) {
      longestDelay();
      const started = performance.now();
      const result: unknown = await models
        .inspect({ id: 'a', reserved: true }, path)
        .catch((error: unknown) => error);
      expect(performance.now() - started).toBeLessThan(MAX_ANSWER_MS);
      least = Math.min(least, longestDelay().ms);
      const isError = result instanceof ModelFailed || result instanceof ModelRefused;
      expect(isError).toBe(!name.endsWith('accepted'));
      if (!isError) expect(result).toMatchObject({ inputLength: 2 });
      await expect.poll(() => fakeHosts().length).toBeLessThanOrEqual(before);
    }
    expect(least).toBeLessThan(MAX_DELAY_MS);
  },
);
