import { type Kysely, sql } from 'kysely';
import { foldLastUses } from '../api-keys/last-uses.ts';
import { makeMonthPartitions, monthStart, partitionName } from '../database/partitions.ts';
import type { DB } from '../generated/database.ts';

// Another lock than that of making partitions: dropping may wait long for a reader, while a starting server needs its
// partitions at once.
const DROP_LOCK = sql`hashtext('spectrakey: old partitions of prediction_logs')`;

/** The SQL comment that marks a partition as being dropped. */
const DROP_MARK = 'Spectrakey drops this partition (LOG_RETENTION_MONTHS).';

/** Creates the missing partitions of the prediction logs, for the month of `now` and the following ones. */
export const makeLogPartitions = (db: Kysely<DB>, now: Date): Promise<void> =>
  makeMonthPartitions(db, 'prediction_logs', now);

/**
 * Drops the partitions of all months more than `months` before that of `now`. Dropping whole partitions deletes no
 * rows and leaves nothing to vacuum. Several servers may do this at once.
 *
 * @throws when a reader uses an old partition for longer than a statement may take; the caller tries again later
 */
export async function dropOldPartitions(db: Kysely<DB>, now: Date, months: number): Promise<void> {
  const oldestKept = partitionName('prediction_logs', monthStart(now, -months));
  await db.transaction().execute(async lockHolder => {
    // This transaction only holds the lock; the work runs on another connection, because a partition cannot be detached
    // concurrently in a transaction. A session lock would be lost behind PgBouncer. The transaction is idle meanwhile.
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(lockHolder);
    const lock = await sql<{
      taken: boolean;
    }>`select pg_try_advisory_xact_lock(${DROP_LOCK}) as taken`.execute(lockHolder);
    // Another server is dropping partitions.
    if (!lock.rows[0]?.taken) return;
    const { rows } = await sql<{ name: string; attached: boolean; pending: boolean }>`
      select relname as name, inhparent is not null as attached, coalesce(inhdetachpending, false) as pending
      from pg_class left join pg_inherits on inhrelid = pg_class.oid
      where relnamespace = 'public'::regnamespace and relkind = 'r'
        and relname ~ '^prediction_logs_[0-9]{4}_[0-9]{2}$' and relname < ${oldestKept}
        and (inhparent is not null or obj_description(pg_class.oid, 'pg_class') = ${DROP_MARK})
      order by relname`.execute(db);
    // Keeps the last uses of keys that are only in these logs.
    if (rows.some(({ attached }) => attached)) {
      await foldLastUses(db, { since: new Date(0), isComplete: true });
    }
    for (const { name, attached, pending } of rows) {
      const table = sql.table(name);
      if (attached) {
        // The mark distinguishes a partition whose drop was interrupted from one that an operator detached to keep it.
        await sql`comment on table ${table} is ${sql.lit(DROP_MARK)}`.execute(db);
        // Anything but "concurrently" would lock all of prediction_logs, and block every prediction. It has two steps;
        // if it was interrupted between them, "finalize" completes it.
        const mode = pending ? sql`finalize` : sql`concurrently`;
        await sql`alter table prediction_logs detach partition ${table} ${mode}`.execute(db);
      }
      await sql`drop table ${table}`.execute(db);
    }
  });
}
