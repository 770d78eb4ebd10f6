import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table models add column may_run_inline boolean not null default false`.execute(db);
  await sql`comment on column models.may_run_inline is 'whether the trial found that no run can hold the server for long'`.execute(
    db,
  );
  // Earlier measurements may not hold for every spectrum, so servers measure these models again.
  await sql`update models set ms_per_spectrum = null`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table models drop column may_run_inline`.execute(db);
}
