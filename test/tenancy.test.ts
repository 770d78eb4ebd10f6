import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  assertObjectType,
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isInputObjectType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { sql } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { isUuid } from '../src/requests/names.ts';
import {
  CREATE_DEPLOYMENT,
  CREATE_KEY,
  type Credential,
  codes,
  contentOf,
  createKey,
  DELETE_KEY,
  demonstration,
  END_REHEARSAL,
  gasoline,
  insertPending,
  join,
  type Lab,
  LIST_KEYS,
  openLab,
  type Person,
  PREDICT,
  REHEARSE,
  REVOKE_KEY,
  ROTATE_KEY,
  refusal,
  SET_KEY_POLICY,
  type Service,
  signUp,
  startService,
  UPDATE_KEY,
} from './harness.ts';

let service: Service;
let lab: Lab;
let otherLab: Lab;
let key: Awaited<ReturnType<typeof createKey>>;
let otherRevoked: Awaited<ReturnType<typeof createKey>>;
let otherKey: Awaited<ReturnType<typeof createKey>>;
let invitation: Awaited<ReturnType<typeof insertPending>>;
let otherInvitation: typeof invitation;
let otherLogId: string;
let member: Person;
let otherSessionId: string;
let webhook: { id: string };
let otherWebhook: { id: string };
let otherDelivery: { id: string };
let otherEntryId: string;

beforeAll(async () => {
  // What follows every edge of the schema costs more than a query may.
  service = await startService({ httpLimits: { queryCost: Number.POSITIVE_INFINITY }, refusalsMs: 20 });
  lab = await openLab(service);
  otherLab = await openLab(service, 'PRO', 'Otto Other');
  const { viewer } = await service.ask('{ viewer { sessions { id } } }', {}, otherLab.owner);
  otherSessionId = viewer?.sessions[0]?.id ?? '';
  member = await signUp(service, 'Mia Member');
  await join(service, lab.owner, member, null);
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const limited = { monthlyPredictions: 1000 };
  otherKey = await createKey(service, otherLab.owner, { deploymentId: otherLab.deploymentId }, limited);
  // With a predecessor and a successor.
  const first = await createKey(service, otherLab.owner, { deploymentId: otherLab.deploymentId });
  const rotate = (id: string, overlapSeconds: number) =>
    service.ask(ROTATE_KEY, { input: { id, overlapSeconds } }, otherLab.owner);
  const { rotateApiKey } = await rotate(first.id, 0);
  otherRevoked = { ...rotateApiKey.apiKey, rawKey: rotateApiKey.rawKey };
  await rotate(otherRevoked.id, 3600);
  // Facts about models and predictions that only some models have.
  await service.db
    .updateTable('models')
    .set({
      xQuantity: 'OTHER',
      xUnit: 'point',
      xValues: sql`array(select generate_series(1, input_length))`,
      rmsep: 1,
      t2Limit: 1,
    })
    .execute();
  // A call by key and one by a person, so that there are logs of both kinds to find.
  for (const as of [otherRevoked, otherLab.owner]) {
    const call = { deploymentId: otherLab.deploymentId, spectra: gasoline() };
    otherLogId = (await service.ask(PREDICT, call, as)).predict.logId;
  }
  // Refused, so that there are counts of it.
  await service.call(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline() }, otherRevoked);
  await vi.waitFor(async () =>
    expect(await service.db.selectFrom('apiKeyRefusals').select('code').execute()).toHaveLength(1),
  );
  const webhookOf = async ({ owner }: Lab) => {
    const input = {
      organizationId: owner.organization.id,
      url: 'https://lims.example/',
      events: ['API_KEY_REVOKED'],
    };
    const { createWebhook } = await service.ask(CREATE_WEBHOOK, { input }, owner);
    const { testWebhook } = await service.ask(TEST_WEBHOOK, { id: createWebhook.webhook.id }, owner);
    return { webhook: createWebhook.webhook, delivery: testWebhook };
  };
  ({ webhook } = await webhookOf(lab));
  ({ webhook: otherWebhook, delivery: otherDelivery } = await webhookOf(otherLab));
  await service.ask(
    'mutation ($id: ID!) { renameProject(id: $id, name: "Renamed") { id } }',
    { id: otherLab.owner.projectId },
    otherLab.owner,
  );
  const entry = await service.db
    .selectFrom('activity')
    .select('id')
    .where('organizationId', '=', otherLab.owner.organization.id)
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow();
  otherEntryId = entry.id;
  const pendingIn = ({ owner }: Lab) =>
    insertPending(service, { organizationId: owner.organization.id, invitedBy: owner.id });
  invitation = await pendingIn(lab);
  otherInvitation = await pendingIn(otherLab);
  const former = await signUp(service, 'Fred Former');
  await join(service, otherLab.owner, former, 'CONTRIBUTOR');
  await createKey(service, former, { projectId: otherLab.owner.projectId });
  await service.ask(
    SET_ORGANIZATION_MEMBER,
    { input: { organizationId: otherLab.owner.organization.id, email: former.email, role: null } },
    otherLab.owner,
  );
  await service.ask(REVOKE_KEY, { id: otherRevoked.id }, otherLab.owner);
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
    invitations { id email invitedBy { id } }
    keysOfFormerMembers { id project { id } }
    webhooks { id url createdBy { id } deliveries { nodes { id } } }
    activity { nodes { id actor { id } project { id } subjectId subject } }
  }
  fragment Project on Project {
    id name role
    activity { nodes { id actor { id } project { id } subjectId subject } }
    organization { ...Organization projects { id organization { id members { email } } } }
    models { id name }
    members { person { id name } email role }
    apiKeyAllowance { used limit retiring }
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
    otherRevoked.id,
    otherInvitation.id,
    otherWebhook.id,
    otherDelivery.id,
    otherEntryId,
    ...logs,
  ];
}

