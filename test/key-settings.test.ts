import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { countKeyDays } from '../src/predictions/key-usage.ts';
import {
  type Credential,
  codes,
  createKey,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  REVOKE_KEY,
  recordOf,
  refusal,
  type Service,
  startPair,
  UPDATE_KEY,
} from './harness.ts';

const MINUTE = 60_000;
const THIS = new Date();
/** A time of the present month, whose logs have a partition, as have those of the next one. */
const at = (day: number, time: string, month = THIS.getUTCMonth()) =>
  new Date(`${new Date(Date.UTC(THIS.getUTCFullYear(), month, day)).toISOString().slice(0, 11)}${time}Z`);

const nextMonth = () => at(1, '00:00:00', THIS.getUTCMonth() + 1);

let now = new Date();
let service: Service;
/** A second server on the same database. */
let elsewhere: Service;
let lab: Lab;

beforeAll(async () => {
  const pair = await startPair({ now: () => now, trustedProxies: ['127.0.0.1'] });
  ({ service, elsewhere } = pair);
  return pair.close;
});
beforeEach(async () => {
  now = at(13, '10:00:00');
  lab = await openLab(service);
});

const from = (rawKey: string, address: string): Credential => ({
  headers: { authorization: `Api-Key ${rawKey}`, 'x-forwarded-for': address },
});
const predict = (as: Credential, { on = service, spectra = 1 } = {}) =>
  on.call(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline(spectra) }, as);
const newKey = (more: Parameters<typeof createKey>[3] = {}) =>
  createKey(service, lab.owner, { deploymentId: lab.deploymentId }, more);
const update = (id: string, changes: object) =>
  service.call(UPDATE_KEY, { input: { id, ...changes } }, lab.owner);
const changed = async (id: string, changes: object) =>
  (await service.ask(UPDATE_KEY, { input: { id, ...changes } }, lab.owner)).updateApiKey;
const activityOf = (id: string) =>
  service.db
    .selectFrom('activity')
    .select(['action', 'details', 'actorId'])
    .where('subjectId', '=', id)
    .orderBy('id')
    .execute();

