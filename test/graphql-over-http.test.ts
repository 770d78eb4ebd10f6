import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codes, type Lab, openLab, type Service, signUp, startService } from './harness.ts';

let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
});
afterAll(() => service.close());

const JSON_TYPE = { 'content-type': 'application/json' };

interface Reply {
  status: number;
  text: string;
  data: unknown;
  errors: { message: string; extensions: { code: string } }[];
}

async function request(path: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(`${service.url}/graphql${path}`, init);
  const text = await response.text();
  const { data, errors = [] } = JSON.parse(text);
  return { status: response.status, text, data, errors };
}

const post = (body: unknown, headers: Record<string, string> = {}) =>
  request('', { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) });

const get = (query: string, headers: Record<string, string> = {}) =>
  request(`?${new URLSearchParams({ query })}`, { headers });

const times = (count: number, text: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => text(at)).join(' ');

/** The recommendations that the server does not follow. None of them is a MUST. */
const OTHERWISE = {
  // Any page can make a browser send such a GET with cookies, so it needs a header that a page cannot set.
  '5A70': 'MAY accept application/x-www-form-urlencoded formatted GET requests',
  D6D5: 'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json',
  '6A70': 'MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json',
  // Monitors and plain HTTP clients detect failures by the status, independently of what they accept.
  '572B': 'SHOULD use 200 status code on document parsing failure when accepting application/json',
  FDE2: 'SHOULD use 200 status code on document validation failure when accepting application/json',
  '7B9B': 'SHOULD use a status code of 200 on variable coercion failure when accepting application/json',
};

describe('the audit of graphql-http', () => {
  const audit = async (fetchFn: typeof fetch) => {
    const audits = serverAudits({ url: () => `${service.url}/graphql`, fetchFn });
    expect(audits.length).toBeGreaterThan(60);
    const found: Record<string, string> = {};
    for (const { id, name, fn } of audits) if ((await fn()).status !== 'ok') found[id] = name;
    return found;
  };

  test('passes, except for the documented deviations', async () => {
    expect(await audit(fetch)).toEqual(OTHERWISE);
  });

  test('passes for GET too, if its requests have a header that pages of other sites cannot set', async () => {
    const { '5A70': _a, D6D5: _b, '6A70': _c, ...statuses } = OTHERWISE;
    const found = await audit((url, init = {}) => {
      const headers = new Headers(init.headers);
      headers.set('apollo-require-preflight', 'true');
      return fetch(url, { ...init, headers });
    });
    expect(found).toEqual(statuses);
  });
});

describe('graphql-cop would not find', () => {
  const viewer = '{ viewer { id } }';

  test('alias overloading', async () => {
    const { data, errors } = await post({
      query: `query cop { ${times(101, at => `alias${at}: __typename`)} }`,
    });
    expect(data).toBeUndefined();
    expect(errors).toHaveLength(1);
  });

  test('field duplication', async () => {
    const { data, errors } = await post({ query: `query cop { ${times(500, () => '__typename')} }` });
    expect(data).toBeUndefined();
    expect(errors).toHaveLength(1);
  });

  test('directive overloading: an error for each', async () => {
    const { data, errors } = await post({ query: `query cop { __typename ${'@aa'.repeat(10)} }` });
    expect(data).toBeUndefined();
    expect(errors.length).toBeLessThan(10);
  });

  test('circular introspection', async () => {
    const circle = `${'fields { type { '.repeat(4)}fields { name }${' } }'.repeat(4)}`;
    const { data, errors } = await post({ query: `query cop { __schema { types { ${circle} } } }` });
    expect(data).toBeUndefined();
    expect(errors).toHaveLength(1);
  });

  test('batches, as a list of requests', async () => {
    for (const count of [1, 10]) {
      const batch = Array.from({ length: count }, () => ({ query: 'query cop { __typename }' }));
      const { status, text, data } = await post(batch);
      expect(status).toBe(400);
      expect(data).toBeUndefined();
      expect(text.startsWith('[')).toBe(false);
    }
  });

  test('queries by a GET that any site can make a browser send', async () => {
    const { status, text, data } = await get(viewer, { cookie: lab.owner.cookie });
    expect(status).toBe(400);
    expect(data).toBeUndefined();
    expect(text).not.toContain(lab.owner.id);
  });

  test('mutations by GET', async () => {
    const someone = await signUp(service, 'Gesa Getter');
    for (const headers of [{}, JSON_TYPE, { 'apollo-require-preflight': 'true' }]) {
      const reply = await get('mutation cop { signOut }', { ...headers, cookie: someone.cookie });
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect(reply.data).toBeUndefined();
    }
    expect((await service.ask(viewer, {}, someone)).viewer?.id).toBe(someone.id);
  });

  test.for([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; application/json',
    'application/graphql',
  ])('requests by a form: %s', async type => {
    const someone = await signUp(service, 'Frida Form');
    const query = 'mutation cop { signOut }';
    const bodies = [
      new URLSearchParams({ query }).toString(),
      JSON.stringify({ query }),
      query,
      `--x\r\nContent-Disposition: form-data; name="query"\r\n\r\n${query}\r\n--x--\r\n`,
    ];
    for (const body of bodies) {
      const headers = { 'content-type': type, cookie: someone.cookie };
      const { status, data, errors } = await request('', { method: 'POST', headers, body });
      expect(status).toBe(415);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual([codes.UNSUPPORTED_MEDIA_TYPE]);
      expect(data).toBeUndefined();
    }
    expect((await service.ask(viewer, {}, someone)).viewer?.id).toBe(someone.id);
  });

  test('traces and debug output', async () => {
    const asked = [
      { query: viewer },
      { query: 'query cop { abc }' },
      { query: '{' },
      { query: 'query ($id: ID!) { project(id: $id) { id } }', variables: { id: '\0' } },
      { query: viewer, extensions: { tracing: true, persistedQuery: {} } },
      { variables: {} },
      [],
    ];
    const debugging = { 'x-apollo-tracing': '1', 'apollo-federation-include-trace': 'ftv1' };
    for (const body of asked) {
      const reply = await post(body, { ...debugging, cookie: lab.owner.cookie });
      const { data: _, errors = [], ...more } = JSON.parse(reply.text);
      expect(more).toEqual({});
      for (const { extensions } of errors) expect(Object.keys(extensions)).toEqual(['code']);
      expect(reply.text).not.toMatch(/stacktrace|exception|node_modules|\.[jt]s:\d|at async/i);
    }
  });
});

test.for([
  ['another path', 'POST', '/graph'],
  ['the root path', 'POST', '/'],
  ['another method', 'PUT', '/graphql'],
  ['a path of plain HTTP without /api', 'POST', '/deployments/1/predict'],
  ['a path of plain HTTP after a second slash', 'POST', '//api/deployments/1/predict'],
] as const)('%s is answered with the paths of GraphQL and of plain HTTP', async ([_, method, path]) => {
  const response = await fetch(`${service.url}${path}`, { method, headers: JSON_TYPE, body: '{}' });
  expect(response.status).toBe(404);
  const [error] = JSON.parse(await response.text()).errors;
  expect(error).toEqual({
    message:
      'Not found. The GraphQL endpoint is POST /graphql. The paths of plain HTTP begin with /api/, without another slash before it, and are listed at /api/openapi.json.',
    extensions: { code: codes.NOT_FOUND },
  });
});
