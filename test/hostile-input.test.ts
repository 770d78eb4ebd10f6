import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateRawKey } from '../src/api-keys/raw-key.ts';
import { CATALOGUE, isCode } from '../src/errors.ts';
import { addressOf, run } from './commands.ts';
import {
  createKey,
  deploy,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  type Service,
  startService,
} from './harness.ts';

/** The number of generated requests. `HOSTILE_CASES=300` is for a quick run. */
const CASES = Number(process.env.HOSTILE_CASES ?? 10_000);

let service: Service;
let lab: Lab;
let key: { rawKey: string };
/** Objects that hostile requests may change and delete, while the caller's own remain unchanged. */
let victims: string[];

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const victim = await deploy(service, lab.owner);
  const { id } = await createKey(service, lab.owner, { deploymentId: victim.deploymentId });
  victims = [victim.deploymentId, victim.modelId, id];
});
afterAll(() => service.close());

const JSON_TYPE = { 'content-type': 'application/json' };

// Requests

/** Texts that often cause errors. */
const NAUGHTY = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'half \udc00',
  '\u202eright to left\u202c',
  'مرحبا עולם',
  '👩‍👩‍👧‍👦🏳️‍🌈🧪',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L',
  '\u200b\ufeff\u2028\u2029',
  '\ufdfa'.repeat(50),
  '\r\nSet-Cookie: a=b\r\n',
  '\u001b[31m',
  "'; drop table users; --",
  "' or 1=1 --",
  '" or ""="',
  '$1 $$ $tag$ \\ % _ %27',
  '%s%n%x%p %(name)s {0} {{7*7}} #{7*7}',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  'file:///etc/passwd',
  '`id` $(id) | id',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  'true',
  '-0',
  '0x7fffffff',
  '1e400',
  '9223372036854775808',
  '2026-02-30T25:61:61Z',
  '0000-00-00',
  '+275760-09-13T00:00:00.001Z',
  '-271821-04-20T00:00:00.000Z',
  'a@b@c',
  `${'a'.repeat(300)}@example.com`,
  'sk_',
  generateRawKey().text,
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '01a20881-bb48-761f-bcab-7ec1b0fb9cf1\n',
  'AAAA====',
  'x'.repeat(5000),
];
const NUMBERS = [0, -0, 1, -1, 0.1, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 2 ** 63, 1e39, -1e39, 1e308, 5e-324];

const text = fc.oneof(fc.constantFrom(...NAUGHTY), fc.string({ unit: 'binary' }));
const number = fc.oneof(fc.constantFrom(...NUMBERS), fc.double({ noNaN: true, noDefaultInfinity: true }));
const anything: fc.Arbitrary<unknown> = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.oneof(text, number), { maxLength: 4 }),
  fc.dictionary(text, fc.oneof(text, number), { maxKeys: 3 }),
);

/** Existing ids, so that requests get further than "not found". */
const known = () => [...victims, lab.owner.projectId, lab.owner.organization.id, lab.owner.id];

/** Values that have the type, nearly have it, or do not. */
function nearly(type: GraphQLInputType): fc.Arbitrary<unknown> {
  const fits = fitting(getNullableType(type));
  return fc.oneof({ weight: 6, arbitrary: fits }, { weight: 1, arbitrary: anything });
}

function fitting(type: GraphQLInputType): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return fitting(type.ofType);
  if (isListType(type)) return fc.array(nearly(type.ofType), { maxLength: 5 });
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).map(({ name, type }) => [name, nearly(type)] as const);
    return fc.record(Object.fromEntries(fields), type.isOneOf ? { requiredKeys: [] } : {});
  }
  switch (type.name) {
    case 'ID':
      return fc.oneof(fc.constantFrom(...known()), text);
    case 'Int':
      return fc.integer();
    case 'Float':
      return number;
    case 'Boolean':
      return fc.boolean();
    case 'EmailAddress':
      return fc.oneof(text, fc.emailAddress());
    case 'DateTime':
      return fc.oneof(
        text,
        fc.date({ noInvalidDate: true }).map(date => date.toISOString()),
      );
    case 'Base64':
      return fc.oneof(text, fc.base64String({ maxLength: 400 }));
    default:
      return text;
  }
}

