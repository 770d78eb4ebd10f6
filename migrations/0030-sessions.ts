import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table sessions
      add column id uuid not null default gen_random_uuid() unique,
      add column last_seen_at timestamptz,
      add column network text,
      add column browser text`.execute(db);
  await sql`update sessions set last_seen_at = created_at`.execute(db);
  await sql`alter table sessions alter column last_seen_at set not null, alter column id drop default`.execute(
    db,
  );
  await sql`comment on column sessions.id is 'names the session to its person; gives nobody access'`.execute(
    db,
  );
  await sql`comment on column sessions.last_seen_at is 'moved when it is an hour old, so that requests cost no write'`.execute(
    db,
  );
  await sql`comment on column sessions.network is 'an IPv4 address or an IPv6 /64, as of last_seen_at; null: not recorded'`.execute(
    db,
  );
  await sql`comment on column sessions.browser is 'from the User-Agent of the sign-in, such as Firefox on Linux; null: not recorded'`.execute(
    db,
  );

  // A web prediction of a deleted account keeps its source, without a user_id.
  await sql`alter table prediction_logs drop constraint prediction_logs_check1`.execute(db);
  await sql`alter table prediction_logs add constraint prediction_logs_web_user check (source = 'WEB' or user_id is null)`.execute(
    db,
  );
  // For finding the logs of one person. Calls with API keys have no user_id, so they are not in the index.
  await sql`create index prediction_logs_user_id on prediction_logs (user_id) where user_id is not null`.execute(
    db,
  );
  await sql`
    create table deleted_accounts (
      user_id uuid primary key,
      deleted_at timestamptz not null
    )`.execute(db);
  await sql`comment on table deleted_accounts is 'people whose id is being taken out of prediction_logs and activity, in batches; a row goes when none is left'`.execute(
    db,
  );
  // Deleting a person sets these columns to null, which would read the whole table without an index.
  await sql`create index api_keys_revoked_by on api_keys (revoked_by) where revoked_by is not null`.execute(
    db,
  );
  await sql`create index models_created_by on models (created_by)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index models_created_by, api_keys_revoked_by`.execute(db);
  await sql`drop table deleted_accounts`.execute(db);
  await sql`drop index prediction_logs_user_id`.execute(db);
  await sql`alter table prediction_logs drop constraint prediction_logs_web_user`.execute(db);
  // Existing logs of deleted accounts have no user_id and stay as they are; only new logs are checked.
  await sql`alter table prediction_logs add constraint prediction_logs_check1 check ((source = 'WEB') = (user_id is not null)) not valid`.execute(
    db,
  );
  await sql`alter table sessions drop column browser, drop column network, drop column last_seen_at, drop column id`.execute(
    db,
  );
}
