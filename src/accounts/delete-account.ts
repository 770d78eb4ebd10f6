import type { Transaction } from 'kysely';
import { type ActivityEntry, type Actor, recordActivity } from '../activity/activity.ts';
import { badUserInput, unavailable } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import { type Confirmation, lockConfirmed } from './change-password.ts';
import { DELETED_ACCOUNT } from './erase-accounts.ts';
import { revokeInvitationsOf } from './members.ts';
import { lockOrganization } from './organizations.ts';

/**
 * Deletes the account of a person who confirmed their password, with their sessions and memberships. Models,
 * deployments and keys that they created stay with the organizations. `eraseDeletedAccounts` later removes their id
 * from the logs and the activity.
 *
 * @throws BAD_USER_INPUT when the person is the only owner of an organization, even of one without other members, since
 *   it could then no longer be reached, paid for or deleted; otherwise as `lockConfirmed`.
 */
export async function deleteAccount(
  trx: Transaction<DB>,
  confirmation: Confirmation,
  { confirmedHash, actor: { network } }: { confirmedHash: string; actor: Actor },
): Promise<void> {
  const { person, now } = confirmation;
  // Every change of members locks in this order: the organizations by id, then the person.
  const before = await listMemberships(trx, person.id);
  for (const { organizationId } of before) await lockOrganization(trx, organizationId);
  await lockConfirmed(trx, confirmation, confirmedHash);
  // FOR UPDATE also blocks foreign keys: from here on the person cannot become a member of anything.
  await trx.selectFrom('users').select('id').where('id', '=', person.id).forUpdate().execute();

  const memberships = await listMemberships(trx, person.id);
  const ownedAlone = memberships.filter(({ isOnlyOwner }) => isOnlyOwner).map(({ name }) => `"${name}"`);
  if (ownedAlone.length > 0) {
    throw badUserInput(
      `You are the only owner of ${new Intl.ListFormat('en').format(ownedAlone)}. Make another member an owner, or delete the organization, and then delete your account.`,
    );
  }
  // The person just joined another organization. It is not locked, so its other owner might leave meanwhile.
  if (memberships.length > before.length) throw unavailable();

  const anonymous: Actor = { id: null, email: null, network };
  for (const { organizationId } of memberships) {
    await revokeInvitationsOf(trx, { userId: person.id }, null, { organizationId, actor: anonymous, now });
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
    anonymous,
    now,
    places.map(({ organizationId }) => ({ ...entry, organizationId })),
  );
}

/** The organizations of a person in locking order, and whether the person is the only owner of each. */
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
