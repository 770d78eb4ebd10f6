import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setPlan } from '../../src/accounts/plans.ts';
import type { Code } from '../../src/errors.ts';
import {
  codes,
  createKey,
  DELETE_KEY,
  deploy,
  END_REHEARSAL,
  openLab,
  PREDICT,
  REHEARSE,
  REVOKE_KEY,
  recordOf,
  refusal,
  type Service,
  startService,
  UPDATE_KEY,
} from '../harness.ts';
import { linearRegression } from '../onnx-files.ts';
import { report } from '../report.ts';
import type { ServerProcess } from '../server-process.ts';
import { scaled } from './rounds.ts';
import { startProcesses } from './servers.ts';

let service: Service;
let servers: readonly [ServerProcess, ServerProcess];
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  service = await startService();
  const [first, second] = await startProcesses(2, service.databaseUrl, stop => void stops.push(stop));
  if (!first || !second) throw new Error('no servers');
  servers = [first, second];
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await service.close();
});

/** A laboratory with a deployment of one point a spectrum, on two server processes. */
async function prepare(plan: 'ENTERPRISE' | 'PRO' = 'ENTERPRISE') {
  const { owner } = await openLab(service, plan);
  const { deploymentId } = await deploy(service, owner, linearRegression({ weights: [1] }), 'One point');
  return { service, owner, deploymentId, servers };
}
type Prepared = Awaited<ReturnType<typeof prepare>>;

const spectra = (count = 1) => Array.from({ length: count }, () => ({ sampleName: 'sample', yValues: [2] }));

interface Change {
  what: string;
  /** The settings of the key before. */
  settings?: { callsPerMinute: number };
  /** Whether it is compared with the calls of a minute: a round in which the minute ends is not judged. */
  isOfMinute?: boolean;
  make: (lab: Prepared, on: ServerProcess, key: { id: string }) => Promise<unknown>;
  /** Takes the change of the key back: it can call at once. */
  restore?: Change['make'];
  undo?: (lab: Prepared) => Promise<unknown>;
  code: Code;
}

const minuteNow = () => Math.floor(Date.now() / 60_000);

const setActive =
  (active: boolean) =>
  (lab: Prepared, on: ServerProcess = lab.servers[0]) =>
    on.call(
      'mutation ($id: ID!, $active: Boolean!) { setDeploymentActive(id: $id, active: $active) { active } }',
      { id: lab.deploymentId, active },
      lab.owner,
    );

const changes: Change[] = [
  {
    what: 'the key revoked',
    make: ({ owner }, on, { id }) => on.call(REVOKE_KEY, { id }, owner),
    code: codes.API_KEY_REVOKED,
  },
  {
    what: 'the key expired',
    make: ({ service }, _on, { id }) =>
      sql`update api_keys set expires_at = clock_timestamp() - interval '1 ms' where id = ${id}`.execute(
        service.db,
      ),
    code: codes.API_KEY_EXPIRED,
  },
  {
    what: 'the key deleted',
    make: ({ owner }, on, { id }) => on.call(DELETE_KEY, { id }, owner),
    // Unknown keys are rate limited.
    undo: ({ service }) => service.db.deleteFrom('rateLimits').execute(),
    code: codes.UNAUTHENTICATED,
  },
  {
    what: 'its networks narrowed',
    make: ({ owner }, on, { id }) =>
      on.call(UPDATE_KEY, { input: { id, allowedNetworks: ['203.0.113.0/24'] } }, owner),
    restore: ({ owner }, on, { id }) => on.call(UPDATE_KEY, { input: { id, allowedNetworks: null } }, owner),
    code: codes.API_KEY_NETWORK_NOT_ALLOWED,
  },
  {
    what: 'its own limit set below its usage',
    make: ({ owner }, on, { id }) => on.call(UPDATE_KEY, { input: { id, monthlyPredictions: 1 } }, owner),
    restore: ({ owner }, on, { id }) =>
      on.call(UPDATE_KEY, { input: { id, monthlyPredictions: null } }, owner),
    code: codes.API_KEY_QUOTA_EXCEEDED,
  },
  {
    what: 'its calls a minute limited to fewer than it made',
    settings: { callsPerMinute: 1_000_000 },
    isOfMinute: true,
    make: ({ owner }, on, { id }) => on.call(UPDATE_KEY, { input: { id, callsPerMinute: 1 } }, owner),
    restore: ({ owner }, on, { id }) => on.call(UPDATE_KEY, { input: { id, callsPerMinute: null } }, owner),
    code: codes.API_KEY_RATE_LIMITED,
  },
  {
    what: 'its revocation rehearsed',
    make: ({ owner }, on, { id }) => on.call(REHEARSE, { id, minutes: 1 }, owner),
    restore: ({ owner }, on, { id }) => on.call(END_REHEARSAL, { id }, owner),
    code: codes.API_KEY_REVOKED,
  },
  {
    what: 'its scope removed',
    make: ({ service }, _on, { id }) =>
      sql`update api_keys set scopes = '{}' where id = ${id}`.execute(service.db),
    code: codes.API_KEY_NOT_AUTHORIZED,
  },
  {
    what: 'its plan lowered',
    make: ({ service, owner }) => setPlan(service.db, owner.organization.slug, 'FREE'),
    undo: ({ service, owner }) => setPlan(service.db, owner.organization.slug, 'ENTERPRISE'),
    code: codes.PLAN_FEATURE_REQUIRED,
  },
  {
    what: 'its deployment switched off',
    make: (lab, on) => setActive(false)(lab, on),
    undo: lab => setActive(true)(lab),
    code: codes.DEPLOYMENT_INACTIVE,
  },
];