describe('nested fields', () => {
  test('lead the owner to everything of their own, or this file would prove nothing', async () => {
    const { text } = await service.call(EVERYTHING, {}, otherLab.owner);
    for (const id of await idsOf(otherLab)) expect(text).toContain(id);
  });

  test('lead no caller from their own data to data of another tenant', async () => {
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

// Every field of the schema

const schema = buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));
const objectType = (name: string) => assertObjectType(schema.getType(name));
const [Query, Mutation] = [objectType('Query'), objectType('Mutation')];

/** The query for each field of Query, for a laboratory; a new field without an entry here fails. */
const ROOTS: Record<string, (lab: Lab) => string> = {
  viewer: () => 'viewer',
  project: ({ owner }) => `project(id: "${owner.projectId}")`,
  deployment: ({ deploymentId }) => `deployment(id: "${deploymentId}")`,
  apiKey: on => `apiKey(id: "${(on === lab ? key : otherRevoked).id}")`,
  organization: ({ owner }) => `organization(id: "${owner.organization.id}")`,
  webhook: on => `webhook(id: "${(on === lab ? webhook : otherWebhook).id}")`,
  apiKeys: ({ owner }) => `apiKeys(of: { projectId: "${owner.projectId}" })`,
  signUpMode: () => 'signUpMode',
  currentApiKey: () => 'currentApiKey',
  clientAddress: () => 'clientAddress',
  // A token is not an id: anyone who has it may read what it refers to. So every caller sends the same one.
  invitation: () => `invitation(token: "${invitation.token}")`,
};

const fieldsOf = (type: GraphQLObjectType) => Object.values(type.getFields());
const typeOf = ({ type }: GraphQLField<unknown, unknown>) => getNamedType(type);

/** How a field is queried: by its name, unless it is a field of Query or requires arguments. */
function askFor(parent: GraphQLObjectType, { name, args }: GraphQLField<unknown, unknown>, lab: Lab): string {
  if (parent === Query) {
    const root = ROOTS[name];
    if (!root) throw new Error(`add Query.${name} to ROOTS`);
    return root(lab);
  }
  if (name === 'usableApiKeys') return `usableApiKeys(createdBy: "${lab.owner.id}")`;
  if (args.some(isRequiredArgument)) throw new Error(`add the arguments of ${parent.name}.${name} here`);
  return name;
}

const leavesOf = (type: GraphQLObjectType) => [
  '__typename',
  ...fieldsOf(type).flatMap(field => (isObjectType(typeOf(field)) ? [] : [field.name])),
];

/** A type with all its fields, and the leaf fields of the types that these lead to. */
const selectionOf = (type: GraphQLObjectType, lab: Lab) =>
  fieldsOf(type)
    .flatMap(field => {
      const target = typeOf(field);
      return isObjectType(target) ? [`${askFor(type, field, lab)} { ${leavesOf(target).join(' ')} }`] : [];
    })
    .concat(leavesOf(type))
    .join(' ');

/** A query for each type that can be reached from Query, by the shortest way there. */
function queriesOf(lab: Lab): Map<GraphQLObjectType, string> {
  const queries = new Map<GraphQLObjectType, string>();
  const ways: [GraphQLObjectType, (selection: string) => string][] = [
    [Query, selection => `{ ${selection} }`],
  ];
  for (const [type, around] of ways) {
    if (queries.has(type)) continue;
    queries.set(type, around(selectionOf(type, lab)));
    for (const field of fieldsOf(type)) {
      const target = typeOf(field);
      const asked = askFor(type, field, lab);
      if (isObjectType(target))
        ways.push([target, selection => around(`${asked} { __typename ${selection} }`)]);
    }
  }
  return queries;
}

/** The fields that an answer holds with a value, as `Type.field`. */
function fieldsWithin(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) fieldsWithin(item, found);
  else if (typeof value === 'object' && value !== null) {
    const type = '__typename' in value ? value.__typename : undefined;
    for (const [name, held] of Object.entries(value)) {
      if (held !== null && !(Array.isArray(held) && held.length === 0)) found.add(`${type}.${name}`);
      fieldsWithin(held, found);
    }
  }
  return found;
}

/** The fields of some types that answer ids, and those that lead to other types. */
const tellingFields = (types: Iterable<GraphQLObjectType>) =>
  [...types].flatMap(type =>
    fieldsOf(type)
      .filter(field => isObjectType(typeOf(field)) || typeOf(field).name === 'ID')
      .map(({ name }) => `${type.name}.${name}`),
  );

describe('every field of the schema', () => {
  test('is queried here: each that leads to a type or answers an id does so for the owner', async () => {
    const found = new Set<string>();
    let texts = '';
    for (const [type, query] of queriesOf(otherLab)) {
      // Null for people.
      const as = type.name === 'CurrentApiKey' ? otherKey : otherLab.owner;
      const { text, data, errors } = await service.call(query, {}, as);
      const isOfKeys = ({ extensions }: (typeof errors)[number]) => extensions.code === codes.FORBIDDEN;
      // A key may not read every field of its deployments.
      expect(as === otherKey ? errors.filter(error => !isOfKeys(error)) : errors).toEqual([]);
      fieldsWithin({ __typename: 'Query', ...data }, found);
      texts += text;
    }
    expect(tellingFields(queriesOf(otherLab).keys()).filter(field => !found.has(field))).toEqual([]);
    for (const id of await idsOf(otherLab)) expect(texts).toContain(id);
  });

  test('lead no caller from their own data to data of another tenant', async () => {
    const foreign = await idsOf(otherLab);
    for (const query of queriesOf(lab).values()) {
      const { text, errors } = await service.call(query, {}, lab.owner);
      expect(errors).toEqual([]);
      for (const id of foreign) expect(text).not.toContain(id);
    }
  });

  test('counts what the caller may see, and nothing of another tenant', async () => {
    const { apiKeys } = await service.ask(LIST_KEYS, { of: { projectId: lab.owner.projectId } }, lab.owner);
    expect(apiKeys.totalCount).toBe(apiKeys.nodes.length);
  });

  test('asked with another tenant’s ids answers byte for byte as with ids that do not exist', async () => {
    const nowhere = { ...otherLab, deploymentId: newId(), owner: { ...otherLab.owner, projectId: newId() } };
    const [theirs, none] = [[...queriesOf(otherLab).values()], [...queriesOf(nowhere).values()]];
    for (const as of [lab.owner, member, key, undefined]) {
      for (const [index, query] of theirs.entries()) {
        const answer = await service.call(query, {}, as);
        const expected = await service.call(none[index] ?? '', {}, as);
        expect([answer.status, answer.text]).toEqual([expected.status, expected.text]);
        for (const id of await idsOf(otherLab)) expect(answer.text).not.toContain(id);
      }
    }
  });

  test('that only a mutation leads to answers the id that its caller named or has just made', () => {
    const reached = queriesOf(lab);
    const types = Object.values(schema.getTypeMap()).filter(isObjectType);
    const others = types.filter(
      type => !type.name.startsWith('__') && type !== Mutation && !reached.has(type),
    );
    // When you add a field here, state why it leads to no other tenant's data. Queries above cover the objects' types.
    expect(tellingFields(others).sort()).toEqual([
      'CreateApiKeyPayload.apiKey',
      'DeleteApiKeyPayload.deletedApiKeyId',
      'DeleteDeploymentPayload.deletedDeploymentId',
      'DeleteModelPayload.deletedModelId',
      'DeleteOrganizationPayload.deletedOrganizationId',
      'DeleteProjectPayload.deletedProjectId',
      'DeleteWebhookPayload.deletedWebhookId',
      'PredictPayload.logId',
      'PredictPayload.model',
      'PredictPayload.predictions',
      'WebhookSecretPayload.webhook',
    ]);
  });
});

// IDs

/** Every place where a field takes an id or a cursor (which is an id), e.g. `createApiKey.input.target.projectId`. */
const taken = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter(type => !type.name.startsWith('__'))
  .flatMap(type =>
    fieldsOf(type).flatMap(field => {
      const name = type === Query || type === Mutation ? field.name : `${type.name}.${field.name}`;
      return field.args.flatMap(arg => idsWithin(arg.type, `${name}.${arg.name}`));
    }),
  );
const [cursors, places] = [taken.filter(isCursor), taken.filter(path => !isCursor(path))];

function isCursor(path: string): boolean {
  return /\.(after|before)$/.test(path);
}

function idsWithin(type: GraphQLInputType, path: string): string[] {
  const named = getNamedType(type);
  if (isInputObjectType(named)) {
    return Object.values(named.getFields()).flatMap(field => idsWithin(field.type, `${path}.${field.name}`));
  }
  return named.name === 'ID' || isCursor(path) ? [path] : [];
}

interface Place {
  document: string;
  variables: (id: string) => object;
  /** The id, for that place, of something that exists in the other laboratory. */
  foreign: () => string;
}

const CREATE_WEBHOOK =
  'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } } }';
const TEST_WEBHOOK = 'mutation ($id: ID!) { testWebhook(id: $id) { id } }';
const CREATE_PROJECT = 'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }';
const SET_ORGANIZATION_MEMBER =
  'mutation ($input: SetOrganizationMemberInput!) { setOrganizationMember(input: $input) { id } }';
const SET_PROJECT_MEMBER =
  'mutation ($input: SetProjectMemberInput!) { setProjectMember(input: $input) { id } }';

const FILTERED =
  'query ($id: ID!, $filter: ActivityFilter) { project(id: $id) { activity(filter: $filter) { nodes { id } } } }';
const FILTERED_OF_ORGANIZATION =
  'query ($id: ID!, $filter: ActivityFilter) { organization(id: $id) { activity(filter: $filter) { nodes { id } } } }';

const PLACES: Record<string, Place> = {
  'project.id': {
    document: 'query ($id: ID!) { project(id: $id) { id name } }',
    variables: id => ({ id }),
    foreign: () => otherLab.owner.projectId,
  },
  'apiKey.id': {
    document: 'query ($id: ID!) { apiKey(id: $id) { id predictionLogs { nodes { id } } } }',
    variables: id => ({ id }),
    foreign: () => otherKey.id,
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
  'organization.id': {
    document: 'query ($id: ID!) { organization(id: $id) { id activity { nodes { id } } } }',
    variables: id => ({ id }),
    foreign: () => otherLab.owner.organization.id,
  },
  'Project.activity.filter.actorId': {
    document: FILTERED,
    variables: actorId => ({ id: lab.owner.projectId, filter: { actorId } }),
    foreign: () => otherLab.owner.id,
  },
  'Project.activity.filter.subjectId': {
    document: FILTERED,
    variables: subjectId => ({ id: lab.owner.projectId, filter: { subjectId } }),
    foreign: () => otherLab.deploymentId,
  },
  'Organization.activity.filter.actorId': {
    document: FILTERED_OF_ORGANIZATION,
    variables: actorId => ({ id: lab.owner.organization.id, filter: { actorId } }),
    foreign: () => otherLab.owner.id,
  },
  'Organization.activity.filter.subjectId': {
    document: FILTERED_OF_ORGANIZATION,
    variables: subjectId => ({ id: lab.owner.organization.id, filter: { subjectId } }),
    foreign: () => otherLab.deploymentId,
  },
  'webhook.id': {
    document: 'query ($id: ID!) { webhook(id: $id) { id deliveries { nodes { id } } } }',
    variables: id => ({ id }),
    foreign: () => otherWebhook.id,
  },
  'createWebhook.input.organizationId': {
    document: CREATE_WEBHOOK,
    variables: organizationId => ({
      input: { organizationId, url: 'https://lims.example/', events: ['QUOTA_80'] },
    }),
    foreign: () => otherLab.owner.organization.id,
  },
  'updateWebhook.input.id': {
    document: 'mutation ($input: UpdateWebhookInput!) { updateWebhook(input: $input) { id } }',
    variables: id => ({ input: { id, url: 'https://mine.example/' } }),
    foreign: () => otherWebhook.id,
  },
  'rotateWebhookSecret.id': {
    document: 'mutation ($id: ID!) { rotateWebhookSecret(id: $id) { secret } }',
    variables: id => ({ id }),
    foreign: () => otherWebhook.id,
  },
  'deleteWebhook.id': {
    document: 'mutation ($id: ID!) { deleteWebhook(id: $id) { deletedWebhookId } }',
    variables: id => ({ id }),
    foreign: () => otherWebhook.id,
  },
  'testWebhook.id': {
    document: TEST_WEBHOOK,
    variables: id => ({ id }),
    foreign: () => otherWebhook.id,
  },
  'resendWebhookDelivery.id': {
    document: 'mutation ($id: ID!) { resendWebhookDelivery(id: $id) { id } }',
    variables: id => ({ id }),
    foreign: () => otherDelivery.id,
  },
  'createProject.input.organizationId': {
    document: CREATE_PROJECT,
    variables: organizationId => ({ input: { organizationId, name: 'Another project' } }),
    foreign: () => otherLab.owner.organization.id,
  },
  'inviteMember.input.organizationId': {
    document: 'mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { id } }',
    variables: organizationId => ({
      input: { organizationId, email: 'somebody@lab.example', role: 'MEMBER' },
    }),
    foreign: () => otherLab.owner.organization.id,
  },
  'setKeyMails.organizationId': {
    document: 'mutation ($id: ID!) { setKeyMails(organizationId: $id, enabled: true) { id keyMails } }',
    variables: id => ({ id }),
    foreign: () => otherLab.owner.organization.id,
  },
  'leaveOrganization.organizationId': {
    document: 'mutation ($id: ID!) { leaveOrganization(organizationId: $id) }',
    variables: id => ({ id }),
    foreign: () => otherLab.owner.organization.id,
  },
  'revokeInvitation.id': {
    document: 'mutation ($id: ID!) { revokeInvitation(id: $id) }',
    variables: id => ({ id }),
    foreign: () => otherInvitation.id,
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
    document: CREATE_DEPLOYMENT,
    variables: modelId => ({ input: { modelId, name: 'Octane' } }),
    foreign: () => otherLab.modelId,
  },
  'renameOrganization.id': {
    document: 'mutation ($id: ID!) { renameOrganization(id: $id, name: "Mine") { id } }',
    variables: id => ({ id }),
    foreign: () => otherLab.owner.organization.id,
  },
  'setApiKeyPolicy.input.organizationId': {
    document: SET_KEY_POLICY,
    variables: organizationId => ({
      input: { organizationId, expiryRequired: true, projectKeysAllowed: true },
    }),
    foreign: () => otherLab.owner.organization.id,
  },
  'deleteOrganization.id': {
    document:
      'mutation ($id: ID!) { deleteOrganization(id: $id, name: "Otto\'s laboratory") { deletedOrganizationId } }',
    variables: id => ({ id }),
    foreign: () => otherLab.owner.organization.id,
  },
  'renameProject.id': {
    document: 'mutation ($id: ID!) { renameProject(id: $id, name: "Mine") { id } }',
    variables: id => ({ id }),
    foreign: () => otherLab.owner.projectId,
  },
  'deleteProject.id': {
    document: 'mutation ($id: ID!) { deleteProject(id: $id) { deletedProjectId } }',
    variables: id => ({ id }),
    foreign: () => otherLab.owner.projectId,
  },
  'setModelXAxis.input.modelId': {
    document: 'mutation ($input: SetModelXAxisInput!) { setModelXAxis(input: $input) { id } }',
    variables: modelId => ({ input: { modelId, quantity: 'OTHER', unit: 's', values: [1, 2] } }),
    foreign: () => otherLab.modelId,
  },
  'renameModel.id': {
    document: 'mutation ($id: ID!) { renameModel(id: $id, name: "Mine") { id } }',
    variables: id => ({ id }),
    foreign: () => otherLab.modelId,
  },
  'deleteModel.id': {
    document: 'mutation ($id: ID!) { deleteModel(id: $id) { deletedModelId } }',
    variables: id => ({ id }),
    foreign: () => otherLab.modelId,
  },
  'renameDeployment.id': {
    document: 'mutation ($id: ID!) { renameDeployment(id: $id, name: "Mine") { id } }',
    variables: id => ({ id }),
    foreign: () => otherLab.deploymentId,
  },
  'deleteDeployment.id': {
    document: 'mutation ($id: ID!) { deleteDeployment(id: $id) { deletedDeploymentId } }',
    variables: id => ({ id }),
    foreign: () => otherLab.deploymentId,
  },
  'setDeploymentActive.id': {
    document: 'mutation ($id: ID!) { setDeploymentActive(id: $id, active: false) { id active } }',
    variables: id => ({ id }),
    foreign: () => otherLab.deploymentId,
  },
  'resetQuarantine.deploymentId': {
    document: 'mutation ($id: ID!) { resetQuarantine(deploymentId: $id) { id } }',
    variables: id => ({ id }),
    foreign: () => otherLab.deploymentId,
  },
  'Organization.usableApiKeys.createdBy': {
    document: 'query ($id: ID!) { viewer { organizations { usableApiKeys(createdBy: $id) { id } } } }',
    variables: id => ({ id }),
    foreign: () => otherLab.owner.id,
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
  'updateApiKey.input.id': {
    document: UPDATE_KEY,
    variables: id => ({ input: { id, name: 'Renamed' } }),
    foreign: () => otherKey.id,
  },
  'rotateApiKey.input.id': {
    document: ROTATE_KEY,
    variables: id => ({ input: { id, overlapSeconds: 0 } }),
    foreign: () => otherKey.id,
  },
  'rehearseApiKeyRevocation.id': {
    document: REHEARSE,
    variables: id => ({ id, minutes: 1 }),
    foreign: () => otherKey.id,
  },
  'endApiKeyRehearsal.id': {
    document: END_REHEARSAL,
    variables: id => ({ id }),
    foreign: () => otherKey.id,
  },
  'revokeApiKey.id': { document: REVOKE_KEY, variables: id => ({ id }), foreign: () => otherKey.id },
  'deleteApiKey.id': { document: DELETE_KEY, variables: id => ({ id }), foreign: () => otherKey.id },
  'endSession.id': {
    document: 'mutation ($id: ID!) { endSession(id: $id) }',
    variables: id => ({ id }),
    foreign: () => otherSessionId,
  },
  'predict.deploymentId': {
    document: PREDICT,
    variables: deploymentId => ({ deploymentId, spectra: gasoline() }),
    foreign: () => otherLab.deploymentId,
  },
};

test('the places where an id is taken are all tried here', () => {
  expect(Object.keys(PLACES).sort()).toEqual([...places].sort());
});

/** Ids that nothing has, of both kinds and in the shapes that people and scanners send. */
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

/** The whole response that the caller gets. */
async function responseTo(
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
    const foreign = await responseTo(place, place.foreign(), lab.owner);
    expect(await responseTo(place, newId(), lab.owner)).toEqual(foreign);
    // In upper case, too: PostgreSQL would treat it as equal.
    expect(await responseTo(place, place.foreign().toUpperCase(), lab.owner)).toEqual(foreign);
    if (name === 'Organization.usableApiKeys.createdBy') {
      expect(foreign).toMatchObject({ status: 200, text: expect.stringContaining('"usableApiKeys":[]') });
    } else if (name.includes('.activity.filter.')) {
      expect(foreign).toMatchObject({
        status: 200,
        text: expect.stringContaining('"activity":{"nodes":[]}'),
      });
    } else if (['project.id', 'deployment.id', 'apiKey.id', 'webhook.id', 'organization.id'].includes(name)) {
      expect(JSON.parse(foreign.text)).toEqual({ data: { [name.replace('.id', '')]: null } });
    } else {
      expect(foreign.status).toBe(refusal(codes.NOT_FOUND).status);
      expect(JSON.parse(foreign.text).errors[0].extensions).toEqual({ code: codes.NOT_FOUND });
    }
    expect(await contentOf(service.db)).toEqual(before);
  });

  test.each(Object.entries(absent))(
    'an id that cannot exist gets the answer of an absent id: %s',
    async (_kind, id) => {
      expect(await responseTo(place, id, lab.owner)).toEqual(await responseTo(place, newId(), lab.owner));
    },
  );

  test('answers anonymous callers and keys alike for both', async () => {
    for (const as of [undefined, key]) {
      expect(await responseTo(place, place.foreign(), as)).toEqual(await responseTo(place, newId(), as));
    }
  });
});

