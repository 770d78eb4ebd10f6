import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, onTestFinished } from 'vitest';
import { connect } from '../src/database/pool.ts';
import {
  type Answer,
  codes,
  createKey,
  gasoline,
  LIST_KEYS,
  openLab,
  PREDICT,
  refusal,
  SIGN_IN,
  startServiceForTest,
} from './harness.ts';
import { startPostgresForTest } from './own-postgresql.ts';

const POOL = 5;
const MAX_MS = 3000;
const BACK_WITHIN_MS = 2000;

interface Timed {
  answer: Answer;
  ms: number;
}

async function timed(ask: () => Promise<Answer>): Promise<Timed> {
  const started = performance.now();
  const answer = await ask();
  return { answer, ms: performance.now() - started };
}

/**
 * Stops every process of a PostgreSQL while its server is called, and continues them.
 *
 * @returns the measurements, after all promises were checked.
 */
export async function hangFor(ms: number): Promise<{ calls: number; slowestMs: number; backMs: number }> {
  const postgres = await startPostgresForTest();
  const service = await startServiceForTest({ databaseUrl: postgres.url, pool: POOL, jobs: true });
  const { owner, deploymentId } = await openLab(service, 'ENTERPRISE');
  const key = await createKey(service, owner, { deploymentId });
  const predict = () => service.call(PREDICT, { deploymentId, spectra: gasoline() }, key);
  const list = () => service.call(LIST_KEYS, { of: { projectId: owner.projectId } }, owner);
  const signIn = () => service.call(SIGN_IN, { email: owner.email, password: owner.password });
  const isReady = async () => (await fetch(`${service.url}/readyz`)).status === 200;
  for (const ask of [predict, list, signIn]) expect((await ask()).status).toBe(200);

  const answered: Answer[] = [];
  // Statements are in progress when it stops, and others wait for a connection.
  const caught = Array.from({ length: 50 }, () => timed(predict));
  caught.push(...Array.from({ length: 20 }, () => timed(list)));
  await Promise.race(caught);
  await postgres.freeze();

  const end = performance.now() + ms;
  const calls: Promise<Timed>[] = [timed(signIn)];
  let ready = 0;
  while (performance.now() < end) {
    calls.push(timed(predict), timed(list));
    if (calls.length % 20 === 1) ready += (await isReady()) ? 1 : 0;
    await pause(50);
  }
  const hung = await Promise.all(calls);
  const before = await Promise.all(caught);
  for (const { answer } of hung) {
    expect(answer).toMatchObject(refusal(codes.UNAVAILABLE));
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  }
  expect(ready).toBe(0);
  const slowestMs = Math.max(...[...hung, ...before].map(call => call.ms));
  expect(slowestMs).toBeLessThan(MAX_MS);
  for (const { answer } of before) {
    if (answer.status !== 200) expect(answer).toMatchObject(refusal(codes.UNAVAILABLE));
    if (answer.data?.predict) answered.push(answer);
  }

  await postgres.thaw();
  const continued = performance.now();
  let back = await predict();
  while (back.status !== 200 && performance.now() - continued < 2 * BACK_WITHIN_MS) back = await predict();
  const backMs = performance.now() - continued;
  expect(back.status).toBe(200);
  expect(backMs).toBeLessThan(BACK_WITHIN_MS);
  expect(await isReady()).toBe(true);
  for (const ask of [list, signIn]) expect((await ask()).status).toBe(200);
  answered.push(...(await Promise.all(Array.from({ length: 50 }, predict))));

  const witness = connect({ url: postgres.url, max: 1, onIdleError: () => {} });
  onTestFinished(() => witness.destroy());
  // The abandoned statements have ended on PostgreSQL too, and changed nothing.
  await expect
    .poll(async () => {
      const { rows } = await sql<{ sessions: number; open: number }>`
        select count(*)::int as sessions, count(*) filter (where state like 'idle in transaction%')::int as open
        from pg_stat_activity where application_name = 'spectrakey' and pid <> pg_backend_pid()`.execute(
        witness,
      );
      return rows[0]?.open === 0 && rows[0].sessions <= POOL;
    })
    .toBe(true);
  const logs = await witness.selectFrom('predictionLogs').select('id').execute();
  const ids = logs.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining(answered.flatMap(({ data }) => data?.predict.logId ?? [])));
  const usage = await witness
    .selectFrom('deploymentUsage')
    .select(sql<number>`sum(predictions)::bigint`.as('predictions'))
    .execute();
  expect(usage).toEqual([{ predictions: ids.length }]);
  return { calls: hung.length, slowestMs: Math.round(slowestMs), backMs: Math.round(backMs) };
}
