import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import fastifyCookie from '@fastify/cookie';
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import fc from 'fast-check';
import Fastify from 'fastify';
import {
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNullableType,
  getOperationAST,
  isValueNode,
  Kind,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Code, isCode } from '../src/errors.ts';
import { buildContext } from '../src/graphql/context.ts';
import { oneMutationField } from '../src/graphql/one-mutation.ts';
import { startCostCheck } from '../src/graphql/query-cost.ts';
import { QUERY_LIMITS, queryLimits } from '../src/graphql/query-limits.ts';
import { buildSchema } from '../src/graphql/schema.ts';
import { identify } from '../src/http/identify.ts';
import { startServices } from '../src/services.ts';
import { type RequestBody, type Samples, writeRequest } from './documents.ts';
import {
  type Credential,
  codes,
  createKey,
  deploy,
  gasoline,
  headersOf,
  join,
  type Lab,
  LIST_KEYS,
  openLab,
  PREDICT,
  REVOKE_KEY,
  type Service,
  signUp,
  startService,
} from './harness.ts';
import { linearRegression } from './onnx-files.ts';

const NOW = new Date();
const agent = new Agent({ keepAlive: true });

let service: Service;
let lab: Lab;
let key: { id: string; rawKey: string };
let stranger: Lab;
let reference: Reference;
let database: Snapshot;

beforeAll(async () => {
  service = await startService({ now: () => NOW });
  lab = await openLab(service, 'ENTERPRISE');
  const adder = linearRegression({ weights: [1, 1, 1] });
  lab.deploymentId = (await deploy(service, lab.owner, adder, 'Adder')).deploymentId;
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const spectra = [{ sampleName: 'a', yValues: [1, 2, 3] }];
  await service.ask(PREDICT, { deploymentId: lab.deploymentId, spectra }, key);
  stranger = await openLab(service, 'FREE', 'Sam Stranger');
  reference = await startReference(service);
  database = await takeSnapshot(service.databaseUrl);
});
afterAll(async () => {
  await database.close();
  await reference.close();
  await service.close();
  agent.destroy();
});

// graphql-js

/** The content of an answer: its data, and the parts of its errors that graphql-js decides. */
interface Content {
  data?: unknown;
  /** Without a message where the server replaces it, so as not to repeat values. */
  errors?: (Pick<GraphQLFormattedError, 'locations' | 'path'> & { code: unknown; message?: string })[];
}

interface Expected extends Content {
  /** The number of fields that fail, reported or not: a non-null field that fails nulls its siblings too. */
  failures?: number;
}

interface Reference {
  answer: (body: RequestBody, as: Credential) => Promise<Expected>;
  close: () => Promise<void>;
}

