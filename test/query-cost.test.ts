import { monitorEventLoopDelay } from 'node:perf_hooks';
import fc from 'fast-check';
import {
  type DocumentNode,
  type GraphQLObjectType,
  getIntrospectionQuery,
  getNamedType,
  getNullableType,
  getOperationAST,
  isListType,
  isObjectType,
  Kind,
  parse,
} from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as dashboard from '../src/dashboard/generated/graphql.ts';
import { examples } from '../src/dashboard/graphiql/examples.ts';
import { MAX_COST, startCostCheck } from '../src/graphql/query-cost.ts';
import { buildSchema } from '../src/graphql/schema.ts';
import { codes, createKey, type Lab, openLab, refusal, type Service, startService } from './harness.ts';
import { fillTenant } from './large-tenant.ts';

const schema = buildSchema();
const checkCost = startCostCheck(schema);

let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service, 'ENTERPRISE');
  await fillTenant(service, lab, { deployments: 199, projects: 199, members: 199, logs: 100, spectra: 20 });
  await createKey(service, lab.owner, { projectId: lab.owner.projectId });
});
afterAll(() => service.close());

const times = (count: number, text: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => text(at)).join(' ');

/** The cost of a document's only operation, or of the named one. */
function costOf(
  source: string | DocumentNode,
  variables: Record<string, unknown> = {},
  name?: string,
): number {
  const document = typeof source === 'string' ? parse(source) : source;
  const operation = getOperationAST(document, name);
  if (!operation) throw new Error('the document has no such operation');
  return checkCost(document, operation, variables);
}

