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
import type { Refusals } from '../api-keys/refusals.ts';
import type { RememberedKeys } from '../api-keys/remembered-keys.ts';
import { type Caller, type Identity, requireSignedIn, type SignedInPerson } from '../auth/caller.ts';
import type { SignUpMode } from '../config.ts';
import type { PoolShare } from '../database/pool.ts';
import { type CurvesOfModel, type ModelCurves, NO_CURVES } from '../deployments/model-facts.ts';
import type { ModelRow } from '../deployments/models.ts';
import { unavailable } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import type { RequestMetadata } from '../observability/root-field.ts';
import type { Models } from '../onnx/models.ts';
import type { Attempt, AttemptFacts } from '../predictions/attempt.ts';
import type { PredictionServices } from '../predictions/predict.ts';
import { type ClientAddress, clientAddressOf } from '../requests/client-address.ts';
import { networkOf } from '../requests/network.ts';
import type { RateLimits } from '../requests/rate-limits.ts';
import type { TargetPolicy } from '../webhooks/target.ts';
import { type Loaders, type ModelLoaders, startLoaders, startModelLoaders } from './loaders.ts';
import { type ResultSize, startResultSize } from './result-size.ts';

declare module 'fastify' {
  interface FastifyRequest extends RequestMetadata {}
}

/** A signed-in person, with loaders for what they can see. */
export interface Viewer extends SignedInPerson {
  load: Loaders;
}

/** The parts of the server that requests use. */
export interface Services {
  db: Kysely<DB>;
  /** The database for requests of people, who share half of the pool. */
  shareOf: PoolShare;
  passwords: Passwords;
  authenticate: Authenticate;
  rememberedKeys: RememberedKeys;
  countFailedKey: CountFailedKey;
  refusals: Refusals;
  rateLimits: RateLimits;
  models: Models;
  predicting: PredictionServices;
  /** Schedules the job that removes what deleted projects and organizations left. */
  purgeSoon: () => void;
  /** Adds the jobs of the webhook deliveries that a transaction wrote, before its commit. @returns whether there were any */
  addDeliveries: (trx: Transaction<DB>) => Promise<boolean>;
  /** Delivers what was committed. */
  deliverSoon: () => void;
  /** What webhooks may call. */
  webhookTargets: TargetPolicy;
  signUpMode: SignUpMode;
  /** The origin of links in mails and responses; undefined if PUBLIC_URL is not set. */
  publicUrl: string | undefined;
  /** Whether people are mailed about API keys. */
  sendsKeyMails: boolean;
  /** Null without a mail server. */
  invitationMail: InvitationMail | null;
  now: () => Date;
}

/** The context of one request, for rules and resolvers. */
export interface Context extends Services {
  requestId: string;
  log: FastifyRequest['log'];
  /** The Fastify request; metrics and traces read its outcome from here. */
  metadata: RequestMetadata;
  caller: Caller<Viewer>;
  attempt: Attempt;
  /** The facts about the caller. */
  facts: AttemptFacts;
  /** Looks the caller up again, and builds the context of the next attempt. @throws as `identify` */
  again: () => Promise<Context>;
  /** Whether the request timed out (answered 503) or its connection closed. */
  isOver: () => boolean;
  /** Whether the body is large. Its variables are then checked before graphql-js, which may quote them at length. */
  isLarge: boolean;
  /** Identifies the caller to fair queues: the id of the person or key, or the network of an anonymous caller. */
  callerId: string;
  /** The size of the result so far. */
  resultSize: ResultSize;
  /** When the request began; every decision in it uses this time. */
  at: Date;
  /** The network of the client (requests/network.ts), which a trusted proxy may forward. */
  address: () => string;
  /** The exact address of the client, and whether it is that of a proxy which is not trusted. */
  clientAddress: () => ClientAddress;
  /** The origin of links in the response: PUBLIC_URL, else the one of the request. */
  publicOrigin: () => string;
  /** Reads a model of a deployment that the caller sees. @throws NOT_FOUND when it does not exist */
  modelOf: (modelId: string) => Promise<ModelRow>;
  /** Reads curves of a model that the caller can see or has called. None, if the answer would hold too many numbers. */
  curves: (request: CurvesOfModel) => Promise<ModelCurves>;
  /** The signed-in person. @throws UNAUTHENTICATED for an anonymous caller, FORBIDDEN for an API key */
  viewer: () => Viewer;
  /** The signed-in person, as recorded in the activity. @throws as `viewer` */
  actor: () => Actor;
  /** The signed-in person and the time, as functions that change something take it. @throws as `viewer` */
  by: () => By;
  /**
   * Runs a mutation's changes in a transaction. Rolls back when the request times out or its connection closes before
   * the commit, as the client would not get the result.
   *
   * @throws UNAVAILABLE when the request is over; else what `work` throws.
   */
  transaction: <Result>(work: (trx: Transaction<DB>) => Promise<Result>) => Promise<Result>;
  /**
   * Frees the memory of the request's body and variables. For a mutation that has stored what it needs of them and
   * waits; the arguments of the resolver remain.
   */
  releaseBody: () => void;
  /** Starts a session of a person whose password was checked against the hash, sets its cookie, and makes them the viewer. */
  signIn: (person: PersonRow, passwordHash: string) => Promise<void>;
  /** Ends the session and clears its cookie. */
  signOut: () => Promise<void>;
  /** Clears the cookie of a session that has ended. */
  forgetSession: () => void;
}

