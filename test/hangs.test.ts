import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { hangFor } from './hang.ts';
import { startServiceForTest } from './harness.ts';

test('while PostgreSQL stands still every call is 503 within 3 s, and 200 again within 2 s of its going on', async () => {
  await hangFor(6000);
}, 60_000);

test('a statement that takes long is not taken for a database that hangs', async () => {
  const service = await startServiceForTest({ pool: 2 });
  const { rows } = await sql<{ one: number }>`select 1 as one from pg_sleep(4)`.execute(service.db);
  expect(rows).toEqual([{ one: 1 }]);
});
