import { expect, test } from 'vitest';
import {
  codes,
  createKey,
  gasoline,
  openLab,
  PREDICT,
  REVOKE_KEY,
  refusal,
  startServiceForTest,
} from '../harness.ts';
import { report } from '../report.ts';
import { scaled } from './rounds.ts';
import { startProcesses } from './servers.ts';

test('a revocation that one server process acknowledged holds for the next request to another, every time', async () => {
  const rounds = scaled(1000, 1);
  const service = await startServiceForTest();
  const { owner, deploymentId } = await openLab(service, 'ENTERPRISE');
  const [first, second] = await startProcesses(2, service.databaseUrl);
  if (!first || !second) throw new Error('no servers');
  const began = performance.now();
  let answeredBefore = 0;
  for (let round = 0; round < rounds; round++) {
    const key = await createKey(service, owner, { deploymentId });
    const predict = () => second.call(PREDICT, { deploymentId, spectra: gasoline() }, key);
    expect((await predict()).status).toBe(200);
    // Calls run on the other server while the key is revoked on this one.
    const underWay = [predict(), predict(), predict()];
    const revoked = await first.call(REVOKE_KEY, { id: key.id }, owner);
    const acknowledged = new Date();
    expect(revoked.status).toBe(200);
    expect(await predict()).toMatchObject(refusal(codes.API_KEY_REVOKED));
    for (const { status } of await Promise.all(underWay)) {
      expect([200, 403]).toContain(status);
      answeredBefore += status === 200 ? 1 : 0;
    }
    const late = await service.db
      .selectFrom('predictionLogs')
      .select('id')
      .where('apiKeyId', '=', key.id)
      .where('createdAt', '>', acknowledged)
      .execute();
    expect(late).toEqual([]);
    // So that the plan's limit is not met.
    await service.db.deleteFrom('apiKeys').where('id', '=', key.id).execute();
  }
  report('revocation', { rounds, answeredBefore, seconds: Math.round((performance.now() - began) / 1000) });
  for (const server of [first, second]) server.expectAlive();
});
