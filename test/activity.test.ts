import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { setPlan } from '../src/accounts/plans.ts';
import { MAX_CHANGES } from '../src/activity/change-limit.ts';
import { makeActivityPartitions } from '../src/activity/partitions.ts';
import type { Activity, ActivityFilter } from '../src/generated/graphql.ts';
import { writeExpiryEvents } from '../src/notifications/expiry-notices.ts';
import {
  codes,
  createKey,
  DELETE_KEY,
  join,
  type Lab,
  openLab,
  type Person,
  REHEARSE,
  REVOKE_KEY,
  ROTATE_KEY,
  refusal,
  type Service,
  signUp,
  startService,
  startServiceForTest,
  UPDATE_KEY,
} from './harness.ts';

let now = new Date();
let service: Service;
let lab: Lab;

beforeAll(async () => {
  service = await startService({ now: () => now, trustedProxies: ['127.0.0.1'] });
  lab = await openLab(service);
});
afterAll(() => service.close());

const ACTIVITY = `
  fragment Entries on ActivityConnection {
    pageInfo { hasNextPage hasPreviousPage endCursor }
    edges { cursor node { id } }
    nodes {
      id createdAt action group actorKind actor { id name } network project { id } subjectId subject
      changes { field from to } details { name value }
    }
  }`;
const OF_PROJECT = `query ($id: ID!, $first: Int, $after: String, $filter: ActivityFilter) {
  project(id: $id) { activity(first: $first, after: $after, filter: $filter) { ...Entries } }
} ${ACTIVITY}`;
const OF_ORGANIZATION = `query ($id: ID!, $filter: ActivityFilter) {
  organization(id: $id) { activity(first: 100, filter: $filter) { ...Entries } }
} ${ACTIVITY}`;

async function ofProject(
  { owner }: Pick<Lab, 'owner'>,
  filter: ActivityFilter | null = null,
  more: object = {},
) {
  const { project } = await service.ask(OF_PROJECT, { id: owner.projectId, filter, ...more }, owner);
  if (!project) throw new Error('no project');
  return project.activity;
}

async function ofOrganization(by: Person, id: string, filter: ActivityFilter | null = null) {
  const { organization } = await service.ask(OF_ORGANIZATION, { id, filter }, by);
  return organization?.activity.nodes ?? [];
}

const actionsOf = (entries: readonly Activity[]) => entries.map(({ action }) => action);
const factsOf = ({ details }: Activity) =>
  Object.fromEntries(details.map(({ name, value }) => [name, value]));

test('who did what to a key, when and from which network, and what changed, is listed newest first', async () => {
  const own = await openLab(service);
  const { owner } = own;
  const from = { headers: { cookie: owner.cookie, 'x-forwarded-for': '203.0.113.7' } };
  const key = await createKey(service, owner, { deploymentId: own.deploymentId }, { name: 'LIMS' });
  await service.ask(UPDATE_KEY, { input: { id: key.id, callsPerMinute: 5, note: 'by the door' } }, from);
  const { rotateApiKey } = await service.ask(
    ROTATE_KEY,
    { input: { id: key.id, overlapSeconds: 3600 } },
    owner,
  );
  const successor = rotateApiKey.apiKey;
  await service.ask(REHEARSE, { id: successor.id, minutes: 1 }, owner);
  await service.ask(REVOKE_KEY, { id: key.id }, owner);
  await service.ask(DELETE_KEY, { id: key.id }, owner);

  const { nodes } = await ofProject(own, { groups: ['API_KEYS'] });
  expect(actionsOf(nodes)).toEqual([
    'api_key.deleted',
    'api_key.revoked',
    'api_key.rehearsed',
    'api_key.created',
    'api_key.rotated',
    'api_key.changed',
    'api_key.created',
  ]);
  expect(nodes.every(({ group, actorKind }) => group === 'API_KEYS' && actorKind === 'PERSON')).toBe(true);
  const [, , , , rotated, changed] = nodes;
  expect(changed).toMatchObject({
    createdAt: now.toISOString(),
    actor: { id: owner.id, name: 'Olga Owner' },
    network: '203.0.113.7',
    project: { id: owner.projectId },
    subjectId: key.id,
    subject: 'LIMS',
    changes: [
      { field: 'note', from: null, to: 'by the door' },
      { field: 'callsPerMinute', from: null, to: '5' },
    ],
    details: [{ name: 'prefix', value: key.prefix }],
  });
  expect(rotated && factsOf(rotated)).toMatchObject({ successorId: successor.id, prefix: key.prefix });
  // The record outlives the key.
  expect(actionsOf((await ofProject(own, { subjectId: key.id })).nodes)).toHaveLength(5);
  expect(JSON.stringify(nodes)).not.toMatch(/sk_[0-9A-Za-z]{20}/);
});

