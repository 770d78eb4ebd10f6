import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CATALOGUE } from '../src/errors.ts';
import { anyForm, tooManyParts, trueForm } from './arbitrary-forms.ts';
import {
  createKey,
  gasoline,
  headersOf,
  type Lab,
  openLab,
  REHEARSE,
  type Service,
  startService,
} from './harness.ts';

interface Schema {
  [keyword: string]: unknown;
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  maxItems?: number;
  maxLength?: number;
}
interface Described {
  operationId: string;
  parameters: { name: string; in: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<
    string,
    { headers: Record<string, object>; content: Record<string, { schema: Schema }> } | undefined
  >;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Schema> };
  'x-errors': object;
}

let service: Service;
let lab: Lab;
let key: { rawKey: string };
let document: Document;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  document = JSON.parse(await (await fetch(`${service.url}/api/openapi.json`)).text());
});
afterAll(() => service.close());

test('the document is valid OpenAPI 3.1 for a public validator', async () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(await new Validator().validate(structuredClone({ ...document }))).toEqual({ valid: true });
});

test('it has the status and the message of every error of the catalogue', () => {
  expect(document['x-errors']).toEqual(CATALOGUE);
});

test('every operation has an id of its own, and every object a description', () => {
  const operations = Object.values(document.paths).flatMap(path => Object.values(path));
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toContain('predict');
  for (const schema of Object.values(document.components.schemas)) {
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      expect(property.$ref ?? property.description, name).toBeTypeOf('string');
    }
  }
});

test('it declares Retry-After where an answer may have it: also of a rehearsed key, and of a model in quarantine', async () => {
  const rehearsed = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  await service.ask(REHEARSE, { id: rehearsed.id, minutes: 1 }, lab.owner);
  const path = '/api/deployments/{deploymentId}/predict';
  const answers = await Promise.all(
    [path, '/api/key'].map(async path => {
      const method = path === '/api/key' ? 'GET' : 'POST';
      const headers = { ...headersOf(rehearsed), 'content-type': 'application/json' };
      const url = service.url + urlOf(path, ownParameters());
      return await fetch(url, { method, headers, ...(method === 'POST' && { body: '{"spectra":[]}' }) });
    }),
  );
  for (const answer of answers)
    expect([answer.status, answer.headers.has('retry-after')]).toEqual([403, true]);
  const statusesOf = (path: string, method: string) =>
    Object.entries(document.paths[path]?.[method]?.responses ?? {})
      .filter(([, declared]) => 'Retry-After' in (declared?.headers ?? {}))
      .map(([status]) => status);
  expect(statusesOf(path, 'post')).toEqual(['403', '429', '500', '503']);
  expect(statusesOf('/api/key', 'get')).toEqual(['403', '429', '503']);
  expect(statusesOf('/api/key/revoke', 'post')).toEqual(['429', '503']);
});

/** A schema in which references to components are definitions. */
const resolved = (schema: Schema): object => {
  const inline = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll('#/components/schemas/', '#/$defs/'));
  return { ...Object(inline(schema)), $defs: inline(document.components.schemas) };
};
const ajv = new Ajv2020({ strict: false, validateFormats: false });

/** Values that a schema allows, and now and then one that it does not. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  const { $ref, type, properties = {}, required = [], items, maxItems, maxLength } = schema;
  if ($ref) return valuesOf(document.components.schemas[$ref.split('/').at(-1) ?? ''] ?? {});
  const types = Array.isArray(type) ? type : [type];
  const allowed = types.map((one): fc.Arbitrary<unknown> => {
    switch (one) {
      case 'object':
        return fc
          .tuple(
            fc.record(
              Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, valuesOf(of)])),
              // What is optional is mostly absent: a model without an axis accepts no x values.
              { requiredKeys: required },
            ),
            fc.option(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 1 }), { freq: 10 }),
          )
          .map(([known, more]) => ({ ...more, ...known }));
      case 'array':
        return fc.oneof(
          { arbitrary: fc.array(valuesOf(items ?? {}), { maxLength: 4 }), weight: 20 },
          // As long as the model of the laboratory expects.
          ...(items?.type === 'number'
            ? [{ arbitrary: fc.constant(gasoline()[0]?.yValues), weight: 60 }]
            : []),
          // One item too many. Rarely, as a thousand spectra take a second.
          ...(maxItems === undefined
            ? []
            : [
                {
                  arbitrary: valuesOf(items ?? {}).map(one =>
                    Array.from({ length: maxItems + 1 }, () => one),
                  ),
                  weight: 1,
                },
              ]),
        );
      case 'number':
        return fc.double({ noNaN: true, noDefaultInfinity: true });
      case 'string':
        return fc.oneof(
          { arbitrary: fc.string({ unit: 'binary' }), weight: 8 },
          ...(maxLength === undefined
            ? []
            : [{ arbitrary: fc.constant('x'.repeat(maxLength + 1)), weight: 1 }]),
        );
      case 'null':
        return fc.constant(null);
      default:
        return fc.jsonValue();
    }
  });
  return fc.oneof(
    { arbitrary: fc.oneof(...allowed), weight: 12 },
    { arbitrary: fc.jsonValue({ maxDepth: 2 }), weight: 1 },
  );
}

/** Texts for a parameter of a path, mostly those of the laboratory. */
const parameter = (name: string) => {
  const own = ownParameters();
  return fc.oneof(
    { arbitrary: fc.constant(own[name] ?? ''), weight: 20 },
    { arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 150 }), weight: 1 },
    { arbitrary: fc.integer({ min: 99, max: 5000 }).map(length => 'x'.repeat(length)), weight: 1 },
  );
};

