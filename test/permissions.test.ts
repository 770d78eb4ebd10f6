import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLObjectType, isNonNullType } from 'graphql';
import { sql } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { setPlan } from '../src/accounts/plans.ts';
import { type Code, isCode } from '../src/errors.ts';
import { permissions } from '../src/graphql/permissions.ts';
import { OPERATIONS } from '../src/http/rest/operations.ts';
import { BOUNDARY, multipart } from './file-calls.ts';
import {
  ACCEPT,
  CREATE_DEPLOYMENT,
  CREATE_KEY,
  type Credential,
  codes,
  contentOf,
  cookieOf,
  createDeployment,
  createKey,
  DELETE_KEY,
  demonstration,
  END_REHEARSAL,
  gasoline,
  headersOf,
  INVITE,
  insertPending,
  join,
  type Lab,
  LIST_KEYS,
  openLab,
  type Person,
  PREDICT,
  REHEARSE,
  REVOKE_KEY,
  REVOKE_THIS_KEY,
  ROTATE_KEY,
  refusal,
  SET_KEY_POLICY,
  type Service,
  SIGN_IN,
  signIn,
  signUp,
  startService,
  startServiceForTest,
  UPDATE_KEY,
} from './harness.ts';
import { oneSpectrum } from './watcher.ts';

let service: Service;
let lab: Lab;
let otherLab: Lab;
let bystander: Person;
let people: Record<
  'viewer' | 'contributor' | 'projectOwner' | 'admin' | 'adminViewer' | 'adminContributor' | 'member',
  Person
>;
let callers: Record<Caller, Credential | undefined>;

const schema = buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));

/** Every field of Query and Mutation, e.g. `Query.viewer`. */
const fields = [schema.getQueryType(), schema.getMutationType()].flatMap(type =>
  type ? Object.keys(type.getFields()).map(field => `${type.name}.${field}`) : [],
);

type Caller =
  | 'an anonymous caller'
  | "a key of the laboratory's deployment"
  | "a key of the laboratory's project"
  | 'a key of another laboratory'
  | 'a project viewer'
  | 'a contributor'
  | 'a project owner'
  | 'an organization admin without project role'
  | 'an organization admin who is a project viewer'
  | 'an organization admin who is a contributor'
  | 'an organization owner'
  | 'an organization member without project role'
  | 'the owner of another laboratory';

const OK = 'an answer';
const NULL = 'null';
type Outcome = typeof OK | typeof NULL | Code;

const { UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT, API_KEY_NOT_AUTHORIZED } = codes;

const keys = (reaching: Outcome, foreign: Outcome = reaching) => ({
  "a key of the laboratory's deployment": reaching,
  "a key of the laboratory's project": reaching,
  'a key of another laboratory': foreign,
});
const persons = (outcome: Outcome) => ({
  ...changers(outcome),
  ...viewers(outcome),
  ...outsiders(outcome),
});
/** The callers who can change the project. */
const changers = (outcome: Outcome) => ({
  'a contributor': outcome,
  'an organization admin who is a contributor': outcome,
  ...owners(outcome),
});
/** The callers who can change the members of the project. */
const owners = (outcome: Outcome) => ({ 'a project owner': outcome, 'an organization owner': outcome });
/** The callers who can see the project and change nothing. */
const viewers = (outcome: Outcome) => ({
  'a project viewer': outcome,
  'an organization admin who is a project viewer': outcome,
});
/** The callers who cannot see the project. */
const outsiders = (outcome: Outcome) => ({
  'an organization admin without project role': outcome,
  'an organization member without project role': outcome,
  'the owner of another laboratory': outcome,
});
const PERSONS_ONLY = { 'an anonymous caller': UNAUTHENTICATED, ...keys(FORBIDDEN) };

const SEEN_IN_THE_PROJECT = { ...PERSONS_ONLY, ...changers(OK), ...viewers(OK), ...outsiders(NULL) };
const CHANGED_IN_THE_PROJECT = {
  ...PERSONS_ONLY,
  ...changers(OK),
  ...viewers(FORBIDDEN),
  ...outsiders(NOT_FOUND),
};
const CHANGED_IN_THE_ORGANIZATION = {
  ...PERSONS_ONLY,
  ...persons(FORBIDDEN),
  'an organization owner': OK,
  'an organization admin without project role': OK,
  'an organization admin who is a project viewer': OK,
  'an organization admin who is a contributor': OK,
  'the owner of another laboratory': NOT_FOUND,
} as const;

const CHANGED_BY_ORGANIZATION_OWNERS = {
  ...PERSONS_ONLY,
  ...persons(FORBIDDEN),
  'an organization owner': OK,
  'the owner of another laboratory': NOT_FOUND,
} as const;

/** Only owners of the organization see webhooks. */
const CHANGED_BY_WHO_SEES_WEBHOOKS = {
  ...PERSONS_ONLY,
  ...persons(NOT_FOUND),
  'an organization owner': OK,
} as const;

interface Row {
  document: string;
  /** The variables of each way to call the field; made anew for each attempt. */
  variables: (() => object | Promise<object>)[];
  /** The attempt ends the caller's session, so it gets its own. */
  endsSession?: true;
  /** Whether it ends the key of the caller, so that each call needs a new one. */
  endsKey?: true;
  answers: Record<Caller, Outcome>;
}

