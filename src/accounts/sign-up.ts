import type { Transaction } from 'kysely';
import type { Actor, By } from '../activity/activity.ts';
import type { Database } from '../database/pool.ts';
import { badUserInput, invitationNotFound } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import { consumeInvitation, findInvitation } from './invitations.ts';
import { checkOrganizationCount, insertMember } from './members.ts';
import { insertOrganization } from './organizations.ts';
import { insertPerson, type PersonRow } from './people.ts';

/** Organizations on the Free plan that one person may own. */
const MAX_FREE_ORGANIZATIONS = 10;
const MAX_NAME_CHARACTERS = 100;

/** The name of a personal organization: "Ana's laboratory" for "Dr. Ana Moreno". At most 100 characters. */
function personalOrganizationName(personName: string): string {
  const words = personName.split(/\s+/);
  const firstName = words.find(word => !word.endsWith('.')) ?? personName;
  const suffix = "'s laboratory";
  return [...firstName].slice(0, MAX_NAME_CHARACTERS - suffix.length).join('') + suffix;
}

/**
 * Checks the invitation of a sign-up before the password is hashed.
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

/** Inserts the first project of a personal organization. Passed as an argument, because projects import accounts. */
export type InsertFirstProject = (
  trx: Transaction<DB>,
  project: { organizationId: string; name: string },
  by: By,
) => Promise<unknown>;

/**
 * Creates an account. With a token of an organization's invitation the person joins that organization; otherwise they
 * get a personal organization with one project.
 *
 * @throws BAD_USER_INPUT when the e-mail already has an account, or the invitation is for another e-mail; NOT_FOUND
 *   when the invitation is no longer pending.
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
  const invitation = token === null ? null : await consumeInvitation(trx, token, now);
  if (invitation) checkInvitedEmail(invitation, person.email);
  const inserted = await insertPerson(trx, { ...person, passwordHash, createdAt: now });
  if (!inserted) throw badUserInput('This e-mail already has an account. Sign in instead.');
  if (invitation?.organizationId) {
    const { organizationId, role, email: invitedAs } = invitation;
    await insertMember(trx, { organizationId, role, invitedAs, actor, now }, person);
    return;
  }
  const { id: organizationId } = await insertOrganization(trx, {
    name: personalOrganizationName(person.name),
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
 * Creates an organization on the Free plan for a person who has an account. Locks the person's row, so that the number
 * of their organizations is exact.
 *
 * @returns its id.
 * @throws BAD_USER_INPUT when the person has the max number of organizations.
 */
export async function createOrganization(
  trx: Transaction<DB>,
  { name, ownerId, actor, now }: { name: string; ownerId: string; actor: Actor; now: Date },
): Promise<string> {
  await checkOrganizationCount(trx, ownerId);
  const { owned } = await trx
    .selectFrom('organizationMembers')
    .innerJoin('organizations', 'organizations.id', 'organizationMembers.organizationId')
    .select(eb => eb.fn.countAll<number>().as('owned'))
    .where('organizationMembers.userId', '=', ownerId)
    .where('organizationMembers.role', '=', 'OWNER')
    .where('organizations.plan', '=', 'FREE')
    .executeTakeFirstOrThrow();
  if (owned >= MAX_FREE_ORGANIZATIONS) {
    throw badUserInput(
      `A person may own at most ${MAX_FREE_ORGANIZATIONS} organizations on the Free plan. Delete one that is not used.`,
    );
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