test('a key gets the same answer for a deployment of another tenant and for one that does not exist', async () => {
  const place = {
    document: PREDICT,
    variables: (deploymentId: string) => ({ deploymentId, spectra: gasoline() }),
  };
  const foreign = await responseTo(place, otherLab.deploymentId, key);
  expect(foreign.status).toBe(refusal(codes.API_KEY_NOT_AUTHORIZED).status);
  for (const id of Object.values(absent)) {
    expect(await responseTo(place, id, key)).toEqual(foreign);
  }
});

/** The person's own lists, queried after the cursor of another tenant's entry. */
const CURSORS: Record<string, Place> = {
  'apiKeys.after': {
    document: LIST_KEYS,
    variables: after => ({ of: { projectId: lab.owner.projectId }, after }),
    foreign: () => otherKey.id,
  },
  'ApiKey.predictionLogs.after': {
    document: `query ($of: ApiKeyTarget!, $after: String) {
      apiKeys(of: $of) { nodes { predictionLogs(after: $after) { nodes { id } pageInfo { endCursor } } } }
    }`,
    variables: after => ({ of: { projectId: lab.owner.projectId }, after }),
    foreign: () => otherLogId,
  },
  'Deployment.predictionLogs.after': {
    document: `query ($id: ID!, $after: String) {
      deployment(id: $id) { predictionLogs(after: $after) { nodes { id } pageInfo { endCursor } } }
    }`,
    variables: after => ({ id: lab.deploymentId, after }),
    foreign: () => otherLogId,
  },
  'Webhook.deliveries.after': {
    document: `query ($id: ID!, $after: String) {
      webhook(id: $id) { deliveries(after: $after) { nodes { id } pageInfo { endCursor } } }
    }`,
    variables: after => ({ id: webhook.id, after }),
    foreign: () => otherDelivery.id,
  },
  'Project.activity.after': {
    document: `query ($id: ID!, $after: String) {
      project(id: $id) { activity(after: $after) { nodes { id } pageInfo { endCursor } } }
    }`,
    variables: after => ({ id: lab.owner.projectId, after }),
    foreign: () => otherEntryId,
  },
  'Organization.activity.after': {
    document: `query ($id: ID!, $after: String) {
      organization(id: $id) { activity(after: $after) { nodes { id } pageInfo { endCursor } } }
    }`,
    variables: after => ({ id: lab.owner.organization.id, after }),
    foreign: () => otherEntryId,
  },
  'Project.predictionLogs.after': {
    document: `query ($id: ID!, $after: String) {
      project(id: $id) { predictionLogs(after: $after) { nodes { id } pageInfo { endCursor } } }
    }`,
    variables: after => ({ id: lab.owner.projectId, after }),
    foreign: () => otherLogId,
  },
};