const newAccount = () => ({
  input: { email: `${newId()}@lab.example`, password: 'a passphrase of some words', name: 'Newcomer' },
});
/** To an organization that no caller belongs to. */
async function pendingToken() {
  const { token } = await insertPending(service, { organizationId: bystander.organization.id });
  return { token };
}
const newWebhook = async () => {
  await service.db.deleteFrom('webhooks').execute();
  const input = {
    organizationId: lab.owner.organization.id,
    url: 'https://lims.example/',
    events: ['API_KEY_REVOKED'],
  };
  const { createWebhook } = await service.ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } } }',
    { input },
    lab.owner,
  );
  return { id: createWebhook.webhook.id };
};
const newDelivery = async () => {
  const { testWebhook } = await service.ask(
    'mutation ($id: ID!) { testWebhook(id: $id) { id } }',
    await newWebhook(),
    lab.owner,
  );
  return { id: testWebhook.id };
};
const newKey = async () => {
  const { id } = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  return { id };
};

/** The same model once more, so that deleting it leaves the laboratory as it was. */
const newModel = async () => {
  const id = newId();
  await service.db
    .insertInto('models')
    .columns([
      'id',
      'projectId',
      'name',
      'version',
      'kind',
      'targetProperty',
      'inputLength',
      'fileId',
      'createdAt',
    ])
    .expression(from =>
      from
        .selectFrom('models')
        .select(eb => [
          eb.val(id).as('id'),
          'projectId',
          eb.val(id).as('name'),
          'version',
          'kind',
          'targetProperty',
          'inputLength',
          'fileId',
          'createdAt',
        ])
        .where('id', '=', lab.modelId),
    )
    .execute();
  return { id };
};
const newDeployment = async () => ({
  id: await createDeployment(service, lab.owner, lab.modelId, 'Short-lived'),
});
/** A project in which everyone has the role that they have in the laboratory's. */
const newProject = async () => {
  const id = newId();
  const createdAt = new Date();
  const organizationId = lab.owner.organization.id;
  await service.db
    .insertInto('projects')
    .values({ id, organizationId, name: 'Short-lived', createdAt })
    .execute();
  await service.db
    .insertInto('projectMembers')
    .columns(['projectId', 'userId', 'role'])
    .expression(from =>
      from
        .selectFrom('projectMembers')
        .select(eb => [eb.val(id).as('projectId'), 'userId', 'role'])
        .where('projectId', '=', lab.owner.projectId),
    )
    .execute();
  return { id };
};
/** An organization in which everyone has the role that they have in the laboratory. */
const newOrganization = async () => {
  const id = newId();
  await service.db
    .insertInto('organizations')
    .values({ id, slug: id, name: 'Short-lived', plan: 'PRO', createdAt: new Date() })
    .execute();
  await service.db
    .insertInto('organizationMembers')
    .columns(['organizationId', 'userId', 'role'])
    .expression(from =>
      from
        .selectFrom('organizationMembers')
        .select(eb => [eb.val(id).as('organizationId'), 'userId', 'role'])
        .where('organizationId', '=', lab.owner.organization.id),
    )
    .execute();
  return { id, name: 'Short-lived' };
};

