import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table models drop column ms_per_spectrum, drop column may_run_inline`.execute(db);
  await sql`alter table models add column row_independent boolean not null default false`.execute(db);
  await sql`comment on column models.row_independent is 'whether calls may share a run, as the trial of its registration found'`.execute(
    db,
  );
  await sql`
    create table model_quarantines (
      model_id uuid primary key references models on delete cascade,
      failures timestamptz[] not null,
      times integer not null default 0 check (times >= 0),
      until timestamptz
    )`.execute(db);
  await sql`comment on column model_quarantines.failures is 'when runs ended their host, in the last ten minutes'`.execute(
    db,
  );
  await sql`comment on column model_quarantines.times is 'how often in a row the model was quarantined'`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table model_quarantines`.execute(db);
  await sql`alter table models drop column row_independent`.execute(db);
  await sql`alter table models add column ms_per_spectrum double precision check (ms_per_spectrum >= 0)`.execute(
    db,
  );
  await sql`alter table models add column may_run_inline boolean not null default false`.execute(db);
}
