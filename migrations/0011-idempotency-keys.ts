import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table idempotency_keys (
      digest bytea primary key check (length(digest) = 32),
      request bytea not null check (length(request) = 32),
      result_id uuid not null,
      created_at timestamptz not null
    )`.execute(db);
  await sql`comment on column idempotency_keys.digest is 'SHA-256 of the operation, who called it, and the key that they sent'`.execute(
    db,
  );
  await sql`comment on column idempotency_keys.request is 'SHA-256 of the rest of the input'`.execute(db);
  // No foreign keys: the log is found by id and created_at, and a row may outlive its API key.
  await sql`comment on column idempotency_keys.result_id is 'the prediction log or the API key that the call made'`.execute(
    db,
  );
  await sql`create index idempotency_keys_created_at on idempotency_keys (created_at)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table idempotency_keys`.execute(db);
}
