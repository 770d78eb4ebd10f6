import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectService, flood } from '../floods.ts';
import { createKey, openLab, startServiceForTest } from '../harness.ts';
import { report } from '../report.ts';
import { startServerProcess } from '../server-process.ts';
import { scaled } from './rounds.ts';

/** Ten minutes at 1000 rounds. */
const MS = scaled(600_000, 20_000);

test('minutes of bodies with forged credentials, 20 MB a second, delay no other call', {
  timeout: MS + 120_000,
}, async () => {
  const service = await startServiceForTest();
  const lab = await openLab(service, 'ENTERPRISE');
  const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  const server = await startServerProcess(service.databaseUrl);
  const flooding = flood(server.url, MS);
  await wait(500);
  const found = await expectService(server, { deploymentId: lab.deploymentId, key }, MS - 1000);
  const sent = await flooding;
  expect(sent).toBeGreaterThan(MS * 10_000);
  report('floods', { ...found, sentMb: Math.round(sent / 1e6) });
  server.expectAlive();
});
