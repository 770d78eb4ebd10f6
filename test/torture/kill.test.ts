import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { expect, test } from 'vitest';
import { codes, createKey, gasoline, openLab, PREDICT, refusal, startServiceForTest } from '../harness.ts';
import { startPostgresForTest } from '../own-postgresql.ts';
import { report } from '../report.ts';
import { scaled } from './rounds.ts';
import { inParallel, startProcesses } from './servers.ts';

const KILLS = 5;
const BACK_WITHIN_MS = 5000;

async function accepts(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  client.on('error', () => {});
  return await client
    .connect()
    .then(() => client.query('select 1'))
    .then(
      () => true,
      () => false,
    )
    .finally(() => client.end().catch(() => {}));
}

test('no acknowledged call is lost when PostgreSQL is killed, and the same server process recovers by itself', async () => {
  const calls = scaled(10_000, 500);
  const postgres = await startPostgresForTest();
  const service = await startServiceForTest({ databaseUrl: postgres.url });
  const { owner, deploymentId } = await openLab(service, 'ENTERPRISE');
  const key = await createKey(service, owner, { deploymentId });
  const [server] = await startProcesses(1, postgres.url);
  if (!server) throw new Error('no server');
  const safe = await sql`
    select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
      current_setting('full_page_writes') as pages`.execute(service.db);
  expect(safe.rows).toEqual([{ fsync: 'on', commit: 'on', pages: 'on' }]);

  const acknowledged: string[] = [];
  let [sent, unavailable, lastSuccess] = [0, 0, 0];
  const began = performance.now();
  const calling = inParallel(calls, 32, async () => {
    sent += 1;
    const started = performance.now();
    const answer = await server.call(PREDICT, { deploymentId, spectra: gasoline() }, key);
    if (answer.status === 200) {
      acknowledged.push(answer.data?.predict.logId ?? '');
      lastSuccess = Math.max(lastSuccess, started);
      return;
    }
    expect(answer).toMatchObject(refusal(codes.UNAVAILABLE));
    unavailable += 1;
    // As its Retry-After would have a client do, only sooner.
    await pause(50);
  });

  let slowestBackMs = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    await expect
      .poll(() => sent >= (calls * kill) / (KILLS + 1), { interval: 5, timeout: 120_000 })
      .toBe(true);
    await postgres.kill();
    const isReady = async () => (await fetch(`${server.url}/readyz`)).status;
    await expect.poll(isReady, { interval: 5, timeout: 10_000 }).toBe(503);
    await expect.poll(() => accepts(postgres.url), { interval: 10, timeout: 60_000 }).toBe(true);
    const accepting = performance.now();
    // A call of the test itself, as the others may have ended.
    await expect
      .poll(async () => (await server.call(PREDICT, { deploymentId, spectra: gasoline() }, key)).status, {
        interval: 10,
        timeout: BACK_WITHIN_MS,
      })
      .toBe(200);
    slowestBackMs = Math.max(slowestBackMs, Math.round(performance.now() - accepting));
    await expect.poll(isReady, { interval: 10, timeout: BACK_WITHIN_MS }).toBe(200);
    server.expectAlive();
  }
  await calling;
  expect(lastSuccess).toBeGreaterThan(0);
  expect(slowestBackMs).toBeLessThan(BACK_WITHIN_MS);

  await expect.poll(() => accepts(postgres.url)).toBe(true);
  const logs = await service.db.selectFrom('predictionLogs').select('id').execute();
  const times = new Map<string, number>();
  for (const { id } of logs) times.set(id, (times.get(id) ?? 0) + 1);
  expect(acknowledged.filter(id => times.get(id) !== 1)).toEqual([]);
  const usage = await service.db
    .selectFrom('deploymentUsage')
    .select(sql<number>`sum(predictions)::bigint`.as('predictions'))
    .execute();
  expect(usage).toEqual([{ predictions: logs.length }]);
  server.expectAlive();
  report('kill -9', {
    calls,
    kills: KILLS,
    acknowledged: acknowledged.length,
    unavailable,
    chargedUnacknowledged: logs.length - acknowledged.length - KILLS,
    slowestBackMs,
    seconds: Math.round((performance.now() - began) / 1000),
  });
});
