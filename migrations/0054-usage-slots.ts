import { type Kysely, sql } from 'kysely';

/** The slots of a deployment and month. */
const SLOTS = 8;

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table deleted_deployments add column used_month text`.execute(db);
  await sql`comment on column deleted_deployments.used_month is 'the last month (YYYY-MM, UTC) with predictions; null: none since 2026-11'`.execute(
    db,
  );
  await sql`
    update deleted_deployments as deleted set used_month = (
      select max(month) from deployment_usage as usage
      where usage.deployment_id = deleted.id and usage.predictions > 0
    )`.execute(db);
  await sql`delete from deployment_usage where deployment_id not in (select id from deployments)`.execute(db);

  await sql`
    alter table deployment_usage
      drop constraint deployment_usage_pkey,
      add column slot smallint not null default 0 check (slot between 0 and ${sql.lit(SLOTS - 1)}),
      add primary key (deployment_id, month, slot),
      add foreign key (deployment_id) references deployments on delete cascade`.execute(db);
  await sql`alter table deployment_usage alter column slot drop default`.execute(db);
  await sql`comment on column deployment_usage.slot is 'the usage is the sum of the slots: calls at the same time use different ones'`.execute(
    db,
  );
  await sql`
    insert into deployment_usage (deployment_id, month, slot, predictions)
    select deployment_id, month, other, 0
    from deployment_usage, generate_series(1, ${sql.lit(SLOTS - 1)}) as other`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    update deployment_usage as usage set predictions = total.predictions, daily = total.daily
    from (
      select deployment_id, month, sum(predictions) as predictions, array_agg(predictions_of_day order by day) as daily
      from (
        select deployment_id, month, day, sum(count) as predictions_of_day,
          case when day = 1 then (
            select sum(slots.predictions) from deployment_usage as slots
            where slots.deployment_id = usage.deployment_id and slots.month = usage.month
          ) end as predictions
        from deployment_usage as usage, unnest(daily) with ordinality as of_day (count, day)
        group by deployment_id, month, day
      ) as days
      group by deployment_id, month
    ) as total
    where usage.deployment_id = total.deployment_id and usage.month = total.month and slot = 0`.execute(db);
  await sql`delete from deployment_usage where slot > 0`.execute(db);
  await sql`
    alter table deployment_usage
      drop constraint deployment_usage_pkey,
      drop constraint deployment_usage_deployment_id_fkey,
      drop column slot,
      add primary key (deployment_id, month)`.execute(db);
  // The number of predictions is lost; 1 suffices to count the deployment for the plan.
  await sql`
    insert into deployment_usage (deployment_id, month, predictions)
    select id, used_month, 1 from deleted_deployments where used_month is not null`.execute(db);
  await sql`alter table deleted_deployments drop column used_month`.execute(db);
}
