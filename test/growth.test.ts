import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { DB } from '../src/generated/database.ts';
import { dropOldPartitions, makePartitions } from '../src/predictions/partitions.ts';
import {
  createKey,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  type Service,
  startService,
  startServiceForTest,
} from './harness.ts';

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

/** The nodes of a plan that PostgreSQL makes for any values. */
async function planOf(on: Kysely<DB>, text: string): Promise<PlanNode[]> {
  const { rows } = await sql<object>`explain (generic_plan, format json) ${sql.raw(text)}`.execute(on);
  const [explained] = Object.values(rows[0] ?? {}).flat();
  const below = (node: PlanNode): PlanNode[] => [
    node,
    ...(Array.isArray(node.Plans) ? node.Plans.flatMap(below) : []),
  ];
  return below(explained.Plan);
}

/** The nodes that read a table otherwise than by looking a value up in an index. */
const withoutLookup = (nodes: PlanNode[]) =>
  nodes.filter(node => {
    const type = String(node['Node Type']);
    const reads = (type.endsWith('Scan') && 'Relation Name' in node) || type === 'Bitmap Index Scan';
    return reads && type !== 'Bitmap Heap Scan' && !('Index Cond' in node);
  });

test('every statement of a call finds its rows through an index', async () => {
  const key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const variables = { deploymentId: lab.deploymentId, spectra: gasoline() };
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  const statements = new Set<string>();
  // The first call of a month also makes the row that it is counted in, and reads the model's file.
  for (const as of [key, lab.owner, key]) {
    expect((await service.call(PREDICT.replace('logId', 'logId model { id }'), variables, as)).status).toBe(
      200,
    );
  }
  for (const [config] of spy.mock.calls) {
    const { text } = Object(config);
    if (typeof text === 'string') statements.add(text);
  }
  spy.mockRestore();
  expect([...statements].filter(text => text.includes('insert into "prediction_logs"'))).toHaveLength(1);
  expect([...statements].filter(text => text.includes('"api_keys"."digest"'))).toHaveLength(1);

  await service.db.connection().execute(async connection => {
    // Tables are small here, and reading them whole is then cheapest: it must be a choice, not the only way.
    await sql`set enable_seqscan = off`.execute(connection);
    for (const text of statements) {
      const nodes = await planOf(connection, text);
      expect(nodes.length, text).toBeGreaterThan(0);
      expect(withoutLookup(nodes), text).toEqual([]);
    }
    await sql`reset enable_seqscan`.execute(connection);
  });
});

test('the page of a log reads no more of a partition than the page holds', async () => {
  await service.db.connection().execute(async connection => {
    await sql`set enable_seqscan = off`.execute(connection);
    const nodes = await planOf(
      connection,
      `select id from prediction_logs where deployment_id = $1 and id < $2 order by id desc limit 51`,
    );
    expect(nodes.filter(node => String(node['Node Type']).includes('Sort'))).toEqual([]);
    expect(withoutLookup(nodes)).toEqual([]);
    expect(nodes.filter(node => 'Index Cond' in node).length).toBeGreaterThan(0);
    await sql`reset enable_seqscan`.execute(connection);
  });
});

/** Somebody who reads all logs, as a backup does, until they are told to stop. */
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
    await makePartitions(own.db, new Date(start));
  }
  expect(await partitions(own)).toEqual(monthsFrom(2030, 1, 9));
  await dropOldPartitions(own.db, new Date(Date.UTC(2030, 6, 31, 23)), 2);
  expect(await partitions(own)).toEqual(monthsFrom(2030, 5, 5));
  // Again, and there is nothing to do.
  await dropOldPartitions(own.db, new Date(Date.UTC(2030, 6, 31, 23)), 2);
  expect(await partitions(own)).toEqual(monthsFrom(2030, 5, 5));
});

test('servers that drop old logs at once do not get into each other’s way', async () => {
  const now = new Date(Date.UTC(2030, 11));
  const own = await startServiceForTest({ now: () => now });
  await makePartitions(own.db, new Date(Date.UTC(2029, 0)));
  const others = await Promise.all(
    [1, 2].map(() =>
      startServiceForTest({ databaseUrl: own.databaseUrl, now: () => now, retentionMonths: 1 }),
    ),
  );
  expect(await partitions(own)).toEqual(monthsFrom(2030, 12, 3));
  expect(others.flatMap(({ log }) => log).filter(line => line.includes('"level":50'))).toEqual([]);
});

test('predictions go on while old logs are dropped, even where somebody still reads them', async () => {
  const now = new Date();
  const own = await startServiceForTest();
  const { owner, deploymentId } = await openLab(own);
  const key = await createKey(own, owner, { deploymentId });
  await makePartitions(own.db, new Date(Date.UTC(2020, 0)));
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

test('what was cut off in the middle of dropping is finished the next time', async () => {
  const now = new Date();
  const own = await startServiceForTest();
  await makePartitions(own.db, new Date(Date.UTC(2020, 0)));
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
