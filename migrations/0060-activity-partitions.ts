import { type Kysely, sql } from 'kysely';

const COLUMNS = sql.raw(
  'id, created_at, action, actor_id, actor_email, network, organization_id, project_id, subject_id, subject, details',
);

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table activity rename to activity_before`.execute(db);
  await sql`
    create table activity (
      id uuid not null,
      created_at timestamptz not null,
      action text not null,
      actor_kind text not null default 'PERSON'
        check (actor_kind in ('PERSON', 'KEY_HOLDER', 'OPERATOR', 'SERVER', 'ANONYMOUS')),
      actor_id uuid,
      actor_email text,
      network text,
      organization_id uuid,
      project_id uuid,
      subject_id uuid not null,
      subject text not null,
      details jsonb not null default '{}',
      primary key (id, created_at)
    ) partition by range (created_at)`.execute(db);
  await sql`comment on table activity is 'append-only: who did what, when and from which network'`.execute(
    db,
  );
  await sql`comment on column activity.actor_id is 'null: not a person, or a person who deleted their account'`.execute(
    db,
  );
  await sql`comment on column activity.network is 'an IPv4 address or an IPv6 /64; null for the operator and for expiries'`.execute(
    db,
  );
  await sql`comment on column activity.subject is 'the name of what was acted on, as it was then'`.execute(
    db,
  );
  // A change must never fail because a partition is missing, such as the revocation of a leaked key.
  await sql`create table activity_default (like activity including all)`.execute(db);
  await sql`alter table activity attach partition activity_default default`.execute(db);
  await makeIndexes(db);
  await makeAppendOnly(db);
  await makePartitionFunction(db);
  await makeEraseFunction(db);

  await sql`
    select make_month_partition('activity', month::date)
    from (
      select distinct date_trunc('month', created_at at time zone 'UTC') as month from activity_before
    ) as months`.execute(db);
  await sql`
    insert into activity (actor_kind, ${COLUMNS})
    select
      case
        when actor_id is not null then 'PERSON'
        when details->>'by' = 'holder' then 'KEY_HOLDER'
        when network is null then 'OPERATOR'
        when action = 'invitation.declined' then 'ANONYMOUS'
        else 'PERSON'
      end, ${COLUMNS}
    from activity_before`.execute(db);
  await sql`drop table activity_before`.execute(db);
  // The schema of pg-boss, which a role without the right to make schemas may use.
  await sql`create schema if not exists pgboss`.execute(db);
}

async function makeIndexes(db: Kysely<unknown>): Promise<void> {
  const topic = sql.raw(`split_part(action, '.', 1)`);
  for (const parent of ['organization', 'project'].map(name => sql.raw(name))) {
    const isPart = sql`${parent}_id is not null`;
    await sql`create index activity_${parent} on activity (${parent}_id, id desc) where ${isPart}`.execute(
      db,
    );
    await sql`
      create index activity_${parent}_topic on activity (${parent}_id, (${topic}), id desc) where ${isPart}`.execute(
      db,
    );
    await sql`
      create index activity_${parent}_actor on activity (${parent}_id, actor_id, id desc)
      where ${isPart} and actor_id is not null`.execute(db);
  }
  await sql`create index activity_subject on activity (subject_id, id desc)`.execute(db);
  await sql`create index activity_actor on activity (actor_id) where actor_id is not null`.execute(db);
}

/** Refuses every change of a row but one: that the name of a person is removed who deleted their account. */
async function makeAppendOnly(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function refuse_activity_change() returns trigger language plpgsql
    set search_path = pg_catalog, pg_temp as $$
    declare
      erased public.activity;
    begin
      if tg_op = 'UPDATE' then
        erased := old;
        if new.actor_id is null and exists (select from public.deleted_accounts where user_id = old.actor_id) then
          erased.actor_id := null;
          erased.actor_email := null;
        end if;
        if new.subject = 'deleted account' and split_part(old.action, '.', 1) in ('account', 'member', 'password', 'project_member')
          and exists (select from public.deleted_accounts where user_id = old.subject_id) then
          erased.subject := new.subject;
          erased.details := old.details - 'invitedAs';
        end if;
        if new is not distinct from erased then
          return new;
        end if;
      end if;
      raise exception 'the activity is append-only: % is refused', lower(tg_op)
        using errcode = 'restrict_violation';
    end $$`.execute(db);
  await sql`
    create trigger activity_append_only before update or delete on activity
    for each row execute function refuse_activity_change()`.execute(db);
  for (const table of ['activity', 'activity_default']) {
    await sql`
      create trigger activity_no_truncate before truncate on ${sql.table(table)}
      for each statement execute function refuse_activity_change()`.execute(db);
  }
}

/** Runs with the rights of the owner, so that the role of the server needs none on the tables themselves. */
async function makePartitionFunction(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function make_month_partition(parent text, month date) returns boolean language plpgsql
    security definer set search_path = pg_catalog, pg_temp as $$
    declare
      name text := parent || '_' || to_char(month::timestamp, 'YYYY_MM');
      first timestamptz := month::timestamp at time zone 'UTC';
      past_last timestamptz := (month + interval '1 month') at time zone 'UTC';
      grantee name;
    begin
      if parent not in ('prediction_logs', 'activity') or extract(day from month) <> 1 then
        raise exception 'not a table with monthly partitions, or not the first day of a month';
      end if;
      if to_regclass('public.' || quote_ident(name)) is not null then
        return false;
      end if;
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
  await sql`revoke execute on function make_month_partition from public`.execute(db);
}

async function makeEraseFunction(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function erase_from_activity(person uuid, max_rows int) returns int language plpgsql
    security definer set search_path = pg_catalog, pg_temp as $$
    declare
      acted int;
      named int;
    begin
      if exists (select from public.users where id = person)
        or not exists (select from public.deleted_accounts where user_id = person) then
        return 0;
      end if;
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
      return acted + named;
    end $$`.execute(db);
  await sql`revoke execute on function erase_from_activity from public`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table activity rename to activity_partitioned`.execute(db);
  await sql`
    create table activity (
      id uuid primary key,
      created_at timestamptz not null,
      action text not null,
      actor_id uuid,
      actor_email text,
      network text,
      organization_id uuid,
      project_id uuid,
      subject_id uuid not null,
      subject text not null,
      details jsonb not null default '{}'
    )`.execute(db);
  await sql`insert into activity select ${COLUMNS} from activity_partitioned`.execute(db);
  await sql`drop table activity_partitioned`.execute(db);
  for (const name of ['refuse_activity_change', 'make_month_partition', 'erase_from_activity']) {
    await sql`drop function ${sql.id(name)}`.execute(db);
  }
  await sql`create index activity_organization_id on activity (organization_id, id desc)`.execute(db);
  await sql`create index activity_project_id on activity (project_id, id desc)`.execute(db);
  await sql`create index activity_subject_id on activity (subject_id, id desc)`.execute(db);
  await sql`create index activity_actor_id on activity (actor_id) where actor_id is not null`.execute(db);
}
