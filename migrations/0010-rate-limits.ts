import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Unlogged: counting writes no WAL, and a crash of PostgreSQL loses only the counts of the current windows.
  await sql`
    create unlogged table rate_limits (
      digest bytea primary key check (length(digest) = 32),
      used integer not null check (used >= 0),
      ends_at timestamptz not null
    )`.execute(db);
  await sql`comment on column rate_limits.digest is 'SHA-256 of what is limited and for whom: no address or e-mail is kept'`.execute(
    db,
  );
  await sql`comment on column rate_limits.ends_at is 'when the count begins anew; never moved by further attempts'`.execute(
    db,
  );
  // A flood updates few rows often: free space on the page allows HOT updates, which do not touch the indexes.
  await sql`alter table rate_limits set (fillfactor = 50)`.execute(db);
  await sql`create index rate_limits_ends_at on rate_limits (ends_at)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table rate_limits`.execute(db);
}
