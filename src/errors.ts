import { GraphQLError, type GraphQLErrorOptions } from 'graphql';

/**
 * Every error a caller can meet: its code (the name here, in `extensions.code`), the HTTP status of a response
 * without data, and the message where one sentence serves all cases. The table in docs/errors.md is tested against this.
 */
export const CATALOGUE = {
  UNAUTHENTICATED: {
    status: 401,
    message: 'Send a valid API key as "Authorization: Api-Key sk_…", or sign in.',
  },
  API_KEY_REVOKED: { status: 403, message: 'This API key has been revoked. Use another key.' },
  API_KEY_EXPIRED: { status: 403, message: 'This API key has expired. Create a new key.' },
  API_KEY_NOT_AUTHORIZED: { status: 403, message: 'API key is not authorized for this deployment.' },
  PLAN_FEATURE_REQUIRED: {
    status: 403,
    message:
      "The organization's plan does not include API access. Upgrade the plan to create and use API keys.",
  },
  API_KEY_LIMIT_REACHED: {
    status: 403,
    message:
      'The project holds as many usable API keys as its plan allows. Revoke or delete an unused key first.',
  },
  PLAN_LIMIT_REACHED: {
    status: 403,
    message:
      'The organization has reached a limit of its plan. Delete what is not used, or ask the operator for a larger plan.',
  },
  FORBIDDEN: { status: 403, message: 'Your role does not allow this. Ask an owner of the project.' },
  SIGN_UP_CLOSED: {
    status: 403,
    message:
      'Sign-up needs an invitation here. Ask an admin of your organization, or the operator of this server, for one.',
  },
  NOT_FOUND: { status: 404, message: 'It does not exist, or is not visible to you.' },
  BAD_USER_INPUT: { status: 400, message: 'The input is not valid.' },
  GRAPHQL_PARSE_FAILED: { status: 400, message: 'The document is not valid GraphQL.' },
  GRAPHQL_VALIDATION_FAILED: { status: 400, message: 'The document does not fit the schema.' },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    message:
      'The request body is too large: at most 24 MiB with a valid API key or session, and 64 KiB without.',
  },
  NOT_ACCEPTABLE: {
    status: 406,
    message: 'The answer is JSON. Send "Accept: application/json", or no Accept header.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    message: 'The body came too slowly: beyond 64 KiB, at least 16 KiB in each 5 seconds. Send it again.',
  },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'Send the request as "Content-Type: application/json".' },
  MISDIRECTED_REQUEST: {
    status: 421,
    message:
      'This server does not answer to the name in the Host header. Its operator adds the address to PUBLIC_URL.',
  },
  MODEL_FAILED: {
    status: 500,
    message:
      'The model failed on these spectra; nothing was charged. Check the values, or try another version.',
  },
  MODEL_IN_USE: { status: 409, message: 'Deployments call this model. Delete these first.' },
  DEPLOYMENT_INACTIVE: { status: 409, message: 'Deployment is not active' },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    message:
      'This idempotencyKey came with another request before. Repeat a request unchanged, and take a new key for each other one.',
  },
  API_KEY_ALREADY_CREATED: {
    status: 409,
    message: 'This request made its API key before, and the secret cannot be shown again.',
  },
  QUOTA_EXCEEDED: { status: 429, message: "The rest of this month's predictions cannot hold this call." },
  RATE_LIMITED: { status: 429, message: 'Too many attempts. Try again later.' },
  UNAVAILABLE: { status: 503, message: 'The service is unavailable for the moment. Try again shortly.' },
  INTERNAL_SERVER_ERROR: { status: 500, message: 'Something went wrong on our side.' },
} as const;

export type Code = keyof typeof CATALOGUE;

/** Whether a string is one of the catalogue's codes. */
export function isCode(code: unknown): code is Code {
  return typeof code === 'string' && Object.hasOwn(CATALOGUE, code);
}

/** The HTTP status of a response that carries no data, because of an error with this code. */
export function statusOf(code: unknown): number {
  return CATALOGUE[isCode(code) ? code : 'INTERNAL_SERVER_ERROR'].status;
}

