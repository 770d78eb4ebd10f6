import { readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import fc from 'fast-check';
import { GraphQLError, graphql } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MutationPredictArgs } from '../src/generated/graphql.ts';
import { codes, createKey, deploy, type Lab, openLab, type Service, startService } from './harness.ts';
import { linearRegression } from './onnx-files.ts';

let service: Service;
let lab: Lab;
let key: { rawKey: string };

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service, 'ENTERPRISE');
  // It adds three numbers up: in float32 too, what adds up quarters of small numbers is exact.
  const adder = linearRegression({ weights: [1, 1, 1] });
  lab.deploymentId = (await deploy(service, lab.owner, adder, 'Adder')).deploymentId;
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
});
afterAll(() => service.close());

/** The public schema, executed by graphql-js alone, on a resolver that says what the server is to say. */
const reference = makeExecutableSchema({
  typeDefs: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
  resolvers: {
    Mutation: {
      predict: (_parent: unknown, { spectra }: MutationPredictArgs) => {
        for (const { sampleName, yValues } of spectra) {
          if (yValues.length !== 3)
            throw new GraphQLError(`Spectrum '${sampleName}' has ${yValues.length} points, expected 3`);
        }
        return {
          predictions: spectra.map(({ sampleName, yValues }) => ({
            sampleName,
            value: yValues.reduce((sum, value) => sum + value, 0),
          })),
          model: { name: 'Adder', inputLength: 3 },
        };
      },
    },
  },
});

// Documents and variables

const quarter = fc.integer({ min: -400, max: 400 }).map(n => n / 4);
const name = fc.constantFrom('a', 'b', 'Müller 7', '😀');
const yValues = fc.array(quarter, { minLength: 3, maxLength: 3 });
/** What is no list of floats, or not of the right length. */
const wrong = fc.constantFrom<unknown>(
  [1, 2],
  [1, 2, null],
  [1, '2', 3],
  [1, [2], 3],
  [true, 1, 2],
  [1, {}, 2],
  [],
  null,
  7,
  '7',
  {},
  { 0: 1, length: 1 },
);
const points = fc.oneof({ weight: 4, arbitrary: yValues }, { weight: 1, arbitrary: wrong });
const spectrum = fc.oneof(
  { weight: 6, arbitrary: fc.record({ sampleName: name, yValues: points }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      { sampleName: 'a' },
      { sampleName: 'a', yValues: [1, 2, 3], more: 1 },
      null,
      5,
    ),
  },
);
const spectra = fc.oneof(
  { weight: 6, arbitrary: fc.array(spectrum, { minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: spectrum },
);

const literal = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(literal).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .filter(([field]) => /^\w+$/.test(field) && !/^\d/.test(field))
    .map(([field, inner]) => `${field}: ${literal(inner)}`)
    .join(' ')} }`;
};

interface Arguments {
  definitions: string;
  spectra: string;
  variables: Record<string, unknown>;
}

/** The spectra, told in the ways that GraphQL has. */
const told: fc.Arbitrary<Arguments> = fc.oneof(
  spectra.map(value => ({ definitions: '$s: [SpectrumInput!]!', spectra: '$s', variables: { s: value } })),
  spectra.map(value => ({ definitions: '', spectra: literal(value), variables: {} })),
  spectra.map(value => ({
    definitions: `$s: [SpectrumInput!]! = ${literal(value)}`,
    spectra: '$s',
    variables: {},
  })),
  points.map(value => ({
    definitions: '$y: [Float!]!',
    spectra: '[{ sampleName: "a", yValues: $y }]',
    variables: { y: value },
  })),
  fc.tuple(name, fc.oneof(quarter, fc.constantFrom<unknown>(null, 'x', undefined))).map(([n, p]) => ({
    definitions: '$n: String!, $p: Float',
    spectra: '[{ sampleName: $n, yValues: [1, 2.5, $p] }, { sampleName: "b", yValues: [1 2 3] }]',
    variables: { n, p },
  })),
  spectrum.map(value => ({
    definitions: '$one: SpectrumInput!',
    spectra: '[$one]',
    variables: { one: value },
  })),
);

const field = fc.constantFrom(
  'sampleName',
  'value',
  'category',
  'twice: value',
  '__typename',
  'value @skip(if: $yes)',
  'category @include(if: $no)',
  '... on Prediction { again: sampleName }',
  '... @include(if: $yes) { sampleName }',
  '...Words',
);
const selection = fc.array(field, { minLength: 1, maxLength: 4 }).map(fields => fields.join(' '));
const outer = fc.constantFrom(
  '',
  '__typename',
  'model { name inputLength }',
  'm: model { n: name } model { name }',
  '... on PredictPayload { model { name } }',
);
const root = fc.constantFrom('', 'mine: ', '__typename ');

const request = fc.record({ told, selection, outer, root }).map(({ told, selection, outer, root }) => {
  const { definitions, spectra, variables } = told;
  // Every document has its variables and its fragment used, as validation wants it.
  const document = `mutation Sum($id: ID!, $yes: Boolean!, $no: Boolean! ${definitions && `, ${definitions}`}) {
    ${root}predict(deploymentId: $id, spectra: ${spectra}) {
      ${outer} predictions { ${selection} ...Words
        used: value @skip(if: $yes) unused: value @include(if: $no) } } }
    fragment Words on Prediction { sampleName words: category }`;
  return { document, variables };
});

test('whatever is sent, the server answers what graphql-js says, the first time and after', async () => {
  const seen = { answered: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(request, fc.uuid(), async ({ document, variables }, mark) => {
      // A document that no request had before takes Apollo's way; from the second time on it takes the short one.
      const fresh = `# ${mark}\n${document}`;
      const all = { id: lab.deploymentId, yes: true, no: false, ...variables };
      const wanted = await graphql({
        schema: reference,
        source: fresh,
        variableValues: JSON.parse(JSON.stringify(all)),
      });
      const first = await service.call(fresh, all, key);
      const second = await service.call(fresh, all, key);
      expect(second).toMatchObject({ status: first.status, text: first.text });
      expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));

      expect(first.data ?? null).toEqual(JSON.parse(JSON.stringify(wanted.data ?? null)));
      expect('data' in JSON.parse(first.text)).toBe(wanted.data !== undefined);
      expect(first.errors.length === 0).toBe(wanted.errors === undefined);
      if (wanted.errors === undefined) {
        seen.answered += 1;
        return;
      }
      seen.refused += 1;
      expect(first.status).toBe(400);
      const [error] = wanted.errors;
      // What has a path comes out of the resolver, in its own words.
      expect(first.errors[0]?.path).toEqual(error?.path);
      if (error?.path && error.originalError === undefined)
        expect(first.errors[0]?.message).toBe(error.message);
    }),
    { numRuns: 300 },
  );
  // Neither kind is missing among the generated ones.
  expect(Math.min(seen.answered, seen.refused)).toBeGreaterThan(50);
});

test('a number that JSON holds and a double cannot is refused, the first time and after', async () => {
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
