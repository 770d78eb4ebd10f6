import { type RawBuilder, sql } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../src/database/pool.ts';
import type { SpectrumInput } from '../src/generated/graphql.ts';
import { makeLogPartitions } from '../src/predictions/partitions.ts';
import { startSettle } from '../src/predictions/settlement/settle.ts';
import type { Call } from '../src/predictions/settlement/statement.ts';
import {
  type Answer,
  codes,
  createDeployment,
  createKey,
  deploy,
  type Lab,
  openLab,
  PREDICT,
  refusal,
  type Service,
  startService,
} from './harness.ts';
import { linearRegression } from './onnx-files.ts';

const POISON = 'poison';

let service: Service;
let secondServer: Service;
let lab: Lab;
let key: { rawKey: string };
/** Set by every test: each has its own month, so none inherits another's usage. */
let now = new Date();
let month = 0;

beforeAll(async () => {
  service = await startService({ now: () => now });
  secondServer = await startService({ databaseUrl: service.databaseUrl, now: () => now });
});
afterAll(async () => {
  await secondServer.close();
  await service.close();
});

async function moveTo(moment: Date) {
  now = moment;
  await makeLogPartitions(service.db, now);
}

beforeEach(async () => {
  month += 1;
  await moveTo(new Date(Date.UTC(2031, month, 15, 12)));
  // Signed up in the test's own month, as a session lasts 30 days by the same clock.
  lab = await openLab(service);
  lab.deploymentId = await deployOnePoint('One point');
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
});

/** One point a spectrum keeps hundreds of calls small. */
const deployOnePoint = async (name: string) =>
  (await deploy(service, lab.owner, linearRegression({ weights: [1] }), name)).deploymentId;

const setQuota = (monthlyPredictions: number | null) =>
  service.db.updateTable('plans').set({ monthlyPredictions }).where('name', '=', 'PRO').execute();

const spectra = (count: number, sampleName = 'sample'): SpectrumInput[] =>
  Array.from({ length: count }, (_, index) => ({ sampleName, yValues: [index] }));

const predict = (count: number, deploymentId = lab.deploymentId, on: Service = service) =>
  on.call(PREDICT, { deploymentId, spectra: spectra(count) }, key);

async function usageOf(deploymentId = lab.deploymentId) {
  const { deployment } = await service.ask(
    'query Usage($id: ID!) { deployment(id: $id) { usage { month predictions limit } } }',
    { id: deploymentId },
    lab.owner,
  );
  return deployment?.usage;
}

/** The spectra that the logs of the clock's month hold. */
async function loggedSpectra(deploymentId = lab.deploymentId): Promise<number> {
  const { rows } = await sql<{ sum: number }>`
    select coalesce(sum(jsonb_array_length(predictions)), 0)::int as sum from prediction_logs
    where deployment_id = ${deploymentId} and date_trunc('month', created_at at time zone 'UTC')
      = date_trunc('month', ${now}::timestamptz at time zone 'UTC')`.execute(service.db);
  return rows[0]?.sum ?? 0;
}

function outcomes(answers: Answer[]) {
  const status = refusal(codes.QUOTA_EXCEEDED).status;
  return {
    granted: answers.filter(answer => answer.status === 200 && answer.data?.predict.logId),
    refused: answers.filter(answer => answer.status === status && answer.code === codes.QUOTA_EXCEEDED),
  };
}

/** Calls of 1 to 7 spectra in mixed order; the single ones alone could use the quota up, so exactly it must be used. */
const mixed = (quota: number): number[] =>
  Array.from({ length: 2 * quota }, (_, index) => (index % 2 ? 1 : 1 + ((index * 5) % 7)));

