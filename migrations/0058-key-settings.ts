import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table api_keys
      add column note text,
      add column allowed_networks cidr[] check (cardinality(allowed_networks) between 1 and 50),
      add column monthly_predictions bigint check (monthly_predictions > 0),
      add column calls_per_minute integer check (calls_per_minute > 0),
      add column rehearsal_until timestamptz,
      add column rehearsed_at timestamptz`.execute(db);
  await sql`comment on column api_keys.allowed_networks is 'the networks from which the key may be used; null: any'`.execute(
    db,
  );
  await sql`comment on column api_keys.monthly_predictions is 'the limit of the key for a month; null: none of its own'`.execute(
    db,
  );
  await sql`comment on column api_keys.rehearsal_until is 'until then the key is refused as a revoked one; null: never rehearsed, or ended early'`.execute(
    db,
  );
  await sql`comment on column api_keys.rehearsed_at is 'when its last rehearsal began'`.execute(db);

  await sql`
    create table api_key_usage (
      api_key_id uuid not null references api_keys on delete cascade,
      month text not null,
      predictions bigint not null check (predictions >= 0),
      primary key (api_key_id, month)
    )`.execute(db);
  await sql`comment on table api_key_usage is 'predictions of the keys that have a monthly limit, by month (YYYY-MM, UTC)'`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table api_key_usage`.execute(db);
  await sql`
    alter table api_keys
      drop column note,
      drop column allowed_networks,
      drop column monthly_predictions,
      drop column calls_per_minute,
      drop column rehearsal_until,
      drop column rehearsed_at`.execute(db);
}
