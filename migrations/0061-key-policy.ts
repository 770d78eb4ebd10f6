import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table api_key_policies (
      organization_id uuid primary key references organizations on delete cascade,
      max_lifetime_days integer check (max_lifetime_days > 0),
      expiry_required boolean not null,
      project_keys_allowed boolean not null
    )`.execute(db);
  await sql`comment on table api_key_policies is 'what an organization requires of its keys when they are created, changed or rotated; no row: nothing'`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table api_key_policies`.execute(db);
}
