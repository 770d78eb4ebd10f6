import { createHash, randomBytes } from 'node:crypto';
import type { Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { type Actor, recordActivity } from '../activity/activity.ts';
import type { Database } from '../database/pool.ts';
import { wrongSignIn } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import type { PersonRow } from './people.ts';

const LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;
const TOKEN_BYTES = 32;
/** How old `lastSeenAt` may be: a session writes once an hour, whatever its requests. */
const SEEN_GRAIN_MS = 60 * 60 * 1000;
/** Of one person. A program that signs in for each of its runs leaves sessions behind. */
const MAX_SESSIONS = 50;
const UNKNOWN_BROWSER = 'Unknown browser';

const digestOf = (token: string) => createHash('sha256').update(token).digest();

/** Whether the text has the shape of a session's token. */
export const isToken = (text: string) => /^[\w-]{43}$/.test(text);

/** A person's session, as they see it. */
export interface SessionRow {
  id: string;
  createdAt: Date;
  lastSeenAt: Date;
  network: string | null;
  browser: string;
}

/** From where a session is used. */
export interface Seen {
  network: string;
  /** As `describeBrowser` names it. */
  browser: string;
  now: Date;
}

export interface NewSession {
  id: string;
  /** Goes into the cookie and nowhere else: only its digest is stored. */
  token: string;
  expiresAt: Date;
}

/**
 * Starts a session of 30 days, and ends the person's oldest beyond 50.
 *
 * @param trx a transaction: the person's row is locked.
 * @param person the hash is the one that the password was checked against: it may have been replaced since, and the
 *   sessions before ended, while this sign-in was under way.
 * @throws UNAUTHENTICATED when it was, or the person has no account any more.
 */
export async function startSession(
  trx: Transaction<DB>,
  { id: userId, email, passwordHash }: { id: string; email: string; passwordHash: string },
  { network, browser, now }: Seen,
  random: (bytes: number) => Buffer = randomBytes,
): Promise<NewSession> {
  const token = random(TOKEN_BYTES).toString('base64url');
  const session = { id: newId(), createdAt: now, expiresAt: new Date(now.getTime() + LIFETIME_MS) };
  const actor: Actor = { id: userId, email, network };
  if ((await lockPassword(trx, userId)) !== passwordHash) throw wrongSignIn();
  await trx
    .insertInto('sessions')
    .values({ ...session, digest: digestOf(token), userId, lastSeenAt: now, network, browser })
    .execute();
  await recordActivity(trx, actor, now, [
    {
      action: 'session.started',
      organizationId: null,
      projectId: null,
      subjectId: session.id,
      subject: browser,
    },
  ]);
  const excess = await trx
    .selectFrom('sessions')
    .select('id')
    .where('userId', '=', userId)
    .where('id', '!=', session.id)
    .orderBy('lastSeenAt', 'desc')
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .offset(MAX_SESSIONS - 1)
    .execute();
  const which = { ids: excess.map(({ id }) => id) };
  await endSessions(trx, { userId, which, actor, reason: 'too many sessions', now });
  return { id: session.id, token, expiresAt: session.expiresAt };
}

/** Drops sessions that have expired. Sign-ins at the same moment each drop other rows, so that they cannot deadlock. */
export async function dropExpiredSessions(db: Database, now: Date): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where('digest', 'in', from =>
      from.selectFrom('sessions').select('digest').where('expiresAt', '<=', now).forUpdate().skipLocked(),
    )
    .execute();
}

/**
 * Locks a person's row until the transaction ends: what starts sessions, ends them or replaces the password does so
 * behind this. @returns the hash of the password; undefined when there is no such person.
 */
export async function lockPassword(trx: Transaction<DB>, userId: string): Promise<string | undefined> {
  const row = await trx
    .selectFrom('users')
    .select('passwordHash')
    .where('id', '=', userId)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row?.passwordHash;
}

/** Whether a person's session lasts. */
export async function isLive(db: Database, userId: string, sessionId: string, now: Date): Promise<boolean> {
  const row = await db
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', sessionId)
    .where('userId', '=', userId)
    .where('expiresAt', '>', now)
    .executeTakeFirst();
  return row !== undefined;
}

/** The person whose live session the token is, and the session's id. Notes, once an hour, that it was seen. */
export async function findSession(
  db: Database,
  token: string,
  now: Date,
  network: () => string,
): Promise<{ person: PersonRow; sessionId: string } | undefined> {
  const digest = digestOf(token);
  const found = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.userId')
    .select(['users.id', 'users.email', 'users.name'])
    .select(['sessions.id as sessionId', 'sessions.lastSeenAt'])
    .where('sessions.digest', '=', digest)
    .where('sessions.expiresAt', '>', now)
    .executeTakeFirst();
  if (!found) return undefined;
  const { sessionId, lastSeenAt, ...person } = found;
  const due = new Date(now.getTime() - SEEN_GRAIN_MS);
  if (lastSeenAt <= due) {
    await db
      .updateTable('sessions')
      .set({ lastSeenAt: now, network: network() })
      .where('digest', '=', digest)
      .where('lastSeenAt', '<=', due)
      .execute();
  }
  return { person, sessionId };
}

/** A person's live sessions, the one seen last first. */
export async function listSessions(db: Database, userId: string, now: Date): Promise<SessionRow[]> {
  const rows = await db
    .selectFrom('sessions')
    .select(['id', 'createdAt', 'lastSeenAt', 'network', 'browser'])
    .where('userId', '=', userId)
    .where('expiresAt', '>', now)
    .orderBy('lastSeenAt', 'desc')
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.map(row => ({ ...row, browser: row.browser ?? UNKNOWN_BROWSER }));
}

/** Ends sessions of a person, each with its row in the record. @returns how many of them there were. */
export async function endSessions(
  trx: Transaction<DB>,
  {
    userId,
    which,
    ...record
  }: {
    userId: string;
    /** Sessions to end, or the one to keep. Those of others are passed over. */
    which: { ids: readonly string[] } | { allBut: string | null };
    actor: Actor;
    reason: 'signed out' | 'ended by the person' | 'too many sessions' | 'password changed';
    now: Date;
  },
): Promise<number> {
  let chosen = trx.deleteFrom('sessions').where('userId', '=', userId);
  if ('ids' in which) {
    if (which.ids.length === 0) return 0;
    chosen = chosen.where('id', 'in', which.ids);
  } else if (which.allBut !== null) {
    chosen = chosen.where('id', '!=', which.allBut);
  }
  const ended = await chosen.returning(['id', 'browser']).execute();
  const { actor, reason, now } = record;
  await recordActivity(
    trx,
    actor,
    now,
    ended.map(({ id, browser }) => ({
      action: 'session.ended',
      organizationId: null,
      projectId: null,
      subjectId: id,
      subject: browser ?? UNKNOWN_BROWSER,
      details: { reason },
    })),
  );
  return ended.length;
}
