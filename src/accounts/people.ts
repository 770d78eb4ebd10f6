import type { Database } from '../database/pool.ts';
import { badUserInput } from '../errors.ts';

/** RFC 5321, section 4.5.3.1.3, without the brackets. Also short enough for an index. */
const MAX_EMAIL_LENGTH = 254;

export interface PersonRow {
  id: string;
  email: string;
  name: string;
}

/** Lower-cases an e-mail, so that upper and lower case are the same person. */
export function normalizeEmail(email: string): string {
  return email.toLowerCase();
}

/** Checks the length of a new account's e-mail. @throws BAD_USER_INPUT */
export function checkNewEmail(email: string): void {
  if (email.length > MAX_EMAIL_LENGTH) {
    throw badUserInput(`The e-mail must have at most ${MAX_EMAIL_LENGTH} characters.`);
  }
}

/** Inserts a person. @returns false when the e-mail already has an account. */
export async function insertPerson(
  db: Database,
  person: PersonRow & { passwordHash: string; createdAt: Date },
): Promise<boolean> {
  const inserted = await db
    .insertInto('users')
    .values({ ...person, email: normalizeEmail(person.email) })
    .onConflict(conflict => conflict.column('email').doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted !== undefined;
}

/** Finds the person with this e-mail, in upper or lower case. */
export function findPersonByEmail(
  db: Database,
  email: string,
): Promise<(PersonRow & { passwordHash: string }) | undefined> {
  return db
    .selectFrom('users')
    .select(['id', 'email', 'name', 'passwordHash'])
    .where('email', '=', normalizeEmail(email))
    .executeTakeFirst();
}