test('deployments, models, projects, members, roles and the plan are recorded, each in its group', async () => {
  const own = await openLab(service, 'PRO', 'Paula Plan');
  const { owner, deploymentId } = own;
  const ann = await signUp(service, 'Ann Adams');
  await join(service, owner, ann, 'VIEWER', 'ADMIN');
  const change = (document: string, variables: object) => service.ask(document, variables, owner);
  await change('mutation ($id: ID!) { setDeploymentActive(id: $id, active: false) { id } }', {
    id: deploymentId,
  });
  await change('mutation ($id: ID!) { renameProject(id: $id, name: "Fuel") { id } }', {
    id: owner.projectId,
  });
  await change('mutation ($input: SetProjectMemberInput!) { setProjectMember(input: $input) { id } }', {
    input: { projectId: owner.projectId, email: ann.email, role: 'CONTRIBUTOR' },
  });
  await setPlan(service.db, owner.organization.slug, 'ENTERPRISE');
  const { nodes } = await ofProject(own);
  expect(nodes.slice(0, 6).map(({ action, changes }) => [action, changes])).toEqual([
    ['project_member.role_changed', [{ field: 'role', from: 'VIEWER', to: 'CONTRIBUTOR' }]],
    ['project.renamed', [{ field: 'name', from: expect.any(String), to: 'Fuel' }]],
    ['deployment.deactivated', []],
    ['project_member.added', []],
    ['deployment.created', []],
    ['model.registered', []],
  ]);
  for (const group of ['DEPLOYMENTS', 'MODELS', 'PROJECTS', 'MEMBERS'] as const) {
    const of = await ofProject(own, { groups: [group] });
    expect(of.nodes.map(({ id }) => id)).toEqual(
      nodes.filter(entry => entry.group === group).map(({ id }) => id),
    );
    expect(of.nodes.length).toBeGreaterThan(0);
  }
  const [latest] = await ofOrganization(owner, owner.organization.id, { groups: ['ORGANIZATION'] });
  expect(latest).toMatchObject({
    action: 'organization.plan_changed',
    actor: null,
    actorKind: 'OPERATOR',
    network: null,
    changes: [{ field: 'plan', from: 'PRO', to: 'ENTERPRISE' }],
  });
});

test('a change of a webhook has the old and the new host and events', async () => {
  const { owner } = await openLab(service, 'PRO', 'Wanda Webhook');
  const organizationId = owner.organization.id;
  const { createWebhook } = await service.ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } } }',
    { input: { organizationId, url: 'https://lims.example/hook', events: ['API_KEY_CREATED', 'QUOTA_80'] } },
    owner,
  );
  const { id } = createWebhook.webhook;
  await service.ask(
    'mutation ($input: UpdateWebhookInput!) { updateWebhook(input: $input) { id } }',
    { input: { id, url: 'https://other.example/hook', events: ['QUOTA_100'] } },
    owner,
  );
  const [entry] = await ofOrganization(owner, organizationId, { groups: ['WEBHOOKS'] });
  expect(entry).toMatchObject({
    action: 'webhook.changed',
    subject: 'other.example',
    changes: [
      { field: 'host', from: 'lims.example', to: 'other.example' },
      { field: 'events', from: 'api_key.created quota.80', to: 'quota.100' },
    ],
    details: [],
  });
});

