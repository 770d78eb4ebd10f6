import { type Kysely, sql } from 'kysely';
import type { DB } from '../generated/database.ts';

/** The tables with a partition for each month (UTC), named such as `activity_2026_11`. */
export type PartitionedTable = 'activity' | 'prediction_logs';

/** Number of months with a partition, starting with the current one. */
const MONTHS_AHEAD = 3;

const CREATE_LOCK = sql`hashtext('spectrakey: monthly partitions')`;

/**
 * Creates the missing partitions of a table for the month of `now` and the following ones. The function in the database
 * runs with the rights of the owner, which the server's role need not have. Several servers may do this at once.
 */
export async function makeMonthPartitions(db: Kysely<DB>, table: PartitionedTable, now: Date): Promise<void> {
  await db.transaction().execute(async trx => {
    // One server at a time, or two servers would both create a missing table.
    await sql`select pg_advisory_xact_lock(${CREATE_LOCK})`.execute(trx);
    for (let ahead = 0; ahead < MONTHS_AHEAD; ahead++) {
      await sql`select make_month_partition(${table}, ${monthStart(now, ahead)}::date)`.execute(trx);
    }
  });
}

/** The first day of a month, as `2026-11-01`. @param ahead how many months after that of `moment`; may be negative */
export function monthStart(moment: Date, ahead: number): string {
  return new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + ahead)).toISOString().slice(0, 10);
}

/** The name of a partition, given the first day of its month; names sort chronologically. */
export const partitionName = (table: PartitionedTable, first: string) =>
  `${table}_${first.slice(0, 7).replace('-', '_')}`;

/** The names of the attached partitions for months before that of a partition, in chronological order. */
export async function listPartitionsBefore(
  db: Kysely<DB>,
  table: PartitionedTable,
  name: string,
): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class join pg_inherits on inhrelid = pg_class.oid
    where inhparent = ${table}::regclass and relname ~ ${`^${table}_[0-9]{4}_[0-9]{2}$`} and relname < ${name}
    order by relname`.execute(db);
  return rows.map(row => row.name);
}
