import { createHash, randomBytes } from 'node:crypto';
import type { Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { type Actor, recordActivity } from '../activity/activity.ts';
import type { Database } from '../database/pool.ts';
import { wrongSignIn } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import { UNKNOWN_BROWSER } from './browser.ts';
import type { PersonRow } from './people.ts';

const LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;
const TOKEN_BYTES = 32;
/** How often `lastSeenAt` is updated: once an hour, however many requests the session makes. */
const LAST_SEEN_INTERVAL_MS = 60 * 60 * 1000;
/** Sessions of one person. A program that signs in on each run leaves old sessions behind. */
const MAX_SESSIONS = 50;

const digestOf = (token: string) => createHash('sha256').update(token).digest();

/** Whether a text has the format of a session token: 32 bytes in base64url. */
export const isToken = (text: string) => /^[\w-]{43}$/.test(text);

/** A session in the list that its person sees. */
export interface SessionRow {
  id: string;
  createdAt: Date;
  lastSeenAt: Date;
  network: string | null;
  browser: string;
}

/** Where and when a session is used. */
export interface SessionUse {
  network: string;
  /** As returned by `describeBrowser`. */
  browser: string;
  now: Date;
}

export interface NewSession {
  id: string;
  /** Only for the cookie; the database has its digest (SHA-256). */
  token: string;
  expiresAt: Date;
}

/**
 * Starts a session of 30 days, and ends the person's least recently used sessions beyond 50. Locks the person's row.
 *
 * @param person with the hash that the password was checked against.
 * @throws UNAUTHENTICATED when the password was replaced or the account deleted since the check.
 */
export async function startSession(
  trx: Transaction<DB>,
  { id: userId, email, passwordHash }: { id: string; email: string; passwordHash: string },
  { network, browser, now }: SessionUse,
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

/** Deletes expired sessions. Concurrent calls skip each other's rows, so they cannot deadlock. */
export async function dropExpiredSessions(db: Database, now: Date): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where('digest', 'in', from =>
      from.selectFrom('sessions').select('digest').where('expiresAt', '<=', now).forUpdate().skipLocked(),
    )
    .execute();
}

/**
 * Locks a person's row until the transaction ends. Take this lock before starting or ending sessions or replacing the
 * password. @returns the password hash; undefined when the person does not exist.
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

/** Whether a session belongs to the person and is neither ended nor expired. */
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

/**
 * Finds the live session of a token, with its person, and whether that person is in an organization whose plan has API
 * access, which only the operator gives. Updates `lastSeenAt` and the network once an hour.
 */
export async function findSession(
  db: Database,
  token: string,
  now: Date,
  network: () => string,
): Promise<{ person: PersonRow; sessionId: string; isOnApiPlan: boolean } | undefined> {
  const digest = digestOf(token);
  const found = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.userId')
    .select(['users.id', 'users.email', 'users.name'])
    .select(['sessions.id as sessionId', 'sessions.lastSeenAt'])
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom('organizationMembers')
          .innerJoin('organizations', 'organizations.id', 'organizationMembers.organizationId')
          .innerJoin('plans', 'plans.name', 'organizations.plan')
          .select('organizations.id')
          .whereRef('organizationMembers.userId', '=', 'users.id')
          .where('plans.allowApiPredict', '=', true),
      ).as('isOnApiPlan'),
    )
    .where('sessions.digest', '=', digest)
    .where('sessions.expiresAt', '>', now)
    .executeTakeFirst();
  if (!found) return undefined;
  const { sessionId, lastSeenAt, isOnApiPlan, ...person } = found;
  const due = new Date(now.getTime() - LAST_SEEN_INTERVAL_MS);
  if (lastSeenAt <= due) {
    await db
      .updateTable('sessions')
      .set({ lastSeenAt: now, network: network() })
      .where('digest', '=', digest)
      .where('lastSeenAt', '<=', due)
      .execute();
  }
  return { person, sessionId, isOnApiPlan: Boolean(isOnApiPlan) };
}

/** A person's live sessions, the most recently used first. */
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

/** Ends sessions of a person and records each in the activity. @returns how many were ended. */
export async function endSessions(
  trx: Transaction<DB>,
  {
    userId,
    which,
    ...record
  }: {
    userId: string;
    /** The ids to end, or the one to keep (null: none). Ids of other people's sessions are ignored. */
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
