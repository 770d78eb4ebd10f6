import { sql } from 'kysely';
import pg from 'pg';
import { uuidv7 as newId } from 'uuidv7';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { setPlan } from '../src/accounts/plans.ts';
import { startRefusals } from '../src/api-keys/refusals.ts';
import { dropOldRefusals } from '../src/api-keys/refusals-by-code.ts';
import { MAX_COUNTED_NETWORKS } from '../src/api-keys/write-refusals.ts';
import type { Code } from '../src/errors.ts';
import {
  type Credential,
  codes,
  createKey,
  DELETE_KEY,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  REHEARSE,
  REVOKE_KEY,
  type Service,
  startPair,
  startService,
  startServiceForTest,
  UPDATE_KEY,
} from './harness.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let now = new Date();
let service: Service;
/** A second server on the same database. */
let elsewhere: Service;
let lab: Lab;
let key: { id: string; rawKey: string };
const options = { now: () => now, trustedProxies: ['127.0.0.1'], refusalsMs: 20 };

beforeAll(async () => {
  const pair = await startPair(options);
  ({ service, elsewhere } = pair);
  lab = await openLab(service, 'ENTERPRISE');
  return pair.close;
});
beforeEach(async () => {
  now = new Date();
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
});

const from = (address: string, rawKey = key.rawKey): Credential => ({
  headers: { authorization: `Api-Key ${rawKey}`, 'x-forwarded-for': address },
});
const spectra = gasoline();
const predict = (as: Credential, { on = service, deploymentId = lab.deploymentId, sent = spectra } = {}) =>
  on.call(PREDICT, { deploymentId, spectra: sent }, as);
