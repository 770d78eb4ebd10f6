import type { Kysely, Transaction } from 'kysely';
import { type Actor, OPERATOR, recordActivity } from '../activity/activity.ts';
import type { Database } from '../database/pool.ts';
import { badUserInput, unauthenticated } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import type { RateLimits } from '../requests/rate-limits.ts';
import { limitSignIn } from './password-attempts.ts';
import type { Passwords } from './passwords.ts';
import { findPersonByEmail, type PersonRow } from './people.ts';
import { endSessions, isLive, lockPassword } from './sessions.ts';

/** A request in which a signed-in person repeats their password. */
export interface Confirmation {
  person: PersonRow;
  /** The session of the request. */
  sessionId: string;
  password: string;
  network: string;
  now: Date;
}

const wrongPassword = () => badUserInput('The current password is wrong. Check it and try again.');

/**
 * Checks the password of a signed-in person. Counts as a sign-in attempt, so that the password cannot be guessed faster
 * on an unlocked computer than by signing in.
 *
 * @returns the hash that the password matched.
 * @throws BAD_USER_INPUT when the password is wrong; RATE_LIMITED; UNAVAILABLE when too many passwords are waiting.
 */
export async function confirmPassword(
  db: Database,
  { passwords, rateLimits }: { passwords: Passwords; rateLimits: RateLimits },
  { person: { email }, password, network, now }: Confirmation,
): Promise<string> {
  const confirmed = await limitSignIn(rateLimits, { email, network, now }, async () => {
    const passwordHash = (await findPersonByEmail(db, email))?.passwordHash;
    const matches = await passwords.verify(password, passwordHash, { queue: 'sign-in', network });
    return passwordHash !== undefined && matches ? passwordHash : null;
  });
  if (confirmed === null) throw wrongPassword();
  return confirmed;
}

/**
 * Locks a person's row and checks that the confirmed password and the session are still valid.
 *
 * @throws BAD_USER_INPUT when the password was replaced during the request, UNAUTHENTICATED when the session was ended.
 */
export async function lockConfirmed(
  trx: Transaction<DB>,
  { person, sessionId, now }: Confirmation,
  confirmedHash: string,
): Promise<void> {
  if ((await lockPassword(trx, person.id)) !== confirmedHash) throw wrongPassword();
  if (!(await isLive(trx, person.id, sessionId, now))) throw unauthenticated();
}

/**
 * Replaces the password of a person who confirmed the old one, and ends their other sessions.
 *
 * @throws as `lockConfirmed`
 */
export async function changePassword(
  trx: Transaction<DB>,
  confirmation: Confirmation,
  { confirmedHash, passwordHash, actor }: { confirmedHash: string; passwordHash: string; actor: Actor },
): Promise<void> {
  const { person, sessionId, now } = confirmation;
  await lockConfirmed(trx, confirmation, confirmedHash);
  await setPassword(trx, { person, passwordHash, actor, keptSessionId: sessionId, now });
}

/**
 * Replaces a person's password on behalf of the operator (command line), and ends all of their sessions.
 *
 * @returns false when the e-mail has no account.
 */
export async function replacePassword(
  db: Kysely<DB>,
  { email, passwordHash, now }: { email: string; passwordHash: string; now: Date },
): Promise<boolean> {
  return await db.transaction().execute(async trx => {
    const person = await findPersonByEmail(trx, email);
    if (!person || (await lockPassword(trx, person.id)) === undefined) return false;
    await setPassword(trx, { person, passwordHash, actor: OPERATOR, keptSessionId: null, now });
    return true;
  });
}

interface NewPassword {
  person: PersonRow;
  passwordHash: string;
  actor: Actor;
  keptSessionId: string | null;
  now: Date;
}

async function setPassword(
  trx: Transaction<DB>,
  { person, passwordHash, actor, keptSessionId, now }: NewPassword,
): Promise<void> {
  await trx.updateTable('users').set({ passwordHash }).where('id', '=', person.id).execute();
  const subject = { subjectId: person.id, subject: person.email };
  await recordActivity(trx, actor, now, [
    { action: 'password.changed', organizationId: null, projectId: null, ...subject },
  ]);
  const which = { allBut: keptSessionId };
  await endSessions(trx, { userId: person.id, which, actor, reason: 'password changed', now });
}
