import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type DocumentNode, getOperationAST, NoSchemaIntrospectionCustomRule } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Caller } from '../auth/caller.ts';
import type { Config } from '../config.ts';
import { badUserInput } from '../errors.ts';
import { answerOf, answerOperations, formatError, toCatalogue } from '../graphql/answers.ts';
import type { Context } from '../graphql/context.ts';
import { type ExecuteOperation, type OperationRequest, startExecution } from '../graphql/execution.ts';
import { isLongValue, LongText } from '../graphql/large-values.ts';
import { oneMutationField } from '../graphql/one-mutation.ts';
import { checkLength, documentTooLong, QUERY_LIMITS, queryLimits } from '../graphql/query-limits.ts';
import { asksForRevocation, mentionsRevocation } from '../graphql/revocation.ts';
import { buildSchema } from '../graphql/schema.ts';
import { rootFieldOf } from '../observability/root-field.ts';
import { answerByConfirmedFacts } from '../predictions/attempt.ts';
import type { ContextOf } from './contexts.ts';
import { refusalOf } from './identify.ts';
import type { HttpLimits } from './limits.ts';
import type { Schedule } from './scheduling.ts';
import { writeAnswer } from './write-answer.ts';

const MAX_NAME_CHARACTERS = 1000;
/** Total length of the documents that are kept parsed and validated. Parsed, one takes a hundred times its text. */
const MAX_CACHED_CHARACTERS = 500_000;

/** Documents that were validated, by their text. Those of keys are apart, so that others cannot evict them. */
const startDocuments = () =>
  new LRUCache<string, DocumentNode>({
    maxSize: MAX_CACHED_CHARACTERS,
    sizeCalculation: (_document, source) => source.length,
  });

export interface GraphQLOptions {
  /** From `protectApi`. */
  schedule: Schedule;
  contextOf: ContextOf;
  limits: Pick<HttpLimits, 'queryCost'>;
  config: Pick<Config, 'INTROSPECTION' | 'GRAPHIQL'>;
}

/**
 * Serves `/graphql` in the scope of the API. Apollo parses and validates documents, and answers every request that is
 * out of the ordinary. A plain request with a document that Apollo validated before is answered here, with the same
 * execution and the same response: Apollo's hooks, header maps and content negotiation take as long as everything else
 * that a call of `predict` does.
 */
