import type { TSchema } from 'typebox';
import { CATALOGUE, type Code, statusOf, WITH_RETRY_AFTER } from '../../errors.ts';
import { codesOf, type Operation } from './operations.ts';
import { PROBLEM_TYPE } from './problem.ts';
import { Problem } from './schemas.ts';

const VERSION = '1.0.0';

/** The headers of responses, as components. */
const HEADERS = {
  RequestId: header('The id of the request, as in the server log.', { type: 'string' }),
  KeyExpires: header('When the API key expires; absent if never.', { type: 'string', format: 'date-time' }),
  RateLimit: header(
    'What is left of each limit, `"monthly-predictions";r=<predictions>;t=<seconds to the next month>` (draft-ietf-httpapi-ratelimit-headers-10). The same for limits of the key: `"key-monthly-predictions"`, and `"key-calls-a-minute"` with the calls that are left on the server that answers. Separated by commas; absent without a limit.',
    { type: 'string' },
  ),
  RateLimitPolicy: header(
    'The limits, `"monthly-predictions";q=<predictions>;w=<seconds of the month>`, and so on; absent without one.',
    { type: 'string' },
  ),
  RetryAfter: header('Seconds after which the request may succeed.', { type: 'integer', minimum: 0 }),
  Authenticate: header('The scheme of the credential.', { type: 'string' }),
  Allow: header('The methods of the path.', { type: 'string' }),
  AcceptPost: header('The type of the body that the path accepts.', { type: 'string' }),
};

/** Describes the API in OpenAPI 3.1, from the schemas of its routes. */
export function describeApi(operations: Record<string, Operation>): object {
  const components = new Map<string, unknown>();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of Object.values(operations)) {
    for (const [index, path] of operation.paths.entries()) {
      const described = describeOperation(operation, path, index, components);
      paths[path] = { ...paths[path], [operation.method.toLowerCase()]: described };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Spectrakey',
      version: VERSION,
      description:
        'Predictions of deployed models for laboratory software. Each path also works with a slash at its end. Everything else is in the GraphQL API.',
    },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }, { bearer: [] }],
    paths,
    components: {
      schemas: Object.fromEntries([...components].sort()),
      headers: HEADERS,
      securitySchemes: {
        apiKey: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'The raw key, as `Api-Key sk_…`.',
        },
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'The raw key, for tools with only this field.',
        },
      },
    },
    // Also those that only GraphQL has: the type of a problem points to a page with all of them.
    'x-errors': CATALOGUE,
  };
}

function describeOperation(
  operation: Operation,
  path: string,
  index: number,
  components: Map<string, unknown>,
): object {
  const { id, summary, description, body, answer, isPublic, isIdempotent } = operation;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: PARAMETERS[name],
    schema: { type: 'string' },
  }));
  return {
    operationId: index === 0 ? id : `${id}InProject`,
    summary: index === 0 ? summary : `${summary} (full path)`,
    description,
    ...(isPublic && { security: [] }),
    parameters: [...inPath, ...(isIdempotent ? [IDEMPOTENCY_KEY] : [])],
    ...(body && {
      requestBody: {
        required: true,
        content: { [body.type]: { schema: withReferences(body.schema, components) } },
      },
    }),
    responses: {
      200: {
        description: 'The answer.',
        headers: referencesTo(headersOf(operation)),
        content: {
          'application/json': { schema: answer ? withReferences(answer, components) : { type: 'object' } },
        },
      },
      ...describeErrors(operation, components),
    },
  };
}

const PARAMETERS: Record<string, string> = {
  slug: 'The short name of the organization.',
  projectId: "The project's id.",
  deploymentId: "The deployment's id.",
};

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Makes the call safe to retry: choose a new text (1 to 200 characters of ASCII) for each call, and send the same text when you retry it. For 24 hours a retry then returns the first answer, with one charge and one log. Quotes around the text are optional (draft-ietf-httpapi-idempotency-key-header-07).',
  schema: { type: 'string' },
};

/** The responses for errors, by status. */
function describeErrors(operation: Operation, components: Map<string, unknown>): object {
  const byStatus = Map.groupBy(new Set<Code>(codesOf(operation)), statusOf);
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map(code => `\`${code}\``).join(', '),
        headers: referencesTo([
          ...headersOf(operation),
          ...(ofStatus.some(code => WITH_RETRY_AFTER.includes(code)) ? ['RetryAfter' as const] : []),
          ...(status === 401 ? ['Authenticate' as const] : []),
          ...(status === 405 ? ['Allow' as const] : []),
          ...(status === 415 && operation.body ? ['AcceptPost' as const] : []),
        ]),
        content: { [PROBLEM_TYPE]: { schema: withReferences(Problem, components) } },
      },
    ]),
  );
}

const headersOf = ({ hasLimits }: Operation): (keyof typeof HEADERS)[] => [
  'RequestId',
  'KeyExpires',
  ...(hasLimits ? (['RateLimit', 'RateLimitPolicy'] as const) : []),
];

const HEADER_NAMES: Record<keyof typeof HEADERS, string> = {
  RequestId: 'X-Request-Id',
  KeyExpires: 'API-Key-Expires',
  RateLimit: 'RateLimit',
  RateLimitPolicy: 'RateLimit-Policy',
  RetryAfter: 'Retry-After',
  Authenticate: 'WWW-Authenticate',
  Allow: 'Allow',
  AcceptPost: 'Accept-Post',
};

const referencesTo = (names: (keyof typeof HEADERS)[]) =>
  Object.fromEntries(names.map(name => [HEADER_NAMES[name], { $ref: `#/components/headers/${name}` }]));

/** A schema in which those with a title are references. Adds these to the components. */
function withReferences(schema: TSchema, components: Map<string, unknown>): unknown {
  return JSON.parse(JSON.stringify(schema), (_name, value: unknown) => {
    const isTitled =
      typeof value === 'object' && value !== null && 'title' in value && typeof value.title === 'string';
    if (!isTitled || !('properties' in value)) return value;
    components.set(String(value.title), value);
    return { $ref: `#/components/schemas/${value.title}` };
  });
}

function header(description: string, schema: object) {
  return { description, schema };
}
