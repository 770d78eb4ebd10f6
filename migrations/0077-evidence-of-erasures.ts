import { type Kysely, type RawBuilder, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Limits the months only where the server's role is not the owner. The server makes the partitions of the current month and
  // the next two.
  await makePartitionFunction(
    db,
    sql`
      if session_user <> current_user and month not between this_month - interval '12 months' and this_month + interval '12 months' then
        raise exception 'the role % can make partitions of at most 12 months ago and ahead', session_user;
      end if;`,
  );
  // The server writes "users" and "deleted_accounts", so that in one transaction it could delete a person, erase their name and
  // restore the rest. It can only append to the activity.
  await makeEraseFunction(db, {
    check: sql`
      if not exists (select from public.activity where subject_id = person and action = 'account.deleted') then
        return 0;
      end if;`,
    // The id is a UUIDv7.
    record: sql`
      if acted + named > 0 then
        insert into public.activity (id, created_at, action, actor_kind, subject_id, subject, details)
        values (
          encode(set_bit(set_bit(overlay(
            uuid_send(gen_random_uuid())
            placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6
          ), 52, 1), 53, 1), 'hex')::uuid,
          clock_timestamp(), 'account.erased', 'SERVER', person, 'deleted account',
          jsonb_build_object('entries', acted + named, 'role', session_user)
        );
      end if;`,
  });
}

async function makePartitionFunction(db: Kysely<unknown>, check: RawBuilder<unknown>): Promise<void> {
  await sql`
    create or replace function make_month_partition(parent text, month date) returns boolean language plpgsql
    security definer set search_path = pg_catalog, pg_temp as $$
    declare
      name text := parent || '_' || to_char(month::timestamp, 'YYYY_MM');
      first timestamptz := month::timestamp at time zone 'UTC';
      past_last timestamptz := (month + interval '1 month') at time zone 'UTC';
      this_month timestamp := date_trunc('month', clock_timestamp() at time zone 'UTC');
      grantee name;
    begin
      if parent not in ('prediction_logs', 'activity') or extract(day from month) <> 1 then
        raise exception 'not a table with monthly partitions, or not the first day of a month';
      end if;
      if to_regclass('public.' || quote_ident(name)) is not null then
        return false;
      end if;
      ${check}
      -- Created, then attached, because "create table … partition of" locks the whole table: while it waits for a reader,
      -- such as a backup, nothing could be written.
      execute format('create table public.%I (like public.%I including all)', name, parent);
      if parent = 'activity' then
        for grantee in
          select distinct rolname from pg_class cross join lateral aclexplode(relacl) as granted
          join pg_roles on pg_roles.oid = granted.grantee
          where pg_class.oid = to_regclass('public.' || quote_ident(name)) and granted.grantee <> relowner
        loop
          execute format('revoke insert, update, delete, truncate on public.%I from %I', name, grantee);
        end loop;
        execute format('create trigger activity_no_truncate before truncate on public.%I
          for each statement execute function public.refuse_activity_change()', name);
        if exists (select from public.activity_default where created_at >= first and created_at < past_last) then
          alter table public.activity_default disable trigger user;
          execute format('with moved as (delete from public.activity_default where created_at >= $1 and created_at < $2 returning *)
            insert into public.%I select * from moved', name) using first, past_last;
          alter table public.activity_default enable trigger user;
        end if;
      end if;
      execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)',
        parent, name, first, past_last);
      return true;
    end $$`.execute(db);
}

async function makeEraseFunction(
  db: Kysely<unknown>,
  { check, record }: { check: RawBuilder<unknown>; record: RawBuilder<unknown> },
): Promise<void> {
  await sql`
    create or replace function erase_from_activity(person uuid, max_rows int) returns int language plpgsql
    security definer set search_path = pg_catalog, pg_temp as $$
    declare
      acted int;
      named int;
    begin
      if exists (select from public.users where id = person)
        or not exists (select from public.deleted_accounts where user_id = person) then
        return 0;
      end if;
      ${check}
      update public.activity set actor_id = null, actor_email = null
      where (id, created_at) in (
        select id, created_at from public.activity where actor_id = person limit max_rows for update skip locked
      );
      get diagnostics acted = row_count;
      update public.activity set subject = 'deleted account', details = details - 'invitedAs'
      where (id, created_at) in (
        select id, created_at from public.activity where subject_id = person and subject <> 'deleted account'
          and split_part(action, '.', 1) in ('account', 'member', 'password', 'project_member')
        limit max_rows for update skip locked
      );
      get diagnostics named = row_count;
      ${record}
      return acted + named;
    end $$`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  const nothing = sql``;
  await makePartitionFunction(db, nothing);
  await makeEraseFunction(db, { check: nothing, record: nothing });
}
