import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table deployment_usage add column outside bigint not null default 0 check (outside >= 0)`.execute(
    db,
  );
  await sql`comment on column deployment_usage.outside is 'predictions for which the model was not applicable'`.execute(
    db,
  );
  await sql`
    update deployment_usage as usage set outside = counted.outside
    from (
      select deployment_id, to_char(created_at at time zone 'UTC', 'YYYY-MM') as month, sum(outside) as outside
      from prediction_logs where outside > 0
      group by deployment_id, month
    ) as counted
    where usage.deployment_id = counted.deployment_id and usage.month = counted.month and usage.slot = 0`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table deployment_usage drop column outside`.execute(db);
}
