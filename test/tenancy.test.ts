import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLInputType, getNamedType, isInputObjectType } from 'graphql';
import { uuidv7 as newId } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CREATE_KEY,
  type Credential,
  codes,
  contentOf,
  createKey,
  DELETE_KEY,
  demonstration,
  gasoline,
  join,
  type Lab,
  LIST_KEYS,
  openLab,
  type Person,
  PREDICT,
  REVOKE_KEY,
  refusal,
  type Service,
  signUp,
  startService,
} from './harness.ts';

let service: Service;
let lab: Lab;
let otherLab: Lab;
let key: Awaited<ReturnType<typeof createKey>>;
let otherKey: Awaited<ReturnType<typeof createKey>>;
let member: Person;

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  otherLab = await openLab(service, 'PRO', 'Otto Other');
  member = await signUp(service, 'Mia Member');
  await join(service, lab.owner, member, null);
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  otherKey = await createKey(service, otherLab.owner, { deploymentId: otherLab.deploymentId });
  // A call by key and one by a person, so that there are logs of both kinds to find.
  for (const as of [otherKey, otherLab.owner]) {
    await service.ask(PREDICT, { deploymentId: otherLab.deploymentId, spectra: gasoline() }, as);
  }
});
afterAll(() => service.close());

/** Everything that can be reached from a person, along every edge of the schema. */
const EVERYTHING = `
  query {
    viewer {
      id email name
      organizations { ...Organization projects { ...Project deployments { ...Deployment } } }
    }
  }
  fragment Organization on Organization {
    id slug name role plan { name }
    members { person { id name } email role }
  }
  fragment Project on Project {
    id name role
    organization { ...Organization projects { id organization { id projects { id members { email } } } } }
    models { id name }
    members { person { id name } email role }
    apiKeyAllowance { used limit }
  }
  fragment Deployment on Deployment {
    id name usage { predictions limit }
    model { id name }
    project { ...Project deployments { id } }
    predictionLogs {
      nodes {
        id apiKeyId apiKeyName predictions { sampleName }
        apiKey { id prefix project { ...Project } deployment { id project { organization { id } } } createdBy { id } }
      }
    }
  }`;

/** The ids of everything that another tenant has. */
async function idsOf({ owner, ...other }: Lab): Promise<string[]> {
  const { deployment } = await service.ask(
    'query ($id: ID!) { deployment(id: $id) { predictionLogs { nodes { id } } } }',
    { id: other.deploymentId },
    owner,
  );
  const logs = deployment?.predictionLogs.nodes.map(({ id }) => id) ?? [];
  expect(logs).toHaveLength(2);
  return [
    owner.id,
    owner.email,
    owner.organization.id,
    owner.organization.slug,
    owner.projectId,
    other.modelId,
    other.deploymentId,
    otherKey.id,
    ...logs,
  ];
}

describe('nested fields', () => {
  test('lead the owner to everything of their own, or this file would prove nothing', async () => {
    const { text } = await service.call(EVERYTHING, {}, otherLab.owner);
    for (const id of await idsOf(otherLab)) expect(text).toContain(id);
  });

  test('lead nobody from their own data to another tenant’s', async () => {
    const foreign = await idsOf(otherLab);
    for (const person of [lab.owner, member]) {
      const { text, errors } = await service.call(EVERYTHING, {}, person);
      expect(errors).toEqual([]);
      for (const id of foreign) expect(text).not.toContain(id);
    }
  });

  test('show a member without project role the organization and its members, and no project', async () => {
    const { viewer } = await service.ask(EVERYTHING, {}, member);
    const organization = viewer?.organizations.find(({ id }) => id === lab.owner.organization.id);
    expect(organization).toMatchObject({ role: 'MEMBER', projects: [] });
    expect(organization?.members.map(({ email }) => email).sort()).toEqual(
      [lab.owner.email, member.email].sort(),
    );
    const { text } = await service.call(EVERYTHING, {}, member);
    for (const id of [lab.owner.projectId, lab.modelId, lab.deploymentId, key.id]) {
      expect(text).not.toContain(id);
    }
  });

  test('show a person in one project nothing of the organization’s other projects', async () => {
    const owner = lab.owner;
    const { createProject } = await service.ask(
      'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }',
      { input: { organizationId: owner.organization.id, name: 'Secret project' } },
      owner,
    );
    const viewer = await signUp(service, 'Vera Viewer');
    await join(service, owner, viewer, 'VIEWER');
    const { text } = await service.call(EVERYTHING, {}, viewer);
    expect(text).toContain(owner.projectId);
    expect(text).not.toContain(createProject.id);
  });

  test('of an answer to a key lead nowhere but to the model', async () => {
    const answer = await service.call(
      `mutation ($deploymentId: ID!, $spectra: [SpectrumInput!]!) {
        predict(deploymentId: $deploymentId, spectra: $spectra) { model { id name version } }
      }`,
      { deploymentId: lab.deploymentId, spectra: gasoline() },
      key,
    );
    expect(answer.data?.predict.model).toEqual({ id: lab.modelId, name: 'Octane', version: 1 });
  });
});