/** The public schema with its resolvers, on the same database, executed by graphql-js and nothing else. */
async function startReference({ db }: Pick<Service, 'db'>): Promise<Reference> {
  const schema = buildSchema();
  const nullableSchema = mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: field => ({ ...field, type: getNullableType(field.type) }),
  });
  const checkCost = startCostCheck(schema);
  const services = startServices({
    db,
    config: { SIGN_UP: 'open', MODEL_MEMORY: undefined, MODEL_HOST_UIDS: undefined },
    now: () => NOW,
    purgeSoon: () => {},
    addDeliveries: async () => false,
    deliverSoon: () => {},
    webhookTargets: { allowHttp: false, networks: [], refusedNetworks: [] },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  });
  const app = Fastify();
  await app.register(fastifyCookie);
  app.decorateRequest('usesSessions', true);
  // registerModel calls this.
  app.decorateRequest('releaseBodyBudget', () => {});
  app.post<{ Body: RequestBody }>('/', async (request, reply): Promise<Expected> => {
    const { query, variables, operationName } = request.body;
    const identity = await identify(services, request, reply, { mayRemember: false });
    const contextValue = buildContext(services, request, reply, {
      identity,
      again: () => Promise.reject(new Error('unused')),
    });
    let document: ReturnType<typeof parse>;
    try {
      document = parse(query);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return { errors: [{ ...locationAndPath(error), code: codes.GRAPHQL_PARSE_FAILED }] };
    }
    const mistakes = validate(schema, document, [...specifiedRules, queryLimits, oneMutationField], {
      maxErrors: QUERY_LIMITS.errors,
    });
    if (mistakes.length > 0) {
      return {
        errors: mistakes.map(error => ({
          ...locationAndPath(error),
          ...(isValueNode(error.nodes?.[0] ?? document) ? {} : { message: error.message }),
          code: codes.GRAPHQL_VALIDATION_FAILED,
        })),
      };
    }
    try {
      const operation = getOperationAST(document, operationName);
      if (operation) checkCost(document, operation, variables);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return {
        errors: [
          { ...locationAndPath(error), message: error.message, code: codes.GRAPHQL_VALIDATION_FAILED },
        ],
      };
    }
    const executeOn = async (schema: GraphQLSchema) =>
      await execute({
        schema,
        document,
        contextValue,
        variableValues: variables ?? null,
        operationName: operationName ?? null,
      });
    const { data, errors } = await executeOn(schema);
    return {
      ...(errors && {
        failures: (await executeOn(nullableSchema)).errors?.filter(({ path }) => path).length ?? 0,
      }),
      ...(data === undefined ? {} : { data }),
      ...(errors && {
        errors: errors.map(error => {
          const { code } = error.extensions;
          const [node] = error.nodes ?? [];
          const isOurs =
            node?.kind !== Kind.VARIABLE &&
            node &&
            (isValueNode(node) || node.kind === Kind.VARIABLE_DEFINITION);
          return {
            ...locationAndPath(error),
            ...(isOurs ? {} : { message: error.message }),
            code: isCode(code) ? code : codes.BAD_USER_INPUT,
          };
        }),
      }),
    };
  });
  return {
    async answer(body, as) {
      const { body: text } = await app.inject({
        method: 'POST',
        url: '/',
        payload: { ...body },
        headers: headersOf(as),
      });
      return JSON.parse(text);
    },
    async close() {
      await Promise.all([app.close(), services.passwords.close(), services.models.close()]);
    },
  };
}

const locationAndPath = (error: GraphQLError) => {
  const { locations, path } = error.toJSON();
  return { ...(locations && { locations }), ...(path && { path }) };
};

// Snapshot of the database

interface Snapshot {
  /** Restores every row. */
  restore: () => Promise<void>;
  /** Masks ids, keys and sessions that are not in the snapshot: they differ between otherwise equal answers. */
  withoutNew: (text: string) => string;
  close: () => Promise<void>;
}

const MADE_UP = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|sk_[0-9A-Za-z]+|spectrakey_session=[\w-]+/g;

async function takeSnapshot(url: string): Promise<Snapshot> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `select relname as name, array_agg(attname::text) as columns
    from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and attgenerated = ''
    where relnamespace = 'public'::regnamespace and relkind = 'r' and not attisdropped group by relname`,
  );
  const tables = rows.map(({ name }) => client.escapeIdentifier(name));
  await client.query('create schema before');
  let text = '';
  for (const table of tables) {
    await client.query(`create table before.${table} as table public.${table}`);
    const { rows: found } = await client.query<{ row: string }>(`select row::text from public.${table} row`);
    text += found.map(({ row }) => row).join();
  }
  const known = new Set(text.match(MADE_UP));
  // Disables foreign keys.
  await client.query('set session_replication_role = replica');
  const restoring = rows.map(({ name, columns }) => {
    const table = client.escapeIdentifier(name);
    const names = columns.map(column => client.escapeIdentifier(column)).join();
    return `delete from public.${table}; insert into public.${table} (${names}) overriding system value select ${names} from before.${table}`;
  });
  return {
    restore: async () => {
      await client.query(`begin; ${restoring.join('; ')}; commit`);
    },
    withoutNew: text => text.replaceAll(MADE_UP, found => (known.has(found) ? found : 'new')),
    close: () => client.end(),
  };
}

// Answers

interface HttpAnswer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
}

