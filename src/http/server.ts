import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import fastifyCookie from '@fastify/cookie';
import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyReply } from 'fastify';
import { GraphQLError } from 'graphql';
import { type Config, isLoopback } from '../config.ts';
import {
  badUserInput,
  codeOf,
  misdirectedRequest,
  payloadTooLarge,
  routeNotFound,
  unsupportedMediaType,
} from '../errors.ts';
import { httpOf, toCatalogue } from '../graphql/answers.ts';
import type { Services } from '../graphql/context.ts';
import { listeningUrl } from '../observability/listening-url.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Tracing } from '../observability/tracing.ts';
import { discardRefusedBodies } from './discard.ts';
import { serveGraphQL } from './graphql.ts';
import { serveHealth } from './health.ts';
import { knownHosts } from './hosts.ts';
import { type HttpLimits, MAX_ANONYMOUS_BODY_BYTES } from './limits.ts';
import { servePages } from './pages.ts';
import { trustProxies } from './trusted-proxies.ts';

/** For requests that clients sent before they could see that the server stops. */
const LAST_REQUESTS_MS = 300;
/** How long stopping waits for requests under way; what lasts longer is cut off. */
const STOP_WITHIN_MS = 10_000;

export interface HttpServerOptions {
  services: Services;
  config: Pick<
    Config,
    'HOST' | 'PORT' | 'PUBLIC_URL' | 'TRUSTED_PROXIES' | 'CORS_ORIGINS' | 'INTROSPECTION' | 'GRAPHIQL'
  >;
  limits: HttpLimits;
  log: FastifyBaseLogger;
  /** What observes the requests of the API. */
  observers: readonly Pick<Metrics | Tracing, 'watchRequests'>[];
}

export interface HttpServer {
  /** Where it listens, e.g. `http://127.0.0.1:4000`. */
  url: string;
  /** Answers the requests under way, then stops. */
  close: () => Promise<void>;
}

/**
 * Starts the HTTP server.
 *
 * @throws what listening throws, e.g. EADDRINUSE
 */
export async function startHttpServer({
  services,
  config,
  limits,
  log,
  observers,
}: HttpServerOptions): Promise<HttpServer> {
  const app = Fastify({
    loggerInstance: log,
    bodyLimit: MAX_ANONYMOUS_BODY_BYTES,
    http: { headersTimeout: limits.headersMs, connectionsCheckingInterval: limits.checkEveryMs },
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    // Without a byte in either direction: what is left are clients that do not read their answer.
    connectionTimeout: limits.requestMs + limits.handlerMs,
    trustProxy: config.TRUSTED_PROXIES ? trustProxies(config.TRUSTED_PROXIES) : false,
    genReqId: ({ headers }) => requestIdIn(headers) ?? randomUUID(),
    // Clients that are still connected while it stops get an answer with "connection: close".
    return503OnClosing: false,
    // What cannot be routed. Fastify's own answers would repeat the URL.
    frameworkErrors: (_error, request, reply) => {
      void reply.header('x-request-id', request.id);
      sendError(reply, badUserInput('The path of the request cannot be read.'));
    },
  });
  app.server.maxConnections = limits.connections;
  app.decorateRequest('operation', undefined);
  app.decorateRequest('code', undefined);
  app.decorateRequest('isOver', false);
  app.decorateRequest('commits', false);

  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
    // As `net` closes, which leaves the connections be: `http` also ends those that are idle, and a request may already
    // be under way on one. It would be reset.
    Server.prototype.close.call(app.server);
    await Promise.race([once(app.server, 'close'), wait(LAST_REQUESTS_MS)]);
  });
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    done();
  });
  const isKnownHost = knownHosts(config);
  app.addHook('onRequest', ({ host, raw, routeOptions }, _reply, done) => {
    // Probes name the server as they like: by its address, mostly.
    const isProbe = routeOptions.url === '/healthz' || routeOptions.url === '/readyz';
    done(isProbe || isKnownHost(host, raw.socket.localAddress) ? undefined : misdirectedRequest());
  });
  discardRefusedBodies(app, limits.discard);
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // Of requests from before it was told to stop, too: a connection that were kept would hold it up.
    if (stopping) void reply.header('connection', 'close');
    done();
  });
  app.setNotFoundHandler((_request, reply) => sendError(reply, routeNotFound()));
  // What is no JSON gets 415 instead of reaching Apollo as text.
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error: FastifyError | GraphQLError, request, reply) => {
    sendError(reply, toCatalogue(beforeGraphQL(error) ?? error, { requestId: request.id, log: request.log }));
  });

  try {
    await app.register(fastifyCookie);
    serveHealth(app, services.db, () => stopping);
    await app.register(scope => servePages(scope, config));
    await app.register(scope => {
      for (const { watchRequests } of observers) watchRequests(scope);
      return serveGraphQL(scope, services, limits, config);
    });
    await app.listen({ host: config.HOST, port: config.PORT });
    if (!config.PUBLIC_URL && !isLoopback(config.HOST)) {
      log.warn('HOST is not a loopback address and PUBLIC_URL is not set: requests may name any host');
    }
  } catch (error) {
    await app.close();
    throw error;
  }

  return {
    url: listeningUrl(app.server.address(), config.HOST),
    async close() {
      const cutOff = setTimeout(() => app.server.closeAllConnections(), STOP_WITHIN_MS);
      await app.close();
      clearTimeout(cutOff);
    },
  };
}

/** The request id that a caller chose: a UUID, or the hexadecimal id of a trace. Nothing else is, as it goes into the log. */
function requestIdIn({ 'x-request-id': id }: IncomingHttpHeaders): string | undefined {
  return typeof id === 'string' && /^[\da-f-]{16,64}$/i.test(id) ? id : undefined;
}

/** What Fastify refuses by itself, in the catalogue's words; undefined for everything else. */
function beforeGraphQL(error: FastifyError | GraphQLError): GraphQLError | undefined {
  // What ends the reading of a body, Fastify takes for the fault of its sender.
  if (error instanceof GraphQLError) return error;
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return payloadTooLarge();
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedMediaType();
    default:
      return (error.statusCode ?? 500) < 500
        ? badUserInput(`The request cannot be read. ${error.message}`)
        : undefined;
  }
}

function sendError(reply: FastifyReply, error: GraphQLError): void {
  const { status, headers } = httpOf(error);
  reply.request.code = codeOf([error]);
  for (const [name, value] of headers) void reply.header(name, value);
  void reply.code(status).header('content-type', 'application/json; charset=utf-8');
  void reply.send(`${JSON.stringify({ errors: [error] })}\n`);
}
