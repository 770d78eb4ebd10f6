import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import { down, up } from '../migrations/0054-usage-slots.ts';
import { connect } from '../src/database/pool.ts';
import { purge } from '../src/deletions/purge.ts';
import { cloneDatabase } from './databases.ts';
import {
  type Answer,
  codes,
  createKey,
  deploy,
  type Lab,
  openLab,
  PREDICT,
  recordOf,
  refusal,
  type Service,
  startService,
} from './harness.ts';
import { redoAfter, undoAfter } from './later-migrations.ts';
import { linearRegression } from './onnx-files.ts';

/** Max time of a call that waits for no lock, on a busy machine. A lock is waited for two seconds. */
const QUICK_MS = 1000;
const WAIT = { interval: 5, timeout: 10_000 };
const SLOTS = [0, 1, 2, 3, 4, 5, 6, 7];

let service: Service;
let other: Service;
/** For what requests must not wait for. */
let witness: Service['db'];
let lab: Lab;
let key: { rawKey: string };

beforeAll(async () => {
  service = await startService();
  other = await startService({ databaseUrl: service.databaseUrl });
  witness = connect({ url: service.databaseUrl, max: 4, onIdleError: () => {} });
});
afterAll(async () => {
  await other.close();
  await service.close();
  await witness.destroy();
});

beforeEach(async () => {
  lab = await openLab(service);
  lab = { ...lab, ...(await deployLine()) };
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  await setQuota(null);
});

const deployLine = () => deploy(service, lab.owner, linearRegression({ weights: [1] }), 'Line');
const setQuota = (monthlyPredictions: number | null) =>
  witness.updateTable('plans').set({ monthlyPredictions }).where('name', '=', 'PRO').execute();
const predict = (count = 1, on = service, deploymentId = lab.deploymentId) =>
  on.call(
    PREDICT,
    { deploymentId, spectra: Array.from({ length: count }, () => ({ sampleName: 'sample', yValues: [1] })) },
    key,
  );
const slots = () =>
  witness
    .selectFrom('deploymentUsage')
    .select(['slot', 'predictions'])
    .where('deploymentId', '=', lab.deploymentId)
    .orderBy('slot')
    .execute();

/** Locks usage slots of the deployment, as settlements of other servers do. @returns how to release them */
async function lockSlots(which: number[]): Promise<() => Promise<void>> {
  const locking = await witness.startTransaction().execute();
  const { rows } = await sql`
    select slot from deployment_usage where deployment_id = ${lab.deploymentId} and slot = any(${which}::int[])
    for no key update`.execute(locking);
  expect(rows).toHaveLength(which.length);
  let isReleased = false;
  const release = async () => {
    if (!isReleased) await locking.rollback().execute();
    isReleased = true;
  };
  onTestFinished(release);
  return release;
}

