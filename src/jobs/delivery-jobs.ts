import { type Kysely, sql } from 'kysely';
import { fromKysely, type PgBoss } from 'pg-boss';
import type { Database } from '../database/pool.ts';
import type { DB } from '../generated/database.ts';
import type { DeliveryStream } from '../outbox/outbox.ts';

/** The queue of deliveries (deliveries.ts). */
export const QUEUE = 'deliver';

/** Jobs of organizations on a plan with API access have at least this priority, those of others less. */
export const MIN_RESERVED_PRIORITY = 10;
/**
 * A new delivery has a higher priority if its organization has few pending ones. Otherwise the slow deliveries of some
 * organizations would delay those of all others.
 */
const FEW_PENDING = 10;
const MANY_PENDING = 100;

/** Jobs that are deleted in one statement. */
const MAX_DELETED = 20_000;

/** Adds a job to each of these streams, with a priority by the plan and the pending deliveries of its organization. */
export async function insertJobs(
  boss: PgBoss,
  db: Database,
  streams: readonly DeliveryStream[],
): Promise<void> {
  if (streams.length === 0) return;
  const ids = [...new Set(streams.map(({ organizationId }) => organizationId))];
  const { rows } = await sql<{ id: string; isReserved: boolean; pending: number }>`
    select organizations.id, plans.allow_api_predict as is_reserved, (
      select count(*)::int from (
        select from webhooks join webhook_deliveries as delivery on delivery.webhook_id = webhooks.id
        where webhooks.organization_id = organizations.id and delivery.status = 'PENDING'
        limit ${MANY_PENDING + 1}
      ) as pending
    ) as pending
    from organizations join plans on plans.name = organizations.plan
    where organizations.id = any(${ids}::uuid[])`.execute(db);
  const priorities = new Map(
    rows.map(({ id, isReserved, pending }) => [
      id,
      (isReserved ? MIN_RESERVED_PRIORITY : 0) +
        Number(pending <= MANY_PENDING) +
        Number(pending <= FEW_PENDING),
    ]),
  );
  const jobs = streams.map(({ webhookId, subjectId, organizationId }) => ({
    data: { webhookId, subjectId },
    singletonKey: `${webhookId}:${subjectId}`,
    group: { id: organizationId },
    priority: priorities.get(organizationId) ?? 0,
  }));
  await boss.insert(QUEUE, jobs, { db: fromKysely(db.withoutPlugins()) });
}

/** Streams with pending deliveries and without a job, once for each delivery. */
export async function findStreamsWithoutJob(db: Kysely<DB>, limit: number): Promise<DeliveryStream[]> {
  const { rows } = await sql<DeliveryStream>`
    select webhooks.organization_id, delivery.webhook_id, delivery.subject_id
    from webhook_deliveries as delivery
    join webhooks on webhooks.id = delivery.webhook_id
    where delivery.status = 'PENDING' and not exists (
      select from pgboss.job
      where job.name = ${QUEUE} and job.singleton_key = delivery.webhook_id || ':' || delivery.subject_id
        and job.state in ('created', 'retry', 'active', 'failed')
    )
    order by delivery.seq
    limit ${limit}`.execute(db);
  return rows;
}

/**
 * Deletes waiting jobs of streams without pending deliveries: of deleted webhooks, and of deliveries that ended without an
 * attempt. They would do nothing, but each makes every fetch slower until its turn. A delivery that is added meanwhile
 * has a job of its own.
 */
export async function deleteJobsWithoutDelivery(db: Kysely<DB>): Promise<void> {
  await sql`
    delete from pgboss.job
    where name = ${QUEUE} and state in ('created', 'retry') and id in (
      select job.id from pgboss.job as job
      where job.name = ${QUEUE} and job.state in ('created', 'retry') and not exists (
        select from webhook_deliveries as delivery
        where delivery.status = 'PENDING' and job.singleton_key = delivery.webhook_id || ':' || delivery.subject_id
      )
      limit ${MAX_DELETED}
    )`.execute(db);
}
