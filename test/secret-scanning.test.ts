import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { digestOf, generateRawKey } from '../src/api-keys/raw-key.ts';
import { connect } from '../src/database/pool.ts';
import { MAX_REPORT_BYTES } from '../src/http/limits.ts';
import {
  codes,
  contentOf,
  createKey,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  refusal,
  type Service,
  startPair,
  startServiceForTest,
} from './harness.ts';
import { headOf, open, type RawRequest, sendRaw } from './raw-http.ts';

const KIB = 1024;
const MINUTE = 60_000;
const URL_OF_LEAK = 'https://github.com/octocat/Hello-World/blob/12345600b9cb/foo/bar.txt';

/** Keys that the stand-in of GitHub publishes, by identifier, and how often they were fetched. */
const published = new Map<string, KeyObject>();
let fetches = 0;
let answerKeys: RequestListener;
const github = createServer((request, response) => answerKeys(request, response));
const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const first = pair();

let now = new Date();
let keysUrl: string;
let service: Service;
/** A second server on the same database. */
let elsewhere: Service;
let lab: Lab;
let key: { id: string; rawKey: string; prefix: string };

beforeAll(async () => {
  await new Promise<void>(resolve => github.listen(0, '127.0.0.1', resolve));
  keysUrl = `http://127.0.0.1:${portOf(github)}/meta/public_keys/secret_scanning`;
  const servers = await startPair({ now: () => now, secretScanningKeys: keysUrl });
  ({ service, elsewhere } = servers);
  return async () => {
    await servers.close();
    github.close();
  };
});
beforeEach(async () => {
  // Each test may fetch the keys, and has its own limit of wrong signatures.
  now = new Date(Math.max(Date.now(), now.getTime() + 2 * MINUTE));
  published.clear();
  published.set('first', first.publicKey);
  fetches = 0;
  answerKeys = (_request, response) => {
    fetches += 1;
    const keys = [...published].map(([key_identifier, publicKey]) => ({
      key_identifier,
      key: publicKey.export({ type: 'spki', format: 'pem' }),
      is_current: true,
    }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ public_keys: keys }));
  };
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
});

function portOf(server: { address: () => AddressInfo | string | null }): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const predict = (on = service) =>
  on.call(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline() }, key);
const found = (token: string) => ({ token, type: 'spectrakey_api_key', url: URL_OF_LEAK, source: 'content' });

interface Report {
  on?: Service;
  identifier?: string;
  privateKey?: KeyObject;
  /** What is sent instead of what was signed. */
  sent?: string;
  headers?: Record<string, string>;
}

async function report(
  content: unknown,
  { on = service, identifier = 'first', privateKey = first.privateKey, sent, headers = {} }: Report = {},
) {
  const body = typeof content === 'string' ? content : JSON.stringify(content);
  const response = await fetch(`${on.url}/secret-scanning/github`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'github-public-key-identifier': identifier,
      'github-public-key-signature': sign('sha256', Buffer.from(body), privateKey).toString('base64'),
      ...headers,
    },
    body: sent ?? body,
  });
  const answer = JSON.parse(await response.text());
  return { status: response.status, answer, code: answer.errors?.[0]?.extensions.code };
}

test('a signed report revokes the keys in it on every server, and says which secrets are keys', async () => {
  expect((await predict(elsewhere)).status).toBe(200);
  const unknown = generateRawKey().text;
  const wrong = `${key.rawKey.slice(0, -1)}${key.rawKey.endsWith('0') ? '1' : '0'}`;
  const secrets = [found(key.rawKey), found(unknown), found(wrong), found('hello')];
  const labels = ['true_positive', 'false_positive', 'false_positive', 'false_positive'];
  const expected = {
    status: 200,
    answer: secrets.map(({ token, type }, place) => ({
      token_hash: digestOf(token).toString('hex'),
      token_type: type,
      label: labels[place],
    })),
  };
  // With the white space that the sender chose.
  expect(await report(` ${JSON.stringify(secrets, null, 2)}\n`)).toMatchObject(expected);
  for (const on of [elsewhere, service]) {
    expect(await predict(on)).toMatchObject(refusal(codes.API_KEY_REVOKED));
  }
  // A repeat is answered alike and changes nothing.
  const before = await contentOf(service.db);
  expect(await report(secrets)).toMatchObject(expected);
  expect(await contentOf(service.db)).toEqual(before);

  const { apiKey } = await service.ask(
    'query ($id: ID!) { apiKey(id: $id) { status revocationSource } }',
    { id: key.id },
    lab.owner,
  );
  expect(apiKey).toEqual({ status: 'REVOKED', revocationSource: 'SECRET_SCANNING' });
  const rows = await service.db
    .selectFrom('activity')
    .select(['actorId', 'network', 'details'])
    .where('subjectId', '=', key.id)
    .where('action', '=', 'api_key.revoked')
    .execute();
  const details = { prefix: key.prefix, by: 'GitHub secret scanning', url: URL_OF_LEAK };
  expect(rows).toEqual([{ actorId: null, network: '127.0.0.1', details }]);
  expect(service.log.join('')).not.toContain(key.rawKey);
});