test('the lists that take a cursor are all tried here', () => {
  expect(Object.keys(CURSORS).sort()).toEqual([...cursors].sort());
});

test.each(Object.entries(CURSORS))(
  'a cursor from another tenant’s list gives the page that any other cursor of that time gives: %s',
  async (_name, place) => {
    const foreign = await responseTo(place, place.foreign(), lab.owner);
    expect(foreign.status).toBe(200);
    for (const id of await idsOf(otherLab)) expect(foreign.text).not.toContain(id);
    // The next id in order, which nothing has.
    const last = Number.parseInt(place.foreign().slice(-1), 16);
    const next = place.foreign().slice(0, -1) + ((last + 1) % 16).toString(16);
    expect(await responseTo(place, next, lab.owner)).toEqual(foreign);
    for (const [kind, id] of Object.entries(absent)) {
      if (isUuid(id)) continue;
      expect((await responseTo(place, id, lab.owner)).text, kind).toContain(codes.BAD_USER_INPUT);
    }
  },
);

test('adding a person of another tenant to a project gets the answer for an unknown e-mail', async () => {
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

describe('a person who is removed loses access with the next request', () => {
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

  test('by themselves: an admin who leaves', async () => {
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

  /** The person's session stays valid, and reads nothing of the laboratory's project any more. */
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
      expect(await responseTo(place, id, person)).toEqual(await responseTo(place, newId(), person));
    }
  }
});