/** The statements that are sent to PostgreSQL meanwhile. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  await work();
  const texts = spy.mock.calls.map(([config]) => String(Object(config).text ?? config));
  spy.mockRestore();
  return texts;
}

describe('a document costs', () => {
  test('the size that its lists may have, whether a number is written, a variable or a default', () => {
    // Beyond the limit, where the message states the exact cost.
    const fields = 'id name active createdAt';
    const of = (args: string, variables: Record<string, unknown> = {}) => {
      const document = `query ($n: Int, $three: Int = 3, $big: Int = 500) {
        deployment(id: "a") { predictionLogs${args} { nodes { id } } }
        ${times(8, at => `p${at}: viewer { organizations { projects { deployments { ${fields} } } } }`)}
      }`;
      try {
        costOf(document, { ...variables });
      } catch (error) {
        return Number(/may cost (\d+)/.exec(String(error))?.[1]);
      }
      throw new Error('the document is within the limit');
    };
    const three = of('(first: 3)');
    expect(of('(first: $three)')).toBe(three);
    expect(of('(first: $n)', { n: 3 })).toBe(three);
    expect(of('(first: 4)') - three).toBe(3);
    const preset = of('(first: 50)');
    expect(of('')).toBe(preset);
    expect(of('(first: null)')).toBe(preset);
    expect(of('(first: $n)')).toBe(preset);
    expect(of('(first: $n)', { n: null })).toBe(preset);
    const max = of('(first: 100)');
    expect(of('(first: 1000000)')).toBe(max);
    expect(of('(first: $big)')).toBe(max);
    for (const n of [101, -1, 0, 2 ** 40, 'x', [1], {}]) expect(of('(first: $n)', { n })).toBe(max);
  });

  test('a fragment each time that it is spread, and each alias by itself', () => {
    const fields = 'id name models { id version } members { email person { name } }';
    const plain = costOf(`{ project(id: "a") { ${fields} } }`);
    expect(costOf(`{ project(id: "a") { ...F } } fragment F on Project { ${fields} }`)).toBe(plain);
    expect(costOf(`{ project(id: "a") { ... on Project { ${fields} } } }`)).toBe(plain);
    const twice = `{ a: project(id: "a") { ...F } b: project(id: "a") { ...F } }`;
    expect(costOf(`${twice} fragment F on Project { ${fields} }`)).toBe(2 * plain);
  });

  test('less than the limit, for every page of the dashboard, GraphiQL’s examples and introspection', () => {
    const isDocument = (value: unknown): value is DocumentNode =>
      typeof value === 'object' && value !== null && 'kind' in value && value.kind === Kind.DOCUMENT;
    let count = 0;
    const documents = [
      ...Object.values(dashboard).filter(isDocument),
      ...examples.map(({ query }) => parse(query)),
    ];
    for (const document of documents) {
      for (const operation of document.definitions) {
        if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
        count += 1;
        expect(checkCost(document, operation, { first: 100 }), operation.name?.value).toBeLessThan(
          MAX_COST / 3,
        );
      }
    }
    expect(count).toBeGreaterThan(30);
    const introspection = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    expect(costOf(introspection)).toBeLessThan(MAX_COST / 10);
  });

  test('no time to compute, also where fragments double what they hold', () => {
    const doubling = times(
      40,
      at =>
        `fragment F${at} on Project { ${at === 39 ? 'id' : `...F${at + 1} organization { projects { ...F${at + 1} } }`} }`,
    );
    const started = performance.now();
    return service.call(`{ project(id: "a") { ...F0 } } ${doubling}`).then(answer => {
      expect(answer).toMatchObject(refusal(codes.GRAPHQL_VALIDATION_FAILED));
      expect(performance.now() - started).toBeLessThan(500);
    });
  });
});

describe('a document that costs too much is refused before anything is read, and the message names the expensive field', () => {
  const { projectId } = { projectId: '01890a5d-ac96-774b-bcce-b302099a8057' };
  const spread = (roots: string[], on: string, fields: string) =>
    `{ ${roots.join(' ')} } fragment F on ${on} { ${fields} }`;
  const projects = (inner: string, count = 8) =>
    Array.from({ length: count }, (_, at) => `r${at}: project(id: "${projectId}") { ${inner} }`);
  const attacks: [string, string, string][] = [
    [
      'pages of each deployment',
      spread(
        projects('deployments { ...F }'),
        'Deployment',
        times(20, at => `a${at}: predictionLogs { nodes { id } }`),
      ),
      'project.deployments.predictionLogs.nodes',
    ],
    [
      'pages of one row',
      spread(
        projects('deployments { ...F }'),
        'Deployment',
        times(20, at => `a${at}: predictionLogs(first: 1) { pageInfo { hasNextPage } }`),
      ),
      'project.deployments.predictionLogs',
    ],
    [
      'edges in the place of nodes',
      spread(
        projects('deployments { ...F }', 4),
        'Deployment',
        times(
          20,
          at => `a${at}: predictionLogs(first: 5) { edges { node { apiKey { project { name } } } } }`,
        ),
      ),
      'project.deployments.predictionLogs',
    ],
    [
      'days of each deployment',
      spread(
        projects('deployments { ...F }'),
        'Deployment',
        times(20, at => `a${at}: dailyPredictions(days: 90) { date }`),
      ),
      'project.deployments.dailyPredictions',
    ],
    [
      'members of the organization of each deployment',
      spread(
        projects('deployments { project { organization { ...F } } }'),
        'Organization',
        times(20, at => `a${at}: members { email role }`),
      ),
      'project.deployments.project.organization.members',
    ],
    [
      'single objects of each of many',
      spread(
        ['viewer { organizations { projects { deployments { ...F } } } }'],
        'Deployment',
        times(20, at => `a${at}: model { id name version kind targetProperty unit inputLength createdAt }`),
      ),
      'viewer.organizations.projects.deployments.model',
    ],
    [
      'keys of many lists',
      spread(
        Array.from(
          { length: 28 },
          (_, at) => `k${at}: apiKeys(of: { projectId: "${projectId}" }, first: 100) { ...F }`,
        ),
        'ApiKeyConnection',
        'nodes { project { deployments { id } } } edges { node { deployment { model { id } } } }',
      ),
      'apiKeys.nodes.project.deployments',
    ],
    [
      'types of types',
      spread(
        ['__schema { ...F }'],
        '__Schema',
        times(
          28,
          at => `a${at}: types { fields { args { name } type { fields { args { name type { name } } } } } }`,
        ),
      ),
      '__schema.types.fields.type.fields.args',
    ],
  ];
  test.for(attacks)('%s', async ([, document, place]) => {
    const statements = await statementsOf(async () => {
      const answer = await service.call(document, {}, lab.owner);
      expect(answer).toMatchObject(refusal(codes.GRAPHQL_VALIDATION_FAILED));
      const [message = ''] = answer.errors.map(error => error.message);
      const [, cost, limit, part, where] =
        /^This query may cost (\d+), and (\d+) is the limit: .* (\d+) of that is "([\w.]+)"\. Ask for smaller pages/.exec(
          message,
        ) ?? [];
      expect(Number(cost), message).toBeGreaterThan(MAX_COST);
      expect(Number(limit)).toBe(MAX_COST);
      expect(Number(part)).toBeLessThanOrEqual(Number(cost));
      expect(where).toContain(place);
    });
    // The look-up of the session.
    expect(statements.length).toBeLessThanOrEqual(1);
  });

  test('by a variable', async () => {
    const document = `query ($id: ID!, $n: Int) { project(id: $id) { deployments {
      ${times(5, at => `a${at}: predictionLogs(first: $n) { nodes { id createdAt source durationMs apiKeyName } }`)} } } }`;
    const ask = (n: number) => service.call(document, { id: lab.owner.projectId, n }, lab.owner);
    expect((await ask(3)).status).toBe(200);
    expect(await ask(100)).toMatchObject(refusal(codes.GRAPHQL_VALIDATION_FAILED));
    expect((await ask(3)).status).toBe(200);
  });
});

/** Fields to choose from, and of these the ones of object types. */
const isLeaf = (type: unknown) => !isObjectType(type);

