import type { IncomingHttpHeaders } from 'node:http';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastifyCors from '@fastify/cors';
import fastifyUnderPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type DocumentNode, getOperationAST, NoSchemaIntrospectionCustomRule } from 'graphql';
import { LRUCache } from 'lru-cache';
import { isInApiOrganization } from '../accounts/plans.ts';
import type { Identity } from '../auth/caller.ts';
import type { Config } from '../config.ts';
import {
  badUserInput,
  codeOf,
  payloadTooLarge,
  unauthenticated,
  unavailable,
  unsupportedMediaType,
} from '../errors.ts';
import { answerOf, answerOperations, formatError, toCatalogue, withHttp } from '../graphql/answers.ts';
import { buildContext, type Context, type Services } from '../graphql/context.ts';
import { type OperationRequest, startExecution } from '../graphql/execution.ts';
import { isLongValue, LongText } from '../graphql/large-values.ts';
import { oneMutationField } from '../graphql/one-mutation.ts';
import { checkLength, documentTooLong, QUERY_LIMITS, queryLimits } from '../graphql/query-limits.ts';
import { buildSchema } from '../graphql/schema.ts';
import { identify } from './identify.ts';
import { type BodyAllowance, parseJsonBodies } from './json-bodies.ts';
import { bodyBudget, bodySenderOf } from './large-bodies.ts';
import { type HttpLimits, MAX_ANONYMOUS_BODY_BYTES, MAX_BODY_BYTES } from './limits.ts';

const MAX_NAME_CHARACTERS = 1000;
/** A credential is looked up again where the body took longer than this: it may have been revoked meanwhile. */
const IDENTITY_MS = 1000;

/** What is known of a request before its body is read. */
interface Known {
  identity: Identity;
  allowance: BodyAllowance;
  /** When it was looked up, by the clock of `performance`. */
  since: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    known: Known | undefined;
  }
}

/** Characters of the documents that are kept parsed and validated; a document takes a hundred times its text. */
const MAX_DOCUMENT_CHARACTERS = 500_000;

/**
 * Serves `/graphql`. Apollo parses, validates and refuses, and answers whatever is out of the ordinary. A plain request
 * whose document it has validated before is answered here, by the same execution and in the same words: Apollo's way
 * through hooks, header maps and content negotiation takes as long as everything else that a call of `predict` does.
 */
