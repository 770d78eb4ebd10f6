import { writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { generateRawKey } from '../src/api-keys/raw-key.ts';
import { paste, temporaryFolder } from './commands.ts';
import { callThrough, rest } from './doors.ts';
import {
  type Credential,
  codes,
  createKey,
  demonstration,
  deploy,
  gasoline,
  headersOf,
  type Lab,
  openLab,
  REVOKE_KEY,
  readMetrics,
  recordOf,
  type Service,
  startService,
} from './harness.ts';
import { blocksUnder, commandsUnder } from './pages.ts';
import { sendRaw } from './raw-http.ts';
import { oneSpectrum } from './watcher.ts';

let service: Service;
let lab: Lab;
let otherLab: Lab;
let key: { id: string; rawKey: string; prefix: string };
let otherModel: { modelId: string; deploymentId: string };

beforeAll(async () => {
  service = await startService({ corsOrigins: ['https://lims.example'], metrics: true });
  lab = await openLab(service);
  otherLab = await openLab(service, 'ENTERPRISE', 'Otto Other');
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  otherModel = await deploy(service, lab.owner, demonstration('oil-type.onnx'), 'Oil');
});
afterAll(() => service.close());

const BODY = JSON.stringify({
  spectra: gasoline().map(({ sampleName, yValues }) => ({ sample_name: sampleName, y_values: yValues })),
});
const JSON_TYPE = { 'content-type': 'application/json' };
const pathOf = (deploymentId = lab.deploymentId) => `/api/deployments/${deploymentId}/predict`;
const longPathOf = ({
  slug = lab.owner.organization.slug,
  projectId = lab.owner.projectId,
  deploymentId = lab.deploymentId,
} = {}) => `/api/organizations/${slug}/projects/${projectId}/deployments/${deploymentId}/predict/`;

interface Reply {
  status: number;
  headers: Headers;
  text: string;
}

async function ask(
  path: string,
  {
    method = 'POST',
    as = key,
    headers = JSON_TYPE,
    body = method === 'POST' ? BODY : undefined,
  }: {
    method?: string;
    as?: Credential | undefined;
    headers?: Record<string, string>;
    body?: string | undefined;
  } = {},
): Promise<Reply> {
  const response = await fetch(service.url + path, {
    method,
    headers: { ...headers, ...headersOf(as) },
    ...(body !== undefined && { body }),
    redirect: 'manual',
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
const read = async (path: string, as: Credential = key) =>
  JSON.parse((await ask(path, { method: 'GET', as })).text);
const codeOf = ({ text }: Reply): unknown => JSON.parse(text).code;

describe('paths', () => {
  test('predict is called by its short and its long path, with and without a slash at the end', async () => {
    for (const path of [pathOf(), `${pathOf()}/`, longPathOf(), longPathOf().slice(0, -1)]) {
      const reply = await ask(path);
      expect(reply.status, path).toBe(200);
      expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(JSON.parse(reply.text)).toEqual({
        predictions: [{ sample_name: expect.any(String), value: expect.closeTo(88, -1) }],
        model: {
          id: lab.modelId,
          name: 'Octane',
          version: 1,
          target_property: 'octane number',
          unit: null,
        },
        x_axis_checked: false,
        log_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
    }
    const upper = await ask(pathOf(lab.deploymentId.toUpperCase()));
    expect(upper.status).toBe(200);
  });

  test('a path with another organization or project answers as a deployment that the key does not reach', async () => {
    const ofAll = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
    const notReached = await ask(pathOf(otherLab.deploymentId), { as: ofAll });
    expect(notReached.status).toBe(403);
    const comparable = (text: string) => ({ ...JSON.parse(text), request_id: '' });
    for (const as of [ofAll, key]) {
      for (const path of [
        longPathOf({ slug: otherLab.owner.organization.slug }),
        longPathOf({ projectId: otherLab.owner.projectId }),
        longPathOf({ slug: lab.owner.organization.slug.toUpperCase() }),
        longPathOf({ projectId: 'x' }),
        longPathOf({ deploymentId: otherLab.deploymentId }),
      ]) {
        const before = await recordOf(service, lab.deploymentId);
        const reply = await ask(path, { as });
        expect(reply.status, path).toBe(403);
        expect(comparable(reply.text)).toEqual(comparable(notReached.text));
        expect(await recordOf(service, lab.deploymentId)).toEqual(before);
      }
    }
  });

  test('another method answers 405 with those that are allowed, and an unknown path 404, both as problems', async () => {
    const allowed: Record<string, string> = {
      [pathOf()]: 'POST, OPTIONS',
      [longPathOf()]: 'POST, OPTIONS',
      '/api/key': 'GET, HEAD, OPTIONS',
      '/api/key/': 'GET, HEAD, OPTIONS',
      [`/api/deployments/${lab.deploymentId}`]: 'GET, HEAD, OPTIONS',
      '/api/openapi.json': 'GET, HEAD, OPTIONS',
      '/api': 'GET, HEAD, OPTIONS',
      '/api/': 'GET, HEAD, OPTIONS',
    };
    for (const [path, allow] of Object.entries(allowed)) {
      const wrong = allow.startsWith('POST') ? ['GET', 'PUT', 'DELETE', 'PATCH'] : ['POST', 'PUT', 'DELETE'];
      for (const method of wrong) {
        for (const as of [key, undefined]) {
          const headers = { ...JSON_TYPE, accept: 'text/html,*/*' };
          const reply = await ask(`${path}?page=1`, { method, as, headers });
          expect([reply.status, reply.headers.get('allow')], `${method} ${path}`).toEqual([405, allow]);
          expect(codeOf(reply)).toBe(codes.METHOD_NOT_ALLOWED);
        }
      }
      const options = await ask(path, { method: 'OPTIONS', as: { headers: {} } });
      expect([options.status, options.headers.get('allow'), options.text]).toEqual([204, allow, '']);
    }
    for (const path of ['/api/keys', '/api/deployments', '/api/deployments/a/b/c', `${pathOf()}//`]) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const reply = await ask(path, {
          method,
          headers: { 'content-type': 'text/xml', accept: 'text/html' },
        });
        expect(reply.status, `${method} ${path}`).toBe(404);
        expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
        expect(codeOf(reply)).toBe(codes.NOT_FOUND);
      }
    }
    const unreadable = await ask('/api/deployments/%zz/predict');
    expect([unreadable.status, codeOf(unreadable)]).toEqual([400, codes.BAD_USER_INPUT]);
  });

  test('a parameter of any length is that of a deployment which the key does not reach', async () => {
    for (const length of [100, 101, 8000]) {
      const long = 'x'.repeat(length);
      for (const path of [
        pathOf(long),
        longPathOf({ slug: long }),
        longPathOf({ projectId: long }),
        longPathOf({ deploymentId: long }),
      ]) {
        const reply = await ask(path);
        expect([reply.status, codeOf(reply)]).toEqual([403, codes.API_KEY_NOT_AUTHORIZED]);
        expect((await ask(path, { method: 'PUT' })).status).toBe(405);
      }
      const described = await ask(`/api/deployments/${long}`, { method: 'GET' });
      expect([described.status, codeOf(described)]).toEqual([403, codes.API_KEY_NOT_AUTHORIZED]);
    }
  });

  test('HEAD answers as GET does, without a body', async () => {
    for (const path of ['/api/key', `/api/deployments/${lab.deploymentId}`, '/api/openapi.json']) {
      const [get, head] = [await ask(path, { method: 'GET' }), await ask(path, { method: 'HEAD' })];
      expect([head.status, head.text]).toEqual([200, '']);
      expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
    }
    expect((await ask('/api/key', { method: 'HEAD', as: { headers: {} } })).status).toBe(401);
  });
});

describe('bodies', () => {
  test('JSON is read whatever the case of its type and with the charset UTF-8', async () => {
    for (const type of [
      'application/json',
      'Application/JSON',
      'application/json; charset=utf-8',
      'application/json;charset="UTF-8"',
      'APPLICATION/JSON ; Charset=UTF-8',
    ]) {
      expect((await ask(pathOf(), { headers: { 'content-type': type } })).status, type).toBe(200);
    }
  });

  test('another type, charset or encoding answers 415 with what is accepted', async () => {
    for (const headers of [
      { 'content-type': 'text/plain' },
      { 'content-type': 'text/csv' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'multipart/form-data; boundary=x' },
      { 'content-type': 'application/json; charset=latin1' },
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      { 'content-type': 'nonsense' },
    ]) {
      const reply = await ask(pathOf(), { headers });
      expect([reply.status, codeOf(reply)], JSON.stringify(headers)).toEqual([
        415,
        codes.UNSUPPORTED_MEDIA_TYPE,
      ]);
      expect(reply.headers.get('accept-post')).toBe('application/json');
      if (!('content-encoding' in headers)) expect(reply.text).toMatch(/Content-Type: application\/json/);
    }
  });

  const authorized = () => `Authorization: Api-Key ${key.rawKey}`;
  test('a chunked body is read', async () => {
    const half = Math.floor(BODY.length / 2);
    const chunks = [BODY.slice(0, half), BODY.slice(half)];
    const body = [...chunks, ''].map(chunk => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
    const headers = [authorized(), 'Transfer-Encoding: chunked'];
    expect(await sendRaw(service.url, { path: pathOf(), headers }, body)).toMatchObject({ status: 200 });
  });

  test('a client that waits for 100 Continue gets it, and then its answer', async () => {
    const { hostname, port } = new URL(service.url);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest({
        hostname,
        port,
        path: pathOf(),
        method: 'POST',
        headers: {
          ...JSON_TYPE,
          ...headersOf(key),
          'content-length': Buffer.byteLength(BODY),
          expect: '100-continue',
        },
      });
      request.on('continue', () => request.end(BODY));
      request.on('response', response => resolve(response.resume().statusCode));
      request.on('error', reject);
      request.flushHeaders();
    });
    expect(status).toBe(200);
  });

  const spectrum = '{"sample_name":"a","y_values":[1]}';
  const invalid: [body: string, detail: RegExp][] = [
    ['', /^The body is not valid JSON\. Write numbers with a point, as 0\.12/],
    ['{"spectra"', /^The body is not valid JSON\./],
    ['{"spectra":[{"sample_name":"a","y_values":[NaN]}]}', /^The body is not valid JSON\..*no NaN/],
    ['{"spectra":[{"sample_name":"a","y_values":[0.1,]}]}', /^The body is not valid JSON\..*last item/],
    ['null', /^The body has the wrong type\. Send an object\.$/],
    ['[]', /^The body has the wrong type\. Send an object\.$/],
    ['{}', /^The body has no "spectra"\. Add it\.$/],
    ['{"spectra":{}}', /^"spectra" has the wrong type\. Send an array\.$/],
    ['{"spectra":[1]}', /^"spectra\[0\]" has the wrong type\. Send an object\.$/],
    ['{"spectra":[{"y_values":[1]}]}', /^"spectra\[0\]" has no "sample_name"\. Add it\.$/],
    ['{"spectra":[{"sample_name":1,"y_values":[1]}]}', /^"spectra\[0\]\.sample_name" has the wrong type/],
    [
      `{"spectra":[${spectrum}],"xValues":[1]}`,
      /^The body has an unknown property "xValues"\. Remove it: the properties are "spectra" and "x_values"\.$/,
    ],
    [
      '{"spectra":[{"sample_name":"a","y_values":[1],"unit":"nm"}]}',
      /^"spectra\[0\]" has an unknown property "unit"\. Remove it: the properties are "sample_name" and "y_values"\.$/,
    ],
    [`{"spectra":[${spectrum}],"${'x'.repeat(5000)}":1}`, /unknown property "x{60}…"/],
    [
      '{"spectra":[{"sample_name":"a","y_values":[1,"2"]}]}',
      /^"spectra\[0\]\.y_values"\[1\] is not a finite number\. Send numbers only\.$/,
    ],
    ['{"spectra":[{"sample_name":"a","y_values":[1,null]}]}', /"\[1\] is not a finite number/],
    ['{"spectra":[{"sample_name":"a","y_values":[1e999]}]}', /"\[0\] is not a finite number/],
    [
      '{"spectra":[{"sample_name":"a","y_values":"1 2"}]}',
      /^"spectra\[0\]\.y_values" is not a list of numbers\. Send one, as \[0\.1, 0\.2\]\.$/,
    ],
    [`{"spectra":[${spectrum}],"x_values":1}`, /^"x_values" is not a list of numbers/],
    ['{"spectra":[],"__proto__":{}}', /JSON|prototype/],
  ];
  test.each(invalid)('a body that is not valid is refused with what to change (%#)', async (body, detail) => {
    const reply = await ask(pathOf(), { body });
    expect([reply.status, codeOf(reply)]).toEqual([400, codes.BAD_USER_INPUT]);
    expect(JSON.parse(reply.text).detail).toMatch(detail);
    expect(reply.text.length).toBeLessThan(1000);
  });

  test('a large body, which a worker parses, is answered as a small one', async () => {
    const [spectrum] = gasoline();
    const one = { sample_name: 'a', y_values: spectrum?.yValues ?? [] };
    const spectra = Array.from({ length: 1000 }, () => one);
    // Longer than what is parsed on the event loop.
    const body = JSON.stringify({ spectra }).replaceAll(',', ',   ');
    expect(body.length).toBeGreaterThan(4 * 1024 * 1024);
    const reply = await ask(pathOf(), { body });
    expect(reply.status).toBe(200);
    const small = JSON.parse((await ask(pathOf(), { body: JSON.stringify({ spectra: [one] }) })).text);
    const { predictions } = JSON.parse(reply.text);
    expect(predictions).toHaveLength(1000);
    expect(predictions[999].value).toBe(small.predictions[0].value);
    const wrong = body.replace(/\d\]\}\s*,/, '1e999]},');
    expect(codeOf(await ask(pathOf(), { body: wrong }))).toBe(codes.BAD_USER_INPUT);
  });

  test('x_values may be null, as some clients send what is absent', async () => {
    expect((await ask(pathOf(), { body: `{"x_values":null,${BODY.slice(1)}` })).status).toBe(200);
  });
});

describe('the header Idempotency-Key', () => {
  const repeat = (value: string) => ask(pathOf(), { headers: { ...JSON_TYPE, 'idempotency-key': value } });
  test('is a text in quotes or bare', async () => {
    const [quoted, bare] = [await repeat('"one two"'), await repeat('one two')];
    expect([quoted.status, bare.status]).toEqual([200, 200]);
    expect(JSON.parse(bare.text).log_id).toBe(JSON.parse(quoted.text).log_id);
  });

  test.each(['""', '"open', 'ü', '"a"b"', '', 'k'.repeat(201), '"a";p=1'])(
    'is refused as %s',
    async value => {
      const reply = await repeat(value);
      expect([reply.status, codeOf(reply)]).toEqual([400, codes.BAD_USER_INPUT]);
    },
  );

  test('is refused when it is sent twice', async () => {
    const headers = [
      `Authorization: Api-Key ${key.rawKey}`,
      'Idempotency-Key: a',
      'Idempotency-Key: a',
      `Content-Length: ${BODY.length}`,
    ];
    expect(await sendRaw(service.url, { path: pathOf(), headers }, BODY)).toMatchObject({
      status: 400,
      code: codes.BAD_USER_INPUT,
    });
  });
});

describe('what is left of the month', () => {
  /** A deployment with a limit of five predictions a month. */
  async function limitedLab() {
    const limited = await openLab(service);
    const { name } = await service.db
      .selectFrom('organizations')
      .innerJoin('plans', 'plans.name', 'organizations.plan')
      .select('plans.name')
      .where('organizations.id', '=', limited.owner.organization.id)
      .executeTakeFirstOrThrow();
    const set = (monthlyPredictions: number) =>
      service.db.updateTable('plans').set({ monthlyPredictions }).where('name', '=', name).execute();
    onTestFinished(async () => void (await set(100_000)));
    await set(5);
    return {
      ...limited,
      key: await createKey(service, limited.owner, { deploymentId: limited.deploymentId }),
    };
  }
  const leftIn = (headers: Headers) => Number(/;r=(\d+);/.exec(headers.get('ratelimit') ?? '')?.[1]);

  test('is in the headers RateLimit and RateLimit-Policy, as the settling statement counted it', async () => {
    const { deploymentId, key: as } = await limitedLab();
    const call = (count: number, idempotencyKey?: string) =>
      callThrough(
        rest,
        service,
        { deploymentId, spectra: gasoline(count), ...(idempotencyKey && { idempotencyKey }) },
        as,
      );
    const first = await call(1, 'first');
    expect(first.headers.get('ratelimit')).toMatch(/^"monthly-predictions";r=4;t=\d+$/);
    expect(first.headers.get('ratelimit-policy')).toMatch(/^"monthly-predictions";q=5;w=2\d{6}$/);
    expect(leftIn((await call(2)).headers)).toBe(2);
    expect(leftIn((await call(1, 'first')).headers)).toBe(2);
    const refused = await call(3);
    expect(refused).toMatchObject({ status: 429, code: codes.QUOTA_EXCEEDED });
    expect(leftIn(refused.headers)).toBe(2);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(leftIn((await call(2)).headers)).toBe(0);
    const last = await call(1);
    expect([last.status, leftIn(last.headers)]).toEqual([429, 0]);
  });

  test('is exact for calls at once: each number is granted once', async () => {
    const { deploymentId, key: as } = await limitedLab();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => callThrough(rest, service, { deploymentId, spectra: gasoline() }, as)),
    );
    const granted = answers.filter(({ status }) => status === 200);
    expect(granted).toHaveLength(5);
    expect(Math.min(...granted.map(({ headers }) => leftIn(headers)))).toBe(0);
    expect(await recordOf(service, deploymentId)).toEqual({ charged: 5, logged: 5 });
  });

  test('is not in the answers of an unlimited plan', async () => {
    const as = await createKey(service, otherLab.owner, { deploymentId: otherLab.deploymentId });
    const { status, headers } = await ask(pathOf(otherLab.deploymentId), { as });
    expect([status, headers.get('ratelimit'), headers.get('ratelimit-policy')]).toEqual([200, null, null]);
  });
});

describe('what a key may call', () => {
  test('GET /api/key and /api/deployments/{id} describe it, charge nothing and are not a use', async () => {
    const fresh = await createKey(service, lab.owner, { deploymentId: otherModel.deploymentId });
    const described = await read('/api/key', fresh);
    expect(described).toEqual({
      id: fresh.id,
      name: 'Integration',
      prefix: fresh.prefix,
      scopes: ['PREDICT'],
      expires_at: null,
      root_id: fresh.id,
      allowed_networks: null,
      monthly_predictions: null,
      usage: null,
      calls_per_minute: null,
      organization: { slug: lab.owner.organization.slug },
      project: { id: lab.owner.projectId, name: expect.any(String) },
      deployments: [
        {
          id: otherModel.deploymentId,
          name: 'Oil',
          description: null,
          active: true,
          input_length: expect.any(Number),
          usage: { month: new Date().toISOString().slice(0, 7), predictions: 0, limit: 100_000 },
          model: {
            id: otherModel.modelId,
            name: 'Oil',
            version: 1,
            target_property: 'octane number',
            unit: null,
            kind: 'CLASSIFICATION',
            x_axis: null,
          },
        },
      ],
    });
    expect(await read(`/api/deployments/${otherModel.deploymentId}`, fresh)).toEqual(
      described.deployments[0],
    );
    const unreached = await ask(`/api/deployments/${lab.deploymentId}`, { method: 'GET', as: fresh });
    expect([unreached.status, codeOf(unreached)]).toEqual([403, codes.API_KEY_NOT_AUTHORIZED]);
    expect((await read('/api/key')).deployments.length).toBeGreaterThan(1);
    const { currentApiKey } = await service.ask(
      `{ currentApiKey { id name prefix scopes status expiresAt deployments {
        id name description active usage { month predictions limit }
        model { id name version kind targetProperty unit inputLength xAxis { first last } } } } }`,
      {},
      fresh,
    );
    expect(currentApiKey).toMatchObject({
      id: fresh.id,
      prefix: fresh.prefix,
      status: 'ACTIVE',
      deployments: [{ id: otherModel.deploymentId, model: { id: otherModel.modelId, xAxis: null } }],
    });
    const { rows } = await sql<{ lastUsedAt: Date | null; logs: number }>`
      select last_used_at, (select count(*)::int from prediction_logs where api_key_id = api_keys.id) as logs
      from api_keys where id = ${fresh.id}`.execute(service.db);
    expect(rows).toEqual([{ lastUsedAt: null, logs: 0 }]);
    expect(await recordOf(service, otherModel.deploymentId)).toEqual({ charged: 0, logged: 0 });
  });

  test('a key reads nothing else of its deployments', async () => {
    for (const field of [
      'project { id }',
      'outsideThisMonth dailyPredictions { date }',
      'dailyPredictions { date }',
      'predictionLogs { nodes { id } }',
    ]) {
      const answer = await service.call(`{ currentApiKey { deployments { id ${field} } } }`, {}, key);
      expect(answer.errors[0]?.extensions.code, field).toBe(codes.FORBIDDEN);
    }
  });

  test('the axis of a model comes with its values for one deployment, and without for a list', async () => {
    const values = Array.from({ length: 401 }, (_, i) => 900 + 2 * i);
    const input = { modelId: lab.modelId, quantity: 'WAVELENGTH', unit: 'nm', values };
    await service.ask(
      'mutation ($input: SetModelXAxisInput!) { setModelXAxis(input: $input) { id } }',
      { input },
      lab.owner,
    );
    const axis = { quantity: 'WAVELENGTH', unit: 'nm', first: 900, last: 1700 };
    const { model } = await read(`/api/deployments/${lab.deploymentId}`);
    expect(model.x_axis).toEqual({ ...axis, values });
    const { deployments } = await read('/api/key');
    const listed = deployments.find(({ id }: { id: string }) => id === lab.deploymentId);
    expect(listed.model.x_axis).toEqual(axis);
  });
});

describe('credentials', () => {
  test('a session cookie is never read, nor cleared or set', async () => {
    const ended = `spectrakey_session=${'x'.repeat(43)}`;
    for (const cookie of [lab.owner.cookie, ended]) {
      for (const [path, method] of [
        [pathOf(), 'POST'],
        ['/api/key', 'GET'],
      ] as const) {
        const alone = await ask(path, { method, as: { cookie } });
        expect([alone.status, alone.headers.get('set-cookie')]).toEqual([401, null]);
        const withKey = await ask(path, { method, headers: { ...JSON_TYPE, cookie } });
        expect([withKey.status, withKey.headers.get('set-cookie')]).toEqual([200, null]);
      }
    }
  });

  test('a key is accepted as Api-Key and as Bearer', async () => {
    for (const scheme of ['Api-Key', 'api-key', 'Bearer', 'BEARER']) {
      const as = { headers: { authorization: `${scheme} ${key.rawKey}` } };
      expect((await ask('/api/key', { method: 'GET', as })).status).toBe(200);
      expect((await ask(pathOf(), { as })).status).toBe(200);
    }
  });

  test('an anonymous or wrong credential is refused before its body is read', async () => {
    for (const as of [{ headers: {} }, { rawKey: generateRawKey().text }]) {
      const headers = Object.entries(headersOf(as)).map(([name, value]) => `${name}: ${value}`);
      // No byte of the body is ever sent.
      const reply = await sendRaw(service.url, {
        path: pathOf(),
        headers: [...headers, 'Content-Length: 1000'],
      });
      expect(reply).toMatchObject({ status: 401, code: codes.UNAUTHENTICATED });
      expect(reply.headers).toMatch(/www-authenticate: Api-Key/);
    }
  });
});

test('pages of CORS_ORIGINS may call the API, with its headers and without cookies; others may not', async () => {
  const from = (origin: string, method: string, more: Record<string, string> = {}) =>
    ask(pathOf(), { method, headers: { ...JSON_TYPE, origin, ...more } });
  const preflight = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'idempotency-key',
  };
  const allowed = await from('https://lims.example', 'OPTIONS', preflight);
  expect(allowed.status).toBe(204);
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://lims.example');
  expect(allowed.headers.get('access-control-allow-headers')).toBe(
    'authorization, content-type, idempotency-key',
  );
  expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
  const called = await from('https://lims.example', 'POST');
  expect(called.status).toBe(200);
  expect(called.headers.get('access-control-expose-headers')).toBe(
    'retry-after, x-request-id, api-key-expires, ratelimit, ratelimit-policy',
  );
  for (const method of ['OPTIONS', 'POST']) {
    const { headers } = await from('https://evil.example', method, preflight);
    expect([...headers.keys()].filter(name => name.startsWith('access-control'))).toEqual([]);
  }
});

