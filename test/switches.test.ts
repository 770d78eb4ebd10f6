import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { codes, type Lab, openLab, refusal, type Service, startService } from './harness.ts';

let open: Service;
let closed: Service;
let lab: Lab;

beforeAll(async () => {
  open = await startService();
  closed = await startService({ introspection: false, graphiql: false, databaseUrl: open.databaseUrl });
  lab = await openLab(open);
});
afterAll(async () => {
  await closed.close();
  await open.close();
});

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const get = (service: Service, path: string, headers: Record<string, string> = {}) =>
  fetch(`${service.url}${path}`, { headers, redirect: 'manual' });

test('INTROSPECTION and GRAPHIQL are on by default, and accept true and false alone', () => {
  expect(readConfig({})).toMatchObject({ INTROSPECTION: true, GRAPHIQL: true });
  expect(readConfig({ INTROSPECTION: 'false', GRAPHIQL: 'true' })).toMatchObject({
    INTROSPECTION: false,
    GRAPHIQL: true,
  });
  for (const wrong of ['0', 'no', 'False', ' false']) {
    expect(() => readConfig({ INTROSPECTION: wrong })).toThrow('INTROSPECTION: must be true or false');
    expect(() => readConfig({ GRAPHIQL: wrong })).toThrow('GRAPHIQL: must be true or false');
  }
});

describe('introspection', () => {
  const asked = [
    '{ __schema { queryType { name } } }',
    '{ __type(name: "User") { name } }',
    getIntrospectionQuery(),
  ];

  test('is allowed for anonymous callers while it is on', async () => {
    for (const document of asked) expect((await open.call(document)).status).toBe(200);
  });

  test('is refused once it is off, even in a fragment beside another field', async () => {
    for (const document of [
      ...asked,
      '{ viewer { id } ...S } fragment S on Query { s: __schema { types { name } } }',
    ]) {
      for (const caller of [undefined, lab.owner]) {
        const answer = await closed.call(document, {}, caller);
        expect(answer).toMatchObject(refusal(codes.GRAPHQL_VALIDATION_FAILED));
        expect(answer.text).not.toMatch(/apollo/i);
      }
    }
    // Clients add it everywhere; it reveals nothing beyond the document.
    expect((await closed.call('{ __typename viewer { __typename id } }', {}, lab.owner)).status).toBe(200);
  });
});

describe('names similar to existing ones', () => {
  const LIST = 'query ($of: ApiKeyTarget!) { apiKeys(of: $of) { totalCount } }';
  const near: [string, string, object][] = [
    ['a field', '{ viewr { id } }', {}],
    ['a type', 'query ($of: ApiKeyTarge!) { apiKeys(of: $of) { totalCount } }', {}],
    ['an argument', '{ apiKeys(off: { projectId: "a" }) { totalCount } }', {}],
    ['an input field of a literal', '{ apiKeys(of: { projectI: "a" }) { totalCount } }', {}],
    ['an input field of a variable', LIST, { of: { projectI: 'a' } }],
    [
      'an enum value',
      'mutation { setProjectMember(input: { projectId: "a", email: "a@b.example", role: OWNR }) { id } }',
      {},
    ],
    ['a selection that is missing', '{ viewer }', {}],
  ];
  test.for(near)(
    '%s: suggested while introspection is on, and not once it is off',
    async ([, document, variables]) => {
      const suggesting = await open.call(document, variables, lab.owner);
      const silent = await closed.call(document, variables, lab.owner);
      expect(silent.status).toBe(suggesting.status);
      expect(silent.errors[0]?.extensions).toEqual(suggesting.errors[0]?.extensions);
      expect(silent.text).not.toContain('Did you mean');
      expect(suggesting.text.replace(/ Did you mean [^?]*\?/g, '')).toBe(silent.text);
    },
  );

  test('are suggested at all, while introspection is on', async () => {
    const texts = await Promise.all(
      near.map(async ([, ...call]) => (await open.call(...call, lab.owner)).text),
    );
    expect(texts.filter(text => text.includes('Did you mean')).length).toBeGreaterThanOrEqual(5);
  });
});

describe('GraphiQL', () => {
  test('is served, and browsers that open the endpoint are redirected there, while it is on', async () => {
    expect((await get(open, '/graphiql')).status).toBe(200);
    expect((await get(open, '/graphql', HTML)).headers.get('location')).toBe('/graphiql');
  });

  test('is not found once it is off, and browsers are not redirected there', async () => {
    for (const path of ['/graphiql', '/graphiql/']) expect((await get(closed, path, HTML)).status).toBe(404);
    const endpoint = await get(closed, '/graphql', HTML);
    expect(endpoint.status).toBe(400);
    expect(endpoint.headers.get('location')).toBeNull();
    expect((await get(closed, '/')).status).toBe(200);
  });
});
