import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '../database/connect.ts';
import type { PersonRow } from './people.ts';

const LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;
const TOKEN_BYTES = 32;

const digestOf = (token: string) => createHash('sha256').update(token).digest();

/** Whether the text has the shape of a session's token. */
export const isToken = (text: string) => /^[\w-]{43}$/.test(text);

export interface NewSession {
  /** Goes into the cookie and nowhere else: only its digest is stored. */
  token: string;
  expiresAt: Date;
}

/** Starts a session of 30 days and drops those that have expired. */
export async function startSession(
  db: Database,
  userId: string,
  now: Date,
  random: (bytes: number) => Buffer = randomBytes,
): Promise<NewSession> {
  const token = random(TOKEN_BYTES).toString('base64url');
  const expiresAt = new Date(now.getTime() + LIFETIME_MS);
  await db
    .with('dropped', cte => cte.deleteFrom('sessions').where('expiresAt', '<=', now))
    .insertInto('sessions')
    .values({ digest: digestOf(token), userId, createdAt: now, expiresAt })
    .execute();
  return { token, expiresAt };
}

/** The person whose live session the token is. */
export function findSession(db: Database, token: string, now: Date): Promise<PersonRow | undefined> {
  return db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.userId')
    .select(['users.id', 'users.email', 'users.name'])
    .where('sessions.digest', '=', digestOf(token))
    .where('sessions.expiresAt', '>', now)
    .executeTakeFirst();
}

/** Ends the session; a token of no session changes nothing. */
export async function endSession(db: Database, token: string): Promise<void> {
  await db.deleteFrom('sessions').where('digest', '=', digestOf(token)).execute();
}
