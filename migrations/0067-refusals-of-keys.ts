import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table api_key_refusals (
      api_key_id uuid not null references api_keys on delete cascade,
      day date not null,
      code text not null,
      is_rehearsal boolean not null,
      network text not null,
      count bigint not null check (count > 0),
      last_at timestamptz not null,
      last_network text not null,
      primary key (api_key_id, day, code, is_rehearsal, network)
    ) with (fillfactor = 70)`.execute(db);
  await sql`create index api_key_refusals_day on api_key_refusals (day)`.execute(db);
  await sql`comment on table api_key_refusals is 'calls with a key that were answered with an error, by day (UTC), code and network'`.execute(
    db,
  );
  await sql`comment on column api_key_refusals.is_rehearsal is 'whether the key was refused because its revocation was rehearsed'`.execute(
    db,
  );
  await sql`comment on column api_key_refusals.network is 'empty: all networks that have no row of their own'`.execute(
    db,
  );

  await sql`alter table prediction_logs add column network text`.execute(db);
  await sql`comment on column prediction_logs.network is 'of the program: an IPv4 address or an IPv6 /64; null for calls of people, and for earlier ones'`.execute(
    db,
  );

  await sql`alter table api_key_days add column calls bigint check (calls > 0)`.execute(db);
  await sql`comment on column api_key_days.calls is 'null for days that were counted before calls were'`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table api_key_days drop column calls`.execute(db);
  await sql`alter table prediction_logs drop column network`.execute(db);
  await sql`drop table api_key_refusals`.execute(db);
}
