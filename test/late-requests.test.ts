import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../src/database/pool.ts';
import type { Code } from '../src/errors.ts';
import {
  ACCEPT,
  CREATE_DEPLOYMENT,
  CREATE_KEY,
  type Credential,
  codes,
  contentOf,
  createKey,
  DELETE_KEY,
  demonstration,
  END_REHEARSAL,
  headersOf,
  INVITE,
  insertPending,
  join,
  type Lab,
  openLab,
  type Person,
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
  UPDATE_KEY,
} from './harness.ts';

/** Long enough to observe a request that waits for a lock, and below the lock timeout. */
const HANDLER_MS = 1000;

const SIGN_UP = 'mutation ($input: SignUpInput!) { signUp(input: $input) { id } }';
const WEBHOOK = { url: 'https://lims.example/', events: ['API_KEY_REVOKED'] };
const LATE_PERSON = { name: 'Late', password: 'a passphrase that is late' };

let service: Service;
/** On the same database, with a shorter deadline for requests. */
let shortDeadline: Service;
let lab: Lab;
let key: { id: string; rawKey: string };
let person: Person;
let colleague: Person;
let outsider: Person;
let pending: { id: string; token: string; email: string };
let otherSessionId: string;
let webhookId: string;
let deliveryId: string;
let witness: Service['db'];

beforeAll(async () => {
  service = await startService();
  shortDeadline = await startService({
    databaseUrl: service.databaseUrl,
    httpLimits: { handlerMs: HANDLER_MS },
  });
  witness = connect({ url: service.databaseUrl, max: 2, onIdleError: () => {} });
  lab = await openLab(service, 'ENTERPRISE');
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  person = await signUp(service, 'Rita Removed');
  colleague = await signUp(service, 'Carl Colleague');
  outsider = await signUp(service, 'Oda Outsider');
  await join(service, lab.owner, colleague, 'VIEWER');
  pending = await insertPending(service, {
    organizationId: lab.owner.organization.id,
    // Longer than all tests of this file.
    expiresAt: new Date(Date.now() + 3_600_000),
  });
  // The only owner of an organization may not delete the account.
  await service.db.deleteFrom('organizations').where('id', '=', person.organization.id).execute();
  await signIn(service, person);
  ({ id: otherSessionId } = await service.db
    .selectFrom('sessions')
    .select('id')
    .where('userId', '=', person.id)
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow());
  const { createWebhook } = await service.ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } } }',
    { input: { ...WEBHOOK, organizationId: lab.owner.organization.id } },
    lab.owner,
  );
  webhookId = createWebhook.webhook.id;
  const { testWebhook } = await service.ask(
    'mutation ($id: ID!) { testWebhook(id: $id) { id } }',
    { id: webhookId },
    lab.owner,
  );
  deliveryId = testWebhook.id;
  await service.db
    .insertInto('modelQuarantines')
    .values({
      modelId: lab.modelId,
      failures: [new Date()],
      times: 1,
      until: new Date(Date.now() + 3_600_000),
    })
    .execute();
});
afterAll(async () => {
  await witness.destroy();
  await shortDeadline.close();
  await service.close();
});
beforeEach(() => setRoles('OWNER', 'OWNER', service.db));

type Roles = 'OWNER' | 'VIEWER' | null;

/** Gives the person roles in the organization and its project; null removes. */
async function setRoles(organization: 'OWNER' | 'MEMBER' | null, project: Roles, db: Service['db']) {
  const [organizationId, projectId] = [lab.owner.organization.id, lab.owner.projectId];
  await db
    .deleteFrom('organizationMembers')
    .where('userId', '=', person.id)
    .where('organizationId', '=', organizationId)
    .execute();
  await db
    .deleteFrom('projectMembers')
    .where('userId', '=', person.id)
    .where('projectId', '=', projectId)
    .execute();
  if (organization) {
    await db
      .insertInto('organizationMembers')
      .values({ organizationId, userId: person.id, role: organization })
      .execute();
  }
  if (project)
    await db.insertInto('projectMembers').values({ projectId, userId: person.id, role: project }).execute();
}

interface Ask {
  document: string;
  variables: () => object;
  /** The caller; without it, the person whose roles change. */
  as?: () => Credential | undefined;
}

