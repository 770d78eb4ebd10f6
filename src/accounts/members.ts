import type { Transaction } from 'kysely';
import { type Actor, recordActivity } from '../activity/activity.ts';
import { canManageOrganization } from '../auth/roles.ts';
import { badUserInput, forbidden, notFound } from '../errors.ts';
import type { DB, OrganizationRole } from '../generated/database.ts';
import { assertBelowLimit } from '../requests/bounds.ts';
import { lockOrganization } from './organizations.ts';
import { normalizeEmail, type PersonRow } from './people.ts';

/** A change of who belongs to an organization: who makes it, and when. */
export interface Change {
  organizationId: string;
  actor: Actor;
  now: Date;
}

interface Member {
  userId: string;
  email: string;
  role: OrganizationRole;
}

/**
 * Locks an organization and reads its members behind the lock. Nothing but membership is read, so neither the answer
 * nor its time says whether some other e-mail has an account.
 *
 * @throws NOT_FOUND when the actor is not a member any more.
 */
export async function lockMembers(
  trx: Transaction<DB>,
  { organizationId, actor }: Pick<Change, 'organizationId' | 'actor'>,
): Promise<{ actor: Member; members: Member[] }> {
  await lockOrganization(trx, organizationId);
  const members = await trx
    .selectFrom('organizationMembers')
    .innerJoin('users', 'users.id', 'organizationMembers.userId')
    .select(['organizationMembers.userId', 'organizationMembers.role', 'users.email'])
    .where('organizationMembers.organizationId', '=', organizationId)
    .execute();
  const found = members.find(({ userId }) => userId === actor.id);
  if (!found) throw notFound('Organization');
  return { actor: found, members };
}

/**
 * Checks that a member may invite, change and remove somebody with a role.
 *
 * @param roles the role to give, and the one that the person has. Admins give and change any but owner.
 * @throws FORBIDDEN
 */
export function checkMayManage(actor: Pick<Member, 'role'>, ...roles: (OrganizationRole | null)[]): void {
  if (!canManageOrganization(actor.role)) {
    throw forbidden('Only admins and owners of the organization may do this.');
  }
  if (actor.role !== 'OWNER' && roles.includes('OWNER')) {
    throw forbidden('Only an owner of the organization can make or change owners.');
  }
}

/**
 * Changes a member's role or, with a null role, removes the member from the organization and from all of its projects.
 *
 * @param trx a transaction: the organization's row is locked, so that two owners cannot remove each other at once.
 * @throws BAD_USER_INPUT when no member has the e-mail, or no owner would remain; NOT_FOUND or FORBIDDEN when the actor
 *   is not a member any more, or may not.
 */
export async function setOrganizationMember(
  trx: Transaction<DB>,
  { email, role, ...change }: Change & { email: string; role: OrganizationRole | null },
): Promise<void> {
  const { actor, members } = await lockMembers(trx, change);
  const member = members.find(candidate => candidate.email === normalizeEmail(email));
  checkMayManage(actor, role, member?.role ?? null);
  if (!member) {
    throw badUserInput('Nobody in the organization has this e-mail. Invite the person instead.');
  }
  if (role !== 'OWNER') {
    checkAnotherOwner(members, member, 'The owner cannot be removed. Make another member an owner first.');
  }
  if (role === null) return await removeMember(trx, member, change);
  if (role === member.role) return;
  const { organizationId } = change;
  await trx
    .updateTable('organizationMembers')
    .set({ role })
    .where('organizationId', '=', organizationId)
    .where('userId', '=', member.userId)
    .execute();
  await recordMember(trx, 'member.role_changed', member, change, { from: member.role, to: role });
  await revokeInvitationsOf(trx, member, role, change);
}

/**
 * Takes a person who wants to go out of an organization and all of its projects.
 *
 * @param trx a transaction, as for `setOrganizationMember`.
 * @throws NOT_FOUND when the person is not a member, BAD_USER_INPUT when no owner would remain.
 */
export async function leaveOrganization(trx: Transaction<DB>, change: Change): Promise<void> {
  const { actor, members } = await lockMembers(trx, change);
  checkAnotherOwner(members, actor, 'You are the only owner. Make another member an owner first.');
  await removeMember(trx, actor, change);
}

