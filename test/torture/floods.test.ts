import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { addressOf, run } from '../commands.ts';
import { expectService, flood } from '../floods.ts';
import { createKey, openLab, type Service, send, startServiceForTest } from '../harness.ts';
import { report, scaled } from './rounds.ts';

/** Ten minutes for 1000 rounds. */
const MS = scaled(600_000, 20_000);

test('minutes of bodies under forged credentials, 20 MB a second, delay nobody', {
  timeout: MS + 120_000,
}, async () => {
  const service = await startServiceForTest();
  const lab = await openLab(service, 'ENTERPRISE');
  const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  const started = run('node', ['src/main.ts', 'serve'], { env: { DATABASE_URL: service.databaseUrl } });
  const url = await addressOf(started);
  const call: Service['call'] = (document, variables, as) => send(`${url}/graphql`, document, variables, as);
  const flooding = flood(url, MS);
  await wait(500);
  const found = await expectService({ url, call }, { deploymentId: lab.deploymentId, key }, MS - 1000);
  report('floods', { ...found, sentMb: Math.round((await flooding) / 1e6) });
  expect(started.process.exitCode).toBeNull();
});
