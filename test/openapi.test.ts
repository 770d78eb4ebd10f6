import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CATALOGUE } from '../src/errors.ts';
import { BOUNDARY, multipart } from './file-calls.ts';
import { createKey, gasoline, headersOf, type Lab, openLab, type Service, startService } from './harness.ts';
import { oneSpectrum } from './watcher.ts';

interface Schema {
  [keyword: string]: unknown;
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
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

/** A schema in which references to components are definitions. */
const resolved = (schema: Schema): object => {
  const inline = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll('#/components/schemas/', '#/$defs/'));
  return { ...Object(inline(schema)), $defs: inline(document.components.schemas) };
};
const ajv = new Ajv2020({ strict: false, validateFormats: false });

/** Values that a schema allows, and now and then one that it does not. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  const { $ref, type, properties = {}, required = [], items } = schema;
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
          { arbitrary: fc.array(valuesOf(items ?? {}), { maxLength: 4 }), weight: 1 },
          // As long as the model of the laboratory expects.
          ...(items?.type === 'number'
            ? [{ arbitrary: fc.constant(gasoline()[0]?.yValues), weight: 3 }]
            : []),
        );
      case 'number':
        return fc.double({ noNaN: true, noDefaultInfinity: true });
      case 'string':
        return fc.string({ unit: 'binary' });
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
  const own: Record<string, string> = {
    slug: lab.owner.organization.slug,
    projectId: lab.owner.projectId,
    deploymentId: lab.deploymentId,
  };
  return fc.oneof(
    { arbitrary: fc.constant(own[name] ?? ''), weight: 8 },
    { arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 150 }), weight: 1 },
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

const isForm = (type: string | undefined) => type === 'multipart/form-data';

/** Files with content of any kind, one of them often a true one. */
const files = fc
  .array(
    fc.record({
      name: fc.oneof(
        fc.constantFrom('a.csv', 'b.jdx', 'c.spc'),
        fc.constant(undefined),
        fc.string({ unit: 'grapheme' }),
      ),
      bytes: fc.oneof(
        { arbitrary: fc.constant(Buffer.from(oneSpectrum('S-1'))), weight: 4 },
        { arbitrary: fc.uint8Array({ maxLength: 300 }), weight: 1 },
      ),
      part: fc.oneof({ arbitrary: fc.constant('file'), weight: 8 }, { arbitrary: fc.string(), weight: 1 }),
    }),
    { maxLength: 3 },
  )
  .map(made => Uint8Array.from(multipart(made)));

/** Bodies of a type, by its schema. */
function bodiesOf(
  type: string | undefined,
  schema: Schema | undefined,
): fc.Arbitrary<string | Uint8Array<ArrayBuffer> | undefined> {
  if (!schema) return fc.constant(undefined);
  if (isForm(type)) {
    const bytes = fc.uint8Array({ maxLength: 300 }).map(made => Uint8Array.from(made));
    return fc.oneof({ arbitrary: files, weight: 8 }, { arbitrary: bytes, weight: 1 });
  }
  return fc
    .oneof({ arbitrary: valuesOf(schema), weight: 3 }, { arbitrary: trueCall(), weight: 1 })
    .map(made => JSON.stringify(made));
}

/** Requests made from the description of an operation. */
function requestsOf(path: string, method: string, { parameters, requestBody }: Described) {
  const inPath = parameters.filter(one => one.in === 'path').map(({ name }) => name);
  const [[type, body] = []] = Object.entries(requestBody?.content ?? {});
  const contentType = fc.oneof(
    { arbitrary: fc.constant(isForm(type) ? `${type}; boundary=${BOUNDARY}` : type), weight: 12 },
    { arbitrary: fc.constantFrom('text/plain', 'application/json; charset=utf-16', 'x'), weight: 1 },
  );
  return fc
    .record({
      path: fc.record(Object.fromEntries(inPath.map(name => [name, parameter(name)]))),
      credential: fc.oneof(
        { arbitrary: fc.constant(headersOf(key)), weight: 10 },
        { arbitrary: headerText.map(text => ({ authorization: text })), weight: 1 },
        { arbitrary: fc.constant({ cookie: lab.owner.cookie }), weight: 1 },
      ),
      idempotencyKey: fc.option(fc.oneof(headerText, fc.uuid()), { freq: 3 }),
      type: contentType,
      body: bodiesOf(type, body?.schema),
      method: fc.oneof(
        { arbitrary: fc.constant(method.toUpperCase()), weight: 20 },
        { arbitrary: fc.constantFrom('PUT', 'DELETE', 'PATCH'), weight: 1 },
      ),
      slash: fc.constantFrom('', '/'),
    })
    .map(({ credential, idempotencyKey, type, body, ...made }) => ({
      url: path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(made.path[name] ?? '')) + made.slash,
      init: {
        method: made.method,
        headers: {
          ...credential,
          ...(idempotencyKey !== null && { 'idempotency-key': idempotencyKey }),
          ...(body !== undefined && type !== undefined && { 'content-type': type }),
        },
        ...(body !== undefined && { body }),
      },
    }));
}

describe('no request made from the document gets a 5xx, or an answer that it does not declare', () => {
  const operations = [
    ['/api/deployments/{deploymentId}/predict', 'post', 400],
    ['/api/organizations/{slug}/projects/{projectId}/deployments/{deploymentId}/predict', 'post', 200],
    ['/api/deployments/{deploymentId}/predict/file', 'post', 200],
    ['/api/organizations/{slug}/projects/{projectId}/deployments/{deploymentId}/predict/file', 'post', 200],
    ['/api/key', 'get', 60],
    ['/api/deployments/{deploymentId}', 'get', 60],
    ['/api/openapi.json', 'get', 30],
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
          if (!schema) throw new Error(`${status} with ${type} is not declared`);
          const validate = validators.get(`${status} ${type}`) ?? ajv.compile(resolved(schema));
          validators.set(`${status} ${type}`, validate);
          if (!validate(JSON.parse(text)))
            throw new Error(`${status} ${text}: ${ajv.errorsText(validate.errors)}`);
          const names = Object.keys(declared?.headers ?? {}).map(name => name.toLowerCase());
          const own = ['ratelimit', 'ratelimit-policy', 'api-key-expires', 'retry-after', 'www-authenticate'];
          for (const name of [...own, 'allow', 'accept-post', 'x-request-id']) {
            if (headers.has(name)) expect(names).toContain(name);
          }
        }),
        { numRuns: runs },
      );
      if (method === 'post')
        for (const status of [200, 400, 401, 405, 415]) expect(statuses).toContain(status);
    },
    120_000,
  );
});
