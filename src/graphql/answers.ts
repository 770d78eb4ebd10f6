import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import type { FastifyBaseLogger } from 'fastify';
import {
  type DocumentNode,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { isDatabaseUnavailable } from '../database/availability.ts';
import {
  badUserInput,
  codeOf,
  internalError,
  isCode,
  notAcceptable,
  statusOf,
  unavailable,
  unsupportedMediaType,
} from '../errors.ts';
import type { Context } from './context.ts';
import type { ExecuteOperation } from './execution.ts';
import { withoutLiterals } from './literals.ts';
import { describeParseLimit } from './query-limits.ts';
import { describeVariableErrors } from './variables.ts';

/** Where an unexpected error is told: the log has all of it, the caller a request id. */
interface Teller {
  requestId: string;
  log: Pick<FastifyBaseLogger, 'error' | 'warn'>;
}

/**
 * The catalogue's error for anything that was thrown. What is not in the catalogue is logged and masked; a database
 * that cannot be reached is said to be unavailable, never a caller's fault.
 */
export function toCatalogue(thrown: unknown, { requestId, log }: Teller): GraphQLError {
  const error = unwrapResolverError(thrown);
  if (error instanceof GraphQLError && isCode(error.extensions.code)) return error;
  if (isRefusedRequest(thrown)) return badUserInput(thrown.message);
  if (isDatabaseUnavailable(error)) {
    log.warn({ err: error, requestId }, 'the database is unavailable');
    return unavailable();
  }
  log.error({ err: error, requestId }, 'unexpected error');
  return internalError(requestId);
}

/**
 * Whether Apollo or graphql-js refused what was asked: the request as a whole, e.g. for naming an operation that the
 * document does not hold, or a null variable where an argument takes none. What comes out of a resolver, or out of its
 * value, says of itself no place in the document; graphql-js adds that.
 */
function isRefusedRequest(error: unknown): error is GraphQLError {
  if (!(error instanceof GraphQLError)) return false;
  const { originalError, path } = error;
  if (originalError === undefined) return true;
  return originalError instanceof GraphQLError && (path === undefined || originalError.nodes !== undefined);
}

/** The HTTP status and headers of a response that carries no data, because of this error. */
export function httpOf({ extensions }: Pick<GraphQLError, 'extensions'>): {
  status: number;
  headers: HeaderMap;
} {
  const status = statusOf(extensions.code);
  const headers = new HeaderMap();
  if (typeof extensions.retryAfter === 'number') headers.set('retry-after', String(extensions.retryAfter));
  // RFC 9110, section 11.6.1: a 401 names the scheme that would be accepted.
  if (status === 401) headers.set('www-authenticate', 'Api-Key realm="Spectrakey"');
  return { status, headers };
}

/** The same error with its HTTP status beside it, for what is thrown before Apollo has a response to set one on. */
export function withHttp(error: GraphQLError): GraphQLError {
  return new GraphQLError(error.message, { extensions: { ...error.extensions, http: httpOf(error) } });
}

/** The catalogue's error for Apollo's own of malformed requests: by their status, where that says more than their code. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { code } = formatted.extensions ?? {};
  if (isCode(code)) return { ...formatted, extensions: { ...formatted.extensions, code } };
  const status = statusByApollo(error);
  if (status === statusOf(notAcceptable().extensions.code)) return notAcceptable().toJSON();
  if (status === statusOf(unsupportedMediaType().extensions.code)) return unsupportedMediaType().toJSON();
  return { ...formatted, extensions: badUserInput('').extensions };
}

/** The HTTP status that Apollo gives an error of its own. */
function statusByApollo(error: unknown): unknown {
  const http = error instanceof GraphQLError ? error.extensions.http : undefined;
  return typeof http === 'object' && http !== null && 'status' in http ? http.status : undefined;
}

/** Errors of one answer. A statement that fails fails in every place that waits for it. */
const MAX_ERRORS = 100;

/** What an operation came to, with the request that it answers. */
interface Executed {
  schema: GraphQLSchema;
  document: DocumentNode | undefined;
  operation: OperationDefinitionNode | null | undefined;
  variables: Record<string, unknown> | null | undefined;
  result: Pick<ExecutionResult, 'data' | 'errors'>;
  /** Whether errors may suggest names of the schema; not where nobody may ask for it. */
  suggestNames: boolean;
}

/** A response of GraphQL over HTTP. */
export interface HttpAnswer {
  status: number;
  headers: Iterable<[string, string]>;
  body: FormattedExecutionResult;
}

/**
 * Answers a result, its errors from the catalogue. Their HTTP status is the response's own where there is no data; a
 * response that carries data is 200, as GraphQL over HTTP demands (Apollo would apply the status to both).
 */
export function answerOf(
  { schema, document, operation, variables, result: { data, errors = [] }, suggestNames }: Executed,
  teller: Teller,
): HttpAnswer {
  if (errors.length === 0) return { status: 200, headers: [], body: { data: data ?? null } };
  const shown =
    describeVariableErrors(schema, operation, variables, errors) ??
    errors.slice(0, MAX_ERRORS).map(thrown => {
      const error = describeParseLimit(withoutLiterals(thrown, schema, document));
      return locate(toCatalogue(error, teller), error);
    });
  const told = shown.map(error => error.toJSON());
  const body = {
    errors: suggestNames ? told : told.map(withoutSuggestion),
    ...(data === undefined ? {} : { data }),
  };
  const [first] = shown;
  return data != null || !first ? { status: 200, headers: [], body } : { ...httpOf(first), body };
}

/** graphql-js ends messages on an unknown name with those that resemble it. */
const withoutSuggestion = (error: GraphQLFormattedError) => ({
  ...error,
  message: error.message.replace(/ Did you mean .*\?$/s, ''),
});

/** Executes operations for Apollo, and answers its errors as well as those of the execution. */
export const answerOperations = (
  executeOperation: ExecuteOperation,
  { suggestNames }: Pick<Executed, 'suggestNames'>,
): ApolloServerPlugin<Context> => ({
  async requestDidStart() {
    let result: ExecutionResult = {};
    return {
      async responseForOperation({ request, response, document, operation, contextValue }) {
        result = await executeOperation(
          { document, operation, variables: request.variables, operationName: request.operationName },
          contextValue,
        );
        return { http: response.http, body: { kind: 'single', singleResult: {} } };
      },
      async willSendResponse({ request, response, errors, ...executed }) {
        if (response.body.kind !== 'single') return;
        const { document, operation, schema, contextValue } = executed;
        const { status, headers, body } = answerOf(
          {
            schema,
            document,
            operation,
            variables: request.variables,
            result: errors ? { errors } : result,
            suggestNames,
          },
          contextValue,
        );
        contextValue.note.operation = operation;
        contextValue.note.code = codeOf(body.errors);
        response.body.singleResult = body;
        // A mutation by GET is Apollo's to refuse, with 405 and the method that is allowed.
        if (response.http.status !== 405) response.http.status = status;
        for (const [name, value] of headers) response.http.headers.set(name, value);
      },
    };
  },
});

/** The catalogue's error at the place in document and answer where it happened. */
function locate({ message, extensions }: GraphQLError, at: GraphQLError): GraphQLError {
  // Apollo's note to itself on the status of the response.
  const { http: _, ...told } = extensions;
  return new GraphQLError(message, {
    nodes: at.nodes ?? null,
    source: at.source ?? null,
    positions: at.positions ?? null,
    path: at.path ?? null,
    extensions: told,
  });
}
