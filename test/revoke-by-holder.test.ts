import { Agent, get } from 'node:http';
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { setPlan } from '../src/accounts/plans.ts';
import { generateRawKey } from '../src/api-keys/raw-key.ts';
import { MAX_ANONYMOUS_BODY_BYTES } from '../src/http/limits.ts';
import {
  codes,
  contentOf,
  createKey,
  gasoline,
  headersOf,
  type Lab,
  openLab,
  PREDICT,
  REHEARSE,
  REVOKE_KEY,
  REVOKE_THIS_KEY,
  refusal,
  type Service,
  startPair,
  startServiceForTest,
  UPDATE_KEY,
} from './harness.ts';

const HOUR = 3_600_000;

let now = new Date();
let service: Service;
/** A second server on the same database. */
let elsewhere: Service;
let lab: Lab;
let key: { id: string; rawKey: string; prefix: string };

beforeAll(async () => {
  const pair = await startPair({ now: () => now });
  ({ service, elsewhere } = pair);
  return pair.close;
});
beforeEach(async () => {
  now = new Date();
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
});

const newKey = (more: Parameters<typeof createKey>[3] = {}) =>
  createKey(service, lab.owner, { deploymentId: lab.deploymentId }, more);
const predict = (on = service) =>
  on.call(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline() }, key);

/** Revokes a key with itself as the credential; null: without one. */
type Revoke = (on: Service, rawKey: string | null) => Promise<{ status: number; text: string; key: object }>;

const revokeOverGraphQL: Revoke = async (on, rawKey) => {
  const { status, text, data } = await on.call(REVOKE_THIS_KEY, {}, rawKey === null ? undefined : { rawKey });
  return { status, text, key: data?.revokeThisApiKey ?? {} };
};

const revokeOverRest: Revoke = async (on, rawKey) => {
  const response = await fetch(`${on.url}/api/key/revoke`, {
    method: 'POST',
    headers: rawKey === null ? {} : { authorization: `Bearer ${rawKey}` },
  });
  const text = await response.text();
  const { id, prefix, status, revoked_at: revokedAt } = JSON.parse(text);
  return { status: response.status, text, key: { id, prefix, status, revokedAt } };
};

describe.each<[string, Revoke]>([
  ['revokeThisApiKey', revokeOverGraphQL],
  ['POST /api/key/revoke', revokeOverRest],
])('%s', (_door, revoke) => {
  test('a key is revoked on every server at once, and repeats are answered alike', async () => {
    for (const on of [service, elsewhere]) expect((await predict(on)).status).toBe(200);
    const { id, prefix, rawKey } = key;
    const first = await revoke(service, rawKey);
    expect(first).toMatchObject({
      status: 200,
      key: { id, prefix, status: 'REVOKED', revokedAt: now.toISOString() },
    });
    for (const on of [elsewhere, service]) {
      expect(await predict(on)).toMatchObject(refusal(codes.API_KEY_REVOKED));
    }
    now = new Date(now.getTime() + HOUR);
    // The second and third take the short path of GraphQL, with a document that was validated before.
    for (const on of [elsewhere, elsewhere, service]) expect(await revoke(on, rawKey)).toEqual(first);
  });

  test('it works for a key that is rehearsed, outside its networks, without API access, or expired', async () => {
    const rehearsed = await newKey();
    await service.ask(REHEARSE, { id: rehearsed.id, minutes: 5 }, lab.owner);
    const outside = await newKey();
    const input = { id: outside.id, allowedNetworks: ['192.0.2.0/24'] };
    await service.ask(UPDATE_KEY, { input }, lab.owner);
    const expired = await newKey({ expiresAt: new Date(now.getTime() + HOUR) });
    await setPlan(service.db, lab.owner.organization.slug, 'FREE');
    // Before it returns, and after the other one has expired.
    const answers = [await revoke(service, rehearsed.rawKey)];
    now = new Date(now.getTime() + 2 * HOUR);
    for (const { rawKey } of [outside, expired, key]) answers.push(await revoke(service, rawKey));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.map(answer => answer.key)).toMatchObject(
      [rehearsed, outside, expired, key].map(({ id }) => ({ id, status: 'REVOKED' })),
    );
  });

  test('a key that a person revoked keeps the time of that revocation', async () => {
    const revokedAt = now.toISOString();
    await service.ask(REVOKE_KEY, { id: key.id }, lab.owner);
    now = new Date(now.getTime() + HOUR);
    expect(await revoke(service, key.rawKey)).toMatchObject({ status: 200, key: { revokedAt } });
  });

  test('only an unknown key is 401, and nothing is revoked without a key', async () => {
    const before = await contentOf(service.db);
    for (const rawKey of [generateRawKey().text, 'sk_wrong', null]) {
      expect(await revoke(service, rawKey)).toMatchObject({ status: 401 });
    }
    expect(await contentOf(service.db)).toEqual(before);
  });

  test('the key and the activity say once that its holder revoked it, and from which network', async () => {
    await revoke(service, key.rawKey);
    await revoke(elsewhere, key.rawKey);
    const query = 'query ($id: ID!) { apiKey(id: $id) { status revocationSource revokedBy { id } } }';
    expect((await service.ask(query, { id: key.id }, lab.owner)).apiKey).toEqual({
      status: 'REVOKED',
      revocationSource: 'HOLDER',
      revokedBy: null,
    });
    const rows = await service.db
      .selectFrom('activity')
      .select(['actorId', 'network', 'details'])
      .where('subjectId', '=', key.id)
      .where('action', '=', 'api_key.revoked')
      .execute();
    expect(rows).toEqual([
      { actorId: null, network: '127.0.0.1', details: { prefix: key.prefix, by: 'holder' } },
    ]);
  });
});

