import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Answer,
  codes,
  contentOf,
  createKey,
  type Lab,
  openLab,
  refusal,
  type Service,
  startService,
} from './harness.ts';

let service: Service;
let lab: Lab;
let variables: { id: string; key: object; project: object };

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  const { id } = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  variables = {
    id,
    key: { target: { projectId: lab.owner.projectId }, name: 'LIMS' },
    project: { organizationId: lab.owner.organization.id, name: 'Another project' },
  };
});
afterAll(() => service.close());

const KEY = 'createApiKey(input: $key) { rawKey }';
const REVOKE = 'revokeApiKey(id: $id) { id }';
const PROJECT = 'createProject(input: $project) { id }';

/** Declares the variables that the body uses: GraphQL refuses unused ones. */
function mutation(body: string): string {
  const declarations = [
    ['$id', 'ID!'],
    ['$key', 'CreateApiKeyInput!'],
    ['$project', 'CreateProjectInput!'],
  ]
    .filter(([name = '']) => body.includes(name))
    .map(([name, type]) => `${name}: ${type}`);
  return `mutation M(${declarations.join(', ')}) ${body}`;
}

test.each([
  ['two fields', `{ ${KEY} ${REVOKE} }`],
  ['the same field under two aliases', `{ a: ${KEY} b: ${KEY} }`],
  ['the same field twice, which would run once', `{ ${REVOKE} ${REVOKE} }`],
  ['a field and a fragment', `{ ${KEY} ...More } fragment More on Mutation { ${REVOKE} }`],
  ['one fragment with two fields', `{ ...Both } fragment Both on Mutation { ${KEY} ${REVOKE} }`],
  [
    'two fragments',
    `{ ...One ...Two } fragment One on Mutation { ${KEY} } fragment Two on Mutation { ${REVOKE} }`,
  ],
  [
    'a fragment within a fragment',
    `{ ...One } fragment One on Mutation { ${KEY} ...Two } fragment Two on Mutation { ${REVOKE} }`,
  ],
  ['a field and an inline fragment', `{ ${KEY} ... on Mutation { ${REVOKE} } }`],
  ['nested inline fragments', `{ ... { ... on Mutation { ${KEY} ... @include(if: true) { ${REVOKE} } } } }`],
  [
    'a fragment within an inline fragment',
    `{ ${KEY} ... { ...More } } fragment More on Mutation { ${REVOKE} }`,
  ],
  ['a field that @skip would leave out', `{ ${KEY} ${REVOKE.replace(')', ') @skip(if: true)')} }`],
  ['a field that @include would leave out', `{ a: ${KEY} ... @include(if: false) { b: ${KEY} } }`],
  ['fields that nothing would stop, were the first to fail', `{ ${PROJECT} ${KEY} ${REVOKE} }`],
])('a mutation document with two root fields is refused and changes nothing: %s', async (_name, body) => {
  const before = await contentOf(service.db);
  const answer = await service.call(mutation(body), variables, lab.owner);
  expect(answer).toMatchObject(refusal(codes.GRAPHQL_VALIDATION_FAILED));
  expect(answer.errors[0]?.message).toMatch(
    /^A mutation document has one root field, and this one has [23]\./,
  );
  expect(JSON.parse(answer.text)).not.toHaveProperty('data');
  expect(await contentOf(service.db)).toEqual(before);
});

test('every guess at a password takes its own request', async () => {
  const guesses = Array.from(
    { length: 50 },
    (_, at) => `guess${at}: signIn(email: "${lab.owner.email}", password: "guess ${at}") { id }`,
  );
  const answer = await service.call(`mutation { ${guesses.join(' ')} }`);
  expect(answer).toMatchObject(refusal(codes.GRAPHQL_VALIDATION_FAILED));
  expect(answer.headers.getSetCookie()).toEqual([]);
});

test('each operation of a document is counted by itself, and refused even if it is not the one that runs', async () => {
  const single = `mutation One($id: ID!) { ${REVOKE} } mutation Two($id: ID!) { ${REVOKE} }`;
  const before = await contentOf(service.db);
  const double = `query One { viewer { id } } ${mutation(`{ a: ${KEY} b: ${KEY} }`)}`;
  expect(await service.call(double, variables, lab.owner)).toMatchObject(
    refusal(codes.GRAPHQL_VALIDATION_FAILED),
  );
  // Two operations without a name to choose by: refused for that alone.
  expect(await service.call(single, variables, lab.owner)).toMatchObject(refusal(codes.BAD_USER_INPUT));
  expect(await contentOf(service.db)).toEqual(before);
});