export async function serveGraphQL(
  scope: FastifyInstance,
  { schedule, contextOf, limits, config: { INTROSPECTION, GRAPHIQL } }: GraphQLOptions,
): Promise<void> {
  scope.addHook('onRequest', (request, _reply, done) => {
    request.usesSessions = true;
    done();
  });
  const schema = buildSchema();
  const executeOperation = byConfirmedFacts(startExecution(schema, limits.queryCost));
  const validated = { ofKeys: startDocuments(), ofOthers: startDocuments() };
  const documentsOf = (kind: Caller['kind'] | undefined) =>
    kind === 'api-key' ? validated.ofKeys : validated.ofOthers;

  const apollo = new ApolloServer<Context>({
    schema,
    parseOptions: { maxTokens: QUERY_LIMITS.tokens },
    validationRules: [
      queryLimits,
      oneMutationField,
      // Replaces Apollo's own rule, whose message explains how to configure Apollo.
      ...(INTROSPECTION ? [] : [NoSchemaIntrospectionCustomRule]),
    ],
    validationOptions: { maxErrors: QUERY_LIMITS.errors },
    plugins: [
      answerOperations(executeOperation, { suggestNames: INTROSPECTION }),
      {
        requestDidStart: async () => ({
          didResolveOperation: async ({ source, document, contextValue: { caller } }) => {
            documentsOf(caller.kind).set(source, document);
          },
        }),
      },
      ApolloServerPluginLandingPageDisabled(),
      // Cache control would wrap the resolver of every field.
      ApolloServerPluginCacheControlDisabled(),
      // These would send operations and client names to Apollo if its variables were in the environment.
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
    formatError,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    documentStore: null,
    stopOnTerminationSignals: false,
    logger: scope.log,
  });
  await apollo.start();
  scope.addHook('onClose', () => apollo.stop());

  /** The contexts of the requests that Apollo answers. */
  const contexts = new WeakMap<FastifyRequest, Context>();
  const viaApollo = fastifyApolloHandler(apollo, {
    context: async request => {
      const context = contexts.get(request);
      if (!context) throw new Error('the context must be built before Apollo answers');
      return context;
    },
  });

  /** The operation of a plain request with a document that was validated before; undefined for any other request. */
  function findValidated({
    method,
    headers,
    body,
    identified,
  }: FastifyRequest): OperationRequest | undefined {
    if (method !== 'POST' || !acceptsJson(headers.accept) || !isPlain(body)) return undefined;
    const document = documentsOf(identified?.identity.kind).get(body.query);
    const operation = document && getOperationAST(document, body.operationName);
    return operation ? { ...body, document, operation } : undefined;
  }

  scope.route({
    url: '/graphql',
    method: ['GET', 'POST', 'OPTIONS'],
    config: { mayRevokeKey: true },
    onRequest: GRAPHIQL ? [redirectBrowsersToGraphiQL] : [],
    async handler(request, reply) {
      const found = findValidated(request);
      request.operation = found?.operation ?? undefined;
      if (!found) checkBody(request.body);
      const isPredict = rootFieldOf(found?.operation ?? undefined) === 'predict';
      // Only a settled call of `predict` confirms remembered facts.
      const context = await contextOf(request, reply, isPredict ? 'any look-up' : 'recent look-up');
      const refusal = refusalOf(context.caller);
      if (refusal && !mentionsRevocation(request.body)) throw refusal;
      if (context.caller.kind === 'anonymous' || refusal) await schedule(request);
      if (refusal && !asksForRevocation(request.body)) throw refusal;
      // The document may have been validated meanwhile.
      const validatedRequest = found ?? findValidated(request);
      if (!validatedRequest) {
        contexts.set(request, context);
        return await viaApollo.call(this, request, reply);
      }
      const { operation, variables, document } = validatedRequest;
      request.operation = operation ?? undefined;
      const result = await executeOperation(validatedRequest, context);
      return writeAnswer(
        reply,
        answerOf({ schema, document, operation, variables, result, suggestNames: INTROSPECTION }, context),
      );
    },
  });
}

/** Executes operations until the facts about the caller are confirmed. If a look-up fails, the result has its error. */
const byConfirmedFacts =
  (execute: ExecuteOperation): ExecuteOperation =>
  async (operation, first) => {
    try {
      return await answerByConfirmedFacts(first, context => execute(operation, context));
    } catch (error) {
      return { errors: [toCatalogue(error, first)] };
    }
  };

interface PlainBody {
  query: string;
  variables: Record<string, unknown> | null | undefined;
  operationName: string | null | undefined;
}

/** Whether a body has the common form; Apollo describes what is wrong with any other. */
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

/** Checks a body before Apollo, which hashes, lists and quotes values of any length. @throws BAD_USER_INPUT */
function checkBody(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  if (isLongValue(body)) throw badUserInput('The body must be a JSON object with a "query".');
  if ('query' in body && body.query instanceof LongText) throw documentTooLong();
  for (const name of ['query', 'variables', 'operationName', 'extensions']) {
    if (isLongValue(Reflect.get(body, name))) throw badUserInput(`"${name}" of the body has the wrong type.`);
  }
  if ('query' in body && typeof body.query === 'string') checkLength(body.query);
  const operationName = 'operationName' in body ? body.operationName : null;
  if (typeof operationName === 'string' && operationName.length > MAX_NAME_CHARACTERS) {
    throw badUserInput(`The operationName has more than ${MAX_NAME_CHARACTERS} characters.`);
  }
}

const acceptsJson = (accept: string | undefined) =>
  accept === undefined || accept === '*/*' || accept === 'application/json';

/** Redirects a person who opens the endpoint in a browser to GraphiQL. */
function redirectBrowsersToGraphiQL(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const fromBrowser = request.method === 'GET' && (request.headers.accept?.includes('text/html') ?? false);
  if (fromBrowser && !new URL(request.url, 'http://localhost').searchParams.has('query')) {
    void reply.redirect('/graphiql');
    return;
  }
  done();
}