test.each(changes)(
  '$what, while both servers remember the facts: no later call gets data, charge or log',
  async change => {
    const rounds = scaled(1000, 3);
    const lab = await prepare();
    const { service, owner, deploymentId, servers } = lab;
    const began = performance.now();
    let [granted, answeredMeanwhile, refusedMeanwhile, judged] = [0, 0, 0, 0];
    for (let round = 0; round < rounds; round++) {
      const key = await createKey(
        service,
        owner,
        round % 2 ? { deploymentId } : { projectId: owner.projectId },
        { name: 'LIMS', ...change.settings },
      );
      const minute = minuteNow();
      const predict = (on: ServerProcess) => on.call(PREDICT, { deploymentId, spectra: spectra() }, key);
      for (const server of [...servers, ...servers]) {
        expect(await predict(server)).toMatchObject({ status: 200 });
        granted += 1;
      }
      let changed = false;
      const meanwhile = Array.from({ length: 4 }, async (_, index) => {
        const answers = [];
        while (!changed) answers.push(await predict(servers[index % 2 ? 0 : 1]));
        return answers;
      });
      await change.make(lab, servers[Math.floor(round / 2) % 2 ? 0 : 1], key);
      changed = true;
      const after = Array.from({ length: 6 }, (_, index) => predict(servers[index % 2 ? 1 : 0]));
      const answers = await Promise.all(after);
      const isJudged = !change.isOfMinute || minuteNow() === minute;
      for (const answer of answers) {
        if (isJudged || answer.status !== 200) {
          expect(answer).toMatchObject(refusal(change.code));
          expect(answer.text).not.toContain('logId');
          judged += 1;
        } else granted += 1;
      }
      for (const answer of (await Promise.all(meanwhile)).flat()) {
        if (answer.status === 200) answeredMeanwhile += 1;
        else expect(answer).toMatchObject(refusal(change.code));
        refusedMeanwhile += answer.status === 200 ? 0 : 1;
      }
      if (change.restore) {
        await change.restore(lab, servers[round % 2 ? 0 : 1], key);
        for (const answer of await Promise.all([...servers, ...servers].map(predict))) {
          expect(answer).toMatchObject({ status: 200 });
          granted += 1;
        }
      }
      expect(await recordOf(service, deploymentId)).toEqual({
        charged: granted + answeredMeanwhile,
        logged: granted + answeredMeanwhile,
      });
      await change.undo?.(lab);
      // So that the plan's limit is not met.
      await service.db.deleteFrom('apiKeys').where('id', '=', key.id).execute();
    }
    report(`${change.what}, remembered`, {
      rounds,
      judged,
      answeredMeanwhile,
      refusedMeanwhile,
      seconds: Math.round((performance.now() - began) / 1000),
    });
    for (const server of servers) server.expectAlive();
  },
);

