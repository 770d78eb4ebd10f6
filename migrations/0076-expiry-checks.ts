import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table api_key_expiry_checks (
      api_key_id uuid primary key references api_keys on delete cascade,
      at timestamptz not null
    )`.execute(db);
  await sql`comment on table api_key_expiry_checks is 'when to look next whether the expiry of a key is to be reported; no row: no longer'`.execute(
    db,
  );
  await sql`create index api_key_expiry_checks_at on api_key_expiry_checks (at)`.execute(db);
  await sql`
    insert into api_key_expiry_checks (api_key_id, at)
    select id, '-infinity' from api_keys
    where revoked_at is null and expires_at > now() - interval '31 days'`.execute(db);

  await sql`
    create function check_expiry_soon() returns trigger language plpgsql as $$
    begin
      insert into api_key_expiry_checks (api_key_id, at) values (new.id, '-infinity')
      on conflict (api_key_id) do update set at = excluded.at;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger check_expiry_of_new after insert on api_keys for each row
    when (new.expires_at is not null) execute function check_expiry_soon()`.execute(db);
  await sql`
    create trigger check_expiry_of_changed after update of expires_at on api_keys for each row
    when (new.expires_at is not null and new.expires_at is distinct from old.expires_at)
    execute function check_expiry_soon()`.execute(db);
  // Nothing else reads keys by their expiry.
  await sql`drop index api_keys_expires_at`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`create index api_keys_expires_at on api_keys (expires_at) where expires_at is not null and revoked_at is null`.execute(
    db,
  );
  await sql`drop trigger check_expiry_of_changed on api_keys`.execute(db);
  await sql`drop trigger check_expiry_of_new on api_keys`.execute(db);
  await sql`drop function check_expiry_soon()`.execute(db);
  await sql`drop table api_key_expiry_checks`.execute(db);
}