const countWaiting = async () => {
  const { rows } = await sql`
    select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
    witness,
  );
  return rows.length;
};

async function expectQuick(call: () => Promise<Answer>): Promise<void> {
  const started = performance.now();
  expect(await call()).toMatchObject({ status: 200 });
  expect(performance.now() - started).toBeLessThan(QUICK_MS);
}

test('the first call of a month makes eight slots, and the usage is their sum', async () => {
  expect(await predict(3)).toMatchObject({ status: 200 });
  expect((await slots()).map(({ slot }) => slot)).toEqual(SLOTS);
  for (const slot of SLOTS) {
    await sql`
      update deployment_usage set predictions = predictions + ${slot},
        daily[extract(day from now() at time zone 'UTC')] = daily[extract(day from now() at time zone 'UTC')] + ${slot}
      where deployment_id = ${lab.deploymentId} and slot = ${slot}`.execute(witness);
  }
  const { deployment } = await service.ask(
    'query ($id: ID!) { deployment(id: $id) { usage { predictions } dailyPredictions(days: 1) { predictions } } }',
    { id: lab.deploymentId },
    lab.owner,
  );
  expect(deployment).toEqual({ usage: { predictions: 31 }, dailyPredictions: [{ predictions: 31 }] });
});

describe('without a monthly limit', () => {
  test('a call waits for no slot that another settlement holds, whichever it is', async () => {
    await predict();
    for (const free of SLOTS) {
      const release = await lockSlots(SLOTS.filter(slot => slot !== free));
      for (const on of [service, other]) await expectQuick(() => predict(1, on));
      await release();
    }
    expect((await slots()).map(({ predictions }) => predictions)).toEqual([3, 2, 2, 2, 2, 2, 2, 2]);
  });

  test('calls wait only while all slots are held, and are then answered', async () => {
    await predict();
    const release = await lockSlots(SLOTS);
    const calls = [predict(), predict(1, other), predict(), predict(1, other)];
    await expect.poll(countWaiting, WAIT).toBe(2);
    await release();
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await recordOf(service, lab.deploymentId)).toEqual({ charged: 5, logged: 5 });
  });

  test('calls of a deployment whose slots are held delay no other deployment', async () => {
    await predict();
    const { deploymentId } = await deployLine();
    const release = await lockSlots(SLOTS);
    const waiting = [predict(), predict()];
    await expect.poll(countWaiting, WAIT).toBe(1);
    for (let call = 0; call < 5; call++) await expectQuick(() => predict(1, service, deploymentId));
    await release();
    for (const call of waiting) expect(await call).toMatchObject({ status: 200 });
    expect(await recordOf(service, deploymentId)).toEqual({ charged: 5, logged: 5 });
  });

  test('a call that waited too long for its slots is a 503 that costs nothing', async () => {
    await predict();
    const release = await lockSlots(SLOTS);
    expect(await predict()).toMatchObject(refusal(codes.UNAVAILABLE));
    await release();
    expect(await recordOf(service, lab.deploymentId)).toEqual({ charged: 1, logged: 1 });
    expect(await predict()).toMatchObject({ status: 200 });
  });
});

test('with a monthly limit a call waits for every slot, and the quota is of their sum', async () => {
  await predict();
  await sql`
    update deployment_usage set predictions = slot where deployment_id = ${lab.deploymentId}`.execute(
    witness,
  );
  await setQuota(28 + 9);
  for (const held of SLOTS) {
    const release = await lockSlots([held]);
    const call = predict();
    await expect.poll(countWaiting, WAIT).toBe(1);
    await release();
    expect(await call).toMatchObject({ status: 200 });
  }
  expect(await predict(2)).toMatchObject(refusal(codes.QUOTA_EXCEEDED));
  expect(await predict()).toMatchObject({ status: 200 });
  expect(await predict()).toMatchObject(refusal(codes.QUOTA_EXCEEDED));
  expect((await slots()).reduce((sum, { predictions }) => sum + predictions, 0)).toBe(37);
  expect(await recordOf(service, lab.deploymentId)).toMatchObject({ logged: 10 });
});

test('usage is exact, and no call is refused that fits, while the plan changes between limited and unlimited under load', async () => {
  await predict();
  let changes = 0;
  const client = async (index: number) => {
    for (let call = 0; call < 40; call++) {
      // Not more often: the facts of every attempt would then have changed before its settlement.
      if (call % 4 === index % 4) {
        changes += 1;
        await setQuota(changes % 2 ? 1_000_000 : null);
      }
      // Within four attempts, a call that finds other facts each time is a 503 that costs nothing.
      const answer = await predict(1 + (call % 3), index % 2 ? other : service);
      if (answer.status === 200) charged += 1 + (call % 3);
      else expect(answer).toMatchObject(refusal(codes.UNAVAILABLE));
    }
  };
  let charged = 1;
  await Promise.all(Array.from({ length: 8 }, (_, index) => client(index)));
  expect(charged).toBeGreaterThan(100);
  expect(changes).toBe(80);
  expect(await recordOf(service, lab.deploymentId)).toEqual({ charged, logged: charged });
  await setQuota(charged + 5);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => predict(1, index % 2 ? other : service)),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
  expect(await recordOf(service, lab.deploymentId)).toEqual({ charged: charged + 5, logged: charged + 5 });
});

describe('what is deleted while its calls are settled', () => {
  const ALLOWANCE = '{ viewer { organizations { id allowance { deployments { used } } } } }';
  const cases = [
    ['deployment', 'deleteDeployment(id: $id) { deletedDeploymentId }', () => lab.deploymentId],
    ['project', 'deleteProject(id: $id) { deletedProjectId }', () => lab.owner.projectId],
  ] as const;

  test.each(cases)(
    'a %s ends in no deadlock, and every answered call was charged and logged',
    async (what, deletion, idOf) => {
      // Own servers: a connection reports its deadlocks when it ends.
      const own = await startService();
      const second = await startService({ databaseUrl: own.databaseUrl });
      for (const quota of [null, 100_000]) {
        await own.db.updateTable('plans').set({ monthlyPredictions: quota }).execute();
        lab = await openLab(own);
        const line = await deploy(own, lab.owner, linearRegression({ weights: [1] }), 'Line');
        const key = await createKey(own, lab.owner, { projectId: lab.owner.projectId });
        lab = { ...lab, ...line };
        let gone = false;
        const answered: unknown[] = [];
        const client = async (index: number) => {
          for (let left = 3; left > 0; left -= gone ? 1 : 0) {
            const answer = await (index % 2 ? second : own).call(
              PREDICT,
              { deploymentId: lab.deploymentId, spectra: [{ sampleName: 'sample', yValues: [1] }] },
              index % 3 ? key : lab.owner,
            );
            if (answer.status === 200) answered.push(answer.data?.predict.logId);
            else expect([401, 403, 404], answer.text).toContain(answer.status);
          }
        };
        const clients = Array.from({ length: 12 }, (_, index) => client(index));
        await expect.poll(() => answered.length, WAIT).toBeGreaterThan(50);
        await second.ask(`mutation ($id: ID!) { ${deletion} }`, { id: idOf() }, lab.owner);
        gone = true;
        await Promise.all(clients);
        const { rows } = await sql<{ ids: string[] | null }>`
        select array_agg(id order by id) as ids from prediction_logs where deployment_id = ${lab.deploymentId}`.execute(
          own.db,
        );
        expect(rows[0]?.ids).toEqual([...answered].sort());
        const { viewer } = await own.ask(ALLOWANCE, {}, lab.owner);
        // Its calls of this month count, also after its logs are removed. The other one is the laboratory's first.
        const used = what === 'deployment' ? 2 : 1;
        expect(viewer?.organizations).toMatchObject([{ allowance: { deployments: { used } } }]);
        await purge(own.db, new Date(), new AbortController().signal);
        expect(await recordOf(own, lab.deploymentId)).toEqual({
          charged: 0,
          logged: what === 'deployment' ? answered.length : 0,
        });
        expect((await own.ask(ALLOWANCE, {}, lab.owner)).viewer?.organizations).toMatchObject([
          { allowance: { deployments: { used } } },
        ]);
      }
      const { rows: here } = await sql<{ name: string }>`select current_database() as name`.execute(own.db);
      await Promise.all([own.close(), second.close()]);
      const ended = async () => {
        const { rows } = await sql`select 1 from pg_stat_activity where datname = ${here[0]?.name}`.execute(
          witness,
        );
        return rows.length;
      };
      await expect.poll(ended, WAIT).toBe(0);
      const { rows } = await sql`
      select deadlocks::int from pg_stat_database where datname = ${here[0]?.name}`.execute(witness);
      expect(rows).toEqual([{ deadlocks: 0 }]);
    },
  );
});

test('migrating down and up again keeps the usage of each month and day, and what counts against the plan', async () => {
  const pool = new pg.Pool({ connectionString: await cloneDatabase(inject('postgresUrl')), max: 1 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  onTestFinished(() => db.destroy());
  await sql`
    with organization as (
      insert into organizations (id, slug, name, plan, created_at)
      values (gen_random_uuid(), 'lab', 'Lab', 'PRO', now()) returning id
    ), project as (
      insert into projects (id, organization_id, name, created_at)
      select gen_random_uuid(), id, 'Project', now() from organization returning id, organization_id
    ), file as (
      insert into model_files (id, organization_id, sha256, bytes, onnx)
      select gen_random_uuid(), id, sha256('x'), 1, 'x' from organization returning id
    ), model as (
      insert into models (id, project_id, name, version, kind, target_property, input_length, file_id, created_at)
      select gen_random_uuid(), project.id, 'Model', 1, 'REGRESSION', 'x', 1, file.id, now() from project, file
      returning id, project_id
    ), deployment as (
      insert into deployments (id, model_id, project_id, name, active, created_at)
      select gen_random_uuid(), id, project_id, 'Line', true, now() from model, generate_series(1, 2) returning id
    ), deleted as (
      insert into deleted_deployments (id, organization_id, project_id, name, deleted_at, drop_logs, used_month)
      select gen_random_uuid(), organization_id, id, 'Gone', now(), false, month
      from project, unnest(array['2031-01', '2031-02', null]) as month
    )
    insert into deployment_usage (deployment_id, month, slot, predictions, daily)
    select id, month, slot, 3 * slot, array_fill(0, array[9]) || array[slot, 2 * slot] || array_fill(0, array[20])
    from deployment, unnest(array['2031-01', '2031-02']) as month, generate_series(0, 7) as slot`.execute(db);
  const usage = async () =>
    (
      await sql`
        select month, sum(predictions)::int as predictions, sum(daily[10])::int as tenth, sum(daily[11])::int as eleventh
        from deployment_usage join deployments on deployments.id = deployment_id
        group by deployment_id, month order by deployment_id, month`.execute(db)
    ).rows;
  const held = async () =>
    (await sql`select used_month from deleted_deployments order by used_month`.execute(db)).rows;
  const before = { usage: await usage(), held: await held() };
  expect(before.usage).toHaveLength(4);
  expect(before.usage[0]).toEqual({ month: '2031-01', predictions: 84, tenth: 28, eleventh: 56 });
  for (let times = 0; times < 2; times++) {
    await undoAfter(db, '0054');
    await down(db);
    expect(await usage()).toEqual(before.usage);
    await up(db);
    await redoAfter(db, '0054');
    expect({ usage: await usage(), held: await held() }).toEqual(before);
    const { rows } = await sql`
      select count(*)::int as slots from deployment_usage group by deployment_id, month`.execute(db);
    expect(rows).toEqual([1, 2, 3, 4].map(() => ({ slots: 8 })));
  }
});
