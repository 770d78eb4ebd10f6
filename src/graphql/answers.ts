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

/** Where an unexpected error is logged; the client only gets the request id. */
interface ErrorLog {
  requestId: string;
  log: Pick<FastifyBaseLogger, 'error' | 'warn'>;
}

/**
 * Converts anything that was thrown to an error of the catalogue. Unexpected errors are logged and masked; a database
 * that cannot be reached becomes UNAVAILABLE.
 */
export function toCatalogue(thrown: unknown, { requestId, log }: ErrorLog): GraphQLError {
  const error = unwrapResolverError(thrown);
  if (error instanceof GraphQLError && isCode(error.extensions.code)) return error;
  if (isInvalidRequest(thrown)) return badUserInput(thrown.message);
  if (isDatabaseUnavailable(error)) {
    log.warn({ err: error, requestId }, 'the database is unavailable');
    return unavailable();
  }
  log.error({ err: error, requestId }, 'unexpected error');
  return internalError(requestId);
}

/**
 * Whether Apollo or graphql-js rejected the request, for example for an operation name that the document does not
 * contain, or for a null variable where an argument is non-null. An error from a resolver or its value differs: it has
 * no place in the document until graphql-js adds one.
 */
function isInvalidRequest(error: unknown): error is GraphQLError {
  if (!(error instanceof GraphQLError)) return false;
  const { originalError, path } = error;
  if (originalError === undefined) return true;
  return originalError instanceof GraphQLError && (path === undefined || originalError.nodes !== undefined);
}

/** The HTTP status and headers of a response without data, from its error. */
export function httpOf({ extensions }: Pick<GraphQLError, 'extensions'>): {
  status: number;
  headers: HeaderMap;
} {
  const status = statusOf(extensions.code);
  const headers = new HeaderMap();
  if (typeof extensions.retryAfter === 'number') headers.set('retry-after', String(extensions.retryAfter));
  // RFC 9110, section 11.6.1: a 401 response names an accepted scheme.
  if (status === 401) headers.set('www-authenticate', 'Api-Key realm="Spectrakey"');
  return { status, headers };
}

/** Converts Apollo's errors for malformed requests to the catalogue, by status where that is more specific than the code. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { code } = formatted.extensions ?? {};
  if (isCode(code)) return { ...formatted, extensions: { ...formatted.extensions, code } };
  const status = statusByApollo(error);
  if (status === statusOf(notAcceptable().extensions.code)) return notAcceptable().toJSON();
  if (status === statusOf(unsupportedMediaType().extensions.code)) return unsupportedMediaType().toJSON();
  return { ...formatted, extensions: badUserInput('').extensions };
}

/** The HTTP status of one of Apollo's own errors. */
function statusByApollo(error: unknown): unknown {
  const http = error instanceof GraphQLError ? error.extensions.http : undefined;
  return typeof http === 'object' && http !== null && 'status' in http ? http.status : undefined;
}

/** Max errors in a response. A failed statement is an error in every place that waits for it. */
const MAX_ERRORS = 100;

/** The result of an operation, with its request. */
interface Executed {
  schema: GraphQLSchema;
  document: DocumentNode | undefined;
  operation: OperationDefinitionNode | null | undefined;
  variables: Record<string, unknown> | null | undefined;
  result: Pick<ExecutionResult, 'data' | 'errors'>;
  /** Whether errors may suggest names of the schema; false when introspection is off. */
  suggestNames: boolean;
}

/** A GraphQL-over-HTTP response. */
export interface HttpAnswer {
  status: number;
  headers: Iterable<[string, string]>;
  body: FormattedExecutionResult;
}

/**
 * Builds the response for a result, with errors of the catalogue. The status is that of the first error if there is no
 * data, else 200, as GraphQL over HTTP requires (Apollo would apply the error's status to both).
 */
export function answerOf(
  { schema, document, operation, variables, result: { data, errors = [] }, suggestNames }: Executed,
  errorLog: ErrorLog,
): HttpAnswer {
  if (errors.length === 0) return { status: 200, headers: [], body: { data: data ?? null } };
  const described =
    describeVariableErrors(schema, operation, variables, errors) ??
    errors.slice(0, MAX_ERRORS).map(thrown => {
      const error = describeParseLimit(withoutLiterals(thrown, schema, document));
      return locate(toCatalogue(error, errorLog), error);
    });
  const formatted = described.map(error => error.toJSON());
  const body = {
    errors: suggestNames ? formatted : formatted.map(withoutSuggestion),
    ...(data === undefined ? {} : { data }),
  };
  const [first] = described;
  return data != null || !first ? { status: 200, headers: [], body } : { ...httpOf(first), body };
}

/** Removes the similar names that graphql-js appends to messages about an unknown name. */
const withoutSuggestion = (error: GraphQLFormattedError) => ({
  ...error,
  message: error.message.replace(/ Did you mean .*\?$/s, ''),
});

/** The Apollo plugin that executes operations, and writes the response for results and for Apollo's own errors. */
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
        contextValue.metadata.operation = operation;
        contextValue.metadata.code = codeOf(body.errors);
        response.body.singleResult = body;
        // Apollo rejects a mutation by GET with 405 and the allowed method.
        if (response.http.status !== 405) response.http.status = status;
        for (const [name, value] of headers) response.http.headers.set(name, value);
      },
    };
  },
});

/** Gives an error of the catalogue the place of another error in document and result. */
function locate({ message, extensions }: GraphQLError, at: GraphQLError): GraphQLError {
  // `http` is Apollo's own status of the response.
  const { http: _, ...kept } = extensions;
  return new GraphQLError(message, {
    nodes: at.nodes ?? null,
    source: at.source ?? null,
    positions: at.positions ?? null,
    path: at.path ?? null,
    extensions: kept,
  });
}