describe('changing a key', () => {
  const settings = {
    note: 'Line 2, ask Ines',
    expiresAt: '2099-12-01T00:00:00.000Z',
    allowedNetworks: ['203.0.113.0/24', '2001:db8::/32'],
    monthlyPredictions: 5000,
    callsPerMinute: 60,
  };
  const none = {
    note: null,
    expiresAt: null,
    allowedNetworks: null,
    monthlyPredictions: null,
    callsPerMinute: null,
  };

  test('an absent field stays as it is, and null removes', async () => {
    const { id } = await newKey();
    expect(await changed(id, settings)).toMatchObject(settings);
    expect(await changed(id, { name: 'Analyser' })).toMatchObject({ ...settings, name: 'Analyser' });
    expect(await changed(id, none)).toMatchObject({ ...none, name: 'Analyser' });
  });

  test('a key can be created with the same settings', async () => {
    const { id } = await newKey({ ...settings, expiresAt: new Date(settings.expiresAt) });
    expect(await changed(id, {})).toMatchObject(settings);
  });

  test('the activity keeps the old and the new values, and nothing if nothing changes', async () => {
    const { id, prefix } = await newKey({ note: 'old' });
    await changed(id, { note: 'new', callsPerMinute: 5 });
    await changed(id, { note: 'new' });
    expect(await activityOf(id)).toEqual([
      expect.objectContaining({ action: 'api_key.created' }),
      {
        action: 'api_key.changed',
        actorId: lab.owner.id,
        details: {
          prefix,
          'note.from': 'old',
          'note.to': 'new',
          'callsPerMinute.from': null,
          'callsPerMinute.to': '5',
        },
      },
    ]);
  });

  test.for<[string, object, RegExp]>([
    ['a name', { name: null }, /has a name/],
    ['an expiry in the past', { expiresAt: '2020-01-01T00:00:00Z' }, /must be in the future/],
    ['no networks', { allowedNetworks: [] }, /empty/],
    [
      '51 networks',
      { allowedNetworks: Array.from({ length: 51 }, (_, i) => `10.0.${i}.0/24`) },
      /at most 50/,
    ],
    ['a word', { allowedNetworks: ['office'] }, /"office" in "allowedNetworks" is not a network/],
    ['a network with too many bits', { allowedNetworks: ['10.0.0.0/33'] }, /0 to 32/],
    ['a network with negative bits', { allowedNetworks: ['10.0.0.0/-1'] }, /0 to 32/],
    ['a block that begins elsewhere', { allowedNetworks: ['10.1.2.3/8'] }, /write 10\.0\.0\.0\/8/],
    ['an address in short', { allowedNetworks: ['10.1'] }, /is not a network/],
    ['an address in octal', { allowedNetworks: ['010.0.0.1'] }, /is not a network/],
    ['a zone', { allowedNetworks: ['fe80::1%eth0'] }, /is not a network/],
    ['two prefixes', { allowedNetworks: ['10.0.0.0/8/8'] }, /is not a network/],
    ['no predictions', { monthlyPredictions: 0 }, /must be 1 to/],
    ['no calls', { callsPerMinute: 0 }, /must be 1 to/],
    ['a long note', { note: 'n'.repeat(1001) }, /1 to 1000 characters/],
  ])('is refused for %s', async ([, changes, message]) => {
    const { id } = await newKey();
    const { status, code, text } = await update(id, changes);
    expect({ status, code }).toEqual({ status: 400, code: codes.BAD_USER_INPUT });
    expect(JSON.parse(text).errors[0].message).toMatch(message);
  });

  test('networks are stored in one spelling, each once', async () => {
    const { id } = await newKey({
      allowedNetworks: [
        '203.0.113.7',
        '203.0.113.7/32',
        '2001:DB8:0:0::/32',
        '::ffff:10.0.0.0/104',
        '2001:db8::1',
      ],
    });
    expect((await changed(id, {})).allowedNetworks).toEqual([
      '203.0.113.7/32',
      '2001:db8::/32',
      '10.0.0.0/8',
      '2001:db8::1/128',
    ]);
  });

  test('of a revoked or an expired key only the name and the note can be changed', async () => {
    const [revoked, expired] = [
      await newKey(),
      await newKey({ expiresAt: new Date(now.getTime() + MINUTE) }),
    ];
    await service.ask(REVOKE_KEY, { id: revoked.id }, lab.owner);
    now = new Date(now.getTime() + MINUTE);
    for (const { id } of [revoked, expired]) {
      for (const changes of [
        { expiresAt: '2099-01-01T00:00:00Z' },
        { allowedNetworks: ['203.0.113.0/24'] },
        { monthlyPredictions: 5 },
        { callsPerMinute: 5 },
        { name: 'Renamed', callsPerMinute: 5 },
      ]) {
        const refused = await update(id, changes);
        expect(refused.code).toBe(codes.BAD_USER_INPUT);
        expect(refused.errors[0]?.message).toMatch(
          /^The key (is revoked|has expired), .* Only its name and note can be changed\. Create a new key\.$/,
        );
      }
      expect(await changed(id, { name: 'Old', note: 'Replaced by line 3' })).toMatchObject({
        name: 'Old',
        note: 'Replaced by line 3',
        allowedNetworks: null,
        monthlyPredictions: null,
        callsPerMinute: null,
      });
    }
    expect((await update(expired.id, { expiresAt: null })).code).toBe(codes.BAD_USER_INPUT);
  });
});

