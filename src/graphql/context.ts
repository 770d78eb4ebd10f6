import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { Passwords } from '../accounts/passwords.ts';
import type { PersonRow } from '../accounts/people.ts';
import { endSession, findSession, startSession } from '../accounts/sessions.ts';
import type { Actor } from '../activity/activity.ts';
import type { Authenticate, AuthenticatedKey } from '../api-keys/authenticate.ts';
import type { CountFailedKey } from '../api-keys/failed-keys.ts';
import { rawKeyIn } from '../api-keys/raw-key.ts';
import type { PoolShare } from '../database/connect.ts';
import type { RateLimits } from '../database/rate-limits.ts';
import { apiKeyExpired, apiKeyRevoked, keysOnlyPredict, unauthenticated } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import type { Models } from '../onnx/run-models.ts';
import type { Predicting } from '../predictions/predict.ts';
import { type AnswerSize, startAnswerSize } from './answer-size.ts';
import { type Loaders, startLoaders } from './loaders.ts';
import { networkOf } from './network.ts';
import type { Note } from './root-field.ts';

declare module 'fastify' {
  interface FastifyRequest extends Note {}
}

/** A signed-in person and what they can reach. */
export interface Viewer extends PersonRow {
  load: Loaders;
}

/** Who makes the request, judged before anything else. */
export type Caller =
  | { kind: 'anybody' }
  | { kind: 'person'; viewer: Viewer }
  | { kind: 'api-key'; key: AuthenticatedKey };

/** What the server is made of, the same for every request. */
export interface Services {
  db: Kysely<DB>;
  /** The database for what people ask, who share half of the pool. */
  shareOf: PoolShare;
  passwords: Passwords;
  authenticate: Authenticate;
  countFailedKey: CountFailedKey;
  rateLimits: RateLimits;
  models: Models;
  predicting: Predicting;
  now: () => Date;
}

/** What a request is answered with. */
export interface Context extends Services {
  requestId: string;
  log: FastifyRequest['log'];
  /** The request itself, on which is noted what became of it. */
  note: Note;
  caller: Caller;
  /** Who takes turns with others where requests do: the person or the key, else the address. */
  sender: string;
  /** What the answer comes to so far. */
  answer: AnswerSize;
  /** The moment at which this request began: one for all that it decides. */
  at: Date;
  /** Whose attempts count together: the address of the connection, or what a trusted proxy says of it. */
  address: () => string;
  /** The signed-in person. @throws UNAUTHENTICATED for anybody, FORBIDDEN for API keys. */
  viewer: () => Viewer;
  /** The signed-in person as the activity keeps them. @throws as `viewer` */
  actor: () => Actor;
  /** Makes the person the viewer of this request, with a session cookie. */
  signIn: (person: PersonRow) => Promise<void>;
  /** Ends the session and clears its cookie. */
  signOut: () => Promise<void>;
}

/** The cookie that holds a session's token. */
export const SESSION_COOKIE = 'spectrakey_session';

/**
 * Builds the context of a request, judging its credential.
 *
 * @throws UNAUTHENTICATED, API_KEY_REVOKED, API_KEY_EXPIRED or RATE_LIMITED.
 */
export async function buildContext(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Context> {
  const at = services.now();
  const cookie = {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    // "https" is the connection's own, or what a trusted proxy says of it.
    secure: request.protocol === 'https',
  } as const;
  const address = () => networkOf(request.ip);
  const signedIn = (person: PersonRow): Caller => ({
    kind: 'person',
    viewer: { ...person, load: startLoaders(services.shareOf(person.id), person.id, at) },
  });

  async function identify(): Promise<Caller> {
    if (request.headers.authorization !== undefined) {
      return { kind: 'api-key', key: await judge(services, request.headers.authorization, address, at) };
    }
    const token = request.cookies[SESSION_COOKIE];
    if (token === undefined) return { kind: 'anybody' };
    const person = await findSession(services.shareOf(address()), token, at);
    if (person) return signedIn(person);
    void reply.clearCookie(SESSION_COOKIE, cookie);
    return { kind: 'anybody' };
  }

  const caller = await identify();
  const sender = senderOf(caller) ?? address();

  const context: Context = {
    ...services,
    db: caller.kind === 'api-key' ? services.db : services.shareOf(sender),
    sender,
    requestId: request.id,
    log: request.log,
    note: request,
    at,
    address,
    caller,
    answer: startAnswerSize(),
    viewer() {
      if (context.caller.kind === 'person') return context.caller.viewer;
      throw context.caller.kind === 'api-key' ? keysOnlyPredict() : unauthenticated();
    },
    actor() {
      const { id, email } = context.viewer();
      return { id, email, network: address() };
    },
    async signIn(person) {
      const session = await startSession(context.db, person.id, at);
      void reply.setCookie(SESSION_COOKIE, session.token, { ...cookie, expires: session.expiresAt });
      context.caller = signedIn(person);
    },
    async signOut() {
      const token = request.cookies[SESSION_COOKIE];
      if (token !== undefined) await endSession(context.db, token);
      void reply.clearCookie(SESSION_COOKIE, cookie);
    },
  };
  return context;
}

function senderOf(caller: Caller): string | undefined {
  if (caller.kind === 'person') return caller.viewer.id;
  return caller.kind === 'api-key' ? caller.key.id : undefined;
}

async function judge(
  { authenticate, countFailedKey }: Services,
  authorization: string,
  address: () => string,
  at: Date,
): Promise<AuthenticatedKey> {
  const rawKey = rawKeyIn(authorization) ?? '';
  const verdict = await authenticate(rawKey, at);
  switch (verdict.status) {
    case 'valid':
      return verdict.key;
    case 'revoked':
      throw apiKeyRevoked();
    case 'expired':
      throw apiKeyExpired();
    case 'unknown':
    case 'malformed':
      await countFailedKey(verdict.status, address(), at);
      throw unauthenticated();
  }
}
