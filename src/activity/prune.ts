import { type Kysely, sql } from 'kysely';
import type { DB } from '../generated/database.ts';

/** Rows in one statement. */
const BATCH_ROWS = 5000;

/**
 * Deletes activity that is older than `months` months, in batches. The operator runs this; nothing else deletes
 * activity.
 *
 * @returns how many rows were deleted.
 */
export async function pruneActivity(db: Kysely<DB>, now: Date, months: number): Promise<number> {
  const before = new Date(now);
  before.setUTCMonth(before.getUTCMonth() - months);
  let pruned = 0;
  for (;;) {
    // Ids are in chronological order, so the index leads to the oldest rows without reading the rest.
    const { numAffectedRows = 0n } = await sql`
      delete from activity where id in (
        select id from activity where created_at < ${before} order by id limit ${BATCH_ROWS}
      )`.execute(db);
    pruned += Number(numAffectedRows);
    if (numAffectedRows < BATCH_ROWS) return pruned;
  }
}