/** The characters of a header that clients can send. */
const headerText = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter(code => code !== 0x7f)
    .map(code => String.fromCharCode(code)),
});

/** A call that the model answers. */
const trueCall = () =>
  fc.integer({ min: 1, max: 3 }).map(count => ({
    spectra: gasoline(count).map(({ sampleName, yValues }) => ({
      sample_name: sampleName,
      y_values: yValues,
    })),
  }));

/** A body with its Content-Type. */
interface Body {
  type: string;
  body: string | Uint8Array<ArrayBuffer>;
}

/** Bodies of a type, by its schema. */
function bodiesOf(type: string, schema: Schema): fc.Arbitrary<Body> {
  if (type === 'multipart/form-data') return anyForm;
  return fc
    .oneof({ arbitrary: valuesOf(schema), weight: 3 }, { arbitrary: trueCall(), weight: 2 })
    .map(made => ({ type, body: JSON.stringify(made) }));
}

interface MadeRequest {
  url: string;
  init: {
    method: string;
    headers: Record<string, string>;
    body?: Body['body'];
  };
}

const urlOf = (path: string, values: Record<string, string | undefined>) =>
  path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] ?? ''));

/** The parameters of the laboratory's own paths. */
const ownParameters = (): Record<string, string> => ({
  slug: lab.owner.organization.slug,
  projectId: lab.owner.projectId,
  deploymentId: lab.deploymentId,
});

/** Requests to a path with a body, each with another status. */
function examplesOf(path: string): MadeRequest[] {
  const json = (spectra: readonly object[]) => ({
    type: 'application/json',
    body: JSON.stringify({ spectra }),
  });
  const [spectrum] = gasoline().map(({ yValues }) => ({ sample_name: 'S-1', y_values: yValues }));
  const isOfFiles = path.endsWith('/file');
  const good: Body = isOfFiles ? trueForm : json(spectrum ? [spectrum] : []);
  const tooMany: Body = isOfFiles
    ? tooManyParts
    : json(Array.from({ length: 1001 }, () => ({ sample_name: 'S-1', y_values: [1] })));
  const own = ownParameters();
  const request = (
    { type, body }: Body,
    { method = 'POST', as = headersOf(key), values = own } = {},
  ): MadeRequest => ({
    url: urlOf(path, values),
    init: { method, headers: { ...as, 'content-type': type }, body },
  });
  return [
    request(good),
    request(tooMany),
    request({ ...good, type: 'text/plain' }),
    request(good, { method: 'PUT' }),
    request(good, { method: 'OPTIONS' }),
    request(good, { as: { cookie: lab.owner.cookie } }),
    request(good, { values: { ...own, deploymentId: 'x'.repeat(101) } }),
    request({ ...good, body: '' }),
  ];
}