test('pages of CORS_ORIGINS can read every error below /api', async () => {
  const origin = 'https://lims.example';
  const { hostname, port } = new URL(service.url);
  const statusOf = (host: string, method: string, path: string) =>
    new Promise<[number | undefined, unknown]>((resolve, reject) => {
      const headers = { host, origin, ...headersOf(key), 'content-length': 0 };
      httpRequest({ hostname, port, method, path, headers }, ({ statusCode, headers }) =>
        resolve([statusCode, headers['access-control-allow-origin']]),
      )
        .on('error', reject)
        .end();
    });
  expect(await statusOf(`${hostname}:${port}`, 'GET', '/api/keys')).toEqual([404, origin]);
  expect(await statusOf(`${hostname}:${port}`, 'PUT', '/api/key')).toEqual([405, origin]);
  expect(await statusOf(`${hostname}:${port}`, 'POST', '/api')).toEqual([405, origin]);
  expect(await statusOf('evil.example', 'GET', '/api/key')).toEqual([421, origin]);
});

test('OPTIONS of a page that is not a preflight is answered with Allow, as without an origin', async () => {
  const headers = { origin: 'https://lims.example' };
  const reply = await ask('/api/key', { method: 'OPTIONS', headers, as: { headers: {} } });
  expect([reply.status, reply.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS']);
  expect(reply.headers.get('access-control-allow-origin')).toBe('https://lims.example');
});

test('requests are counted by route and code, and no log line has a raw key', async () => {
  const count = async (operation: string, code: string) =>
    (await readMetrics(service)).get(`spectrakey_requests_total{operation="${operation}",code="${code}"}`) ??
    0;
  const short = 'POST /api/deployments/{deploymentId}/predict';
  const before = [
    await count(short, 'ok'),
    await count(short, codes.BAD_USER_INPUT),
    await count('GET /api/key', 'ok'),
  ];
  await ask(pathOf());
  await ask(`${pathOf()}/`);
  await ask(pathOf(), { body: '{}' });
  await read('/api/key');
  await expect
    .poll(async () => [
      await count(short, 'ok'),
      await count(short, codes.BAD_USER_INPUT),
      await count('GET /api/key', 'ok'),
    ])
    .toEqual([Number(before[0]) + 2, Number(before[1]) + 1, Number(before[2]) + 1]);
  expect(service.log.join('\n')).not.toContain(key.rawKey);
});

test('the commands and answers of docs/http-api.md are as printed', async () => {
  const page = 'docs/http-api.md';
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'spectra.json'), BODY);
  const leaked = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  const variables = `SPECTRAKEY_URL=${service.url}\nSPECTRAKEY_API_KEY=${key.rawKey}\nDEPLOYMENT_ID=${lab.deploymentId}\nFOUND_KEY=${leaked.rawKey}`;
  const runAll = async (heading: string) => {
    const answers = [];
    for (const command of commandsUnder(page, heading)) {
      answers.push(JSON.parse(await paste(`${variables}\n${command}`, folder)));
    }
    return answers;
  };
  const [predicted] = await runAll('Predict');
  const [, documented = ''] = blocksUnder(page, 'Predict', 'json');
  expect(Object.keys(predicted)).toEqual(Object.keys(JSON.parse(documented)));
  expect(predicted.predictions[0].value).toBeCloseTo(87.94, 1);
  await writeFile(join(folder, 'spectra.csv'), oneSpectrum('S-1'));
  const [ofFile] = await runAll('Predict for files');
  const [documentedFile = ''] = blocksUnder(page, 'Predict for files', 'json');
  const { predictions, files } = JSON.parse(documentedFile);
  expect(Object.keys(ofFile)).toEqual(Object.keys(JSON.parse(documentedFile)));
  expect(Object.keys(ofFile.predictions[0])).toEqual(Object.keys(predictions[0]));
  expect([ofFile.predictions[0].file, Object.keys(ofFile.files[0])]).toEqual([
    'spectra.csv',
    Object.keys(files[0]),
  ]);
  const described = await runAll('What a key may call');
  expect(described.flat()).not.toEqual([]);
  expect(await runAll('A key that you found')).toMatchObject([{ id: leaked.id, status: 'REVOKED' }]);
  const revoked = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  await service.ask(REVOKE_KEY, { id: revoked.id }, lab.owner);
  const problem = JSON.parse((await ask(pathOf(), { as: revoked })).text);
  const [problemBlock = ''] = blocksUnder(page, 'Errors', 'json');
  expect({ ...problem, request_id: '' }).toEqual({ ...JSON.parse(problemBlock), request_id: '' });
});
