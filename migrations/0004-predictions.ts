import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create type prediction_source as enum ('API', 'WEB')`.execute(db);

  await sql`
    create table deployment_usage (
      deployment_id uuid not null references deployments on delete cascade,
      month text not null check (month ~ '^[0-9]{4}-[0-9]{2}$'),
      predictions bigint not null check (predictions >= 0),
      daily integer[] not null default array_fill(0, array[31]) check (array_length(daily, 1) = 31),
      primary key (deployment_id, month)
    )`.execute(db);
  await sql`comment on column deployment_usage.month is 'YYYY-MM in UTC'`.execute(db);
  await sql`comment on column deployment_usage.daily is 'predictions of each day of the month in UTC'`.execute(
    db,
  );
  // Every prediction updates its row: free space on the page allows HOT updates, which do not touch the index.
  await sql`alter table deployment_usage set (fillfactor = 50)`.execute(db);

  await sql`
    create table prediction_logs (
      id uuid not null,
      created_at timestamptz not null,
      deployment_id uuid not null,
      source prediction_source not null,
      predictions jsonb not null,
      duration_ms double precision not null,
      user_id uuid,
      api_key_id uuid,
      api_key_name text,
      api_key_prefix text,
      primary key (id, created_at),
      check ((source = 'API') = (api_key_id is not null and api_key_name is not null and api_key_prefix is not null)),
      check ((source = 'WEB') = (user_id is not null))
    ) partition by range (created_at)`.execute(db);
  // No foreign keys: a log outlives the key and the person, and the usage row that the same call locks already proves
  // that the deployment exists.
  await sql`create index prediction_logs_deployment_id on prediction_logs (deployment_id, id desc)`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table prediction_logs, deployment_usage`.execute(db);
  await sql`drop type prediction_source`.execute(db);
}
