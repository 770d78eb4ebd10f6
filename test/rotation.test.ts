import { beforeAll, beforeEach, expect, test } from 'vitest';
import { setPlan } from '../src/accounts/plans.ts';
import {
  CREATE_KEY,
  codes,
  createKey,
  DELETE_KEY,
  gasoline,
  headersOf,
  type Lab,
  openLab,
  REVOKE_KEY,
  ROTATE_KEY,
  recordOf,
  refusal,
  type Service,
  startPair,
  startServiceForTest,
  UPDATE_KEY,
} from './harness.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

let now = new Date();
let service: Service;
/** A second server on the same database. */
let elsewhere: Service;
let lab: Lab;

beforeAll(async () => {
  const pair = await startPair({ now: () => now });
  ({ service, elsewhere } = pair);
  return pair.close;
});
beforeEach(async () => {
  now = new Date();
  lab = await openLab(service);
});

const later = (ms: number) => new Date(now.getTime() + ms);
const newKey = (more: Parameters<typeof createKey>[3] = {}) =>
  createKey(service, lab.owner, { deploymentId: lab.deploymentId }, more);
const rotate = async (id: string, more: object = {}) =>
  (await service.ask(ROTATE_KEY, { input: { id, overlapSeconds: 3600, ...more } }, lab.owner)).rotateApiKey;
const tryToRotate = (id: string, more: object = {}) =>
  service.call(ROTATE_KEY, { input: { id, overlapSeconds: 3600, ...more } }, lab.owner);
const predict = (
  { rawKey }: { rawKey: string },
  { on = service, ...more }: { on?: Service; idempotencyKey?: string } = {},
) =>
  on.call(
    `mutation ($deploymentId: ID!, $spectra: [SpectrumInput!]!, $idempotencyKey: String) {
      predict(deploymentId: $deploymentId, spectra: $spectra, idempotencyKey: $idempotencyKey) { logId }
    }`,
    { deploymentId: lab.deploymentId, spectra: gasoline(), ...more },
    { rawKey },
  );
const createAnother = () =>
  service.call(
    CREATE_KEY,
    { input: { target: { deploymentId: lab.deploymentId }, name: 'Another' } },
    lab.owner,
  );
const allowance = async () => {
  const { project } = await service.ask(
    'query ($id: ID!) { project(id: $id) { apiKeyAllowance { used retiring } } }',
    { id: lab.owner.projectId },
    lab.owner,
  );
  return project?.apiKeyAllowance;
};

test('both keys are answered on every server during the overlap, and then the successor alone', async () => {
  const old = await newKey();
  for (const on of [service, elsewhere, service, elsewhere]) await predict(old, { on });
  const { rawKey, apiKey } = await rotate(old.id);
  expect(apiKey.predecessor).toEqual({
    id: old.id,
    status: 'ACTIVE',
    expiresAt: later(HOUR).toISOString(),
    successor: { id: apiKey.id },
  });
  for (const on of [elsewhere, service]) {
    for (const key of [old, { rawKey }]) expect((await predict(key, { on })).status).toBe(200);
  }
  now = later(HOUR);
  for (const on of [elsewhere, service]) {
    expect(await predict(old, { on })).toMatchObject(refusal(codes.API_KEY_EXPIRED));
    expect((await predict({ rawKey }, { on })).status).toBe(200);
  }
});

test('the successor has the name, note, reach, networks, limits and the lifetime of the key', async () => {
  const settings = {
    name: 'Line 2',
    note: 'Ask Ines',
    allowedNetworks: ['127.0.0.0/8'],
    monthlyPredictions: 100,
    callsPerMinute: 9,
  };
  const { id } = await newKey({ ...settings, expiresAt: later(10 * DAY) });
  now = later(9 * DAY);
  const { apiKey } = await rotate(id);
  expect(apiKey).toMatchObject({
    ...settings,
    deployment: { id: lab.deploymentId },
    expiresAt: later(10 * DAY).toISOString(),
  });
  const chosen = later(2 * DAY).toISOString();
  expect((await rotate((await newKey()).id, { expiresAt: chosen })).apiKey.expiresAt).toBe(chosen);
  expect(
    (await rotate((await newKey({ expiresAt: later(DAY) })).id, { expiresAt: null })).apiKey.expiresAt,
  ).toBeNull();
});

