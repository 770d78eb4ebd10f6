import { once } from 'node:events';
import { connect } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateRawKey } from '../src/api-keys/raw-key.ts';
import { readConfig } from '../src/config.ts';
import { DISCARD_LIMITS } from '../src/http/discard.ts';
import { MAX_ANONYMOUS_BODY_BYTES, MAX_BODY_BYTES } from '../src/http/limits.ts';
import {
  codes,
  createKey,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  refusal,
  type Service,
  startService,
  startServiceForTest,
} from './harness.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const VIEWER = '{ viewer { id } }';

let service: Service;
let lab: Lab;
let key: { rawKey: string };

beforeAll(async () => {
  service = await startService({ corsOrigins: ['https://lims.example', 'http://localhost:8080'] });
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
});
afterAll(() => service.close());

interface Reply {
  status: number;
  headers: Headers;
  code: string | undefined;
  message: string | undefined;
}

/** Queries the viewer with a body of this many bytes. */
async function ask(bytes: number, headers: Record<string, string> = {}): Promise<Reply> {
  const bare = JSON.stringify({ query: VIEWER, padding: '' });
  const body = JSON.stringify({ query: VIEWER, padding: 'x'.repeat(bytes - bare.length) });
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body,
  });
  const { errors: [error] = [] }: { errors?: { message: string; extensions: { code: string } }[] } =
    JSON.parse(await response.text());
  return {
    status: response.status,
    headers: response.headers,
    code: error?.extensions.code,
    message: error?.message,
  };
}

describe('a body is read up to the limit of its sender', () => {
  const anonymous: [string, () => Record<string, string>][] = [
    ['without a credential', () => ({})],
    ['with other cookies', () => ({ cookie: 'theme=dark' })],
    [
      'with a Basic credential, which is for a proxy',
      () => ({ authorization: `Basic ${btoa('ann:secret')}` }),
    ],
  ];
  test.for(anonymous)('64 KiB %s', async ([, headers]) => {
    expect((await ask(MAX_ANONYMOUS_BODY_BYTES, headers())).status).toBe(200);
    const refused = await ask(MAX_ANONYMOUS_BODY_BYTES + 1, headers());
    expect(refused).toMatchObject(refusal(codes.PAYLOAD_TOO_LARGE));
    expect(refused.message).toMatch(/24 MiB with a valid API key or session, and 64 KiB without/);
  });

  const formerly: [string, () => Record<string, string>][] = [
    ['that never existed', () => ({ cookie: `spectrakey_session=${'x'.repeat(43)}` })],
    ['that is malformed', () => ({ cookie: 'spectrakey_session=x; theme=dark' })],
    ['that is empty', () => ({ cookie: 'spectrakey_session=; theme=dark' })],
  ];
  test.for(formerly)('64 KiB with the cookie of a session %s, which is cleared', async ([, headers]) => {
    const { status, headers: answered } = await ask(MAX_ANONYMOUS_BODY_BYTES, headers());
    expect(status).toBe(200);
    expect(answered.get('set-cookie')).toMatch(/^spectrakey_session=;.*Expires=Thu, 01 Jan 1970/);
    const refused = await ask(MAX_ANONYMOUS_BODY_BYTES + 1, headers());
    expect(refused).toMatchObject(refusal(codes.UNAUTHENTICATED));
    expect(refused.headers.get('set-cookie')).toMatch(/^spectrakey_session=;.*Expires=Thu, 01 Jan 1970/);
  });

  const wrong: [string, () => Record<string, string>][] = [
    ['a key whose checksum fails', () => ({ authorization: `Api-Key ${key.rawKey.slice(0, -1)}-` })],
    ['a well-formed key that does not exist', () => ({ authorization: `Api-Key ${generateRawKey().text}` })],
    ['a text as long as a key', () => ({ authorization: `Api-Key sk_${'0'.repeat(46)}` })],
    ['a key of another scheme', () => ({ authorization: `Token ${key.rawKey}` })],
    ['a key without a scheme', () => ({ authorization: key.rawKey })],
    [
      'a session and a malformed key, which takes precedence',
      () => ({ cookie: lab.owner.cookie, authorization: 'Api-Key sk_' }),
    ],
  ];
  test.for(wrong)('not at all with %s, at any length', async ([, headers]) => {
    for (const bytes of [200, MAX_ANONYMOUS_BODY_BYTES + 1, MAX_BODY_BYTES, MAX_BODY_BYTES + 1]) {
      expect(await ask(bytes, headers())).toMatchObject(refusal(codes.UNAUTHENTICATED));
    }
  });

  const known: [string, () => Record<string, string>][] = [
    ['with a key', () => ({ authorization: `Api-Key ${key.rawKey}` })],
    ['with a key as a Bearer token', () => ({ authorization: `bearer ${key.rawKey}` })],
    ['with a session', () => ({ cookie: `theme=dark; ${lab.owner.cookie}` })],
    [
      'with a session and a Basic credential',
      () => ({ cookie: lab.owner.cookie, authorization: `Basic ${btoa('ann:secret')}` }),
    ],
  ];
  test.for(known)('24 MiB %s', async ([, headers]) => {
    expect((await ask(MAX_BODY_BYTES, headers())).status).toBe(200);
    expect(await ask(MAX_BODY_BYTES + 1, headers())).toMatchObject(refusal(codes.PAYLOAD_TOO_LARGE));
  });

  /**
   * Sends only this part of a request, to a server that soon stops waiting for the rest.
   *
   * @returns the response, after the server has closed the connection
   */
  async function sendOnly(text: string): Promise<string> {
    const service = await startServiceForTest({ httpLimits: { discard: { ...DISCARD_LIMITS, ms: 200 } } });
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.write(text);
    let answer = '';
    socket.on('data', chunk => {
      answer += chunk;
    });
    await once(socket, 'close');
    return answer;
  }
  const head = ['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Type: application/json'].join('\r\n');

  test('a body with a larger Content-Length is refused before any of it is sent', async () => {
    const announced = await sendOnly(`${head}\r\nContent-Length: ${MAX_ANONYMOUS_BODY_BYTES + 1}\r\n\r\n`);
    expect(announced).toMatch(/^HTTP\/1\.1 413 [\s\S]*PAYLOAD_TOO_LARGE/);
  });

  test('a chunked body is refused at the first byte over the limit, and the connection is closed', async () => {
    const chunk = `${(MAX_ANONYMOUS_BODY_BYTES + 1).toString(16)}\r\n${' '.repeat(MAX_ANONYMOUS_BODY_BYTES + 1)}\r\n`;
    const endless = await sendOnly(`${head}\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`);
    expect(endless).toMatch(/^HTTP\/1\.1 413 [\s\S]*PAYLOAD_TOO_LARGE/);
  });
});

