import type { Transaction } from 'kysely';
import { type Actor, recordActivity } from '../activity/activity.ts';
import { canManageOrganization } from '../auth/roles.ts';
import { badUserInput, forbidden, notFound } from '../errors.ts';
import type { DB, OrganizationRole } from '../generated/database.ts';
import { assertBelowLimit } from '../requests/bounds.ts';
import { ADMINS_ONLY } from './authorize.ts';
import { lockOrganization } from './organizations.ts';
import { normalizeEmail, type PersonRow } from './people.ts';

/** A change of an organization's members: the organization, the actor and the time. */
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
 * Locks an organization's row, then reads its members. Reads nothing but members, so neither the response nor its
 * timing reveals whether another e-mail has an account.
 *
 * @throws NOT_FOUND when the actor is no longer a member.
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
 * Checks that a member may invite, change or remove people with these roles: owners may for every role, admins for
 * every role except owner.
 *
 * @param roles the role to give and the role that the person has; null for none.
 * @throws FORBIDDEN
 */
export function checkMayManage(actor: Pick<Member, 'role'>, ...roles: (OrganizationRole | null)[]): void {
  if (!canManageOrganization(actor.role)) {
    throw forbidden(ADMINS_ONLY);
  }
  if (actor.role !== 'OWNER' && roles.includes('OWNER')) {
    throw forbidden('Only an owner of the organization can make or change owners. Ask one of them.');
  }
}

/**
 * Changes a member's role or, with a null role, removes the member from the organization and from all of its projects.
 * Locks the organization's row, so that two owners cannot remove each other at once.
 *
 * @throws BAD_USER_INPUT when no member has the e-mail, or no owner would remain; NOT_FOUND when the actor is no longer
 *   a member; FORBIDDEN when the actor's role does not allow the change.
 */
export async function setOrganizationMember(
  trx: Transaction<DB>,
  { email, role, ...change }: Change & { email: string; role: OrganizationRole | null },
): Promise<void> {
  const { actor, members } = await lockMembers(trx, change);
  const member = members.find(candidate => candidate.email === normalizeEmail(email));
  checkMayManage(actor, role, member?.role ?? null);
  if (!member) {
    throw badUserInput('No member of the organization has this e-mail. Invite the person instead.');
  }
  if (role !== 'OWNER') {
    checkAnotherOwner(
      members,
      member,
      'The organization would have no owner. Make another member an owner first.',
    );
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
 * Removes the actor from an organization and from all of its projects. Locks as `setOrganizationMember`.
 *
 * @throws NOT_FOUND when the actor is not a member, BAD_USER_INPUT when no owner would remain.
 */
export async function leaveOrganization(trx: Transaction<DB>, change: Change): Promise<void> {
  const { actor, members } = await lockMembers(trx, change);
  checkAnotherOwner(members, actor, 'You are the only owner. Make another member an owner first.');
  await removeMember(trx, actor, change);
}

/**
 * Adds a person to an organization that invited them.
 *
 * @param trx a transaction that holds the organization's lock. This function then locks the person's row; all code
 *   locks in this order.
 * @throws BAD_USER_INPUT when the person is already a member, the organization has the max number of members, or the
 *   person that of organizations.
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
    throw badUserInput('You are already a member of this organization.');
  }
  assertBelowLimit(members.length, 'An organization', 'members');
  await checkOrganizationCount(trx, person.id);
  await trx.insertInto('organizationMembers').values({ organizationId, userId: person.id, role }).execute();
  const member = { userId: person.id, email: person.email, role };
  await recordMember(trx, 'member.joined', member, change, { role, invitedAs });
}

/** Locks a person's row and checks that they belong to fewer organizations than the max. @throws BAD_USER_INPUT */
export async function checkOrganizationCount(trx: Transaction<DB>, personId: string): Promise<void> {
  await trx.selectFrom('users').select('id').where('id', '=', personId).forNoKeyUpdate().execute();
  const { held } = await trx
    .selectFrom('organizationMembers')
    .select(eb => eb.fn.countAll<number>().as('held'))
    .where('userId', '=', personId)
    .executeTakeFirstOrThrow();
  assertBelowLimit(held, 'A person', 'organizations');
}

function checkAnotherOwner(members: Member[], { userId, role }: Member, message: string): void {
  const others = members.filter(member => member.role === 'OWNER' && member.userId !== userId);
  if (role === 'OWNER' && others.length === 0) throw badUserInput(message);
}

async function removeMember(trx: Transaction<DB>, member: Member, change: Change): Promise<void> {
  const { organizationId, actor } = change;
  // First the membership: setProjectMember locks this row while it adds the person to a project, so this waits for it.
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
 * Revokes the pending invitations of a person that their new role does not allow. The person knows the links, and could
 * use one to rejoin with another account.
 *
 * @param role the person's new role; null when the person left.
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