const revoke = () => service.call(REVOKE_THIS_KEY, {}, key);

/** Sends any body with a key, and returns what a client sees, without what differs between all responses. */
async function post(body: string | ReadableStream, { rawKey } = key, headers: Record<string, string> = {}) {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headersOf({ rawKey }), ...headers },
    body,
    ...(typeof body === 'string' ? {} : { duplex: 'half' as const }),
  });
  const { status } = response;
  const kept = [...response.headers].filter(
    ([name]) => !['date', 'x-request-id', 'connection', 'keep-alive'].includes(name),
  );
  return { status, headers: Object.fromEntries(kept), text: await response.text() };
}

/** Repeats GET /api/key with a key, over 400 connections from other networks. It ends with the test. */
function startReads(url: string, rawKey: string): Map<number | undefined, number> {
  const answers = new Map<number | undefined, number>();
  let left = 20_000;
  const agents = Array.from(
    { length: 8 },
    (_, at) => new Agent({ keepAlive: true, localAddress: `127.0.0.${2 + at}` }),
  );
  const read = (agent: Agent) =>
    new Promise<void>(resolve => {
      get(`${url}/api/key`, { agent, headers: headersOf({ rawKey }) }, response => {
        const { statusCode } = response;
        answers.set(statusCode, (answers.get(statusCode) ?? 0) + 1);
        response.resume().once('close', resolve);
      }).once('error', () => resolve());
    });
  const readers = agents.flatMap(agent =>
    Array.from({ length: 50 }, async () => {
      while (left-- > 0) await read(agent);
    }),
  );
  onTestFinished(async () => {
    left = 0;
    await Promise.all(readers);
    for (const agent of agents) agent.destroy();
  });
  return answers;
}

test('a flood of reads with the key from other networks does not prevent its revocation', async () => {
  const few = await startServiceForTest({ pool: 4 });
  const { owner, deploymentId } = await openLab(few);
  const stolen = await createKey(few, owner, { deploymentId });
  const answers = startReads(few.url, stolen.rawKey);
  await expect.poll(() => answers.get(503) ?? 0, { timeout: 20_000 }).toBeGreaterThan(100);
  expect(await few.call(REVOKE_THIS_KEY, {}, stolen)).toMatchObject({
    status: 200,
    data: { revokeThisApiKey: { status: 'REVOKED' } },
  });
  await expect.poll(() => answers.get(403) ?? 0, { timeout: 20_000 }).toBeGreaterThan(0);
}, 60_000);

test('a key that is refused is revoked by a document of any allowed length', async () => {
  const input = { id: key.id, allowedNetworks: ['192.0.2.0/24'] };
  await service.ask(UPDATE_KEY, { input }, lab.owner);
  const document = `${REVOKE_THIS_KEY} # ${'x'.repeat(50_000)}`;
  expect(await service.call(document, {}, key)).toMatchObject({
    status: 200,
    data: { revokeThisApiKey: { status: 'REVOKED' } },
  });
});

test('a signed-in person cannot revoke a key as its holder', async () => {
  expect(await service.call(REVOKE_THIS_KEY, {}, lab.owner)).toMatchObject(refusal(codes.FORBIDDEN));
});

test('the holder can read what the key is', async () => {
  const fields = '__typename id name prefix scopes status createdAt expiresAt revokedAt revocationSource';
  const answer = await service.call(`mutation { revokeThisApiKey { ${fields} } }`, {}, key);
  expect(answer.data?.revokeThisApiKey).toEqual({
    __typename: 'ApiKey',
    id: key.id,
    name: 'Integration',
    prefix: key.prefix,
    scopes: ['PREDICT'],
    status: 'REVOKED',
    createdAt: now.toISOString(),
    expiresAt: null,
    revokedAt: now.toISOString(),
    revocationSource: 'HOLDER',
  });
});

test.each([
  'project { id }',
  'createdBy { name }',
  'note',
  'allowedNetworks',
  'lastUsedAt',
  'successor { id }',
  '... on ApiKey { predictionLogs { nodes { id } } }',
  '...F } } fragment F on ApiKey { ...G } fragment G on ApiKey { id alias: revokedBy { name',
])('the holder cannot read %s of the key, which is then not revoked', async selection => {
  const answer = await service.call(`mutation { revokeThisApiKey { id ${selection} } }`, {}, key);
  expect(answer).toMatchObject({ ...refusal(codes.FORBIDDEN), data: null });
  expect(answer.errors[0]?.message).toContain('was not revoked');
  expect((await predict()).status).toBe(200);
});

