import { GraphQLError, type GraphQLErrorOptions } from 'graphql';

/**
 * Every error of the API: its code (the name here, in `extensions.code`), the HTTP status of a response without data,
 * and the default message, which says what happened and then what to do. A test compares the table in docs/errors.md
 * with this.
 */
export const CATALOGUE = {
  UNAUTHENTICATED: {
    status: 401,
    message: 'No valid credential was sent. Send an API key as "Authorization: Api-Key sk_…", or sign in.',
  },
  API_KEY_REVOKED: { status: 403, message: 'This API key has been revoked. Use another key.' },
  API_KEY_EXPIRED: { status: 403, message: 'This API key has expired. Create a new key.' },
  API_KEY_NETWORK_NOT_ALLOWED: {
    status: 403,
    message:
      'This API key may not be used from the address of this request. Call from an allowed network, or ask a contributor or owner of the project to allow this one.',
  },
  API_KEY_NOT_AUTHORIZED: { status: 403, message: 'API key is not authorized for this deployment.' },
  PLAN_FEATURE_REQUIRED: {
    status: 403,
    message:
      "The organization's plan does not include API access, which creating and using API keys needs. Ask the operator of the server for another plan.",
  },
  API_KEY_LIMIT_REACHED: {
    status: 403,
    message:
      'The project has as many usable API keys as its plan allows. Revoke or delete an unused key first. Keys that retire beside a usable successor do not count.',
  },
  PLAN_LIMIT_REACHED: {
    status: 403,
    message:
      'The organization has reached a limit of its plan. Delete something that is not used, or ask the operator for a larger plan.',
  },
  FORBIDDEN: { status: 403, message: 'Your role does not allow this. Ask an owner of the project.' },
  SIGN_UP_CLOSED: {
    status: 403,
    message:
      'Sign-up on this server needs an invitation. Ask an admin of your organization, or the operator of this server, for one.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    message: 'This path does not have this method. Send one of those in the Allow header.',
  },
  NOT_FOUND: { status: 404, message: 'Not found. It does not exist, or is not visible to you.' },
  BAD_USER_INPUT: { status: 400, message: 'The input is not valid. Check it against the schema.' },
  GRAPHQL_PARSE_FAILED: { status: 400, message: 'The document is not valid GraphQL. Check its syntax.' },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    message: 'The document does not match the schema. Check its fields and arguments.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    message:
      'The request is too large. A body may have at most 24 MiB with a valid API key or session, and 64 KiB without: send less in one request.',
  },
  NOT_ACCEPTABLE: {
    status: 406,
    message: 'The Accept header does not allow JSON. Send "Accept: application/json", or no Accept header.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    message:
      'The request body arrived too slowly: beyond 64 KiB, at least 16 KiB must arrive every 5 seconds. Send the request again.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    message:
      'The type or the encoding of the body is not accepted. Send JSON in UTF-8 as "Content-Type: application/json".',
  },
  MISDIRECTED_REQUEST: {
    status: 421,
    message:
      'This server does not serve the name in the Host header. Its operator can add the address to PUBLIC_URL.',
  },
  MODEL_FAILED: {
    status: 500,
    message:
      'The model failed; nothing was charged. Check the values of the spectra, or try another version.',
  },
  MODEL_IN_USE: { status: 409, message: 'Deployments call this model. Delete them first.' },
  DEPLOYMENT_INACTIVE: {
    status: 409,
    message: 'Deployment is not active. A contributor or owner of the project can switch it on.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    message:
      'This idempotency key was already used with a different request. Use a new key for each new request.',
  },
  API_KEY_ALREADY_CREATED: {
    status: 409,
    message:
      'This request already created an API key, and its secret cannot be shown again. If it was lost, delete that key, and create or rotate again with a new idempotencyKey.',
  },
  ROTATION_UNDER_WAY: {
    status: 409,
    message:
      'A rotation of this key is under way: its predecessor or its successor can still be used. Wait until the older key has retired, revoke it, or rotate the newest key without an overlap.',
  },
  QUOTA_EXCEEDED: {
    status: 429,
    message:
      'This call needs more predictions than are left this month. Send fewer spectra, wait until next month, or upgrade the plan.',
  },
  API_KEY_RATE_LIMITED: {
    status: 429,
    message:
      'The API key has made as many calls this minute as it may. Try again after the seconds in Retry-After.',
  },
  API_KEY_QUOTA_EXCEEDED: {
    status: 429,
    message:
      'This call needs more predictions than the limit of the API key leaves this month. Send fewer spectra, wait until next month, or ask a contributor or owner of the project for a higher limit.',
  },
  RATE_LIMITED: { status: 429, message: 'Too many attempts. Try again later.' },
  UNAVAILABLE: { status: 503, message: 'The service is temporarily unavailable. Try again shortly.' },
  INTERNAL_SERVER_ERROR: { status: 500, message: 'An unexpected error occurred on the server.' },
} as const;