/** Requests made from the description of an operation. */
function requestsOf(
  path: string,
  method: string,
  { parameters, requestBody }: Described,
): fc.Arbitrary<MadeRequest> {
  const inPath = parameters.filter(one => one.in === 'path').map(({ name }) => name);
  const [content] = Object.entries(requestBody?.content ?? {});
  return fc
    .record({
      path: fc.record(Object.fromEntries(inPath.map(name => [name, parameter(name)]))),
      credential: fc.oneof(
        { arbitrary: fc.constant(headersOf(key)), weight: 10 },
        { arbitrary: headerText.map(text => ({ authorization: text })), weight: 1 },
        { arbitrary: fc.constant({ cookie: lab.owner.cookie }), weight: 1 },
      ),
      idempotencyKey: fc.option(fc.oneof(headerText, fc.uuid()), { freq: 3 }),
      body: content ? bodiesOf(content[0], content[1].schema) : fc.constant(undefined),
      otherType: fc.option(fc.constantFrom('text/plain', 'application/json; charset=utf-16', 'x'), {
        freq: 12,
      }),
      method: fc.oneof(
        { arbitrary: fc.constant(method.toUpperCase()), weight: 20 },
        { arbitrary: fc.constantFrom('PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'), weight: 2 },
      ),
      slash: fc.constantFrom('', '/'),
    })
    .map(({ credential, idempotencyKey, otherType, body, method, path: values, slash }) => ({
      url: urlOf(path, values) + slash,
      init: {
        method,
        headers: {
          ...credential,
          ...(idempotencyKey !== null && { 'idempotency-key': idempotencyKey }),
          ...(body && { 'content-type': otherType ?? body.type }),
        },
        ...(body && method !== 'HEAD' && { body: body.body }),
      },
    }));
}

describe('no request made from the document gets a 5xx, or an answer that it does not declare', () => {
  const operations = [
    ['/api/deployments/{deploymentId}/predict', 'post', 400],
    ['/api/organizations/{slug}/projects/{projectId}/deployments/{deploymentId}/predict', 'post', 200],
    ['/api/deployments/{deploymentId}/predict/file', 'post', 300],
    ['/api/organizations/{slug}/projects/{projectId}/deployments/{deploymentId}/predict/file', 'post', 300],
    ['/api/key', 'get', 60],
    ['/api/deployments/{deploymentId}', 'get', 60],
    ['/api/openapi.json', 'get', 30],
    // Last, as it ends the key.
    ['/api/key/revoke', 'post', 60],
  ] as const;

  test('these are all operations', () => {
    const declared = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method} ${path}`),
    );
    expect(declared.sort()).toEqual(operations.map(([path, method]) => `${method} ${path}`).sort());
  });

  test.each(operations)(
    '%s (%s)',
    async (path, method, runs) => {
      const described = document.paths[path]?.[method];
      if (!described) throw new Error('the operation is not in the document');
      const statuses = new Set<number>();
      const validators = new Map<string, ReturnType<typeof ajv.compile>>();
      await fc.assert(
        fc.asyncProperty(requestsOf(path, method, described), async ({ url, init }) => {
          const response = await fetch(service.url + url, init);
          const text = await response.text();
          const { status, headers } = response;
          statuses.add(status);
          expect(status, text).toBeLessThan(500);
          const declared = described.responses[status];
          const type = headers.get('content-type')?.split(';')[0] ?? '';
          const schema = declared?.content[type]?.schema;
          if (init.method === 'OPTIONS') {
            expect([status, text, headers.get('allow')]).toEqual([
              204,
              '',
              expect.stringContaining('OPTIONS'),
            ]);
            return;
          }
          if (!schema) throw new Error(`${status} with ${type} is not declared`);
          const validate = validators.get(`${status} ${type}`) ?? ajv.compile(resolved(schema));
          validators.set(`${status} ${type}`, validate);
          if (init.method === 'HEAD') expect(text).toBe('');
          else if (!validate(JSON.parse(text)))
            throw new Error(`${status} ${text}: ${ajv.errorsText(validate.errors)}`);
          const names = Object.keys(declared?.headers ?? {}).map(name => name.toLowerCase());
          const own = ['ratelimit', 'ratelimit-policy', 'api-key-expires', 'retry-after', 'www-authenticate'];
          for (const name of [...own, 'allow', 'accept-post', 'x-request-id']) {
            if (headers.has(name)) expect(names).toContain(name);
          }
        }),
        { numRuns: runs, examples: method === 'post' ? examplesOf(path).map(made => [made]) : [] },
      );
      // A key may be revoked with itself in any state.
      const refusals = path === '/api/key/revoke' ? [] : [403];
      if (method === 'post')
        expect([...statuses]).toEqual(expect.arrayContaining([200, 204, 400, 401, 405, 415, ...refusals]));
      if (path.endsWith('/file')) expect(statuses).toContain(413);
    },
    120_000,
  );
});