test('a report without the signature of a published key changes nothing', async () => {
  const stranger = pair();
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  published.set('rsa', rsa.publicKey);
  const before = await contentOf(service.db);
  const other = JSON.stringify([found(generateRawKey().text)]);
  const wrong: Report[] = [
    { privateKey: stranger.privateKey },
    { identifier: 'unknown' },
    { identifier: 'rsa', privateKey: rsa.privateKey },
    { identifier: '' },
    { identifier: 'x'.repeat(1000) },
    { identifier: '__proto__' },
    { headers: { 'github-public-key-signature': '' } },
    { headers: { 'github-public-key-signature': 'no base64' } },
  ];
  for (const how of wrong)
    expect(await report([found(key.rawKey)], how)).toMatchObject(refusal(codes.UNAUTHENTICATED));
  expect(await report(other, { sent: JSON.stringify([found(key.rawKey)]) })).toMatchObject({ status: 401 });
  expect(await contentOf(service.db)).toEqual(before);
  expect((await predict()).status).toBe(200);
});

test('bodies that are no list of secrets, too long or of another type are refused', async () => {
  expect(await report('{"token": 1}')).toMatchObject(refusal(codes.BAD_USER_INPUT));
  expect(await report('[{"token": 1}]')).toMatchObject(refusal(codes.BAD_USER_INPUT));
  expect(await report('[null')).toMatchObject(refusal(codes.BAD_USER_INPUT));
  expect(await report(Array(1001).fill(0))).toMatchObject(refusal(codes.BAD_USER_INPUT));
  expect(await report(' '.repeat(MAX_REPORT_BYTES + 1))).toMatchObject(refusal(codes.PAYLOAD_TOO_LARGE));
  expect(await report([], { headers: { 'content-type': 'text/plain' } })).toMatchObject({ status: 415 });
  expect(await report([])).toEqual({ status: 200, answer: [], code: undefined });
  // Also one that is cut in the middle of a character, and one that PostgreSQL does not store.
  for (const path of ['x'.repeat(10_000), '\u{1f600}'.repeat(1000), `x${'\u{1f600}'.repeat(1000)}`, '\0']) {
    const leaked = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    const secret = { ...found(leaked.rawKey), url: `https://github.com/${path}` };
    expect(await report([secret])).toMatchObject({ status: 200, answer: [{ label: 'true_positive' }] });
  }
});

test.each([1000, 4600])('%i secrets that are not keys do not keep a key alive beside them', async count => {
  const secrets = Array.from({ length: count }, (_, at) => {
    const { text } = generateRawKey();
    // Most have a wrong checksum.
    return found(at % 10 === 0 ? text : `${text.slice(0, -6)}${text.slice(-3)}${text.slice(-6, -3)}`);
  });
  secrets.push(found(key.rawKey));
  const { status, answer } = await report(secrets);
  expect(status).toBe(200);
  expect(answer).toHaveLength(count + 1);
  expect(answer.filter(({ label }: { label: string }) => label === 'true_positive')).toEqual([
    { token_hash: digestOf(key.rawKey).toString('hex'), token_type: found('').type, label: 'true_positive' },
  ]);
  for (const on of [elsewhere, service]) {
    expect(await predict(on)).toMatchObject(refusal(codes.API_KEY_REVOKED));
  }
});

test('a key whose row is locked does not prevent the revocation of others, and is revoked once it is free', async () => {
  const other = await openLab(service, 'PRO', 'Olga Other');
  // Its id comes before those of the others.
  const locked = key;
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  const more = await createKey(service, other.owner, { deploymentId: other.deploymentId });
  const witness = connect({ url: service.databaseUrl, max: 1, onIdleError: () => {} });
  onTestFinished(() => witness.destroy());
  const lock = async () => {
    const held = await witness.startTransaction().execute();
    await held.selectFrom('apiKeys').select('id').where('id', '=', locked.id).forUpdate().execute();
    return held;
  };
  const revokedKeys = async () => {
    const rows = await service.db
      .selectFrom('apiKeys')
      .select('id')
      .where('id', 'in', [locked.id, key.id, more.id])
      .where('revokedAt', 'is not', null)
      .orderBy('id')
      .execute();
    return rows.map(({ id }) => id);
  };
  const secrets = [locked, key, more].map(({ rawKey }) => found(rawKey));

  let held = await lock();
  expect(await report(secrets)).toMatchObject(refusal(codes.UNAVAILABLE));
  expect(await revokedKeys()).toEqual([key.id, more.id]);
  expect(await predict()).toMatchObject(refusal(codes.API_KEY_REVOKED));
  await held.rollback().execute();

  const late = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  held = await lock();
  const answered = report([...secrets, found(late.rawKey)]);
  const isRevoked = async () =>
    (await service.call(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline() }, late)).code ===
    codes.API_KEY_REVOKED;
  await expect.poll(isRevoked).toBe(true);
  await held.rollback().execute();
  expect(await answered).toMatchObject({ status: 200, answer: Array(4).fill({ label: 'true_positive' }) });
  expect(await revokedKeys()).toEqual([locked.id, key.id, more.id]);
});