/** The code of an answer's first error; undefined where it has none. */
export function codeOf(
  errors: readonly { extensions?: Record<string, unknown> | undefined }[] | undefined,
): Code | undefined {
  const [first] = errors ?? [];
  if (!first) return undefined;
  const code = first.extensions?.code;
  return isCode(code) ? code : 'INTERNAL_SERVER_ERROR';
}

function make(code: Code, message: string = CATALOGUE[code].message, more: Record<string, unknown> = {}) {
  return new GraphQLError(message, { extensions: { code, ...more } });
}

/** A credential is needed and absent, malformed or unknown: one answer for all. */
export const unauthenticated = () => make('UNAUTHENTICATED');
/** An API key as the user name or password of a Basic credential. */
export const keyInBasic = () =>
  make(
    'UNAUTHENTICATED',
    'An API key is not sent as a Basic credential. Send it as "Authorization: Api-Key sk_…".',
  );
/** The same answer for an unknown e-mail and for a wrong password. */
export const wrongSignIn = () => make('UNAUTHENTICATED', 'E-mail or password is wrong');
/** The whole secret matches a revoked key, expired or not. */
export const apiKeyRevoked = () => make('API_KEY_REVOKED');
/** The whole secret matches a key whose expiry has passed. */
export const apiKeyExpired = () => make('API_KEY_EXPIRED');
/** The key does not reach the deployment, or there is no such deployment: one answer for both. */
export const apiKeyNotAuthorized = () => make('API_KEY_NOT_AUTHORIZED');
/** The plan has no API access: for creating a key, and for calling with one. */
export const planFeatureRequired = () => make('PLAN_FEATURE_REQUIRED');
/** The project holds as many usable keys as its plan allows. */
export const apiKeyLimitReached = () => make('API_KEY_LIMIT_REACHED');
/** The plan's limit that one more would exceed. @param limit as many, or as many MB, as the plan allows. */
export const planLimitReached = (what: 'projects' | 'models' | 'deployments' | 'storage', limit: number) =>
  make('PLAN_LIMIT_REACHED', PLAN_LIMITS[what](limit), { limit: what, max: limit });
/** Deployments call the model that is to be deleted. @param names of some of them. */
export const modelInUse = (names: readonly string[], count: number) =>
  make(
    'MODEL_IN_USE',
    `${count === 1 ? 'A deployment calls' : `${count} deployments call`} this model: ${names.map(name => `"${name}"`).join(', ')}${count > names.length ? ', …' : ''}. Delete ${count === 1 ? 'it' : 'them'} first.`,
  );
/** Visible, but the caller may not. `message` says who may, where that is not the project's owner. */
export const forbidden = (message?: string) => make('FORBIDDEN', message);
/** API keys predict and do nothing else. */
export const keysOnlyPredict = () => make('FORBIDDEN', 'API keys can call predict only. Sign in to do this.');
/** Absent or not visible; `what` in the words of the schema, e.g. "Project". */
export const notFound = (
  what: 'Organization' | 'Invitation' | 'Project' | 'Model' | 'Deployment' | 'API key' | 'Session',
) => make('NOT_FOUND', `${what} not found. It does not exist, or is not visible to you.`);
/** Making an account needs an invitation, and there is none. */
export const signUpClosed = () => make('SIGN_UP_CLOSED');
/** The token of an invitation is wrong, expired, used, declined or revoked: one answer for all. */
export const invitationNotFound = () =>
  make(
    'NOT_FOUND',
    'Invitation not found. It may have expired, been used, declined or withdrawn. Ask for a new one.',
  );
/** A path, or a method on it, that is not served. */
export const nothingHere = () =>
  make('NOT_FOUND', 'Nothing is here. GraphQL is at the path /graphql, by POST.');
/** The input is wrong; `message` says what to change. */
export const badUserInput = (message: string, options: GraphQLErrorOptions = {}) =>
  new GraphQLError(message, { ...options, extensions: { code: 'BAD_USER_INPUT' satisfies Code } });
/** A document that GraphQL accepts and the server does not, from a validation rule. */
export const validationFailed = (message: string, options: GraphQLErrorOptions) =>
  new GraphQLError(message, {
    ...options,
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' satisfies Code },
  });
