import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { down, up } from '../migrations/0040-plan-bounds.ts';
import { cloneDatabase } from './databases.ts';
import { undoAfter } from './later-migrations.ts';

/** The file of each model, by the model's name. */
async function filesOf(db: Kysely<unknown>, text: string): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string; onnx: Buffer }>`${sql.raw(text)}`.execute(db);
  return Object.fromEntries(rows.map(({ name, onnx }) => [name, onnx.toString()]));
}

test('the migration keeps every model’s file, identical ones once for each organization, and can be undone', async () => {
  const pool = new pg.Pool({ connectionString: await cloneDatabase(inject('postgresUrl')), max: 1 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  onTestFinished(() => db.destroy());
  // Later migrations depend on the columns that this one changes.
  await undoAfter(db, '0040');
  await down(db);
  await sql`
    insert into organizations (id, slug, name, plan, created_at)
    select ('00000000-0000-7000-8000-00000000000' || number)::uuid, 'lab-' || number, 'Lab', 'PRO', now()
    from generate_series(1, 2) as number`.execute(db);
  await sql`
    insert into projects (id, organization_id, name, created_at)
    select gen_random_uuid(), id, 'Project', now() from organizations, generate_series(1, 2)`.execute(db);
  await sql`
    insert into models
      (id, project_id, name, version, kind, target_property, input_length, onnx, sha256, created_at)
    select gen_random_uuid(), id, id || ' ' || number, 1, 'REGRESSION', 'x', 1, content, sha256(content), now()
    from projects, generate_series(1, 6) as number, lateral (select ('file ' || number % 3)::bytea as content) as file`.execute(
    db,
  );
  const before = await filesOf(db, 'select name, onnx from models');
  expect(Object.keys(before)).toHaveLength(24);

  await up(db);
  const joined = 'select name, onnx from models join model_files on model_files.id = models.file_id';
  expect(await filesOf(db, joined)).toEqual(before);
  const { rows } = await sql<{ files: number; bytes: number }>`
    select count(*)::int as files, sum(bytes)::int as bytes from model_files group by organization_id`.execute(
    db,
  );
  expect(rows).toEqual([
    { files: 3, bytes: 18 },
    { files: 3, bytes: 18 },
  ]);

  await down(db);
  expect(await filesOf(db, 'select name, onnx from models')).toEqual(before);
  await up(db);
  expect(await filesOf(db, joined)).toEqual(before);
});