test.each([
  ['beside the field', `{ __typename ${PROJECT} }`],
  ['twice', `{ __typename type: __typename ${PROJECT} }`],
  ['in a fragment', `{ ...Type ${PROJECT} } fragment Type on Mutation { __typename }`],
])('__typename is allowed beside the one root field: %s', async (_name, body) => {
  const data = await service.ask(mutation(body), variables, lab.owner);
  expect(data).toMatchObject({ __typename: 'Mutation', createProject: { id: expect.any(String) } });
});

test.each([
  ['in a fragment', `{ ...One } fragment One on Mutation { ${PROJECT} }`],
  ['in a fragment that is spread twice', `{ ...One ... { ...One } } fragment One on Mutation { ${PROJECT} }`],
  ['in an inline fragment', `{ ... on Mutation { ${PROJECT} } }`],
])('the one root field may be anywhere: %s', async (_name, body) => {
  const data = await service.ask(mutation(body), variables, lab.owner);
  expect(data).toMatchObject({ createProject: { id: expect.any(String) } });
});

/** Sends with a timeout: a server that never answers would otherwise block the whole file. */
async function quickly(document: string): Promise<Answer> {
  const started = performance.now();
  const answer = await service.call(document, variables, lab.owner);
  expect(performance.now() - started).toBeLessThan(2000);
  return answer;
}

test.each([
  ['of one', `{ ...A } fragment A on Mutation { ...A ${REVOKE} }`],
  [
    'of two',
    `{ ...A } fragment A on Mutation { ...B } fragment B on Mutation { ...A ${REVOKE} ... { ...B } }`,
  ],
  ['beside two fields', `{ ${KEY} ...A } fragment A on Mutation { ...A ${REVOKE} }`],
])('a cycle of fragments is refused in finite time: %s', async (_name, body) => {
  const before = await contentOf(service.db);
  const answer = await quickly(mutation(body));
  expect(answer).toMatchObject(refusal(codes.GRAPHQL_VALIDATION_FAILED));
  expect(await contentOf(service.db)).toEqual(before);
});

/** Fragments each of which spreads the next one twice: 2^50 spreads when followed naively. */
const doubling = (type: string, last: string) =>
  `${Array.from(
    { length: 50 },
    (_, at) => `fragment F${at} on ${type} { ...F${at + 1} ... { ...F${at + 1} } }`,
  ).join(' ')} fragment F50 on ${type} { ${last} }`;

test('fragments that double fifty times are refused fast', async () => {
  const one = await quickly(mutation(`{ ...F0 } ${doubling('Mutation', PROJECT)}`));
  expect(one).toMatchObject(refusal(codes.GRAPHQL_VALIDATION_FAILED));
  const two = await quickly(mutation(`{ ...F0 } ${doubling('Mutation', `${KEY} ${REVOKE}`)}`));
  expect(two).toMatchObject(refusal(codes.GRAPHQL_VALIDATION_FAILED));
  const query = await quickly(`{ ...F0 } ${doubling('Query', 'viewer { id }')}`);
  expect(query).toMatchObject(refusal(codes.GRAPHQL_VALIDATION_FAILED));
});

test('a document nested without end is refused, and the server continues', async () => {
  const depth = 10_000;
  const answer = await quickly(`mutation ${'{ ... '.repeat(depth)}{ signOut }${' }'.repeat(depth)}`);
  expect(answer).toMatchObject(refusal(codes.GRAPHQL_PARSE_FAILED));
  expect(await service.ask('{ viewer { id } }', {}, lab.owner)).toEqual({ viewer: { id: lab.owner.id } });
});

test('a query may have any number of root fields', async () => {
  const query = `query ($project: ID!, $deployment: ID!) {
    viewer { id }
    again: viewer { id }
    project(id: $project) { id }
    ... { deployment(id: $deployment) { id } }
  }`;
  const asked = { project: lab.owner.projectId, deployment: lab.deploymentId };
  expect(await service.ask(query, asked, lab.owner)).toEqual({
    viewer: { id: lab.owner.id },
    again: { id: lab.owner.id },
    project: { id: lab.owner.projectId },
    deployment: { id: lab.deploymentId },
  });
});

test('a mutation is never run by GET, which any page can make a browser send', async () => {
  const before = await contentOf(service.db);
  const url = new URL(`${service.url}/graphql`);
  url.searchParams.set('query', `mutation { revokeApiKey(id: "${variables.id}") { id } }`);
  // With this header Apollo does not treat it as a simple request, and so continues.
  const headers = { cookie: lab.owner.cookie, 'apollo-require-preflight': 'true' };
  const response = await fetch(url, { headers });
  // GraphQL over HTTP, section 6.2.1: 405, whichever status the catalogue has for the code.
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('POST');
  expect(await contentOf(service.db)).toEqual(before);
});