/** Sends a body with only these headers. */
async function post(body: object, headers: Record<string, string>): Promise<HttpAnswer> {
  const sent = request(`${service.url}/graphql`, {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', ...headers },
  });
  sent.end(JSON.stringify(body));
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (!response) throw new Error('no response');
  const { date: _, 'x-request-id': id, ...rest } = response.headers;
  return {
    status: response.statusCode ?? 0,
    headers: { ...rest, 'x-request-id': typeof id },
    text: await readText(response),
  };
}

const contentOf = (text: string): Content => {
  const { data, errors }: { data?: unknown; errors?: GraphQLFormattedError[] } = JSON.parse(text);
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors && {
      errors: errors.map(({ message, locations, path, extensions }) => ({
        message,
        ...(locations && { locations }),
        ...(path && { path }),
        code: extensions?.code,
      })),
    }),
  };
};

/** The possible callers of a request. */
const callers = () => [
  lab.owner,
  lab.owner,
  lab.owner,
  lab.owner,
  key,
  { headers: {} },
  { cookie: 'spectrakey_session=old' },
];

function samples(): Samples {
  const quote = (...texts: string[]) => texts.map(text => JSON.stringify(text));
  const { owner, modelId, deploymentId } = lab;
  return {
    deploymentId: quote(deploymentId, deploymentId, deploymentId, stranger.deploymentId),
    projectId: quote(owner.projectId, owner.projectId, stranger.owner.projectId),
    organizationId: quote(owner.organization.id),
    modelId: quote(modelId),
    id: quote(deploymentId, owner.projectId, key.id),
    of: [`{ deploymentId: "${deploymentId}" }`, `{ projectId: "${owner.projectId}" }`],
    name: quote('a', 'Müller 7', '😀', '', 'SpectrumInput', 'ApiKeyTarget', 'Query', 'Project'),
    sampleName: quote('a', 'Müller 7', '😀'),
    yValues: ['[1, 2.25, -3]', '[1 2 3]', '[1, 2]'],
    first: ['1', '1', '2', '50', '0'],
    days: ['1', '2', '0'],
    after: ['null', `"${key.id}"`, '"x"'],
    expiresAt: ['null', '"2999-01-01T00:00:00.000Z"', '"1999-01-01T00:00:00.000Z"'],
    email: quote(stranger.owner.email, 'a@lab.example'),
    role: ['null', 'OWNER', 'VIEWER', 'MEMBER', 'CONTRIBUTOR'],
    password: quote('too short'),
    newPassword: quote('too short'),
    onnx: quote('', 'AAAA'),
    ID: [...quote(stranger.deploymentId, owner.id, 'x', '😀'), '7', '18014398509481984'],
    String: [
      ...quote('a', 'Müller 7', '😀', 'a"b\n', ''),
      '"""block\n  "text" """',
      '"\\u00e9"',
      '"\\u0000"',
    ],
    Int: ['1', '0', '-1', '2147483647', '1.0'],
    Float: ['1', '2.25', '-0.5', '1e2', '-0', '9007199254740993'],
    Boolean: ['true', 'false'],
  };
}

const MUTATIONS = [
  ...['predict', 'predict', 'predict', 'predict', 'predict', 'createApiKey', 'createApiKey'],
  'revokeApiKey',
  'deleteApiKey',
  'createDeployment',
  'setDeploymentActive',
  'createProject',
  'setProjectMember',
  'setOrganizationMember',
  'registerModel',
  'signUp',
  'signOut',
  'changePassword',
  'endSession',
  'endOtherSessions',
];

/**
 * Compares the answer of graphql-js with the server's first and second answer to a request.
 *
 * @returns the kind of the request and of its outcome, such as `query whole`
 */
