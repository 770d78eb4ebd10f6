import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connect, connectionsOf } from '../src/database/pool.ts';
import { openLab, startService, startServiceForTest } from './harness.ts';
import { startPostgresForTest } from './own-postgresql.ts';

const ANSWERS_WITHIN_MS = 2000;
/** The probe of a stopping server is sent within this time. */
const LAST_REQUESTS_MS = 2000;

/** The answer to a probe, and its time. */
async function probe(url: string): Promise<{ status: number; ms: number }> {
  const asked = performance.now();
  const { status } = await fetch(url);
  return { status, ms: performance.now() - asked };
}

test('while PostgreSQL hangs /readyz is 503 within 2 s and /healthz 200; then /readyz is 200 again', async () => {
  const postgres = await startPostgresForTest();
  const { url } = await startServiceForTest({ databaseUrl: postgres.url, pool: 2 });
  expect((await probe(`${url}/readyz`)).status).toBe(200);
  await postgres.freeze();
  // More concurrent probes than connections, and some while the first still wait.
  const wave = (count: number) => Promise.all(Array.from({ length: count }, () => probe(`${url}/readyz`)));
  const first = wave(20);
  const answers = [...(await wave(2)), ...(await first)];
  for (const { status, ms } of [...answers, ...(await wave(20))]) {
    expect(status).toBe(503);
    expect(ms).toBeLessThan(ANSWERS_WITHIN_MS);
  }
  expect((await probe(`${url}/healthz`)).status).toBe(200);
  await postgres.thaw();
  await expect.poll(async () => (await probe(`${url}/readyz`)).status, { timeout: 5000 }).toBe(200);
});

test('while every connection is in use /readyz is 503 within 2 s, and 200 after they are free', async () => {
  const { url, db } = await startServiceForTest({ pool: 2 });
  const taken = [1, 2].map(() => sql`select pg_sleep(3)`.execute(db));
  const answers = await Promise.all(Array.from({ length: 50 }, () => probe(`${url}/readyz`)));
  for (const { status, ms } of answers) {
    expect(status).toBe(503);
    expect(ms).toBeLessThan(ANSWERS_WITHIN_MS);
  }
  // All probes wait in one place of the queue, so they do not delay calls.
  expect(connectionsOf(db).waiting).toBe(1);
  await Promise.all(taken);
  expect((await probe(`${url}/readyz`)).status).toBe(200);
});

test('a stopping server reports so at /readyz while it answers the requests in progress', async () => {
  const service = await startService({ httpLimits: { lastRequestsMs: LAST_REQUESTS_MS } });
  const { owner } = await openLab(service);
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const readyz = async () => {
    const [response] = await once(get(`${service.url}/readyz`, { agent }), 'response');
    const { statusCode, headers } = response;
    return { statusCode, connection: headers.connection, body: JSON.parse(await text(response)) };
  };
  expect(await readyz()).toEqual({ statusCode: 200, connection: 'keep-alive', body: { status: 'ready' } });

  const other = connect({ url: service.databaseUrl, max: 1, onIdleError: () => {} });
  onTestFinished(() => other.destroy());
  let closing = Promise.resolve();
  const pending = await other.transaction().execute(async trx => {
    await sql`lock table users in access exclusive mode`.execute(trx);
    const asked = service.call('{ viewer { id } }', {}, owner);
    const blocked = async () =>
      (await sql`select 1 from pg_locks where relation = 'users'::regclass and not granted`.execute(trx))
        .rows;
    await expect.poll(blocked, { interval: 10 }).toHaveLength(1);
    closing = service.close();
    expect(await readyz()).toEqual({ statusCode: 503, connection: 'close', body: { status: 'stopping' } });
    return { asked };
  });
  expect((await pending.asked).status).toBe(200);
  await closing;
});