describe('with a key that is refused', () => {
  const json = (query: string, more: object = {}) => JSON.stringify({ query, ...more });
  const FIELD = 'revokeThisApiKey { id }';
  const twice = `mutation { ${FIELD} } mutation B { ${FIELD} }`;
  const large = ' '.repeat(MAX_ANONYMOUS_BODY_BYTES);

  test.each<[string, string | (() => ReadableStream)]>([
    ['another operation', json('{ currentApiKey { id } }')],
    ['predict', json('mutation { predict(input: { deploymentId: "x", spectra: [] }) { logId } }')],
    ['signing up', json('mutation { signUp(input: {}) { id } }')],
    ['introspection', json('{ __schema { queryType { name } } }')],
    ['__typename alone', json('mutation { __typename }')],
    ['an alias of its name', json('mutation { revokeThisApiKey: __typename }')],
    ['its name in another document', json('mutation M { revokeThisApiKey: signOut }')],
    ['its name on Query', json(`{ ${FIELD} }`)],
    ['a second field', json(`mutation { ${FIELD} signOut }`)],
    ['a second field in a fragment', json(`mutation { ...F } fragment F on Mutation { ${FIELD} signOut }`)],
    ['itself twice', json(`mutation { ${FIELD} b: ${FIELD} }`)],
    ['@skip', json('mutation { revokeThisApiKey @skip(if: true) { id } }')],
    ['@include on a fragment', json(`mutation { ... @include(if: false) { ${FIELD} } }`)],
    ['two operations', json(twice)],
    ['the operation of another name', json(`mutation A { signOut } ${twice}`, { operationName: 'A' })],
    ['an unknown operation', json(`mutation A { ${FIELD} }`, { operationName: 'C' })],
    ['a subscription', json(`subscription { ${FIELD} }`)],
    ['a recursive fragment', json('mutation { ...F } fragment F on Mutation { ...F }')],
    ['a batch', `[${json(`mutation { ${FIELD} }`)}]`],
    [
      'a persisted query',
      JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a' } } }),
    ],
    ['a syntax error', json(`mutation { ${FIELD}`)],
    ['JSON that does not end', '{"query": "mutation { revokeThisApiKey'],
    ['nothing', ''],
    ['too many tokens', json(`mutation { ${FIELD} } #${' a'.repeat(11_000)}\n${'{a}'.repeat(4000)}`)],
    ['a long body', json(`mutation { ${FIELD} }${large}`)],
    ['a long body without a length', () => new Blob([json(`mutation { ${FIELD} }${large}`)]).stream()],
  ])('%s is refused as before', async (_name, body) => {
    await revoke();
    const expected = await post(json('{ currentApiKey { id } }'));
    expect(JSON.parse(expected.text).errors[0].extensions.code).toBe(codes.API_KEY_REVOKED);
    const before = await contentOf(service.db);
    const answer = await post(typeof body === 'string' ? body : body());
    expect(answer).toEqual(expected);
    expect(await contentOf(service.db)).toEqual(before);
  });

  test('another content type and GET are refused as before', async () => {
    await revoke();
    const { status, text } = await post(json('{ currentApiKey { id } }'));
    expect(await post('hello', key, { 'content-type': 'text/plain' })).toMatchObject({ status, text });
    const url = `${service.url}/graphql?query=${encodeURIComponent(`mutation { ${FIELD} }`)}`;
    const response = await fetch(url, { headers: headersOf(key) });
    expect({ status: response.status, text: await response.text() }).toEqual({ status, text });
  });

  test('a rehearsed key keeps its own refusal, with the time to wait', async () => {
    await service.ask(REHEARSE, { id: key.id, minutes: 5 }, lab.owner);
    const answer = await predict();
    expect(answer).toMatchObject(refusal(codes.API_KEY_REVOKED));
    expect(answer.headers.get('retry-after')).toBe('300');
    expect(answer.errors[0]?.extensions.rehearsalUntil).toBeDefined();
  });

  test('aliases, fragments, names of operations and extensions of a client do not matter', async () => {
    await revoke();
    const fragments = `mutation { __typename ...F } fragment F on Mutation { ... on Mutation { gone: ${FIELD} } }`;
    expect(await post(json(fragments))).toMatchObject({ status: 200 });
    const named = json(`query A { __typename } mutation B { ${FIELD} }`, {
      operationName: 'B',
      extensions: { clientLibrary: { name: 'x', version: '1' } },
    });
    expect(await post(named)).toMatchObject({ status: 200 });
    // An error of the revocation itself is reported as such.
    expect(await post(json('mutation { revokeThisApiKey }'))).toMatchObject({ status: 400 });
  });
});
