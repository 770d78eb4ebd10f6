import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { foldLastUses } from '../src/api-keys/last-uses.ts';
import { checkKeyPage, listApiKeys } from '../src/api-keys/list.ts';
import { connect } from '../src/database/pool.ts';
import type { ApiKeyOrder } from '../src/generated/graphql.ts';
import { dropOldPartitions, makeLogPartitions } from '../src/predictions/partitions.ts';
import {
  codes,
  createKey,
  gasoline,
  insertKeys,
  insertLogs,
  type Lab,
  LIST_KEYS,
  openLab,
  PREDICT,
  readMetrics,
  refusal,
  type Service,
  startService,
} from './harness.ts';
import { redoAfter, undoAfter } from './later-migrations.ts';
import { report } from './report.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const WAIT = { interval: 5, timeout: 10_000 };
const ALL = { since: new Date(0), isComplete: false };

let service: Service;
/** For what requests must not wait for. */
let witness: Service['db'];
let lab: Lab;

beforeAll(async () => {
  service = await startService({ metrics: true });
  witness = connect({ url: service.databaseUrl, max: 4, onIdleError: () => {} });
});
afterAll(async () => {
  await service.close();
  await witness.destroy();
});
beforeEach(async () => {
  lab = await openLab(service, 'ENTERPRISE');
});

/** A time of the running month, in whole milliseconds. */
const before = (ms: number) => new Date(Date.now() - ms);

async function keysOf(ids: readonly string[]) {
  const rows = await witness
    .selectFrom('apiKeys')
    .select(['id', 'lastUsedAt', 'revision'])
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.map(row => [row.id, row]));
}

/** The last uses that the list shows. */
async function shown(): Promise<Map<string, unknown>> {
  const { apiKeys } = await service.ask(
    LIST_KEYS,
    { of: { projectId: lab.owner.projectId }, first: 100 },
    lab.owner,
  );
  return new Map(apiKeys.nodes.map(({ id, lastUsedAt }) => [id, lastUsedAt]));
}

async function lockKeys(ids: readonly string[]) {
  const locking = await witness.startTransaction().execute();
  await locking.selectFrom('apiKeys').select('id').where('id', 'in', ids).forUpdate().execute();
  let isReleased = false;
  const release = async () => {
    if (!isReleased) await locking.rollback().execute();
    isReleased = true;
  };
  onTestFinished(release);
  return release;
}

test('folding 1200 keys copies the newest use of each, and raises no revision', async () => {
  const ids = await insertKeys(service, lab.owner.projectId, 1200);
  const used = ids.filter((_, index) => index % 12 !== 5);
  const newest = new Map(used.map((id, index) => [id, before(index)]));
  await insertLogs(
    service,
    lab.deploymentId,
    [...newest].flatMap(([keyId, at], index) =>
      Array.from({ length: 1 + (index % 3) }, (_, older) => ({
        keyId,
        at: new Date(at.getTime() - 7 * older),
      })),
    ),
  );
  // A later use that was folded before, whose log is gone.
  const [first = ''] = used;
  const later = new Date(Date.now() + DAY_MS);
  await witness.updateTable('apiKeys').set({ lastUsedAt: later }).where('id', '=', first).execute();
  newest.set(first, later);
  const revisions = await keysOf(ids);
  for (const _ of ['once', 'twice']) {
    await foldLastUses(service.db, ALL);
    const folded = await keysOf(ids);
    for (const id of ids) {
      expect(folded.get(id)).toEqual({
        id,
        lastUsedAt: newest.get(id) ?? null,
        revision: revisions.get(id)?.revision,
      });
    }
  }
});

test('a fold leaves what is remembered about a key as it is', async () => {
  const key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const predict = () =>
    service.ask(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline() }, { rawKey: key.rawKey });
  await predict();
  await predict();
  await foldLastUses(service.db, ALL);
  const lookUps = async () =>
    (await readMetrics(service)).get('spectrakey_batch_size_count{batch="look-up"}');
  const count = await lookUps();
  await predict();
  expect(await lookUps()).toBe(count);
  const { rows } = await sql<{ isFolded: boolean }>`
    select last_used_at is not null as is_folded from api_keys where id = ${key.id}`.execute(witness);
  expect(rows).toEqual([{ isFolded: true }]);
});