/** The literal of a value in a document; invalid for a value that has none. */
const literal = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(literal).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, inner]) => `${name}: ${literal(inner)}`)
    .join(' ')} }`;
};

const schema = buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));
const roots = [schema.getQueryType(), schema.getMutationType()].flatMap(type =>
  Object.values(type?.getFields() ?? {})
    // It takes no input, and would end the session of the other requests.
    .filter(({ name }) => name !== 'signOut')
    .map(field => ({ ...field, kind: type?.name.toLowerCase() })),
);

/** A request for any root field of the schema, with arguments as variables or literals. */
const operation = () =>
  fc.constantFrom(...roots).chain(({ name, kind, args, type }) => {
    const values = args.map((argument: GraphQLArgument) => [argument.name, nearly(argument.type)] as const);
    const selection = isLeafType(getNamedType(type)) ? '' : '{ __typename }';
    const call = (given: string) => `${name}${given && `(${given})`} ${selection}`;
    return fc
      .tuple(fc.record(Object.fromEntries(values)), fc.boolean())
      .map(([variables, inline]): unknown => {
        const names = Object.keys(variables);
        if (inline) {
          const given = Object.entries(variables).map(([at, value]) => `${at}: ${literal(value)}`);
          return { query: `${kind} { ${call(given.join(' '))} }` };
        }
        const definitions = args.map(argument => `$${argument.name}: ${argument.type}`).join(' ');
        return {
          query: `${kind} ${definitions && `(${definitions})`} { ${call(names.map(at => `${at}: $${at}`).join(' '))} }`,
          variables,
        };
      });
  });

interface Hostile {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

/** The text with a part replaced: nearly valid JSON and GraphQL. */
const damaged = (whole: fc.Arbitrary<string>) =>
  fc
    .tuple(
      whole,
      fc.nat(),
      fc.nat(9),
      fc.oneof(text, fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', 'NaN', '1e400')),
    )
    .map(([all, at, length, instead]) => {
      const start = at % (all.length + 1);
      return all.slice(0, start) + instead + all.slice(start + length);
    });

const request = (): fc.Arbitrary<Hostile> => {
  const credential = fc.constantFrom<Record<string, string>>(
    {},
    { cookie: lab.owner.cookie },
    { authorization: `Api-Key ${key.rawKey}` },
    { authorization: `Api-Key ${generateRawKey().text}` },
    { authorization: 'Api-Key sk_' },
    { authorization: 'Basic YTpi' },
    { cookie: 'spectrakey_session=%00; =; ;;' },
  );
  const type = fc.oneof(
    { weight: 9, arbitrary: fc.constant('application/json') },
    { weight: 1, arbitrary: fc.constantFrom('text/plain', 'application/json; charset=utf-16', 'x', '') },
  );
  const json = operation().map(body => JSON.stringify(body));
  const body = fc.oneof(
    { weight: 6, arbitrary: json },
    { weight: 2, arbitrary: damaged(json) },
    {
      weight: 1,
      arbitrary: fc
        .record({ query: text, variables: anything, operationName: anything })
        .map(it => JSON.stringify(it)),
    },
    { weight: 1, arbitrary: anything.map(it => JSON.stringify(it)) },
  );
  const post = fc.tuple(credential, type, body).map(([headers, type, body]) => ({
    method: 'POST',
    path: '',
    headers: { ...headers, 'content-type': type },
    body,
  }));
  const get = fc
    .tuple(
      credential,
      fc.dictionary(fc.constantFrom('query', 'variables', 'operationName', 'extensions'), text),
    )
    .map(([headers, parameters]) => ({
      method: 'GET',
      // Not URLSearchParams, which replaces lone surrogates.
      path: `?${Object.entries(parameters)
        .map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`)
        .join('&')}%ff%`,
      headers: { ...headers, 'apollo-require-preflight': 'true' },
      body: null,
    }));
  return fc.oneof({ weight: 12, arbitrary: post }, { weight: 1, arbitrary: get });
};

// Answers

/** Sends a request. The answer must be JSON with codes of the catalogue, without an internal error. */
async function survives(url: string, { method, path, headers, body }: Hostile): Promise<number> {
  const response = await fetch(`${url}/graphql${path}`, { method, headers, body, redirect: 'manual' });
  const answer = await response.text();
  expect(response.status, answer).toBeLessThan(500);
  const { errors = [] }: { errors?: { extensions: { code: unknown } }[] } = JSON.parse(answer);
  for (const { extensions } of errors) {
    expect(isCode(extensions.code) && CATALOGUE[extensions.code].status, answer).toBeLessThan(500);
  }
  return response.status;
}

const MIB = 1024 * 1024;
const jsonOf = (query: string, variables: string) =>
  `{"query":${JSON.stringify(query)},"variables":${variables}}`;

