import { type Kysely, sql } from 'kysely';
import {
  listPartitionsBefore,
  makeMonthPartitions,
  monthStart,
  partitionName,
} from '../database/partitions.ts';
import type { DB } from '../generated/database.ts';

/** PostgreSQL's error for a lock that was not granted in time. */
const LOCK_NOT_AVAILABLE = '55P03';

/** Creates the missing partitions of the activity, for the month of `now` and the following ones. */
export async function makeActivityPartitions(db: Kysely<DB>, now: Date): Promise<void> {
  try {
    await makeMonthPartitions(db, 'activity', now);
  } catch (error) {
    // Attaching waits for readers of the default partition, such as a backup. Until the next attempt that partition takes
    // the rows of the missing ones.
    if (!(error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE)) throw error;
  }
}

/**
 * Deletes the activity of all months more than `months` before that of `now`, with their partitions. The operator runs
 * this; nothing else deletes activity.
 *
 * @param owner the database, as the role that owns the tables
 * @returns how many rows were deleted.
 * @throws when a reader, such as a backup, uses the activity for longer than a lock may take; what was dropped before
 *   stays dropped
 */
export async function pruneActivity(owner: Kysely<DB>, now: Date, months: number): Promise<number> {
  const oldestKept = monthStart(now, -months);
  // Rows of the default partition move to partitions of their months.
  const { rows: late } = await sql<{ month: string }>`
    select distinct to_char(created_at at time zone 'UTC', 'YYYY-MM-01') as month from activity_default
    where created_at < ${oldestKept}::timestamp at time zone 'UTC'`.execute(owner);
  for (const { month } of late)
    await sql`select make_month_partition('activity', ${month}::date)`.execute(owner);
  let pruned = 0;
  for (const name of await listPartitionsBefore(owner, 'activity', partitionName('activity', oldestKept))) {
    const table = sql.table(name);
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${table}`.execute(owner);
    await sql`drop table ${table}`.execute(owner);
    pruned += rows[0]?.count ?? 0;
  }
  return pruned;
}