async function compare(request: RequestBody, as: Credential): Promise<string> {
  // Apollo executes a new document; from the second request on, the short path executes it.
  const body = { ...request, query: `# ${randomUUID()}\n${request.query}` };
  const about = JSON.stringify(body, null, 2);
  const isMutation = /^mutation/m.test(body.query);
  const undo = async () => {
    if (isMutation) await database.restore();
  };
  const {
    data,
    errors,
    failures = 0,
  }: Expected = JSON.parse(database.withoutNew(JSON.stringify(await reference.answer(body, as))));
  await undo();
  const first = comparable(await post(body, headersOf(as)));
  await undo();
  const second = comparable(await post(body, headersOf(as)));
  await undo();

  // Which of them is reported depends on timing.
  if (failures > 1) return 'several failures';
  expect(second, about).toEqual(first);
  const got = contentOf(first.text);
  expect(got, about).toEqual({
    ...(data === undefined ? {} : { data }),
    ...(errors && {
      // At most ten errors in variables are reported.
      errors: errors
        .slice(0, got.errors?.length === 10 ? 10 : errors.length)
        .map(error => ({ message: expect.any(String), ...error })),
    }),
  });
  return `${isMutation ? 'mutation' : 'query'} ${data ? (errors ? 'in part' : 'whole') : got.errors?.[0]?.code}`;
}

/** An answer without ids, keys and sessions that are new, for comparison. */
function comparable(answer: HttpAnswer): HttpAnswer {
  return JSON.parse(database.withoutNew(JSON.stringify(answer)));
}

test('the first and later answers to any request equal those of graphql-js', async () => {
  const seen = new Set<string>();
  const schema = buildSchema();
  await fc.assert(
    fc.asyncProperty(fc.gen(), async draw => {
      const request = writeRequest(draw, schema, samples(), MUTATIONS);
      seen.add(await compare(request, draw(fc.constantFrom<Credential[]>, ...callers())));
    }),
    // Shrinking a failure takes minutes, and adds little after one.
    { numRuns: 500, interruptAfterTimeLimit: 60_000 },
  );
  // Every kind of outcome was generated.
  const { BAD_USER_INPUT, GRAPHQL_VALIDATION_FAILED, NOT_FOUND, FORBIDDEN } = codes;
  for (const what of ['whole', 'in part', BAD_USER_INPUT, GRAPHQL_VALIDATION_FAILED])
    expect(seen).toContain(`query ${what}`);
  for (const what of ['whole', BAD_USER_INPUT, NOT_FOUND, FORBIDDEN])
    expect(seen).toContain(`mutation ${what}`);
}, 120_000);

test('introspection, input objects and lists of numbers are answered as by graphql-js', async () => {
  const { owner, deploymentId } = lab;
  expect(await compare({ query: getIntrospectionQuery() }, owner)).toBe('query whole');

  const create = (target: unknown) => ({
    query: 'mutation ($of: ApiKeyTarget!) { createApiKey(input: { target: $of, name: "a" }) { rawKey } }',
    variables: { of: target },
  });
  expect(await compare(create({ deploymentId }), owner)).toBe('mutation whole');
  for (const wrong of [
    {},
    { deploymentId, projectId: owner.projectId },
    { deploymentId, projectId: null },
    { deploymentId: null },
    null,
    [],
    deploymentId,
  ]) {
    expect(await compare(create(wrong), owner)).toBe(`mutation ${codes.BAD_USER_INPUT}`);
  }

  const point = (value: unknown) => ({
    query: `mutation ($point: Float = 4) { predict(deploymentId: "${deploymentId}", spectra: [
      { sampleName: "a", yValues: [1, 2.5, $point] }]) { predictions { value } } }`,
    variables: { point: value },
  });
  const spectrum = (yValues: unknown) => ({
    query: PREDICT,
    variables: { deploymentId, spectra: { sampleName: 'a', yValues } },
  });
  for (const right of [point(3), point(undefined), spectrum([1, 2, 3])]) {
    expect(await compare(right, key)).toBe('mutation whole');
  }
  for (const wrong of [
    ...[null, '3'].map(point),
    ...[[1, '2', 3], [1, null, 3], [1, [2], 3], [true, 1, 2], [1, {}, 2], { 0: 1, length: 1 }, null, '7'].map(
      spectrum,
    ),
  ]) {
    expect(await compare(wrong, key)).toBe(`mutation ${codes.BAD_USER_INPUT}`);
  }
}, 60_000);

const ACCEPTED = [
  undefined,
  '*/*',
  'application/json',
  'application/json; charset=utf-8',
  'application/json, text/plain, */*',
  'application/graphql-response+json, application/json;q=0.9',
  'APPLICATION/JSON',
  'text/html',
  'application/json;q=0',
  '',
];