const predictOverRest = (address: string, body: object, on = service) =>
  fetch(`${on.url}/api/deployments/${lab.deploymentId}/predict`, {
    method: 'POST',
    headers: {
      authorization: `Api-Key ${key.rawKey}`,
      'x-forwarded-for': address,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });

const REFUSALS = `query ($id: ID!, $days: Int) { apiKey(id: $id) { refusals(days: $days) {
  code isRehearsal count lastAt lastNetwork networks { network count lastAt }
} } }`;
const refusalsOf = async (id = key.id, days = 30) =>
  (await service.ask(REFUSALS, { id, days }, lab.owner)).apiKey?.refusals ?? [];
const countsOf = async (id = key.id) =>
  (await refusalsOf(id)).reduce((sum, { count }) => sum + Number(count), 0);
/** Waits until this many refusals of the key are written. */
const written = (count: number, id = key.id) => expect.poll(() => countsOf(id), { interval: 20 }).toBe(count);

describe('a refused call is counted by its code, with its time and network', () => {
  const wrong = { sent: [{ sampleName: 'a', yValues: [1] }] };
  const families: [Code, () => Promise<unknown>, () => Promise<unknown>][] = [
    [
      codes.API_KEY_REVOKED,
      () => service.ask(REVOKE_KEY, { id: key.id }, lab.owner),
      () => predict(from('203.0.113.7')),
    ],
    [
      codes.API_KEY_EXPIRED,
      async () => {
        await update({ expiresAt: new Date(now.getTime() + 1000) });
        now = new Date(now.getTime() + 1000);
      },
      () => predict(from('203.0.113.7')),
    ],
    [
      codes.API_KEY_NETWORK_NOT_ALLOWED,
      () => update({ allowedNetworks: ['198.51.100.0/24'] }),
      () => predict(from('203.0.113.7')),
    ],
    [
      codes.PLAN_FEATURE_REQUIRED,
      async () => {
        await setPlan(service.db, lab.owner.organization.slug, 'FREE');
        onTestFinished(async () => {
          await setPlan(service.db, lab.owner.organization.slug, 'ENTERPRISE');
        });
      },
      () => predict(from('203.0.113.7')),
    ],
    [
      codes.API_KEY_QUOTA_EXCEEDED,
      () => update({ monthlyPredictions: 1 }),
      () => predict(from('203.0.113.7'), { sent: gasoline(2) }),
    ],
    [
      codes.API_KEY_RATE_LIMITED,
      async () => {
        await update({ callsPerMinute: 1 });
        await predict(from('192.0.2.1'));
      },
      () => predict(from('203.0.113.7')),
    ],
    [
      codes.API_KEY_NOT_AUTHORIZED,
      async () => {},
      () => predict(from('203.0.113.7'), { deploymentId: newId() }),
    ],
    [
      codes.DEPLOYMENT_INACTIVE,
      async () => {
        await setActive(false);
        onTestFinished(() => setActive(true));
      },
      () => predict(from('203.0.113.7')),
    ],
    [codes.BAD_USER_INPUT, async () => {}, () => predict(from('203.0.113.7'), wrong)],
    [codes.FORBIDDEN, async () => {}, () => service.call('{ viewer { id } }', {}, from('203.0.113.7'))],
    [codes.GRAPHQL_PARSE_FAILED, async () => {}, () => service.call('{ viewer', {}, from('203.0.113.7'))],
    [
      codes.UNSUPPORTED_MEDIA_TYPE,
      async () => {},
      () =>
        fetch(`${service.url}/graphql`, {
          method: 'POST',
          headers: {
            authorization: `Api-Key ${key.rawKey}`,
            'x-forwarded-for': '203.0.113.7',
            'content-type': 'text/plain',
          },
          body: '{}',
        }),
    ],
  ];
  const setActive = async (active: boolean) => {
    await service.ask(
      'mutation ($id: ID!, $active: Boolean!) { setDeploymentActive(id: $id, active: $active) { id } }',
      { id: lab.deploymentId, active },
      lab.owner,
    );
  };
  const update = (changes: object) =>
    service.ask(UPDATE_KEY, { input: { id: key.id, ...changes } }, lab.owner);

  test.for(families)('%s at /graphql, by both servers', async ([code, prepare, call]) => {
    // Both servers remember the facts about the key.
    for (const on of [service, elsewhere]) await predict(from('192.0.2.1'), { on });
    await prepare();
    await call();
    await written(1);
    expect(await refusalsOf()).toEqual([
      {
        code,
        isRehearsal: false,
        count: 1,
        lastAt: now.toISOString(),
        lastNetwork: '203.0.113.7',
        networks: [{ network: '203.0.113.7', count: 1, lastAt: now.toISOString() }],
      },
    ]);
  });

  test('over plain HTTP too: what the key, the path and the body are refused for, IPv6 by its /64', async () => {
    const body = { spectra: [{ sample_name: 'a', y_values: spectra[0]?.yValues }] };
    expect((await predictOverRest('2001:db8::1', body)).status).toBe(200);
    expect((await predictOverRest('2001:db8::1', {})).status).toBe(400);
    const unknown = await fetch(`${service.url}/api/nothing`, {
      headers: { authorization: `Api-Key ${key.rawKey}`, 'x-forwarded-for': '2001:db8::2' },
    });
    expect(unknown.status).toBe(404);
    await service.ask(REVOKE_KEY, { id: key.id }, lab.owner);
    expect((await predictOverRest('2001:db8::3', body, elsewhere)).status).toBe(403);
    await written(3);
    expect((await refusalsOf()).map(({ code, lastNetwork }) => `${code} ${lastNetwork}`).toSorted()).toEqual(
      [codes.API_KEY_REVOKED, codes.BAD_USER_INPUT, codes.NOT_FOUND].map(code => `${code} 2001:db8::/64`),
    );
  });
});

test('answered calls, unknown keys and people are not counted, and write nothing', async () => {
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  onTestFinished(() => spy.mockRestore());
  await predict(from('192.0.2.1'));
  await predict({ rawKey: `sk_${'A'.repeat(46)}` });
  await predict(lab.owner, { deploymentId: newId() });
  await predict(from('192.0.2.1'), { deploymentId: newId() });
  await written(1);
  expect(spy.mock.calls.filter(([config]) => Object(config).name === 'add_refusals')).toHaveLength(1);
});

test('servers add to the same counts, and a server that stops writes its own first', async () => {
  const other = await startService({ ...options, refusalsMs: 600_000, databaseUrl: service.databaseUrl });
  await service.ask(REVOKE_KEY, { id: key.id }, lab.owner);
  for (const on of [service, elsewhere, other, service, elsewhere, other])
    await predict(from('192.0.2.1'), { on });
  await written(4);
  await other.close();
  expect(await refusalsOf()).toMatchObject([{ code: codes.API_KEY_REVOKED, count: 6 }]);
});

test('refusals during a rehearsal are told apart from those of a revocation, with their networks and times', async () => {
  await service.ask(REHEARSE, { id: key.id, minutes: 5 }, lab.owner);
  const first = now;
  await predict(from('192.0.2.1'));
  now = new Date(now.getTime() + 60_000);
  await predict(from('192.0.2.2'), { on: elsewhere });
  await predict(from('192.0.2.2'));
  await written(3);
  const second = now;
  await service.ask(REVOKE_KEY, { id: key.id }, lab.owner);
  now = new Date(now.getTime() + 60_000);
  await predict(from('192.0.2.3'));
  await written(4);
  expect(await refusalsOf()).toMatchObject([
    {
      code: codes.API_KEY_REVOKED,
      isRehearsal: false,
      count: 1,
      networks: [{ network: '192.0.2.3', lastAt: now.toISOString() }],
    },
    {
      code: codes.API_KEY_REVOKED,
      isRehearsal: true,
      count: 3,
      lastNetwork: '192.0.2.2',
      networks: [
        { network: '192.0.2.2', count: 2, lastAt: second.toISOString() },
        { network: '192.0.2.1', count: 1, lastAt: first.toISOString() },
      ],
    },
  ]);
});

test('they are asked for by days, kept for 90 days, and deleted with the key', async () => {
  const { rawKey, id } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  const today = now.getTime();
  for (const daysAgo of [90, 89, 30, 29, 0]) {
    now = new Date(today - daysAgo * DAY_MS);
    await predict(from('192.0.2.1', rawKey), { deploymentId: newId() });
  }
  await expect
    .poll(() =>
      service.db
        .selectFrom('apiKeyRefusals')
        .select(eb => eb.fn.countAll<number>().as('rows'))
        .where('apiKeyId', '=', id)
        .executeTakeFirst(),
    )
    .toEqual({ rows: 5 });
  for (const [days, count] of [
    [1, 1],
    [29, 1],
    [30, 2],
    [31, 3],
    [90, 4],
  ])
    expect(await refusalsOf(id, days)).toMatchObject([{ count }]);
  for (const days of [0, 91, -1]) {
    const { code } = await service.call(REFUSALS, { id, days }, lab.owner);
    expect(code).toBe(codes.BAD_USER_INPUT);
  }
  const kept = async () =>
    (await service.db.selectFrom('apiKeyRefusals').select('day').where('apiKeyId', '=', id).execute()).length;
  await dropOldRefusals(service.db, now);
  expect(await kept()).toBe(4);
  await service.ask(DELETE_KEY, { id }, lab.owner);
  expect(await kept()).toBe(0);
});

test('a flood of refusals from many networks makes a statement every few seconds, and a bounded number of rows', async () => {
  const own = await startServiceForTest({ ...options, refusalsMs: 250, databaseUrl: service.databaseUrl });
  await service.ask(REVOKE_KEY, { id: key.id }, lab.owner);
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  onTestFinished(() => spy.mockRestore());
  const started = performance.now();
  const CALLS = 1000;
  for (let sent = 0; sent < CALLS; sent += 50) {
    // Each batch is later than the one before, so that the last network is known.
    now = new Date(now.getTime() + 1);
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        predict(from(`10.0.${(sent + i) >> 8}.${(sent + i) & 255}`), { on: own }),
      ),
    );
  }
  await written(CALLS);
  const statements = spy.mock.calls.filter(([config]) => Object(config).name === 'add_refusals').length;
  expect(statements).toBeLessThanOrEqual(1 + (performance.now() - started) / 250);
  const rows = await service.db
    .selectFrom('apiKeyRefusals')
    .select(['network', 'lastNetwork'])
    .where('apiKeyId', '=', key.id)
    .execute();
  expect(rows).toHaveLength(MAX_COUNTED_NETWORKS + 1);
  const [found] = await refusalsOf();
  expect(found?.networks).toHaveLength(MAX_COUNTED_NETWORKS);
  expect(found?.lastNetwork).toMatch(/^10\.0\.3\./);
});

