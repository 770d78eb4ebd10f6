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
    // One server at a time: two that find the same table missing would both create it.
    await sql`select pg_advisory_xact_lock(hashtext('spectrakey: partitions of prediction_logs'))`.execute(
      trx,
    );
    for (let ahead = 0; ahead < MONTHS_AHEAD; ahead++) {
      const from = monthStart(now, ahead);
      const to = monthStart(now, ahead + 1);
      const name = `prediction_logs_${from.slice(0, 7).replace('-', '_')}`;
      const { rows } = await sql`select where to_regclass(${name}) is not null`.execute(trx);
      if (rows.length > 0) continue;
      // Attached, as "create table … partition of" would lock all of prediction_logs: behind one open reader, such as
      // a backup, no prediction could be written any more.
      await sql`create table ${sql.table(name)} (like prediction_logs including all)`.execute(trx);
      await sql`
        alter table prediction_logs attach partition ${sql.table(name)}
        for values from (${sql.lit(from)}) to (${sql.lit(to)})`.execute(trx);
    }
  });
}

function monthStart(moment: Date, ahead: number): string {
  return new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + ahead)).toISOString();
}
