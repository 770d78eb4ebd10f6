import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../src/database/pool.ts';
import { run } from './commands.ts';
import {
  CREATE_DEPLOYMENT,
  codes,
  contentOf,
  createDeployment,
  createKey,
  deploy,
  gasoline,
  join,
  type Lab,
  openLab,
  PREDICT,
  REVOKE_KEY,
  refusal,
  type Service,
  signUp,
  startService,
} from './harness.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

const DELETE_DEPLOYMENT = 'mutation ($id: ID!) { deleteDeployment(id: $id) { deletedDeploymentId } }';
const DELETE_MODEL = 'mutation ($id: ID!) { deleteModel(id: $id) { deletedModelId } }';
const DELETE_PROJECT = 'mutation ($id: ID!) { deleteProject(id: $id) { deletedProjectId } }';
const DELETE_ORGANIZATION =
  'mutation ($id: ID!, $name: String!) { deleteOrganization(id: $id, name: $name) { deletedOrganizationId } }';
const PROJECT_LOGS = `query ($id: ID!, $first: Int, $after: String) {
  project(id: $id) { predictionLogs(first: $first, after: $after) {
    nodes { id deploymentName apiKeyName deployment { id name } }
    pageInfo { hasNextPage endCursor }
  } }
}`;

/** The activity of a project or organization, oldest first: the action and the subject. */
async function activityOf({ owner }: Lab): Promise<string[]> {
  const rows = await service.db
    .selectFrom('activity')
    .select(['action', 'subject', 'actorId'])
    .where('organizationId', '=', owner.organization.id)
    // The operator's.
    .where('action', '!=', 'organization.plan_changed')
    .orderBy('id')
    .execute();
  expect(new Set(rows.map(({ actorId }) => actorId))).toEqual(new Set([owner.id]));
  return rows.map(({ action, subject }) => `${action} ${subject}`);
}

const predict = (deploymentId: string, as: Parameters<Service['call']>[2]) =>
  service.call(PREDICT, { deploymentId, spectra: gasoline() }, as);

describe('deleteDeployment', () => {
  test('revokes and deletes its own keys, keeps project-wide ones, and every step is recorded', async () => {
    const lab = await openLab(service, 'PRO', 'Della Deployment');
    const { owner, deploymentId } = lab;
    const own = await createKey(service, owner, { deploymentId }, { name: 'Own' });
    const revoked = await createKey(service, owner, { deploymentId }, { name: 'Revoked' });
    await service.ask(REVOKE_KEY, { id: revoked.id }, owner);
    const wide = await createKey(service, owner, { projectId: owner.projectId }, { name: 'Wide' });
    const answer = await service.ask(DELETE_DEPLOYMENT, { id: deploymentId }, owner);
    expect(answer).toEqual({ deleteDeployment: { deletedDeploymentId: deploymentId } });

    expect(await predict(deploymentId, own)).toMatchObject(refusal(codes.UNAUTHENTICATED));
    expect(await predict(deploymentId, wide)).toMatchObject(refusal(codes.API_KEY_NOT_AUTHORIZED));
    expect(await predict(deploymentId, owner)).toMatchObject(refusal(codes.NOT_FOUND));
    expect(await service.call(DELETE_DEPLOYMENT, { id: deploymentId }, owner)).toMatchObject(
      refusal(codes.NOT_FOUND),
    );
    const keys = await service.db
      .selectFrom('apiKeys')
      .select('name')
      .where('projectId', '=', owner.projectId)
      .execute();
    expect(keys).toEqual([{ name: 'Wide' }]);
    expect((await activityOf(lab)).slice(-5)).toEqual([
      'api_key.created Wide',
      'api_key.revoked Own',
      'api_key.deleted Own',
      'api_key.deleted Revoked',
      'deployment.deleted Octane',
    ]);
  });

  test('keeps its logs in those of the project, paginated among the others, with its last name', async () => {
    const { owner, modelId, deploymentId } = await openLab(service, 'PRO', 'Logan Logs');
    const secondLine = await createDeployment(service, owner, modelId, 'Second line');
    const key = await createKey(service, owner, { deploymentId }, { name: 'LIMS' });
    const expected: object[] = [];
    for (let call = 0; call < 7; call++) {
      const first = call % 2 === 0;
      const { predict: made } = await service.ask(
        PREDICT,
        { deploymentId: first ? deploymentId : secondLine, spectra: gasoline() },
        first ? key : owner,
      );
      expected.unshift(
        first
          ? { id: made.logId, deploymentName: 'Fuel line', apiKeyName: 'LIMS', deployment: null }
          : {
              id: made.logId,
              deploymentName: 'Second line',
              apiKeyName: null,
              deployment: { id: secondLine, name: 'Second line' },
            },
      );
    }
    await service.ask(
      'mutation ($id: ID!) { renameDeployment(id: $id, name: "Fuel line") { id } }',
      { id: deploymentId },
      owner,
    );
    await service.ask(DELETE_DEPLOYMENT, { id: deploymentId }, owner);

    const found: object[] = [];
    let after: string | null | undefined = null;
    for (;;) {
      const { project }: Awaited<ReturnType<Service['ask']>> = await service.ask(
        PROJECT_LOGS,
        { id: owner.projectId, first: 3, after },
        owner,
      );
      found.push(...(project?.predictionLogs.nodes ?? []));
      after = project?.predictionLogs.pageInfo.endCursor;
      if (!project?.predictionLogs.pageInfo.hasNextPage) break;
    }
    expect(found).toEqual(expected);
  });

  test('during calls: each call is answered and logged, or refused and not logged, and none is an internal error', async () => {
    for (let round = 0; round < 3; round++) {
      const { owner, deploymentId } = await openLab(service, 'ENTERPRISE', 'Cora Called');
      const key = await createKey(service, owner, { deploymentId });
      const first = predict(deploymentId, key);
      const calls = Array.from({ length: 40 }, (_, index) => predict(deploymentId, index % 2 ? key : owner));
      await first;
      const deleted = service.call(DELETE_DEPLOYMENT, { id: deploymentId }, owner);
      calls.push(...Array.from({ length: 40 }, (_, index) => predict(deploymentId, index % 2 ? key : owner)));
      expect((await deleted).status).toBe(200);
      const answers = await Promise.all([first, ...calls]);
      const refused = answers.filter(({ status }) => status !== 200);
      const known: (string | undefined)[] = [
        codes.UNAUTHENTICATED,
        codes.API_KEY_NOT_AUTHORIZED,
        codes.NOT_FOUND,
      ];
      expect(refused.filter(({ code }) => !known.includes(code)).map(({ text }) => text)).toEqual([]);
      const logs = await service.db
        .selectFrom('predictionLogs')
        .select('id')
        .where('deploymentId', '=', deploymentId)
        .execute();
      const answered = answers.flatMap(({ data }) => data?.predict?.logId ?? []);
      expect(logs.map(({ id }) => id).sort()).toEqual(answered.sort());
    }
  });
});

