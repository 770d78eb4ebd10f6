import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateRawKey } from '../src/api-keys/raw-key.ts';
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
import { headOf, open, type RawRequest, sendLikeUrllib, sendRaw } from './raw-http.ts';

const MIB = 1024 * 1024;

let service: Service;
let lab: Lab;
let key: { rawKey: string };

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
});
afterAll(() => service.close());

const withKey = () => [`Authorization: Api-Key ${key.rawKey}`];

describe('a client that writes its whole body before it reads is answered', () => {
  const ways: [string, number, () => string[], number][] = [
    ['25 MiB with a key', 25, withKey, 413],
    ['40 MiB with a key', 40, withKey, 413],
    ['100 MiB with a key', 100, withKey, 413],
    ['4 MiB without a credential', 4, () => [], 413],
    ['8 MiB without a credential', 8, () => [], 413],
    ['25 MiB with an unknown key', 25, () => [`Authorization: Api-Key ${generateRawKey().text}`], 401],
    ['25 MiB with an unknown session', 25, () => [`Cookie: spectrakey_session=${'x'.repeat(43)}`], 401],
  ];
  test.for(ways)('%s', { timeout: 60_000 }, async ([, mib, headers, status]) => {
    const reply = await sendLikeUrllib(service.url, { headers: headers() }, mib * MIB);
    expect(reply).toMatchObject({ status, headers: expect.stringMatching(/connection: close/i) });
    // Node's fetch, which reads while it writes.
    const [name = 'accept', value = '*/*'] = headers()[0]?.split(': ') ?? [];
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [name]: value },
      body: Buffer.alloc(mib * MIB, ' '),
    });
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(/"code":"(PAYLOAD_TOO_LARGE|UNAUTHENTICATED)"/);
  });

  test('on every path, and in the middle of a body', async () => {
    const elsewhere = await sendLikeUrllib(service.url, { path: '/elsewhere' }, 4 * MIB);
    expect(elsewhere).toMatchObject(refusal(codes.NOT_FOUND));
    const misdirected = await sendLikeUrllib(service.url, { host: 'evil.example' }, 4 * MIB);
    expect(misdirected).toMatchObject(refusal(codes.MISDIRECTED_REQUEST));
  });

  test('up to a limit of time, bytes and clients', async () => {
    const own = await startServiceForTest({
      databaseUrl: service.databaseUrl,
      httpLimits: { discard: { ms: 1000, bytes: 8 * MIB, bodies: 2 } },
    });
    expect(await sendLikeUrllib(own.url, {}, 7 * MIB)).toMatchObject({ status: 413 });
    expect(typeof (await sendLikeUrllib(own.url, {}, 100 * MIB))).toBe('string');

    const stalled = () => {
      const socket = open(own.url);
      const begun = performance.now();
      socket.on('error', () => {}).resume();
      socket.write(`${headOf({ headers: [`Content-Length: ${4 * MIB}`] })}${' '.repeat(1000)}`);
      return new Promise<number>(resolve => {
        socket.once('close', () => resolve(performance.now() - begun));
      });
    };
    const [first = 0, second = 0, third = 0] = await Promise.all([stalled(), stalled(), stalled()]);
    expect(first).toBeLessThan(900);
    expect(Math.min(second, third)).toBeGreaterThan(900);
    expect(Math.max(second, third)).toBeLessThan(3000);
  });
});

describe('credentials are parsed in one way', () => {
  const viewer = JSON.stringify({ query: '{ viewer { id } }' });
  const ask = (headers: string[], more: RawRequest = {}) =>
    sendRaw(service.url, { headers: [...headers, `Content-Length: ${viewer.length}`], ...more }, viewer);
  const cookie = () => `Cookie: ${lab.owner.cookie}`;
  const basic = (text: string) => `Authorization: Basic ${Buffer.from(text).toString('base64')}`;

  test('two Authorization headers are refused, whatever they are', async () => {
    const headers = [
      `Authorization: Api-Key ${key.rawKey}`,
      `authorization: Bearer ${key.rawKey}`,
      basic('ann:secret'),
    ];
    for (const first of headers) {
      for (const second of headers) {
        expect(await ask([first, second])).toMatchObject(refusal(codes.BAD_USER_INPUT));
      }
    }
  });

  test('a Basic credential belongs to a proxy', async () => {
    expect((await ask([basic('ann:secret'), cookie()])).text).toContain(lab.owner.id);
    expect((await ask([basic('ann:secret')])).text).toBe('{"data":{"viewer":null}}\n');
    for (const header of ['Authorization: Basic', 'Authorization: Basic ?']) {
      expect((await ask([header])).text).toBe('{"data":{"viewer":null}}\n');
    }
  });

  test('a key in a Basic credential is refused with where to put it', async () => {
    const headers = [
      basic(`${key.rawKey}:`),
      basic(`:${key.rawKey}`),
      basic(`ann:${key.rawKey}`),
      `Authorization: Basic ${key.rawKey}`,
    ];
    for (const header of headers) {
      for (const more of [[], [cookie()]]) {
        const reply = await ask([header, ...more]);
        expect(reply).toMatchObject(refusal(codes.UNAUTHENTICATED));
        expect(reply.text).toContain('Authorization: Api-Key sk_');
      }
    }
  });

  test('a key as a Bearer token is a key', async () => {
    const variables = { deploymentId: lab.deploymentId, spectra: gasoline() };
    for (const scheme of ['Bearer', 'bearer', 'Api-Key', 'API-KEY']) {
      const as = { headers: { authorization: `${scheme} ${key.rawKey}` } };
      expect((await service.call(PREDICT, variables, as)).status).toBe(200);
    }
    expect(await ask(['Authorization: Bearer eyJhbGciOiJub25lIn0.e30.'])).toMatchObject(
      refusal(codes.UNAUTHENTICATED),
    );
  });
});

