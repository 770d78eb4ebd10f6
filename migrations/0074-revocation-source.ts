import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create type revocation_source as enum ('HOLDER', 'SECRET_SCANNING')`.execute(db);
  await sql`alter table api_keys add column revocation_source revocation_source`.execute(db);
  await sql`comment on column api_keys.revocation_source is 'how it was revoked if no person of its organization did'`.execute(
    db,
  );
  await sql`update api_keys set revocation_source = 'HOLDER' where revoked_by_holder`.execute(db);
  await sql`alter table api_keys drop column revoked_by_holder`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table api_keys add column revoked_by_holder boolean not null default false`.execute(db);
  await sql`comment on column api_keys.revoked_by_holder is 'whether it was revoked with the key itself as the credential'`.execute(
    db,
  );
  await sql`update api_keys set revoked_by_holder = true where revocation_source = 'HOLDER'`.execute(db);
  await sql`alter table api_keys drop column revocation_source`.execute(db);
  await sql`drop type revocation_source`.execute(db);
}
