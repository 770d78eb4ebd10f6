import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create type project_role as enum ('OWNER', 'CONTRIBUTOR', 'VIEWER')`.execute(db);
  await sql`create type model_kind as enum ('REGRESSION', 'CLASSIFICATION')`.execute(db);

  await sql`
    create table projects (
      id uuid primary key,
      organization_id uuid not null references organizations on delete cascade,
      name text not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`create index projects_organization_id on projects (organization_id)`.execute(db);

  await sql`
    create table project_members (
      project_id uuid not null references projects on delete cascade,
      user_id uuid not null references users on delete cascade,
      role project_role not null,
      primary key (project_id, user_id)
    )`.execute(db);
  await sql`create index project_members_user_id on project_members (user_id)`.execute(db);

  await sql`
    create table models (
      id uuid primary key,
      project_id uuid not null references projects on delete cascade,
      name text not null,
      version integer not null check (version >= 1),
      kind model_kind not null,
      target_property text not null,
      unit text,
      input_length integer not null check (input_length >= 1),
      onnx bytea not null,
      sha256 bytea not null check (length(sha256) = 32),
      created_at timestamptz not null,
      created_by uuid references users on delete set null,
      unique (project_id, name, version),
      unique (id, project_id)
    )`.execute(db);
  // EXTERNAL storage skips compression: ONNX weights are floats, which hardly compress.
  await sql`alter table models alter column onnx set storage external`.execute(db);

  await sql`
    create table deployments (
      id uuid primary key,
      project_id uuid not null references projects on delete cascade,
      model_id uuid not null,
      name text not null,
      description text,
      active boolean not null,
      created_at timestamptz not null,
      foreign key (model_id, project_id) references models (id, project_id),
      unique (id, project_id)
    )`.execute(db);
  await sql`create index deployments_project_id on deployments (project_id)`.execute(db);
  await sql`create index deployments_model_id on deployments (model_id)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table deployments, models, project_members, projects`.execute(db);
  await sql`drop type model_kind, project_role`.execute(db);
}
