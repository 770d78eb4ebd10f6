import { type Kysely, sql } from 'kysely';
import type { DB } from '../generated/database.ts';

/** What stands for a person who deleted their account, where a name was recorded. */
export const DELETED_ACCOUNT = 'deleted account';

// Of each statement, so that none holds its locks for long: a person may have a million predictions.
const BATCH_ROWS = 1000;
/** Of each call, so that one person's rows do not hold up what else is swept. */
const MAX_BATCHES = 100;
/** A request of the person that was under way may still have written a row: requests take three minutes at most. */
const LATE_ROWS_MS = 10 * 60 * 1000;

/**
 * Takes people who deleted their accounts out of the prediction logs and the activity, in batches. The columns become
 * null, where a join to `users` would do for readers of the API, so that a backup or a dump names nobody either. Runs
 * with the sweep; several servers may run it at once, and the next run takes up what is left over.
 */
export async function eraseDeletedAccounts(db: Kysely<DB>, now: Date): Promise<void> {
  const accounts = await db.selectFrom('deletedAccounts').select(['userId', 'deletedAt']).execute();
  let batches = MAX_BATCHES;
  for (const { userId, deletedAt } of accounts) {
    batches = await eraseAccount(db, userId, batches);
    if (batches === 0) return;
    if (now.getTime() - deletedAt.getTime() > LATE_ROWS_MS) {
      await db.deleteFrom('deletedAccounts').where('userId', '=', userId).execute();
    }
  }
}

/** Takes one person out, in as many batches at most. @returns how many batches are left. */
export async function eraseAccount(db: Kysely<DB>, userId: string, batches = MAX_BATCHES): Promise<number> {
  for (let left = batches; left > 0; left--) {
    if ((await eraseBatch(db, userId)) === 0) return left;
  }
  return 0;
}

/** @returns how many rows named the person, at most as many as three batches. */
async function eraseBatch(db: Kysely<DB>, userId: string): Promise<number> {
  // Rows that another server is at are passed over.
  const logs = await sql`
    update prediction_logs set user_id = null
    where (id, created_at) in (
      select id, created_at from prediction_logs where user_id = ${userId} limit ${BATCH_ROWS} for update skip locked
    )`.execute(db);
  const acted = await sql`
    update activity set actor_id = null, actor_email = null
    where id in (select id from activity where actor_id = ${userId} limit ${BATCH_ROWS} for update skip locked)`.execute(
    db,
  );
  const named = await sql`
    update activity set subject = ${DELETED_ACCOUNT}
    where id in (
      select id from activity where subject_id = ${userId} and subject <> ${DELETED_ACCOUNT}
      limit ${BATCH_ROWS} for update skip locked
    )`.execute(db);
  return [logs, acted, named].reduce((sum, { numAffectedRows = 0n }) => sum + Number(numAffectedRows), 0);
}