test('the list shows the newest use, before and after each fold', async () => {
  const ids = await insertKeys(service, lab.owner.projectId, 30, before(40 * DAY_MS));
  const uses = new Map<string, string | null>(ids.map(id => [id, null]));
  const use = async (which: string[], at: (index: number) => Date) => {
    const logs = which.map((keyId, index) => ({ keyId, at: at(index) }));
    await insertLogs(service, lab.deploymentId, logs);
    for (const { keyId, at } of logs) uses.set(keyId, at.toISOString());
  };
  expect(await shown()).toEqual(uses);
  await use(ids.slice(0, 20), index => before(60_000 + index));
  expect(await shown()).toEqual(uses);
  await foldLastUses(service.db, ALL);
  expect(await shown()).toEqual(uses);
  await use(ids.slice(10, 25), index => before(index));
  expect(await shown()).toEqual(uses);
  await foldLastUses(service.db, ALL);
  expect(await shown()).toEqual(uses);
});

test('a fold skips the keys that others hold, and takes them the next time', async () => {
  const ids = await insertKeys(service, lab.owner.projectId, 20);
  await insertLogs(
    service,
    lab.deploymentId,
    ids.map(keyId => ({ keyId, at: before(5) })),
  );
  const held = ids.filter((_, index) => index % 3 === 0);
  const release = await lockKeys(held);
  await foldLastUses(service.db, ALL);
  const unfolded = async () =>
    [...(await keysOf(ids)).values()].filter(({ lastUsedAt }) => lastUsedAt === null).map(({ id }) => id);
  expect((await unfolded()).sort()).toEqual([...held].sort());
  await release();
  await foldLastUses(service.db, ALL);
  expect(await unfolded()).toEqual([]);
});