test('a repeated call after a revocation is refused on both servers that remember the facts', async () => {
  const REPEATABLE = `mutation ($deploymentId: ID!, $spectra: [SpectrumInput!]!, $idempotencyKey: String!) {
    predict(deploymentId: $deploymentId, spectra: $spectra, idempotencyKey: $idempotencyKey) { logId }
  }`;
  const rounds = scaled(1000, 3);
  const { service, owner, deploymentId, servers } = await prepare();
  const began = performance.now();
  let [charged, replayedMeanwhile] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const key = await createKey(service, owner, { deploymentId });
    const repeat = (on: ServerProcess) =>
      on.call(REPEATABLE, { deploymentId, spectra: spectra(), idempotencyKey: 'once' }, key);
    const first = await repeat(servers[0]);
    expect(first).toMatchObject({ status: 200 });
    for (const server of [...servers, ...servers]) {
      expect(await server.call(PREDICT, { deploymentId, spectra: spectra() }, key)).toMatchObject({
        status: 200,
      });
    }
    charged += 5;
    let revoked = false;
    const meanwhile = servers.map(async server => {
      const answers = [];
      while (!revoked) answers.push(await repeat(server));
      return answers;
    });
    expect((await servers[round % 2 ? 0 : 1].call(REVOKE_KEY, { id: key.id }, owner)).status).toBe(200);
    revoked = true;
    for (const answer of await Promise.all([...servers, ...servers].map(repeat))) {
      expect(answer).toMatchObject(refusal(codes.API_KEY_REVOKED));
      expect(answer.text).not.toContain(first.data?.predict.logId);
    }
    for (const answer of (await Promise.all(meanwhile)).flat()) {
      if (answer.status !== 200) expect(answer).toMatchObject(refusal(codes.API_KEY_REVOKED));
      else expect(answer.text).toBe(first.text);
      replayedMeanwhile += answer.status === 200 ? 1 : 0;
    }
    expect(await recordOf(service, deploymentId)).toEqual({ charged, logged: charged });
    await service.db.deleteFrom('apiKeys').where('id', '=', key.id).execute();
  }
  report('repeated calls after a revocation', {
    rounds,
    replayedMeanwhile,
    seconds: Math.round((performance.now() - began) / 1000),
  });
  for (const server of servers) server.expectAlive();
});

test('usage is exact while the plan changes between limited and unlimited under load', async () => {
  const rounds = scaled(1000, 10);
  const { service, owner, deploymentId, servers } = await prepare('PRO');
  const key = await createKey(service, owner, { projectId: owner.projectId });
  const setQuota = (monthlyPredictions: number | null) =>
    service.db.updateTable('plans').set({ monthlyPredictions }).where('name', '=', 'PRO').execute();
  const began = performance.now();
  let [charged, calls, refused, unavailable] = [0, 0, 0, 0];
  const send = async (index: number) => {
    const count = 1 + (index % 3);
    calls += 1;
    const answer = await servers[index % 2 ? 0 : 1].call(
      PREDICT,
      { deploymentId, spectra: spectra(count) },
      key,
    );
    if (answer.status === 200) {
      charged += count;
      return { granted: count, isRefused: false, count };
    }
    // A call that finds another plan in each of its attempts.
    const isUnavailable = answer.code === codes.UNAVAILABLE;
    if (!isUnavailable) expect(answer).toMatchObject(refusal(codes.QUOTA_EXCEEDED));
    unavailable += isUnavailable ? 1 : 0;
    refused += isUnavailable ? 0 : 1;
    return { granted: 0, isRefused: !isUnavailable, count };
  };
  for (let round = 0; round < rounds; round++) {
    await setQuota(null);
    await Promise.all([0, 1].map(send));
    const before = charged;
    const underWay = Array.from({ length: 8 }, (_, index) => send(round + index));
    if (round % 2) await setQuota(1_000_000);
    if (round % 3 === 0) await setQuota(null);
    const limit = before + ((round * 5) % 30);
    await setQuota(limit);
    const after = await Promise.all(Array.from({ length: 12 }, (_, index) => send(round + index)));
    await Promise.all(underWay);
    const grantedAfter = after.reduce((sum, { granted }) => sum + granted, 0);
    // A settlement that began before the limit may exceed it; none that began later does.
    expect(before + grantedAfter).toBeLessThanOrEqual(limit);
    // Usage only grows, so what did not fit when it was refused does not fit in the end.
    for (const { isRefused, count } of after) if (isRefused) expect(charged + count).toBeGreaterThan(limit);
    expect(await recordOf(service, deploymentId)).toEqual({ charged, logged: charged });
  }
  const { rows } = await sql<{ used: number }>`
    select count(*) filter (where predictions > 0)::int as used from deployment_usage
    where deployment_id = ${deploymentId}`.execute(service.db);
  report('usage while the plan changes', {
    rounds,
    calls,
    charged,
    refused,
    unavailable,
    slotsUsed: rows[0]?.used ?? 0,
    seconds: Math.round((performance.now() - began) / 1000),
  });
  for (const server of servers) server.expectAlive();
});