/** Refused before the body was read to its end. */
export const payloadTooLarge = () => make('PAYLOAD_TOO_LARGE');
/** Refused before GraphQL is reached: the body is not JSON, or not plain UTF-8. `message` says what it is instead. */
export const unsupportedMediaType = (message?: string) => make('UNSUPPORTED_MEDIA_TYPE', message);
/** The client accepts nothing that the server answers. */
export const notAcceptable = () => make('NOT_ACCEPTABLE');
/** A large body that hardly moves. */
export const bodyTooSlow = () => make('REQUEST_TIMEOUT');
/** The Host header names another server. */
export const misdirectedRequest = () => make('MISDIRECTED_REQUEST');
/** The model gave an error or no finite number. `sampleName`: of the spectrum that is to blame, where that is known. */
export const modelFailed = (sampleName?: string) =>
  make(
    'MODEL_FAILED',
    sampleName === undefined
      ? undefined
      : `The model failed on spectrum '${sampleName}'; nothing was charged. Check its values, or try another version.`,
  );
/** The model ended its host again and again, and is not run until then. */
export const modelQuarantined = (until: Date) =>
  make(
    'MODEL_FAILED',
    `The model crashed, took too long or needed too much memory three times within ten minutes. It is not run until ${until.toISOString()}; people who manage the deployment can reset this earlier.`,
  );
/** The deployment is switched off. */
export const deploymentInactive = () => make('DEPLOYMENT_INACTIVE');
/** The same idempotency key from the same caller within 24 hours, with another input. */
export const idempotencyKeyReused = () => make('IDEMPOTENCY_KEY_REUSED');
/** `createApiKey` was repeated; its first answer had the secret, which is stored nowhere. */
export const apiKeyAlreadyCreated = ({ id, name, prefix }: { id: string; name: string; prefix: string }) =>
  make(
    'API_KEY_ALREADY_CREATED',
    `This request made the API key "${name}" (${prefix}...) before, and its secret cannot be shown again. If it was lost, delete that key and create another with a new idempotencyKey.`,
    { apiKeyId: id },
  );
/** `retryAfter`: whole seconds until the month ends, sent as the Retry-After header. */
export const quotaExceeded = (retryAfter: number) => make('QUOTA_EXCEEDED', undefined, { retryAfter });
/** Too many attempts. `retryAfter`: whole seconds until the next is accepted, sent as the Retry-After header. */
export const rateLimited = (retryAfter: number) =>
  make('RATE_LIMITED', `Too many attempts. Try again in ${waitOf(retryAfter)}.`, { retryAfter });
/** The database cannot be reached or the server sheds load. */
export const unavailable = () => make('UNAVAILABLE', undefined, { retryAfter: 1 });
/** Everything unexpected; the request id leads to the log line that says more. */
export const internalError = (requestId: string) =>
  make(
    'INTERNAL_SERVER_ERROR',
    `${CATALOGUE.INTERNAL_SERVER_ERROR.message} Report request id ${requestId}.`,
    {
      requestId,
    },
  );

const PLAN_LIMITS = {
  projects: (limit: number) =>
    `The organization has as many projects as its plan allows (${limit}). Delete a project that is not used, or ask the operator for a larger plan.`,
  models: (limit: number) =>
    `The organization has as many models as its plan allows (${limit}, all versions counted). Delete models that are not used, or ask the operator for a larger plan.`,
  deployments: (limit: number) =>
    `The organization has as many deployments as its plan allows (${limit}). Delete a deployment that is not used, or ask the operator for a larger plan. A deleted deployment that answered a call in this month counts until the month ends.`,
  storage: (limit: number) =>
    `The model files of the organization would take more than its plan allows (${limit} MB). Delete models that are not used, or ask the operator for a larger plan.`,
};

function waitOf(seconds: number): string {
  const [count, unit] =
    seconds < 60
      ? [seconds, 'second']
      : seconds <= 7200
        ? [Math.ceil(seconds / 60), 'minute']
        : [Math.ceil(seconds / 3600), 'hour'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
