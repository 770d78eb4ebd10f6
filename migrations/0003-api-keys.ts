import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create type api_key_scope as enum ('PREDICT')`.execute(db);
  await sql`create type api_key_action as enum ('CREATED', 'REVOKED', 'DELETED')`.execute(db);

  await sql`
    create table api_keys (
      id uuid primary key,
      project_id uuid not null references projects on delete cascade,
      deployment_id uuid,
      name text not null,
      prefix text not null check (length(prefix) = 12),
      digest bytea not null unique check (length(digest) = 32),
      scopes api_key_scope[] not null,
      created_at timestamptz not null,
      created_by uuid references users on delete set null,
      expires_at timestamptz,
      revoked_at timestamptz,
      revoked_by uuid references users on delete set null,
      last_used_at timestamptz,
      foreign key (deployment_id, project_id) references deployments (id, project_id) on delete cascade
    )`.execute(db);
  await sql`comment on column api_keys.deployment_id is 'null: reaches every deployment of the project'`.execute(
    db,
  );
  await sql`comment on column api_keys.digest is 'SHA-256 of the whole raw key'`.execute(db);
  await sql`create index api_keys_project_id on api_keys (project_id, id desc)`.execute(db);
  await sql`create index api_keys_deployment_id on api_keys (deployment_id, id desc)`.execute(db);

  await sql`
    create table api_key_events (
      id uuid primary key,
      created_at timestamptz not null,
      action api_key_action not null,
      actor_id uuid,
      actor_email text,
      project_id uuid not null,
      api_key_id uuid not null,
      api_key_name text not null,
      api_key_prefix text not null
    )`.execute(db);
  // No foreign keys: the audit outlives the person, the project and the key. A null actor is the operator, who creates
  // the demonstration at the first start.
  await sql`comment on table api_key_events is 'the audit of API keys: who did what to which key, and when'`.execute(
    db,
  );
  await sql`create index api_key_events_api_key_id on api_key_events (api_key_id)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table api_key_events, api_keys`.execute(db);
  await sql`drop type api_key_action, api_key_scope`.execute(db);
}