test('pages are read with cursors, and filters combine: group, person, subject and period', async () => {
  const own = await openLab(service, 'PRO', 'Petra Pages');
  const ben = await signUp(service, 'Ben Baker');
  await join(service, own.owner, ben, 'CONTRIBUTOR');
  const target = { deploymentId: own.deploymentId };
  const started = now;
  await createKey(service, own.owner, target);
  now = new Date(now.getTime() + 60_000);
  const mine = await createKey(service, ben, target);
  now = new Date(now.getTime() + 60_000);
  await service.ask(REVOKE_KEY, { id: mine.id }, own.owner);

  const all = (await ofProject(own)).nodes.map(({ id }) => id);
  const read: string[] = [];
  let after: string | null = null;
  for (let page = 0; page < 20; page++) {
    const { pageInfo, nodes, edges } = await ofProject(own, null, { first: 2, after });
    expect(edges.map(({ cursor }) => cursor)).toEqual(nodes.map(({ id }) => id));
    expect(pageInfo.hasPreviousPage).toBe(page > 0);
    read.push(...nodes.map(({ id }) => id));
    after = pageInfo.endCursor ?? null;
    if (!pageInfo.hasNextPage) break;
  }
  expect(read).toEqual(all);

  const filtered = async (filter: ActivityFilter) => actionsOf((await ofProject(own, filter)).nodes);
  expect(await filtered({ actorId: ben.id })).toEqual(['api_key.created']);
  expect(await filtered({ subjectId: mine.id })).toEqual(['api_key.revoked', 'api_key.created']);
  expect(await filtered({ subjectId: mine.id, actorId: ben.id })).toEqual(['api_key.created']);
  const second = new Date(started.getTime() + 60_000);
  expect(await filtered({ since: second, until: now })).toEqual(['api_key.created']);
  expect(await filtered({ since: now })).toEqual(['api_key.revoked']);
  expect(await filtered({ groups: ['MEMBERS', 'API_KEYS'], since: started })).toEqual([
    'api_key.revoked',
    'api_key.created',
    'api_key.created',
    'project_member.added',
  ]);
  expect(await filtered({ actorId: 'not an id' })).toEqual([]);
  const wrong: [ActivityFilter, message: RegExp][] = [
    [{ groups: [] }, /at least one group/],
    [{ since: now, until: started }, /"until" must be after "since"/],
    [{ since: now, until: now }, /"until" must be after "since"/],
  ];
  for (const [filter, message] of wrong) {
    const answer = await service.call(OF_PROJECT, { id: own.owner.projectId, filter }, own.owner);
    expect(answer.code).toBe(codes.BAD_USER_INPUT);
    expect(answer.errors[0]?.message).toMatch(message);
  }
});

test('owners see all of their organization, admins what they see otherwise, members nothing, others neither', async () => {
  const own = await openLab(service, 'PRO', 'Otto Owner');
  const { organization, projectId } = own.owner;
  const [admin, member, viewer] = await Promise.all(
    ['Ada Admin', 'Mia Member', 'Vera Viewer'].map(name => signUp(service, name)),
  );
  if (!admin || !member || !viewer) throw new Error('nobody');
  await join(service, own.owner, admin, null, 'ADMIN');
  await join(service, own.owner, member, null);
  await join(service, own.owner, viewer, 'VIEWER');
  await createKey(service, own.owner, { projectId });
  const create = 'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }';
  await service.ask(create, { input: { organizationId: organization.id, name: 'Hers' } }, admin);

  const all = actionsOf(await ofOrganization(own.owner, organization.id));
  expect(all).toEqual(expect.arrayContaining(['api_key.created', 'project.created', 'organization.created']));
  const seen = await ofOrganization(admin, organization.id);
  expect(actionsOf(seen)).not.toContain('api_key.created');
  expect(seen.map(({ subject }) => subject)).toContain('Hers');
  expect(actionsOf(seen)).toContain('organization.created');
  expect(await ofOrganization(member, organization.id)).toEqual([]);
  expect(await ofOrganization(viewer, organization.id)).toEqual([]);

  const foreign = await service.ask(OF_ORGANIZATION, { id: organization.id }, lab.owner);
  expect(foreign.organization).toBeNull();

  const asViewer = await service.ask(OF_PROJECT, { id: projectId }, viewer);
  expect(actionsOf(asViewer.project?.activity.nodes ?? [])).toContain('api_key.created');
  for (const stranger of [admin, member, lab.owner]) {
    expect((await service.ask(OF_PROJECT, { id: projectId }, stranger)).project).toBeNull();
  }
});

