import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import fastifyUnderPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Identity } from '../auth/caller.ts';
import type { Tenant } from '../concurrency/fair-share.ts';
import { payloadTooLarge, unauthenticated, unavailable, unsupportedMediaType } from '../errors.ts';
import type { Services } from '../graphql/context.ts';
import { identify, refusalOf } from './identify.ts';
import { parseJsonBodies } from './json-bodies.ts';
import { type HttpLimits, MAX_ANONYMOUS_BODY_BYTES, MAX_BODY_BYTES } from './limits.ts';
import { type MemoryBudget, tenantOf } from './memory-budget.ts';
import { type BodyAllowance, declaredBytesOf, readBody } from './read-body.ts';
import { type Schedule, startScheduling } from './scheduling.ts';
import { withTimeout } from './timeout.ts';

/** Max age of an identification. After a body that took longer to arrive, the caller is identified again. */
const MAX_IDENTITY_AGE_MS = 1000;

/** The caller, identified before the body is read. */
interface Identified {
  identity: Identity;
  allowance: BodyAllowance;
  /** When it was identified, in ms of `performance.now()`. */
  at: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    identified: Identified | undefined;
    /** Whether a session cookie identifies the caller. False until a hook of the routes sets it. */
    usesSessions: boolean;
  }
}

export interface ApiScopeOptions {
  services: Services;
  limits: HttpLimits;
  /** The memory for large bodies. */
  budget: MemoryBudget;
}

/**
 * Which look-up the facts about a caller may come from: any, also one for an earlier request; one for this request,
 * less than a second ago; or a new one.
 */
export type IdentitySource = 'any look-up' | 'recent look-up' | 'new look-up';

/** Identifies the caller of a request whose body was read. @throws what `identify` throws */
export type GetIdentity = (
  request: FastifyRequest,
  reply: FastifyReply,
  from: IdentitySource,
) => Promise<Identity>;

/** Reads the body of a request whose caller was identified, within the limits of JSON bodies. */
export type ReadBody = (request: FastifyRequest, payload: IncomingMessage) => Promise<Buffer<ArrayBuffer>>;

/**
 * Reserves memory of the budget for bodies, until the request is answered or aborted: for what a body was expanded to.
 *
 * @throws UNAVAILABLE if the tenant has no share left
 */
export type ReserveMemory = (request: FastifyRequest, tenant: Tenant, bytes: number) => void;

/** What the routes of the API use. */
export interface ProtectedApi {
  identityOf: GetIdentity;
  schedule: Schedule;
  readBody: ReadBody;
  reserveMemory: ReserveMemory;
}

/**
 * Protects every API route that is registered in this scope: identifies the caller before the body is read, limits the
 * body by credential, parses it as JSON, sheds load, limits the time to an answer, and sets cache headers.
 *
 * @returns what a handler calls to get the caller, and what parsers of other bodies call to read them
 */