// Ids

const schema = buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));

/** Every place where a field of Query or Mutation takes an id, e.g. `createApiKey.input.target.projectId`. */
const places = [schema.getQueryType(), schema.getMutationType()]
  .flatMap(type => Object.values(type?.getFields() ?? {}))
  .flatMap(field => field.args.flatMap(arg => idsWithin(arg.type, `${field.name}.${arg.name}`)));

function idsWithin(type: GraphQLInputType, path: string): string[] {
  const named = getNamedType(type);
  if (isInputObjectType(named)) {
    return Object.values(named.getFields()).flatMap(field => idsWithin(field.type, `${path}.${field.name}`));
  }
  return named.name === 'ID' ? [path] : [];
}

interface Place {
  document: string;
  variables: (id: string) => object;
  /** The id there of something that exists, in the other laboratory. */
  foreign: () => string;
}

const CREATE_PROJECT = 'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }';
const SET_ORGANIZATION_MEMBER =
  'mutation ($input: SetOrganizationMemberInput!) { setOrganizationMember(input: $input) { id } }';
const SET_PROJECT_MEMBER =
  'mutation ($input: SetProjectMemberInput!) { setProjectMember(input: $input) { id } }';

const PLACES: Record<string, Place> = {
  'project.id': {
    document: 'query ($id: ID!) { project(id: $id) { id name } }',
    variables: id => ({ id }),
    foreign: () => otherLab.owner.projectId,
  },
  'deployment.id': {
    document: 'query ($id: ID!) { deployment(id: $id) { id predictionLogs { nodes { id } } } }',
    variables: id => ({ id }),
    foreign: () => otherLab.deploymentId,
  },
  'apiKeys.of.deploymentId': {
    document: LIST_KEYS,
    variables: deploymentId => ({ of: { deploymentId } }),
    foreign: () => otherLab.deploymentId,
  },
  'apiKeys.of.projectId': {
    document: LIST_KEYS,
    variables: projectId => ({ of: { projectId } }),
    foreign: () => otherLab.owner.projectId,
  },
  'createProject.input.organizationId': {
    document: CREATE_PROJECT,
    variables: organizationId => ({ input: { organizationId, name: 'Another project' } }),
    foreign: () => otherLab.owner.organization.id,
  },
  'setOrganizationMember.input.organizationId': {
    document: SET_ORGANIZATION_MEMBER,
    variables: organizationId => ({ input: { organizationId, email: member.email, role: 'MEMBER' } }),
    foreign: () => otherLab.owner.organization.id,
  },
  'setProjectMember.input.projectId': {
    document: SET_PROJECT_MEMBER,
    variables: projectId => ({ input: { projectId, email: member.email, role: 'VIEWER' } }),
    foreign: () => otherLab.owner.projectId,
  },
  'registerModel.input.projectId': {
    document: 'mutation ($input: RegisterModelInput!) { registerModel(input: $input) { id } }',
    variables: projectId => ({
      input: {
        projectId,
        name: 'Octane',
        targetProperty: 'octane number',
        onnx: demonstration('octane.onnx').toString('base64'),
      },
    }),
    foreign: () => otherLab.owner.projectId,
  },
  'createDeployment.input.modelId': {
    document: 'mutation ($input: CreateDeploymentInput!) { createDeployment(input: $input) { id } }',
    variables: modelId => ({ input: { modelId, name: 'Octane' } }),
    foreign: () => otherLab.modelId,
  },
  'setDeploymentActive.id': {
    document: 'mutation ($id: ID!) { setDeploymentActive(id: $id, active: false) { id active } }',
    variables: id => ({ id }),
    foreign: () => otherLab.deploymentId,
  },
  'createApiKey.input.target.deploymentId': {
    document: CREATE_KEY,
    variables: deploymentId => ({ input: { target: { deploymentId }, name: 'LIMS' } }),
    foreign: () => otherLab.deploymentId,
  },
  'createApiKey.input.target.projectId': {
    document: CREATE_KEY,
    variables: projectId => ({ input: { target: { projectId }, name: 'LIMS' } }),
    foreign: () => otherLab.owner.projectId,
  },
  'revokeApiKey.id': { document: REVOKE_KEY, variables: id => ({ id }), foreign: () => otherKey.id },
  'deleteApiKey.id': { document: DELETE_KEY, variables: id => ({ id }), foreign: () => otherKey.id },
  'predict.deploymentId': {
    document: PREDICT,
    variables: deploymentId => ({ deploymentId, spectra: gasoline() }),
    foreign: () => otherLab.deploymentId,
  },
};