test('someone who deleted their account is no longer named, and what they did stays', async () => {
  const own = await openLab(service, 'PRO', 'Olaf Other');
  const ann = await signUp(service, 'Ann Archer');
  await join(service, own.owner, ann, 'CONTRIBUTOR');
  await createKey(service, ann, { projectId: own.owner.projectId });
  await service.db.deleteFrom('organizations').where('id', '=', ann.organization.id).execute();
  await service.ask(
    'mutation ($password: String!) { deleteAccount(password: $password) }',
    { password: ann.password },
    ann,
  );
  const [created, added] = (await ofProject(own, { groups: ['API_KEYS', 'MEMBERS'] })).nodes;
  expect(created).toMatchObject({ action: 'api_key.created', actor: null, actorKind: 'PERSON' });
  expect(added).toMatchObject({ action: 'project_member.added', subject: 'deleted account' });
});

test('an expiry is recorded once, by the server, with or without a webhook', async () => {
  const own = await startServiceForTest();
  const { owner } = await openLab(own);
  const key = await createKey(
    own,
    owner,
    { projectId: owner.projectId },
    {
      expiresAt: new Date(Date.now() + 60_000),
    },
  );
  const past = new Date(Date.now() - 1000);
  await own.db.updateTable('apiKeys').set({ expiresAt: past }).where('id', '=', key.id).execute();
  const expired = async () => {
    const { project } = await own.ask(
      OF_PROJECT,
      { id: owner.projectId, filter: { subjectId: key.id } },
      owner,
    );
    return project?.activity.nodes.filter(({ action }) => action === 'api_key.expired') ?? [];
  };
  const notice = () =>
    own.db.transaction().execute(trx => writeExpiryEvents(trx, new Date(), { forMails: false }));
  await Promise.all([notice(), notice()]);
  await notice();
  const entries = await expired();
  expect(entries).toHaveLength(1);
  expect(entries[0]).toMatchObject({
    actor: null,
    actorKind: 'SERVER',
    network: null,
    subject: 'Integration',
  });
  expect(entries[0]?.details).toContainEqual({ name: 'expiresAt', value: past.toISOString() });
});

test('the database refuses to change, delete or empty the activity, also in its partitions', async () => {
  const own = await startServiceForTest();
  await openLab(own);
  const { rows: partitions } = await sql<{ name: string }>`
    select relname as name from pg_class join pg_inherits on inhrelid = pg_class.oid
    where inhparent = 'activity'::regclass`.execute(own.db);
  expect(partitions.length).toBeGreaterThanOrEqual(4);
  const before = await own.db.selectFrom('activity').selectAll().orderBy('id').execute();
  const month = `activity_${new Date().toISOString().slice(0, 7).replace('-', '_')}`;
  for (const name of ['activity', month]) {
    const table = sql.table(name);
    for (const statement of [
      sql`update ${table} set subject = 'x'`,
      sql`update ${table} set subject = 'deleted account'`,
      sql`update ${table} set actor_id = null, actor_email = null where actor_id is not null`,
      sql`update ${table} set created_at = created_at - interval '1 month'`,
      sql`delete from ${table}`,
      sql`truncate ${table}`,
    ]) {
      await expect(statement.execute(own.db)).rejects.toThrow('append-only');
    }
  }
  // Not even of someone who is named among the deleted accounts and has an account.
  const [person] = await own.db.selectFrom('users').select('id').execute();
  await own.db
    .insertInto('deletedAccounts')
    .values({ userId: person?.id ?? '', deletedAt: now })
    .execute();
  await sql`select erase_from_activity(${person?.id}, 10)`.execute(own.db);
  expect(await own.db.selectFrom('activity').selectAll().orderBy('id').execute()).toEqual(before);
});

