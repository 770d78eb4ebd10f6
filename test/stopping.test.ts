import { expect, test } from 'vitest';
import { createKey, gasoline, openLab, PREDICT, startServiceForTest } from './harness.ts';
import { startPostgresForTest } from './own-postgresql.ts';
import { startProcesses } from './torture/servers.ts';

/** The wait for PostgreSQL ends after two, and closing its connections takes one more at most. */
const STOPS_WHILE_IT_HANGS_MS = 5000;

test('a server stops in time although PostgreSQL hangs under its calls', async () => {
  const postgres = await startPostgresForTest();
  const service = await startServiceForTest({ databaseUrl: postgres.url });
  const { owner, deploymentId } = await openLab(service, 'ENTERPRISE');
  const key = await createKey(service, owner, { deploymentId });
  const [server] = await startProcesses(1, postgres.url);
  if (!server) throw new Error('no server');
  const predict = () => server.call(PREDICT, { deploymentId, spectra: gasoline() }, key);
  // On these connections the calls go that hang.
  const opened = await Promise.all(Array.from({ length: 20 }, predict));
  expect(opened.map(({ status }) => status)).toEqual(opened.map(() => 200));

  await postgres.freeze();
  const hung = Promise.allSettled(opened.map(predict));
  // These begin before the signal to stop.
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  const stoppedAt = performance.now();
  server.started.process.kill('SIGTERM');
  expect(await server.started.ended, server.started.output()).toBe(0);
  expect(performance.now() - stoppedAt).toBeLessThan(STOPS_WHILE_IT_HANGS_MS);
  for (const call of await hung) expect(call).toMatchObject({ value: { status: 503 } });
}, 60_000);
