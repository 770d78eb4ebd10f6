import type { Kysely } from 'kysely';
import type { DB } from '../generated/database.ts';

const RETENTION_MS = 30 * 24 * 60 * 60 * 1000;
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
