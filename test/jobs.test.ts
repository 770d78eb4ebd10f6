import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { gasoline, openLab, PREDICT, type Service, startService, startServiceForTest } from './harness.ts';
import { startPostgresForTest } from './own-postgresql.ts';

const DELETE_PROJECT = 'mutation ($id: ID!) { deleteProject(id: $id) { deletedProjectId } }';
const DELETE_ORGANIZATION =
  'mutation ($id: ID!, $name: String!) { deleteOrganization(id: $id, name: $name) { deletedOrganizationId } }';

/** Log rows of a deployment as if it had answered that many calls, over months. */
async function addLogs({ db }: Service, deploymentId: string, userId: string, count: number): Promise<void> {
  await sql`
    insert into prediction_logs (id, created_at, deployment_id, source, predictions, duration_ms, user_id)
    select gen_random_uuid(), now(), ${deploymentId}, 'WEB', '[]', 1, ${userId} from generate_series(1, ${count})`.execute(
    db,
  );
}

const countOf = async ({ db }: Service, table: 'predictionLogs' | 'modelFiles' | 'deletedDeployments') =>
  (
    await db
      .selectFrom(table)
      .select(eb => eb.fn.countAll<number>().as('held'))
      .executeTakeFirstOrThrow()
  ).held;

test('the logs and model files of a deleted project or organization are removed in the background, in batches, and no others', async () => {
  const service = await startServiceForTest({ jobs: true });
  const [kept, project, organization] = await Promise.all(
    ['Karla Kept', 'Paul Project', 'Olga Organization'].map(name => openLab(service, 'PRO', name)),
  );
  if (!kept || !project || !organization) throw new Error('three were opened');
  for (const lab of [kept, project, organization]) {
    await addLogs(service, lab.deploymentId, lab.owner.id, 2500);
    await service.ask(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline() }, lab.owner);
  }
  await service.ask(DELETE_PROJECT, { id: project.owner.projectId }, project.owner);
  await service.ask(
    DELETE_ORGANIZATION,
    { id: organization.owner.organization.id, name: "Olga's laboratory" },
    organization.owner,
  );
  await expect.poll(() => countOf(service, 'predictionLogs'), { timeout: 20_000 }).toBe(2501);
  await expect.poll(() => countOf(service, 'modelFiles'), { timeout: 20_000 }).toBe(1);
  const logs = await service.db.selectFrom('predictionLogs').select('deploymentId').distinct().execute();
  expect(logs).toEqual([{ deploymentId: kept.deploymentId }]);
  // In its own schema, and besides the server's other work: no job failed.
  expect(service.log.filter(line => line.includes('"level":50'))).toEqual([]);
}, 60_000);

test('deletions that a stopped server left are completed by the next one, and by several at once without a fault', async () => {
  const first = await startServiceForTest();
  const lab = await openLab(first);
  await addLogs(first, lab.deploymentId, lab.owner.id, 5000);
  // Nothing runs in the background here, as if the server had stopped at once.
  await first.ask(DELETE_PROJECT, { id: lab.owner.projectId }, lab.owner);
  expect(await countOf(first, 'predictionLogs')).toBe(5000);
  const { databaseUrl } = first;
  const next = await Promise.all([1, 2].map(() => startServiceForTest({ databaseUrl, jobs: true })));
  for (const table of ['predictionLogs', 'modelFiles', 'deletedDeployments'] as const) {
    await expect.poll(() => countOf(first, table), { timeout: 20_000 }).toBe(0);
  }
  expect(next.flatMap(({ log }) => log).filter(line => line.includes('"level":50'))).toEqual([]);
}, 60_000);

test('a job that an earlier version had is no longer scheduled', async () => {
  const service = await startServiceForTest({ jobs: true });
  const schedules = async () => {
    const { rows } = await sql<{ name: string }>`select name from pgboss.schedule order by name`.execute(
      service.db,
    );
    return rows.map(({ name }) => name);
  };
  await expect.poll(schedules).toContain('mail-about-keys');
  const present = await schedules();
  await sql`
    insert into pgboss.queue select (jsonb_populate_record(queue, '{"name": "former"}')).* from pgboss.queue
    where name = 'mail-about-keys'`.execute(service.db);
  await sql`
    insert into pgboss.schedule select (jsonb_populate_record(schedule, '{"name": "former"}')).* from pgboss.schedule
    where name = 'mail-about-keys'`.execute(service.db);
  await startServiceForTest({ databaseUrl: service.databaseUrl, jobs: true });
  await expect.poll(schedules).toEqual(present);
}, 60_000);

test('jobs take no connection of their own, and no session', async () => {
  const service = await startServiceForTest({ jobs: true, pool: 2 });
  const lab = await openLab(service);
  await addLogs(service, lab.deploymentId, lab.owner.id, 10);
  await service.ask(DELETE_PROJECT, { id: lab.owner.projectId }, lab.owner);
  await expect.poll(() => countOf(service, 'predictionLogs'), { timeout: 20_000 }).toBe(0);
  const { rows } = await sql<{ sessions: number; listening: number }>`
    select count(*)::int as sessions, count(*) filter (where query ilike 'listen%')::int as listening
    from pg_stat_activity where datname = current_database()`.execute(service.db);
  expect(rows[0]?.sessions).toBeLessThanOrEqual(2);
  expect(rows[0]?.listening).toBe(0);
}, 60_000);

test('while PostgreSQL is away or hangs, a server with jobs starts, continues, and stops in time', async () => {
  const lost = await startServiceForTest({
    databaseUrl: 'postgresql://nobody@127.0.0.1:1/nowhere',
    jobs: true,
  });
  expect((await fetch(`${lost.url}/healthz`)).status).toBe(200);
  const postgres = await startPostgresForTest();
  const service = await startServer(postgres.url);
  await postgres.freeze();
  await expect.poll(async () => (await fetch(`${service.url}/readyz`)).status, { timeout: 10_000 }).toBe(503);
  expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
  const stoppedAt = performance.now();
  await service.close();
  expect(performance.now() - stoppedAt).toBeLessThan(10_000);
  await postgres.thaw();
}, 60_000);

/** A service whose jobs have started. */
async function startServer(databaseUrl: string): Promise<Service> {
  const service = await startService({ databaseUrl, jobs: true });
  await expect
    .poll(async () => {
      const { rows } = await sql`select 1 from pg_namespace where nspname = 'pgboss'`.execute(service.db);
      return rows.length;
    })
    .toBe(1);
  return service;
}
