import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table api_keys add column revoked_by_holder boolean not null default false`.execute(db);
  await sql`comment on column api_keys.revoked_by_holder is 'whether it was revoked with the key itself as the credential'`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table api_keys drop column revoked_by_holder`.execute(db);
}
