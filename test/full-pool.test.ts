import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../src/database/pool.ts';
import {
  codes,
  createKey,
  gasoline,
  LIST_KEYS,
  openLab,
  PREDICT,
  refusal,
  startServiceForTest,
} from './harness.ts';

const POOL = 5;
const CLIENTS = 500;

test('500 clients at a pool of 5 get an answer or 503 while locks are held; afterwards no connection is leaked or in a transaction', async () => {
  const service = await startServiceForTest({ pool: POOL });
  const lab = await openLab(service, 'ENTERPRISE');
  const key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const predict = () => service.call(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline() }, key);
  expect((await predict()).status).toBe(200);
  const witness = connect({ url: service.databaseUrl, max: 2, onIdleError: () => {} });
  onTestFinished(() => witness.destroy());

  const held = await witness.startTransaction().execute();
  await held.selectFrom('deploymentUsage').select('deploymentId').forUpdate().execute();
  // Reads of models and sessions are locked too: each request of a person waits on its own connection.
  await sql`lock table models, sessions in access exclusive mode`.execute(held);
  const answers = Promise.all(
    Array.from({ length: CLIENTS }, (_, index) =>
      index % 2 ? predict() : service.call(LIST_KEYS, { of: { projectId: lab.owner.projectId } }, lab.owner),
    ),
  );
  await expect
    .poll(async () => {
      const { rows } = await sql`
        select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
        witness,
      );
      return rows.length;
    })
    .toBeGreaterThan(0);
  const statuses = new Map<number, number>();
  const all = await answers;
  await held.rollback().execute();
  for (const answer of all) {
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    if (answer.status !== 200) expect(answer).toMatchObject(refusal(codes.UNAVAILABLE));
  }
  expect(statuses.get(503)).toBeGreaterThan(0);

  await expect.poll(async () => (await predict()).status).toBe(200);
  await expect
    .poll(async () => {
      const { rows } = await sql<{ sessions: number; open: number }>`
        select count(*)::int as sessions, count(*) filter (where state like 'idle in transaction%')::int as open
        from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state is not null`.execute(
        witness,
      );
      // Except the connection of the witness.
      return rows[0] && rows[0].open === 0 && rows[0].sessions - 1 <= POOL;
    })
    .toBe(true);
}, 60_000);
