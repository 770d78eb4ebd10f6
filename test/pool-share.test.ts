import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connect, sharePool } from '../src/database/pool.ts';
import {
  codes,
  createKey,
  gasoline,
  openLab,
  PREDICT,
  signIn,
  signUp,
  startServiceForTest,
} from './harness.ts';
import { fillTenant } from './large-tenant.ts';
import { startFlood } from './request-flood.ts';

const times = (count: number, text: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => text(at)).join(' ');

/** Fields of each deployment by a fragment, in several roots of the same project. */
const floodOf = (roots: number, projectId: string, fields: string) =>
  `{ ${times(roots, at => `r${at}: project(id: "${projectId}") { deployments { ...F } }`)} }
  fragment F on Deployment { ${fields} }`;

test('one tenant floods the server with queries of many lists, and no prediction of another one waits', {
  retry: 2,
  timeout: 60_000,
}, async () => {
  const service = await startServiceForTest();
  const lab = await openLab(service, 'ENTERPRISE');
  const key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const attacker = await openLab(service, 'FREE', 'Max Mallory');
  await fillTenant(service, attacker, { deployments: 199, logs: 20, spectra: 10 });
  const { projectId } = attacker.owner;
  const documents = [
    // 32 000 pages.
    floodOf(
      8,
      projectId,
      times(20, at => `l${at}: predictionLogs { nodes { id } }`),
    ),
    floodOf(
      8,
      projectId,
      times(20, at => `l${at}: predictionLogs(first: ${1 + at}) { nodes { id } }`),
    ),
    floodOf(
      8,
      projectId,
      times(20, at => `d${at}: dailyPredictions(days: ${1 + at}) { predictions }`),
    ),
    // As much as the limits allow, or a little more.
    floodOf(
      1,
      projectId,
      times(2, at => `l${at}: predictionLogs(first: 20) { nodes { id createdAt source } }`),
    ),
    floodOf(
      1,
      projectId,
      times(1, () => 'predictionLogs(first: 3) { nodes { predictions { value } } }'),
    ),
    floodOf(
      2,
      projectId,
      times(20, at => `p${at}: project { organization { plan { name } } }`),
    ),
    '{ viewer { organizations { projects { deployments { project { deployments { id } } } } } } }',
  ];
  const sessions = await Promise.all(
    times(5, String)
      .split(' ')
      .map(() => signIn(service, attacker.owner)),
  );

  const variables = { deploymentId: lab.deploymentId, spectra: gasoline() };
  /** The longest of many predictions while these documents are sent, and the outcomes of the documents. */
  const predictDuring = async (documents: string[], count: number) => {
    const flood = startFlood({
      url: `${service.url}/graphql`,
      requests: sessions.flatMap(({ cookie }) =>
        documents.map(query => ({ headers: { cookie }, body: JSON.stringify({ query }) })),
      ),
      clients: 40,
    });
    await flood.started;
    let longest = 0;
    for (let calls = 0; calls < count; calls++) {
      const started = performance.now();
      expect((await service.call(PREDICT, variables, key)).status).toBe(200);
      longest = Math.max(longest, performance.now() - started);
      await wait(20);
    }
    return { longest, outcomes: await flood.stop() };
  };
  // Where other programs keep the machine busy, harmless queries show how long a call takes anyway.
  const harmless = await predictDuring(['{ viewer { id } }'], 40);
  const { longest, outcomes } = await predictDuring(documents, 60);
  expect(longest).toBeLessThan(Math.max(500, 3 * harmless.longest));
  expect(outcomes[codes.GRAPHQL_VALIDATION_FAILED]).toBeGreaterThan(0);
  expect(outcomes[codes.INTERNAL_SERVER_ERROR]).toBeUndefined();
});

test('statements of people hold half of the pool at most; those that wait too long get 503, and predictions continue', async () => {
  const pool = 6;
  const service = await startServiceForTest({ pool });
  const lab = await openLab(service, 'ENTERPRISE');
  const key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const people = [lab.owner, await signUp(service, 'Uwe User'), await signUp(service, 'Ute User')];
  const witness = connect({ url: service.databaseUrl, max: 2, onIdleError: () => {} });
  onTestFinished(() => witness.destroy());

  // A person's visible data is read through this; the data that a key reaches is not.
  const held = await witness.startTransaction().execute();
  await sql`lock table project_members in access exclusive mode`.execute(held);
  const answers = Promise.all(
    Array.from({ length: 90 }, (_, index) =>
      service.call(
        'query ($id: ID!) { project(id: $id) { name } }',
        { id: lab.owner.projectId },
        people[index % 3],
      ),
    ),
  );
  const waiting = async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(witness);
    return rows[0]?.count;
  };
  await expect.poll(waiting).toBe(pool / 2);
  for (let calls = 0; calls < 20; calls++) {
    const started = performance.now();
    const variables = { deploymentId: lab.deploymentId, spectra: gasoline() };
    expect((await service.call(PREDICT, variables, key)).status).toBe(200);
    expect(performance.now() - started).toBeLessThan(1500);
    expect(await waiting()).toBeLessThanOrEqual(pool / 2);
  }
  for (const { code } of await answers) expect(code).toBe(codes.UNAVAILABLE);
  await held.rollback().execute();
  const { data } = await service.call(
    'query ($id: ID!) { project(id: $id) { name } }',
    { id: lab.owner.projectId },
    lab.owner,
  );
  expect(data?.project?.name).toBe('First project');
});

test('one person’s statements leave connections to others', async () => {
  const service = await startServiceForTest();
  const db = connect({ url: service.databaseUrl, max: 8, onIdleError: () => {} });
  onTestFinished(() => db.destroy());
  const shareOf = sharePool(db);
  const timeOf = async (work: Promise<unknown>) => {
    const started = performance.now();
    await work;
    return performance.now() - started;
  };
  await Promise.all([sql`select 1`.execute(db), sql`select 1`.execute(shareOf('other'))]);

  const slow = Array.from({ length: 10 }, () => sql`select pg_sleep(0.3)`.execute(shareOf('greedy')));
  expect(await timeOf(sql`select 1`.execute(shareOf('other')))).toBeLessThan(250);
  expect(await timeOf(sql`select 1`.execute(db))).toBeLessThan(250);
  // Two of the four at a time.
  expect(await timeOf(Promise.all(slow))).toBeGreaterThan(1000);

  // A transaction is one connection, and returns it.
  const transactions = Array.from({ length: 30 }, (_, index) =>
    shareOf('greedy')
      .transaction()
      .execute(async trx => {
        await sql`select 1`.execute(trx);
        if (index % 3 === 0) throw new Error('rolled back');
        await sql`select 2`.execute(trx);
      })
      .catch((error: Error) => expect(error.message).toBe('rolled back')),
  );
  await Promise.all(transactions);
  const { rows } = await sql<{ open: number }>`
    select count(*)::int as open from pg_stat_activity
    where datname = current_database() and state like 'idle in transaction%'`.execute(db);
  expect(rows[0]?.open).toBe(0);
});
