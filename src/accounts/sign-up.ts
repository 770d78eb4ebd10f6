import type { Transaction } from 'kysely';
import type { Actor } from '../activity/activity.ts';
import type { Database } from '../database/pool.ts';
import { badUserInput, invitationNotFound } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import { findInvitation, takeInvitation } from './invitations.ts';
import { checkRoomOfPerson, insertMember } from './members.ts';
import { insertOrganization } from './organizations.ts';
import { insertPerson, type PersonRow } from './people.ts';

/** The Free organizations that a person may own: what is free has a bound for each person. */
const MAX_FREE_ORGANIZATIONS = 10;

/**
 * Checks that a sign-up with a token can succeed, before the work of hashing.
 *
 * @throws NOT_FOUND when the invitation is not pending, BAD_USER_INPUT when it is for another e-mail.
 */
export async function checkInvitation(
  db: Database,
  { token, email, now }: { token: string; email: string; now: Date },
): Promise<void> {
  const invitation = await findInvitation(db, token, now);
  if (!invitation) throw invitationNotFound();
  checkInvitedEmail(invitation, email);
}

function checkInvitedEmail(invitation: { email: string }, email: string): void {
  if (invitation.email === email) return;
  throw badUserInput(
    `The invitation is for ${invitation.email}. Sign up with this e-mail, or sign in to your account and accept it there.`,
  );
}

/** Inserts the first project of a personal organization. Projects are built on accounts, so this comes as an argument. */
export type InsertFirstProject = (
  trx: Transaction<DB>,
  project: { organizationId: string; name: string },
  by: { viewerId: string; actor: Actor; now: Date },
) => Promise<unknown>;

/**
 * Makes an account: with an invitation in the organization that invites, else with a personal organization.
 *
 * @param trx a transaction, so that no account is left without what was promised.
 * @throws BAD_USER_INPUT when the e-mail has an account, or the invitation is for another; NOT_FOUND when the invitation is
 *   not pending any more.
 */
export async function insertAccount(
  trx: Transaction<DB>,
  {
    person,
    passwordHash,
    token,
    actor,
    now,
    insertFirstProject,
  }: {
    person: PersonRow;
    passwordHash: string;
    token: string | null;
    actor: Actor;
    now: Date;
    insertFirstProject: InsertFirstProject;
  },
): Promise<void> {
  const invitation = token === null ? null : await takeInvitation(trx, token, now);
  if (invitation) checkInvitedEmail(invitation, person.email);
  const inserted = await insertPerson(trx, { ...person, passwordHash, createdAt: now });
  if (!inserted) throw badUserInput('This e-mail has an account already. Sign in instead.');
  if (invitation?.organizationId) {
    const { organizationId, role, email: invitedAs } = invitation;
    await insertMember(trx, { organizationId, role, invitedAs, actor, now }, person);
    return;
  }
  const { id: organizationId } = await insertOrganization(trx, {
    name: person.name,
    plan: 'FREE',
    ownerId: person.id,
    actor,
    createdAt: now,
  });
  await insertFirstProject(
    trx,
    { organizationId, name: 'First project' },
    { viewerId: person.id, actor, now },
  );
}

/**
 * Makes an organization on the Free plan for a person who has an account.
 *
 * @param trx a transaction: the person's row is locked while their organizations are counted.
 * @throws BAD_USER_INPUT when the person owns or belongs to as many as one may.
 */
export async function createOrganization(
  trx: Transaction<DB>,
  { name, ownerId, actor, now }: { name: string; ownerId: string; actor: Actor; now: Date },
): Promise<string> {
  await checkRoomOfPerson(trx, ownerId);
  const { owned } = await trx
    .selectFrom('organizationMembers')
    .innerJoin('organizations', 'organizations.id', 'organizationMembers.organizationId')
    .select(eb => eb.fn.countAll<number>().as('owned'))
    .where('organizationMembers.userId', '=', ownerId)
    .where('organizationMembers.role', '=', 'OWNER')
    .where('organizations.plan', '=', 'FREE')
    .executeTakeFirstOrThrow();
  if (owned >= MAX_FREE_ORGANIZATIONS) {
    throw badUserInput(`A person may own at most ${MAX_FREE_ORGANIZATIONS} organizations on the Free plan.`);
  }
  const organization = await insertOrganization(trx, {
    name,
    plan: 'FREE',
    ownerId,
    actor,
    createdAt: now,
  });
  return organization.id;
}