const TABLE: Record<string, Row> = {
  'Query.viewer': {
    document: '{ viewer { id } }',
    variables: [() => ({})],
    answers: { 'an anonymous caller': NULL, ...keys(FORBIDDEN), ...persons(OK) },
  },
  'Query.signUpMode': {
    document: '{ signUpMode }',
    variables: [() => ({})],
    answers: { 'an anonymous caller': OK, ...keys(FORBIDDEN), ...persons(OK) },
  },
  'Query.invitation': {
    document: 'query ($token: String!) { invitation(token: $token) { id } }',
    variables: [pendingToken],
    answers: { 'an anonymous caller': OK, ...keys(FORBIDDEN), ...persons(OK) },
  },
  'Query.project': {
    document: 'query ($id: ID!) { project(id: $id) { id } }',
    variables: [() => ({ id: lab.owner.projectId })],
    answers: SEEN_IN_THE_PROJECT,
  },
  'Query.deployment': {
    document: 'query ($id: ID!) { deployment(id: $id) { id } }',
    variables: [() => ({ id: lab.deploymentId })],
    answers: SEEN_IN_THE_PROJECT,
  },
  'Query.apiKey': {
    document: 'query ($id: ID!) { apiKey(id: $id) { id } }',
    variables: [newKey],
    answers: SEEN_IN_THE_PROJECT,
  },
  'Query.webhook': {
    document: 'query ($id: ID!) { webhook(id: $id) { id deliveries { nodes { id } } } }',
    variables: [newWebhook],
    answers: { ...PERSONS_ONLY, ...persons(NULL), 'an organization owner': OK },
  },
  'Query.organization': {
    document: 'query ($id: ID!) { organization(id: $id) { id activity { nodes { id } } } }',
    variables: [() => ({ id: lab.owner.organization.id })],
    answers: { ...PERSONS_ONLY, ...persons(OK), 'the owner of another laboratory': NULL },
  },
  'Mutation.createWebhook': {
    document: 'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret } }',
    variables: [
      async () => {
        await service.db.deleteFrom('webhooks').execute();
        const { id: organizationId } = lab.owner.organization;
        return { input: { organizationId, url: 'https://lims.example/', events: ['QUOTA_80'] } };
      },
    ],
    answers: CHANGED_BY_ORGANIZATION_OWNERS,
  },
  'Mutation.updateWebhook': {
    document: 'mutation ($input: UpdateWebhookInput!) { updateWebhook(input: $input) { id } }',
    variables: [async () => ({ input: { ...(await newWebhook()), events: ['QUOTA_100'] } })],
    answers: CHANGED_BY_WHO_SEES_WEBHOOKS,
  },
  'Mutation.rotateWebhookSecret': {
    document: 'mutation ($id: ID!) { rotateWebhookSecret(id: $id) { secret } }',
    variables: [newWebhook],
    answers: CHANGED_BY_WHO_SEES_WEBHOOKS,
  },
  'Mutation.deleteWebhook': {
    document: 'mutation ($id: ID!) { deleteWebhook(id: $id) { deletedWebhookId } }',
    variables: [newWebhook],
    answers: CHANGED_BY_WHO_SEES_WEBHOOKS,
  },
  'Mutation.testWebhook': {
    document: 'mutation ($id: ID!) { testWebhook(id: $id) { id } }',
    variables: [newWebhook],
    answers: CHANGED_BY_WHO_SEES_WEBHOOKS,
  },
  'Mutation.resendWebhookDelivery': {
    document: 'mutation ($id: ID!) { resendWebhookDelivery(id: $id) { id } }',
    variables: [newDelivery],
    answers: CHANGED_BY_WHO_SEES_WEBHOOKS,
  },
  'Query.currentApiKey': {
    document: '{ currentApiKey { id deployments { id model { id } usage { predictions } } } }',
    variables: [() => ({})],
    answers: { 'an anonymous caller': NULL, ...keys(OK), ...persons(NULL) },
  },
  'Query.clientAddress': {
    document: '{ clientAddress { address hasUnknownProxy } }',
    variables: [() => ({})],
    answers: { 'an anonymous caller': UNAUTHENTICATED, ...keys(FORBIDDEN), ...persons(OK) },
  },
  'Query.apiKeys': {
    document: LIST_KEYS,
    variables: [
      () => ({ of: { deploymentId: lab.deploymentId } }),
      () => ({ of: { projectId: lab.owner.projectId } }),
    ],
    answers: { ...SEEN_IN_THE_PROJECT, ...outsiders(NOT_FOUND) },
  },
  'Mutation.signUp': {
    document: 'mutation ($input: SignUpInput!) { signUp(input: $input) { id } }',
    variables: [newAccount],
    answers: { 'an anonymous caller': OK, ...keys(FORBIDDEN), ...persons(OK) },
  },
  'Mutation.signIn': {
    document: SIGN_IN,
    variables: [() => ({ email: bystander.email, password: bystander.password })],
    answers: { 'an anonymous caller': OK, ...keys(FORBIDDEN), ...persons(OK) },
  },
  'Mutation.signOut': {
    document: 'mutation { signOut }',
    variables: [() => ({})],
    endsSession: true,
    answers: { ...PERSONS_ONLY, ...persons(OK) },
  },
  // These depend on the caller's own password or session, not on a role: the inputs are wrong for every caller.
  'Mutation.changePassword': {
    document: 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) }',
    variables: [() => ({ input: { currentPassword: 'whatever', newPassword: 'too short' } })],
    answers: { ...PERSONS_ONLY, ...persons(BAD_USER_INPUT) },
  },
  'Mutation.endSession': {
    document: 'mutation ($id: ID!) { endSession(id: $id) }',
    variables: [() => ({ id: newId() })],
    answers: { ...PERSONS_ONLY, ...persons(NOT_FOUND) },
  },
  'Mutation.endOtherSessions': {
    document: 'mutation { endOtherSessions }',
    variables: [() => ({})],
    answers: { ...PERSONS_ONLY, ...persons(OK) },
  },
  'Mutation.deleteAccount': {
    document: 'mutation ($password: String!) { deleteAccount(password: $password) }',
    variables: [() => ({ password: 'not the passphrase' })],
    answers: { ...PERSONS_ONLY, ...persons(BAD_USER_INPUT) },
  },
  'Mutation.createProject': {
    document: 'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }',
    variables: [() => ({ input: { organizationId: lab.owner.organization.id, name: 'Another project' } })],
    answers: CHANGED_IN_THE_ORGANIZATION,
  },
  'Mutation.renameOrganization': {
    document: 'mutation ($id: ID!) { renameOrganization(id: $id, name: "Laboratory") { id } }',
    variables: [() => ({ id: lab.owner.organization.id })],
    answers: CHANGED_BY_ORGANIZATION_OWNERS,
  },
  'Mutation.setApiKeyPolicy': {
    document: SET_KEY_POLICY,
    variables: [
      () => ({
        input: {
          organizationId: lab.owner.organization.id,
          maxLifetimeDays: null,
          expiryRequired: false,
          projectKeysAllowed: true,
        },
      }),
    ],
    answers: CHANGED_BY_ORGANIZATION_OWNERS,
  },
  'Mutation.deleteOrganization': {
    document:
      'mutation ($id: ID!, $name: String!) { deleteOrganization(id: $id, name: $name) { deletedOrganizationId } }',
    variables: [newOrganization],
    answers: CHANGED_BY_ORGANIZATION_OWNERS,
  },
  'Mutation.renameProject': {
    document: 'mutation ($id: ID!) { renameProject(id: $id, name: "Renamed") { id } }',
    variables: [() => ({ id: lab.owner.projectId })],
    answers: { ...PERSONS_ONLY, ...persons(FORBIDDEN), ...owners(OK), ...outsiders(NOT_FOUND) },
  },
  'Mutation.deleteProject': {
    document: 'mutation ($id: ID!) { deleteProject(id: $id) { deletedProjectId } }',
    variables: [newProject],
    answers: { ...PERSONS_ONLY, ...persons(FORBIDDEN), ...owners(OK), ...outsiders(NOT_FOUND) },
  },
  'Mutation.createOrganization': {
    document: 'mutation ($name: String!) { createOrganization(name: $name) { id } }',
    variables: [() => ({ name: 'Another organization' })],
    answers: { ...PERSONS_ONLY, ...persons(OK) },
  },
  'Mutation.inviteMember': {
    document: INVITE,
    variables: [
      () => ({
        input: {
          organizationId: lab.owner.organization.id,
          email: `${newId()}@lab.example`,
          role: 'ADMIN',
        },
      }),
    ],
    answers: CHANGED_IN_THE_ORGANIZATION,
  },
  'Mutation.acceptInvitation': {
    document: ACCEPT,
    variables: [pendingToken],
    answers: { ...PERSONS_ONLY, ...persons(OK) },
  },
  'Mutation.declineInvitation': {
    document: 'mutation ($token: String!) { declineInvitation(token: $token) }',
    variables: [pendingToken],
    answers: { 'an anonymous caller': OK, ...keys(FORBIDDEN), ...persons(OK) },
  },
  'Mutation.revokeInvitation': {
    document: 'mutation ($id: ID!) { revokeInvitation(id: $id) }',
    variables: [() => insertPending(service, { organizationId: lab.owner.organization.id })],
    // Callers who may not invite see no invitations.
    answers: {
      ...CHANGED_IN_THE_ORGANIZATION,
      'a project viewer': NOT_FOUND,
      'a contributor': NOT_FOUND,
      'a project owner': NOT_FOUND,
      'an organization member without project role': NOT_FOUND,
    },
  },
  'Mutation.setOrganizationMember': {
    document:
      'mutation ($input: SetOrganizationMemberInput!) { setOrganizationMember(input: $input) { id } }',
    variables: [
      () => ({
        input: { organizationId: lab.owner.organization.id, email: bystander.email, role: 'MEMBER' },
      }),
    ],
    answers: CHANGED_IN_THE_ORGANIZATION,
  },
  'Mutation.setProjectMember': {
    document: 'mutation ($input: SetProjectMemberInput!) { setProjectMember(input: $input) { id } }',
    variables: [
      () => ({ input: { projectId: lab.owner.projectId, email: bystander.email, role: 'CONTRIBUTOR' } }),
    ],
    answers: { ...PERSONS_ONLY, ...persons(FORBIDDEN), ...owners(OK), ...outsiders(NOT_FOUND) },
  },
  'Mutation.registerModel': {
    document: 'mutation ($input: RegisterModelInput!) { registerModel(input: $input) { id } }',
    variables: [
      () => ({
        input: {
          projectId: lab.owner.projectId,
          name: 'Octane',
          targetProperty: 'octane number',
          onnx: demonstration('octane.onnx').toString('base64'),
        },
      }),
    ],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.setModelXAxis': {
    document: 'mutation ($input: SetModelXAxisInput!) { setModelXAxis(input: $input) { id } }',
    variables: [
      async () => ({
        input: {
          modelId: (await newModel()).id,
          quantity: 'OTHER',
          unit: 's',
          values: gasoline().flatMap(({ yValues }) => yValues.map((_, i) => i)),
        },
      }),
    ],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.renameModel': {
    document: 'mutation ($id: ID!, $name: String!) { renameModel(id: $id, name: $name) { id } }',
    variables: [() => ({ id: lab.modelId, name: `Octane ${newId()}` })],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.deleteModel': {
    document: 'mutation ($id: ID!) { deleteModel(id: $id) { deletedModelId } }',
    variables: [newModel],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.renameDeployment': {
    document: 'mutation ($id: ID!) { renameDeployment(id: $id, name: "Renamed") { id } }',
    variables: [() => ({ id: lab.deploymentId })],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.deleteDeployment': {
    document: 'mutation ($id: ID!) { deleteDeployment(id: $id) { deletedDeploymentId } }',
    variables: [newDeployment],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.createDeployment': {
    document: CREATE_DEPLOYMENT,
    variables: [() => ({ input: { modelId: lab.modelId, name: 'Another deployment' } })],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.setDeploymentActive': {
    document:
      'mutation ($id: ID!, $active: Boolean!) { setDeploymentActive(id: $id, active: $active) { active } }',
    variables: [
      () => ({ id: lab.deploymentId, active: false }),
      // Last, as `predict` needs it in this state.
      () => ({ id: lab.deploymentId, active: true }),
    ],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.resetQuarantine': {
    document: 'mutation ($id: ID!) { resetQuarantine(deploymentId: $id) { id } }',
    variables: [() => ({ id: lab.deploymentId })],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.createApiKey': {
    document: CREATE_KEY,
    variables: [
      () => ({ input: { target: { deploymentId: lab.deploymentId }, name: 'LIMS' } }),
      () => ({ input: { target: { projectId: lab.owner.projectId }, name: 'LIMS' } }),
    ],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.updateApiKey': {
    document: UPDATE_KEY,
    variables: [async () => ({ input: { ...(await newKey()), name: 'Renamed' } })],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.rotateApiKey': {
    document: ROTATE_KEY,
    variables: [async () => ({ input: { ...(await newKey()), overlapSeconds: 0 } })],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.rehearseApiKeyRevocation': {
    document: REHEARSE,
    variables: [async () => ({ ...(await newKey()), minutes: 1 })],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.endApiKeyRehearsal': {
    document: END_REHEARSAL,
    variables: [newKey],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.revokeApiKey': {
    document: REVOKE_KEY,
    variables: [newKey],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.revokeThisApiKey': {
    document: REVOKE_THIS_KEY,
    variables: [() => ({})],
    endsKey: true,
    answers: { 'an anonymous caller': UNAUTHENTICATED, ...persons(FORBIDDEN), ...keys(OK) },
  },
  'Mutation.deleteApiKey': {
    document: DELETE_KEY,
    variables: [newKey],
    answers: CHANGED_IN_THE_PROJECT,
  },
  'Mutation.predict': {
    document: PREDICT,
    variables: [() => ({ deploymentId: lab.deploymentId, spectra: gasoline() })],
    answers: {
      ...CHANGED_IN_THE_PROJECT,
      'an anonymous caller': UNAUTHENTICATED,
      ...keys(OK, API_KEY_NOT_AUTHORIZED),
    },
  },
  'Mutation.setKeyMails': {
    document: 'mutation ($id: ID!) { setKeyMails(organizationId: $id, enabled: true) { id } }',
    variables: [() => ({ id: lab.owner.organization.id })],
    answers: { ...PERSONS_ONLY, ...persons(OK), 'the owner of another laboratory': NOT_FOUND },
  },
  // Last, as the others need the members.
  'Mutation.leaveOrganization': {
    document: 'mutation ($id: ID!) { leaveOrganization(organizationId: $id) }',
    variables: [() => ({ id: lab.owner.organization.id })],
    answers: {
      ...PERSONS_ONLY,
      ...persons(OK),
      'an organization owner': codes.BAD_USER_INPUT,
      'the owner of another laboratory': NOT_FOUND,
    },
  },
};

