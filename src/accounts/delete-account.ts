import { type Kysely, sql } from 'kysely';
import { type ActivityEntry, type Actor, recordActivity } from '../activity/activity.ts';
import type { Database } from '../database/connect.ts';
import { badUserInput, unavailable } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import { type Confirmation, lockConfirmed } from './change-password.ts';
import { lockOrganization } from './organizations.ts';

/** What stands for a person who deleted their account, where a name was recorded. */
const DELETED_ACCOUNT = 'deleted account';

/**
 * Deletes the account of a person who confirmed their password, with their sessions and memberships. What they made
 * stays with the organizations. Their id leaves the logs and the activity with `eraseDeletedAccounts`.
 *
 * @throws BAD_USER_INPUT when the person is the only owner of an organization, also of one that has no other members:
 *   nobody could ever reach, pay for or delete it any more.
 */
export async function deleteAccount(
  db: Kysely<DB>,
  confirmation: Confirmation,
  { confirmedHash, actor: { network } }: { confirmedHash: string; actor: Actor },
): Promise<void> {
  const { person, now } = confirmation;
  await db.transaction().execute(async trx => {
    // First the organizations, in order, then the person, as everything does that changes members.
    const before = await listMemberships(trx, person.id);
    for (const { organizationId } of before) await lockOrganization(trx, organizationId);
    await lockConfirmed(trx, confirmation, confirmedHash);
    // For its key too: from here on nobody can make the person a member of anything.
    await trx.selectFrom('users').select('id').where('id', '=', person.id).forUpdate().execute();

    const memberships = await listMemberships(trx, person.id);
    const alone = memberships.filter(({ isOnlyOwner }) => isOnlyOwner).map(({ name }) => `"${name}"`);
    if (alone.length > 0) {
      throw badUserInput(
        `You are the only owner of ${new Intl.ListFormat('en').format(alone)}. Make another member an owner, or delete the organization, and then delete your account.`,
      );
    }
    // Somebody made the person a member at this very moment: its row is not locked, so its other owner might leave.
    if (memberships.length > before.length) throw unavailable();

    await trx.deleteFrom('users').where('id', '=', person.id).execute();
    await trx.insertInto('deletedAccounts').values({ userId: person.id, deletedAt: now }).execute();
    const entry = {
      action: 'account.deleted',
      projectId: null,
      subjectId: person.id,
      subject: DELETED_ACCOUNT,
    } satisfies Partial<ActivityEntry>;
    const places = memberships.length > 0 ? memberships : [{ organizationId: null }];
    await recordActivity(
      trx,
      { id: null, email: null, network },
      now,
      places.map(({ organizationId }) => ({ ...entry, organizationId })),
    );
  });
}

/** The organizations of a person, in the order in which they are locked, and whether each has no other owner. */
async function listMemberships(
  trx: Database,
  userId: string,
): Promise<{ organizationId: string; name: string; isOnlyOwner: boolean }[]> {
  return await trx
    .selectFrom('organizationMembers as own')
    .innerJoin('organizations', 'organizations.id', 'own.organizationId')
    .select(['own.organizationId', 'organizations.name'])
    .select(eb =>
      eb
        .and([
          eb('own.role', '=', 'OWNER'),
          eb.not(
            eb.exists(
              eb
                .selectFrom('organizationMembers as others')
                .select('others.userId')
                .whereRef('others.organizationId', '=', 'own.organizationId')
                .where('others.role', '=', 'OWNER')
                .where('others.userId', '!=', userId),
            ),
          ),
        ])
        .$castTo<boolean>()
        .as('isOnlyOwner'),
    )
    .where('own.userId', '=', userId)
    .orderBy('own.organizationId')
    .execute();
}

// Of each statement, so that none holds its locks for long: a person may have a million predictions.
const BATCH_ROWS = 1000;
/** Of each call, so that one person's rows do not hold up what else is swept. */
const MAX_BATCHES = 100;
/** A request of the person that was under way may still have written a row: they take two minutes at most. */
const LATE_ROWS_MS = 10 * 60 * 1000;

/**
 * Takes people who deleted their accounts out of the prediction logs and the activity, in batches: columns rather than a
 * join to `users`, so that also a backup, or a reader of the tables, finds nobody. Runs after each deletion and with the
 * sweep; several servers may run it at once, and what is left over is taken up by the next.
 */
export async function eraseDeletedAccounts(db: Kysely<DB>, now: Date): Promise<void> {
  const accounts = await db.selectFrom('deletedAccounts').select(['userId', 'deletedAt']).execute();
  let batches = MAX_BATCHES;
  for (const { userId, deletedAt } of accounts) {
    let erased: number;
    do {
      if (batches === 0) return;
      batches -= 1;
      erased = await eraseBatch(db, userId);
    } while (erased > 0);
    if (now.getTime() - deletedAt.getTime() > LATE_ROWS_MS) {
      await db.deleteFrom('deletedAccounts').where('userId', '=', userId).execute();
    }
  }
}

/** @returns how many rows named the person, at most as many as a batch. */
async function eraseBatch(db: Kysely<DB>, userId: string): Promise<number> {
  const { rows } = await sql<{ erased: number }>`
    with
      logs as (
        update prediction_logs set user_id = null
        where (id, created_at) in (
          select id, created_at from prediction_logs where user_id = ${userId} limit ${BATCH_ROWS}
          for update skip locked
        )
        returning 1
      ),
      acted as (
        update activity set
          actor_id = nullif(actor_id, ${userId}),
          actor_email = case when actor_id = ${userId} then null else actor_email end,
          subject = case when subject_id = ${userId} then ${DELETED_ACCOUNT} else subject end
        where id in (
          (select id from activity where actor_id = ${userId} limit ${BATCH_ROWS} for update skip locked)
          union all
          (
            select id from activity where subject_id = ${userId} and subject <> ${DELETED_ACCOUNT}
            limit ${BATCH_ROWS} for update skip locked
          )
        )
        returning 1
      )
    select (select count(*) from logs) + (select count(*) from acted) as erased`.execute(db);
  return rows[0]?.erased ?? 0;
}