test('of a key that ended more than a week ago only a row a day is kept, whatever networks call', async () => {
  const revokedAt = new Date(now.getTime() - 7 * DAY_MS);
  await service.ask(REVOKE_KEY, { id: key.id }, lab.owner);
  const rows = async () =>
    await service.db
      .selectFrom('apiKeyRefusals')
      .select(['network', 'lastNetwork', 'count'])
      .where('apiKeyId', '=', key.id)
      .orderBy('day')
      .orderBy('network')
      .execute();
  await service.db.updateTable('apiKeys').set({ revokedAt }).where('id', '=', key.id).execute();
  for (const address of ['192.0.2.1', '192.0.2.2']) await predict(from(address));
  await written(2);
  expect(await rows()).toHaveLength(2);
  now = new Date(now.getTime() + DAY_MS);
  for (const address of ['192.0.2.1', '192.0.2.3', '192.0.2.4', '192.0.2.5']) {
    now = new Date(now.getTime() + 1);
    await predict(from(address));
  }
  await written(6);
  const kept = await rows();
  expect(kept.slice(2)).toEqual([{ network: '', lastNetwork: '192.0.2.5', count: 4 }]);
  expect((await refusalsOf())[0]).toMatchObject({ count: 6, lastNetwork: '192.0.2.5' });
});