/** Sessions do not count in the plain HTTP API. */
const KEYS_ONLY = { 'an anonymous caller': UNAUTHENTICATED, ...persons(UNAUTHENTICATED) };
const deploymentPath = () => ({
  slug: lab.owner.organization.slug,
  projectId: lab.owner.projectId,
  deploymentId: lab.deploymentId,
});

/** Every operation of the plain HTTP API. */
const OPERATION_TABLE: Record<
  keyof typeof OPERATIONS,
  {
    request?: () => { body: string | Uint8Array<ArrayBuffer>; type: string };
    /** Whether it ends the key of the caller, so that each call needs a new one. */
    endsKey?: boolean;
    answers: Record<Caller, Outcome>;
  }
> = {
  predict: {
    request: () => {
      const spectra = gasoline().map(({ sampleName, yValues }) => ({
        sample_name: sampleName,
        y_values: yValues,
      }));
      return { body: JSON.stringify({ spectra }), type: 'application/json' };
    },
    answers: { ...KEYS_ONLY, ...keys(OK, API_KEY_NOT_AUTHORIZED) },
  },
  predictFiles: {
    request: () => ({
      body: Uint8Array.from(multipart([{ name: 'a.csv', bytes: Buffer.from(oneSpectrum('S-1')) }])),
      type: `multipart/form-data; boundary=${BOUNDARY}`,
    }),
    answers: { ...KEYS_ONLY, ...keys(OK, API_KEY_NOT_AUTHORIZED) },
  },
  currentKey: { answers: { ...KEYS_ONLY, ...keys(OK) } },
  revokeKey: { endsKey: true, answers: { ...KEYS_ONLY, ...keys(OK) } },
  deployment: { answers: { ...KEYS_ONLY, ...keys(OK, API_KEY_NOT_AUTHORIZED) } },
  openapi: { answers: { 'an anonymous caller': OK, ...keys(OK), ...persons(OK) } },
};

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service, 'ENTERPRISE');
  // Each attempt at a key has a key of its own.
  await service.db.updateTable('plans').set({ maxApiKeys: 1000 }).where('name', '=', 'ENTERPRISE').execute();
  otherLab = await openLab(service, 'PRO', 'Stranger');
  people = {
    viewer: await signUp(service, 'Vera Viewer'),
    contributor: await signUp(service, 'Conrad Contributor'),
    projectOwner: await signUp(service, 'Paula Projectowner'),
    admin: await signUp(service, 'Adam Admin'),
    adminViewer: await signUp(service, 'Ada Admin'),
    adminContributor: await signUp(service, 'Alan Admin'),
    member: await signUp(service, 'Mia Member'),
  };
  bystander = await signUp(service, 'Bruno Bystander');
  await join(service, lab.owner, people.viewer, 'VIEWER');
  await join(service, lab.owner, people.contributor, 'CONTRIBUTOR');
  await join(service, lab.owner, people.projectOwner, 'OWNER');
  await join(service, lab.owner, people.admin, null, 'ADMIN');
  await join(service, lab.owner, people.adminViewer, 'VIEWER', 'ADMIN');
  await join(service, lab.owner, people.adminContributor, 'CONTRIBUTOR', 'ADMIN');
  await join(service, lab.owner, people.member, null);
  await join(service, lab.owner, bystander, 'CONTRIBUTOR');
  callers = {
    'an anonymous caller': undefined,
    "a key of the laboratory's deployment": await createKey(service, lab.owner, {
      deploymentId: lab.deploymentId,
    }),
    "a key of the laboratory's project": await createKey(service, lab.owner, {
      projectId: lab.owner.projectId,
    }),
    'a key of another laboratory': await createKey(service, otherLab.owner, {
      projectId: otherLab.owner.projectId,
    }),
    'a project viewer': people.viewer,
    'a contributor': people.contributor,
    'a project owner': people.projectOwner,
    'an organization admin without project role': people.admin,
    'an organization admin who is a project viewer': people.adminViewer,
    'an organization admin who is a contributor': people.adminContributor,
    'an organization owner': lab.owner,
    'an organization member without project role': people.member,
    'the owner of another laboratory': otherLab.owner,
  };
});
afterAll(() => service.close());