test('the rotated key never lives longer than it would have', async () => {
  const { id } = await newKey({ expiresAt: later(60_000) });
  expect((await rotate(id)).apiKey.predecessor?.expiresAt).toBe(later(60_000).toISOString());
});

test('what the key’s own limit has counted this month counts for the successor', async () => {
  const old = await newKey({ monthlyPredictions: 2 });
  await predict(old);
  const { rawKey } = await rotate(old.id, { overlapSeconds: 0 });
  expect((await predict({ rawKey })).status).toBe(200);
  expect(await predict({ rawKey })).toMatchObject(refusal(codes.API_KEY_QUOTA_EXCEEDED));
});

test('a limit that was set after the calls of the month counts them for the successor too', async () => {
  const old = await newKey();
  await predict(old);
  await service.ask(UPDATE_KEY, { input: { id: old.id, monthlyPredictions: 2 } }, lab.owner);
  const { rawKey } = await rotate(old.id, { overlapSeconds: 0 });
  expect((await predict({ rawKey })).status).toBe(200);
  expect(await predict({ rawKey })).toMatchObject(refusal(codes.API_KEY_QUOTA_EXCEEDED));
});

test('a call that was made with the key is repeated with its successor, and charged once', async () => {
  const old = await newKey();
  const first = await predict(old, { idempotencyKey: 'run 1' });
  const { apiKey, rawKey } = await rotate(old.id);
  const second = await rotate(apiKey.id, { overlapSeconds: 0 });
  expect(second.apiKey.predecessor?.id).toBe(apiKey.id);
  for (const key of [rawKey, second.rawKey]) {
    if (key === rawKey) expect(await predict({ rawKey: key })).toMatchObject(refusal(codes.API_KEY_EXPIRED));
    else expect((await predict({ rawKey: key }, { idempotencyKey: 'run 1' })).text).toBe(first.text);
  }
  expect(await recordOf(service, lab.deploymentId)).toEqual({ charged: 1, logged: 1 });
});

test('a program recognizes a successor, also of a deleted key, by the root of the rotations', async () => {
  const rootOf = async ({ rawKey }: { rawKey: string }) => {
    const { currentApiKey } = await service.ask('{ currentApiKey { rootId } }', {}, { rawKey });
    const overHttp = await fetch(`${elsewhere.url}/api/key`, { headers: headersOf({ rawKey }) });
    expect(JSON.parse(await overHttp.text()).root_id).toBe(currentApiKey?.rootId);
    return currentApiKey?.rootId;
  };
  const [old, other] = [await newKey(), await newKey()];
  expect([await rootOf(old), await rootOf(other)]).toEqual([old.id, other.id]);
  const first = await rotate(old.id);
  const second = await rotate(first.apiKey.id, { overlapSeconds: 0 });
  await service.ask(DELETE_KEY, { id: old.id }, lab.owner);
  expect(await rootOf(second)).toBe(old.id);
});

test('at the key limit a rotation needs no place, so twice as many keys can be used at most; creations are refused as before', async () => {
  const keys = [];
  for (let count = 0; count < 10; count++) keys.push(await newKey());
  const limit = refusal(codes.API_KEY_LIMIT_REACHED);
  expect(await createAnother()).toMatchObject(limit);
  const successors = [];
  for (const { id } of keys) successors.push(await rotate(id));
  expect(await allowance()).toEqual({ used: 10, retiring: 10 });
  expect(await createAnother()).toMatchObject(limit);
  for (const { apiKey } of successors)
    expect(await tryToRotate(apiKey.id)).toMatchObject(refusal(codes.ROTATION_UNDER_WAY));
  for (const key of [...keys, ...successors]) expect((await predict(key)).status).toBe(200);

  // A retiring key counts again when its successor cannot be used.
  const [first] = successors;
  await service.ask(REVOKE_KEY, { id: first?.apiKey.id }, lab.owner);
  expect(await allowance()).toEqual({ used: 10, retiring: 9 });
  expect(await createAnother()).toMatchObject(limit);
  await service.ask(DELETE_KEY, { id: successors[1]?.apiKey.id }, lab.owner);
  expect(await allowance()).toEqual({ used: 10, retiring: 8 });
  // A retiring key has no place, so the end of one makes none.
  await service.ask(REVOKE_KEY, { id: keys[2]?.id }, lab.owner);
  expect(await allowance()).toEqual({ used: 10, retiring: 7 });
  const refused = await createAnother();
  expect(refused).toMatchObject(limit);
  expect(refused.errors[0]?.message).toContain('Keys that retire beside a usable successor do not count.');
  now = later(HOUR);
  expect(await allowance()).toEqual({ used: 8, retiring: 0 });
  expect((await createAnother()).status).toBe(200);
});

