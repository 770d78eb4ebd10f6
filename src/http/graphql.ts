import type { IncomingMessage } from 'node:http';
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
import type { Config } from '../config.ts';
import { codeOf, unavailable } from '../errors.ts';
import { answerOf, answerOperations, formatError, toCatalogue, withHttp } from '../graphql/answers.ts';
import { buildContext, type Context, type Services } from '../graphql/context.ts';
import { type OperationRequest, startExecution } from '../graphql/execution.ts';
import { oneMutationField } from '../graphql/one-mutation.ts';
import { checkLength, QUERY_LIMITS, queryLimits } from '../graphql/query-limits.ts';
import { buildSchema } from '../graphql/schema.ts';
import { parseJsonBodies } from './json-bodies.ts';
import { boundLargeBodies } from './large-bodies.ts';
import { ANYBODYS_BODY_BYTES, carriesCredential, type HttpLimits, LARGEST_BODY_BYTES } from './limits.ts';

/** Characters of the documents that are kept parsed and validated; a document takes a hundred times its text. */
const MOST_DOCUMENT_CHARACTERS = 500_000;

/**
 * Serves `/graphql`. Apollo parses, validates and refuses, and answers whatever is out of the ordinary. A plain request
 * whose document it has validated before is answered here, by the same execution and in the same words: Apollo's way
 * through hooks, header maps and content negotiation takes as long as everything else that a call of `predict` does.
 */
export async function serveGraphQL(
  app: FastifyInstance,
  services: Services,
  { loopDelayMs, loopDelayWindowMs, handlerMs, anybodysBodyMs, largeBodiesBytes }: HttpLimits,
  {
    CORS_ORIGINS: origins,
    INTROSPECTION,
    GRAPHIQL,
  }: Pick<Config, 'CORS_ORIGINS' | 'INTROSPECTION' | 'GRAPHIQL'>,
): Promise<void> {
  parseJsonBodies(app);
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
  const executeOperation = startExecution(schema);
  const validated = new LRUCache<string, DocumentNode>({
    maxSize: MOST_DOCUMENT_CHARACTERS,
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

  const viaApollo = fastifyApolloHandler(apollo, {
    context: async (request, reply) => {
      try {
        return await buildContext(services, request, reply);
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

  // One route for each of the two limits on a body, chosen by the headers.
  app.addConstraintStrategy(CREDENTIAL);
  const leadToGraphiQL = GRAPHIQL ? [leadBrowsersToGraphiQL] : [];
  for (const credential of [true, false]) {
    app.route({
      url: '/graphql',
      method: ['GET', 'POST', 'OPTIONS'],
      constraints: { credential },
      bodyLimit: credential ? LARGEST_BODY_BYTES : ANYBODYS_BODY_BYTES,
      onRequest: [setHeaders, ...leadToGraphiQL, ...(credential ? [] : [cutOffAfter(anybodysBodyMs)])],
      preParsing: credential ? [boundLargeBodies(largeBodiesBytes)] : [],
      async handler(request, reply) {
        const known = findValidated(request);
        if (!known) {
          if (isPlain(request.body)) checkLength(request.body.query);
          return await viaApollo.call(this, request, reply);
        }
        request.operation = known.operation ?? undefined;
        const context = await buildContext(services, request, reply);
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
}

/** Finds the route for a request by whether its headers carry what may be a credential. */
const CREDENTIAL = {
  name: 'credential',
  validate: () => true,
  deriveConstraint: ({ headers }: IncomingMessage) => carriesCredential(headers),
  storage<Handler>() {
    const handlers = new Map<unknown, Handler>();
    return {
      get: (credential: unknown) => handlers.get(credential) ?? null,
      set: (credential: unknown, handler: Handler) => void handlers.set(credential, handler),
    };
  },
};

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
    (variables == null || (typeof variables === 'object' && !Array.isArray(variables))) &&
    (operationName == null || typeof operationName === 'string')
  );
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
function cutOffAfter(ms: number) {
  return ({ method, raw, server }: FastifyRequest, _reply: FastifyReply, done: () => void): void => {
    if (method === 'POST') {
      const late = setTimeout(() => {
        const error = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
        server.server.emit('clientError', error, raw.socket);
      }, ms);
      // Emitted once the body has been read, and also where the connection is gone.
      raw.once('close', () => clearTimeout(late));
    }
    done();
  };
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