/** A new session for a person; other credentials unchanged. */
async function afresh(as: Credential | undefined): Promise<Credential | undefined> {
  const everybody = [...Object.values(people), lab.owner, otherLab.owner];
  const person = everybody.find(({ cookie }) => as && 'cookie' in as && as.cookie === cookie);
  return person ? await signIn(service, person) : as;
}

/** A new key in place of a key; other credentials unchanged. */
async function anotherKey(as: Credential | undefined): Promise<Credential | undefined> {
  return as && 'rawKey' in as ? await createKey(service, lab.owner, { deploymentId: lab.deploymentId }) : as;
}

function typeOf(name: string): GraphQLObjectType | null | undefined {
  return name === 'Query' ? schema.getQueryType() : schema.getMutationType();
}

/** The part of an answer that the table compares. */
function expected(field: string, outcome: Outcome): object {
  const [type = '', name = ''] = field.split('.');
  if (outcome === OK) return { status: 200, data: { [name]: expect.anything() }, errors: [] };
  if (outcome === NULL) return { status: 200, data: { [name]: null }, errors: [] };
  // A field that may be null leaves `data` standing, and a response that carries data is 200.
  return isNonNullType(typeOf(type)?.getFields()[name]?.type)
    ? { ...refusal(outcome), data: null }
    : { status: 200, data: { [name]: null }, code: outcome };
}