test('a rotation that is under way allows another only without an overlap, which ends the older keys', async () => {
  const old = await newKey();
  const { apiKey, rawKey } = await rotate(old.id);
  const underWay = refusal(codes.ROTATION_UNDER_WAY);
  expect(await tryToRotate(old.id)).toMatchObject(underWay);
  expect(await tryToRotate(old.id, { overlapSeconds: 0 })).toMatchObject(underWay);
  expect(await tryToRotate(apiKey.id)).toMatchObject(underWay);
  const last = await rotate(apiKey.id, { overlapSeconds: 0 });
  for (const ended of [old, { rawKey }]) {
    expect(await predict(ended)).toMatchObject(refusal(codes.API_KEY_EXPIRED));
  }
  expect((await predict(last)).status).toBe(200);
  expect(await allowance()).toEqual({ used: 1, retiring: 0 });
});

test.each([
  ['revoked', REVOKE_KEY],
  ['deleted', DELETE_KEY],
])(
  'a key whose successor was %s can be rotated again, for its lifetime before the first rotation',
  async (_, END) => {
    for (const expiresAt of [null, later(10 * DAY)]) {
      const old = await newKey(expiresAt ? { expiresAt } : {});
      const { apiKey } = await rotate(old.id);
      await service.ask(END, { id: apiKey.id }, lab.owner);
      const again = await rotate(old.id);
      expect(again.apiKey.predecessor).toMatchObject({ id: old.id, successor: { id: again.apiKey.id } });
      expect(again.apiKey.expiresAt).toBe(expiresAt?.toISOString() ?? null);

      // Unless its expiry was extended meanwhile.
      await service.ask(END, { id: again.apiKey.id }, lab.owner);
      const input = { id: old.id, expiresAt: later(3 * DAY).toISOString() };
      await service.ask(UPDATE_KEY, { input }, lab.owner);
      expect((await rotate(old.id)).apiKey.expiresAt).toBe(input.expiresAt);
    }
  },
);

test('a rotation beside the deletion of the predecessor answers both', async () => {
  for (let round = 0; round < 20; round++) {
    const old = await newKey();
    const { apiKey } = await rotate(old.id);
    const answers = await Promise.all([
      tryToRotate(apiKey.id, { overlapSeconds: 0 }),
      elsewhere.call(DELETE_KEY, { id: old.id }, lab.owner),
    ]);
    for (const { status, text } of answers) expect(status, text).toBe(200);
    await service.db.deleteFrom('apiKeys').execute();
  }
});

test('the expiry of a retiring key can only be brought forward', async () => {
  const { id } = await newKey();
  await rotate(id);
  const change = (expiresAt: Date | null) =>
    service.call(UPDATE_KEY, { input: { id, expiresAt } }, lab.owner).then(({ code }) => code);
  expect(await change(later(2 * HOUR))).toBe(codes.BAD_USER_INPUT);
  expect(await change(null)).toBe(codes.BAD_USER_INPUT);
  expect(await change(later(HOUR / 2))).toBeUndefined();
});

test('without an overlap the old key is refused on a server whose clock is behind, too', async () => {
  const old = await newKey();
  const behind = await startServiceForTest({
    databaseUrl: service.databaseUrl,
    now: () => new Date(now.getTime() - 3000),
  });
  expect((await predict(old, { on: behind })).status).toBe(200);
  await rotate(old.id, { overlapSeconds: 0 });
  expect(await predict(old, { on: behind })).toMatchObject(refusal(codes.API_KEY_EXPIRED));
});