export async function serveGraphQL(
  app: FastifyInstance,
  services: Services,
  limits: HttpLimits,
  {
    CORS_ORIGINS: origins,
    INTROSPECTION,
    GRAPHIQL,
  }: Pick<Config, 'CORS_ORIGINS' | 'INTROSPECTION' | 'GRAPHIQL'>,
): Promise<void> {
  const { loopDelayMs, loopDelayWindowMs, handlerMs, anonymousBodyMs, largeBodiesBytes } = limits;
  parseJsonBodies(app, {
    budget: bodyBudget(largeBodiesBytes),
    limits,
    allowanceOf: ({ known }) => {
      if (!known) throw new Error('a body is read of a request whose sender was not looked up');
      return known.allowance;
    },
  });
  await app.register(fastifyUnderPressure, {
    maxEventLoopDelay: loopDelayMs,
    sampleInterval: loopDelayWindowMs,
    pressureHandler() {
      throw unavailable();
    },
  });
  // Fastify's own handlerTimeout ends with the request's "close", which Node emits once a body has been read.
  app.addHook('preHandler', (request, reply, done) => {
    const late = setTimeout(() => {
      // What is being committed is answered: a 503 would say that nothing happened.
      if (reply.sent || request.commits) return;
      request.isOver = true;
      void reply.send(unavailable());
    }, handlerMs);
    reply.raw.once('close', () => clearTimeout(late));
    done();
  });
  if (origins) {
    await app.register(fastifyCors, {
      // With a list in its place, others too would be told that credentials are allowed.
      origin: (origin, answer) => answer(null, origin !== undefined && origins.includes(origin)),
      credentials: true,
      methods: ['GET', 'POST'],
      allowedHeaders: ['authorization', 'content-type'],
      exposedHeaders: ['retry-after', 'x-request-id'],
      maxAge: 600,
    });
  }

  const schema = buildSchema();
  const executeOperation = startExecution(schema, limits.queryCost);
  const validated = new LRUCache<string, DocumentNode>({
    maxSize: MAX_DOCUMENT_CHARACTERS,
    sizeCalculation: (_document, source) => source.length,
  });

  const apollo = new ApolloServer<Context>({
    schema,
    parseOptions: { maxTokens: QUERY_LIMITS.tokens },
    validationRules: [
      queryLimits,
      oneMutationField,
      // In the place of Apollo's own, whose message tells the caller how to set Apollo up.
      ...(INTROSPECTION ? [] : [NoSchemaIntrospectionCustomRule]),
    ],
    validationOptions: { maxErrors: QUERY_LIMITS.errors },
    plugins: [
      answerOperations(executeOperation, { suggestNames: INTROSPECTION }),
      {
        requestDidStart: async () => ({
          didResolveOperation: async ({ source, document }) => {
            validated.set(source, document);
          },
        }),
      },
      ApolloServerPluginLandingPageDisabled(),
      // It would wrap the resolver of every field.
      ApolloServerPluginCacheControlDisabled(),
      // They would report what is asked, and by whom, to Apollo wherever its variables are in the environment.
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
    formatError,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    documentStore: null,
    stopOnTerminationSignals: false,
    logger: app.log,
  });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());

  app.decorateRequest('known', undefined);
  app.addHook('preParsing', async (request, reply, payload) => {
    const { headers, method } = request;
    checkEncoding(headers);
    const identity = await withinTime(identify(services, request, reply), handlerMs);
    const announced = method === 'POST' ? bytesAnnounced(headers) : 0;
    const sender =
      announced > MAX_ANONYMOUS_BODY_BYTES
        ? await bodySenderOf(identity, userId =>
            withinTime(isInApiOrganization(services.db, userId), handlerMs),
          )
        : undefined;
    const isAnonymous = identity.kind === 'anonymous';
    const allowance: BodyAllowance = {
      sender,
      maxBytes: isAnonymous ? MAX_ANONYMOUS_BODY_BYTES : MAX_BODY_BYTES,
      // Whoever had a session is to learn that it is over, not that bodies are limited.
      tooLarge: () => (isAnonymous && identity.hadCookie ? unauthenticated() : payloadTooLarge()),
      onceAnswered: callback => reply.raw.once('close', callback),
    };
    if (announced !== Number.POSITIVE_INFINITY && announced > allowance.maxBytes) throw allowance.tooLarge();
    if (isAnonymous && method === 'POST') cutOffAfter(anonymousBodyMs, request);
    request.known = { identity, allowance, since: performance.now() };
    return payload;
  });

  /** The context of a request whose body was read. */
  async function contextOf(request: FastifyRequest, reply: FastifyReply): Promise<Context> {
    const { known } = request;
    const isFresh = known && performance.now() - known.since < IDENTITY_MS;
    const identity = isFresh ? known.identity : await identify(services, request, reply);
    return buildContext(services, request, reply, identity, request.isLarge);
  }

  const viaApollo = fastifyApolloHandler(apollo, {
    context: async (request, reply) => {
      try {
        return await contextOf(request, reply);
      } catch (error) {
        const told = toCatalogue(error, { requestId: request.id, log: request.log });
        request.code = codeOf([told]);
        throw withHttp(told);
      }
    },
  });

  function findValidated({ method, headers, body }: FastifyRequest): OperationRequest | undefined {
    if (method !== 'POST' || !acceptsJson(headers.accept) || !isPlain(body)) return undefined;
    const document = validated.get(body.query);
    const operation = document && getOperationAST(document, body.operationName);
    return operation ? { ...body, document, operation } : undefined;
  }

  app.route({
    url: '/graphql',
    method: ['GET', 'POST', 'OPTIONS'],
    onRequest: [setHeaders, ...(GRAPHIQL ? [leadBrowsersToGraphiQL] : [])],
    async handler(request, reply) {
      const known = findValidated(request);
      if (!known) {
        checkBody(request.body);
        return await viaApollo.call(this, request, reply);
      }
      request.operation = known.operation ?? undefined;
      const context = await contextOf(request, reply);
      const result = await executeOperation(known, context);
      const { operation, variables, document } = known;
      const { status, headers, body } = answerOf(
        { schema, document, operation, variables, result, suggestNames: INTROSPECTION },
        context,
      );
      request.code = codeOf(body.errors);
      for (const [name, value] of headers) void reply.header(name, value);
      void reply.code(status).header('content-type', 'application/json; charset=utf-8');
      return `${JSON.stringify(body)}\n`;
    },
  });
}

