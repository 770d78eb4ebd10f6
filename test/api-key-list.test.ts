import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  codes,
  createKey,
  deploy,
  gasoline,
  insertKeys,
  insertLogs,
  type Lab,
  openLab,
  PREDICT,
  REVOKE_KEY,
  ROTATE_KEY,
  refusal,
  type Service,
  startService,
} from './harness.ts';
import { report } from './report.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const FILTERED = `query ($of: ApiKeyTarget!, $first: Int, $after: String, $orderBy: ApiKeyOrder! = NEWEST,
    $search: String, $status: [ApiKeyStatus!]) {
  apiKeys(of: $of, first: $first, after: $after, orderBy: $orderBy, search: $search, status: $status) {
    totalCount nodes { id name status lastUsedAt revokedAt revocationSource revokedBy { name } }
    pageInfo { hasNextPage endCursor }
  }
}`;

let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service, 'ENTERPRISE');
});
afterAll(() => service.close());

const list = async (args: object, { owner }: Lab = lab) =>
  (await service.ask(FILTERED, { of: { projectId: owner.projectId }, ...args }, owner)).apiKeys;
const names = async (args: object, of: Lab = lab) => {
  const { nodes, totalCount } = await list(args, of);
  expect(totalCount).toBe(nodes.length);
  return nodes.map(({ name }) => name);
};

describe('a list of keys', () => {
  let lims: Awaited<ReturnType<typeof createKey>>;
  beforeAll(async () => {
    const { owner, deploymentId } = lab;
    const create = (name: string, input = {}) =>
      createKey(service, owner, { deploymentId }, { name, ...input });
    lims = await create('LIMS, line 3');
    await create('Ölmühle lims');
    await create('50 % octane_a\\b');
    const revoked = await create('Old LIMS');
    await service.ask(REVOKE_KEY, { id: revoked.id }, owner);
    const expired = await create('Expired');
    await service.db
      .updateTable('apiKeys')
      .set({ createdAt: new Date(Date.now() - 2 * DAY_MS), expiresAt: new Date(Date.now() - DAY_MS) })
      .where('id', '=', expired.id)
      .execute();
  });

  test('is searched by a part of the name in any case, and %, _ and \\ mean themselves', async () => {
    expect(await names({ search: 'lims' })).toEqual(['Old LIMS', 'Ölmühle lims', 'LIMS, line 3']);
    expect(await names({ search: ' ÖLMÜHLE ' })).toEqual(['Ölmühle lims']);
    expect(await names({ search: '%' })).toEqual(['50 % octane_a\\b']);
    expect(await names({ search: 'e_a\\B' })).toEqual(['50 % octane_a\\b']);
    expect(await names({ search: '_' })).toEqual(['50 % octane_a\\b']);
    expect(await names({ search: 'LIMS_' })).toEqual([]);
    expect(await names({ search: 'no such key' })).toEqual([]);
    for (const search of [null, '', '  ']) expect(await names({ search })).toHaveLength(5);
  });

  test('is searched by the beginning of the key, as it is listed, and by a whole raw key', async () => {
    for (const search of [
      lims.prefix,
      `${lims.prefix}...`,
      lims.prefix.slice(0, 8),
      lims.rawKey,
      ` ${lims.rawKey}\n`,
    ])
      expect(await names({ search })).toEqual(['LIMS, line 3']);
    expect(await names({ search: lims.prefix.slice(4) })).toEqual([]);
  });

  test('is filtered by status, which counts too', async () => {
    expect(await names({ status: ['ACTIVE'] })).toEqual(['50 % octane_a\\b', 'Ölmühle lims', 'LIMS, line 3']);
    expect(await names({ status: ['EXPIRED', 'REVOKED'] })).toEqual(['Expired', 'Old LIMS']);
    expect(await names({ status: ['REVOKED'], search: 'lims' })).toEqual(['Old LIMS']);
    expect(await names({ status: null })).toHaveLength(5);
    expect(await list({ status: ['ACTIVE'], first: 1 })).toMatchObject({
      totalCount: 3,
      pageInfo: { hasNextPage: true },
    });
  });

  test('refuses a search of more than 100 characters and one that is not text', async () => {
    const call = (search: string) =>
      service.call(FILTERED, { of: { projectId: lab.owner.projectId }, search }, lab.owner);
    expect((await call('ö'.repeat(100))).status).toBe(200);
    for (const search of ['ö'.repeat(101), 'a\0b', '\ud800']) {
      expect(await call(search)).toMatchObject(refusal(codes.BAD_USER_INPUT));
    }
  });

  test('that is asked for several times in one document has each time its own filter', async () => {
    const answer = await service.call(
      `query ($of: ApiKeyTarget!) {
        active: apiKeys(of: $of, status: [ACTIVE]) { totalCount nodes { name } }
        ended: apiKeys(of: $of, status: [REVOKED, EXPIRED]) { totalCount nodes { name } }
        lims: apiKeys(of: $of, search: "lims") { totalCount nodes { name } }
        activeLims: apiKeys(of: $of, search: "lims", status: [ACTIVE], orderBy: LAST_USED) { totalCount }
        all: apiKeys(of: $of) { totalCount }
      }`,
      { of: { deploymentId: lab.deploymentId } },
      lab.owner,
    );
    const { data } = JSON.parse(answer.text);
    expect(data).toMatchObject({
      active: { totalCount: 3 },
      ended: { totalCount: 2, nodes: [{ name: 'Expired' }, { name: 'Old LIMS' }] },
      lims: { totalCount: 3 },
      activeLims: { totalCount: 2 },
      all: { totalCount: 5 },
    });
    expect(data.active.nodes).toHaveLength(3);
  });

  test('of one deployment is filtered among the keys that reach it', async () => {
    const { deploymentId } = await deploy(service, lab.owner);
    await createKey(service, lab.owner, { deploymentId }, { name: 'LIMS elsewhere' });
    const answer = await service.ask(
      FILTERED,
      { of: { deploymentId: lab.deploymentId }, search: 'lims', status: ['ACTIVE'] },
      lab.owner,
    );
    expect(answer.apiKeys.nodes.map(({ name }) => name)).toEqual(['Ölmühle lims', 'LIMS, line 3']);
  });
});

test('a filtered list is read page by page in both orders, whatever the precision of the last uses', async () => {
  const other = await openLab(service, 'ENTERPRISE');
  const ids = await insertKeys(service, other.owner.projectId, 60);
  // Many last uses within one millisecond, as a statement that writes the database's own time could leave them.
  await sql`
    update api_keys set name = case when place % 2 = 0 then 'LIMS ' || place else 'Other' end,
      last_used_at = case when place % 5 = 0 then null
        else timestamptz '2026-11-01 10:00:00.123Z' + (place * 37 % 60) * interval '50 microseconds' end
    from unnest(${ids}::uuid[]) with ordinality as listed (id, place)
    where api_keys.id = listed.id`.execute(service.db);
  for (const orderBy of ['NEWEST', 'LAST_USED']) {
    const whole = await list({ orderBy, search: 'lims', first: 100 }, other);
    expect(whole).toMatchObject({ totalCount: 30, pageInfo: { hasNextPage: false } });
    for (const first of [1, 7, 29]) {
      const listed: string[] = [];
      for (let after: unknown = null, more = true; more && listed.length < 60; ) {
        const page = await list({ orderBy, search: 'lims', status: ['ACTIVE'], first, after }, other);
        expect(page.totalCount).toBe(30);
        listed.push(...page.nodes.map(({ id }) => id));
        [after, more] = [page.pageInfo.endCursor, page.pageInfo.hasNextPage];
      }
      expect(listed).toEqual(whole.nodes.map(({ id }) => id));
    }
  }
});

test('a project with 100 usable and 1000 ended keys is listed, searched and filtered in milliseconds', async () => {
  const { owner, deploymentId } = await openLab(service, 'ENTERPRISE');
  const ended = await insertKeys(service, owner.projectId, 1000, new Date(Date.now() - DAY_MS));
  const usable = await insertKeys(service, owner.projectId, 100);
  const revokedAt = new Date();
  await service.db.updateTable('apiKeys').set({ revokedAt }).where('id', 'in', ended).execute();
  await insertLogs(
    service,
    deploymentId,
    [...ended, ...usable].flatMap(keyId => Array.from({ length: 5 }, () => ({ keyId, at: new Date() }))),
  );
  await sql`analyze prediction_logs, api_keys`.execute(service.db);
  const median = async (args: object) => {
    const times: number[] = [];
    for (let time = 0; time < 11; time++) {
      const started = performance.now();
      await service.ask(FILTERED, { of: { projectId: owner.projectId }, first: 100, ...args }, owner);
      times.push(performance.now() - started);
    }
    return times.sort((a, b) => a - b)[5] ?? Number.NaN;
  };
  const times = {
    newest: await median({}),
    active: await median({ status: ['ACTIVE'] }),
    revoked: await median({ status: ['REVOKED'], orderBy: 'LAST_USED' }),
    search: await median({ search: 'key', orderBy: 'LAST_USED' }),
    nothing: await median({ search: 'nothing like it' }),
  };
  report('listing 100 of 1100 keys, over HTTP', times);
  for (const time of Object.values(times)) expect(time).toBeLessThan(60);
});

test('a rotated key says since when its successor is used', async () => {
  const { owner, deploymentId } = await openLab(service, 'ENTERPRISE');
  const key = await createKey(service, owner, { deploymentId });
  const predict = (rawKey: string) => service.ask(PREDICT, { deploymentId, spectra: gasoline() }, { rawKey });
  const successorUsedAt = async () => {
    const { apiKeys } = await service.ask(
      'query ($of: ApiKeyTarget!) { apiKeys(of: $of) { nodes { id lastUsedAt successorUsedAt } } }',
      { of: { deploymentId } },
      owner,
    );
    return apiKeys.nodes.find(({ id }) => id === key.id)?.successorUsedAt;
  };
  expect(await successorUsedAt()).toBeNull();
  const input = { id: key.id, overlapSeconds: 3600 };
  const { rotateApiKey: successor } = await service.ask(ROTATE_KEY, { input }, owner);
  await predict(key.rawKey);
  expect(await successorUsedAt()).toBeNull();
  const before = Date.now();
  await predict(successor.rawKey);
  const first = await successorUsedAt();
  expect(Date.parse(String(first))).toBeGreaterThanOrEqual(before);
  await predict(successor.rawKey);
  await predict(key.rawKey);
  expect(await successorUsedAt()).toBe(first);
});
