import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import fastifyCookie from '@fastify/cookie';
import Fastify, { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Kysely } from 'kysely';
import { eraseDeletedAccounts } from '../accounts/erase-accounts.ts';
import { dropExpiredInvitations } from '../accounts/invitations.ts';
import { type Config, isLoopback } from '../config.ts';
import { dropExpiredKeys } from '../database/idempotency.ts';
import { dropEndedCounts } from '../database/rate-limits.ts';
import {
  badUserInput,
  codeOf,
  misdirectedRequest,
  nothingHere,
  payloadTooLarge,
  unsupportedMediaType,
} from '../errors.ts';
import type { DB } from '../generated/database.ts';
import { httpOf, toCatalogue } from '../graphql/answers.ts';
import { startJobs } from '../jobs/jobs.ts';
import type { ModelLimits } from '../onnx/models.ts';
import { dropOldPartitions, makePartitions } from '../predictions/partitions.ts';
import { parseAddress, UNKNOWN_NETWORK } from '../requests/network.ts';
import { addressOf } from './address.ts';
import { discardRefusedBodies } from './discard.ts';
import { serveGraphQL } from './graphql.ts';
import { serveHealth } from './health.ts';
import { knownHosts } from './hosts.ts';
import { ANYBODYS_BODY_BYTES, HTTP_LIMITS, type HttpLimits } from './limits.ts';
import { startMetrics } from './metrics.ts';
import { servePages } from './pages.ts';
import { startServices } from './services.ts';
import type { startTracing } from './tracing.ts';
import { trustProxies } from './trusted-proxies.ts';

/** For requests that clients sent before they could see that the server stops. */
const LAST_REQUESTS_MS = 300;
/** How long stopping waits for requests under way; what lasts longer is cut off. */
const STOP_WITHIN_MS = 10_000;
const PARTITION_CHECK_MS = 12 * 60 * 60 * 1000;
const SWEEP_MS = 10 * 60 * 1000;

export interface ServerOptions {
  db: Kysely<DB>;
  config: Pick<
    Config,
    | 'HOST'
    | 'PORT'
    | 'PUBLIC_URL'
    | 'LOG_LEVEL'
    | 'LOG_RETENTION_MONTHS'
    | 'TRUSTED_PROXIES'
    | 'SIGN_UP'
    | 'SMTP_URL'
    | 'MAIL_FROM'
    | 'CORS_ORIGINS'
    | 'INTROSPECTION'
    | 'GRAPHIQL'
    | 'METRICS_HOST'
    | 'MODEL_MEMORY'
    | 'MODEL_HOST_UIDS'
    | 'METRICS_PORT'
  >;
  /** How requests are traced; without it, they are not. */
  tracing?: Parameters<typeof startTracing>[0] | null;
  /** Of the model hosts. */
  modelLimits?: ModelLimits;
  /** What differs from HTTP_LIMITS. */
  httpLimits?: Partial<HttpLimits> | undefined;
  /** Takes the log, one JSON object a line. */
  log: { write: (line: string) => void };
  /** Whether it runs jobs in the background. */
  jobs?: boolean;
  now?: () => Date;
}

export interface RunningServer {
  /** Where it listens, e.g. `http://127.0.0.1:4000`. */
  url: string;
  /** Where its metrics are, where METRICS_PORT is set. */
  metricsUrl: string | undefined;
  /** Answers what is under way, then stops. The database stays the caller's. */
  close: () => Promise<void>;
}

/**
 * Starts the HTTP server on a migrated database.
 *
 * @throws what listening throws, e.g. EADDRINUSE; everything started before is stopped again.
 */
