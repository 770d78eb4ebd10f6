import { type Kysely, sql } from 'kysely';
import { fromKysely, type PgBoss } from 'pg-boss';
import type { Database } from '../database/pool.ts';
import type { DB } from '../generated/database.ts';
import type { DeliveryStream } from '../outbox/outbox.ts';

/** The queue of deliveries (deliveries.ts). */
export const QUEUE = 'deliver';

/** The priorities of jobs: of organizations on a plan with API access, and of all others. */
export const PRIORITIES = { reserved: 1, others: 0 };

/** Jobs that are deleted in one statement. */
const MAX_DELETED = 20_000;

/** Adds a job to each of these streams, with the priority that the organization's plan has now. */
export async function insertJobs(
  boss: PgBoss,
  db: Database,
  streams: readonly DeliveryStream[],
): Promise<void> {
  if (streams.length === 0) return;
  const ids = [...new Set(streams.map(({ organizationId }) => organizationId))];
  const { rows } = await sql<{ id: string }>`
    select organizations.id from organizations join plans on plans.name = organizations.plan
    where plans.allow_api_predict and organizations.id = any(${ids}::uuid[])`.execute(db);
  const reserved = new Set(rows.map(({ id }) => id));
  const jobs = streams.map(({ webhookId, subjectId, organizationId }) => ({
    data: { webhookId, subjectId },
    singletonKey: `${webhookId}:${subjectId}`,
    group: { id: organizationId },
    priority: reserved.has(organizationId) ? PRIORITIES.reserved : PRIORITIES.others,
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
