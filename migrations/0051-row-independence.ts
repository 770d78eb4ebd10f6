import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table models alter column row_independent drop default, alter column row_independent drop not null`.execute(
    db,
  );
  // Models registered before this trial existed, and models that failed it. Repeating it costs one trial each.
  await sql`update models set row_independent = null where not row_independent`.execute(db);
  await sql`comment on column models.row_independent is 'whether calls may share a run; null: the host that opens it next finds out'`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`update models set row_independent = false where row_independent is null`.execute(db);
  await sql`alter table models alter column row_independent set default false, alter column row_independent set not null`.execute(
    db,
  );
  await sql`comment on column models.row_independent is 'whether calls may share a run, as the trial of its registration found'`.execute(
    db,
  );
}
