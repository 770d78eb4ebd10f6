import type { Database } from '../database/connect.ts';

export interface PersonRow {
  id: string;
  email: string;
  name: string;
}

/** One spelling for each address, so that upper and lower case are the same person. */
export function normalizeEmail(email: string): string {
  return email.toLowerCase();
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

/** Replaces a person's password and ends their sessions. @returns false when the e-mail has no account. */
export async function replacePassword(db: Database, email: string, passwordHash: string): Promise<boolean> {
  const changed = await db
    .with('changed', cte =>
      cte
        .updateTable('users')
        .set({ passwordHash })
        .where('email', '=', normalizeEmail(email))
        .returning('id'),
    )
    .with('ended', cte =>
      cte.deleteFrom('sessions').where('userId', 'in', from => from.selectFrom('changed').select('id')),
    )
    .selectFrom('changed')
    .select('id')
    .executeTakeFirst();
  return changed !== undefined;
}
