import type { Database } from '../database/pool.ts';
import { badUserInput } from '../errors.ts';

/** RFC 5321, section 4.5.3.1.3, less the brackets. It also keeps the address within what an index can hold. */
const MAX_EMAIL_LENGTH = 254;

export interface PersonRow {
  id: string;
  email: string;
  name: string;
}

/** One spelling for each address, so that upper and lower case are the same person. */
export function normalizeEmail(email: string): string {
  return email.toLowerCase();
}

/** Checks the address of a new account. @throws BAD_USER_INPUT when it is too long to be one. */
export function checkNewEmail(email: string): void {
  if (email.length > MAX_EMAIL_LENGTH)
    throw badUserInput(`The e-mail must have at most ${MAX_EMAIL_LENGTH} characters.`);
}

/** Adds a person. @returns false when the e-mail has an account already. */
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

/** The person with this e-mail, in any case of letters. */
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