describe('calls at once use exactly the quota', () => {
  const QUOTA = 100;

  test('whatever their sizes', async () => {
    await setQuota(QUOTA);
    const answers = await Promise.all(mixed(QUOTA).map(count => predict(count)));
    const { granted, refused } = outcomes(answers);
    expect(granted.length + refused.length).toBe(2 * QUOTA);
    expect(granted.flatMap(({ data }) => data?.predict.predictions)).toHaveLength(QUOTA);
    expect(await usageOf()).toMatchObject({ predictions: QUOTA, limit: QUOTA });
    expect(await loggedSpectra()).toBe(QUOTA);
  });

  test('over two servers on one database', async () => {
    await setQuota(QUOTA);
    const answers = await Promise.all(
      mixed(QUOTA).map((count, index) =>
        predict(count, lab.deploymentId, Math.floor(index / 2) % 2 ? secondServer : service),
      ),
    );
    const { granted, refused } = outcomes(answers);
    expect(granted.length + refused.length).toBe(2 * QUOTA);
    expect(granted.flatMap(({ data }) => data?.predict.predictions)).toHaveLength(QUOTA);
    expect(await usageOf()).toMatchObject({ predictions: QUOTA });
    expect(await loggedSpectra()).toBe(QUOTA);
  });

  test('by programs and people together', async () => {
    await setQuota(QUOTA);
    const answers = await Promise.all(
      Array.from({ length: QUOTA + 20 }, (_, index) =>
        service.call(
          PREDICT,
          { deploymentId: lab.deploymentId, spectra: spectra(1) },
          index % 2 ? key : lab.owner,
        ),
      ),
    );
    const { granted, refused } = outcomes(answers);
    expect([granted.length, refused.length]).toEqual([QUOTA, 20]);
    expect(await usageOf()).toMatchObject({ predictions: QUOTA });
  });
});

test('a call larger than the rest is refused whole; a smaller one after it still fits', async () => {
  await setQuota(10);
  expect((await predict(7)).status).toBe(200);
  expect(await predict(4)).toMatchObject(refusal(codes.QUOTA_EXCEEDED));
  expect(await usageOf()).toMatchObject({ predictions: 7 });
  expect((await predict(2)).status).toBe(200);
  expect(await predict(2)).toMatchObject(refusal(codes.QUOTA_EXCEEDED));
  expect((await predict(1)).status).toBe(200);
  expect(await predict(1)).toMatchObject(refusal(codes.QUOTA_EXCEEDED));
  expect(await usageOf()).toMatchObject({ predictions: 10 });
  expect(await loggedSpectra()).toBe(10);
});

test('a call larger than the whole quota is refused, and nothing is charged', async () => {
  await setQuota(10);
  expect(await predict(11)).toMatchObject(refusal(codes.QUOTA_EXCEEDED));
  expect(await usageOf()).toMatchObject({ predictions: 0 });
});

test('a plan of no predictions grants none', async () => {
  await setQuota(0);
  expect(await predict(1)).toMatchObject(refusal(codes.QUOTA_EXCEEDED));
});

test('QUOTA_EXCEEDED is 429 with the seconds until the month ends in UTC as Retry-After', async () => {
  await setQuota(0);
  const year = now.getUTCFullYear();
  const of = now.getUTCMonth();
  const cases = [
    [new Date(Date.UTC(year, of + 1) - 1), '1'],
    [new Date(Date.UTC(year, of + 1) - 90_000), '90'],
    [new Date(Date.UTC(year, of + 1) - 90_001), '91'],
    [new Date(Date.UTC(year, of + 1) - 24 * 3_600_000), '86400'],
  ] as const;
  for (const [moment, retryAfter] of cases) {
    await moveTo(moment);
    const answer = await predict(1);
    expect(answer.status).toBe(429);
    expect(answer.code).toBe(codes.QUOTA_EXCEEDED);
    expect(answer.headers.get('retry-after')).toBe(retryAfter);
  }
});

test('a new month starts at zero, at midnight in UTC', async () => {
  await setQuota(3);
  const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
  await moveTo(new Date(next - 1));
  const ending = now.toISOString().slice(0, 7);
  expect((await predict(3)).status).toBe(200);
  expect(await predict(1)).toMatchObject(refusal(codes.QUOTA_EXCEEDED));
  expect(await usageOf()).toEqual({ month: ending, predictions: 3, limit: 3 });

  await moveTo(new Date(next));
  const begun = now.toISOString().slice(0, 7);
  expect(begun).not.toBe(ending);
  expect(await usageOf()).toEqual({ month: begun, predictions: 0, limit: 3 });
  expect((await predict(2)).status).toBe(200);
  expect(await usageOf()).toEqual({ month: begun, predictions: 2, limit: 3 });
  expect(await loggedSpectra()).toBe(2);
});