test.for([
  ['__proto__', '"__proto__": {"query": "{ __typename }"}'],
  ['an escaped __proto__', '"\\u005f_proto__": {"admin": true}'],
  ['a constructor’s prototype', '"constructor": {"prototype": {"admin": true}}'],
])('a body with %s is refused', async ([, member]) => {
  const post = (body: string) =>
    fetch(`${service.url}/graphql`, { method: 'POST', headers: JSON_TYPE, body });
  const answer = await post(`{"query": ${JSON.stringify(VIEWER)}, "variables": {"a": {${member}}}}`);
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain(codes.BAD_USER_INPUT);
  expect((await post(JSON.stringify({ query: VIEWER }))).status).toBe(200);
});

describe('browsers', () => {
  /** Sends a preflight or a request like a browser for a page of this origin. */
  const from = async (origin: string, method: 'OPTIONS' | 'POST', server = service) =>
    await fetch(`${server.url}/graphql`, {
      method,
      headers: {
        origin,
        cookie: lab.owner.cookie,
        ...(method === 'POST'
          ? JSON_TYPE
          : {
              'access-control-request-method': 'POST',
              'access-control-request-headers': 'authorization,content-type',
            }),
      },
      ...(method === 'POST' ? { body: JSON.stringify({ query: VIEWER }) } : {}),
    });
  const cors = ({ headers }: Response) =>
    [...headers.keys()].filter(name => name.startsWith('access-control-'));

  test('allow pages of a listed origin to call, with credentials', async () => {
    for (const origin of ['https://lims.example', 'http://localhost:8080']) {
      const preflight = await from(origin, 'OPTIONS');
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
      expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization, content-type');
      for (const answer of [preflight, await from(origin, 'POST')]) {
        expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
        expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
        expect(answer.headers.get('vary')).toMatch(/origin/i);
      }
    }
  });

  test.for([
    'https://evil.example',
    'https://lims.example.evil.example',
    'http://lims.example',
    'https://lims.example:8443',
    'null',
    '*',
  ])('do not allow pages of another origin to call: %s', async origin => {
    for (const method of ['OPTIONS', 'POST'] as const) expect(cors(await from(origin, method))).toEqual([]);
  });

  test('do not allow pages of any origin to call if none is listed', async () => {
    const closed = await startServiceForTest();
    for (const method of ['OPTIONS', 'POST'] as const) {
      expect(cors(await from('https://lims.example', method, closed))).toEqual([]);
    }
  });

  test('get headers that forbid sniffing, framing and referrers, and allow only this server’s scripts', async () => {
    for (const path of ['/', '/graphiql', '/api', '/sign-in']) {
      const { status, headers } = await fetch(`${service.url}${path}`);
      expect(status).toBe(200);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': expect.stringMatching(
          /^default-src 'none';script-src 'self';(?!.*(unsafe-eval|https?:|\*)).*frame-ancestors 'none'$/,
        ),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'strict-transport-security': 'max-age=31536000',
      });
      expect(headers.get('content-security-policy')).not.toContain('upgrade-insecure-requests');
    }
    const answer = await from('https://lims.example', 'POST');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });
});

