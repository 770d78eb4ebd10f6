import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { migrate } from '../src/database/migrate.ts';
import { connect } from '../src/database/pool.ts';
import { CATALOGUE, type Code, isCode } from '../src/errors.ts';
import { makeLogPartitions } from '../src/predictions/partitions.ts';
import { startEmbedded } from '../src/private-postgres/start.ts';
import {
  type Answer,
  CREATE_KEY,
  type Credential,
  codes,
  createKey,
  deploy,
  gasoline,
  join,
  type Lab,
  LIST_KEYS,
  openLab,
  PREDICT,
  REVOKE_KEY,
  ROTATE_KEY,
  refusal,
  type Service,
  SIGN_IN,
  signUp,
  startService,
  startServiceForTest,
} from './harness.ts';
import { linearRegression } from './onnx-files.ts';
import { sendRaw } from './raw-http.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const VIEWER = '{ viewer { id } }';

let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
});
afterAll(() => service.close());

/** The parts of a response that the tests check. */
interface Reply {
  status: number;
  headers: Headers;
  text: string;
  codes: unknown[];
}

async function request(path: string, init: RequestInit = {}, on = service): Promise<Reply> {
  const response = await fetch(`${on.url}${path}`, { redirect: 'manual', ...init });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  const body: { errors?: { extensions?: { code?: unknown } }[] } = isJson && text ? JSON.parse(text) : {};
  return {
    status: response.status,
    headers: response.headers,
    text,
    codes: (body.errors ?? []).map(error => error.extensions?.code),
  };
}

const post = (body: string, headers: Record<string, string> = JSON_TYPE) =>
  request('/graphql', { method: 'POST', headers, body });

const get = (query: string, headers: Record<string, string> = JSON_TYPE) =>
  request(`/graphql?query=${encodeURIComponent(query)}`, { headers });

const predict = (as: Credential, spectra = gasoline(), on = service, deploymentId = lab.deploymentId) =>
  on.call(PREDICT, { deploymentId, spectra }, as);

