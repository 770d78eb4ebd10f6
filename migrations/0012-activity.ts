import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // No foreign keys: a row outlives the person, the project and the object of the action.
  await sql`
    create table activity (
      id uuid primary key,
      created_at timestamptz not null,
      action text not null,
      actor_id uuid,
      actor_email text,
      network text,
      organization_id uuid,
      project_id uuid,
      subject_id uuid not null,
      subject text not null,
      details jsonb not null default '{}'
    )`.execute(db);
  await sql`comment on table activity is 'append-only: who did what, when and from which network'`.execute(
    db,
  );
  await sql`comment on column activity.actor_id is 'null: the operator, or a person who deleted their account'`.execute(
    db,
  );
  await sql`comment on column activity.network is 'an IPv4 address or an IPv6 /64; null for the operator'`.execute(
    db,
  );
  await sql`comment on column activity.subject is 'the name of what was acted on, as it was then'`.execute(
    db,
  );
  await sql`create index activity_organization_id on activity (organization_id, id desc)`.execute(db);
  await sql`create index activity_project_id on activity (project_id, id desc)`.execute(db);
  await sql`create index activity_subject_id on activity (subject_id, id desc)`.execute(db);
  await sql`create index activity_actor_id on activity (actor_id) where actor_id is not null`.execute(db);

  await sql`
    insert into activity
      (id, created_at, action, actor_id, actor_email, organization_id, project_id, subject_id, subject, details)
    select events.id, events.created_at, 'api_key.' || lower(events.action::text), actor_id, actor_email,
      projects.organization_id, project_id, api_key_id, api_key_name, jsonb_build_object('prefix', api_key_prefix)
    from api_key_events as events left join projects on projects.id = events.project_id`.execute(db);
  await sql`drop table api_key_events`.execute(db);
  await sql`drop type api_key_action`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`create type api_key_action as enum ('CREATED', 'REVOKED', 'DELETED')`.execute(db);
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
  await sql`comment on table api_key_events is 'the audit of API keys: who did what to which key, and when'`.execute(
    db,
  );
  await sql`create index api_key_events_api_key_id on api_key_events (api_key_id)`.execute(db);
  await sql`
    insert into api_key_events
    select id, created_at, upper(substr(action, 9))::api_key_action, actor_id, actor_email, project_id, subject_id, subject,
      details->>'prefix'
    from activity where action in ('api_key.created', 'api_key.revoked', 'api_key.deleted')`.execute(db);
  await sql`drop table activity`.execute(db);
}
