import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../src/database/pool.ts';
import {
  CREATE_KEY,
  codes,
  createKey,
  deploy,
  openLab,
  PREDICT,
  REVOKE_KEY,
  refusal,
  startServiceForTest,
} from '../harness.ts';
import { linearRegression } from '../onnx-files.ts';
import { report } from '../report.ts';
import { scaled } from './rounds.ts';
import { inParallel, startProcesses } from './servers.ts';

test('the key limit is exact over two server processes, whatever is revoked meanwhile', async () => {
  const LIMIT = 10;
  const CREATIONS = 200;
  const rounds = scaled(50, 2);
  const service = await startServiceForTest();
  const { owner, deploymentId } = await openLab(service, 'PRO');
  const servers = await startProcesses(2, service.databaseUrl);
  const witness = connect({ url: service.databaseUrl, max: 1, onIdleError: () => {} });
  onTestFinished(() => witness.destroy());
  const countUsable = async () => {
    const { rows } = await sql<{ usable: number }>`
      select count(*)::int as usable from api_keys where revoked_at is null`.execute(witness);
    return rows[0]?.usable ?? Number.NaN;
  };
  const create = (index: number) =>
    servers[index % 2]?.call(
      CREATE_KEY,
      { input: { target: { deploymentId }, name: `Key ${index}` } },
      owner,
    );

  const began = performance.now();
  let [created, revoked, looks] = [0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    await service.db.deleteFrom('apiKeys').execute();
    let under = true;
    // Each query is one snapshot of the committed state.
    const watching = (async () => {
      while (under) {
        expect(await countUsable()).toBeLessThanOrEqual(LIMIT);
        looks += 1;
      }
    })();
    await inParallel(CREATIONS, 20, async index => {
      const answer = await create(index);
      if (answer?.status !== 200) return expect(answer).toMatchObject(refusal(codes.API_KEY_LIMIT_REACHED));
      created += 1;
      if (created % 2) return;
      const id = answer.data?.createApiKey.apiKey.id;
      expect((await servers[(index + 1) % 2]?.call(REVOKE_KEY, { id }, owner))?.status).toBe(200);
      revoked += 1;
    });
    under = false;
    await watching;
    // And no key less than the limit: every free place can be used.
    for (let free = LIMIT - (await countUsable()); free > 0; free--) {
      expect((await create(free))?.status).toBe(200);
    }
    expect(await create(0)).toMatchObject(refusal(codes.API_KEY_LIMIT_REACHED));
    expect(await countUsable()).toBe(LIMIT);
  }
  report('key limit', {
    rounds,
    creations: rounds * CREATIONS,
    created,
    revoked,
    looks,
    seconds: Math.round((performance.now() - began) / 1000),
  });
  for (const server of servers) server.expectAlive();
});

test('the quota is exact over two server processes, and no call is refused that would have fitted', async () => {
  const calls = scaled(2000, 200);
  const quota = calls / 4;
  const service = await startServiceForTest();
  const { owner } = await openLab(service, 'PRO');
  const { deploymentId } = await deploy(service, owner, linearRegression({ weights: [1] }), 'One point');
  const key = await createKey(service, owner, { deploymentId });
  const setQuota = (monthlyPredictions: number) =>
    service.db.updateTable('plans').set({ monthlyPredictions }).where('name', '=', 'PRO').execute();
  const servers = await startProcesses(2, service.databaseUrl);

  const began = performance.now();
  const granted: { spectra: number; sentAt: number }[] = [];
  const refused: { spectra: number; answeredAt: number }[] = [];
  const total = (some: { spectra: number }[]) => some.reduce((sum, { spectra }) => sum + spectra, 0);
  async function call(index: number): Promise<void> {
    const count = 1 + ((index * 5) % 7);
    const spectra = Array.from({ length: count }, () => ({ sampleName: 'sample', yValues: [index] }));
    const sentAt = performance.now();
    const answer = await servers[index % 2]?.call(PREDICT, { deploymentId, spectra }, key);
    if (answer?.status === 200) {
      granted.push({ spectra: answer.data?.predict.predictions.length ?? 0, sentAt });
      return;
    }
    expect(answer).toMatchObject(refusal(codes.QUOTA_EXCEEDED));
    refused.push({ spectra: count, answeredAt: performance.now() });
  }
  const isOnRecord = async () => {
    const { rows } = await sql<{ logged: number; counted: number }>`
      select (select sum(jsonb_array_length(predictions)) from prediction_logs)::int as logged,
        (select sum(predictions) from deployment_usage)::int as counted`.execute(service.db);
    expect(rows).toEqual([{ logged: total(granted), counted: total(granted) }]);
  };

  await setQuota(quota);
  await inParallel(calls, 64, call);
  await isOnRecord();
  expect(total(granted)).toBeLessThanOrEqual(quota);
  // What was used when a call was refused is at most what had been sent by the time its caller knew: with that it must
  // not have fitted.
  for (const { spectra, answeredAt } of refused) {
    const usedAtMost = total(granted.filter(({ sentAt }) => sentAt < answeredAt));
    expect(usedAtMost + spectra).toBeGreaterThan(quota);
  }

  // The end of a quota again and again, with no later calls to fill what was wrongly left: usage only grows, so what did
  // not fit when it was refused does not fit in the end.
  const ends = scaled(500, 50);
  for (let end = 0; end < ends; end++) {
    const limit = total(granted) + 1 + ((end * 7) % 20);
    await setQuota(limit);
    refused.length = 0;
    await Promise.all(Array.from({ length: 12 }, (_, index) => call(end + index)));
    expect(total(granted)).toBeLessThanOrEqual(limit);
    for (const { spectra } of refused) expect(total(granted) + spectra).toBeGreaterThan(limit);
  }
  await isOnRecord();
  report('quota', {
    calls,
    quota,
    ends,
    granted: total(granted),
    seconds: Math.round((performance.now() - began) / 1000),
  });
  for (const server of servers) server.expectAlive();
});