describe('the networks of a key', () => {
  const notAllowed = refusal(codes.API_KEY_NETWORK_NOT_ALLOWED);

  test.for<[address: string, isAllowed: boolean]>([
    ['203.0.113.7', true],
    ['::ffff:203.0.113.7', true],
    ['203.0.114.7', false],
    ['2001:db8:1::1', true],
    ['2001:db9::1', false],
    ['198.51.100.9', true],
    ['198.51.100.10', false],
    ['unknown', false],
  ])('%s: %s', async ([address, isAllowed]) => {
    const { rawKey } = await newKey({
      allowedNetworks: ['203.0.113.0/24', '2001:db8::/32', '198.51.100.9'],
    });
    const answer = await predict(from(rawKey, address));
    if (isAllowed) expect(answer).toMatchObject({ status: 200 });
    else expect(answer).toMatchObject(notAllowed);
    expect(await recordOf(service, lab.deploymentId)).toMatchObject({ charged: isAllowed ? 1 : 0 });
  });

  test('of IPv6 contain no address of IPv4, and the reverse', async () => {
    for (const [network, inside, outside] of [
      ['::/0', '2001:db8::1', '203.0.113.7'],
      ['::/0', '::1', '::ffff:203.0.113.7'],
      ['0.0.0.0/0', '203.0.113.7', '2001:db8::1'],
    ] as const) {
      const { rawKey } = await newKey({ allowedNetworks: [network] });
      expect(await predict(from(rawKey, inside))).toMatchObject({ status: 200 });
      expect(await predict(from(rawKey, outside))).toMatchObject(notAllowed);
    }
  });

  test('are those of both APIs, and of reading about the key', async () => {
    const { rawKey } = await newKey({ allowedNetworks: ['203.0.113.0/24'] });
    for (const path of ['/api/key', `/api/deployments/${lab.deploymentId}`]) {
      const ask = (address: string) =>
        fetch(`${service.url}${path}`, {
          headers: { authorization: `Api-Key ${rawKey}`, 'x-forwarded-for': address },
        });
      expect((await ask('203.0.113.9')).status).toBe(200);
      const refused = await ask('203.0.112.9');
      expect(refused.status).toBe(403);
      expect(await refused.json()).toMatchObject({ code: codes.API_KEY_NETWORK_NOT_ALLOWED });
    }
  });

  test('take effect with the next call on every server that remembers the key', async () => {
    const { id, rawKey } = await newKey();
    const as = from(rawKey, '198.51.100.1');
    for (const on of [service, elsewhere, service, elsewhere]) {
      expect((await predict(as, { on })).status).toBe(200);
    }
    await changed(id, { allowedNetworks: ['203.0.113.0/24'] });
    for (const on of [elsewhere, service]) expect(await predict(as, { on })).toMatchObject(notAllowed);
    await changed(id, { allowedNetworks: ['198.51.100.0/24'] });
    for (const on of [elsewhere, service]) expect((await predict(as, { on })).status).toBe(200);
  });
});

