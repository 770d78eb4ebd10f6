import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kysely, Transaction } from 'kysely';
import { describeBrowser } from '../accounts/browser.ts';
import type { InvitationMail } from '../accounts/invitation-mail.ts';
import type { Passwords } from '../accounts/passwords.ts';
import type { PersonRow } from '../accounts/people.ts';
import { clearSessionCookie, sessionCookieOf } from '../accounts/session-cookie.ts';
import { dropExpiredSessions, endSessions, startSession } from '../accounts/sessions.ts';
import type { Actor, By } from '../activity/activity.ts';
import type { Authenticate } from '../api-keys/authenticate.ts';
import type { CountFailedKey } from '../api-keys/failed-keys.ts';
import { type Caller, type Identity, requireSignedIn, type SignedInPerson } from '../auth/caller.ts';
import type { SignUpMode } from '../config.ts';
import type { PoolShare } from '../database/pool.ts';
import { unavailable } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import type { Note } from '../observability/root-field.ts';
import type { Models } from '../onnx/models.ts';
import type { PredictionServices } from '../predictions/predict.ts';
import { networkOf } from '../requests/network.ts';
import type { RateLimits } from '../requests/rate-limits.ts';
import { type AnswerSize, startAnswerSize } from './answer-size.ts';
import { type Loaders, startLoaders } from './loaders.ts';

declare module 'fastify' {
  interface FastifyRequest extends Note {}
}

/** A signed-in person and what they can see. */
export interface Viewer extends SignedInPerson {
  load: Loaders;
}

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
  predicting: PredictionServices;
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
  caller: Caller<Viewer>;
  /** Whether the request is over: answered 503 after its time, or its connection closed. */
  isOver: () => boolean;
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
  const isOver = () => request.isOver || reply.raw.destroyed;
  const address = () => networkOf(request.ip);
  const viewerOf = (person: SignedInPerson): Viewer => ({
    ...person,
    load: startLoaders(services.shareOf(person.id), person.id, at),
  });
  const caller: Caller<Viewer> =
    identity.kind === 'person' ? { kind: 'person', person: viewerOf(identity.person) } : identity;
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
    isOver,
    isLarge,
    caller,
    answer: startAnswerSize(),
    publicOrigin: () => services.publicUrl ?? originOf(request),
    viewer: () => requireSignedIn(context.caller),
    actor() {
      const { id, email } = context.viewer();
      return { id, email, network: address() };
    },
    by: () => ({ viewerId: context.viewer().id, actor: context.actor(), now: at }),
    async transaction(work) {
      const checkNotOver = () => {
        if (isOver()) throw unavailable();
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
      context.caller = { kind: 'person', person: viewerOf({ ...person, sessionId: session.id }) };
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
  if (caller.kind === 'person') return caller.person.id;
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
