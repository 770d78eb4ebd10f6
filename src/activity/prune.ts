import { type Kysely, sql } from 'kysely';
import type { DB } from '../generated/database.ts';

/** Rows in one statement. */
const ROWS_IN_A_BATCH = 5000;

/**
 * Removes the rows of activity that are older than so many months, in batches. Nothing else removes any, so this is the
 * operator's to run.
 *
 * @returns how many there were.
 */
export async function pruneActivity(db: Kysely<DB>, now: Date, months: number): Promise<number> {
  const before = new Date(now);
  before.setUTCMonth(before.getUTCMonth() - months);
  let pruned = 0;
  for (;;) {
    // Ids are in the order of time, so the oldest are found without a look at the rest.
    const { numAffectedRows = 0n } = await sql`
      delete from activity where id in (
        select id from activity where created_at < ${before} order by id limit ${ROWS_IN_A_BATCH}
      )`.execute(db);
    pruned += Number(numAffectedRows);
    if (numAffectedRows < ROWS_IN_A_BATCH) return pruned;
  }
}
