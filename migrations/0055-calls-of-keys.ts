import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table prediction_logs
      add column spectra smallint not null generated always as (jsonb_array_length(predictions)) stored`.execute(
    db,
  );
  await sql`
    create index prediction_logs_api_key_id on prediction_logs (api_key_id, id desc) include (spectra)
    where api_key_id is not null`.execute(db);
  await sql`comment on column api_keys.last_used_at is 'up to the last fold; later uses are in prediction_logs'`.execute(
    db,
  );

  await sql`
    create table api_key_days (
      api_key_id uuid not null references api_keys on delete cascade,
      day date not null,
      predictions bigint not null check (predictions > 0),
      primary key (api_key_id, day)
    )`.execute(db);
  await sql`comment on table api_key_days is 'predictions of each key on each past day (UTC), counted by a job'`.execute(
    db,
  );
  await sql`
    create table api_key_days_counted (
      only_row boolean primary key default true check (only_row),
      before date not null
    )`.execute(db);
  await sql`comment on column api_key_days_counted.before is 'days before this one are in api_key_days'`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table api_key_days_counted, api_key_days`.execute(db);
  await sql`
    update api_keys set last_used_at = greatest(last_used_at, used.at)
    from (select api_key_id, max(created_at) as at from prediction_logs group by api_key_id) as used
    where api_keys.id = used.api_key_id`.execute(db);
  await sql`drop index prediction_logs_api_key_id`.execute(db);
  await sql`alter table prediction_logs drop column spectra`.execute(db);
}