/** Mutations in which a role counts, each sent by an owner. */
const MUTATIONS: Record<string, Ask & { codeOfViewer?: Code }> = {
  createProject: {
    document: 'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }',
    variables: () => ({ input: { organizationId: lab.owner.organization.id, name: 'Late' } }),
  },
  createWebhook: {
    document: 'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret } }',
    variables: () => ({ input: { ...WEBHOOK, organizationId: lab.owner.organization.id } }),
  },
  updateWebhook: {
    document: 'mutation ($input: UpdateWebhookInput!) { updateWebhook(input: $input) { id } }',
    variables: () => ({ input: { id: webhookId, url: 'https://late.example/' } }),
  },
  rotateWebhookSecret: {
    document: 'mutation ($id: ID!) { rotateWebhookSecret(id: $id) { secret } }',
    variables: () => ({ id: webhookId }),
  },
  deleteWebhook: {
    document: 'mutation ($id: ID!) { deleteWebhook(id: $id) { deletedWebhookId } }',
    variables: () => ({ id: webhookId }),
  },
  testWebhook: {
    document: 'mutation ($id: ID!) { testWebhook(id: $id) { id } }',
    variables: () => ({ id: webhookId }),
  },
  resendWebhookDelivery: {
    document: 'mutation ($id: ID!) { resendWebhookDelivery(id: $id) { id } }',
    variables: () => ({ id: deliveryId }),
  },
  renameOrganization: {
    document: 'mutation ($id: ID!) { renameOrganization(id: $id, name: "Late") { id } }',
    variables: () => ({ id: lab.owner.organization.id }),
  },
  setApiKeyPolicy: {
    document: SET_KEY_POLICY,
    variables: () => ({
      input: {
        organizationId: lab.owner.organization.id,
        expiryRequired: true,
        projectKeysAllowed: true,
      },
    }),
  },
  deleteOrganization: {
    document:
      'mutation ($id: ID!) { deleteOrganization(id: $id, name: "Olga\'s laboratory") { deletedOrganizationId } }',
    variables: () => ({ id: lab.owner.organization.id }),
  },
  setOrganizationMember: {
    document:
      'mutation ($input: SetOrganizationMemberInput!) { setOrganizationMember(input: $input) { id } }',
    variables: () => ({
      input: { organizationId: lab.owner.organization.id, email: lab.owner.email, role: 'MEMBER' },
    }),
  },
  renameProject: {
    document: 'mutation ($id: ID!) { renameProject(id: $id, name: "Late") { id } }',
    variables: () => ({ id: lab.owner.projectId }),
  },
  deleteProject: {
    document: 'mutation ($id: ID!) { deleteProject(id: $id) { deletedProjectId } }',
    variables: () => ({ id: lab.owner.projectId }),
  },
  setProjectMember: {
    document: 'mutation ($input: SetProjectMemberInput!) { setProjectMember(input: $input) { id } }',
    variables: () => ({ input: { projectId: lab.owner.projectId, email: colleague.email, role: 'OWNER' } }),
  },
  registerModel: {
    document: 'mutation ($input: RegisterModelInput!) { registerModel(input: $input) { id } }',
    variables: () => ({
      input: {
        projectId: lab.owner.projectId,
        name: 'Late',
        targetProperty: 'octane number',
        onnx: demonstration('octane.onnx').toString('base64'),
      },
    }),
  },
  setModelXAxis: {
    document: 'mutation ($input: SetModelXAxisInput!) { setModelXAxis(input: $input) { id } }',
    variables: () => ({
      input: {
        modelId: lab.modelId,
        quantity: 'OTHER',
        unit: 'point',
        values: Array.from({ length: 401 }, (_, point) => point),
      },
    }),
  },
  renameModel: {
    document: 'mutation ($id: ID!) { renameModel(id: $id, name: "Late") { id } }',
    variables: () => ({ id: lab.modelId }),
  },
  deleteModel: {
    document: 'mutation ($id: ID!) { deleteModel(id: $id) { deletedModelId } }',
    variables: () => ({ id: lab.modelId }),
  },
  createDeployment: {
    document: CREATE_DEPLOYMENT,
    variables: () => ({ input: { modelId: lab.modelId, name: 'Late' } }),
  },
  setDeploymentActive: {
    document: 'mutation ($id: ID!) { setDeploymentActive(id: $id, active: false) { id } }',
    variables: () => ({ id: lab.deploymentId }),
  },
  renameDeployment: {
    document: 'mutation ($id: ID!) { renameDeployment(id: $id, name: "Late") { id } }',
    variables: () => ({ id: lab.deploymentId }),
  },
  deleteDeployment: {
    document: 'mutation ($id: ID!) { deleteDeployment(id: $id) { deletedDeploymentId } }',
    variables: () => ({ id: lab.deploymentId }),
  },
  'createApiKey for a deployment': {
    document: CREATE_KEY,
    variables: () => ({ input: { target: { deploymentId: lab.deploymentId }, name: 'Late' } }),
  },
  'createApiKey for a project, repeatable': {
    document: CREATE_KEY,
    variables: () => ({
      input: { target: { projectId: lab.owner.projectId }, name: 'Late', idempotencyKey: 'late' },
    }),
  },
  resetQuarantine: {
    document: 'mutation ($id: ID!) { resetQuarantine(deploymentId: $id) { id } }',
    variables: () => ({ id: lab.deploymentId }),
  },
  inviteMember: {
    document: INVITE,
    variables: () => ({
      input: { organizationId: lab.owner.organization.id, email: 'late@lab.example', role: 'MEMBER' },
    }),
  },
  revokeInvitation: {
    document: 'mutation ($id: ID!) { revokeInvitation(id: $id) }',
    variables: () => ({ id: pending.id }),
    // Callers who may not invite see no invitations.
    codeOfViewer: codes.NOT_FOUND,
  },
  updateApiKey: { document: UPDATE_KEY, variables: () => ({ input: { id: key.id, name: 'Late' } }) },
  rotateApiKey: { document: ROTATE_KEY, variables: () => ({ input: { id: key.id, overlapSeconds: 60 } }) },
  rehearseApiKeyRevocation: { document: REHEARSE, variables: () => ({ id: key.id, minutes: 1 }) },
  endApiKeyRehearsal: { document: END_REHEARSAL, variables: () => ({ id: key.id }) },
  revokeApiKey: { document: REVOKE_KEY, variables: () => ({ id: key.id }) },
  deleteApiKey: { document: DELETE_KEY, variables: () => ({ id: key.id }) },
};

