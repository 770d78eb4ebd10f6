import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table model_versions (
      project_id uuid not null references projects on delete cascade,
      name text not null,
      last_version integer not null check (last_version > 0),
      primary key (project_id, name)
    )`.execute(db);
  await sql`comment on table model_versions is 'the newest version that each name of a project ever had, also after it is deleted'`.execute(
    db,
  );
  // The activity contains the versions that were deleted before.
  await sql`
    insert into model_versions (project_id, name, last_version)
    select project_id, name, max(version)
    from (
      select project_id, name, version from models
      union all
      select project_id, subject, (details->>'version')::integer from activity where action = 'model.registered'
    ) as known
    where project_id in (select id from projects) and version > 0
    group by project_id, name`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table model_versions`.execute(db);
}
