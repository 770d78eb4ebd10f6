import type { Transaction } from 'kysely';
import { type ActivityEntry, type Actor, recordActivity } from '../activity/activity.ts';
import { badUserInput, unavailable } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import { type Confirmation, lockConfirmed } from './change-password.ts';
import { DELETED_ACCOUNT } from './erase-accounts.ts';
import { revokeInvitationsOf } from './members.ts';
import { lockOrganization } from './organizations.ts';

/**
 * Deletes the account of a person who confirmed their password, with their sessions and memberships. What they made
 * stays with the organizations. Their id leaves the logs and the activity with `eraseDeletedAccounts`.
 *
 * @throws BAD_USER_INPUT when the person is the only owner of an organization, also of one that has no other members:
 *   nobody could ever reach, pay for or delete it any more.
 */
export async function deleteAccount(
  trx: Transaction<DB>,
  confirmation: Confirmation,
  { confirmedHash, actor: { network } }: { confirmedHash: string; actor: Actor },
): Promise<void> {
  const { person, now } = confirmation;
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

  const nobody: Actor = { id: null, email: null, network };
  for (const { organizationId } of memberships) {
    await revokeInvitationsOf(trx, { userId: person.id }, null, { organizationId, actor: nobody, now });
  }
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
    nobody,
    now,
    places.map(({ organizationId }) => ({ ...entry, organizationId })),
  );
}

/** The organizations of a person, in the order in which they are locked, and whether each has no other owner. */
async function listMemberships(
  trx: Transaction<DB>,
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