test('a plan without a limit grants everything, and counts it', async () => {
  await setQuota(null);
  const answers = await Promise.all(Array.from({ length: 100 }, () => predict(1000)));
  expect(outcomes(answers).granted).toHaveLength(100);
  expect(await usageOf()).toMatchObject({ predictions: 100_000, limit: null });
  expect(await loggedSpectra()).toBe(100_000);
});

test('a lowered quota binds the next call, a raised one too', async () => {
  await setQuota(10);
  expect((await predict(5)).status).toBe(200);
  await setQuota(3);
  expect(await predict(1)).toMatchObject(refusal(codes.QUOTA_EXCEEDED));
  await setQuota(6);
  expect((await predict(1)).status).toBe(200);
  expect(await usageOf()).toMatchObject({ predictions: 6, limit: 6 });
});

test('the quota is of each deployment, not of the project', async () => {
  await setQuota(10);
  const other = await deployOnePoint('Other');
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, index) => predict(1, index % 2 ? other : lab.deploymentId)),
  );
  expect(outcomes(answers).granted).toHaveLength(20);
  for (const deploymentId of [lab.deploymentId, other]) {
    expect(await usageOf(deploymentId)).toMatchObject({ predictions: 10 });
    expect(await loggedSpectra(deploymentId)).toBe(10);
  }
});

test('first calls of a month on many deployments with one project-wide key end in no deadlock', async () => {
  // Separate servers: a connection reports its deadlocks when it ends.
  const first = await startService({ now: () => now });
  const second = await startService({ databaseUrl: first.databaseUrl, now: () => now });
  const third = connect({ url: first.databaseUrl, max: 2, onIdleError: () => {} });
  const own = await openLab(first, 'ENTERPRISE');
  const onePoint = await deploy(first, own.owner, linearRegression({ weights: [1] }));
  const deployments = [onePoint.deploymentId];
  while (deployments.length < 25) {
    const name = `Deployment ${deployments.length}`;
    deployments.push(await createDeployment(first, own.owner, onePoint.modelId, name));
  }
  const wide = await createKey(first, own.owner, { projectId: own.owner.projectId });
  const { rows: here } = await sql<{ name: string }>`select current_database() as name`.execute(first.db);
  const countSessions = async (which: RawBuilder<unknown>) => {
    const { rows } = await sql`
      select 1 from pg_stat_activity where datname = ${here[0]?.name} and ${which}`.execute(service.db);
    return rows.length;
  };
  const bothWait = () =>
    expect.poll(() => countSessions(sql`wait_event_type = 'Lock'`), { interval: 5 }).toBe(2);
  const call = (on: Service, deploymentId: string) =>
    on.call(PREDICT, { deploymentId, spectra: spectra(1) }, wide);

  for (let round = 0; round < 3; round++) {
    // A session does not last that long; a key without an expiry does.
    now = new Date(Date.UTC(2041, round, 1));
    await makeLogPartitions(first.db, now);
    const month = now.toISOString().slice(0, 7);
    /** A third server begins to count a deployment; the others wait for its result. */
    const hold = async (deploymentId: string) => {
      const held = await third.startTransaction().execute();
      await held
        .insertInto('deploymentUsage')
        .values({ deploymentId, month, slot: 0, predictions: 0 })
        .execute();
      return () => held.rollback().execute();
    };
    const [alone = '', ...rest] = deployments;
    const releaseFirstCalls = await hold(alone);
    const releaseTheMiddle = await hold(rest[Math.floor(rest.length / 2)] ?? '');

    // While the first call of each server waits, the others are collected into one statement, in opposite orders.
    const calls = [call(first, alone), call(second, alone)];
    await bothWait();
    calls.push(...rest.map(id => call(first, id)), ...rest.toReversed().map(id => call(second, id)));
    for (const server of [first, second, first, second]) await server.call('{ __typename }');
    await releaseFirstCalls();
    await Promise.all(calls.slice(0, 2));
    // Each holds what it has counted so far.
    await bothWait();
    await releaseTheMiddle();

    const answers = await Promise.all(calls);
    expect(answers.filter(({ status }) => status !== 200).map(({ text }) => text)).toEqual([]);
    const usage = await third
      .selectFrom('deploymentUsage')
      .select(sql<number>`sum(predictions)::bigint`.as('predictions'))
      .where('month', '=', month)
      .groupBy('deploymentId')
      .execute();
    expect(usage).toEqual(deployments.map(() => ({ predictions: 2 })));
  }

  await Promise.all([first.close(), second.close(), third.destroy()]);
  await expect.poll(() => countSessions(sql`true`)).toBe(0);
  // A call that was in a deadlock is retried and succeeds, a second later: only PostgreSQL reports the deadlock.
  const { rows } = await sql<{ deadlocks: number }>`
    select deadlocks::int from pg_stat_database where datname = ${here[0]?.name}`.execute(service.db);
  expect(rows).toEqual([{ deadlocks: 0 }]);
});