export type Code = keyof typeof CATALOGUE;

/** The codes of errors that may say after how many seconds to try again, in `Retry-After`. */
export const WITH_RETRY_AFTER: readonly Code[] = [
  'API_KEY_REVOKED',
  'MODEL_FAILED',
  'QUOTA_EXCEEDED',
  'API_KEY_RATE_LIMITED',
  'API_KEY_QUOTA_EXCEEDED',
  'RATE_LIMITED',
  'UNAVAILABLE',
];

/** The codes as constants: `codes.NOT_FOUND`. */
export const codes = namesOf(CATALOGUE);

function namesOf<Table extends object>(table: Table): { [Name in keyof Table]: Name };
function namesOf(table: object): object {
  return Object.fromEntries(Object.keys(table).map(name => [name, name]));
}

/** Whether a string is one of the catalogue's codes. */
export function isCode(code: unknown): code is Code {
  return typeof code === 'string' && Object.hasOwn(CATALOGUE, code);
}

/** The HTTP status of a response without data whose error has this code; 500 for an unknown code. */
export function statusOf(code: unknown): number {
  return CATALOGUE[isCode(code) ? code : 'INTERNAL_SERVER_ERROR'].status;
}

/** The code of the first error of a response; undefined if there are no errors. */
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

/** A credential is required and is missing, malformed or unknown. The message does not say which. */
export const unauthenticated = () => make('UNAUTHENTICATED');
/** An API key was sent as the user name or password of a Basic credential. */
export const keyInBasic = () =>
  make(
    'UNAUTHENTICATED',
    'An API key was sent as a Basic credential. Send it as "Authorization: Api-Key sk_…".',
  );
/** A report of leaked keys is not signed by who may send it. The message does not say what is wrong. */
export const wrongSignature = () =>
  make('UNAUTHENTICATED', 'The signature of the report is missing or wrong. Sign the bytes of the body.');
/** The e-mail has no account, or the password is wrong. The message does not say which. */
export const wrongSignIn = () =>
  make('UNAUTHENTICATED', 'E-mail or password is wrong. Check both and try again.');
/** The raw key is that of a revoked key, which may have expired too. */
export const apiKeyRevoked = () => make('API_KEY_REVOKED');
/** The revocation of the key is rehearsed: its callers get what they would get if it were revoked, until a time. */
export const apiKeyRehearsed = (until: Date, at: Date) =>
  make(
    'API_KEY_REVOKED',
    `The revocation of this API key is rehearsed until ${until.toISOString()}. Use another key, or call again after that.`,
    { rehearsalUntil: until.toISOString(), retryAfter: Math.ceil((until.getTime() - at.getTime()) / 1000) },
  );
/** The raw key is that of an expired key. */
export const apiKeyExpired = () => make('API_KEY_EXPIRED');
/** The client's address is in none of the key's networks. */
export const apiKeyNetworkNotAllowed = () => make('API_KEY_NETWORK_NOT_ALLOWED');
/** The key's own limit of calls a minute is reached. `retryAfter`: whole seconds until the next call is allowed. */
export const apiKeyRateLimited = (retryAfter: number) =>
  make('API_KEY_RATE_LIMITED', undefined, { retryAfter });
/** The key does not reach the deployment, or the deployment does not exist. The message does not say which. */
export const apiKeyNotAuthorized = () => make('API_KEY_NOT_AUTHORIZED');
/** The plan has no API access: a key cannot be created, and existing keys cannot be used. */
export const planFeatureRequired = () => make('PLAN_FEATURE_REQUIRED');
/** The project has as many usable keys as its plan allows. */
export const apiKeyLimitReached = () => make('API_KEY_LIMIT_REACHED');
/** One more would exceed a limit of the plan. @param limit the plan's max: a number of objects, or MB for storage. */
export const planLimitReached = (what: 'projects' | 'models' | 'deployments' | 'storage', limit: number) =>
  make('PLAN_LIMIT_REACHED', PLAN_LIMITS[what](limit), { limit: what, max: limit });