/** Mutations of one's own account, and of anonymous callers. */
const OWN_MUTATIONS: Record<string, Ask> = {
  acceptInvitation: {
    document: ACCEPT,
    variables: () => ({ token: pending.token }),
    as: () => outsider,
  },
  declineInvitation: {
    document: 'mutation ($token: String!) { declineInvitation(token: $token) }',
    variables: () => ({ token: pending.token }),
    as: () => undefined,
  },
  setKeyMails: {
    document: 'mutation ($id: ID!) { setKeyMails(organizationId: $id, enabled: false) { id } }',
    variables: () => ({ id: lab.owner.organization.id }),
  },
  leaveOrganization: {
    document: 'mutation ($id: ID!) { leaveOrganization(organizationId: $id) }',
    variables: () => ({ id: lab.owner.organization.id }),
  },
  createOrganization: {
    document: 'mutation { createOrganization(name: "Late") { id } }',
    variables: () => ({}),
  },
  'signUp with an organization': {
    document: SIGN_UP,
    variables: () => ({ input: { ...LATE_PERSON, email: 'late@lab.example' } }),
    as: () => undefined,
  },
  'signUp with an invitation': {
    document: SIGN_UP,
    variables: () => ({ input: { ...LATE_PERSON, email: pending.email, invitationToken: pending.token } }),
    as: () => undefined,
  },
  signIn: {
    document: SIGN_IN,
    variables: () => ({ email: person.email, password: person.password }),
    as: () => undefined,
  },
  signOut: { document: 'mutation { signOut }', variables: () => ({}) },
  revokeThisApiKey: { document: REVOKE_THIS_KEY, variables: () => ({}), as: () => key },
  endSession: {
    document: 'mutation ($id: ID!) { endSession(id: $id) }',
    variables: () => ({ id: otherSessionId }),
  },
  endOtherSessions: { document: 'mutation { endOtherSessions }', variables: () => ({}) },
  changePassword: {
    document: 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) }',
    variables: () => ({ input: { currentPassword: person.password, newPassword: 'a later passphrase' } }),
  },
  deleteAccount: {
    document: 'mutation ($password: String!) { deleteAccount(password: $password) }',
    variables: () => ({ password: person.password }),
  },
};