/** Requests that generators would rarely produce. */
function enormous(): Hostile[] {
  const spectra = (value: string) =>
    jsonOf(
      PREDICT,
      `{"deploymentId":"${lab.deploymentId}","spectra":[{"sampleName":"a","yValues":${value}}]}`,
    );
  const points = (value: string) => `[${Array.from({ length: 401 }, () => value).join()}]`;
  const bodies = [
    // Deep, up to 16 MiB of brackets.
    '['.repeat(16 * MIB),
    `${'['.repeat(5 * MIB)}${']'.repeat(5 * MIB)}`,
    `${'{"a":'.repeat(2 * MIB)}1${'}'.repeat(2 * MIB)}`,
    spectra(`${'['.repeat(MIB)}${']'.repeat(MIB)}`),
    jsonOf(
      'query ($of: ApiKeyTarget!) { apiKeys(of: $of) { totalCount } }',
      `{"of":${'{"projectId":'.repeat(50_000)}1${'}'.repeat(50_000)}}`,
    ),
    jsonOf(`{ ${'viewer { '.repeat(MIB)}`, '{}'),
    jsonOf(`{ ${'... { '.repeat(3000)}__typename${' }'.repeat(3000)} }`, '{}'),
    jsonOf(`{ apiKeys(of: ${'['.repeat(4900)}${']'.repeat(4900)}) { totalCount } }`, '{}'),
    jsonOf(`{ apiKeys(of: ${'{ projectId: '.repeat(3000)}1${' }'.repeat(3000)}) { totalCount } }`, '{}'),
    jsonOf(`query ($a: ${'['.repeat(4900)}Int${']'.repeat(4900)}) { viewer { id } }`, '{}'),
    // Long.
    ' '.repeat(16 * MIB),
    jsonOf(`# ${'x'.repeat(16 * MIB)}\n{ viewer { id } }`, '{}'),
    jsonOf(`{ ${'viewer{id}'.repeat(MIB)} }`, '{}'),
    jsonOf(`{ ${'x'.repeat(16 * MIB)} }`, '{}'),
    jsonOf(`mutation { signIn(email: "${'a'.repeat(8 * MIB)}@b.example", password: "x") { id } }`, '{}'),
    jsonOf(
      'mutation ($p: String!) { signIn(email: "a@b.example", password: $p) { id } }',
      `{"p":"${'\ufdfa'.repeat(5 * MIB)}"}`,
    ),
    jsonOf('query ($id: ID!) { project(id: $id) { id } }', `{"id":"${'x'.repeat(16 * MIB)}"}`),
    jsonOf('{ viewer { id } }', `{${Array.from({ length: MIB }, (_, at) => `"${at}":0`).join()}}`),
    spectra(`[${'1,'.repeat(4 * MIB)}1]`),
    spectra(`["${'x'.repeat(16 * MIB)}"]`),
    jsonOf(PREDICT, `{"deploymentId":"${lab.deploymentId}","spectra":[${'{},'.repeat(MIB)}{}]}`),
    jsonOf(
      'mutation ($input: RegisterModelInput!) { registerModel(input: $input) { id } }',
      `{"input":{"projectId":"${lab.owner.projectId}","name":"a","targetProperty":"b","onnx":"${'AAAA'.repeat(4 * MIB)}"}}`,
    ),
    // Numbers that JSON, doubles, floats or models cannot hold.
    ...['NaN', '-Infinity', '1e400', '-1e400', '1e308', '1e39', '5e-324', `1${'0'.repeat(400)}`].map(value =>
      spectra(points(value)),
    ),
  ];
  const callers = [{ authorization: `Api-Key ${key.rawKey}` }, { cookie: lab.owner.cookie }];
  return bodies.flatMap(body =>
    callers.map(caller => ({
      method: 'POST',
      path: '',
      headers: { ...caller, 'content-type': 'application/json' },
      body,
    })),
  );
}

test('no request causes an internal error, and the memory of enormous bodies is released', {
  timeout: 3_600_000,
}, async () => {
  // The server runs in its own process, whose memory is measured.
  const server = run('node', ['src/main.ts', 'serve'], { env: { DATABASE_URL: service.databaseUrl } });
  const url = await addressOf(server);
  const residentMb = () =>
    Number(execFileSync('ps', ['-o', 'rss=', '-p', String(server.process.pid)]).toString()) / 1024;
  const variables = { deploymentId: lab.deploymentId, spectra: gasoline() };
  const plain = {
    method: 'POST',
    path: '',
    headers: { ...JSON_TYPE, authorization: `Api-Key ${key.rawKey}` },
  };
  const work = async () => {
    for (let call = 0; call < 200; call++) {
      await survives(url, { ...plain, body: JSON.stringify({ query: PREDICT, variables }) });
    }
  };

  const seen = new Map<number, number>();
  const generate = (count: number) =>
    fc.assert(
      fc.asyncProperty(request(), async hostile => {
        const status = await survives(url, hostile);
        seen.set(status, (seen.get(status) ?? 0) + 1);
      }),
      { numRuns: count },
    );
  // Warms the server up until its memory is stable.
  await generate(CASES);
  await work();
  const before = residentMb();
  let sentMb = 0;
  for (const hostile of enormous()) {
    await survives(url, hostile);
    sentMb += Buffer.byteLength(hostile.body ?? '') / MIB;
  }
  // If a sixth of the bodies were retained, the check below would fail.
  expect(sentMb).toBeGreaterThan(300);
  await expect
    .poll(
      async () => {
        await work();
        return residentMb();
      },
      { timeout: 30_000 },
    )
    .toBeLessThan(before + 50);

  // The generated requests led to every status.
  for (const status of [200, 400, 401, 403, 404, 415]) expect([...seen.keys()]).toContain(status);
  expect(server.output()).not.toMatch(/unexpected error|"level":(50|60)/);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});
