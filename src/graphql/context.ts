import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely, Transaction } from 'kysely';
import { describeBrowser } from '../accounts/browser.ts';
import type { InvitationMail } from '../accounts/invitation-mail.ts';
import type { Passwords } from '../accounts/passwords.ts';
import type { PersonRow } from '../accounts/people.ts';
import { sessionCookieOf } from '../accounts/session-cookie.ts';
import { dropExpiredSessions, endSessions, startSession } from '../accounts/sessions.ts';
import type { Actor } from '../activity/activity.ts';
import type { Authenticate, AuthenticatedKey } from '../api-keys/authenticate.ts';
import type { CountFailedKey } from '../api-keys/failed-keys.ts';
import type { SignUpMode } from '../config.ts';
import type { PoolShare } from '../database/connect.ts';
import type { RateLimits } from '../database/rate-limits.ts';
import type { By } from '../deployments/projects.ts';
import { keysOnlyPredict, unauthenticated, unavailable } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import type { Models } from '../onnx/models.ts';
import type { Predicting } from '../predictions/predict.ts';
import { networkOf } from '../requests/network.ts';
import { type AnswerSize, startAnswerSize } from './answer-size.ts';
import { type Loaders, startLoaders } from './loaders.ts';
import type { Note } from './root-field.ts';

declare module 'fastify' {
  interface FastifyRequest extends Note {}
}

/** A signed-in person and what they can reach. */
export interface Viewer extends PersonRow {
  /** Of the session that makes the request. */
  sessionId: string;
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
  | { kind: 'person'; person: PersonRow; sessionId: string }
  | { kind: 'api-key'; key: AuthenticatedKey }
);

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
  /** Has the job that removes what deleted projects and organizations left run soon. */
  purgeSoon: () => void;
  signUpMode: SignUpMode;
  /** The origin in the links of mails and answers; undefined where PUBLIC_URL is not set. */
  publicUrl: string | undefined;
  /** Null where there is no mail server. */
  invitationMail: InvitationMail | null;
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
  /** Who takes turns with others where requests do: the person or the key, else the address. */
  sender: string;
  /** What the answer comes to so far. */
  answer: AnswerSize;
  /** The moment at which this request began: one for all that it decides. */
  at: Date;
  /** Whose attempts count together: the address of the connection, or what a trusted proxy says of it. */
  address: () => string;
  /** The origin for links in the answer: PUBLIC_URL, else the one that the request came to. */
  publicOrigin: () => string;
  /** The signed-in person. @throws UNAUTHENTICATED for anybody, FORBIDDEN for API keys. */
  viewer: () => Viewer;
  /** The signed-in person as the activity keeps them. @throws as `viewer` */
  actor: () => Actor;
  /** The signed-in person, as what changes something records it. @throws as `viewer` */
  by: () => By;
  /**
   * Runs a mutation's changes in a transaction: all of them happen or none. Where the request is over before the commit
   * (answered 503 after its time, its connection closed), none do: nobody would learn of them.
   *
   * @throws UNAVAILABLE when the request is over; else what `work` throws.
   */
  transaction: <Result>(work: (trx: Transaction<DB>) => Promise<Result>) => Promise<Result>;
  /**
   * Frees the memory of the request's body and variables, once a mutation has stored what it needs of them and waits: the
   * arguments that the resolver was given remain.
   */
  releaseBody: () => void;
  /** Makes the person, whose password was checked against the hash, the viewer of this request, with a session cookie. */
  signIn: (person: PersonRow, passwordHash: string) => Promise<void>;
  /** Ends the session and clears its cookie. */
  signOut: () => Promise<void>;
  /** Clears the cookie of a session that has ended. */
  forgetSession: () => void;
}

/** Has the client forget its session. */
export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  const { name, attributes } = sessionCookieOf(request);
  void reply.clearCookie(name, attributes);
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
  const forgetSession = () => clearSessionCookie(request, reply);
  const address = () => addressOf(request);
  const signedIn = (person: PersonRow, sessionId: string): Caller => ({
    kind: 'person',
    viewer: { ...person, sessionId, load: startLoaders(services.shareOf(person.id), person.id, at) },
  });
  const callerOf = (): Caller => {
    if (identity.kind === 'person') return signedIn(identity.person, identity.sessionId);
    return identity.kind === 'api-key' ? { kind: 'api-key', key: identity.key } : { kind: 'anybody' };
  };

  const caller = callerOf();
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
    isLarge,
    caller,
    answer: startAnswerSize(),
    publicOrigin: () => services.publicUrl ?? originOf(request),
    viewer() {
      if (context.caller.kind === 'person') return context.caller.viewer;
      throw context.caller.kind === 'api-key' ? keysOnlyPredict() : unauthenticated();
    },
    actor() {
      const { id, email } = context.viewer();
      return { id, email, network: address() };
    },
    by: () => ({ viewerId: context.viewer().id, actor: context.actor(), now: at }),
    async transaction(work) {
      const checkNotOver = () => {
        if (request.isOver || reply.raw.destroyed) throw unavailable();
      };
      checkNotOver();
      return await context.db.transaction().execute(async trx => {
        const result = await work(trx);
        // Locks were waited for within `work`.
        checkNotOver();
        request.commits = true;
        return result;
      });
    },
    releaseBody() {
      // graphql-js, Apollo and the route all hold this one object.
      emptyVariables(request.body);
      request.giveBodyBack();
    },
    async signIn(person, passwordHash) {
      const seen = { network: address(), browser: describeBrowser(request.headers['user-agent']), now: at };
      await dropExpiredSessions(context.db, at);
      const session = await context.transaction(trx => startSession(trx, { ...person, passwordHash }, seen));
      const { name, attributes } = sessionCookieOf(request);
      void reply.setCookie(name, session.token, { ...attributes, expires: session.expiresAt });
      context.caller = signedIn(person, session.id);
    },
    async signOut() {
      const { id: userId, sessionId } = context.viewer();
      const which = { ids: [sessionId] };
      const actor = context.actor();
      await context.transaction(trx =>
        endSessions(trx, { userId, which, actor, reason: 'signed out', now: at }),
      );
      forgetSession();
    },
    forgetSession,
  };
  return context;
}

function senderOf(caller: Caller): string | undefined {
  if (caller.kind === 'person') return caller.viewer.id;
  return caller.kind === 'api-key' ? caller.key.id : undefined;
}

function emptyVariables(body: unknown): void {
  if (typeof body !== 'object' || body === null || !('variables' in body)) return;
  const { variables } = body;
  if (typeof variables !== 'object' || variables === null) return;
  for (const name of Object.keys(variables)) Reflect.deleteProperty(variables, name);
}

/** The origin that a request came to, as its caller names it; empty where that is not a host. */
function originOf({ protocol, host }: FastifyRequest): string {
  const origin = `${protocol}://${host}`;
  return URL.canParse(origin) ? new URL(origin).origin : '';
}
