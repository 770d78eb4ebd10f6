import { type Kysely, sql } from 'kysely';
import type { DB } from '../generated/database.ts';

/** Replaces the recorded e-mail of a person who deleted their account. */
export const DELETED_ACCOUNT = 'deleted account';

/** Rows in one statement, which limits how long it holds locks: a person may have a million predictions. */
const BATCH_ROWS = 1000;
/** Batches in one call, so that one person's rows do not delay the rest of the sweep. */
const MAX_BATCHES = 100;
/** How long a deleted account is checked again: a request in flight, of up to 3 minutes, may still write a row. */
const LATE_ROWS_MS = 10 * 60 * 1000;

/**
 * Removes people who deleted their accounts from the prediction logs, the activity and the mails to be sent, in batches.
 * The columns are set to null so that backups and dumps do not contain the ids either; for readers of the API a join to
 * `users` would be enough. Runs in the periodic sweep, possibly on several servers at once. The next run continues where
 * this one stopped.
 */
export async function eraseDeletedAccounts(db: Kysely<DB>, now: Date): Promise<void> {
  const accounts = await db.selectFrom('deletedAccounts').select(['userId', 'deletedAt']).execute();
  let batches = MAX_BATCHES;
  for (const { userId, deletedAt } of accounts) {
    batches = await erasePersonFromRecords(db, userId, batches);
    if (batches === 0) return;
    if (now.getTime() - deletedAt.getTime() > LATE_ROWS_MS) {
      await db.deleteFrom('deletedAccounts').where('userId', '=', userId).execute();
    }
  }
}

/** Removes one person from logs and activity, in at most `batches` batches. @returns how many batches are left. */
export async function erasePersonFromRecords(
  db: Kysely<DB>,
  userId: string,
  batches = MAX_BATCHES,
): Promise<number> {
  for (let left = batches; left > 0; left--) {
    if ((await eraseBatch(db, userId)) === 0) return left;
  }
  return 0;
}

/** Runs one batch of each of the statements. @returns how many rows were changed. */
async function eraseBatch(db: Kysely<DB>, userId: string): Promise<number> {
  // SKIP LOCKED: skips rows that another server is erasing.
  const logs = await sql`
    update prediction_logs set user_id = null
    where (id, created_at) in (
      select id, created_at from prediction_logs where user_id = ${userId} limit ${BATCH_ROWS} for update skip locked
    )`.execute(db);
  // A function, as the activity is append-only: it erases only people who deleted their account, and appends an entry
  // "account.erased" if there was something to erase.
  const { rows } = await sql<{ erased: number }>`
    select erase_from_activity(${userId}, ${BATCH_ROWS}) as erased`.execute(db);
  const mails = await sql`
    delete from key_mails where id in (
      select id from key_mails where user_id = ${userId} limit ${BATCH_ROWS} for update skip locked
    )`.execute(db);
  const changed = [logs, mails].reduce((sum, { numAffectedRows = 0n }) => sum + Number(numAffectedRows), 0);
  return changed + (rows[0]?.erased ?? 0);
}