/** The head of a report of this many bytes, sent without them. */
const unsent = (bytes: number, { identifier = 'first', from = '127.0.0.1' } = {}): RawRequest => ({
  path: '/secret-scanning/github',
  from,
  headers: [
    `GitHub-Public-Key-Identifier: ${identifier}`,
    `GitHub-Public-Key-Signature: ${sign('sha256', Buffer.alloc(0), first.privateKey).toString('base64')}`,
    `Content-Length: ${bytes}`,
  ],
});

test('a body is read only where the headers name a published key', async () => {
  const reply = (...args: Parameters<typeof unsent>) => sendRaw(service.url, unsent(...args));
  // None of these bodies is sent.
  expect(await reply(500 * KIB, { identifier: 'unknown' })).toMatchObject({ status: 401 });
  expect(await reply(10, { identifier: 'unknown' })).toMatchObject({ status: 401 });
  expect(await reply(MAX_REPORT_BYTES + 1)).toMatchObject({ status: 413 });
});

test('large reports share a part of the memory for bodies, so that a sender with a wrong signature leaves some to GitHub', async () => {
  // Reports may take 1 MiB.
  const small = await startServiceForTest({
    now: () => now,
    secretScanningKeys: keysUrl,
    httpLimits: { largeBodiesBytes: 16 * MAX_REPORT_BYTES },
  });
  const from = '127.0.0.2';
  const sockets = [1, 2].map(() => {
    const socket = open(small.url, from);
    socket.on('error', () => {}).write(headOf(unsent(MAX_REPORT_BYTES, { from })));
    socket.write(' '.repeat(600 * KIB));
    return socket;
  });
  // The memory suffices for one of the two.
  const refused = await Promise.race(
    sockets.map(
      socket => new Promise<string>(resolve => socket.once('data', data => resolve(data.toString()))),
    ),
  );
  expect(refused).toContain('HTTP/1.1 503 ');
  const secrets = Array.from({ length: 1000 }, () => found(generateRawKey().text));
  expect(await report(secrets, { on: small })).toMatchObject({ status: 200 });
});

test('a public key that cannot be read does not prevent the use of others', async () => {
  const fresh = await startServiceForTest({ now: () => now, secretScanningKeys: keysUrl });
  const pem = first.publicKey.export({ type: 'spki', format: 'pem' });
  const listed = [
    { key_identifier: 'other', key: 'no PEM' },
    { key_identifier: 'first', key: pem },
  ];
  answerKeys = (_request, response) => response.end(JSON.stringify({ public_keys: listed }));
  expect(await report([], { on: fresh })).toMatchObject({ status: 200 });
});

test('a new public key is fetched when it is first used, and unknown ones at most once a minute', async () => {
  await report([]);
  const second = pair();
  published.set('second', second.publicKey);
  const how = { identifier: 'second', privateKey: second.privateKey };
  now = new Date(now.getTime() + MINUTE);
  fetches = 0;
  expect((await report([], how)).status).toBe(200);
  for (let index = 0; index < 5; index++) await report([], { identifier: `unknown ${index}` });
  expect((await report([], how)).status).toBe(200);
  expect(fetches).toBe(1);
  now = new Date(now.getTime() + MINUTE);
  await Promise.all([1, 2, 3].map(index => report([], { identifier: `unknown ${index}` })));
  expect(fetches).toBe(2);
});

test('without the public keys a report is answered 503, whatever the other side answers', async () => {
  const other = createServer((_request, response) => response.end('{"public_keys": []}'));
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  let redirected = 0;
  other.on('request', () => {
    redirected += 1;
  });
  const answers: RequestListener[] = [
    (_request, response) => response.writeHead(500).end(),
    (_request, response) => response.end('{}'),
    (_request, response) => response.end('no JSON'),
    (_request, response) => response.end('"x"'),
    (_request, response) => response.end(`{"public_keys": [], "x": "${'x'.repeat(100_000)}"}`),
    (_request, response) => response.end('{"public_keys": [{"key_identifier": "first", "key": "no PEM"}]}'),
    (_request, response) => response.writeHead(302, { location: `http://127.0.0.1:${portOf(other)}/` }).end(),
  ];
  const fresh = await startServiceForTest({ now: () => now, secretScanningKeys: keysUrl });
  for (const answer of answers) {
    answerKeys = answer;
    now = new Date(now.getTime() + MINUTE);
    expect(await report([found(key.rawKey)], { on: fresh })).toMatchObject(refusal(codes.UNAVAILABLE));
  }
  expect(redirected).toBe(0);
});

test('wrong signatures are rate limited, and the endpoint is off by default', async () => {
  const answers = [];
  for (let index = 0; index < 101; index++)
    answers.push((await report([], { identifier: 'unknown' })).status);
  expect(answers.at(-1)).toBe(429);
  expect(new Set(answers.slice(0, -1))).toEqual(new Set([401]));
  // Genuine reports are not.
  expect((await report([])).status).toBe(200);
  const off = await startServiceForTest({ now: () => now });
  expect((await report([], { on: off })).status).toBe(404);
});