test('CORS_ORIGINS accepts only origins', () => {
  const read = (CORS_ORIGINS: string) => readConfig({ CORS_ORIGINS }).CORS_ORIGINS;
  expect(read('https://a.example, http://localhost:3000')).toEqual([
    'https://a.example',
    'http://localhost:3000',
  ]);
  expect(read('')).toBeUndefined();
  for (const wrong of [
    '*',
    'a.example',
    'https://a.example/',
    'https://a.example/x',
    'https://*.example',
    'null',
    'ftp://a.example',
  ]) {
    expect(() => read(wrong), wrong).toThrow(/^CORS_ORIGINS: must list origins/);
  }
});

test('a server whose event loop lags sheds load, stays healthy at /healthz, and recovers', async () => {
  const own = await startServiceForTest({ httpLimits: { loopDelayMs: 300, loopDelayWindowMs: 1000 } });
  const people = await openLab(own);
  const secret = await createKey(own, people.owner, { deploymentId: people.deploymentId });
  const predict = () => own.call(PREDICT, { deploymentId: people.deploymentId, spectra: gasoline() }, secret);
  expect((await predict()).status).toBe(200);

  // The test shares the server's event loop, and blocks it for most of each second to simulate overload.
  let refused = await predict();
  for (let turn = 0; turn < 20 && refused.status === 200; turn++) {
    for (const until = Date.now() + 800; Date.now() < until; );
    refused = await predict();
  }
  expect(refused).toMatchObject(refusal(codes.UNAVAILABLE));
  expect(refused.headers.get('retry-after')).toBe('1');
  expect((await fetch(`${own.url}/healthz`)).status).toBe(200);
  await expect.poll(async () => (await predict()).status, { timeout: 10_000 }).toBe(200);
});

describe('connections', () => {
  /** Opens a connection from a loopback address. @returns the answer to a request, empty if the connection was closed */
  async function open({ url }: Service, localAddress = '127.0.0.1') {
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', localAddress });
    await once(socket, 'connect');
    socket.on('error', () => {});
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const answer = await Promise.race([
      once(socket, 'data').then(String),
      once(socket, 'close').then(() => ''),
    ]);
    return { socket, answer };
  }

  test('over the limit are closed at once, and accepted after another one ends', async () => {
    const own = await startServiceForTest({
      httpLimits: { connections: 5 },
      trustedProxies: ['127.0.0.1'],
    });
    const sockets = [];
    for (let at = 0; at < 5; at++) sockets.push(await open(own));
    for (const { answer } of sockets) expect(answer).toContain('200 OK');
    expect((await open(own)).answer).toBe('');
    for (const { socket } of sockets) socket.destroy();
    await expect.poll(async () => (await open(own)).answer).toContain('200 OK');
  });

  test('of a network that opens as many as it can leave some for others', async () => {
    const own = await startServiceForTest({ httpLimits: { connections: 40 } });
    const openedFrom = async (address: string) => {
      const sockets = [];
      for (;;) {
        const { socket, answer } = await open(own, address);
        if (answer === '') return sockets;
        expect(answer).toContain('200 OK');
        sockets.push(socket);
      }
    };
    const opened = [];
    for (const host of [2, 3, 4]) opened.push(await openedFrom(`127.0.0.${host}`));
    // Three quarters of all, then of what was left each time.
    expect(opened.map(({ length }) => length)).toEqual([30, 7, 2]);
    for (const socket of opened[0] ?? []) socket.destroy();
    await expect.poll(async () => (await open(own, '127.0.0.5')).answer).toContain('200 OK');
  });
});

test('a request that takes too long is answered with 503 and Retry-After', async () => {
  const own = await startServiceForTest({
    databaseUrl: service.databaseUrl,
    httpLimits: { handlerMs: 700 },
  });
  const { cookie } = lab.owner;
  const answered = await own.db.transaction().execute(async locking => {
    await sql`lock table sessions in access exclusive mode`.execute(locking);
    const answer = await own.call(VIEWER, {}, { cookie });
    // The query is still waiting, so it was not the database that timed out.
    const { rows } = await sql<{ waiting: number }>`
      select count(*)::int as waiting from pg_locks where not granted and relation = 'sessions'::regclass`.execute(
      locking,
    );
    expect(rows).toEqual([{ waiting: 1 }]);
    return answer;
  });
  expect(answered).toMatchObject(refusal(codes.UNAVAILABLE));
  expect(answered.headers.get('retry-after')).toBe('1');
  expect((await own.call(VIEWER, {}, { cookie })).status).toBe(200);
});