describe('deleteModel', () => {
  test('is refused while deployments call the model, and the error names them', async () => {
    const { owner, modelId, deploymentId } = await openLab(service, 'PRO', 'Mia Model');
    const before = await contentOf(service.db);
    const answer = await service.call(DELETE_MODEL, { id: modelId }, owner);
    expect(answer).toMatchObject(refusal(codes.MODEL_IN_USE));
    expect(answer.errors[0]?.message).toBe('A deployment calls this model: "Octane". Delete it first.');
    expect(await contentOf(service.db)).toEqual(before);
    await service.ask(DELETE_DEPLOYMENT, { id: deploymentId }, owner);
    expect(await service.ask(DELETE_MODEL, { id: modelId }, owner)).toEqual({
      deleteModel: { deletedModelId: modelId },
    });
  });

  test('and a concurrent createDeployment: one of the two succeeds', async () => {
    const { owner, modelId, deploymentId } = await openLab(service, 'PRO', 'Rico Race');
    await service.ask(DELETE_DEPLOYMENT, { id: deploymentId }, owner);
    const [deleted, created] = await Promise.all([
      service.call(DELETE_MODEL, { id: modelId }, owner),
      service.call(CREATE_DEPLOYMENT, { input: { modelId, name: 'Race' } }, owner),
    ]);
    expect([deleted.status, created.status]).toContain(200);
    if (deleted.status === 200) expect(created).toMatchObject(refusal(codes.NOT_FOUND));
    else expect(deleted).toMatchObject(refusal(codes.MODEL_IN_USE));
  });
});