test('before a partition is dropped every use in it is folded, also of keys that others hold', async () => {
  const old = new Date('2024-03-10T12:00:00Z');
  await makeLogPartitions(service.db, old);
  const ids = await insertKeys(service, lab.owner.projectId, 60, old);
  await insertLogs(
    service,
    lab.deploymentId,
    ids.map((keyId, index) => ({ keyId, at: new Date(old.getTime() + index) })),
  );
  const before = await shown();
  expect(new Set([...before.values()]).size).toBe(60);
  const release = await lockKeys(ids.slice(50));
  const dropping = dropOldPartitions(service.db, new Date(), 1);
  await expect
    .poll(async () => {
      const { rows } = await sql`
        select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
        witness,
      );
      return rows.length;
    }, WAIT)
    .toBe(1);
  await release();
  await dropping;
  const { rows } = await sql`select to_regclass('prediction_logs_2024_03') as name`.execute(witness);
  expect(rows).toEqual([{ name: null }]);
  expect(await shown()).toEqual(before);
});

test('no partition is dropped while a key of its logs cannot be folded', async () => {
  const old = new Date('2024-06-10T12:00:00Z');
  await makeLogPartitions(service.db, old);
  const ids = await insertKeys(service, lab.owner.projectId, 3, old);
  await insertLogs(
    service,
    lab.deploymentId,
    ids.map(keyId => ({ keyId, at: old })),
  );
  const before = await shown();
  const release = await lockKeys(ids.slice(1, 2));
  await expect(dropOldPartitions(service.db, new Date(), 1)).rejects.toThrow('lock');
  await release();
  expect(await shown()).toEqual(before);
  await dropOldPartitions(service.db, new Date(), 1);
  expect(await shown()).toEqual(before);
});

test('listing 100 keys over 24 partitions takes at most 30 ms, folded or not', async () => {
  const months = Array.from({ length: 24 }, (_, ago) => {
    const now = new Date();
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - ago, 1, 1));
  });
  for (const month of months) await makeLogPartitions(service.db, month);
  const ids = await insertKeys(service, lab.owner.projectId, 100, months.at(-1));
  for (const month of months) {
    await insertLogs(
      service,
      lab.deploymentId,
      // Half of the keys are no longer used.
      ids.flatMap((keyId, index) =>
        index % 2 && month === months[0]
          ? []
          : Array.from({ length: 10 }, (_, call) => ({ keyId, at: new Date(month.getTime() + call * 1000) })),
      ),
    );
  }
  await sql`analyze prediction_logs`.execute(service.db);
  const pages = [
    {
      projectId: lab.owner.projectId,
      deploymentId: null,
      ...checkKeyPage({ first: 100, after: null }, 'NEWEST'),
    },
  ];
  const viewer = { viewerId: lab.owner.id, now: new Date() };
  const median = async (orderBy: ApiKeyOrder) => {
    const times: number[] = [];
    for (let times_ = 0; times_ < 15; times_++) {
      const started = performance.now();
      const [list] = await listApiKeys(service.db, viewer, pages, orderBy);
      times.push(performance.now() - started);
      expect(list?.nodes).toHaveLength(100);
    }
    return times.sort((a, b) => a - b)[7] ?? Number.NaN;
  };
  const unfolded = await median('NEWEST');
  await foldLastUses(service.db, ALL);
  const folded = await median('NEWEST');
  const byUse = await median('LAST_USED');
  report('listing 100 keys', { unfolded, folded, byUse });
  for (const time of [unfolded, folded, byUse]) expect(time).toBeLessThan(30);
});

test('keys are listed by their last use on pages of any size, those that were never used last', async () => {
  const { owner, deploymentId } = lab;
  const ids = await insertKeys(service, owner.projectId, 12);
  // Some have the same last use, and the order of uses is not that of the ids.
  const uses = ids.map((id, i) => ({ id, ms: i % 3 === 0 ? null : ((i * 7) % 5) * 1000 + 1000 }));
  const first = new Date(Date.now() - 10_000);
  await insertLogs(
    service,
    deploymentId,
    uses.flatMap(({ id, ms }) => (ms === null ? [] : [{ keyId: id, at: new Date(first.getTime() + ms) }])),
  );
  await foldLastUses(service.db, ALL);
  const expected = uses
    .toSorted((a, b) => (b.ms ?? 0) - (a.ms ?? 0) || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id);
  const list = (orderBy: string, page: object) =>
    service.call(
      `query ($of: ApiKeyTarget!, $orderBy: ApiKeyOrder!, $first: Int, $after: String) {
        apiKeys(of: $of, orderBy: $orderBy, first: $first, after: $after) {
          nodes { id } edges { cursor } pageInfo { hasNextPage endCursor }
        }
      }`,
      { of: { projectId: owner.projectId }, orderBy, ...page },
      owner,
    );
  for (const size of [1, 2, 5, 12, 100]) {
    const listed: string[] = [];
    for (let after: unknown = null, more = true; more; ) {
      const { data, text } = await list('LAST_USED', { first: size, after });
      if (!data) throw new Error(text);
      const { nodes, edges, pageInfo } = data.apiKeys;
      listed.push(...nodes.map(({ id }) => id));
      expect(edges.at(-1)?.cursor).toBe(pageInfo.endCursor);
      [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
    }
    expect(listed).toEqual(expected);
  }
  const byAge = await list('NEWEST', { first: 1 });
  const after = byAge.data?.apiKeys.pageInfo.endCursor;
  for (const cursor of [
    after,
    'never',
    'never_x',
    `x_${after}`,
    `_${after}`,
    `1e3_${after}`,
    `-1_${after}`,
  ]) {
    expect(await list('LAST_USED', { after: cursor })).toMatchObject(refusal(codes.BAD_USER_INPUT));
  }
  expect(await list('NEWEST', { after: `never_${after}` })).toMatchObject(refusal(codes.BAD_USER_INPUT));
});

test('migrating down and up again keeps the last use of every key, and no two rows have the same revision', async () => {
  const { owner, deploymentId } = lab;
  const ids = await insertKeys(service, owner.projectId, 10);
  const uses = new Map<string, unknown>(ids.map(id => [id, null]));
  const use = async (which: string[], ms: number) => {
    const at = before(ms);
    await insertLogs(
      service,
      deploymentId,
      which.map(keyId => ({ keyId, at })),
    );
    for (const id of which) uses.set(id, at.toISOString());
  };
  await use(ids.slice(0, 6), 2000);
  await foldLastUses(service.db, ALL);
  await use(ids.slice(4, 8), 1000);
  expect(await shown()).toEqual(uses);
  const revised = sql<{ count: number }>`
    select count(distinct revision)::int as count from (
      select revision from api_keys union all select revision from deployments union all select revision from plans
    ) as revisions`;
  const pool = new pg.Pool({ connectionString: service.databaseUrl, max: 1 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  onTestFinished(() => db.destroy());
  for (let times = 0; times < 2; times++) {
    await undoAfter(db, '0052');
    const { rows } = await sql<{ id: string; last_used_at: Date | null }>`
      select id, last_used_at from api_keys where id = any(${ids}::uuid[])`.execute(db);
    expect(new Map(rows.map(row => [row.id, row.last_used_at?.toISOString() ?? null]))).toEqual(uses);
    await redoAfter(db, '0052');
    expect(await shown()).toEqual(uses);
    await foldLastUses(service.db, ALL);
    expect(await shown()).toEqual(uses);
    const rowsWith = await revised.execute(service.db);
    const { rows: all } = await sql<{ count: number }>`
      select ((select count(*) from api_keys) + (select count(*) from deployments) + (select count(*) from plans))::int as count`.execute(
      service.db,
    );
    expect(rowsWith.rows).toEqual(all);
  }
});