test('the table of permissions has a row for every field of Query and Mutation, and no other', () => {
  expect(Object.keys(TABLE).sort()).toEqual([...fields].sort());
});

describe.each(Object.entries(OPERATION_TABLE))('the operation %s', (name, { request, endsKey, answers }) => {
  test.each(Object.entries(answers))('gives %s %s', async (caller, outcome) => {
    const [, found] = Object.entries(callers).find(([name]) => name === caller) ?? [];
    const as = endsKey ? await anotherKey(found) : found;
    const [, operation] = Object.entries(OPERATIONS).find(([key]) => key === name) ?? [];
    const names: Record<string, string> = deploymentPath();
    for (const path of operation?.paths ?? []) {
      const before = await contentOf(service.db);
      const made = request?.();
      const response = await fetch(service.url + path.replace(/\{(\w+)\}/g, (_, part) => names[part] ?? ''), {
        method: operation?.method ?? 'GET',
        headers: { ...headersOf(as), ...(made && { 'content-type': made.type }) },
        ...(made && { body: made.body }),
      });
      const { status } = response;
      const { code } = JSON.parse(await response.text());
      expect({ status, code }).toEqual(isCode(outcome) ? refusal(outcome) : { status: 200, code: undefined });
      // Only a prediction, which has a body, and the end of a key change anything.
      if (isCode(outcome) || !(made || endsKey)) expect(await contentOf(service.db)).toEqual(before);
    }
  });
});

describe.each(Object.entries(TABLE))(
  '%s',
  (field, { document, variables, endsSession, endsKey, answers }) => {
    test.each(Object.entries(answers))('gives %s %s', async (name, outcome) => {
      const [, as] = Object.entries(callers).find(([caller]) => caller === name) ?? [];
      for (const make of variables) {
        const asked = await make();
        const credential = endsKey ? await anotherKey(as) : endsSession ? await afresh(as) : as;
        const before = await contentOf(service.db);
        const answer = await service.call(document, asked, credential);
        expect(answer).toMatchObject(expected(field, outcome));
        if (isCode(outcome)) expect(await contentOf(service.db)).toEqual(before);
      }
    });
  },
);

describe('rules', () => {
  test('every field of Query and Mutation has one, and nothing else has', () => {
    const ruled = Object.entries(permissions).flatMap(([type, rules]) =>
      Object.keys(rules).map(field => `${type}.${field}`),
    );
    expect(ruled.sort()).toEqual([...fields].sort());
  });

  test('a field without a rule is denied, even to the owner', async () => {
    const all = { Query: { ...permissions.Query }, Mutation: { ...permissions.Mutation } };
    onTestFinished(() => {
      Object.assign(permissions.Query, all.Query);
      Object.assign(permissions.Mutation, all.Mutation);
    });
    for (const rules of Object.values(permissions)) {
      for (const field of Object.keys(rules)) Reflect.deleteProperty(rules, field);
    }
    const withoutRules = await startServiceForTest({ databaseUrl: service.databaseUrl });
    for (const [field, { document, variables }] of Object.entries(TABLE)) {
      const [make] = variables;
      const answer = await withoutRules.call(document, await make?.(), lab.owner);
      expect(answer, field).toMatchObject(expected(field, FORBIDDEN));
    }
  });

  test('leave no stale data: the answer to a new key counts it already', async () => {
    const fresh = await openLab(service, 'PRO', 'Frida Fresh');
    const { createApiKey } = await service.ask(
      `mutation ($input: CreateApiKeyInput!) {
        createApiKey(input: $input) { apiKey { project { apiKeyAllowance { used limit } } } }
      }`,
      { input: { target: { projectId: fresh.owner.projectId }, name: 'LIMS' } },
      fresh.owner,
    );
    expect(createApiKey.apiKey.project.apiKeyAllowance).toEqual({ used: 1, limit: 10 });
  });

  test('anyone may introspect the schema, keys too', async () => {
    const document = '{ __typename __schema { queryType { name } } __type(name: "ApiKey") { name } }';
    for (const as of [undefined, callers["a key of the laboratory's project"], lab.owner]) {
      expect(await service.call(document, {}, as)).toMatchObject({
        status: 200,
        errors: [],
        data: { __typename: 'Query', __schema: { queryType: { name: 'Query' } }, __type: { name: 'ApiKey' } },
      });
    }
  });
});

