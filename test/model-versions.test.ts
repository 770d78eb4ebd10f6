import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { down, up } from '../migrations/0052-model-versions.ts';
import { cloneDatabase } from './databases.ts';
import { demonstration, openLab, type Person, type Service, startService } from './harness.ts';

let service: Service;
let owner: Person;

beforeAll(async () => {
  service = await startService();
  ({ owner } = await openLab(service, 'PRO', 'Vera Versions'));
});
afterAll(() => service.close());

const onnx = demonstration('octane.onnx').toString('base64');

async function register(name: string, projectId = owner.projectId): Promise<{ id: string; version: number }> {
  const { registerModel } = await service.ask(
    'mutation ($input: RegisterModelInput!) { registerModel(input: $input) { id version } }',
    { input: { projectId, name, targetProperty: 'octane number', onnx } },
    owner,
  );
  return registerModel;
}

const remove = (id: string) =>
  service.ask('mutation ($id: ID!) { deleteModel(id: $id) { deletedModelId } }', { id }, owner);

const rename = (id: string, name: string) =>
  service.ask(
    'mutation ($id: ID!, $name: String!) { renameModel(id: $id, name: $name) { id } }',
    { id, name },
    owner,
  );

test('a version number is never used again: neither after the newest nor after every version is deleted', async () => {
  const [first, second, third] = [await register('Fat'), await register('Fat'), await register('Fat')];
  expect([first, second, third].map(({ version }) => version)).toEqual([1, 2, 3]);
  await remove(third.id);
  const fourth = await register('Fat');
  expect(fourth.version).toBe(4);
  // Not the newest one.
  await remove(second.id);
  expect((await register('Fat')).version).toBe(5);
  const { rows } = await sql<{ id: string }>`
    select id from models where name = 'Fat' and project_id = ${owner.projectId}`.execute(service.db);
  for (const { id } of rows) await remove(id);
  expect((await register('Fat')).version).toBe(6);
});

test('versions that are registered at once get different numbers', async () => {
  const models = await Promise.all(Array.from({ length: 4 }, () => register('At once')));
  expect(models.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4]);
});

test('a renamed model continues its numbers, under its new name and under the old one; other projects have their own', async () => {
  await register('Old');
  const second = await register('Old');
  await rename(second.id, 'New');
  expect((await register('New')).version).toBe(3);
  expect((await register('Old')).version).toBe(3);
  await rename(second.id, 'Newer');
  expect((await register('New')).version).toBe(4);
  const { createProject } = await service.ask(
    'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }',
    { input: { organizationId: owner.organization.id, name: 'Another' } },
    owner,
  );
  expect((await register('Old', createProject.id)).version).toBe(1);
});

test('a name of a deleted model continues its numbers, also when a model is renamed to it', async () => {
  for (let version = 1; version <= 3; version++) {
    const { id } = await register('Gone');
    await remove(id);
  }
  const other = await register('Taker');
  await rename(other.id, 'Gone');
  expect((await register('Gone')).version).toBe(4);
});

test('migrating continues the numbers of the existing versions, and of deleted ones', async () => {
  const pool = new pg.Pool({ connectionString: await cloneDatabase(inject('postgresUrl')), max: 1 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  onTestFinished(() => db.destroy());
  await down(db);
  await sql`
    insert into organizations (id, slug, name, plan, created_at) values (gen_random_uuid(), 'lab', 'Lab', 'PRO', now())`.execute(
    db,
  );
  await sql`
    insert into projects (id, organization_id, name, created_at)
    select gen_random_uuid(), id, 'Project', now() from organizations`.execute(db);
  await sql`
    insert into model_files (id, organization_id, sha256, bytes, onnx)
    select gen_random_uuid(), id, sha256('x'), 1, 'x' from organizations`.execute(db);
  await sql`
    insert into models (id, project_id, name, version, kind, target_property, input_length, file_id, created_at)
    select gen_random_uuid(), projects.id, 'Kept', version, 'REGRESSION', 'x', 1, model_files.id, now()
    from projects, model_files, generate_series(1, 2) as version`.execute(db);
  // The newest version of one model was deleted, and all of another; a project is gone.
  await sql`
    insert into activity (id, created_at, action, project_id, subject_id, subject, details)
    select gen_random_uuid(), now(), 'model.registered', coalesce(project, (select id from projects)),
      gen_random_uuid(), name, jsonb_build_object('version', version)
    from (values ('Kept', 3, null), ('Deleted', 4, null), ('Elsewhere', 5, gen_random_uuid())) as known (name, version, project)`.execute(
    db,
  );
  const counts = async () =>
    (await sql`select name, last_version from model_versions order by name`.execute(db)).rows;
  for (let times = 0; times < 2; times++) {
    await up(db);
    expect(await counts()).toEqual([
      { name: 'Deleted', last_version: 4 },
      { name: 'Kept', last_version: 3 },
    ]);
    await down(db);
  }
});
