import { type Kysely, sql } from 'kysely';
import type { DB } from '../generated/database.ts';

/** Months for which `prediction_logs` has a partition ahead of time, the current one included. */
const MONTHS_AHEAD = 3;

/**
 * Makes the partitions of `prediction_logs` for the month of `now` and those that follow, where they are missing.
 * Several servers may do so at once.
 */
export async function makePartitions(db: Kysely<DB>, now: Date): Promise<void> {
  await db.transaction().execute(async trx => {
    // "if not exists" alone can still fail when two servers create the same table at once.
    await sql`select pg_advisory_xact_lock(hashtext('spectrakey: partitions of prediction_logs'))`.execute(
      trx,
    );
    for (let ahead = 0; ahead < MONTHS_AHEAD; ahead++) {
      const from = monthStart(now, ahead);
      const to = monthStart(now, ahead + 1);
      const name = `prediction_logs_${from.slice(0, 7).replace('-', '_')}`;
      await sql`
        create table if not exists ${sql.table(name)} partition of prediction_logs
        for values from (${sql.lit(from)}) to (${sql.lit(to)})`.execute(trx);
    }
  });
}

function monthStart(moment: Date, ahead: number): string {
  return new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + ahead)).toISOString();
}
