import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingHttpHeaders, maxHeaderSize } from 'node:http';
import { Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import fastifyCookie from '@fastify/cookie';
import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { type Config, isLoopback } from '../config.ts';
import {
  badUserInput,
  misdirectedRequest,
  notJson,
  payloadTooLarge,
  typeNotAccepted,
  unsupportedMediaType,
} from '../errors.ts';
import { toCatalogue } from '../graphql/answers.ts';
import type { Services } from '../graphql/context.ts';
import { listeningUrl } from '../observability/listening-url.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Tracing } from '../observability/tracing.ts';
import { protectApi } from './api-scope.ts';
import { limitConnections } from './connections.ts';
import { startContexts } from './contexts.ts';
import { allowOrigins } from './cors.ts';
import { countRefusals } from './count-refusals.ts';
import { discardUnreadBodies } from './discard.ts';
import { serveGraphQL } from './graphql.ts';
import { serveHealth } from './health.ts';
import { allowedHosts } from './hosts.ts';
import { limitAnswers } from './large-answers.ts';
import { type HttpLimits, MAX_ANONYMOUS_BODY_BYTES } from './limits.ts';
import { memoryBudget } from './memory-budget.ts';
import { noRoute } from './no-route.ts';
import { servePages } from './pages.ts';
import { limitPipelining } from './pipelining.ts';
import { isRestUrl, PREFIX } from './rest/paths.ts';
import { serveRest } from './rest/routes.ts';
import { serveSecretScanning } from './secret-scanning.ts';
import { sendError } from './send-error.ts';
import type { SigningKeys } from './signing-keys.ts';
import { trustProxies } from './trusted-proxies.ts';

/** Max time that stopping waits for requests in flight; then their connections are closed. */
const MAX_STOP_MS = 10_000;

export interface HttpServerOptions {
  services: Services;
  /** The keys that sign reports of leaked keys; null if reports are not accepted. */
  signingKeys: SigningKeys | null;
  config: Pick<
    Config,
    'HOST' | 'PORT' | 'PUBLIC_URL' | 'TRUSTED_PROXIES' | 'CORS_ORIGINS' | 'INTROSPECTION' | 'GRAPHIQL'
  >;
  limits: HttpLimits;
  log: FastifyBaseLogger;
  /** Metrics and tracing of API requests. */
  observers: readonly Pick<Metrics | Tracing, 'watchRequests'>[];
}

export interface HttpServer {
  /** The address it listens on, e.g. `http://127.0.0.1:4000`. */
  url: string;
  /** Answers the requests in flight, then stops. */
  close: () => Promise<void>;
}

/**
 * Starts the HTTP server.
 *
 * @throws what listening throws, e.g. EADDRINUSE
 */
export async function startHttpServer({
  services,
  signingKeys,
  config,
  limits,
  log,
  observers,
}: HttpServerOptions): Promise<HttpServer> {
  const isTrustedProxy = trustProxies(config.TRUSTED_PROXIES ?? []);
  const app = Fastify({
    loggerInstance: log,
    bodyLimit: MAX_ANONYMOUS_BODY_BYTES,
    http: { headersTimeout: limits.headersMs, connectionsCheckingInterval: limits.checkEveryMs },
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    // Closes connections without a byte in either direction: clients that do not read their response.
    connectionTimeout: limits.requestMs + limits.handlerMs,
    // As long as the head of a request (Node's limit): a longer parameter would make the path an unknown one. All
    // parameters end at a slash, and are compared, never matched.
    routerOptions: { maxParamLength: maxHeaderSize },
    trustProxy: config.TRUSTED_PROXIES ? isTrustedProxy : false,
    genReqId: ({ headers }) => requestIdIn(headers) ?? randomUUID(),
    // While the server stops, requests on open connections are answered with "connection: close".
    return503OnClosing: false,
    // For a URL that cannot be routed. Fastify's own response would repeat it.
    frameworkErrors: (_error, request, reply) => {
      void reply.header('x-request-id', request.id);
      sendError(reply, badUserInput('The path of the request cannot be read.'));
    },
  });
  limitConnections(app.server, limits.connections, isTrustedProxy);
  app.decorateRequest('operation', undefined);
  app.decorateRequest('code', undefined);
  app.decorateRequest('isOver', false);
  app.decorateRequest('isCommitting', false);

  await allowOrigins(app, config.CORS_ORIGINS);
  let isStopping = false;
  app.addHook('preClose', async () => {
    isStopping = true;
    // Closes as `net` does, which keeps connections open. `http` also closes idle ones, and would reset a request that
    // is already on its way.
    Server.prototype.close.call(app.server);
    await Promise.race([once(app.server, 'close'), wait(limits.lastRequestsMs)]);
  });
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    done();
  });
  limitPipelining(app);
  const isAllowedHost = allowedHosts(config);
  app.addHook('onRequest', ({ host, raw, routeOptions }, _reply, done) => {
    // Health probes may use any Host header, mostly an address.
    const isProbe = routeOptions.url === '/healthz' || routeOptions.url === '/readyz';
    done(isProbe || isAllowedHost(host, raw.socket.localAddress) ? undefined : misdirectedRequest());
  });
  // Before the body is read, whose type a path that does not exist cannot accept.
  app.addHook('onRequest', (request, _reply, done) => done(request.is404 ? noRoute(request) : undefined));
  limitAnswers(app, limits.largeAnswersBytes);
  discardUnreadBodies(app, limits.discard);
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // Also for requests that arrived before: a kept-alive connection would delay shutdown.
    if (isStopping) void reply.header('connection', 'close');
    done();
  });
  // For pages that are not found.
  app.setNotFoundHandler((request, reply) => sendError(reply, noRoute(request)));
  // A body that is not JSON gets 415 instead of reaching Apollo as text.
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error: FastifyError | GraphQLError, request, reply) => {
    sendError(
      reply,
      toCatalogue(fromFastify(error, request) ?? error, { requestId: request.id, log: request.log }),
    );
  });

  const budget = memoryBudget(limits.largeBodiesBytes);
  try {
    await app.register(fastifyCookie);
    serveHealth(app, services.db, () => isStopping);
    await app.register(scope => servePages(scope, config));
    await app.register(async scope => {
      for (const { watchRequests } of observers) watchRequests(scope);
      countRefusals(scope, services);
      const { identityOf, schedule, ...bodies } = await protectApi(scope, { services, limits, budget });
      const contextOf = startContexts(services, identityOf);
      await scope.register(graphql => serveGraphQL(graphql, { schedule, contextOf, limits, config }));
      await scope.register(rest => serveRest(rest, { contextOf, bodies, limits }), { prefix: PREFIX });
    });
    if (signingKeys) {
      await app.register(async scope => {
        for (const { watchRequests } of observers) watchRequests(scope);
        await serveSecretScanning(scope, { services, signingKeys, limits, budget });
      });
    }
    await app.listen({ host: config.HOST, port: config.PORT });
    if (!config.PUBLIC_URL && !isLoopback(config.HOST)) {
      log.warn(
        'HOST is not a loopback address and PUBLIC_URL is not set: requests for any host are answered',
      );
    }
  } catch (error) {
    await app.close();
    throw error;
  }

  return {
    url: listeningUrl(app.server.address(), config.HOST),
    async close() {
      const timer = setTimeout(() => app.server.closeAllConnections(), MAX_STOP_MS);
      await app.close();
      clearTimeout(timer);
    },
  };
}

/** The request id that the client sent: a UUID or a hexadecimal trace id. Others are ignored, as the id goes into the log. */
function requestIdIn({ 'x-request-id': id }: IncomingHttpHeaders): string | undefined {
  return typeof id === 'string' && /^[\da-f-]{16,64}$/i.test(id) ? id : undefined;
}

/** The catalogue's error for a request that Fastify rejected; undefined for other errors. */
function fromFastify(error: FastifyError | GraphQLError, request: FastifyRequest): GraphQLError | undefined {
  // Fastify sets statusCode 400 on every error of a body parser, ours included.
  if (error instanceof GraphQLError) return error;
  const { accepts } = request.routeOptions.config;
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return payloadTooLarge();
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return accepts === undefined ? unsupportedMediaType() : typeNotAccepted(accepts);
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return notJson(isRestUrl(request.url));
    default:
      return (error.statusCode ?? 500) < 500
        ? badUserInput(`The request cannot be read. ${error.message}`)
        : undefined;
  }
}
