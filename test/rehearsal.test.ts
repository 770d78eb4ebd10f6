import { beforeAll, beforeEach, expect, test } from 'vitest';
import {
  codes,
  createKey,
  END_REHEARSAL,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  REHEARSE,
  REVOKE_KEY,
  recordOf,
  refusal,
  type Service,
  startPair,
  UPDATE_KEY,
} from './harness.ts';

const MINUTE = 60_000;

let now = new Date();
let service: Service;
/** A second server on the same database. */
let elsewhere: Service;
let lab: Lab;
let key: { id: string; rawKey: string };

beforeAll(async () => {
  const pair = await startPair({ now: () => now });
  ({ service, elsewhere } = pair);
  return pair.close;
});
beforeEach(async () => {
  now = new Date();
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
});

const predict = (on = service) =>
  on.call(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline() }, key);
const rehearse = async (minutes: number, on = service) =>
  (await on.ask(REHEARSE, { id: key.id, minutes }, lab.owner)).rehearseApiKeyRevocation;

test('a rehearsed key is refused as a revoked one on every server, and comes back by itself', async () => {
  for (const on of [service, elsewhere, service, elsewhere]) expect((await predict(on)).status).toBe(200);
  const rehearsalUntil = new Date(now.getTime() + 5 * MINUTE).toISOString();
  expect(await rehearse(5)).toMatchObject({ status: 'ACTIVE', rehearsalUntil });
  now = new Date(now.getTime() + MINUTE);
  for (const on of [elsewhere, service]) {
    const refused = await predict(on);
    expect(refused).toMatchObject(refusal(codes.API_KEY_REVOKED));
    expect(JSON.parse(refused.text).errors[0].extensions).toMatchObject({ rehearsalUntil });
    expect(refused.headers.get('retry-after')).toBe('240');
  }
  expect(await recordOf(service, lab.deploymentId)).toMatchObject({ charged: 4 });
  now = new Date(rehearsalUntil);
  for (const on of [elsewhere, service]) expect((await predict(on)).status).toBe(200);
});

test('plain HTTP refuses it alike', async () => {
  await rehearse(1);
  const refused = await fetch(`${service.url}/api/key`, {
    headers: { authorization: `Api-Key ${key.rawKey}` },
  });
  expect(refused.status).toBe(403);
  expect(refused.headers.get('retry-after')).toBe('60');
  expect(await refused.json()).toMatchObject({ code: codes.API_KEY_REVOKED, retry_after: 60 });
});

test('it can be ended early, on the other server too, and both are in the activity', async () => {
  await rehearse(10);
  const { endApiKeyRehearsal } = await elsewhere.ask(END_REHEARSAL, { id: key.id }, lab.owner);
  expect(endApiKeyRehearsal).toMatchObject({ status: 'ACTIVE', rehearsalUntil: null });
  for (const on of [service, elsewhere]) expect((await predict(on)).status).toBe(200);
  await elsewhere.ask(END_REHEARSAL, { id: key.id }, lab.owner);
  const actions = await service.db
    .selectFrom('activity')
    .select('action')
    .where('subjectId', '=', key.id)
    .orderBy('id')
    .execute();
  expect(actions.map(({ action }) => action)).toEqual([
    'api_key.created',
    'api_key.rehearsed',
    'api_key.rehearsal_ended',
  ]);
});

test('it can be done once an hour, for 1 to 10 minutes, and not for a key that has ended', async () => {
  const attempt = (minutes: number) =>
    service.call(REHEARSE, { id: key.id, minutes }, lab.owner).then(({ code }) => code);
  for (const minutes of [0, 11, -1]) expect(await attempt(minutes)).toBe(codes.BAD_USER_INPUT);
  await rehearse(1);
  now = new Date(now.getTime() + 59 * MINUTE);
  expect(await attempt(1)).toBe(codes.BAD_USER_INPUT);
  now = new Date(now.getTime() + MINUTE);
  await rehearse(1);
  now = new Date(now.getTime() + 60 * MINUTE);
  await service.ask(REVOKE_KEY, { id: key.id }, lab.owner);
  expect(await attempt(1)).toBe(codes.BAD_USER_INPUT);
});

test('it ends with the key: an expired or revoked one is not rehearsed', async () => {
  await rehearse(10);
  const expiresAt = new Date(now.getTime() + MINUTE);
  await service.ask(UPDATE_KEY, { input: { id: key.id, expiresAt } }, lab.owner);
  now = new Date(now.getTime() + 2 * MINUTE);
  const { apiKey } = await service.ask(
    'query ($id: ID!) { apiKey(id: $id) { status rehearsalUntil } }',
    { id: key.id },
    lab.owner,
  );
  expect(apiKey).toEqual({ status: 'EXPIRED', rehearsalUntil: null });
  await service.ask(REVOKE_KEY, { id: key.id }, lab.owner);
  await service.ask(END_REHEARSAL, { id: key.id }, lab.owner);
  const actions = await service.db
    .selectFrom('activity')
    .select('action')
    .where('subjectId', '=', key.id)
    .where('action', '=', 'api_key.rehearsal_ended')
    .execute();
  expect(actions).toEqual([]);
});

test('a key that is rehearsed counts as usable', async () => {
  await rehearse(10);
  const { project } = await service.ask(
    'query ($id: ID!) { project(id: $id) { apiKeyAllowance { used } } }',
    { id: lab.owner.projectId },
    lab.owner,
  );
  expect(project?.apiKeyAllowance.used).toBe(1);
});

test('revoking for good ends it', async () => {
  await rehearse(1);
  const { revokeApiKey } = await service.ask(REVOKE_KEY, { id: key.id }, lab.owner);
  expect(revokeApiKey.status).toBe('REVOKED');
  now = new Date(now.getTime() + 2 * MINUTE);
  const refused = await predict();
  expect(refused).toMatchObject(refusal(codes.API_KEY_REVOKED));
  expect(JSON.parse(refused.text).errors[0].extensions).not.toHaveProperty('rehearsalUntil');
  expect(refused.headers.get('retry-after')).toBeNull();
});