describe('each code of the catalogue is returned with its status', () => {
  /** One request for each code that is answered with it. */
  const requests: Record<Code, () => Promise<{ status: number; code?: unknown; codes?: unknown[] }>> = {
    UNAUTHENTICATED: () => service.call(LIST_KEYS, { of: { projectId: lab.owner.projectId } }),
    API_KEY_REVOKED: async () => {
      const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
      await service.ask(REVOKE_KEY, { id: key.id }, lab.owner);
      return await predict(key);
    },
    API_KEY_EXPIRED: async () => {
      const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
      await service.db
        .updateTable('apiKeys')
        .set({ expiresAt: new Date(0) })
        .where('id', '=', key.id)
        .execute();
      return await predict(key);
    },
    API_KEY_NETWORK_NOT_ALLOWED: async () => {
      const settings = { allowedNetworks: ['203.0.113.0/24'] };
      return await predict(await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, settings));
    },
    API_KEY_NOT_AUTHORIZED: async () => {
      const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
      return await predict(key, gasoline(), service, lab.modelId);
    },
    PLAN_FEATURE_REQUIRED: async () => {
      const free = await openLab(service, 'FREE');
      return await service.call(
        CREATE_KEY,
        { input: { target: { deploymentId: free.deploymentId }, name: 'LIMS' } },
        free.owner,
      );
    },
    API_KEY_LIMIT_REACHED: async () => {
      const pro = await openLab(service);
      const target = { deploymentId: pro.deploymentId };
      for (let count = 0; count < 10; count++) await createKey(service, pro.owner, target);
      return await service.call(CREATE_KEY, { input: { target, name: 'LIMS' } }, pro.owner);
    },
    PLAN_LIMIT_REACHED: async () => {
      const free = await openLab(service, 'FREE');
      const create = (name: string) =>
        service.call(
          'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }',
          { input: { organizationId: free.owner.organization.id, name } },
          free.owner,
        );
      await create('Second');
      await create('Third');
      return await create('Fourth');
    },
    FORBIDDEN: async () => {
      const viewer = await signUp(service, 'Vera Viewer');
      await join(service, lab.owner, viewer, 'VIEWER');
      return await predict(viewer);
    },
    SIGN_UP_CLOSED: async () => {
      const closed = await startServiceForTest({ signUpMode: 'invited' });
      return await closed.call(
        'mutation { signUp(input: { email: "a@lab.example", password: "a passphrase of words", name: "A" }) { id } }',
      );
    },
    METHOD_NOT_ALLOWED: async () => {
      const response = await fetch(`${service.url}/api/key`, { method: 'DELETE' });
      return { status: response.status, code: JSON.parse(await response.text()).code };
    },
    NOT_FOUND: () => service.call(REVOKE_KEY, { id: lab.modelId }, lab.owner),
    BAD_USER_INPUT: () => predict(lab.owner, []),
    GRAPHQL_PARSE_FAILED: () => service.call('{ viewer { id }'),
    GRAPHQL_VALIDATION_FAILED: () => service.call('{ viewer { secrets } }'),
    PAYLOAD_TOO_LARGE: () => post(`"${'x'.repeat(25 * 1024 * 1024)}"`),
    NOT_ACCEPTABLE: () => post(JSON.stringify({ query: VIEWER }), { ...JSON_TYPE, accept: 'text/csv' }),
    REQUEST_TIMEOUT: async () => {
      const impatient = await startServiceForTest({
        databaseUrl: service.databaseUrl,
        httpLimits: { slowBodyMs: 200 },
      });
      const headers = [`Cookie: ${lab.owner.cookie}`, 'Content-Length: 100000'];
      return await sendRaw(impatient.url, { headers }, ' '.repeat(70_000));
    },
    UNSUPPORTED_MEDIA_TYPE: () => post(VIEWER, { 'content-type': 'application/graphql' }),
    MISDIRECTED_REQUEST: () => sendRaw(service.url, { host: 'evil.example', headers: ['Content-Length: 0'] }),
    MODEL_FAILED: async () => {
      const { deploymentId } = await deploy(
        service,
        lab.owner,
        linearRegression({ weights: [Number.NaN] }),
        'NaN',
      );
      return await predict(lab.owner, [{ sampleName: 'X', yValues: [1] }], service, deploymentId);
    },
    MODEL_IN_USE: () =>
      service.call(
        'mutation ($id: ID!) { deleteModel(id: $id) { deletedModelId } }',
        { id: lab.modelId },
        lab.owner,
      ),
    DEPLOYMENT_INACTIVE: async () => {
      const { deploymentId } = await deploy(
        service,
        lab.owner,
        linearRegression({ weights: [1] }),
        'Inactive',
      );
      await service.db
        .updateTable('deployments')
        .set({ active: false })
        .where('id', '=', deploymentId)
        .execute();
      return await predict(lab.owner, gasoline(), service, deploymentId);
    },
    IDEMPOTENCY_KEY_REUSED: async () => {
      const again = (spectra = gasoline()) =>
        service.call(
          `mutation ($deploymentId: ID!, $spectra: [SpectrumInput!]!) {
            predict(deploymentId: $deploymentId, spectra: $spectra, idempotencyKey: "one") { logId }
          }`,
          { deploymentId: lab.deploymentId, spectra },
          lab.owner,
        );
      await again();
      return await again(gasoline(2));
    },
    API_KEY_ALREADY_CREATED: async () => {
      const target = { deploymentId: lab.deploymentId };
      const again = () =>
        service.call(CREATE_KEY, { input: { target, name: 'LIMS', idempotencyKey: 'one' } }, lab.owner);
      await again();
      return await again();
    },
    ROTATION_UNDER_WAY: async () => {
      const { id } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
      const input = { id, overlapSeconds: 60 };
      await service.ask(ROTATE_KEY, { input }, lab.owner);
      return await service.call(ROTATE_KEY, { input }, lab.owner);
    },
    QUOTA_EXCEEDED: async () => {
      const free = await openLab(service, 'FREE');
      await service.db
        .updateTable('plans')
        .set({ monthlyPredictions: 0 })
        .where('name', '=', 'FREE')
        .execute();
      return await predict(free.owner, gasoline(), service, free.deploymentId);
    },
    API_KEY_RATE_LIMITED: async () => {
      const key = await createKey(
        service,
        lab.owner,
        { deploymentId: lab.deploymentId },
        { callsPerMinute: 1 },
      );
      let answer = await predict(key);
      // A minute may begin between two calls.
      while (answer.status === 200) answer = await predict(key);
      return answer;
    },
    API_KEY_QUOTA_EXCEEDED: async () => {
      const key = await createKey(
        service,
        lab.owner,
        { deploymentId: lab.deploymentId },
        { monthlyPredictions: 1 },
      );
      await predict(key);
      return await predict(key);
    },
    RATE_LIMITED: async () => {
      const malformed = { rawKey: 'sk_typo' };
      const here = await startServiceForTest();
      for (let count = 0; count < 100; count++) await here.call(VIEWER, {}, malformed);
      return await here.call(VIEWER, {}, malformed);
    },
    UNAVAILABLE: async () => {
      // Nothing listens on this server's database port.
      const lost = await startServiceForTest({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/nowhere' });
      return await lost.call(SIGN_IN, { email: lab.owner.email, password: lab.owner.password });
    },
    INTERNAL_SERVER_ERROR: async () => {
      const broken = await startServiceForTest();
      await sql`drop table users cascade`.execute(broken.db);
      return await broken.call(SIGN_IN, { email: lab.owner.email, password: lab.owner.password });
    },
  };

  test.for(Object.entries(requests))('%s', async ([code, send]) => {
    if (!isCode(code)) throw new Error(`${code} is in no catalogue`);
    const answer = await send();
    expect(answer.codes ?? [answer.code]).toEqual([code]);
    expect(answer.status).toBe(CATALOGUE[code].status);
  });

  test('the catalogue has no other code', () => {
    expect(Object.keys(requests)).toEqual(Object.keys(CATALOGUE));
  });
});

describe('an invalid request gets a code of the catalogue', () => {
  const unreadable = {
    'malformed JSON': '{"query": "{ viewer',
    'an empty body': '',
    'JSON that is not an object': '5',
    'an object without a query': '{}',
    'an empty query': '{"query": ""}',
    'a query that is not a string': '{"query": 5}',
    'variables that are not an object': '{"query": "{ viewer { id } }", "variables": [1]}',
    'variables in a string': '{"query": "{ viewer { id } }", "variables": "{}"}',
    'an operation name that is not a string': '{"query": "{ viewer { id } }", "operationName": 5}',
    'an operation that does not exist': '{"query": "query A { viewer { id } }", "operationName": "B"}',
    'two operations and no name': '{"query": "query A { viewer { id } } query B { viewer { id } }"}',
    'a batch': '[{"query": "{ viewer { id } }"}, {"query": "{ viewer { id } }"}]',
    'a poisoned prototype': '{"__proto__": {"a": 1}, "query": "{ viewer { id } }"}',
    'a persisted query': '{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "00"}}}',
    'a subscription': '{"query": "subscription { viewer }"}',
  };
  test.for(Object.entries(unreadable))('%s', async ([, body]) => {
    expect(await post(body)).toMatchObject({
      status: refusal(codes.BAD_USER_INPUT).status,
      codes: [codes.BAD_USER_INPUT],
    });
  });

  test('a body that is not JSON is answered with what to send', async () => {
    for (const body of ['mutation { signOut }', '', '{"query": "{ viewer\n { id } }"}']) {
      expect(JSON.parse((await post(body)).text).errors[0].message).toBe(
        'The body is not valid JSON. Send {"query": "…"}, with the GraphQL document as a JSON string: its quotes and line breaks must be escaped.',
      );
    }
  });

  test('a document with a syntax error, or one that is invalid against the schema, is 400 without data', async () => {
    const documents = [
      ['{', codes.GRAPHQL_PARSE_FAILED],
      ['viewer', codes.GRAPHQL_PARSE_FAILED],
      ['{ viewer { id } } }', codes.GRAPHQL_PARSE_FAILED],
      ['{ nobody }', codes.GRAPHQL_VALIDATION_FAILED],
      ['{ viewer }', codes.GRAPHQL_VALIDATION_FAILED],
      ['query Q($unused: Int) { viewer { id } }', codes.GRAPHQL_VALIDATION_FAILED],
      ['mutation { a: signOut b: signOut }', codes.GRAPHQL_VALIDATION_FAILED],
    ] as const;
    for (const [document, code] of documents) {
      const answer = await service.call(document);
      expect(answer, document).toMatchObject({ status: 400, code });
      expect(Object.keys(JSON.parse(answer.text))).toEqual(['errors']);
    }
  });

  test('any content type but JSON is 415', async () => {
    const body = JSON.stringify({ query: VIEWER });
    for (const type of [
      'text/plain',
      'application/graphql',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
    ]) {
      expect(await post(body, { 'content-type': type }), type).toMatchObject({
        status: 415,
        codes: [codes.UNSUPPORTED_MEDIA_TYPE],
      });
    }
    expect((await post(body, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(200);
  });

  test('a body of 25 MiB is 413', async () => {
    const body = JSON.stringify({ query: VIEWER, padding: 'x'.repeat(25 * 1024 * 1024) });
    expect(await post(body)).toMatchObject({ status: 413, codes: [codes.PAYLOAD_TOO_LARGE] });
  });
});

describe('the status', () => {
  test('of a response with data is 200, also when a nullable field fails', async () => {
    const answer = await service.call('query P($id: ID!) { viewer { id } project(id: $id) { id } }', {
      id: lab.owner.projectId,
    });
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({ viewer: null, project: null });
    expect(answer.errors).toMatchObject([{ path: ['project'], extensions: { code: codes.UNAUTHENTICATED } }]);
  });

  test('of a response whose data is null is that of its first error', async () => {
    const answer = await service.call(LIST_KEYS, { of: { projectId: lab.owner.projectId } });
    expect(answer.data).toBeNull();
    expect(answer).toMatchObject(refusal(codes.UNAUTHENTICATED));
  });

  test('only a 401 has WWW-Authenticate, which names the accepted scheme', async () => {
    const unknown = await predict({ rawKey: 'sk_unknown' });
    expect(unknown).toMatchObject(refusal(codes.UNAUTHENTICATED));
    expect(unknown.headers.get('www-authenticate')).toMatch(/^Api-Key /);
    expect((await service.call(VIEWER)).headers.get('www-authenticate')).toBeNull();
    expect((await service.call('{ nobody }')).headers.get('www-authenticate')).toBeNull();
  });
});

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('x-request-id', () => {
  test('is in every response and differs between responses', async () => {
    const replies = await Promise.all([
      post(JSON.stringify({ query: VIEWER }), JSON_TYPE),
      post('{'),
      post('x', { 'content-type': 'text/plain' }),
      post(JSON.stringify({ query: VIEWER }), { ...JSON_TYPE, authorization: 'Api-Key nonsense' }),
      get(VIEWER),
      request('/healthz'),
      request('/nowhere'),
      request('/%zz'),
    ]);
    const ids = replies.map(({ headers }) => headers.get('x-request-id'));
    expect(new Set(ids).size).toBe(replies.length);
    for (const id of ids) expect(id).toMatch(UUID);
  });

  test.for(['0af7651916cd43dd8448eb211c80319c', '6F9619FF-8B86-D011-B42D-00C04FC964FF'])(
    'is the one of the request if that is a UUID or a trace id: %s, also in the log',
    async id => {
      const logged = service.log.length;
      const { headers } = await request('/healthz', { headers: { 'x-request-id': id } });
      expect(headers.get('x-request-id')).toBe(id);
      await expect.poll(() => service.log.slice(logged).filter(line => line.includes(id)).length).toBe(2);
    },
  );

  test.for([
    'chosen',
    'sk_0af7651916cd43dd8448eb211c80319c',
    'a'.repeat(65),
    '0af7651916cd43dd8448eb211c80319c"x',
  ])('is a new one if that of the request is neither: %s', async id => {
    const { headers } = await request('/healthz', { headers: { 'x-request-id': id } });
    expect(headers.get('x-request-id')).toMatch(UUID);
  });
});

test('an unexpected error is masked: the answer has the request id, and the log has the cause', async () => {
  const broken = await startServiceForTest();
  const own = await openLab(broken);
  const key = await createKey(broken, own.owner, { deploymentId: own.deploymentId });
  await sql`alter table prediction_logs rename to moved_away`.execute(broken.db);
  await sql`alter table plans rename column max_api_keys to moved`.execute(broken.db);

  const answers = [
    await predict(key, gasoline(), broken, own.deploymentId),
    await broken.call(LIST_KEYS, { of: { projectId: own.owner.projectId } }, own.owner),
    await broken.call('{ viewer { organizations { plan { maxApiKeys } } } }', {}, own.owner),
    await broken.call(
      CREATE_KEY,
      { input: { target: { deploymentId: own.deploymentId }, name: 'LIMS' } },
      own.owner,
    ),
  ];
  const masked = answers.filter(({ code }) => code === codes.INTERNAL_SERVER_ERROR);
  expect(masked.length).toBeGreaterThanOrEqual(3);
  for (const { headers, text, errors } of masked) {
    const requestId = headers.get('x-request-id') ?? 'none';
    expect(errors[0]?.extensions).toEqual({ code: codes.INTERNAL_SERVER_ERROR, requestId });
    expect(errors[0]?.message).toContain(requestId);
    expect(text).not.toMatch(
      /select |insert |relation|"column |prediction_logs|max_api|does not exist|node_modules|\.ts/i,
    );
    const logged = broken.log.filter(line => line.includes(requestId) && line.includes('does not exist'));
    expect(logged.length).toBeGreaterThan(0);
  }
});

describe('a database that is stopped', () => {
  test('answers 503 with Retry-After to keys, cookies and sign-ins, never a false refusal; the same server recovers', async () => {
    const folder = await mkdtemp(joinPath(tmpdir(), 'spectrakey-errors-'));
    // As root, PostgreSQL runs under another account, which must be able to enter the folder.
    await chmod(folder, 0o711);
    let postgres = await startEmbedded(folder, () => {});
    onTestFinished(async () => {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    });
    const db = connect({ url: postgres.url, max: 1, onIdleError: () => {} });
    await migrate(db);
    await makeLogPartitions(db, new Date());
    await db.destroy();

    const stoppable = await startServiceForTest({ databaseUrl: postgres.url });
    const own = await openLab(stoppable);
    const key = await createKey(stoppable, own.owner, { deploymentId: own.deploymentId });
    const revoked = await createKey(stoppable, own.owner, { deploymentId: own.deploymentId });
    await stoppable.ask(REVOKE_KEY, { id: revoked.id }, own.owner);
    const { email, password, projectId, cookie } = own.owner;

    /** Sends every kind of call, twice at the same time: the first ones use connections that are just breaking. */
    const callAll = async () => {
      const ask: (() => Promise<Answer>)[] = [
        () => predict(key, gasoline(), stoppable, own.deploymentId),
        () => predict(revoked, gasoline(), stoppable, own.deploymentId),
        () => predict({ cookie }, gasoline(), stoppable, own.deploymentId),
        () => stoppable.call(LIST_KEYS, { of: { projectId } }, { cookie }),
        () => stoppable.call(VIEWER, {}, { cookie }),
        () => stoppable.call(SIGN_IN, { email, password }),
      ];
      return await Promise.all(ask.flatMap(one => [one(), one()]));
    };
    const statuses = (answers: Answer[]) => answers.map(({ status }) => status);
    const asUsual = [200, 200, 403, 403, ...Array.from({ length: 8 }, () => 200)];
    expect(statuses(await callAll())).toEqual(asUsual);

    for (let outage = 0; outage < 2; outage++) {
      await postgres.stop();
      for (const answer of [...(await callAll()), ...(await callAll())]) {
        expect(answer).toMatchObject(refusal(codes.UNAVAILABLE));
        expect(answer.status).toBe(503);
        expect(answer.data ?? null).toBeNull();
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
        // A browser must not lose its session.
        expect(answer.headers.getSetCookie()).toEqual([]);
      }
      expect((await request('/readyz', {}, stoppable)).status).toBe(503);
      expect((await request('/healthz', {}, stoppable)).status).toBe(200);
      // These need no database.
      expect((await stoppable.call(VIEWER)).status).toBe(200);
      expect((await predict({ rawKey: 'nonsense' }, gasoline(), stoppable)).status).toBe(401);

      postgres = await startEmbedded(folder, () => {});
      expect(statuses(await callAll())).toEqual(asUsual);
      expect((await request('/readyz', {}, stoppable)).status).toBe(200);
    }
  }, 120_000);

  test('under calls loses no answered call: each is logged, and the usage equals the number of logs', async () => {
    const own = await startServiceForTest();
    // This connection ends the others, so it must not be in the pool.
    const witness = connect({ url: own.databaseUrl, max: 1, onIdleError: () => {} });
    onTestFinished(() => witness.destroy());
    const people = await openLab(own);
    const key = await createKey(own, people.owner, { deploymentId: people.deploymentId });
    for (let restart = 0; restart < 5; restart++) {
      const calls = Array.from({ length: 60 }, () => predict(key, gasoline(), own, people.deploymentId));
      // Once one is answered, the others are in progress.
      await Promise.race(calls);
      await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`.execute(witness);
      const answers = await Promise.all(calls);
      for (const answer of answers) {
        if (answer.status !== 200) expect(answer).toMatchObject(refusal(codes.UNAVAILABLE));
      }
      const logs = await witness.selectFrom('predictionLogs').select('id').execute();
      const answered = answers.flatMap(({ data }) => data?.predict.logId ?? []);
      expect(logs.map(({ id }) => id)).toEqual(expect.arrayContaining(answered));
      const usage = await witness
        .selectFrom('deploymentUsage')
        .select(sql<number>`sum(predictions)::bigint`.as('predictions'))
        .execute();
      expect(usage).toEqual([{ predictions: logs.length }]);
    }
  });
});

describe('GraphQL over HTTP', () => {
  test('answers a POST in JSON, or in the GraphQL response type if the client accepts that', async () => {
    const body = JSON.stringify({ query: VIEWER });
    const plain = await post(body);
    expect(plain.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(JSON.parse(plain.text)).toEqual({ data: { viewer: null } });
    const accept = 'application/graphql-response+json';
    const typed = await post(body, { ...JSON_TYPE, accept });
    expect(typed.headers.get('content-type')).toBe(`${accept}; charset=utf-8`);
    const refused = await post(JSON.stringify({ query: '{ nobody }' }), { ...JSON_TYPE, accept });
    expect(refused.headers.get('content-type')).toBe(`${accept}; charset=utf-8`);
    expect(refused.status).toBe(400);
  });

  test('accepts variables, an operation name, and null for an omitted parameter', async () => {
    const query = 'query A { viewer { id } } query B($id: ID!) { project(id: $id) { id } }';
    const variables = { id: lab.owner.projectId };
    const chosen = await post(JSON.stringify({ query, variables, operationName: 'B' }), {
      ...JSON_TYPE,
      cookie: lab.owner.cookie,
    });
    expect(JSON.parse(chosen.text)).toEqual({ data: { project: variables } });
    const nulls = { query: VIEWER, variables: null, operationName: null, extensions: null };
    expect((await post(JSON.stringify(nulls))).status).toBe(200);
  });

  test('answers introspection to anonymous callers', async () => {
    const { data } = await service.call('{ __schema { queryType { name } } }');
    expect(data).toEqual({ __schema: { queryType: { name: 'Query' } } });
  });

  test('answers a GET with a query', async () => {
    const { status, text } = await get(VIEWER, { ...JSON_TYPE, cookie: lab.owner.cookie });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({ data: { viewer: { id: lab.owner.id } } });
  });

  test('refuses a GET with a mutation and does not run it', async () => {
    const someone = await signUp(service, 'Gert Getter');
    const reply = await get('mutation { signOut }', { ...JSON_TYPE, cookie: someone.cookie });
    expect(reply.status).toBe(405);
    expect(reply.codes).toEqual([codes.BAD_USER_INPUT]);
    expect(reply.headers.get('allow')).toBe('POST');
    expect(reply.headers.getSetCookie()).toEqual([]);
    expect((await service.ask(VIEWER, {}, someone)).viewer?.id).toBe(someone.id);
  });

  test('refuses a GET that another site could make a browser send', async () => {
    const reply = await get(VIEWER, { cookie: lab.owner.cookie });
    expect(reply.status).toBe(400);
    expect(reply.codes).toEqual([codes.BAD_USER_INPUT]);
    expect(reply.text).not.toContain(lab.owner.id);
  });

  test('redirects a browser that opens /graphql to /graphiql', async () => {
    const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const reply = await request('/graphql', { headers: { accept } });
    expect(reply.status).toBe(302);
    expect(reply.headers.get('location')).toBe('/graphiql');
    expect((await request('/graphql', { headers: { accept: 'application/json' } })).status).toBe(400);
  });
});