test('a request that was held back until the key had expired neither extends nor rotates it', async () => {
  // The time of a request is that of its head.
  const slow = await startServiceForTest({
    databaseUrl: service.databaseUrl,
    now: () => new Date(Date.now() - 60_000),
  });
  const expiresAt = new Date(Date.now() - 30_000);
  const { id } = await createKey(slow, lab.owner, { deploymentId: lab.deploymentId }, { expiresAt });
  const input = { id, expiresAt: null };
  expect(await slow.call(UPDATE_KEY, { input }, lab.owner)).toMatchObject(refusal(codes.BAD_USER_INPUT));
  expect(await slow.call(ROTATE_KEY, { input: { id, overlapSeconds: 0 } }, lab.owner)).toMatchObject(
    refusal(codes.BAD_USER_INPUT),
  );
});

test('revoked and expired keys, and overlaps beyond 30 days, are refused', async () => {
  const [revoked, expired, usable] = [await newKey(), await newKey({ expiresAt: later(1) }), await newKey()];
  await service.ask(REVOKE_KEY, { id: revoked.id }, lab.owner);
  now = later(1);
  for (const { id } of [revoked, expired]) expect((await tryToRotate(id)).code).toBe(codes.BAD_USER_INPUT);
  for (const overlapSeconds of [-1, 30 * 86_400 + 1]) {
    expect((await tryToRotate(usable.id, { overlapSeconds })).code).toBe(codes.BAD_USER_INPUT);
  }
  expect((await tryToRotate(usable.id, { overlapSeconds: 30 * 86_400 })).status).toBe(200);
});

test('a plan without API access allows no rotation', async () => {
  const { id } = await newKey();
  await setPlan(service.db, lab.owner.organization.slug, 'FREE');
  expect(await tryToRotate(id)).toMatchObject(refusal(codes.PLAN_FEATURE_REQUIRED));
});

test('the plan is checked before the input', async () => {
  const { id } = await newKey();
  await setPlan(service.db, lab.owner.organization.slug, 'FREE');
  expect(await tryToRotate(id, { overlapSeconds: -1 })).toMatchObject(refusal(codes.PLAN_FEATURE_REQUIRED));
});

test('a repeated rotation names the successor, and makes no second one', async () => {
  const { id } = await newKey();
  const { apiKey } = await rotate(id, { idempotencyKey: 'a' });
  const repeated = await tryToRotate(id, { idempotencyKey: 'a' });
  expect(repeated.code).toBe(codes.API_KEY_ALREADY_CREATED);
  expect(JSON.parse(repeated.text).errors[0].extensions.apiKeyId).toBe(apiKey.id);
});

test('the activity names both keys, and when the older one retires', async () => {
  const old = await newKey();
  const { apiKey } = await rotate(old.id);
  const entries = await service.db
    .selectFrom('activity')
    .select(['action', 'subjectId', 'details'])
    .where('subjectId', 'in', [old.id, apiKey.id])
    .orderBy('id')
    .execute();
  expect(entries).toEqual([
    { action: 'api_key.created', subjectId: old.id, details: { prefix: old.prefix } },
    {
      action: 'api_key.rotated',
      subjectId: old.id,
      details: {
        prefix: old.prefix,
        successorId: apiKey.id,
        successorPrefix: apiKey.prefix,
        retiresAt: later(HOUR).toISOString(),
      },
    },
    {
      action: 'api_key.created',
      subjectId: apiKey.id,
      details: { prefix: apiKey.prefix, predecessorId: old.id },
    },
  ]);
});

test('a predecessor that a rotation without an overlap ends has an entry of who ended it', async () => {
  const old = await newKey();
  const { apiKey } = await rotate(old.id);
  const retired = later(HOUR).toISOString();
  now = later(60_000);
  await rotate(apiKey.id, { overlapSeconds: 0 });
  const { actorId, details } = await service.db
    .selectFrom('activity')
    .select(['actorId', 'details'])
    .where('subjectId', '=', old.id)
    .where('action', '=', 'api_key.changed')
    .executeTakeFirstOrThrow();
  expect(actorId).toBe(lab.owner.id);
  expect(details).toEqual({
    prefix: old.prefix,
    'expiresAt.from': retired,
    // Past for servers whose clocks are behind, too.
    'expiresAt.to': later(-5000).toISOString(),
  });
});