describe('the limit of predictions a month', () => {
  const exceeded = refusal(codes.API_KEY_QUOTA_EXCEEDED);

  test('is exact over two servers that are called at once, and says when the month ends', async () => {
    const { rawKey } = await newKey({ monthlyPredictions: 10 });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => predict({ rawKey }, { on: i % 2 ? elsewhere : service })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    for (const answer of answers.filter(({ status }) => status !== 200))
      expect(answer).toMatchObject(exceeded);
    expect(await recordOf(service, lab.deploymentId)).toEqual({ charged: 10, logged: 10 });
    const refused = await predict({ rawKey });
    expect(Number(refused.headers.get('retry-after'))).toBe((nextMonth().getTime() - now.getTime()) / 1000);
  });

  test('grants a call whole or not at all, and other keys are not concerned', async () => {
    const { rawKey } = await newKey({ monthlyPredictions: 3 });
    const other = await newKey();
    expect((await predict({ rawKey }, { spectra: 2 })).status).toBe(200);
    expect(await predict({ rawKey }, { spectra: 2 })).toMatchObject(exceeded);
    expect((await predict(other, { spectra: 2 })).status).toBe(200);
    expect((await predict({ rawKey })).status).toBe(200);
    now = nextMonth();
    expect((await predict({ rawKey }, { spectra: 3 })).status).toBe(200);
  });

  test('counts what the key did before the limit was set, and again after it was removed', async () => {
    const { id, rawKey } = await newKey();
    await predict({ rawKey }, { spectra: 3 });
    await changed(id, { monthlyPredictions: 4 });
    expect(await predict({ rawKey }, { spectra: 2 })).toMatchObject(exceeded);
    expect((await predict({ rawKey })).status).toBe(200);
    await changed(id, { monthlyPredictions: null });
    await predict({ rawKey }, { spectra: 5 });
    await changed(id, { monthlyPredictions: 10 });
    expect((await predict({ rawKey })).status).toBe(200);
    expect(await predict({ rawKey })).toMatchObject(exceeded);
  });

  test('is exact when it was removed and set again on other days, whose calls were counted meanwhile', async () => {
    onTestFinished(async () => {
      await sql`truncate api_key_days, api_key_days_counted`.execute(service.db);
    });
    const { id, rawKey } = await newKey();
    const call = async (spectra: number) => expect((await predict({ rawKey }, { spectra })).status).toBe(200);
    now = at(10, '10:00:00');
    await call(3);
    await changed(id, { monthlyPredictions: 100 });
    await call(2);
    now = at(10, '12:00:00');
    await changed(id, { monthlyPredictions: null });
    await call(4);
    now = at(12, '03:00:00');
    await countKeyDays(service.db, now);
    await call(1);
    now = at(12, '04:00:00');
    await changed(id, { monthlyPredictions: 100 });
    await changed(id, { monthlyPredictions: null });
    await call(2);
    now = at(13, '05:00:00');
    await changed(id, { monthlyPredictions: 12 });
    expect(await predict({ rawKey })).toMatchObject(exceeded);
    await countKeyDays(service.db, now);
    await changed(id, { monthlyPredictions: null });
    await call(1);
    await changed(id, { monthlyPredictions: 14 });
    expect(await predict({ rawKey }, { spectra: 2 })).toMatchObject(exceeded);
    await call(1);
    expect(await predict({ rawKey })).toMatchObject(exceeded);
  });

  test('does not read again what was known when it was removed', async () => {
    const { id, rawKey } = await newKey({ monthlyPredictions: 10 });
    await predict({ rawKey }, { spectra: 8 });
    now = at(13, '11:00:00');
    await changed(id, { monthlyPredictions: null });
    await service.db.deleteFrom('predictionLogs').where('apiKeyId', '=', id).execute();
    await predict({ rawKey });
    await changed(id, { monthlyPredictions: 10 });
    expect(await predict({ rawKey }, { spectra: 2 })).toMatchObject(exceeded);
    expect((await predict({ rawKey })).status).toBe(200);
  });

  test('delays no call of another organization while what a key did before is counted', async () => {
    const others = await Promise.all(
      ['Paul Past', 'Petra Past', 'Pia Past'].map(name => openLab(service, 'PRO', name)),
    );
    const keys = await Promise.all(
      others.map(({ owner, deploymentId }) => createKey(service, owner, { deploymentId })),
    );
    const counting = await service.db.startTransaction().execute();
    await sql`lock table api_key_days`.execute(counting);
    const waiting = async () => {
      const { rows } = await sql`
        select from pg_locks where relation = 'api_key_days'::regclass and not granted`.execute(counting);
      return rows.length;
    };
    const done = Promise.all(
      others.map(async ({ owner, deploymentId }, index) => {
        const key = keys[index];
        await service.call(UPDATE_KEY, { input: { id: key?.id, monthlyPredictions: 5 } }, owner);
        await service.call(PREDICT, { deploymentId, spectra: gasoline() }, key);
      }),
    );
    try {
      await expect.poll(waiting, { interval: 20 }).toBe(3);
      // The first call of its deployment's month, which waits for a queue.
      expect((await predict(lab.owner)).status).toBe(200);
      expect(await waiting()).toBe(3);
    } finally {
      await counting.rollback().execute();
      await done;
    }
  });

  test('is compared with the database when two servers remember the key and it is lowered', async () => {
    const { id, rawKey } = await newKey({ monthlyPredictions: 100 });
    for (const on of [service, elsewhere, service, elsewhere]) await predict({ rawKey }, { on });
    await changed(id, { monthlyPredictions: 4 });
    for (const on of [elsewhere, service]) expect(await predict({ rawKey }, { on })).toMatchObject(exceeded);
  });
});

test('the limit of calls a minute is that of each server, and the next minute begins anew', async () => {
  const { rawKey } = await newKey({ callsPerMinute: 2 });
  now = at(13, '10:00:30');
  for (const on of [service, elsewhere]) {
    for (let call = 0; call < 2; call++) expect((await predict({ rawKey }, { on })).status).toBe(200);
    const refused = await predict({ rawKey }, { on });
    expect(refused).toMatchObject(refusal(codes.API_KEY_RATE_LIMITED));
    expect(refused.headers.get('retry-after')).toBe('30');
  }
  expect(await recordOf(service, lab.deploymentId)).toMatchObject({ charged: 4 });
  now = at(13, '10:01:00');
  expect((await predict({ rawKey })).status).toBe(200);
});

test('a limit of calls a minute that is set takes effect with the next call on a server that remembers the key', async () => {
  now = new Date();
  const { id, rawKey } = await newKey();
  for (let call = 0; call < 3; call++) expect((await predict({ rawKey })).status).toBe(200);
  await changed(id, { callsPerMinute: 1 });
  expect((await predict({ rawKey })).status).toBe(200);
  expect(await predict({ rawKey })).toMatchObject(refusal(codes.API_KEY_RATE_LIMITED));
});