test('a month without a partition is recorded all the same, and gets one later with its rows', async () => {
  const far = new Date('2033-05-20T12:00:00Z');
  const own = await startServiceForTest({ now: () => far });
  await openLab(own);
  const inDefault = () => sql`select id from activity_default`.execute(own.db);
  const rows = await own.db.selectFrom('activity').selectAll().orderBy('id').execute();
  expect(rows.length).toBeGreaterThan(3);
  // The entry of the plan has the real time.
  expect((await inDefault()).rows.length).toBeGreaterThanOrEqual(rows.length - 1);
  await makeActivityPartitions(own.db, far);
  await makeActivityPartitions(own.db, far);
  expect((await inDefault()).rows).toEqual([]);
  expect(await own.db.selectFrom('activity').selectAll().orderBy('id').execute()).toEqual(rows);
  await expect(sql`delete from activity_2033_05`.execute(own.db)).rejects.toThrow('append-only');
  await expect(sql`truncate activity_2033_05`.execute(own.db)).rejects.toThrow('append-only');
});

test('a person can make a bounded number of changes an hour in an organization; what ends an access is never refused', async () => {
  const { owner, deploymentId } = await openLab(service, 'PRO', 'Busy Owner');
  const { id } = await createKey(service, owner, { deploymentId });
  const colleague = await signUp(service, 'Clara Colleague');
  await join(service, owner, colleague, 'OWNER');
  const rename = (by: Person) =>
    service.call(
      'mutation ($id: ID!, $name: String!) { renameDeployment(id: $id, name: $name) { name } }',
      { id: deploymentId, name: `Named by ${by.id} at ${now.getTime()}` },
      by,
    );
  await sql`
    insert into activity (id, created_at, action, actor_id, organization_id, project_id, subject_id, subject)
    select gen_random_uuid(), ${now}, 'deployment.renamed', ${owner.id}, ${owner.organization.id}, ${owner.projectId},
      gen_random_uuid(), 'Octane'
    from generate_series(1, ${MAX_CHANGES}::int)`.execute(service.db);
  expect(await rename(owner)).toMatchObject(refusal(codes.RATE_LIMITED));
  expect((await rename(colleague)).status).toBe(200);
  expect((await service.call(REVOKE_KEY, { id }, owner)).data?.revokeApiKey.status).toBe('REVOKED');
  expect((await service.call(DELETE_KEY, { id }, owner)).status).toBe(200);
  now = new Date(now.getTime() + 60 * 60 * 1000);
  expect((await rename(owner)).status).toBe(200);
});

test('thirty pages with as many filters are read with three statements', async () => {
  const { owner, deploymentId } = lab;
  const filters = [
    'groups: [API_KEYS, MODELS]',
    `actorId: "${owner.id}", groups: [DEPLOYMENTS]`,
    `subjectId: "${deploymentId}"`,
  ];
  const pages = Array.from(
    { length: 30 },
    (_, at) =>
      `a${at}: activity(first: ${1 + at}, filter: { ${filters[at % 3]} }) {
        nodes { id actor { name } project { name } changes { field } }
      }`,
  );
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  const { project } = await service.ask(
    `query ($id: ID!) { project(id: $id) { ${pages.join(' ')} } }`,
    { id: owner.projectId },
    owner,
  );
  const texts = spy.mock.calls.map(([config]) => String(Object(config).text ?? config));
  spy.mockRestore();
  expect(Object.keys(project ?? {})).toHaveLength(30);
  expect(texts.filter(text => text.includes('from activity'))).toHaveLength(3);
  expect(texts.length).toBeLessThan(10);
});