describe('a body is UTF-8, and not compressed', () => {
  const body = (sampleName: Buffer) =>
    Buffer.concat([
      Buffer.from(`{"query":${JSON.stringify(PREDICT)},"variables":{"deploymentId":"${lab.deploymentId}",`),
      Buffer.from('"spectra":[{"yValues":['),
      Buffer.from(`${gasoline()[0]?.yValues}],"sampleName":"`),
      sampleName,
      Buffer.from('"}]}}'),
    ]);
  const predict = (bytes: Buffer, more: Partial<RawRequest> = {}) =>
    sendRaw(
      service.url,
      { ...more, headers: [...withKey(), `Content-Length: ${bytes.length}`, ...(more.headers ?? [])] },
      bytes,
    );

  test.for([
    ['ISO-8859-1', Buffer.from('Öl', 'latin1')],
    ['half of a letter', Buffer.from([0xc3])],
    ['a surrogate', Buffer.from([0xed, 0xa0, 0x80])],
    ['UTF-16', Buffer.from('Öl', 'utf16le')],
    ['ISO-8859-1 in a long body', Buffer.from(`Öl${' '.repeat(100_000)}`, 'latin1')],
    ['ISO-8859-1 in a body of 5 MiB', Buffer.from(`Öl${' '.repeat(5 * MIB)}`, 'latin1')],
  ] as const)('what is not, is refused: %s', async ([, name]) => {
    const before = await service.db.selectFrom('predictionLogs').select('id').execute();
    expect(await predict(body(name))).toMatchObject(refusal(codes.BAD_USER_INPUT));
    expect(await service.db.selectFrom('predictionLogs').select('id').execute()).toHaveLength(before.length);
  });

  test('as PowerShell sends it by default', async () => {
    const latin1 = readFileSync(new URL('body-latin1.txt', import.meta.url));
    expect(latin1.includes(0xd6)).toBe(true);
    expect(await predict(latin1)).toMatchObject(refusal(codes.BAD_USER_INPUT));
  });

  test('a declared charset must be UTF-8', async () => {
    const bytes = body(Buffer.from('Öl'));
    for (const charset of ['utf-8', 'UTF-8', '"utf-8"', 'utf8']) {
      const reply = await predict(bytes, { contentType: `application/json; charset=${charset}` });
      expect(reply.text).toContain('"sampleName":"Öl"');
    }
    for (const charset of ['iso-8859-1', 'ISO-8859-1', '"windows-1252"', 'utf-16', 'us-ascii']) {
      const reply = await predict(bytes, { contentType: `application/json;charset=${charset}` });
      expect(reply).toMatchObject(refusal(codes.UNSUPPORTED_MEDIA_TYPE));
      expect(reply.text).toContain('UTF-8');
    }
  });

  test('a compressed body is refused with an explanation', async () => {
    for (const encoding of ['gzip', 'deflate', 'br', 'zstd', 'x-gzip', 'gzip, identity']) {
      const reply = await predict(Buffer.from([0x1f, 0x8b]), { headers: [`Content-Encoding: ${encoding}`] });
      expect(reply).toMatchObject(refusal(codes.UNSUPPORTED_MEDIA_TYPE));
      expect(reply.text).toContain('uncompressed');
    }
    const plain = await predict(body(Buffer.from('Öl')), { headers: ['Content-Encoding: identity'] });
    expect(plain.status).toBe(200);
  });

  test('refusals by Apollo itself have codes of the catalogue too', async () => {
    const query = JSON.stringify({ query: '{ viewer { id } }' });
    for (const accept of ['text/csv', 'image/*', 'application/xml, text/html']) {
      const headers = [`Accept: ${accept}`, `Content-Length: ${query.length}`];
      expect(await sendRaw(service.url, { headers }, query)).toMatchObject(refusal(codes.NOT_ACCEPTABLE));
    }
    const get = { method: 'GET', path: '/graphql?query={viewer{id}}', contentType: 'text/plain' };
    const preflight = ['apollo-require-preflight: 1'];
    expect(await sendRaw(service.url, { ...get, headers: preflight })).toMatchObject(
      refusal(codes.UNSUPPORTED_MEDIA_TYPE),
    );
  });
});
