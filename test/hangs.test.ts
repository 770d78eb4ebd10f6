import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../src/database/pool.ts';
import { CREATE_KEY, codes, openLab, refusal, startServiceForTest } from './harness.ts';
import { startPostgresForTest } from './own-postgresql.ts';

test('a slow statement is not treated as a hanging database', async () => {
  const service = await startServiceForTest({ pool: 2 });
  const { rows } = await sql<{ one: number }>`select 1 as one from pg_sleep(4)`.execute(service.db);
  expect(rows).toEqual([{ one: 1 }]);
});

test('a change in progress when PostgreSQL starts to hang is rolled back completely, and its locks are released', async () => {
  const postgres = await startPostgresForTest();
  const service = await startServiceForTest({ databaseUrl: postgres.url, pool: 5 });
  const { owner, deploymentId } = await openLab(service, 'ENTERPRISE');
  const create = (name: string) =>
    service.call(CREATE_KEY, { input: { target: { deploymentId }, name } }, owner);
  const [holder, witness] = [postgres.url, postgres.url].map(url =>
    connect({ url, max: 1, onIdleError: () => {} }),
  );
  if (!holder || !witness) throw new Error('two were made');
  onTestFinished(async () => {
    await Promise.all([holder.destroy(), witness.destroy()]);
  });

  // Creating a key writes the activity last, so this stops the transaction after the key is inserted.
  const held = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const holding = holder.transaction().execute(async trx => {
    await sql`lock table activity in share mode`.execute(trx);
    held.resolve();
    await free.promise;
  });
  await held.promise;
  const caught = create('Caught');
  await expect
    .poll(async () => {
      const { rows } = await sql<{ waiting: number }>`
        select count(*)::int as waiting from pg_stat_activity where wait_event_type = 'Lock'`.execute(
        witness,
      );
      return rows[0]?.waiting;
    })
    .toBe(1);
  await postgres.freeze();
  expect(await caught).toMatchObject(refusal(codes.UNAVAILABLE));
  await postgres.thaw();
  free.resolve();
  await holding;

  await expect.poll(async () => (await create('Next')).status, { timeout: 10_000 }).toBe(200);
  const keys = await witness.selectFrom('apiKeys').select('name').execute();
  const events = await witness
    .selectFrom('activity')
    .select('subject as name')
    .where('action', '=', 'api_key.created')
    .execute();
  expect([keys, events]).toEqual([[{ name: 'Next' }], [{ name: 'Next' }]]);
  // Uses every connection of the pool, as one of them was in the transaction.
  const after = await Promise.all(Array.from({ length: 20 }, (_, call) => create(`After ${call}`)));
  expect(after.map(({ status }) => status)).toEqual(after.map(() => 200));
}, 60_000);
