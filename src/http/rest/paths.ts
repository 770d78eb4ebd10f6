/** The prefix of all paths of the plain HTTP API. */
export const PREFIX = '/api';

const IN_PROJECT = `${PREFIX}/organizations/{slug}/projects/{projectId}/deployments/{deploymentId}`;
const DEPLOYMENT = `${PREFIX}/deployments/{deploymentId}`;

/** A path of the API, as in OpenAPI, and the methods that it has. Each is served with and without a slash at its end. */
const METHODS: Record<string, readonly string[]> = {};

function path(text: string, ...methods: ('GET' | 'POST')[]): string {
  METHODS[text] = [...methods.flatMap(method => (method === 'GET' ? ['GET', 'HEAD'] : [method])), 'OPTIONS'];
  return text;
}

/** The paths of each operation, the shortest first. */
export const PATHS = {
  predict: [path(`${DEPLOYMENT}/predict`, 'POST'), path(`${IN_PROJECT}/predict`, 'POST')],
  predictFiles: [path(`${DEPLOYMENT}/predict/file`, 'POST'), path(`${IN_PROJECT}/predict/file`, 'POST')],
  currentKey: [path(`${PREFIX}/key`, 'GET')],
  revokeKey: [path(`${PREFIX}/key/revoke`, 'POST')],
  deployment: [path(DEPLOYMENT, 'GET')],
  openapi: [path(`${PREFIX}/openapi.json`, 'GET')],
} as const;

/** The page that describes the API. */
export const REFERENCE = path(PREFIX, 'GET');

const patterns = Object.keys(METHODS).map(text => ({
  text,
  pattern: new RegExp(`^${text.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`),
}));

/** The value of the Allow header of a path as in `PATHS`. */
export const allowOf = (text: string): string => (METHODS[text] ?? []).join(', ');

/** The value of the Allow header for a URL; undefined if no path of the API matches it. */
export function allowedAt(url: string): string | undefined {
  const [path = ''] = url.split('?');
  const found = patterns.find(({ pattern }) => pattern.test(path));
  return found && allowOf(found.text);
}

/** Whether a URL belongs to the plain HTTP API. */
export const isRestUrl = (url: string): boolean => /^\/api(?:[/?]|$)/.test(url);
