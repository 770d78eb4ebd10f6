import { type Kysely, sql } from 'kysely';
import type { DB } from '../generated/database.ts';

// Two locks, as dropping may wait long for a reader, and a server that starts needs its partitions at once.
const MAKING = sql`hashtext('spectrakey: partitions of prediction_logs')`;
const DROPPING = sql`hashtext('spectrakey: old partitions of prediction_logs')`;

/** The comment of a partition that is being dropped. */
const DOOMED = 'Spectrakey drops this partition (LOG_RETENTION_MONTHS).';

/** Months for which `prediction_logs` has a partition ahead of time, the current one included. */
const MONTHS_AHEAD = 3;

/**
 * Makes the partitions of `prediction_logs` for the month of `now` and those that follow, where they are missing.
 * Several servers may do so at once.
 */
export async function makePartitions(db: Kysely<DB>, now: Date): Promise<void> {
  await db.transaction().execute(async trx => {
    // One server at a time: two that find the same table missing would both create it.
    await sql`select pg_advisory_xact_lock(${MAKING})`.execute(trx);
    for (let ahead = 0; ahead < MONTHS_AHEAD; ahead++) {
      const from = monthStart(now, ahead);
      const to = monthStart(now, ahead + 1);
      const name = nameOf(from);
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

/**
 * Drops the logs of months that ended more than `months` months before that of `now`, as whole partitions: no row is
 * deleted, and nothing is left to clean up. Several servers may do so at once.
 *
 * @throws when a reader holds on to an old partition for longer than a statement may take; to be tried again.
 */
export async function dropOldPartitions(db: Kysely<DB>, now: Date, months: number): Promise<void> {
  const oldestKept = nameOf(monthStart(now, -months));
  await db.transaction().execute(async holder => {
    // A transaction's lock, and the work on another connection: a session's lock would be lost behind PgBouncer, and
    // detaching concurrently is no transaction's business. It lasts as long as the work does.
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(holder);
    const lock = await sql<{
      taken: boolean;
    }>`select pg_try_advisory_xact_lock(${DROPPING}) as taken`.execute(holder);
    // Another server is at it.
    if (!lock.rows[0]?.taken) return;
    const { rows } = await sql<{ name: string; attached: boolean; pending: boolean }>`
      select relname as name, inhparent is not null as attached, coalesce(inhdetachpending, false) as pending
      from pg_class left join pg_inherits on inhrelid = pg_class.oid
      where relnamespace = 'public'::regnamespace and relkind = 'r'
        and relname ~ '^prediction_logs_[0-9]{4}_[0-9]{2}$' and relname < ${oldestKept}
        and (inhparent is not null or obj_description(pg_class.oid, 'pg_class') = ${DOOMED})
      order by relname`.execute(db);
    for (const { name, attached, pending } of rows) {
      const table = sql.table(name);
      if (attached) {
        // So that one which was cut off before the drop is known from one that an operator detached, to keep it.
        await sql`comment on table ${table} is ${sql.lit(DOOMED)}`.execute(db);
        // Concurrently, as anything else would lock all of prediction_logs, and with it every prediction. It takes
        // two steps: what was cut off between them is finished first.
        const how = pending ? sql`finalize` : sql`concurrently`;
        await sql`alter table prediction_logs detach partition ${table} ${how}`.execute(db);
      }
      await sql`drop table ${table}`.execute(db);
    }
  });
}

/** The partition of a month, by the moment at which that begins. In the order of time. */
const nameOf = (start: string) => `prediction_logs_${start.slice(0, 7).replace('-', '_')}`;

function monthStart(moment: Date, ahead: number): string {
  return new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + ahead)).toISOString();
}
