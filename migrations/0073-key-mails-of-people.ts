import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table key_mail_receivers (
      user_id uuid primary key references users on delete cascade,
      next_at timestamptz not null
    )`.execute(db);
  await sql`comment on table key_mail_receivers is 'people who were mailed about keys, in any organization'`.execute(
    db,
  );
  await sql`comment on column key_mail_receivers.next_at is 'when the next mail may be sent'`.execute(db);
  await sql`
    insert into key_mail_receivers (user_id, next_at)
    select user_id, max(mailed_at) + interval '1 hour' from key_mail_settings
    where mailed_at is not null
    group by user_id`.execute(db);
  await sql`alter table key_mail_settings drop column mailed_at`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table key_mail_settings add column mailed_at timestamptz`.execute(db);
  await sql`comment on column key_mail_settings.mailed_at is 'when the last one was sent; the next waits an hour'`.execute(
    db,
  );
  await sql`
    update key_mail_settings as settings set mailed_at = receivers.next_at - interval '1 hour'
    from key_mail_receivers as receivers where receivers.user_id = settings.user_id`.execute(db);
  await sql`drop table key_mail_receivers`.execute(db);
}