test('the places where an id is taken are all tried here', () => {
  expect(Object.keys(PLACES).sort()).toEqual([...places].sort());
});

/** Ids that nothing has: of either kind, and of the shapes that people and scanners send. */
const absent = {
  'a new id': newId(),
  'another kind of UUID': randomUUID(),
  'the nil UUID': '00000000-0000-0000-0000-000000000000',
  'an empty text': '',
  'a number': '1',
  'a UUID without dashes': newId().replaceAll('-', ''),
  'a UUID in braces': `{${newId()}}`,
  SQL: "' or 1=1; --",
  NUL: 'a\0b',
  'half of a surrogate pair': '\ud800',
  'a long text': 'x'.repeat(100_000),
};

/** All that the caller is told. */
async function told(
  { document, variables }: Pick<Place, 'document' | 'variables'>,
  id: string,
  as: Credential | undefined,
) {
  const { status, text, headers } = await service.call(document, variables(id), as);
  const kept = [...headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
  return { status, headers: kept, text };
}

describe.each(Object.entries(PLACES))('%s', (name, place) => {
  test('answers an id of another tenant byte for byte like one that does not exist', async () => {
    const before = await contentOf(service.db);
    const foreign = await told(place, place.foreign(), lab.owner);
    expect(await told(place, newId(), lab.owner)).toEqual(foreign);
    // In capitals, too: PostgreSQL would take it for the same.
    expect(await told(place, place.foreign().toUpperCase(), lab.owner)).toEqual(foreign);
    if (name === 'project.id' || name === 'deployment.id') {
      expect(JSON.parse(foreign.text)).toEqual({ data: { [name.replace('.id', '')]: null } });
    } else {
      expect(foreign.status).toBe(refusal(codes.NOT_FOUND).status);
      expect(JSON.parse(foreign.text).errors[0].extensions).toEqual({ code: codes.NOT_FOUND });
    }
    expect(await contentOf(service.db)).toEqual(before);
  });

  test.each(Object.entries(absent))(
    'answers an id that nothing can have like an absent one: %s',
    async (_kind, id) => {
      expect(await told(place, id, lab.owner)).toEqual(await told(place, newId(), lab.owner));
    },
  );

  test('answers nobody in particular, and a key, alike for both', async () => {
    for (const as of [undefined, key]) {
      expect(await told(place, place.foreign(), as)).toEqual(await told(place, newId(), as));
    }
  });
});

test('a key is not told whether another tenant’s deployment exists', async () => {
  const place = {
    document: PREDICT,
    variables: (deploymentId: string) => ({ deploymentId, spectra: gasoline() }),
  };
  const foreign = await told(place, otherLab.deploymentId, key);
  expect(foreign.status).toBe(refusal(codes.API_KEY_NOT_AUTHORIZED).status);
  for (const id of Object.values(absent)) {
    expect(await told(place, id, key)).toEqual(foreign);
  }
});

test('a cursor from another tenant’s list opens nothing', async () => {
  const { data, errors } = await service.call(
    LIST_KEYS,
    { of: { projectId: lab.owner.projectId }, after: otherKey.id },
    lab.owner,
  );
  expect(errors).toEqual([]);
  expect(data?.apiKeys.nodes.every(({ project }) => project.id === lab.owner.projectId)).toBe(true);
});

test('a person of another tenant cannot be told from nobody by adding them to a project', async () => {
  const ask = (email: string) =>
    service.call(
      SET_PROJECT_MEMBER,
      { input: { projectId: lab.owner.projectId, email, role: 'VIEWER' } },
      lab.owner,
    );
  const stranger = await ask(otherLab.owner.email);
  expect(stranger).toMatchObject(refusal(codes.BAD_USER_INPUT));
  expect((await ask('nobody@nowhere.example')).text).toBe(stranger.text);
});

describe('who is removed loses access with the next request', () => {
  test('from a project: it and all within it', async () => {
    const person = await signUp(service, 'Rita Removed');
    await join(service, lab.owner, person, 'OWNER');
    expect((await service.call(EVERYTHING, {}, person)).text).toContain(lab.deploymentId);

    await service.ask(
      SET_PROJECT_MEMBER,
      { input: { projectId: lab.owner.projectId, email: person.email, role: null } },
      lab.owner,
    );
    await expectNoAccess(person);
    // Still a member of the organization.
    const { viewer } = await service.ask('{ viewer { organizations { id } } }', {}, person);
    expect(viewer?.organizations.map(({ id }) => id)).toContain(lab.owner.organization.id);
  });

  test('from an organization: it and its projects', async () => {
    const person = await signUp(service, 'Rolf Removed');
    await join(service, lab.owner, person, 'OWNER', 'ADMIN');
    await service.ask(
      SET_ORGANIZATION_MEMBER,
      { input: { organizationId: lab.owner.organization.id, email: person.email, role: null } },
      lab.owner,
    );
    await expectNoAccess(person);
    const { text } = await service.call(EVERYTHING, {}, person);
    expect(text).not.toContain(lab.owner.organization.id);
    const input = { organizationId: lab.owner.organization.id, name: 'Another project' };
    expect(await service.call(CREATE_PROJECT, { input }, person)).toMatchObject(refusal(codes.NOT_FOUND));
  });

  test('by their own hand: an admin who leaves', async () => {
    const person = await signUp(service, 'Lena Leaver');
    await join(service, lab.owner, person, 'OWNER', 'ADMIN');
    const { setOrganizationMember } = await service.ask(
      `mutation ($input: SetOrganizationMemberInput!) {
        setOrganizationMember(input: $input) { role projects { id deployments { id } } }
      }`,
      { input: { organizationId: lab.owner.organization.id, email: person.email, role: null } },
      person,
    );
    expect(setOrganizationMember).toEqual({ role: 'ADMIN', projects: [] });
    await expectNoAccess(person);
  });

  /** The person's session lives on, and opens nothing of the laboratory's project any more. */
  async function expectNoAccess(person: Person) {
    const { text } = await service.call(EVERYTHING, {}, person);
    expect(text).toContain(person.id);
    for (const id of [lab.owner.projectId, lab.modelId, lab.deploymentId, key.id]) {
      expect(text).not.toContain(id);
    }
    const own: [Place | undefined, string][] = [
      [PLACES['project.id'], lab.owner.projectId],
      [PLACES['deployment.id'], lab.deploymentId],
      [PLACES['apiKeys.of.projectId'], lab.owner.projectId],
      [PLACES['createDeployment.input.modelId'], lab.modelId],
      [PLACES['createApiKey.input.target.deploymentId'], lab.deploymentId],
      [PLACES['revokeApiKey.id'], key.id],
      [PLACES['setProjectMember.input.projectId'], lab.owner.projectId],
      [PLACES['predict.deploymentId'], lab.deploymentId],
    ];
    for (const [place, id] of own) {
      if (!place) throw new Error('no such place');
      expect(await told(place, id, person)).toEqual(await told(place, newId(), person));
    }
  }
});