/** Deployments call the model that is to be deleted. @param names of some of them. @param count of all of them. */
export const modelInUse = (names: readonly string[], count: number) =>
  make(
    'MODEL_IN_USE',
    `${count === 1 ? 'A deployment calls' : `${count} deployments call`} this model: ${names.map(name => `"${name}"`).join(', ')}${count > names.length ? ', …' : ''}. Delete ${count === 1 ? 'it' : 'them'} first.`,
  );
/** The object is visible, but the role does not suffice. `message` says whose does, by default a project owner's. */
export const forbidden = (message?: string) => make('FORBIDDEN', message);
/** A program called something that only people may. */
export const peopleOnly = () =>
  make(
    'FORBIDDEN',
    'An API key can call predict, read itself with currentApiKey and revoke itself with revokeThisApiKey. Everything else is for people: sign in to do this.',
  );
/** A person sent what only a key can send, about itself. */
export const keyRequired = () =>
  make(
    'FORBIDDEN',
    'This revokes the API key that a request is sent with, and this request was sent by a signed-in person. Send the key as "Authorization: Api-Key sk_…", or call revokeApiKey with its id.',
  );
/** The holder of a key asked for a field of it that only people may read. Nothing was changed. */
export const keyFieldForbidden = (field: string, readable: readonly string[]) =>
  make(
    'FORBIDDEN',
    `An API key cannot read its field "${field}", and was not revoked. Select only: ${readable.join(', ')}.`,
  );
/** The object does not exist or is not visible. `what`: its type as in the schema, for example "Project". */
export const notFound = (
  what:
    | 'Organization'
    | 'Invitation'
    | 'Project'
    | 'Model'
    | 'Deployment'
    | 'API key'
    | 'Session'
    | 'Webhook'
    | 'Webhook delivery',
) => make('NOT_FOUND', `${what} not found. It does not exist, or is not visible to you.`);
/** Sign-up needs an invitation on this server, and none was given. */
export const signUpClosed = () => make('SIGN_UP_CLOSED');
/** The token of an invitation is wrong, expired, used, declined or revoked. The message does not say which. */
export const invitationNotFound = () =>
  make(
    'NOT_FOUND',
    'Invitation not found. It may have expired, or been used, declined or revoked. Ask for a new one.',
  );
/** No route has this path and method. */
export const routeNotFound = () =>
  make(
    'NOT_FOUND',
    'Not found. The GraphQL endpoint is POST /graphql. The paths of plain HTTP begin with /api/, without another slash before it, and are listed at /api/openapi.json.',
  );
/** No route of the plain HTTP API has this path. */
export const pathNotFound = () =>
  make('NOT_FOUND', 'Not found. The paths of this API are listed at /api/openapi.json.');
/** The path exists, with other methods. @param allow the value of the Allow header */
export const methodNotAllowed = (allow: string) => make('METHOD_NOT_ALLOWED', undefined, { allow });
/** The input is not valid; `message` says what is wrong and what to change. */
export const badUserInput = (message: string, options: GraphQLErrorOptions = {}) =>
  new GraphQLError(message, { ...options, extensions: { code: 'BAD_USER_INPUT' satisfies Code } });
/** The body is not JSON. @param isRest whether it was sent to the plain HTTP API, which takes spectra, not documents */
export const notJson = (isRest: boolean) =>
  badUserInput(
    isRest
      ? 'The body is not valid JSON. Write numbers with a point, as 0.12: JSON has no decimal comma, no NaN, and no comma after the last item.'
      : 'The body is not valid JSON. Send {"query": "…"}, with the GraphQL document as a JSON string: its quotes and line breaks must be escaped.',
  );
/** The document is valid GraphQL, but one of the server's own validation rules refuses it. */
export const validationFailed = (message: string, options: GraphQLErrorOptions) =>
  new GraphQLError(message, {
    ...options,
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' satisfies Code },
  });
/** The body exceeds its limit; it is not read to its end. `message`: what else is too large, and how to split it. */
export const payloadTooLarge = (message?: string) => make('PAYLOAD_TOO_LARGE', message);
/** The body has another type or charset, or is compressed. `message` says which, and what to send. */
export const unsupportedMediaType = (message?: string) => make('UNSUPPORTED_MEDIA_TYPE', message);
/** The body is not of the type that the route accepts. */
export const typeNotAccepted = (type: string) =>
  make('UNSUPPORTED_MEDIA_TYPE', `The type of the body is not accepted. Send it as "Content-Type: ${type}".`);
