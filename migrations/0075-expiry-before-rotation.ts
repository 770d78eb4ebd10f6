import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table api_keys
      add column rotated_at timestamptz,
      add column expires_before_rotation timestamptz`.execute(db);
  await sql`comment on column api_keys.rotated_at is 'when a rotation shortened its lifetime, unless its expiry was changed since'`.execute(
    db,
  );
  await sql`comment on column api_keys.expires_before_rotation is 'its expiry before rotated_at; null: it had none'`.execute(
    db,
  );
  // A successor got the lifetime of the rotated key, unless another one was asked for.
  await sql`
    update api_keys as rotated
    set rotated_at = successor.created_at,
      expires_before_rotation = rotated.created_at + (successor.expires_at - successor.created_at)
    from api_keys as successor
    where successor.predecessor_id = rotated.id`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table api_keys drop column rotated_at, drop column expires_before_rotation`.execute(db);
}
