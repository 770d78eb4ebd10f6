import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import type { Passwords } from '../accounts/passwords.ts';
import type { PersonRow } from '../accounts/people.ts';
import { endSession, startSession } from '../accounts/sessions.ts';
import type { Actor } from '../activity/activity.ts';
import type { Authenticate, AuthenticatedKey } from '../api-keys/authenticate.ts';
import type { CountFailedKey } from '../api-keys/failed-keys.ts';
import type { RateLimits } from '../database/rate-limits.ts';
import { keysOnlyPredict, unauthenticated } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import type { Models } from '../onnx/run-models.ts';
import type { Predicting } from '../predictions/predict.ts';
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

/** Whom the headers of a request name, and when that was looked up: one moment for all that the request decides. */
export type Identity = { at: Date } & (
  | { kind: 'anybody' /** Whether there was a cookie, of no session. */; hadCookie: boolean }
  | { kind: 'person'; person: PersonRow }
  | { kind: 'api-key'; key: AuthenticatedKey }
);

/** What the server is made of, the same for every request. */
export interface Services {
  db: Kysely<DB>;
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
  /** Whether its body was large: its variables are then checked before graphql-js, which may quote them at length. */
  isLarge: boolean;
  /** How many objects the lists of the answer hold so far. */
  objects: number;
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

const cookieOptions = ({ protocol }: FastifyRequest) =>
  ({
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    // "https" is the connection's own, or what a trusted proxy says of it.
    secure: protocol === 'https',
  }) as const;

/** Has the client forget its session. */
export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  void reply.clearCookie(SESSION_COOKIE, cookieOptions(request));
}

/** Whose attempts count together: the address of the connection, or what a trusted proxy says of it. */
export const addressOf = ({ ip }: FastifyRequest): string => networkOf(ip);

/** Builds the context of a request of whom its headers name (http/identify.ts). */
export function buildContext(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  identity: Identity,
  isLarge: boolean,
): Context {
  const { at } = identity;
  // Worked out for those alone whose attempts are counted.
  const address = () => addressOf(request);
  const signedIn = (person: PersonRow): Caller => ({
    kind: 'person',
    viewer: { ...person, load: startLoaders(services.db, person.id, at) },
  });
  const callerOf = (): Caller => {
    if (identity.kind === 'person') return signedIn(identity.person);
    return identity.kind === 'api-key' ? { kind: 'api-key', key: identity.key } : { kind: 'anybody' };
  };

  const context: Context = {
    ...services,
    requestId: request.id,
    log: request.log,
    note: request,
    at,
    address,
    isLarge,
    caller: callerOf(),
    objects: 0,
    viewer() {
      if (context.caller.kind === 'person') return context.caller.viewer;
      throw context.caller.kind === 'api-key' ? keysOnlyPredict() : unauthenticated();
    },
    actor() {
      const { id, email } = context.viewer();
      return { id, email, network: address() };
    },
    async signIn(person) {
      const session = await startSession(services.db, person.id, at);
      void reply.setCookie(SESSION_COOKIE, session.token, {
        ...cookieOptions(request),
        expires: session.expiresAt,
      });
      context.caller = signedIn(person);
    },
    async signOut() {
      const token = request.cookies[SESSION_COOKIE];
      if (token !== undefined) await endSession(services.db, token);
      clearSessionCookie(request, reply);
    },
  };
  return context;
}