describe('credentials', () => {
  let key: Awaited<ReturnType<typeof createKey>>;
  beforeAll(async () => {
    key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  });

  const withHeader = (authorization: string, cookie?: string): Credential => ({
    headers: cookie === undefined ? { authorization } : { authorization, cookie },
  });

  test('keys never manage keys, not even themselves, and not beside an owner’s cookie', async () => {
    const { id } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    const before = await contentOf(service.db);
    for (const as of [key, withHeader(`Api-Key ${key.rawKey}`, lab.owner.cookie)]) {
      for (const managed of [key.id, id]) {
        expect(await service.call(REVOKE_KEY, { id: managed }, as)).toMatchObject(refusal(FORBIDDEN));
        expect(await service.call(DELETE_KEY, { id: managed }, as)).toMatchObject(refusal(FORBIDDEN));
      }
      for (const target of [{ projectId: lab.owner.projectId }, { deploymentId: lab.deploymentId }]) {
        const input = { target, name: 'A key made by a key' };
        expect(await service.call(CREATE_KEY, { input }, as)).toMatchObject(refusal(FORBIDDEN));
        expect(await service.call(LIST_KEYS, { of: target }, as)).toMatchObject(refusal(FORBIDDEN));
      }
    }
    expect(await contentOf(service.db)).toEqual(before);
  });

  test('an Authorization header wins over a cookie', async () => {
    const both = withHeader(`Api-Key ${key.rawKey}`, lab.owner.cookie);
    expect(await service.call('{ viewer { id } }', {}, both)).toMatchObject({ code: FORBIDDEN });

    const { predict } = await service.ask(
      PREDICT,
      { deploymentId: lab.deploymentId, spectra: gasoline() },
      both,
    );
    const { deployment } = await service.ask(
      `query ($id: ID!) { deployment(id: $id) { predictionLogs(first: 1) { nodes { id source apiKeyId } } } }`,
      { id: lab.deploymentId },
      lab.owner,
    );
    expect(deployment?.predictionLogs.nodes).toEqual([
      { id: predict.logId, source: 'API', apiKeyId: key.id },
    ]);
  });

  test('a cookie does not replace a header that fails', async () => {
    const revoked = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
    await service.ask(REVOKE_KEY, { id: revoked.id }, lab.owner);
    const cookie = lab.owner.cookie;
    expect(
      await service.call('{ viewer { id } }', {}, withHeader(`Api-Key ${revoked.rawKey}`, cookie)),
    ).toMatchObject(refusal(codes.API_KEY_REVOKED));
    expect(await service.call('{ viewer { id } }', {}, withHeader('Api-Key sk_typo', cookie))).toMatchObject(
      refusal(UNAUTHENTICATED),
    );
  });

  test.each([
    ['Basic, with a raw key', () => `Basic ${Buffer.from(`${key.rawKey}:`).toString('base64')}`],
    ['Digest', () => `Digest username="${lab.owner.email}"`],
    ['no scheme', () => key.rawKey],
    ['a scheme without credential', () => 'Api-Key'],
    ['two credentials', () => `Api-Key ${key.rawKey} ${key.rawKey}`],
    ['an empty header', () => ''],
    ['a longer scheme', () => `X-Api-Key ${key.rawKey}`],
  ])('another scheme than Api-Key or Bearer is UNAUTHENTICATED, without data: %s', async (_name, header) => {
    for (const document of ['{ __typename }', '{ viewer { id } }', 'mutation { signOut }']) {
      const answer = await service.call(document, {}, withHeader(header(), lab.owner.cookie));
      expect(answer).toMatchObject(refusal(UNAUTHENTICATED));
      expect(JSON.parse(answer.text)).not.toHaveProperty('data');
      expect(answer.headers.get('www-authenticate')).toMatch(/^Api-Key\b/);
    }
  });

  test('the scheme may be Bearer, and its letters of either case, as HTTP wants it', async () => {
    for (const scheme of ['Api-Key', 'api-key', 'Bearer', 'BEARER']) {
      const answer = await service.call(
        PREDICT,
        { deploymentId: lab.deploymentId, spectra: gasoline() },
        withHeader(`${scheme} ${key.rawKey}`),
      );
      expect(answer.status, scheme).toBe(200);
    }
  });

  test('a Basic credential belongs to a proxy and is ignored', async () => {
    const basic = `Basic ${Buffer.from('proxy:password').toString('base64')}`;
    const answer = await service.call('{ viewer { id } }', {}, withHeader(basic, lab.owner.cookie));
    expect(answer.data?.viewer?.id).toBe(lab.owner.id);
  });

  test.each([
    ['unknown', () => `spectrakey_session=${Buffer.alloc(32).toString('base64url')}`],
    ['empty', () => 'spectrakey_session='],
    ['badly encoded', () => 'spectrakey_session=%E0%A4%A'],
    ['holding NUL', () => 'spectrakey_session=%00'],
  ])('a cookie that is %s counts as absent and is cleared', async (_name, cookie) => {
    const as = { cookie: cookie() };
    const viewer = await service.call('{ viewer { id } }', {}, as);
    expect(viewer).toMatchObject({ status: 200, data: { viewer: null }, errors: [] });
    const refused = await service.call('mutation { signOut }', {}, as);
    expect(refused).toMatchObject(refusal(UNAUTHENTICATED));
    for (const { headers } of [viewer, refused]) {
      expect(headers.getSetCookie()).toEqual([
        expect.stringMatching(/^spectrakey_session=;.*Expires=Thu, 01 Jan 1970/),
      ]);
    }
  });

  test('signing in with an invalid cookie sets the new one alone', async () => {
    const answer = await service.call(
      SIGN_IN,
      { email: bystander.email, password: bystander.password },
      { cookie: 'spectrakey_session=dead' },
    );
    expect(answer.headers.getSetCookie()).toHaveLength(1);
    const { viewer } = await service.ask('{ viewer { id } }', {}, { cookie: cookieOf(answer) });
    expect(viewer?.id).toBe(bystander.id);
  });
});

