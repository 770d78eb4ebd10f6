import { sql, type Transaction } from 'kysely';
import { monthOf } from '../accounts/month.ts';
import type { DB } from '../generated/database.ts';
import { EVENT_TYPES, type Event } from '../outbox/events.ts';
import { writeEvents } from '../outbox/outbox.ts';

/** Max deployments of a transaction, in each month. */
const MAX_DEPLOYMENTS = 100;
/** How long after its end a month is looked at. */
const MAX_LATE_MS = 60 * 60 * 1000;

interface CountedDeployment {
  id: string;
  organizationId: string;
  projectId: string;
  name: string;
  predictions: number;
  outside: number;
  limit: number | null;
  /** 0, 80 or 100 percent of the limit. */
  reached: number;
  outsideBefore: number;
  reachedBefore: number;
}

/**
 * Writes the events of deployments whose usage of this month has reached 80 or 100 percent of the plan's limit, or which
 * have had more predictions outside of what their model is applicable to, for organizations with a webhook or, if the
 * server sends mails, for all. At most one event of a type for each deployment, however many calls there were since the
 * last time. A quota is reported again if the limit was raised and the usage reaches the new one. A job calls this once a
 * minute (jobs/jobs.ts): it reads what is counted anyway, so that no call writes more.
 *
 * @returns whether there may be more
 */
export async function writeUsageEvents(
  trx: Transaction<DB>,
  now: Date,
  options: { forMails: boolean },
): Promise<boolean> {
  // Also what was counted after the last look of the month before.
  const months = new Set([monthOf(new Date(now.getTime() - MAX_LATE_MS)), monthOf(now)]);
  let mayBeMore = false;
  for (const month of months) mayBeMore = (await writeEventsOf(trx, { month, now }, options)) || mayBeMore;
  return mayBeMore;
}

async function writeEventsOf(
  trx: Transaction<DB>,
  { month, now }: { month: string; now: Date },
  { forMails }: { forMails: boolean },
): Promise<boolean> {
  const { rows: counted } = await sql<CountedDeployment>`
    select * from (
      select deployments.id, projects.organization_id, deployments.project_id, deployments.name,
        usage.predictions, usage.outside, plans.monthly_predictions as limit,
        case
          when usage.predictions >= plans.monthly_predictions then 100
          when usage.predictions >= plans.monthly_predictions * 0.8 then 80
          else 0
        end as reached,
        case when notice.month = ${month} then notice.outside else 0 end as outside_before,
        case when notice.month = ${month} then notice.quota else 0 end::int as reached_before,
        exists (
          select from webhooks
          where webhooks.organization_id = organizations.id and webhooks.events && ${OF_USAGE}::text[]
        ) as has_webhook
      from deployments
      join projects on projects.id = deployments.project_id
      join organizations on organizations.id = projects.organization_id
      join plans on plans.name = organizations.plan
      join lateral (
        select sum(predictions)::bigint as predictions, sum(outside)::bigint as outside
        from deployment_usage where deployment_id = deployments.id and month = ${month}
      ) as usage on usage.predictions > 0
      left join deployment_notices as notice on notice.deployment_id = deployments.id
      -- What a later month has reported ends the one before.
      where notice.month is null or notice.month <= ${month}
    ) as counted
    where (has_webhook or ${forMails}) and (outside > outside_before or reached <> reached_before)
    order by id
    limit ${MAX_DEPLOYMENTS}`.execute(trx);
  if (counted.length === 0) return false;
  // Locked before their notices, as by a deletion, which deletes these last. Not those that are being deleted.
  const { rows: kept } = await sql<{ id: string }>`
    select id from deployments where id = any(${counted.map(({ id }) => id)}::uuid[])
    order by id for key share skip locked`.execute(trx);
  const ids = new Set(kept.map(({ id }) => id));
  const rows = counted.filter(({ id }) => ids.has(id));
  await sql`
    insert into deployment_notices (deployment_id, month, outside, quota)
    select id, ${month}, outside, quota from unnest(
      ${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ outside }) => outside)}::bigint[],
      ${rows.map(({ reached }) => reached)}::smallint[]
    ) as notified (id, outside, quota)
    on conflict (deployment_id) do update
      set month = excluded.month, outside = excluded.outside, quota = excluded.quota`.execute(trx);
  await writeEvents(
    trx,
    now,
    rows.flatMap(counted => usageEventsOf(counted, month)),
  );
  return rows.length === MAX_DEPLOYMENTS;
}

const OF_USAGE = [EVENT_TYPES.QUOTA_80, EVENT_TYPES.QUOTA_100, EVENT_TYPES.PREDICTION_OUTSIDE];

function usageEventsOf(counted: CountedDeployment, month: string): Event[] {
  const { id, organizationId, projectId, name, predictions, limit, reached, reachedBefore } = counted;
  const { outside, outsideBefore } = counted;
  const events: Event[] = [];
  const add = (type: Event['type'], more: Record<string, unknown>) =>
    events.push({
      type,
      organizationId,
      subjectId: id,
      data: { organizationId, projectId, deployment: { id, name }, month, ...more },
    });
  if (reachedBefore < 80 && reached >= 80) add(EVENT_TYPES.QUOTA_80, { predictions, limit });
  if (reachedBefore < 100 && reached >= 100) add(EVENT_TYPES.QUOTA_100, { predictions, limit });
  if (outside > outsideBefore)
    add(EVENT_TYPES.PREDICTION_OUTSIDE, { outside: outside - outsideBefore, outsideThisMonth: outside });
  return events;
}

/**
 * Marks the predictions outside so far as reported, unless a webhook of the organization receives these events already:
 * one that begins to receive them is notified of later ones only.
 *
 * @param trx a transaction that holds the lock of the organization, before it stores the webhook.
 */
export async function skipEarlierOutside(
  trx: Transaction<DB>,
  organizationId: string,
  events: readonly string[],
  now: Date,
): Promise<void> {
  if (!events.includes(EVENT_TYPES.PREDICTION_OUTSIDE)) return;
  const month = monthOf(now);
  await sql`
    with kept as (
      select deployments.id from deployments join projects on projects.id = deployments.project_id
      where projects.organization_id = ${organizationId}
      order by deployments.id for key share of deployments
    )
    insert into deployment_notices (deployment_id, month, outside, quota)
    select usage.deployment_id, ${month}, sum(usage.outside), 0
    from kept join deployment_usage as usage on usage.deployment_id = kept.id
    where usage.month = ${month} and not exists (
      select from webhooks where organization_id = ${organizationId}
        and ${EVENT_TYPES.PREDICTION_OUTSIDE} = any (webhooks.events)
    )
    group by usage.deployment_id
    having sum(usage.outside) > 0
    on conflict (deployment_id) do update set
      month = excluded.month,
      outside = excluded.outside,
      quota = case when deployment_notices.month = excluded.month then deployment_notices.quota else 0 end`.execute(
    trx,
  );
}