test('the short path answers with the status, headers and text of Apollo', async () => {
  const { owner, deploymentId, modelId } = lab;
  const viewer = await signUp(service, 'Vera Viewer');
  await join(service, owner, viewer, 'VIEWER');
  const target = { deploymentId };
  const [revoked, expired] = [
    await createKey(service, owner, target),
    await createKey(service, owner, target),
  ];
  await service.ask(REVOKE_KEY, { id: revoked.id }, owner);
  const past = { expiresAt: new Date(0) };
  await service.db.updateTable('apiKeys').set(past).where('id', '=', expired.id).execute();
  const inactive = await deploy(service, owner, linearRegression({ weights: [1] }), 'Inactive');
  const off = { active: false };
  await service.db.updateTable('deployments').set(off).where('id', '=', inactive.deploymentId).execute();
  const failing = await deploy(service, owner, linearRegression({ weights: [Number.NaN] }), 'NaN');
  const none = { monthlyPredictions: 0 };
  await service.db.updateTable('plans').set(none).where('name', '=', 'FREE').execute();

  const stale = { cookie: 'spectrakey_session=old' };
  const anonymous = { headers: {} };
  const predict = (to = deploymentId, yValues: unknown = [1, 2, 3]) => ({
    query: PREDICT,
    variables: { deploymentId: to, spectra: [{ sampleName: 'a', yValues }] },
  });
  const list = { query: LIST_KEYS, variables: { of: target } };
  const daily = {
    query:
      'query ($id: ID!, $days: Int = 1) { deployment(id: $id) { dailyPredictions(days: $days) { date } } }',
    variables: { id: deploymentId },
  };
  const sampled = {
    query: 'query ($of: ApiKeyTarget = { deploymentId: "x" }) { apiKeys(of: $of) { totalCount } }',
    variables: { of: null },
  };
  const logs = {
    query: 'query ($id: ID!) { deployment(id: $id) { predictionLogs { nodes { id } } } }',
    variables: { id: deploymentId },
  };
  const viewerQuery = { query: '{ viewer { id } }', variables: {} };
  const signIn = (password: string) => ({
    query:
      'mutation ($of: EmailAddress!, $by: String!) { signIn(email: $of, password: $by) { organizations { id } } }',
    variables: { of: owner.email, by: password },
  });

  const expectSameAsApollo = async (
    body: RequestBody,
    as: Credential,
    status: number,
    code?: Code,
    accepted: readonly (string | undefined)[] = ACCEPTED,
  ) => {
    for (const accept of accepted) {
      const headers = { ...headersOf(as), ...(accept === undefined ? {} : { accept }) };
      // Only Apollo reads extensions. It validates the document, which the short path executes from then on.
      const long = await post({ ...body, extensions: {} }, headers);
      const short = await post(body, headers);
      expect(comparable(short), `${body.query}, accept: ${accept}`).toEqual(comparable(long));
      if (accept !== undefined) continue;
      expect(short).toMatchObject({
        status,
        headers: { 'x-request-id': 'string', 'cache-control': 'no-store' },
      });
      expect(contentOf(short.text).errors?.[0]?.code).toBe(code);
    }
  };

  await expectSameAsApollo(predict(), key, 200);
  await expectSameAsApollo(list, owner, 200);
  await expectSameAsApollo(viewerQuery, anonymous, 200);
  await expectSameAsApollo(viewerQuery, stale, 200);
  await expectSameAsApollo(daily, owner, 200);
  await expectSameAsApollo(
    { ...daily, variables: { id: deploymentId, days: 0 } },
    owner,
    200,
    codes.BAD_USER_INPUT,
  );
  await expectSameAsApollo({ ...daily, operationName: 'Nothing' }, owner, 400, codes.BAD_USER_INPUT);
  await expectSameAsApollo(predict(deploymentId, [1, '2', 3]), key, 400, codes.BAD_USER_INPUT);
  await expectSameAsApollo(predict(deploymentId, [1, 2]), key, 400, codes.BAD_USER_INPUT);
  await expectSameAsApollo(sampled, owner, 400, codes.BAD_USER_INPUT);
  await expectSameAsApollo({ ...list, variables: { of: {} } }, owner, 400, codes.BAD_USER_INPUT);
  await expectSameAsApollo(
    { ...list, variables: { of: { ...target, projectId: null } } },
    owner,
    400,
    codes.BAD_USER_INPUT,
  );
  await expectSameAsApollo(list, anonymous, 401, codes.UNAUTHENTICATED);
  await expectSameAsApollo(list, stale, 401, codes.UNAUTHENTICATED);
  await expectSameAsApollo(predict(), { headers: { authorization: 'Bearer x' } }, 401, codes.UNAUTHENTICATED);
  await expectSameAsApollo(predict(), { rawKey: 'sk_x' }, 401, codes.UNAUTHENTICATED);
  await expectSameAsApollo(signIn(owner.password), anonymous, 200, undefined, [undefined]);
  await expectSameAsApollo(signIn('not the password'), stale, 401, codes.UNAUTHENTICATED, [undefined]);
  await expectSameAsApollo(predict(), revoked, 403, codes.API_KEY_REVOKED);
  await expectSameAsApollo(predict(), expired, 403, codes.API_KEY_EXPIRED);
  await expectSameAsApollo(predict(modelId), key, 403, codes.API_KEY_NOT_AUTHORIZED);
  await expectSameAsApollo(predict(), viewer, 403, codes.FORBIDDEN);
  await expectSameAsApollo(list, key, 403, codes.FORBIDDEN);
  await expectSameAsApollo(predict(modelId), owner, 404, codes.NOT_FOUND);
  await expectSameAsApollo(predict(inactive.deploymentId), owner, 409, codes.DEPLOYMENT_INACTIVE);
  await expectSameAsApollo(
    predict(stranger.deploymentId, gasoline()[0]?.yValues),
    stranger.owner,
    429,
    codes.QUOTA_EXCEEDED,
  );
  await expectSameAsApollo(predict(failing.deploymentId, [1]), owner, 500, codes.MODEL_FAILED);
  for (const [state, status, code] of [
    ['57P03', 503, codes.UNAVAILABLE],
    ['XX000', 500, codes.INTERNAL_SERVER_ERROR],
  ] as const) {
    // During authorization, and during execution.
    await whileBroken('sessions', state, () => expectSameAsApollo(viewerQuery, owner, status, code));
    await whileBroken('prediction_logs', state, () => expectSameAsApollo(logs, owner, 200, code));
    await whileBroken('deployments', state, () => expectSameAsApollo(list, owner, status, code));
  }
}, 60_000);

