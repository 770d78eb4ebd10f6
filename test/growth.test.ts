import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { monthOf } from '../src/accounts/month.ts';
import { writeExpiryEvents } from '../src/notifications/expiry-notices.ts';
import { dropOldPartitions, makeLogPartitions } from '../src/predictions/partitions.ts';
import {
  createKey,
  gasoline,
  insertKeys,
  type Lab,
  openLab,
  PREDICT,
  type Service,
  startService,
  startServiceForTest,
} from './harness.ts';
import { fillTenant } from './large-tenant.ts';

let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
});
afterAll(() => service.close());

async function partitions(on: Service): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relkind = 'r' and relname like 'prediction\_logs\_%' order by relname`.execute(on.db);
  return rows.map(({ name }) => name.replace('prediction_logs_', ''));
}

const monthsFrom = (year: number, month: number, count: number) =>
  Array.from({ length: count }, (_, i) =>
    new Date(Date.UTC(year, month - 1 + i)).toISOString().slice(0, 7).replace('-', '_'),
  );

type PlanNode = Record<string, unknown>;

/** The statements that are sent to PostgreSQL during `work`. */
async function statementsOf(work: () => Promise<void>): Promise<string[]> {
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  await work();
  const texts = spy.mock.calls.map(([config]) => Object(config).text);
  spy.mockRestore();
  return [...new Set(texts)].filter(text => typeof text === 'string');
}

/** The nodes of PostgreSQL's generic plan. */
async function planOf(text: string): Promise<PlanNode[]> {
  return await service.db.connection().execute(async connection => {
    // Tables are small here, so sequential scans are cheapest: the plan must not need them.
    await sql`set enable_seqscan = off`.execute(connection);
    const { rows } = await sql<object>`explain (generic_plan, format json) ${sql.raw(text)}`.execute(
      connection,
    );
    await sql`reset enable_seqscan`.execute(connection);
    const [explained] = Object.values(rows[0] ?? {}).flat();
    const below = (node: PlanNode): PlanNode[] => [
      node,
      ...(Array.isArray(node.Plans) ? node.Plans.flatMap(below) : []),
    ];
    return below(explained.Plan);
  });
}

/** The nodes that read a table without looking a value up in an index. */
const withoutLookup = (nodes: PlanNode[]) =>
  nodes.filter(node => {
    const type = String(node['Node Type']);
    const reads = (type.endsWith('Scan') && 'Relation Name' in node) || type === 'Bitmap Index Scan';
    return reads && type !== 'Bitmap Heap Scan' && !('Index Cond' in node);
  });

test('every statement of a call finds its rows through an index', async () => {
  const key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const variables = { deploymentId: lab.deploymentId, spectra: gasoline() };
  const statements = await statementsOf(async () => {
    // The first call of a month also inserts the row of its usage, and reads the model's file.
    for (const as of [key, lab.owner, key]) {
      await service.ask(PREDICT.replace('logId', 'logId model { id }'), variables, as);
    }
  });
  const named = (name: RegExp) => statements.filter(text => name.test(text));
  expect(named(/^-- settle_(api|web|api_waiting)\n/)).toHaveLength(3);
  expect(named(/^-- look_up_keys\n/)).toHaveLength(1);

  for (const text of statements) {
    const nodes = await planOf(text);
    expect(nodes.length, text).toBeGreaterThan(0);
    expect(withoutLookup(nodes), text).toEqual([]);
  }
});

test('the callers and the refused calls of a key are found through indexes', async () => {
  const own = await startServiceForTest({ databaseUrl: service.databaseUrl, refusalsMs: 10 });
  const key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const statements = await statementsOf(async () => {
    await own.call(PREDICT, { deploymentId: key.id, spectra: gasoline() }, key);
    const isCounted = () => own.db.selectFrom('apiKeyRefusals').select('count').execute();
    await expect.poll(isCounted, { interval: 20 }).toHaveLength(1);
    await service.ask(
      'query ($id: ID!) { apiKey(id: $id) { refusals { code } recentUse { calls } callers { since } } }',
      { id: key.id },
      lab.owner,
    );
  });
  const read = statements.filter(text => /^-- add_refusals|join api_key_refusals|as key \(id\)/.test(text));
  expect(read).toHaveLength(4);
  for (const text of read) {
    const nodes = await planOf(text);
    expect(nodes.length, text).toBeGreaterThan(0);
    expect(withoutLookup(nodes), text).toEqual([]);
  }
});

test('the statements of every call get a generic plan after five executions', async () => {
  const key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const variables = { deploymentId: lab.deploymentId, spectra: gasoline() };
  const clients = new Set<pg.Client>();
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 1 + (round % 5) }, () => service.call(PREDICT, variables, key)));
  }
  for (const client of spy.mock.contexts) if (client instanceof pg.Client) clients.add(client);
  spy.mockRestore();
  const plans = await Promise.all(
    [...clients].map(client =>
      client.query(`
        select statement, custom_plans::int as custom, generic_plans::int as generic from pg_prepared_statements
        where generic_plans + custom_plans > 10`),
    ),
  );
  const rows = plans.flatMap(({ rows }) => rows);
  expect(rows.length).toBeGreaterThanOrEqual(1);
  // PostgreSQL makes five custom plans before it considers a generic one.
  for (const row of rows) expect(row).toMatchObject({ custom: 5 });
});

test('a page of logs reads no more rows of a partition than it contains', async () => {
  const ask = (after: string | null) =>
    service.ask(
      `query Logs($id: ID!, $after: String) {
        deployment(id: $id) { predictionLogs(first: 2, after: $after) { pageInfo { endCursor } } }
      }`,
      { id: lab.deploymentId, after },
      lab.owner,
    );
  await service.ask(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline() }, lab.owner);
  const statements = await statementsOf(async () => {
    const { deployment } = await ask(null);
    await ask(deployment?.predictionLogs.pageInfo.endCursor ?? null);
  });
  const pages = statements.filter(text => text.includes('from "prediction_logs"'));
  // The first page and the next one use the same statement.
  expect(pages).toHaveLength(1);
  for (const text of pages) {
    const nodes = await planOf(text);
    expect(nodes.filter(node => String(node['Node Type']).includes('Sort'))).toEqual([]);
    expect(withoutLookup(nodes)).toEqual([]);
    const conditions = nodes.map(node => String(node['Index Cond'] ?? ''));
    expect(conditions.some(condition => /deployment_id = .*id < /.test(condition))).toBe(true);
  }
});

test('expiries are looked for without reading keys that were reported before, or that expire later', async () => {
  const own = await startServiceForTest();
  const { owner } = await openLab(own);
  const days = (count: number) => new Date(Date.now() + count * 24 * 60 * 60 * 1000);
  const addKeys = async (count: number, expiresAt: Date) => {
    const ids = await insertKeys(own, owner.projectId, count, days(-100));
    await own.db
      .updateTable('apiKeys')
      .set({ expiresAt })
      .where('id', '=', sql<string>`any(${ids}::uuid[])`)
      .execute();
  };
  /** The rows that a connection has read from the tables of keys, not always from its beginning. */
  const rowsRead = async (trx: Service['db']) => {
    const { rows } = await sql<{ read: number }>`
      select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read
      from pg_stat_xact_user_tables where relname like 'api_key%'`.execute(trx);
    return rows[0]?.read ?? 0;
  };
  /** Runs until nothing is left to report. @returns how many rows were read */
  const look = (now: Date) =>
    own.db.transaction().execute(async trx => {
      // Tables are small here, so sequential scans are cheapest: the run must not need them.
      await sql`set local enable_seqscan = off`.execute(trx);
      const before = await rowsRead(trx);
      while (await writeExpiryEvents(trx, now, { forMails: true }));
      return (await rowsRead(trx)) - before;
    });
  const notices = () => own.db.selectFrom('apiKeyNotices').select('days').execute();
  const now = new Date();

  await addKeys(250, days(2));
  await addKeys(250, days(200));
  expect(await look(now)).toBeGreaterThan(500);
  expect(await notices()).toEqual(Array(250).fill({ days: 3 }));
  expect(await look(now)).toBe(0);
  await addKeys(1, days(2));
  const forOne = await look(now);
  await addKeys(250, days(2));
  await look(now);
  expect(await look(now)).toBe(0);
  await addKeys(1, days(2));
  expect(await look(now)).toBe(forOne);
  expect(await notices()).toHaveLength(502);
});

test('a page of activity is read through an index, whatever its filter', async () => {
  const { owner } = lab;
  const filters = [
    '',
    'groups: [API_KEYS, MODELS]',
    `actorId: "${owner.id}"`,
    `subjectId: "${lab.deploymentId}"`,
    `groups: [MEMBERS], actorId: "${owner.id}", since: "2026-01-01T00:00:00Z", until: "2036-01-01T00:00:00Z"`,
  ];
  const statements = await statementsOf(async () => {
    for (const filter of filters) {
      const activity = `activity(first: 2, filter: { ${filter} }) { nodes { id } }`;
      await service.ask(
        `query ($project: ID!, $organization: ID!) {
          project(id: $project) { ${activity} } organization(id: $organization) { ${activity} }
        }`,
        { project: owner.projectId, organization: owner.organization.id },
        owner,
      );
    }
  });
  const pages = statements.filter(text => text.includes('from activity'));
  expect(pages).toHaveLength(2 * filters.length);
  for (const text of pages) {
    const scans = (await planOf(text)).filter(node =>
      String(node['Relation Name'] ?? '').startsWith('activity'),
    );
    expect(scans.length).toBeGreaterThanOrEqual(4);
    expect(withoutLookup(scans), text).toEqual([]);
  }
});

test('predictions outside the calibration are counted for 200 deployments in 50 ms, without reading their logs', async () => {
  const own = await openLab(service, 'ENTERPRISE', 'Owen Outside');
  await sql`update models set t2_limit = 1 where id = ${own.modelId}`.execute(service.db);
  await fillTenant(service, own, { deployments: 199, logs: 500 });
  await sql`update prediction_logs set outside = 1`.execute(service.db);
  await sql`
    insert into deployment_usage (deployment_id, month, slot, predictions, outside)
    select id, ${monthOf(new Date())}, slot, 100, 3 * slot
    from deployments, generate_series(0, 7) as slot where model_id = ${own.modelId}`.execute(service.db);
  const timesMs: number[] = [];
  const statements = await statementsOf(async () => {
    for (let round = 0; round < 5; round++) {
      const started = performance.now();
      const { project } = await service.ask(
        'query ($id: ID!) { project(id: $id) { deployments { outsideThisMonth } } }',
        { id: own.owner.projectId },
        own.owner,
      );
      timesMs.push(performance.now() - started);
      expect(project?.deployments.map(({ outsideThisMonth }) => outsideThisMonth)).toEqual(
        Array(200).fill(84),
      );
    }
  });
  expect(statements.filter(text => text.includes('prediction_logs'))).toEqual([]);
  expect(Math.min(...timesMs)).toBeLessThan(50);
}, 60_000);

/** Reads all logs in an open transaction, like a backup. @returns a function that ends it. */
async function readLogs(on: Service): Promise<() => Promise<void>> {
  const reading = await on.db.startTransaction().execute();
  await reading
    .selectFrom('predictionLogs')
    .select(eb => eb.fn.countAll().as('logs'))
    .execute();
  return () => reading.commit().execute();
}

test('the logs of old months are dropped with their partitions, and newer ones stay', async () => {
  const own = await startServiceForTest();
  for (const name of await partitions(own)) {
    await sql`drop table ${sql.table(`prediction_logs_${name}`)}`.execute(own.db);
  }
  for (const start of [Date.UTC(2030, 0), Date.UTC(2030, 3), Date.UTC(2030, 6)]) {
    await makeLogPartitions(own.db, new Date(start));
  }
  expect(await partitions(own)).toEqual(monthsFrom(2030, 1, 9));
  await dropOldPartitions(own.db, new Date(Date.UTC(2030, 6, 31, 23)), 2);
  expect(await partitions(own)).toEqual(monthsFrom(2030, 5, 5));
  // A second run has nothing to do.
  await dropOldPartitions(own.db, new Date(Date.UTC(2030, 6, 31, 23)), 2);
  expect(await partitions(own)).toEqual(monthsFrom(2030, 5, 5));
});

test('an old partition that an operator detached to keep it is not dropped', async () => {
  const own = await startServiceForTest();
  await makeLogPartitions(own.db, new Date(Date.UTC(2020, 0)));
  await sql`alter table prediction_logs detach partition prediction_logs_2020_02`.execute(own.db);
  await dropOldPartitions(own.db, new Date(), 1);
  expect((await partitions(own)).filter(name => name < '2021')).toEqual(['2020_02']);
});

test('several servers can drop old logs at the same time', async () => {
  const now = new Date(Date.UTC(2030, 11));
  const own = await startServiceForTest({ now: () => now });
  await makeLogPartitions(own.db, new Date(Date.UTC(2029, 0)));
  const others = await Promise.all(
    [1, 2].map(() =>
      startServiceForTest({ databaseUrl: own.databaseUrl, now: () => now, retentionMonths: 1 }),
    ),
  );
  expect(await partitions(own)).toEqual(monthsFrom(2030, 12, 3));
  expect(others.flatMap(({ log }) => log).filter(line => line.includes('"level":50'))).toEqual([]);
});

test('predictions continue while old logs are dropped, even if a transaction still reads them', async () => {
  const now = new Date();
  const own = await startServiceForTest();
  const { owner, deploymentId } = await openLab(own);
  const key = await createKey(own, owner, { deploymentId });
  await makeLogPartitions(own.db, new Date(Date.UTC(2020, 0)));
  const stopReading = await readLogs(own);
  const dropping = dropOldPartitions(own.db, now, 1);
  for (let calls = 0; calls < 5; calls++) {
    expect((await own.call(PREDICT, { deploymentId, spectra: gasoline() }, key)).status).toBe(200);
  }
  expect(await partitions(own)).toContain('2020_01');
  await stopReading();
  await dropping;
  expect((await partitions(own)).filter(name => name < '2021')).toEqual([]);
});

test('a partition is dropped the next time if the run failed between detaching and dropping it', async () => {
  const own = await startServiceForTest();
  await makeLogPartitions(own.db, new Date(Date.UTC(2020, 0)));
  await sql`
    create function cut_off() returns event_trigger language plpgsql as $$ begin raise 'cut off'; end $$`.execute(
    own.db,
  );
  await sql`create event trigger cut_off on ddl_command_start when tag in ('DROP TABLE') execute function cut_off()`.execute(
    own.db,
  );
  await expect(dropOldPartitions(own.db, new Date(), 1)).rejects.toThrow('cut off');
  await sql`drop event trigger cut_off`.execute(own.db);
  await dropOldPartitions(own.db, new Date(), 1);
  expect((await partitions(own)).filter(name => name < '2021')).toEqual([]);
});

test('a detaching that was cancelled midway is finished the next time', async () => {
  const now = new Date();
  const own = await startServiceForTest();
  await makeLogPartitions(own.db, new Date(Date.UTC(2020, 0)));
  const stopReading = await readLogs(own);
  const dropping = dropOldPartitions(own.db, now, 1);
  const cutOff = expect(dropping).rejects.toThrow('canceling statement');
  await expect
    .poll(async () => {
      const { rows } = await sql`
        select pg_cancel_backend(pid) from pg_stat_activity
        where query like 'alter table%detach%' and wait_event_type = 'Lock' and datname = current_database()
          and exists (select from pg_inherits where inhdetachpending)`.execute(own.db);
      return rows.length;
    })
    .toBe(1);
  await cutOff;
  await stopReading();
  await dropOldPartitions(own.db, now, 1);
  expect((await partitions(own)).filter(name => name < '2021')).toEqual([]);
});
