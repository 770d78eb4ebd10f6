import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table api_keys
      add column predecessor_id uuid references api_keys on delete set null,
      add column root_id uuid`.execute(db);
  await sql`comment on column api_keys.predecessor_id is 'the key that this one replaces; null: none, or it was deleted'`.execute(
    db,
  );
  await sql`comment on column api_keys.root_id is 'the first key of the rotations that led to this one; null: it is the first'`.execute(
    db,
  );
  await sql`create index api_keys_predecessor_id on api_keys (predecessor_id, id desc) where predecessor_id is not null`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table api_keys drop column predecessor_id, drop column root_id`.execute(db);
}
