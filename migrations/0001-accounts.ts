import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create type plan_name as enum ('FREE', 'PRO', 'ENTERPRISE')`.execute(db);
  await sql`create type organization_role as enum ('OWNER', 'ADMIN', 'MEMBER')`.execute(db);

  await sql`
    create table plans (
      name plan_name primary key,
      allow_api_predict boolean not null,
      max_api_keys integer not null check (max_api_keys >= 0),
      monthly_predictions bigint check (monthly_predictions >= 0)
    )`.execute(db);
  await sql`comment on column plans.max_api_keys is 'usable keys in each project'`.execute(db);
  await sql`comment on column plans.monthly_predictions is 'for each deployment; null: unlimited'`.execute(
    db,
  );
  await sql`
    insert into plans (name, allow_api_predict, max_api_keys, monthly_predictions) values
      ('FREE', false, 0, 1000),
      ('PRO', true, 10, 100000),
      ('ENTERPRISE', true, 100, null)`.execute(db);

  await sql`
    create table users (
      id uuid primary key,
      email text not null unique check (email = lower(email)),
      name text not null,
      password_hash text not null,
      created_at timestamptz not null
    )`.execute(db);

  await sql`
    create table sessions (
      digest bytea primary key,
      user_id uuid not null references users on delete cascade,
      created_at timestamptz not null,
      expires_at timestamptz not null
    )`.execute(db);
  await sql`comment on column sessions.digest is 'SHA-256 of the token; the token itself is in the cookie alone'`.execute(
    db,
  );
  await sql`create index sessions_user_id on sessions (user_id)`.execute(db);
  await sql`create index sessions_expires_at on sessions (expires_at)`.execute(db);

  await sql`
    create table organizations (
      id uuid primary key,
      slug text not null unique,
      name text not null,
      plan plan_name not null references plans,
      created_at timestamptz not null
    )`.execute(db);

  await sql`
    create table organization_members (
      organization_id uuid not null references organizations on delete cascade,
      user_id uuid not null references users on delete cascade,
      role organization_role not null,
      primary key (organization_id, user_id)
    )`.execute(db);
  await sql`create index organization_members_user_id on organization_members (user_id)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table organization_members, organizations, sessions, users, plans`.execute(db);
  await sql`drop type organization_role, plan_name`.execute(db);
}
