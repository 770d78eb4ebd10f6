import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { SetApiKeyPolicyInput } from '../src/generated/graphql.ts';
import {
  CREATE_KEY,
  codes,
  createKey,
  type Lab,
  openLab,
  ROTATE_KEY,
  SET_KEY_POLICY,
  type Service,
  startService,
  UPDATE_KEY,
} from './harness.ts';

type SetPolicy = Omit<SetApiKeyPolicyInput, 'organizationId'>;

const DAY = 24 * 60 * 60_000;
const now = new Date();
const FREE_CHOICE: SetPolicy = { maxLifetimeDays: null, expiryRequired: false, projectKeysAllowed: true };

let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService({ now: () => now });
});
afterAll(() => service.close());
beforeEach(async () => {
  lab = await openLab(service);
});

const after = (days: number) => new Date(now.getTime() + days * DAY);
const setPolicy = async (policy: Partial<SetPolicy>) => {
  const input = { organizationId: lab.owner.organization.id, ...FREE_CHOICE, ...policy };
  return (await service.ask(SET_KEY_POLICY, { input }, lab.owner)).setApiKeyPolicy.apiKeyPolicy;
};
const create = (more: object = {}, target: object = { deploymentId: lab.deploymentId }) =>
  service.call(CREATE_KEY, { input: { target, name: 'LIMS', ...more } }, lab.owner);
const rotate = (id: string, more: object = {}) =>
  service.call(ROTATE_KEY, { input: { id, overlapSeconds: 0, ...more } }, lab.owner);
const messageOf = ({ text }: { text: string }) => JSON.parse(text).errors?.[0]?.message;

test('without a policy everything is allowed', async () => {
  const { organization } = lab.owner;
  const { viewer } = await service.ask(
    '{ viewer { organizations { id apiKeyPolicy { maxLifetimeDays expiryRequired projectKeysAllowed } } } }',
    {},
    lab.owner,
  );
  const found = viewer?.organizations.find(({ id }) => id === organization.id);
  expect(found?.apiKeyPolicy).toEqual(FREE_CHOICE);
});

test('the longest lifetime holds for keys that are created, changed and rotated', async () => {
  expect(await setPolicy({ maxLifetimeDays: 90 })).toEqual({ ...FREE_CHOICE, maxLifetimeDays: 90 });
  const latest = `"expiresAt".* to ${after(90).toISOString()} at the latest`;
  expect(messageOf(await create())).toMatch(/requires that keys expire, at most 90 days/);
  expect(messageOf(await create({ expiresAt: after(91) }))).toMatch(/allows a key 90 days/);
  for (const expiresAt of [null, after(91)])
    expect(messageOf(await create({ expiresAt }))).toMatch(new RegExp(latest));
  expect((await create({ expiresAt: after(90) })).status).toBe(200);
  const { id } = await createKey(
    service,
    lab.owner,
    { deploymentId: lab.deploymentId },
    { expiresAt: after(30) },
  );
  const change = (expiresAt: Date | null) =>
    service.call(UPDATE_KEY, { input: { id, expiresAt } }, lab.owner).then(({ code }) => code);
  expect(await change(null)).toBe(codes.BAD_USER_INPUT);
  expect(await change(after(91))).toBe(codes.BAD_USER_INPUT);
  expect(await change(after(90))).toBeUndefined();
  expect((await rotate(id, { expiresAt: after(91) })).code).toBe(codes.BAD_USER_INPUT);
  expect((await rotate(id, { expiresAt: null })).code).toBe(codes.BAD_USER_INPUT);
  expect((await rotate(id)).status).toBe(200);
});

test('a rotation without a choice shortens the lifetime to what the policy allows', async () => {
  const { id } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  await setPolicy({ maxLifetimeDays: 7 });
  const { rotateApiKey } = await service.ask(ROTATE_KEY, { input: { id, overlapSeconds: 0 } }, lab.owner);
  expect(rotateApiKey.apiKey.expiresAt).toBe(after(7).toISOString());
});

test('an expiry can be required of any lifetime', async () => {
  const { id } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  await setPolicy({ expiryRequired: true });
  expect(messageOf(await create())).toMatch(/requires that keys expire\. Set "expiresAt"/);
  expect((await create({ expiresAt: after(10_000) })).status).toBe(200);
  expect(messageOf(await rotate(id))).toMatch(/requires that keys expire/);
});

test('keys for a whole project can be excluded', async () => {
  await setPolicy({ projectKeysAllowed: false });
  expect(messageOf(await create({}, { projectId: lab.owner.projectId }))).toMatch(
    /no keys for a whole project/,
  );
  expect((await create()).status).toBe(200);
});

test('keys that existed before are marked, and can be renamed', async () => {
  const key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  await setPolicy({ maxLifetimeDays: 1, projectKeysAllowed: false });
  const { apiKey } = await service.ask(
    'query ($id: ID!) { apiKey(id: $id) { status brokenPolicyRules } }',
    { id: key.id },
    lab.owner,
  );
  expect(apiKey).toEqual({
    status: 'ACTIVE',
    brokenPolicyRules: ['EXPIRY_REQUIRED', 'PROJECT_KEYS_NOT_ALLOWED'],
  });
  const { updateApiKey } = await service.ask(UPDATE_KEY, { input: { id: key.id, name: 'Old' } }, lab.owner);
  expect(updateApiKey.name).toBe('Old');
});

test('the expiry of a key that breaks the policy can be brought forward', async () => {
  const key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  await setPolicy({ maxLifetimeDays: 1, projectKeysAllowed: false });
  for (const days of [100, 50]) {
    const input = { id: key.id, expiresAt: after(days) };
    const { updateApiKey } = await service.ask(UPDATE_KEY, { input }, lab.owner);
    expect(updateApiKey.expiresAt).toBe(after(days).toISOString());
  }
  const input = { id: key.id, expiresAt: after(60) };
  expect((await service.call(UPDATE_KEY, { input }, lab.owner)).code).toBe(codes.BAD_USER_INPUT);
});

test('a key that never expires can be given any expiry, and then none beyond the policy', async () => {
  const { id } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  await setPolicy({ maxLifetimeDays: 90 });
  const change = async (days: number) =>
    (await service.call(UPDATE_KEY, { input: { id, expiresAt: after(days) } }, lab.owner)).code;
  expect(await change(5 * 365)).toBeUndefined();
  expect(await change(5 * 365 + 1)).toBe(codes.BAD_USER_INPUT);
  expect(await change(30)).toBeUndefined();
  expect(await change(91)).toBe(codes.BAD_USER_INPUT);
  expect(await change(90)).toBeUndefined();
});

test('a change is in the activity with both values, and other days than 1 to 36500 are refused', async () => {
  await setPolicy({ maxLifetimeDays: 30 });
  await setPolicy({ maxLifetimeDays: 30 });
  const entries = await service.db
    .selectFrom('activity')
    .select('details')
    .where('action', '=', 'organization.key_policy_changed')
    .where('organizationId', '=', lab.owner.organization.id)
    .execute();
  expect(entries).toHaveLength(1);
  expect(entries[0]?.details).toMatchObject({ 'maxLifetimeDays.from': null, 'maxLifetimeDays.to': 30 });
  for (const maxLifetimeDays of [0, 36_501]) {
    const input = { organizationId: lab.owner.organization.id, ...FREE_CHOICE, maxLifetimeDays };
    expect((await service.call(SET_KEY_POLICY, { input }, lab.owner)).code).toBe(codes.BAD_USER_INPUT);
  }
});
