import { type Kysely, sql } from 'kysely';
import type { DB } from '../generated/database.ts';

const RETENTION_MS = 30 * 24 * 60 * 60 * 1000;
/** How long after `give_up_at` a delivery may still be pending: its turn for the last attempt may come late. */
const MAX_LATE_MS = 30 * 60 * 1000;
/** Rows in one statement. */
const BATCH_ROWS = 5000;

/** Deletes deliveries of events that are older than 30 days, in batches. Several servers may do so at once. */
export async function dropOldDeliveries(db: Kysely<DB>, now: Date): Promise<void> {
  const before = new Date(now.getTime() - RETENTION_MS);
  let dropped: bigint;
  do {
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
    dropped = numDeletedRows;
  } while (dropped === BigInt(BATCH_ROWS));
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