/** Writes queries of lists within lists, with aliases, fragments and arguments; cheap enough ones most often. */
function writeQuery(
  draw: fc.GeneratorValue,
  ids: { project: string; deployment: string; more: string[] },
): string {
  const upTo = (max: number) => draw(fc.nat, max);
  const fragments: string[] = [];
  let aliases = 0;

  function selection(type: GraphQLObjectType, depth: number, path: string[]): string {
    const fields = Object.values(type.getFields()).filter(({ name, type: of }) => {
      const leads = !isLeaf(getNamedType(of));
      if (!leads) return false;
      return depth > 0 && path.filter(outer => outer === name).length < 2;
    });
    const leaf = Object.values(type.getFields()).find(({ type: of }) => isLeaf(getNamedType(of)));
    const parts = [leaf ? leaf.name : '__typename'];
    for (let count = fields.length > 0 ? 1 + upTo(2) : 0; count > 0; count--) {
      const field = fields[upTo(fields.length - 1)];
      const target = field && getNamedType(field.type);
      if (!field || !isObjectType(target)) continue;
      const args: string[] = [];
      const id = [ids.project, ids.deployment, ...ids.more][upTo(ids.more.length + 1)] ?? '';
      for (const { name } of field.args) {
        if (name === 'id') args.push(`id: "${id}"`);
        if (name === 'of') args.push(`of: { ${id === ids.project ? 'projectId' : 'deploymentId'}: "${id}" }`);
        if (name === 'first') args.push(`first: ${1 + upTo(upTo(3) === 0 ? 99 : 4)}`);
        if (name === 'days') args.push(`days: ${1 + upTo(89)}`);
      }
      const isList = isListType(getNullableType(field.type));
      const alias = aliases < 28 ? `a${aliases++}: ` : '';
      if (alias === '' && args.length > 0) continue;
      const below = selection(target, depth - 1, isList || depth > 0 ? [...path, field.name] : path);
      parts.push(`${alias}${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''} ${below}`);
    }
    if (upTo(3) > 0) return `{ ${parts.join(' ')} }`;
    const name = `F${fragments.length}`;
    fragments.push(`fragment ${name} on ${type.name} { ${parts.join(' ')} }`);
    return `{ ...${name} ${upTo(1) ? `... on ${type.name} { ${parts[0]} }` : ''} }`;
  }

  const root = schema.getQueryType();
  if (!root) throw new Error('the schema has no queries');
  return [selection(root, 3 + upTo(5), []), ...fragments].join('\n');
}

