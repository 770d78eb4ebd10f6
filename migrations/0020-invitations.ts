import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Each row is a pending invitation. Accepting, declining and revoking delete it and are recorded in the activity.
  // Deleting the inviter's account deletes the invitation.
  await sql`
    create table invitations (
      id uuid primary key,
      digest bytea not null unique check (length(digest) = 32),
      organization_id uuid references organizations on delete cascade,
      email text not null check (email = lower(email)),
      role organization_role not null,
      invited_by uuid references users on delete cascade,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      unique nulls not distinct (organization_id, email)
    )`.execute(db);
  await sql`comment on column invitations.digest is 'SHA-256 of the token; the token itself is in the link alone'`.execute(
    db,
  );
  await sql`comment on column invitations.organization_id is 'null: an account with an organization of its own, from the operator'`.execute(
    db,
  );
  await sql`comment on column invitations.invited_by is 'null: the operator'`.execute(db);
  await sql`create index invitations_invited_by on invitations (invited_by)`.execute(db);
  await sql`create index invitations_expires_at on invitations (expires_at)`.execute(db);
  // For finding a member's keys when the member leaves, and for setting the column to null when an account is deleted.
  await sql`create index api_keys_created_by on api_keys (created_by) where created_by is not null`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index api_keys_created_by`.execute(db);
  await sql`drop table invitations`.execute(db);
}