describe('checks run in the order credential, visibility, role, plan feature, input, limits', () => {
  const broken = { name: '', expiresAt: new Date(0) };

  test('of createApiKey, the first that fails answers', async () => {
    const { service: own, lab: full, contributor, viewer } = await crowdedLab();
    const target = { projectId: full.owner.projectId };
    const stranger = await signUp(own, 'Stranger');
    // Everything is wrong at first; each request fixes the cause of the refusal before it.
    await setPlan(own.db, full.owner.organization.slug, 'FREE');
    const ask = async (as: Credential | undefined, more: object = broken) =>
      await own.call(CREATE_KEY, { input: { target, ...more } }, as);
    expect(await ask({ headers: { authorization: 'Api-Key sk_typo' } })).toMatchObject(
      refusal(UNAUTHENTICATED),
    );
    expect(await ask(undefined)).toMatchObject(refusal(UNAUTHENTICATED));
    expect(await ask(stranger)).toMatchObject(refusal(NOT_FOUND));
    expect(await ask(viewer)).toMatchObject(refusal(FORBIDDEN));
    expect(await ask(contributor)).toMatchObject(refusal(codes.PLAN_FEATURE_REQUIRED));
    await setPlan(own.db, full.owner.organization.slug, 'PRO');
    expect(await ask(contributor)).toMatchObject(refusal(codes.BAD_USER_INPUT));
    expect(await ask(contributor, { name: 'One more' })).toMatchObject(refusal(codes.API_KEY_LIMIT_REACHED));
  });

  test('of predict with a key, the first that fails answers', async () => {
    const { service: own, lab: full, keys: made } = await crowdedLab();
    const elsewhere = await openLab(own, 'PRO', 'Elsewhere');
    const [key, revoked] = made;
    if (!key || !revoked) throw new Error('no keys');
    await own.ask(REVOKE_KEY, { id: revoked.id }, full.owner);
    await setPlan(own.db, full.owner.organization.slug, 'FREE');
    const ask = async (as: Credential, deploymentId: string, spectra: object[] = []) =>
      await own.call(PREDICT, { deploymentId, spectra }, as);
    expect(await ask(revoked, elsewhere.deploymentId)).toMatchObject(refusal(codes.API_KEY_REVOKED));
    expect(await ask(key, elsewhere.deploymentId)).toMatchObject(refusal(API_KEY_NOT_AUTHORIZED));
    expect(await ask(key, full.deploymentId)).toMatchObject(refusal(codes.PLAN_FEATURE_REQUIRED));
    await setPlan(own.db, full.owner.organization.slug, 'PRO');
    expect(await ask(key, full.deploymentId)).toMatchObject(refusal(codes.BAD_USER_INPUT));
    expect(await ask(key, full.deploymentId, gasoline())).toMatchObject(refusal(codes.QUOTA_EXCEEDED));
  });

  test('a key without the scope to predict predicts nothing', async () => {
    const own = await startServiceForTest();
    const { owner, deploymentId } = await openLab(own, 'PRO');
    const key = await createKey(own, owner, { deploymentId });
    const predict = () => own.call(PREDICT, { deploymentId, spectra: gasoline() }, key);
    expect((await predict()).status).toBe(200);
    // There is only one scope so far.
    await sql`update api_keys set scopes = '{}'`.execute(own.db);
    expect(await predict()).toMatchObject(refusal(API_KEY_NOT_AUTHORIZED));
  });

  test('of predict by a person, the first that fails answers', async () => {
    const { service: own, lab: full, contributor, viewer } = await crowdedLab();
    const stranger = await signUp(own, 'Stranger');
    const ask = async (as: Credential | undefined, spectra: object[] = []) =>
      await own.call(PREDICT, { deploymentId: full.deploymentId, spectra }, as);
    expect(await ask(undefined)).toMatchObject(refusal(UNAUTHENTICATED));
    expect(await ask(stranger)).toMatchObject(refusal(NOT_FOUND));
    expect(await ask(viewer)).toMatchObject(refusal(FORBIDDEN));
    expect(await ask(contributor)).toMatchObject(refusal(codes.BAD_USER_INPUT));
    expect(await ask(contributor, gasoline())).toMatchObject(refusal(codes.QUOTA_EXCEEDED));
  });

  /** A laboratory that has used up its keys and predictions. */
  async function crowdedLab() {
    const own = await startServiceForTest();
    const full = await openLab(own);
    const viewer = await signUp(own, 'Vera Viewer');
    const contributor = await signUp(own, 'Conrad Contributor');
    await join(own, full.owner, viewer, 'VIEWER');
    await join(own, full.owner, contributor, 'CONTRIBUTOR');
    const made = [];
    for (let count = 0; count < 10; count++) {
      made.push(await createKey(own, full.owner, { deploymentId: full.deploymentId }));
    }
    await own.db
      .insertInto('deploymentUsage')
      .values({
        deploymentId: full.deploymentId,
        month: new Date().toISOString().slice(0, 7),
        predictions: 100_000,
        slot: 0,
      })
      .execute();
    return { service: own, lab: full, viewer, contributor, keys: made };
  }
});