describe('a call that cannot be written', () => {
  beforeAll(async () => {
    await sql`
      alter table prediction_logs add constraint no_poison
      check (predictions -> 0 ->> 'sampleName' <> '${sql.raw(POISON)}')`.execute(service.db);
  });

  test('fails alone: the calls beside it are answered, charged and logged, it is not', async () => {
    await setQuota(null);
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        service.call(
          PREDICT,
          { deploymentId: lab.deploymentId, spectra: spectra(2, index % 10 === 5 ? POISON : 'good') },
          key,
        ),
      ),
    );
    for (const [index, answer] of answers.entries()) {
      if (index % 10 === 5) expect(answer).toMatchObject(refusal(codes.INTERNAL_SERVER_ERROR));
      else expect(answer.status).toBe(200);
    }
    expect(await usageOf()).toMatchObject({ predictions: 72 });
    expect(await loggedSpectra()).toBe(72);
  });

  test('because its deployment is gone fails alone too, and the call beside it is charged once', async () => {
    await setQuota(null);
    const settle = startSettle(service.db);
    const { factsRevision, accessRevision } = await service.db
      .selectFrom('deploymentFacts as facts')
      .innerJoin('projectAccess as access', 'access.projectId', 'facts.projectId')
      .where('facts.deploymentId', '=', lab.deploymentId)
      .where('access.userId', '=', lab.owner.id)
      .select(['facts.revision as factsRevision', 'access.revision as accessRevision'])
      .executeTakeFirstOrThrow();
    const call = (deploymentId: string): Call => ({
      logId: newId(),
      deploymentId,
      factsRevision,
      caller: { source: 'WEB', userId: lab.owner.id, revision: accessRevision },
      at: now,
      predictions: [{ sampleName: 'a', value: 1 }],
      outside: null,
      xAxisChecked: false,
      durationMs: 1,
      network: null,
    });
    // The first goes alone; the other two wait, and are settled together.
    const settlements = await Promise.all([
      settle(call(lab.deploymentId)),
      settle(call(lab.deploymentId)),
      settle(call(newId())),
    ]);
    expect(settlements.map(({ outcome }) => outcome)).toEqual(['settled', 'settled', 'stale']);
    expect(await usageOf()).toMatchObject({ predictions: 2 });
    expect(await loggedSpectra()).toBe(2);
  });

  test('leaves the last of a quota to the others', async () => {
    await setQuota(10);
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        service.call(
          PREDICT,
          { deploymentId: lab.deploymentId, spectra: spectra(1, index % 2 ? POISON : 'good') },
          key,
        ),
      ),
    );
    expect(outcomes(answers).granted).toHaveLength(10);
    expect(await usageOf()).toMatchObject({ predictions: 10 });
    expect(await loggedSpectra()).toBe(10);
  });
});

test('creating the next months’ partitions blocks no prediction, even while another session reads all logs', async () => {
  await setQuota(null);
  const reading = Promise.withResolvers<void>();
  const read = Promise.withResolvers<void>();
  const reader = service.db.transaction().execute(async trx => {
    await trx
      .selectFrom('predictionLogs')
      .select(eb => eb.fn.countAll().as('logs'))
      .execute();
    reading.resolve();
    await read.promise;
  });
  await reading.promise;
  const making = makeLogPartitions(service.db, new Date(Date.UTC(2035, 0, 1)));
  const answer = await service.call(PREDICT, { deploymentId: lab.deploymentId, spectra: spectra(1) }, key);
  expect(answer.status).toBe(200);
  await making;
  read.resolve();
  await reader;
});
