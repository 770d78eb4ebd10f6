import { type DocumentNode, getIntrospectionQuery, Kind, parse, print } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as dashboard from '../src/dashboard/generated/graphql.ts';
import { examples } from '../src/dashboard/graphiql/examples.ts';
import { QUERY_LIMITS } from '../src/graphql/query-limits.ts';
import { MAX_OBJECTS } from '../src/requests/bounds.ts';
import {
  codes,
  createDeployment,
  createKey,
  gasoline,
  type Lab,
  openLab,
  refusal,
  type Service,
  startService,
} from './harness.ts';

let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service, 'ENTERPRISE');
});
afterAll(() => service.close());

const { characters, tokens, selections, depth, repetitions, aliases, directives, errors } = QUERY_LIMITS;

const times = (count: number, text: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => text(at)).join(' ');

/** Fields or fragments within each other, around a last one. */
const nest = (count: number, outer: string, last: string) =>
  `${`${outer} { `.repeat(count)}${last}${' }'.repeat(count)}`;

function countTokens(document: string): number {
  let count = 0;
  for (let token = parse(document).loc?.startToken.next; token?.next; token = token.next) count += 1;
  return count;
}

/** A call with a spectrum of this many points, written into the document. */
const numbers = (count: number) =>
  `mutation { predict(deploymentId: "a", spectra: [{ sampleName: "a", yValues: [${times(count, () => '1')}] }]) { logId } }`;

describe('a document at a limit is accepted, and beyond it refused with a message that names the limit', () => {
  const limits: [string, number, (count: number) => string, string][] = [
    [
      'tokens',
      tokens,
      count => numbers(count - countTokens(numbers(0))),
      'The document has more than 10000 names, numbers and signs. Send spectra and other long values as variables.',
    ],
    [
      'characters',
      characters,
      count => `# ${'x'.repeat(count - 17)}\n{ __typename }`,
      'The document has more than 100000 characters. Send spectra and other long values as variables.',
    ],
    [
      'selections',
      selections,
      count => `{ ${nest(count - 1, '...', '__typename')} }`,
      'This document has more than 1000 fields and fragments. Ask for less at once.',
    ],
    [
      'depth',
      depth,
      count => `{ __schema { types { ${nest(count - 3, 'ofType', 'name')} } } }`,
      'This document has more than 20 levels of nesting. Ask for less at once.',
    ],
    [
      'depth through fragments',
      depth,
      count =>
        `{ __schema { types { ...A } } } fragment A on __Type { ofType { ...B } }
         fragment B on __Type { ${nest(count - 4, 'ofType', 'name')} }`,
      'This document has more than 20 levels of nesting. Ask for less at once.',
    ],
    [
      'repetitions',
      repetitions,
      count => `{ viewer { ${times(count + 1, () => 'id')} } }`,
      'This document has more than 100 repeated fields. Ask for less at once.',
    ],
    [
      'repetitions through fragments',
      repetitions,
      count => `{ viewer { ${times(count + 1, () => '...F')} } } fragment F on User { id }`,
      'This document has more than 100 repeated fields. Ask for less at once.',
    ],
    [
      'aliases',
      aliases,
      count => `{ ${times(count, at => `a${at}: __typename`)} }`,
      'This document has more than 30 aliases. Ask for less at once.',
    ],
    [
      'directives',
      directives,
      count => `{ ${times(count, () => '__typename @include(if: true)')} }`,
      'This document has more than 50 directives. Ask for less at once.',
    ],
    [
      'directives of one field',
      directives,
      count => `{ __typename ${times(count, () => '@nonsense')} }`,
      'This document has more than 50 directives. Ask for less at once.',
    ],
    [
      'directives of operations and their variables',
      directives,
      count => `query ($a: ID! ${times(count - 1, () => '@nonsense')}) @nonsense { project(id: $a) { id } }`,
      'This document has more than 50 directives. Ask for less at once.',
    ],
  ];
  test.for(limits)('%s', async ([, max, make, sentence]) => {
    const within = await service.call(make(max), {}, lab.owner);
    expect(within.errors.map(({ message }) => message)).not.toContain(sentence);
    const beyond = await service.call(make(max + 1), {}, lab.owner);
    expect(beyond.status).toBe(400);
    expect(beyond.errors.map(({ message }) => message)).toEqual([sentence]);
    expect(beyond.text).not.toContain('"data"');
  });

  test('a field within itself', async () => {
    const id = lab.owner.projectId;
    const nested = (last: string) =>
      service.call(`{ project(id: "${id}") { deployments { project { ${last} } } } }`, {}, lab.owner);
    expect((await nested('deployments { id }')).errors).toEqual([]);
    const refused = await nested('deployments { project { id } }');
    expect(refused).toMatchObject(refusal(codes.GRAPHQL_VALIDATION_FAILED));
    expect(refused.errors[0]?.message).toBe(
      'This document has the field "project" nested in itself more than once. Ask for less at once.',
    );
  });

  test('values within each other', async () => {
    const deep = `{ apiKeys(of: ${'['.repeat(4900)}${']'.repeat(4900)}) { totalCount } }`;
    const refused = await service.call(deep);
    expect(refused).toMatchObject(refusal(codes.GRAPHQL_PARSE_FAILED));
    expect(refused.errors.map(({ message }) => message)).toEqual(['The document is nested too deeply.']);
  });

  test('the errors that are found in it', async () => {
    const wrong = (count: number) => service.call(`{ ${times(count, at => `wrong${at}`)} }`);
    expect((await wrong(errors)).errors).toHaveLength(errors);
    const more = await wrong(errors + 30);
    expect(more).toMatchObject(refusal(codes.GRAPHQL_VALIDATION_FAILED));
    expect(more.errors).toHaveLength(errors + 1);
    expect(more.errors.at(-1)?.message).toMatch(/^Too many validation errors/);
  });
});

describe('reasonable requests reach no limit', () => {
  const accepted = async (document: string) => {
    // Without variables and a credential most are refused for these, once they have passed the limits.
    const { code } = await service.call(document);
    expect([undefined, codes.BAD_USER_INPUT, codes.UNAUTHENTICATED]).toContain(code);
  };

  test('introspection, with everything that graphql-js can request', async () => {
    const document = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    const { __schema } = JSON.parse((await service.call(document)).text).data;
    expect(__schema.types.length).toBeGreaterThan(30);
  });

  test.for(examples)('GraphiQL’s example $title', ({ query }) => accepted(query));

  const isDocument = (value: unknown): value is DocumentNode =>
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === Kind.DOCUMENT;
  const holdsOperation = ({ definitions }: DocumentNode) =>
    definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  test('every document of the dashboard', async () => {
    const documents = Object.values(dashboard).filter(isDocument).filter(holdsOperation);
    expect(documents.length).toBeGreaterThan(15);
    for (const document of documents) await accepted(print(document));
  });

  const inlined = (count: number) => `mutation { predict(deploymentId: "${lab.deploymentId}", spectra: [
    ${gasoline(count)
      .map(({ sampleName, yValues }) => `{ sampleName: "${sampleName}", yValues: [${yValues.join(', ')}] }`)
      .join(', ')}
  ]) { predictions { value } } }`;

  test('a spectrum of 401 points written into the document', async () => {
    const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    const { predict } = await service.ask(inlined(1), {}, key);
    expect(predict.predictions).toHaveLength(1);
    const many = await service.call(inlined(1000), {}, key);
    expect(many).toMatchObject(refusal(codes.BAD_USER_INPUT));
    expect(many.errors[0]?.message).toMatch(/Send spectra and other long values as variables\.$/);
  });
});

test('an answer has a maximum of objects, in whichever way they are requested', async () => {
  // Each deployment of a project leads to all of them.
  const { deploymentId: _, modelId, owner } = lab;
  const ask = () =>
    service.call(
      '{ viewer { organizations { projects { deployments { project { deployments { id } } } } } } }',
      {},
      owner,
    );
  const deploy = (name: string) => createDeployment(service, owner, modelId, name);
  const side = Math.floor(Math.sqrt(MAX_OBJECTS)) - 1;
  for (let count = 1; count < side; count++) await deploy(`Line ${count}`);
  const fits = await ask();
  expect(fits.errors).toEqual([]);
  expect(fits.text.match(/"id"/g)).toHaveLength(side * side);

  await deploy('one more');
  await deploy('and another');
  const refused = await ask();
  // Nothing of it is sent.
  expect(refused.text).not.toContain('"data"');
  expect(refused).toMatchObject(refusal(codes.BAD_USER_INPUT));
  expect(refused.errors[0]?.message).toBe(
    'The answer would hold more than 10000 objects. Ask for less at once.',
  );
});