/** Holds the locks of mutations while one waits for it. @param meanwhile runs in the holding transaction. */
async function whileLocked(ask: () => Promise<unknown>, meanwhile: (held: Service['db']) => Promise<void>) {
  const asked = Promise.withResolvers<unknown>();
  await witness.transaction().execute(async held => {
    await sql`select from organizations where id = ${lab.owner.organization.id} for update`.execute(held);
    await sql`select from projects where id = ${lab.owner.projectId} for update`.execute(held);
    await sql`select from api_keys where id = ${key.id} for update`.execute(held);
    await sql`select from users where id = ${person.id} for update`.execute(held);
    await sql`select from sessions where user_id = ${person.id} for update`.execute(held);
    // Sign-ups wait for this lock.
    await sql`lock table users in share mode`.execute(held);
    ask().then(asked.resolve, asked.reject);
    await expect.poll(waiting, { interval: 10, timeout: 5000 }).toBe(1);
    await meanwhile(held);
  });
  return await asked.promise;
}

/** Statements that wait for a lock. */
async function waiting(): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(service.db);
  return rows[0]?.count ?? 0;
}

/** The tables, without those that count attempts and sessions. */
const content = () => contentOf(service.db);

describe.each(Object.entries(MUTATIONS))('%s', (_name, { document, variables, codeOfViewer }) => {
  test.each([
    ['is removed', null, null, codes.NOT_FOUND],
    ['may only look any more', 'MEMBER', 'VIEWER', codeOfViewer ?? codes.FORBIDDEN],
  ] as const)(
    'of a person who %s while it waits for a lock changes nothing',
    async (_what, organization, project, code) => {
      let before: unknown;
      const answer = await whileLocked(
        () => service.call(document, variables(), person),
        async held => {
          await setRoles(organization, project, held);
          before = await contentOf(held);
        },
      );
      expect(answer).toMatchObject(refusal(code));
      expect(await content()).toEqual(before);
    },
  );
});

const ALL = { ...MUTATIONS, ...OWN_MUTATIONS };

test('every mutation that waits for a lock is in this table', () => {
  const schema = buildSchema(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'));
  const asked = new Set(Object.keys(ALL).map(name => name.split(' ')[0]));
  // It is charged or refused by its own rules (test/repeated-requests.test.ts).
  expect(Object.keys(schema.getMutationType()?.getFields() ?? {}).filter(name => !asked.has(name))).toEqual([
    'predict',
  ]);
});

describe.each(Object.entries(ALL))('%s', (_name, { document, variables, as = () => person }) => {
  test('that was answered 503 while it waited for a lock changes nothing', async () => {
    const before = await content();
    const late = Promise.withResolvers<unknown>();
    await whileLocked(
      () => shortDeadline.call(document, variables(), as()).then(late.resolve, late.reject),
      // The answer comes because its deadline has passed; then the lock is released.
      async () => expect(await late.promise).toMatchObject(refusal(codes.UNAVAILABLE)),
    );
    await expect.poll(openTransactions).toBe(0);
    expect(await content()).toEqual(before);
  });

  test('whose connection was closed while it waited for a lock changes nothing', async () => {
    const before = await content();
    const closing = new AbortController();
    await whileLocked(
      () =>
        fetch(`${service.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headersOf(as()) },
          body: JSON.stringify({ query: document, variables: variables() }),
          signal: closing.signal,
        }).catch(() => {}),
      async () => {
        closing.abort();
        // By the time of a later request's answer, the server has noticed the end of that connection.
        await service.ask('{ viewer { id } }', {}, lab.owner);
      },
    );
    await expect.poll(openTransactions).toBe(0);
    expect(await content()).toEqual(before);
  });
});

async function openTransactions(): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`.execute(
    service.db,
  );
  return rows[0]?.count ?? 0;
}

test('a request that waits in vain is answered in time, and the next one is executed', async () => {
  const { createApiKey } = await service.ask(
    CREATE_KEY,
    { input: { target: { deploymentId: lab.deploymentId }, name: 'After', idempotencyKey: 'late' } },
    lab.owner,
  );
  expect(createApiKey.rawKey).toMatch(/^sk_/);
});