/**
 * Builds the context of an attempt at a request.
 *
 * @param identity the caller, from http/identify.ts
 * @param runs the runs of earlier attempts
 * @param again see `Context`
 */
export function buildContext(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  {
    identity,
    runs = new Map(),
    again,
  }: { identity: Identity; runs?: Attempt['runs'] | undefined; again: Context['again'] },
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
  const callerId = idOf(caller) ?? address();

  let ofReached: ModelLoaders | undefined;
  /** The loaders of a person, or those of the models that a key reached. */
  function loadModels(): ModelLoaders {
    if (context.caller.kind === 'person') return context.caller.person.load;
    const { caller: current } = context;
    ofReached ??= startModelLoaders(
      current.kind === 'api-key' ? services.shareOf(current.key.organizationId) : context.db,
    );
    return ofReached;
  }

  const context: Context = {
    ...services,
    db: caller.kind === 'api-key' ? services.db : services.shareOf(callerId),
    callerId,
    requestId: request.id,
    log: request.log,
    metadata: request,
    at,
    address,
    isOver,
    isLarge: request.isLarge,
    caller,
    attempt: { settlement: 'open', runs, allowances: null },
    facts: factsOf(identity, services),
    again,
    resultSize: startResultSize(),
    clientAddress: () => clientAddressOf(request),
    publicOrigin: () => services.publicUrl ?? originOf(request),
    modelOf: modelId => loadModels().model.get(modelId),
    async curves(request) {
      const curves = await loadModels().curves(request);
      if (curves === null) context.resultSize.hasTooManyNumbers = true;
      return curves ?? NO_CURVES;
    },
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
      let hasDeliveries = false;
      // A key's only transaction revokes it, and waits for its lock: that is not for the connections of all. Nor for those of
      // its organization, which a thief may use up with the key.
      const db = caller.kind === 'api-key' ? services.shareOf(address()) : context.db;
      const done = await db.transaction().execute(async trx => {
        const result = await work(trx);
        hasDeliveries = await services.addDeliveries(trx);
        // Again, as `work` may have waited for locks.
        checkNotOver();
        request.isCommitting = true;
        return result;
      });
      if (hasDeliveries) services.deliverSoon();
      return done;
    },
    releaseBody() {
      // graphql-js, Apollo and the route refer to this object.
      emptyVariables(request.body);
      request.releaseBodyBudget();
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

function factsOf(identity: Identity, { rememberedKeys }: Services): AttemptFacts {
  if (identity.kind !== 'api-key') return { isRemembered: false, remember: () => {}, forget: () => {} };
  const { key, isRemembered } = identity;
  return {
    isRemembered,
    remember: () => rememberedKeys.remember(key),
    forget: () => rememberedKeys.forget(key),
  };
}

function idOf(caller: Caller): string | undefined {
  if (caller.kind === 'person') return caller.person.id;
  return caller.kind === 'api-key' ? caller.key.id : undefined;
}

function emptyVariables(body: unknown): void {
  if (typeof body !== 'object' || body === null || !('variables' in body)) return;
  const { variables } = body;
  if (typeof variables !== 'object' || variables === null) return;
  for (const name of Object.keys(variables)) Reflect.deleteProperty(variables, name);
}

/** The origin of a request, from its Host header; empty if that is invalid. */
function originOf({ protocol, host }: FastifyRequest): string {
  const origin = `${protocol}://${host}`;
  return URL.canParse(origin) ? new URL(origin).origin : '';
}