export async function protectApi(
  scope: FastifyInstance,
  { services, limits, budget }: ApiScopeOptions,
): Promise<ProtectedApi> {
  const { loopDelayMs, loopDelayWindowMs, handlerMs, anonymousBodyMs } = limits;
  const schedule = startScheduling();
  parseJsonBodies(scope, {
    budget,
    limits,
    allowanceOf,
    schedule: request => (isAnonymous(identifiedBy(request).identity) ? schedule(request) : undefined),
  });
  await scope.register(fastifyUnderPressure, {
    maxEventLoopDelay: loopDelayMs,
    sampleInterval: loopDelayWindowMs,
    pressureHandler() {
      throw unavailable();
    },
  });
  // Fastify's own handlerTimeout ends with the request's "close", which Node emits once a body has been read.
  scope.addHook('preHandler', (request, reply, done) => {
    // The client left while the body was read: "close" would not clear the timer any more.
    if (reply.raw.closed) return done(unavailable());
    const timer = setTimeout(() => {
      // A change that is being committed is answered as such: a 503 would say that nothing happened.
      if (reply.sent || request.isCommitting) return;
      request.isOver = true;
      void reply.send(unavailable());
    }, handlerMs);
    reply.raw.once('close', () => clearTimeout(timer));
    done();
  });
  scope.addHook('onRequest', setHeaders);

  scope.decorateRequest('identified', undefined);
  scope.decorateRequest('usesSessions', false);
  scope.addHook('preParsing', async (request, reply, payload) => {
    const { headers, method } = request;
    checkEncoding(headers, request.routeOptions.config.accepts);
    const identity = await withTimeout(identify(services, request, reply, { mayRemember: true }), handlerMs);
    const declaredBytes = method === 'POST' ? declaredBytesOf(request) : 0;
    const owner = declaredBytes > MAX_ANONYMOUS_BODY_BYTES ? tenantOf(identity) : undefined;
    const allowance: BodyAllowance = {
      owner,
      maxBytes: isAnonymous(identity) ? MAX_ANONYMOUS_BODY_BYTES : MAX_BODY_BYTES,
      // The client of an ended session gets the error of the session instead of that of the body.
      tooLarge: () => {
        if (identity.kind === 'anonymous' && identity.hadCookie) return unauthenticated();
        return refusalOf(identity) ?? payloadTooLarge();
      },
      onceAnswered(callback) {
        // "close" is emitted once.
        if (reply.raw.closed) callback();
        else reply.raw.once('close', callback);
      },
    };
    if (declaredBytes !== Number.POSITIVE_INFINITY && declaredBytes > allowance.maxBytes) {
      throw allowance.tooLarge();
    }
    if (isAnonymous(identity) && method === 'POST') closeSlowBody(request, anonymousBodyMs);
    request.identified = { identity, allowance, at: performance.now() };
    return payload;
  });

  // The error of a key comes before any error of its request. A remembered key is looked up again for that.
  scope.setErrorHandler((error, request, reply) => {
    const { identified } = request;
    request.identified = undefined;
    if (request.isOver || !identified) throw error;
    if (!isRemembered(identified.identity)) throw refusalOf(identified.identity) ?? error;
    return withTimeout(identify(services, request, reply, { mayRemember: false }), handlerMs).then(found => {
      throw refusalOf(found) ?? error;
    });
  });

  const identityOf: GetIdentity = async (request, reply, from) => {
    const { identified } = request;
    const mayRemember = from === 'any look-up';
    const isUsable =
      identified &&
      from !== 'new look-up' &&
      performance.now() - identified.at < MAX_IDENTITY_AGE_MS &&
      (mayRemember || !isRemembered(identified.identity));
    if (isUsable) return identified.identity;
    request.identified = undefined;
    const identity = await identify(services, request, reply, { mayRemember });
    if (identified) request.identified = { ...identified, identity, at: performance.now() };
    return identity;
  };
  return {
    identityOf,
    schedule,
    reserveMemory(request, tenant, bytes) {
      const { onceAnswered } = allowanceOf(request);
      if (!budget.reserve(tenant, bytes)) throw unavailable();
      onceAnswered(() => budget.release(tenant, bytes));
    },
    readBody: (request, payload) =>
      new Promise((resolve, reject) => {
        const options = { budget, limits, allowance: allowanceOf(request) };
        readBody(request, payload, options, (error, body) => (error ? reject(error) : resolve(body)));
      }),
  };
}

function identifiedBy({ identified }: FastifyRequest): Identified {
  if (!identified) throw new Error('the caller must be identified before the body is read');
  return identified;
}

const allowanceOf = (request: FastifyRequest): BodyAllowance => identifiedBy(request).allowance;

/** Whether the caller may be anyone, as with a key that was leaked and is refused. */
const isAnonymous = ({ kind }: Identity) => kind === 'anonymous' || kind === 'key-holder';

const isRemembered = (identity: Identity) => identity.kind === 'api-key' && identity.isRemembered;

/** Forbids caching and rendering of responses: they are private, and may hold a raw key. */
function setHeaders(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  void reply
    .header('cache-control', 'no-store')
    .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  done();
}

/** Closes the connection of a body that takes longer than `ms`, as Node does with any request after `requestMs`. */
export function closeSlowBody({ raw, server }: FastifyRequest, ms: number): void {
  const timer = setTimeout(() => {
    const error = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    server.server.emit('clientError', error, raw.socket);
  }, ms);
  // Emitted once the body has been read, and when the connection ends.
  raw.once('close', () => clearTimeout(timer));
}

/**
 * Checks the encoding that a body is declared to have.
 *
 * @param accepts the type that the route accepts
 * @throws UNSUPPORTED_MEDIA_TYPE for a body that is compressed or not declared as UTF-8
 */
function checkEncoding(headers: IncomingHttpHeaders, accepts = 'application/json'): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && !/^identity$/i.test(encoding)) {
    throw unsupportedMediaType('The body is compressed. Send it uncompressed, without Content-Encoding.');
  }
  const [, charset] = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(headers['content-type'] ?? '') ?? [];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw unsupportedMediaType(
      `The body is declared to be in another encoding than UTF-8. Encode it as UTF-8, and send "Content-Type: ${accepts}" without a charset.`,
    );
  }
}
