import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  codes,
  createKey,
  deploy,
  type Lab,
  openLab,
  PREDICT,
  refusal,
  type Service,
  startService,
} from './harness.ts';
import { loopingRegression } from './onnx-files.ts';

const RUN_MS = 500;
const MINUTE_MS = 60_000;
const MODEL = `query Deployment($id: ID!) { deployment(id: $id) { quarantinedUntil usage { predictions } } }`;
const RESET = `mutation Reset($id: ID!) { resetQuarantine(deploymentId: $id) { quarantinedUntil } }`;

let now = new Date('2026-11-10T12:00:00Z');
let service: Service;
let other: Service;
let lab: Lab;
let key: { rawKey: string };

beforeAll(async () => {
  const options = { now: () => now, modelLimits: { runMs: RUN_MS } };
  service = await startService(options);
  other = await startService({ ...options, databaseUrl: service.databaseUrl });
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
});
afterAll(async () => {
  await service.close();
  await other.close();
});

const deployLooping = async () =>
  (await deploy(service, lab.owner, loopingRegression(), 'Looping')).deploymentId;
const ask = (deploymentId: string, rounds = 3, on = service) =>
  on.call(PREDICT, { deploymentId, spectra: [{ sampleName: 'a', yValues: [1, rounds] }] }, key);
const endless = (deploymentId: string) => ask(deploymentId, 1e15);
const after = (minutes: number) => {
  now = new Date(now.getTime() + minutes * MINUTE_MS);
};
const stateOf = async (id: string) => (await service.ask(MODEL, { id }, lab.owner)).deployment;

async function quarantine(deploymentId: string): Promise<Date | null | undefined> {
  for (let i = 0; i < 3; i++) expect(await endless(deploymentId)).toMatchObject(refusal(codes.MODEL_FAILED));
  return (await stateOf(deploymentId))?.quarantinedUntil;
}

const minutesUntil = (until: unknown) => (Date.parse(String(until)) - now.getTime()) / MINUTE_MS;

test('three runs that end their host quarantine the model on every server: for 1, 5, then 30 minutes', async () => {
  const deploymentId = await deployLooping();
  for (const minutes of [1, 5, 30]) {
    expect((await ask(deploymentId)).status).toBe(200);
    expect(minutesUntil(await quarantine(deploymentId))).toBe(minutes);
    for (const server of [service, other]) {
      const started = performance.now();
      const answer = await ask(deploymentId, 3, server);
      expect(answer).toMatchObject(refusal(codes.MODEL_FAILED));
      expect(answer.errors[0]?.message).toContain('is not run until');
      expect(answer.errors[0]?.extensions?.retryAfter).toBe(minutes * 60);
      expect(performance.now() - started).toBeLessThan(RUN_MS);
    }
    after(minutes + 0.1);
  }
  // Only answered calls were charged.
  expect((await stateOf(deploymentId))?.usage.predictions).toBe(3);
});

test('a model without failures for a day starts again with one minute', async () => {
  const deploymentId = await deployLooping();
  expect(minutesUntil(await quarantine(deploymentId))).toBe(1);
  after(25 * 60);
  expect(minutesUntil(await quarantine(deploymentId))).toBe(1);
});

test('failures that are more than ten minutes apart do not add up', async () => {
  const deploymentId = await deployLooping();
  for (let i = 0; i < 4; i++) {
    await endless(deploymentId);
    after(6);
  }
  expect((await stateOf(deploymentId))?.quarantinedUntil).toBeNull();
  expect((await ask(deploymentId)).status).toBe(200);
});

test('a person who manages the deployment can reset it, and the activity names that person', async () => {
  const deploymentId = await deployLooping();
  expect(await quarantine(deploymentId)).not.toBeNull();
  const { resetQuarantine } = await service.ask(RESET, { id: deploymentId }, lab.owner);
  expect(resetQuarantine.quarantinedUntil).toBeNull();
  expect((await ask(deploymentId, 3, other)).status).toBe(200);
  const rows = await service.db
    .selectFrom('activity')
    .select(['action', 'actorId', 'subject'])
    .where('subjectId', '=', deploymentId)
    .execute();
  expect(rows).toContainEqual({
    action: 'deployment.quarantine_reset',
    actorId: lab.owner.id,
    subject: 'Looping',
  });
});

test('calls that wait when the quarantine begins are refused with it, and not run one after the other', async () => {
  const deploymentId = await deployLooping();
  const started = performance.now();
  const answers = await Promise.all(Array.from({ length: 100 }, () => endless(deploymentId)));
  for (const answer of answers) expect(answer).toMatchObject(refusal(codes.MODEL_FAILED));
  expect(performance.now() - started).toBeLessThan(15_000);
});

test('a model that fails without ending its host is not quarantined', async () => {
  const deploymentId = await deployLooping();
  const tooLarge = { sampleName: 'a', yValues: [3.4e38, 3.4e38] };
  for (let i = 0; i < 4; i++) await service.call(PREDICT, { deploymentId, spectra: [tooLarge] }, key);
  expect((await ask(deploymentId)).status).toBe(200);
});
