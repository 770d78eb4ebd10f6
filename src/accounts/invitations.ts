import { createHash, randomBytes } from 'node:crypto';
import type { InferResult, Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { type Actor, recordActivity } from '../activity/activity.ts';
import { canManageOrganization } from '../auth/roles.ts';
import type { Database } from '../database/pool.ts';
import { badUserInput, invitationNotFound, notFound } from '../errors.ts';
import type { DB, OrganizationRole } from '../generated/database.ts';
import { assertBelowLimit } from '../requests/bounds.ts';
import { isUuid } from '../requests/names.ts';
import { type Change, checkMayManage, insertMember, lockMembers } from './members.ts';
import { lockOrganization } from './organizations.ts';
import type { PersonRow } from './people.ts';

const LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;
const TOKEN_BYTES = 32;

/** A pending invitation, in the shape of the schema. `link` is null except in the response to `inviteMember`. */
export interface InvitationRow {
  id: string;
  organizationName: string;
  email: string;
  role: OrganizationRole;
  invitedBy: { id: string; name: string } | null;
  expiresAt: Date;
  link: string | null;
}

/** The secret of a new invitation. The token is only in the link; the digest (SHA-256) is stored. */
export interface InvitationToken {
  token: string;
  digest: Buffer;
}

const digestOf = (token: string) => createHash('sha256').update(token).digest();

/** Generates a token of 256 random bits. */
export function generateInvitationToken(random: (bytes: number) => Buffer = randomBytes): InvitationToken {
  const token = random(TOKEN_BYTES).toString('base64url');
  return { token, digest: digestOf(token) };
}

/** The link of an invitation. Browsers do not send the part after "#", so the token is in no log and no Referer. */
export const linkOf = (origin: string, token: string) => `${origin}/invitations#${token}`;

function selectInvitations(db: Database, now: Date) {
  return db
    .selectFrom('invitations')
    .leftJoin('organizations', 'organizations.id', 'invitations.organizationId')
    .leftJoin('users', 'users.id', 'invitations.invitedBy')
    .select([
      'invitations.id',
      'invitations.organizationId',
      'invitations.email',
      'invitations.role',
      'invitations.expiresAt',
      'organizations.name as organizationName',
      'users.id as inviterId',
      'users.name as inviterName',
    ])
    .where('invitations.expiresAt', '>', now);
}

type Selected = InferResult<ReturnType<typeof selectInvitations>>[number];

const toRow = ({ inviterId, inviterName, organizationName, organizationId: _, ...row }: Selected) => ({
  ...row,
  organizationName: organizationName ?? '',
  invitedBy: inviterId === null || inviterName === null ? null : { id: inviterId, name: inviterName },
  link: null,
});

/** Finds the pending invitation of a token. */
export async function findInvitation(db: Database, token: string, now: Date): Promise<InvitationRow | null> {
  const found = await selectInvitations(db, now)
    .where('invitations.digest', '=', digestOf(token))
    .executeTakeFirst();
  return found ? toRow(found) : null;
}

/** The pending invitations of organizations, newest first. The caller checks that the viewer may invite in them. */
export async function listInvitations(
  db: Database,
  now: Date,
  organizationIds: string[],
): Promise<(InvitationRow & { organizationId: string | null })[]> {
  const rows = await selectInvitations(db, now)
    .where('invitations.organizationId', 'in', organizationIds)
    .orderBy('invitations.id', 'desc')
    .execute();
  return rows.map(row => ({ ...toRow(row), organizationId: row.organizationId }));
}

/**
 * Invites an e-mail to an organization, and replaces a pending invitation of the same e-mail. Locks the organization's
 * row, so that the number of invitations is exact.
 *
 * @throws BAD_USER_INPUT when the e-mail is that of a member, or the organization has the max number of members or
 *   invitations; NOT_FOUND when the actor is no longer a member; FORBIDDEN when the actor may not give the role.
 */
export async function insertInvitation(
  trx: Transaction<DB>,
  { email, role, digest, ...change }: Change & { email: string; role: OrganizationRole; digest: Buffer },
): Promise<InvitationRow> {
  const { organizationId, now } = change;
  const { actor, members } = await lockMembers(trx, change);
  checkMayManage(actor, role);
  if (members.some(member => member.email === email)) {
    throw badUserInput('The person with this e-mail is already a member. Change the role instead.');
  }
  assertBelowLimit(members.length, 'An organization', 'members');
  await trx
    .deleteFrom('invitations')
    .where('organizationId', '=', organizationId)
    .where('expiresAt', '<=', now)
    .execute();
  const replaced = await trx
    .deleteFrom('invitations')
    .where('organizationId', '=', organizationId)
    .where('email', '=', email)
    .returning('role')
    .executeTakeFirst();
  checkMayManage(actor, replaced?.role ?? null);
  const { held } = await trx
    .selectFrom('invitations')
    .select(eb => eb.fn.countAll<number>().as('held'))
    .where('organizationId', '=', organizationId)
    .executeTakeFirstOrThrow();
  assertBelowLimit(held, 'An organization', 'pending invitations');
  const id = newId();
  const expiresAt = new Date(now.getTime() + LIFETIME_MS);
  await trx
    .insertInto('invitations')
    .values({ id, digest, organizationId, email, role, invitedBy: actor.userId, createdAt: now, expiresAt })
    .execute();
  await record(trx, 'member.invited', { id, organizationId, email, role }, change);
  const row = await selectInvitations(trx, now).where('invitations.id', '=', id).executeTakeFirstOrThrow();
  return toRow(row);
}

/**
 * Invites an e-mail, on behalf of the operator, to an account with a personal organization. Replaces a pending
 * invitation of the operator to the same e-mail.
 *
 * @returns when the link expires.
 */
export async function inviteAsOperator(
  trx: Transaction<DB>,
  { email, digest, actor, now }: { email: string; digest: Buffer; actor: Actor; now: Date },
): Promise<Date> {
  await trx
    .deleteFrom('invitations')
    .where('organizationId', 'is', null)
    .where('email', '=', email)
    .execute();
  const expiresAt = new Date(now.getTime() + LIFETIME_MS);
  const invitation = { id: newId(), organizationId: null, email, role: 'OWNER' as const };
  await trx
    .insertInto('invitations')
    .values({ ...invitation, digest, createdAt: now, expiresAt })
    .execute();
  await record(trx, 'member.invited', invitation, { actor, now });
  return expiresAt;
}

/**
 * Accepts the invitation of a token: the person becomes a member and the invitation is deleted, or neither happens.
 *
 * @returns the id of the organization.
 * @throws NOT_FOUND when the invitation is no longer pending; BAD_USER_INPUT when it is for a new account, or as
 *   `insertMember`.
 */
export async function acceptInvitation(
  trx: Transaction<DB>,
  token: string,
  person: Pick<PersonRow, 'id' | 'email'>,
  { actor, now }: { actor: Actor; now: Date },
): Promise<string> {
  const { organizationId, role, email: invitedAs } = await consumeInvitation(trx, token, now);
  if (organizationId === null) {
    throw badUserInput('This invitation is for a new account. Sign out, open the link again and sign up.');
  }
  await insertMember(trx, { organizationId, role, invitedAs, actor, now }, person);
  return organizationId;
}

/**
 * Deletes a pending invitation, which makes its link invalid, and returns it. Locks the organization's row, as inviting
 * and revoking do, so that only one of two concurrent uses of a link succeeds.
 *
 * @throws NOT_FOUND when it is no longer pending.
 */
export async function consumeInvitation(trx: Transaction<DB>, token: string, now: Date) {
  const digest = digestOf(token);
  const found = await selectInvitations(trx, now).where('invitations.digest', '=', digest).executeTakeFirst();
  if (!found) throw invitationNotFound();
  if (found.organizationId !== null) await lockOrganization(trx, found.organizationId);
  const consumed = await trx
    .deleteFrom('invitations')
    .where('digest', '=', digest)
    .returning(['id', 'organizationId', 'role', 'email'])
    .executeTakeFirst();
  if (!consumed) throw invitationNotFound();
  return consumed;
}

/** Declines the invitation of a token. @throws NOT_FOUND when it is no longer pending. */
export async function declineInvitation(
  trx: Transaction<DB>,
  token: string,
  change: { actor: Actor; now: Date },
): Promise<void> {
  await record(trx, 'invitation.declined', await consumeInvitation(trx, token, change.now), change);
}

/**
 * Revokes a pending invitation.
 *
 * @throws NOT_FOUND when it is not pending, or not visible to the actor; FORBIDDEN when an admin revokes the invitation
 *   of an owner.
 */
export async function revokeInvitation(
  trx: Transaction<DB>,
  id: string,
  { actor, now }: { actor: Actor; now: Date },
): Promise<void> {
  const found = isUuid(id)
    ? await selectInvitations(trx, now).where('invitations.id', '=', id).executeTakeFirst()
    : undefined;
  if (!found?.organizationId) throw notFound('Invitation');
  const { organizationId } = found;
  await lockOrganization(trx, organizationId);
  const member = await trx
    .selectFrom('organizationMembers')
    .select('role')
    .where('organizationId', '=', organizationId)
    .where('userId', '=', actor.id)
    .executeTakeFirst();
  // Members who may not invite do not see invitations, so this one appears not to exist.
  if (!member || !canManageOrganization(member.role)) throw notFound('Invitation');
  checkMayManage(member, found.role);
  const revoked = await trx.deleteFrom('invitations').where('id', '=', id).returning('id').executeTakeFirst();
  if (!revoked) throw notFound('Invitation');
  await record(trx, 'invitation.revoked', { ...found, organizationId }, { actor, now });
}

/** Deletes expired invitations. */
export async function dropExpiredInvitations(db: Database, now: Date): Promise<void> {
  await db.deleteFrom('invitations').where('expiresAt', '<=', now).execute();
}

async function record(
  trx: Transaction<DB>,
  action: 'member.invited' | 'invitation.declined' | 'invitation.revoked',
  {
    id,
    organizationId,
    email,
    role,
  }: { id: string; organizationId: string | null; email: string; role: OrganizationRole },
  { actor, now }: { actor: Actor; now: Date },
): Promise<void> {
  await recordActivity(trx, actor, now, [
    { action, organizationId, projectId: null, subjectId: id, subject: email, details: { role } },
  ]);
}