/** The Accept header excludes JSON. */
export const notAcceptable = () => make('NOT_ACCEPTABLE');
/** A body of more than 64 KiB arrives too slowly. */
export const bodyTooSlow = () => make('REQUEST_TIMEOUT');
/** The Host header is not one of the server's names. */
export const misdirectedRequest = () => make('MISDIRECTED_REQUEST');
/**
 * The model threw, or returned a value that is not finite.
 *
 * @param spectrum the one that caused it, if known; `place`: where it was read, if from a file
 */
export const modelFailed = (spectrum?: { sampleName: string; place?: string | undefined }) =>
  make(
    'MODEL_FAILED',
    spectrum &&
      `${spectrum.place === undefined ? '' : `${spectrum.place}: `}The model failed on spectrum '${spectrum.sampleName}'; nothing was charged. Check its values, or try another version.`,
  );
/** The model is quarantined, `until` after `at`: it ended its host three times within ten minutes. */
export const modelQuarantined = (until: Date, at: Date) =>
  make(
    'MODEL_FAILED',
    `The model crashed, took too long or needed too much memory three times within ten minutes; nothing was charged. It is not run until ${until.toISOString()}; a contributor or owner of the project can reset the quarantine earlier.`,
    { retryAfter: Math.ceil((until.getTime() - at.getTime()) / 1000) },
  );
/** The deployment is switched off. */
export const deploymentInactive = () => make('DEPLOYMENT_INACTIVE');
/** The caller used the idempotency key within the last 24 hours with a different input. */
export const idempotencyKeyReused = () => make('IDEMPOTENCY_KEY_REUSED');
/** `createApiKey` was repeated. Only its first response contained the secret, which is not stored. */
export const apiKeyAlreadyCreated = ({ id, name, prefix, isDeleted }: CreatedKey) =>
  make(
    'API_KEY_ALREADY_CREATED',
    isDeleted
      ? `This request already created the API key "${name}" (${prefix}...), which was deleted since. Create or rotate again with a new idempotencyKey.`
      : `This request already created the API key "${name}" (${prefix}...), and its secret cannot be shown again. If it was lost, delete that key, and create or rotate again with a new idempotencyKey.`,
    { apiKeyId: id },
  );
/** The key's predecessor or its successor can still be used. */
export const rotationUnderWay = () => make('ROTATION_UNDER_WAY');
/** The call needs more predictions than are left. `retryAfter`: whole seconds until the month ends. */
export const quotaExceeded = (retryAfter: number) => make('QUOTA_EXCEEDED', undefined, { retryAfter });
/** The key's own limit leaves too few predictions. `retryAfter`: whole seconds until the month ends. */
export const apiKeyQuotaExceeded = (retryAfter: number) =>
  make('API_KEY_QUOTA_EXCEEDED', undefined, { retryAfter });
/** Too many attempts. `retryAfter`: whole seconds until the next one is allowed, for the Retry-After header. */
export const rateLimited = (retryAfter: number) =>
  make('RATE_LIMITED', `Too many attempts. Try again in ${waitOf(retryAfter)}.`, { retryAfter });
/** The database cannot be reached, or the server sheds load. */
export const unavailable = () => make('UNAVAILABLE', undefined, { retryAfter: 1 });
/** An unexpected error. The log line with the request id has the details. */
export const internalError = (requestId: string) =>
  make(
    'INTERNAL_SERVER_ERROR',
    `${CATALOGUE.INTERNAL_SERVER_ERROR.message} If it happens again, report request id ${requestId}.`,
    {
      requestId,
    },
  );

/** A key that a request with an idempotency key created. */
interface CreatedKey {
  id: string;
  name: string;
  prefix: string;
  isDeleted: boolean;
}

const PLAN_LIMITS = {
  projects: (limit: number) =>
    `The organization has as many projects as its plan allows (${limit}). Delete a project that is not used, or ask the operator for a larger plan.`,
  models: (limit: number) =>
    `The organization has as many models as its plan allows (${limit}, all versions counted). Delete models that are not used, or ask the operator for a larger plan.`,
  deployments: (limit: number) =>
    `The organization has as many deployments as its plan allows (${limit}). Delete a deployment that is not used, or ask the operator for a larger plan. A deleted deployment that answered a call in this month counts until the month ends.`,
  storage: (limit: number) =>
    `The models of the organization would take more than its plan allows (${limit} MB). Delete models that are not used, or ask the operator for a larger plan.`,
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
