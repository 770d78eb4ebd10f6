import { type Kysely, sql } from 'kysely';
import { deleteInBatches } from '../database/delete-in-batches.ts';
import type { DB } from '../generated/database.ts';

const RETENTION_MS = 30 * 24 * 60 * 60 * 1000;
/** How long after `give_up_at` a delivery may still be pending: its turn for the last attempt may come late. */
const MAX_LATE_MS = 30 * 60 * 1000;
/**
 * Max deliveries of a webhook, beside pending ones. A message has about 0.5 kB, so those of an organization have about 100 MB,
 * however often its keys are changed.
 */
const MAX_KEPT = 20_000;
/** Rows in one statement. */
const BATCH_ROWS = 5000;

/** Deletes deliveries of events that are older than 30 days, in batches. Several servers may do so at once. */
export async function dropOldDeliveries(db: Kysely<DB>, now: Date): Promise<void> {
  const before = new Date(now.getTime() - RETENTION_MS);
  await deleteInBatches(BATCH_ROWS, async () => {
    const { numDeletedRows } = await db
      .deleteFrom('webhookDeliveries')
      .where('id', 'in', from =>
        from
          .selectFrom('webhookDeliveries')
          .select('id')
          .where('createdAt', '<', before)
          .limit(BATCH_ROWS)
          .forUpdate()
          .skipLocked(),
      )
      .executeTakeFirstOrThrow();
    return numDeletedRows;
  });
}

/**
 * Deletes the oldest deliveries of webhooks that have more than `MAX_KEPT`, but for pending ones. Several servers may do so at
 * once.
 */
export async function dropExcessDeliveries(db: Kysely<DB>): Promise<void> {
  const { rows: webhooks } = await sql<{ id: string }>`
    select webhook_id as id from webhook_deliveries group by webhook_id having count(*) > ${MAX_KEPT}`.execute(
    db,
  );
  for (const { id } of webhooks) {
    await deleteInBatches(BATCH_ROWS, async () => {
      const { numAffectedRows = 0n } = await sql`
        delete from webhook_deliveries where id in (
          select id from webhook_deliveries
          where webhook_id = ${id} and status <> 'PENDING' and id <= (
            select id from webhook_deliveries where webhook_id = ${id} order by id desc offset ${MAX_KEPT} limit 1
          )
          limit ${BATCH_ROWS} for update skip locked
        )`.execute(db);
      return numAffectedRows;
    });
  }
}

/**
 * Ends deliveries whose last attempt is overdue, as too many others of their organization wait or no server ran. One that
 * is being attempted meanwhile ends with that attempt.
 */
export async function expireDeliveries(db: Kysely<DB>, now: Date): Promise<void> {
  await sql`
    update webhook_deliveries set status = 'UNDELIVERED'
    where id in (
      select id from webhook_deliveries
      where status = 'PENDING' and give_up_at < ${new Date(now.getTime() - MAX_LATE_MS)}
      for no key update skip locked
    )`.execute(db);
}