/**
 * Adds a person to an organization that invited them.
 *
 * @param trx a transaction that holds the organization's lock. The person's row is locked while their organizations are
 *   counted: always in this order.
 * @throws BAD_USER_INPUT when the person belongs to it already, or one of the two has no room.
 */
export async function insertMember(
  trx: Transaction<DB>,
  { role, invitedAs, ...change }: Change & { role: OrganizationRole; invitedAs: string },
  person: Pick<PersonRow, 'id' | 'email'>,
): Promise<void> {
  const { organizationId } = change;
  const members = await trx
    .selectFrom('organizationMembers')
    .select('userId')
    .where('organizationId', '=', organizationId)
    .execute();
  if (members.some(({ userId }) => userId === person.id)) {
    throw badUserInput('You belong to this organization already.');
  }
  assertBelowLimit(members.length, 'An organization', 'members');
  await checkRoomOfPerson(trx, person.id);
  await trx.insertInto('organizationMembers').values({ organizationId, userId: person.id, role }).execute();
  const member = { userId: person.id, email: person.email, role };
  await recordMember(trx, 'member.joined', member, change, { role, invitedAs });
}

/** Locks a person's row and checks that they may belong to one more organization. @throws BAD_USER_INPUT */
export async function checkRoomOfPerson(trx: Transaction<DB>, personId: string): Promise<void> {
  await trx.selectFrom('users').select('id').where('id', '=', personId).forNoKeyUpdate().execute();
  const { held } = await trx
    .selectFrom('organizationMembers')
    .select(eb => eb.fn.countAll<number>().as('held'))
    .where('userId', '=', personId)
    .executeTakeFirstOrThrow();
  assertBelowLimit(held, 'A person', 'organizations');
}

function checkAnotherOwner(members: Member[], { userId, role }: Member, sentence: string): void {
  const others = members.filter(member => member.role === 'OWNER' && member.userId !== userId);
  if (role === 'OWNER' && others.length === 0) throw badUserInput(sentence);
}

async function removeMember(trx: Transaction<DB>, member: Member, change: Change): Promise<void> {
  const { organizationId, actor } = change;
  // In this order: whoever adds the person to a project at this moment holds the membership's row (setProjectMember).
  await trx
    .deleteFrom('organizationMembers')
    .where('organizationId', '=', organizationId)
    .where('userId', '=', member.userId)
    .execute();
  await trx
    .deleteFrom('projectMembers')
    .where('userId', '=', member.userId)
    .where('projectId', 'in', from =>
      from.selectFrom('projects').select('id').where('organizationId', '=', organizationId),
    )
    .execute();
  const action = member.userId === actor.id ? 'member.left' : 'member.removed';
  await recordMember(trx, action, member, change, { role: member.role });
  await revokeInvitationsOf(trx, member, null, change);
}

/**
 * Revokes the invitations of somebody who may not give these roles any more: they know the links, and could come back
 * through one with another account.
 */
export async function revokeInvitationsOf(
  trx: Transaction<DB>,
  { userId }: Pick<Member, 'userId'>,
  role: OrganizationRole | null,
  { organizationId, actor, now }: Change,
): Promise<void> {
  if (role === 'OWNER') return;
  const revoked = await trx
    .deleteFrom('invitations')
    .where('organizationId', '=', organizationId)
    .where('invitedBy', '=', userId)
    .$if(role === 'ADMIN', query => query.where('role', '=', 'OWNER'))
    .returning(['id', 'email', 'role'])
    .execute();
  const entries = revoked.map(({ id, email, ...invitation }) => ({
    action: 'invitation.revoked' as const,
    organizationId,
    projectId: null,
    subjectId: id,
    subject: email,
    details: { ...invitation, reason: 'the inviter may not invite any more' },
  }));
  await recordActivity(trx, actor, now, entries);
}

async function recordMember(
  trx: Transaction<DB>,
  action: 'member.joined' | 'member.left' | 'member.removed' | 'member.role_changed',
  { userId, email }: Member,
  { organizationId, actor, now }: Change,
  details: Record<string, string>,
): Promise<void> {
  await recordActivity(trx, actor, now, [
    { action, organizationId, projectId: null, subjectId: userId, subject: email, details },
  ]);
}