export async function startServer({
  db,
  config,
  tracing: traces,
  log,
  modelLimits,
  httpLimits,
  jobs: runsJobs = true,
  now = () => new Date(),
}: ServerOptions): Promise<RunningServer> {
  const limits = { ...HTTP_LIMITS, ...httpLimits };
  const app = Fastify({
    logger: {
      level: config.LOG_LEVEL,
      stream: log,
      serializers: { req: withoutQuery },
      // The bytes of what is no HTTP request: they hold its Authorization header, or its cookie.
      redact: { paths: ['err.rawPacket'], remove: true },
    },
    bodyLimit: ANYBODYS_BODY_BYTES,
    http: { headersTimeout: limits.headersMs, connectionsCheckingInterval: limits.checkEveryMs },
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    // Without a byte in either direction: what is left are clients that do not read their answer.
    connectionTimeout: limits.requestMs + limits.handlerMs,
    trustProxy: config.TRUSTED_PROXIES ? trustProxies(config.TRUSTED_PROXIES) : false,
    genReqId: ({ headers }) => requestIdIn(headers) ?? randomUUID(),
    // Whoever is still connected while it stops is answered, and told that the connection ends with that.
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
  const metrics = config.METRICS_PORT === undefined ? undefined : await startMetrics(db, config, app.log);
  const tracing = traces && (await (await import('./tracing.ts')).startTracing(traces, app.log));
  const jobs = runsJobs ? startJobs({ db, log: app.log, now }) : undefined;
  const purgeSoon = () => jobs?.purgeSoon();
  const services = startServices({
    db,
    config,
    modelLimits,
    log: app.log,
    now,
    purgeSoon,
    metrics,
    tracing,
  });

  async function tendPartitions(): Promise<void> {
    try {
      await makePartitions(db, now());
      if (config.LOG_RETENTION_MONTHS) await dropOldPartitions(db, now(), config.LOG_RETENTION_MONTHS);
    } catch (error) {
      app.log.error({ err: error }, 'making or dropping partitions of the logs failed');
    }
  }
  const tending = setInterval(tendPartitions, PARTITION_CHECK_MS).unref();

  async function sweep(): Promise<void> {
    try {
      await dropEndedCounts(db, now());
      await dropExpiredKeys(db, now());
      await eraseDeletedAccounts(db, now());
      await dropExpiredInvitations(db, now());
    } catch (error) {
      app.log.error({ err: error }, 'dropping what has expired failed');
    }
  }
  const sweeping = setInterval(sweep, SWEEP_MS).unref();

  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
    // As `net` closes, which leaves the connections be: `http` also ends those that are idle, and a request may already
    // be under way on one. It would be reset.
    Server.prototype.close.call(app.server);
    await Promise.race([once(app.server, 'close'), wait(LAST_REQUESTS_MS)]);
  });
  app.addHook('onClose', async () => {
    clearInterval(tending);
    clearInterval(sweeping);
    services.invitationMail?.close();
    await Promise.all([
      jobs?.stop(),
      services.passwords.close(),
      services.models.close(),
      metrics?.close(),
      tracing?.stop(),
    ]);
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
  app.setNotFoundHandler((_request, reply) => sendError(reply, nothingHere()));
  // What is no JSON gets 415 instead of reaching Apollo as text.
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler((error: FastifyError | GraphQLError, request, reply) => {
    sendError(reply, toCatalogue(beforeGraphQL(error) ?? error, { requestId: request.id, log: request.log }));
  });

  try {
    await app.register(fastifyCookie);
    serveHealth(app, db, () => stopping);
    await app.register(scope => servePages(scope, config));

    await app.register(scope => {
      metrics?.watchRequests(scope);
      tracing?.watchRequests(scope);
      return serveGraphQL(scope, services, limits, config);
    });
    await app.listen({ host: config.HOST, port: config.PORT });
    if (!config.PUBLIC_URL && !isLoopback(config.HOST)) {
      app.log.warn('HOST is not a loopback address and PUBLIC_URL is not set: requests may name any host');
    }
    await sweep();
    if (config.LOG_RETENTION_MONTHS) await tendPartitions();
  } catch (error) {
    await app.close();
    throw error;
  }

  return {
    url: addressOf(app.server.address(), config.HOST),
    metricsUrl: metrics?.url,
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

/** A request as the log tells of it: without what follows "?", where a document may hold a password. */
function withoutQuery({ method, url, host, ip }: Pick<FastifyRequest, 'method' | 'url' | 'host' | 'ip'>) {
  return { method, url: url.replace(/\?.*/, ''), host, remoteAddress: parseAddress(ip) ?? UNKNOWN_NETWORK };
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