describe('counting in memory', () => {
  const at = new Date('2031-05-13T10:00:00Z');
  const silent = { warn: () => {} };
  const start = () => startRefusals({ db: service.db, log: silent, flushMs: 600_000 });
  const sum = async (ids: readonly string[]) => {
    const { total } = await service.db
      .selectFrom('apiKeyRefusals')
      .select(eb => eb.fn.coalesce(eb.fn.sum<number>('count'), sql<number>`0`).as('total'))
      .where('apiKeyId', 'in', ids)
      .executeTakeFirstOrThrow();
    return Number(total);
  };

  test('is limited in memory: one organization, with any number of keys and codes, does not use up that of others', async () => {
    const refusals = start();
    const own = { id: key.id, organizationId: lab.owner.organization.id };
    for (let organization = 0; organization < 100; organization++) {
      for (let i = 0; i < 2000; i++) {
        refusals.count(
          { id: newId(), organizationId: `hostile ${organization}` },
          { code: codes.API_KEY_REVOKED, network: `10.0.0.${i % 256}`, at },
        );
      }
    }
    for (let i = 0; i < 3; i++) refusals.count(own, { code: codes.BAD_USER_INPUT, network: '192.0.2.1', at });
    const spy = vi.spyOn(pg.Client.prototype, 'query');
    onTestFinished(() => spy.mockRestore());
    await refusals.flush();
    const values: unknown[] = spy.mock.calls.map(([config]) => Object(config).values?.[0]);
    const [json] = values.filter(value => typeof value === 'string' && value.startsWith('[{"apiKeyId"'));
    const rows: unknown[] = JSON.parse(String(json));
    expect(rows.length).toBeLessThanOrEqual(5000);
    expect(await sum([key.id])).toBe(3);
    // Keys that do not exist are dropped, and their memory is free again.
    spy.mockClear();
    await refusals.flush();
    expect(spy.mock.calls).toEqual([]);
    await refusals.stop();
  });

  test('a failed statement keeps the counts, and neither loses nor doubles them', async () => {
    const own = await startServiceForTest(options);
    const there = await openLab(own);
    const { id } = await createKey(own, there.owner, { deploymentId: there.deploymentId });
    const warnings: string[] = [];
    const refusals = startRefusals({
      db: own.db,
      log: { warn: (_details, message) => void warnings.push(message) },
      flushMs: 600_000,
    });
    const count = () =>
      refusals.count(
        { id, organizationId: there.owner.organization.id },
        { code: codes.API_KEY_EXPIRED, network: '192.0.2.1', at },
      );
    count();
    await sql`alter table api_key_refusals rename to away`.execute(own.db);
    await refusals.flush();
    count();
    await refusals.flush();
    expect(warnings).toHaveLength(2);
    await sql`alter table away rename to api_key_refusals`.execute(own.db);
    await Promise.all([refusals.flush(), refusals.flush()]);
    await refusals.stop();
    const rows = await own.db.selectFrom('apiKeyRefusals').select('count').execute();
    expect(rows).toEqual([{ count: 2 }]);
  });

  test('a key that is locked, by a deletion for example, delays its own counts only', async () => {
    const refusals = start();
    const organizationId = lab.owner.organization.id;
    const other = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    for (const { id } of [key, other])
      refusals.count({ id, organizationId }, { code: codes.API_KEY_EXPIRED, network: '192.0.2.1', at });
    const trx = await service.db.startTransaction().execute();
    await trx.selectFrom('apiKeys').select('id').where('id', '=', key.id).forUpdate().execute();
    await refusals.flush();
    expect(await sum([key.id])).toBe(0);
    expect(await sum([other.id])).toBe(1);
    await trx.rollback().execute();
    await refusals.flush();
    expect(await sum([key.id, other.id])).toBe(2);
    await refusals.stop();
  });

  test('servers that flush at once, while keys are deleted, deadlock neither each other nor the deletions', async () => {
    const keys = [];
    for (let i = 0; i < 8; i++)
      keys.push(await createKey(service, lab.owner, { deploymentId: lab.deploymentId }));
    const warnings: object[] = [];
    const servers = Array.from({ length: 3 }, () =>
      startRefusals({
        db: service.db,
        log: { warn: details => void warnings.push(details) },
        flushMs: 600_000,
      }),
    );
    const organizationId = lab.owner.organization.id;
    const round = (some: readonly { id: string }[]) =>
      servers.map(async (refusals, index) => {
        const order = index % 2 === 0 ? some : some.toReversed();
        for (const { id } of order)
          refusals.count(
            { id, organizationId },
            { code: codes.API_KEY_EXPIRED, network: `192.0.2.${index}`, at },
          );
        await refusals.flush();
      });
    for (let i = 0; i < 20; i++) await Promise.all(round(keys));
    expect(await sum(keys.map(({ id }) => id))).toBe(20 * 8 * 3);
    await Promise.all([
      ...round(keys),
      ...keys.slice(0, 4).map(({ id }) => service.ask(DELETE_KEY, { id }, lab.owner)),
    ]);
    expect(warnings).toEqual([]);
    for (const refusals of servers) await refusals.stop();
    expect(await sum(keys.map(({ id }) => id))).toBe(21 * 4 * 3);
  });
});
