import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table models add column ms_per_spectrum double precision check (ms_per_spectrum >= 0)`.execute(
    db,
  );
  await sql`comment on column models.ms_per_spectrum is 'measured when the model was registered; null: before it was measured'`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table models drop column ms_per_spectrum`.execute(db);
}