describe('deleteProject and deleteOrganization', () => {
  test('a project is deleted with everything in it and nothing else, and every step is recorded', async () => {
    const [lab, other] = [
      await openLab(service, 'PRO', 'Per Project'),
      await openLab(service, 'PRO', 'Ola Other'),
    ];
    const { owner, deploymentId } = lab;
    const { createProject } = await service.ask(
      'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }',
      { input: { organizationId: owner.organization.id, name: 'Kept' } },
      owner,
    );
    const kept = await deploy(service, { ...owner, projectId: createProject.id }, undefined, 'Kept');
    const keys = [
      await createKey(service, owner, { projectId: owner.projectId }, { name: 'Wide' }),
      await createKey(service, owner, { deploymentId }, { name: 'Own' }),
    ];
    const others = await createKey(service, other.owner, { deploymentId: other.deploymentId });
    const steps = (await activityOf(lab)).length;
    await service.ask(DELETE_PROJECT, { id: owner.projectId }, owner);

    for (const key of keys)
      expect(await predict(deploymentId, key)).toMatchObject(refusal(codes.UNAUTHENTICATED));
    expect((await predict(kept.deploymentId, owner)).status).toBe(200);
    expect((await predict(other.deploymentId, others)).status).toBe(200);
    expect((await service.ask(PROJECT_LOGS, { id: owner.projectId }, owner)).project).toBeNull();
    expect((await activityOf(lab)).slice(steps)).toEqual([
      'api_key.revoked Wide',
      'api_key.deleted Wide',
      'api_key.revoked Own',
      'api_key.deleted Own',
      'deployment.deleted Octane',
      'model.deleted Octane',
      'project.deleted First project',
    ]);
  });

  test('an organization is deleted only when its name is typed, and for all of its members', async () => {
    const { owner, deploymentId } = await openLab(service, 'PRO', 'Orla Organization');
    const member = await signUp(service, 'Mel Member');
    await join(service, owner, member, 'CONTRIBUTOR');
    const key = await createKey(service, owner, { deploymentId });
    const { id } = owner.organization;
    for (const name of ['', "orla's laboratory", 'Orla', "Orla's laboratory II"]) {
      const before = await contentOf(service.db);
      expect(await service.call(DELETE_ORGANIZATION, { id, name }, owner)).toMatchObject(
        refusal(codes.BAD_USER_INPUT),
      );
      expect(await contentOf(service.db)).toEqual(before);
    }
    await service.ask(DELETE_ORGANIZATION, { id, name: "Orla's laboratory" }, owner);
    expect(await predict(deploymentId, key)).toMatchObject(refusal(codes.UNAUTHENTICATED));
    for (const person of [owner, member]) {
      const { viewer } = await service.ask('{ viewer { organizations { id } } }', {}, person);
      expect(viewer?.organizations.map(organization => organization.id)).not.toContain(id);
    }
    for (const table of ['projects', 'organizationMembers'] as const) {
      const left = await service.db
        .selectFrom(table)
        .select('organizationId')
        .where('organizationId', '=', id)
        .execute();
      expect(left).toEqual([]);
    }
  });
});

describe('renaming', () => {
  test('keeps the slug, applies to all versions of a model, and is recorded', async () => {
    const lab = await openLab(service, 'PRO', 'Rene Renamer');
    const { owner, modelId, deploymentId } = lab;
    await deploy(service, owner);
    const steps = (await activityOf(lab)).length;
    const rename = (field: string, id: string, name: string) =>
      service.call(
        `mutation ($id: ID!, $name: String!) { ${field}(id: $id, name: $name) { id name } }`,
        { id, name },
        owner,
      );
    for (const [field, id] of [
      ['renameOrganization', owner.organization.id],
      ['renameProject', owner.projectId],
      ['renameModel', modelId],
      ['renameDeployment', deploymentId],
    ] as const) {
      expect((await rename(field, id, '  New name ')).data).toEqual({ [field]: { id, name: 'New name' } });
      // Renaming again changes nothing.
      expect((await rename(field, id, 'New name')).status).toBe(200);
      for (const name of ['', ' ', 'x'.repeat(101), 'a\u0000b', 'right\u202eleft']) {
        expect(await rename(field, id, name)).toMatchObject(refusal(codes.BAD_USER_INPUT));
      }
    }
    expect((await activityOf(lab)).slice(steps)).toEqual([
      'organization.renamed New name',
      'project.renamed New name',
      'model.renamed New name',
      'deployment.renamed New name',
    ]);
    const { slug } = await service.db
      .selectFrom('organizations')
      .select('slug')
      .where('id', '=', owner.organization.id)
      .executeTakeFirstOrThrow();
    expect(slug).toBe(owner.organization.slug);
    const versions = await service.db
      .selectFrom('models')
      .select(['name', 'version'])
      .where('projectId', '=', owner.projectId)
      .orderBy('version')
      .execute();
    expect(versions).toEqual([
      { name: 'New name', version: 1 },
      { name: 'New name', version: 2 },
    ]);
    await deploy(service, owner, undefined, 'Another');
    expect(await rename('renameModel', modelId, 'Another')).toMatchObject(refusal(codes.BAD_USER_INPUT));
  });
});

test('activity is deleted only by age, by the operator’s command', async () => {
  await sql`
    insert into activity (id, created_at, action, subject_id, subject)
    select gen_random_uuid(), now() - number * interval '1 month' + interval '1 hour', 'project.created', gen_random_uuid(), 'Age ' || number
    from generate_series(1, 24) as number`.execute(service.db);
  const prune = (...args: string[]) =>
    run('node', ['src/main.ts', 'prune', ...args], { env: { DATABASE_URL: service.databaseUrl } });
  for (const wrong of ['0', '-1', 'x', '1.5', '']) {
    expect(await prune(`--activity-months=${wrong}`).ended).not.toBe(0);
  }
  const pruned = prune('--activity-months', '12');
  expect(await pruned.ended).toBe(0);
  expect(pruned.output()).toContain('Removed 12 rows');
  const witness = connect({ url: service.databaseUrl, max: 1, onIdleError: () => {} });
  const left = await witness
    .selectFrom('activity')
    .select('subject')
    .where('subject', 'like', 'Age %')
    .execute();
  await witness.destroy();
  expect(left).toHaveLength(12);
}, 60_000);
