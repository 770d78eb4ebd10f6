import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Without foreign keys: their locks would let a revocation wait for the deletion of an account, and the other way round.
  await sql`
    create table key_mails (
      id bigint generated always as identity primary key,
      user_id uuid not null,
      organization_id uuid not null,
      project_id uuid not null,
      type text not null,
      data jsonb not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`comment on table key_mails is 'what people are to be mailed about keys, for at most a day'`.execute(
    db,
  );
  await sql`create index key_mails_receiver on key_mails (user_id, organization_id, id)`.execute(db);
  await sql`create index key_mails_created_at on key_mails (created_at)`.execute(db);
  await sql`
    create table key_mail_settings (
      organization_id uuid not null,
      user_id uuid not null,
      enabled boolean not null default true,
      mailed_at timestamptz,
      primary key (organization_id, user_id),
      foreign key (organization_id, user_id) references organization_members (organization_id, user_id) on delete cascade
    )`.execute(db);
  await sql`comment on table key_mail_settings is 'whether members want mails about keys; without a row they do'`.execute(
    db,
  );
  await sql`comment on column key_mail_settings.mailed_at is 'when the last one was sent; the next waits an hour'`.execute(
    db,
  );
  await sql`create index key_mail_settings_user_id on key_mail_settings (user_id)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table key_mail_settings, key_mails`.execute(db);
}