describe('a query of any shape runs few statements', () => {
  /** Its levels, with a statement of a kind each at most, and the look-up of the session. */
  const MAX_STATEMENTS = 30;

  test('where one statement for each row would be thousands', async () => {
    const fields = times(
      3,
      at => `l${at}: predictionLogs(first: ${1 + at}) { nodes { id apiKey { name } } }
      d${at}: dailyPredictions(days: ${1 + at}) { predictions }`,
    );
    const { projectId } = lab.owner;
    const statements = await statementsOf(async () => {
      const { project } = await service.ask(
        `{ project(id: "${projectId}") { deployments { ...F last: predictionLogs(first: 1) { nodes { predictions { value } } } } apiKeyAllowance { used } } } fragment F on Deployment { ${fields} }`,
        {},
        lab.owner,
      );
      expect(project?.deployments).toHaveLength(200);
    });
    expect(statements.length).toBeLessThanOrEqual(10);
  });

  test('lists of keys by many aliases', async () => {
    const { deployments } = (
      await service.ask(`{ project(id: "${lab.owner.projectId}") { deployments { id } } }`, {}, lab.owner)
    ).project ?? { deployments: [] };
    const document = `{ ${deployments
      .slice(0, 28)
      .map(
        ({ id }, at) =>
          `k${at}: apiKeys(of: { deploymentId: "${id}" }, first: ${1 + at}) { totalCount nodes { id name } }`,
      )
      .join(' ')} }`;
    const statements = await statementsOf(async () => {
      const answer = JSON.parse((await service.call(document, {}, lab.owner)).text);
      // The project-wide key reaches each of them.
      expect(Object.values(answer.data)).toHaveLength(28);
      for (const list of Object.values(answer.data))
        expect(list).toMatchObject({ totalCount: 1, nodes: [{ name: 'Integration' }] });
    });
    expect(statements, statements.join('\n')).toHaveLength(4);
  });

  test('generated queries', async () => {
    const { project } = await service.ask(
      `{ project(id: "${lab.owner.projectId}") { deployments { id } } }`,
      {},
      lab.owner,
    );
    const more = project?.deployments.slice(0, 5).map(({ id }) => id) ?? [];
    const ids = { project: lab.owner.projectId, deployment: lab.deploymentId, more };
    let executed = 0;
    await fc.assert(
      fc.asyncProperty(fc.gen(), async draw => {
        const query = writeQuery(draw, ids);
        let code: string | undefined;
        const statements = await statementsOf(async () => {
          code = (await service.call(query, {}, lab.owner)).code;
        });
        if (code === undefined) executed += 1;
        expect([undefined, codes.GRAPHQL_VALIDATION_FAILED, codes.BAD_USER_INPUT, codes.NOT_FOUND]).toContain(
          code,
        );
        expect(statements.length, query).toBeLessThanOrEqual(MAX_STATEMENTS);
      }),
      { numRuns: 150 },
    );
    expect(executed).toBeGreaterThan(30);
  }, 120_000);
});

describe('a document does not block the event loop for long', () => {
  const { projectId } = { projectId: () => lab.owner.projectId };
  const ofDeployments = (roots: number, fields: string) =>
    `{ ${times(roots, at => `r${at}: project(id: "${projectId()}") { deployments { ...F } }`)} } fragment F on Deployment { ${fields} }`;
  const heavy: [string, () => string][] = [
    ['pages of all deployments', () => ofDeployments(1, 'predictionLogs(first: 40) { nodes { id } }')],
    [
      'pages that are not read',
      () => ofDeployments(1, 'predictionLogs(first: 100) { pageInfo { endCursor } }'),
    ],
    [
      'predictions',
      () =>
        `{ deployment(id: "${lab.deploymentId}") { predictionLogs(first: 100) { nodes { predictions { value sampleName category } } } } }`,
    ],
    [
      'predictions of all deployments',
      () => ofDeployments(1, 'predictionLogs(first: 2) { nodes { predictions { value } } }'),
    ],
    [
      'objects by loaders',
      () =>
        ofDeployments(
          1,
          times(20, at => `p${at}: project { organization { plan { name } } }`),
        ),
    ],
    [
      'fields',
      () =>
        ofDeployments(
          1,
          times(29, at => `m${at}: model { id createdAt }`),
        ),
    ],
    ['days', () => ofDeployments(1, 'dailyPredictions(days: 60) { predictions date }')],
    [
      'members',
      () =>
        `{ project(id: "${projectId()}") { organization { ${times(20, at => `m${at}: members { person { id name } email role }`)} } } }`,
    ],
    [
      'lists within lists',
      () => '{ viewer { organizations { projects { deployments { project { deployments { id } } } } } } }',
    ],
    [
      'introspection',
      () =>
        `{ __schema { ${times(12, at => `a${at}: types { fields { type { fields { args { name } } } } }`)} } }`,
    ],
  ];
  test.for(heavy)('%s', async ([, document]) => {
    const delays = monitorEventLoopDelay({ resolution: 5 });
    const ask = () => service.call(document(), {}, lab.owner);
    // The first time code is compiled.
    await ask();
    const delaysMs: number[] = [];
    for (let round = 0; round < 5; round++) {
      delays.enable();
      await ask();
      delays.disable();
      delaysMs.push(delays.max / 1e6);
      delays.reset();
    }
    // Time that other programs take from this one does not count as a task.
    expect(Math.min(...delaysMs)).toBeLessThan(100);
  });
});

test('pages of the dashboard hold 200 projects and members', async () => {
  const { viewer } = await service.ask(
    '{ viewer { organizations { id name role projects { id name role } members { person { id name } email role } } } }',
    {},
    lab.owner,
  );
  expect(viewer?.organizations[0]?.projects).toHaveLength(200);
  expect(viewer?.organizations[0]?.members).toHaveLength(200);
});