interface PlainBody {
  query: string;
  variables: Record<string, unknown> | null | undefined;
  operationName: string | null | undefined;
}

/** Whether a body is of the common form, and needs none of Apollo's words on what is wrong with it. */
function isPlain(body: unknown): body is PlainBody {
  if (typeof body !== 'object' || body === null || !('query' in body) || 'extensions' in body) return false;
  const { query } = body;
  const variables = 'variables' in body ? body.variables : null;
  const operationName = 'operationName' in body ? body.operationName : null;
  return (
    typeof query === 'string' &&
    (variables == null ||
      (typeof variables === 'object' && !Array.isArray(variables) && !isLongValue(variables))) &&
    (operationName == null || typeof operationName === 'string')
  );
}

/** Looks at a body before Apollo does, which hashes, lists and quotes whatever it gets. @throws BAD_USER_INPUT */
function checkBody(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  if (isLongValue(body)) throw badUserInput('The body must be a JSON object with a "query".');
  if ('query' in body && body.query instanceof LongText) throw documentTooLong();
  for (const name of ['query', 'variables', 'operationName', 'extensions']) {
    if (isLongValue(Reflect.get(body, name)))
      throw badUserInput(`"${name}" of the body has not the type that it must have.`);
  }
  if ('query' in body && typeof body.query === 'string') checkLength(body.query);
  const operationName = 'operationName' in body ? body.operationName : null;
  if (typeof operationName === 'string' && operationName.length > MAX_NAME_CHARACTERS) {
    throw badUserInput(`The operationName has more than ${MAX_NAME_CHARACTERS} characters.`);
  }
}

const acceptsJson = (accept: string | undefined) =>
  accept === undefined || accept === '*/*' || accept === 'application/json';

/** Answers are somebody's own, and a raw key may be among them; no page is, whatever they quote. */
function setHeaders(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  void reply
    .header('cache-control', 'no-store')
    .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  done();
}

/** Ends the connection of who takes longer to send a body, as Node does for requests of all kinds after a longer time. */
function cutOffAfter(ms: number, { raw, server }: FastifyRequest): void {
  const late = setTimeout(() => {
    const error = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    server.server.emit('clientError', error, raw.socket);
  }, ms);
  // Emitted once the body has been read, and also where the connection is gone.
  raw.once('close', () => clearTimeout(late));
}

/** The bytes that a body announces; infinitely many where it does not say. */
function bytesAnnounced(headers: IncomingHttpHeaders): number {
  if (headers['transfer-encoding'] !== undefined) return Number.POSITIVE_INFINITY;
  return Number(headers['content-length'] ?? 0);
}

/** @throws UNSUPPORTED_MEDIA_TYPE for a body that is compressed, or in another encoding than UTF-8. */
function checkEncoding(headers: IncomingHttpHeaders): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && !/^identity$/i.test(encoding)) {
    throw unsupportedMediaType('The body is compressed. Send it uncompressed, without Content-Encoding.');
  }
  const [, charset] = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(headers['content-type'] ?? '') ?? [];
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw unsupportedMediaType(
      'The body is declared to be in another encoding than UTF-8. Encode it as UTF-8, and send "Content-Type: application/json".',
    );
  }
}

/** @throws UNAVAILABLE where it takes longer. */
async function withinTime<Result>(work: Promise<Result>, ms: number): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(unavailable()), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A person who opens the endpoint in a browser wants the page that talks to it. */
function leadBrowsersToGraphiQL(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const fromBrowser = request.method === 'GET' && (request.headers.accept?.includes('text/html') ?? false);
  if (fromBrowser && !new URL(request.url, 'http://localhost').searchParams.has('query')) {
    void reply.redirect('/graphiql');
    return;
  }
  done();
}