/** Makes every read of a table fail with this SQL state during `act`. */
async function whileBroken(table: string, state: string, act: () => Promise<void>): Promise<void> {
  const [name, aside] = [sql.id(table), sql.id(`${table}_aside`)];
  await sql`alter table ${name} rename to ${aside}`.execute(service.db);
  await sql`create function fail() returns setof ${aside} language plpgsql as
    ${sql.lit(`begin raise exception using errcode = '${state}'; end`)}`.execute(service.db);
  await sql`create view ${name} as select * from fail()`.execute(service.db);
  await act();
  await sql`drop view ${name}`.execute(service.db);
  await sql`drop function fail`.execute(service.db);
  await sql`alter table ${aside} rename to ${name}`.execute(service.db);
}

test('a number in JSON that exceeds a double is refused in the first and later requests', async () => {
  const query = `mutation ($id: ID!, $s: [SpectrumInput!]!) {
    predict(deploymentId: $id, spectra: $s) { logId } }`;
  const send = async () => {
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Api-Key ${key.rawKey}` },
      body: `{"query":${JSON.stringify(query)},"variables":{"id":"${lab.deploymentId}","s":[{"sampleName":"a","yValues":[1,1e400,2]}]}}`,
    });
    return { status: response.status, text: await response.text() };
  };
  const answers = [await send(), await send(), await send()];
  for (const { status, text } of answers) {
    expect(status).toBe(400);
    expect(text).toContain(codes.BAD_USER_INPUT);
  }
});
