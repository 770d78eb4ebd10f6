import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table api_key_usage add column counted_before timestamptz`.execute(db);
  await sql`comment on column api_key_usage.counted_before is 'null: predictions are those of the whole month; otherwise only those before this time'`.execute(
    db,
  );
  await sql`comment on table api_key_usage is 'predictions of the keys that have or had a monthly limit, by month (YYYY-MM, UTC)'`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`delete from api_key_usage where counted_before is not null`.execute(db);
  await sql`alter table api_key_usage drop column counted_before`.execute(db);
  await sql`comment on table api_key_usage is 'predictions of the keys that have a monthly limit, by month (YYYY-MM, UTC)'`.execute(
    db,
  );
}
