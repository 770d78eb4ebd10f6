import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table webhooks add created_by uuid references users on delete set null`.execute(db);
  await sql`create index webhooks_created_by on webhooks (created_by)`.execute(db);
  await sql`
    update webhooks set created_by = users.id
    from activity join users on users.id = activity.actor_id
    where activity.subject_id = webhooks.id and activity.action = 'webhook.created'`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table webhooks drop created_by`.execute(db);
}
