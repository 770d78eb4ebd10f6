import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setPlan } from '../src/accounts/plans.ts';
import { connect } from '../src/database/pool.ts';
import { makeLogPartitions } from '../src/predictions/partitions.ts';
import {
  CREATE_DEPLOYMENT,
  CREATE_KEY,
  codes,
  createKey,
  deploy,
  gasoline,
  openLab,
  type Person,
  PREDICT,
  REVOKE_KEY,
  refusal,
  type Service,
  signUp,
  startService,
} from './harness.ts';
import { linearRegression } from './onnx-files.ts';

let service: Service;
/** A second server on the same database. */
let secondServer: Service;

beforeAll(async () => {
  service = await startService();
  secondServer = await startService({ databaseUrl: service.databaseUrl });
});
afterAll(async () => {
  await secondServer.close();
  await service.close();
});

const CREATE_PROJECT = 'mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }';
const REGISTER = 'mutation ($input: RegisterModelInput!) { registerModel(input: $input) { id version } }';
const DELETE_DEPLOYMENT = 'mutation ($id: ID!) { deleteDeployment(id: $id) { deletedDeploymentId } }';
const DELETE_MODEL = 'mutation ($id: ID!) { deleteModel(id: $id) { deletedModelId } }';
const ALLOWANCE = `{ viewer { organizations {
  plan { maxProjects maxModels maxDeployments maxStorageMb }
  allowance {
    projects { used limit } models { used limit } deployments { used limit } storageBytes { used limit }
  }
} } }`;

const createProject = (owner: Person, name: string, on = service) =>
  on.call(CREATE_PROJECT, { input: { organizationId: owner.organization.id, name } }, owner);
const createDeployment = (owner: Person, modelId: string, on = service) =>
  on.call(CREATE_DEPLOYMENT, { input: { modelId, name: 'Line' } }, owner);
const register = (
  owner: Person,
  onnx: Uint8Array,
  { name = 'Model', projectId = owner.projectId, on = service } = {},
) =>
  on.call(
    REGISTER,
    { input: { projectId, name, targetProperty: 'x', onnx: Buffer.from(onnx).toString('base64') } },
    owner,
  );
/** A model file of about this many bytes, unlike any other. */
const fileOf = (bytes: number, seed: number) =>
  linearRegression({
    weights: Array.from({ length: Math.ceil(bytes / 4) }, (_, at) => (at === 0 ? seed : 0)),
  });

async function allowanceOf(owner: Person) {
  const { viewer } = await service.ask(ALLOWANCE, {}, owner);
  const [organization] = viewer?.organizations ?? [];
  if (!organization) throw new Error('no organization');
  return organization;
}

/** Sets a limit of the plan for the test's organization alone: plans are rows, so others keep theirs. */
async function setBounds(
  bounds: Partial<Record<'maxProjects' | 'maxModels' | 'maxDeployments' | 'maxStorageMb', number>>,
) {
  await service.db.updateTable('plans').set(bounds).where('name', '=', 'ENTERPRISE').execute();
}

test('the plans have the documented limits, and an organization sees its usage of them', async () => {
  const owner = await signUp(service, 'Fred Free');
  const onnx = fileOf(400, 1);
  await deploy(service, owner, onnx, 'One');
  expect(await allowanceOf(owner)).toEqual({
    plan: { maxProjects: 3, maxModels: 10, maxDeployments: 5, maxStorageMb: 100 },
    allowance: {
      projects: { used: 1, limit: 3 },
      models: { used: 1, limit: 10 },
      deployments: { used: 1, limit: 5 },
      storageBytes: { used: onnx.byteLength, limit: 100_000_000 },
    },
  });
  await setPlan(service.db, owner.organization.slug, 'PRO');
  expect((await allowanceOf(owner)).plan).toEqual({
    maxProjects: 20,
    maxModels: 200,
    maxDeployments: 50,
    maxStorageMb: 2000,
  });
});

describe('a limit is exact, however many ask at once and over several servers:', () => {
  const at = (index: number) => (index % 2 ? service : secondServer);

  test('projects', async () => {
    const owner = await signUp(service, 'Petra Projects');
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => createProject(owner, `Project ${index}`, at(index))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(answer).toMatchObject(refusal(codes.PLAN_LIMIT_REACHED));
      expect(answer.errors[0]).toMatchObject({
        message: expect.stringMatching(/as many projects as its plan allows \(3\)\. Delete a project/),
        extensions: { limit: 'projects', max: 3 },
      });
    }
    expect((await allowanceOf(owner)).allowance.projects).toEqual({ used: 3, limit: 3 });
  });

  test('models, in all projects together', async () => {
    const owner = await signUp(service, 'Mona Models');
    const { data } = await createProject(owner, 'Second');
    const projects = [owner.projectId, data?.createProject.id ?? ''];
    const onnx = fileOf(40, 2);
    const answers = await Promise.all(
      Array.from({ length: 14 }, (_, index) =>
        register(owner, onnx, { projectId: projects[index % 2] ?? '', on: at(index) }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(answer).toMatchObject(refusal(codes.PLAN_LIMIT_REACHED));
    }
  });

  test('deployments, in all projects together', async () => {
    const owner = await signUp(service, 'Dora Deployments');
    const modelIds = [(await deploy(service, owner, fileOf(40, 3))).modelId];
    for (const name of ['Second', 'Third']) {
      const { data } = await createProject(owner, name);
      const model = await register(owner, fileOf(40, 3), { projectId: data?.createProject.id ?? '' });
      modelIds.push(model.data?.registerModel.id ?? '');
    }
    // All of a person's requests that may run at once wait for locks before the first gets one, so that they race.
    const witness = connect({ url: service.databaseUrl, max: 1, onIdleError: () => {} });
    const held = await witness.startTransaction().execute();
    await sql`select from projects where organization_id = ${owner.organization.id} for update`.execute(held);
    const asked = Promise.all(
      Array.from({ length: 12 }, (_, index) => createDeployment(owner, modelIds[index % 3] ?? '', at(index))),
    );
    await expect
      .poll(
        async () => {
          const { rows } = await sql`
            select from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`.execute(service.db);
          return rows.length;
        },
        { interval: 10 },
      )
      .toBe(6);
    await held.rollback().execute();
    await witness.destroy();
    const answers = await asked;
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(4);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(answer).toMatchObject(refusal(codes.PLAN_LIMIT_REACHED));
    }
  });

  test('bytes of model files, and a refused file is not stored', async () => {
    const owner = await signUp(service, 'Stan Storage');
    await setPlan(service.db, owner.organization.slug, 'ENTERPRISE');
    await setBounds({ maxStorageMb: 1 });
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        register(owner, fileOf(300_000, 10 + index), { on: at(index) }),
      ),
    );
    await setBounds({ maxStorageMb: 20_000 });
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(answer).toMatchObject(refusal(codes.PLAN_LIMIT_REACHED));
    }
    const { used } = (await allowanceOf(owner)).allowance.storageBytes;
    expect(used).toBeLessThanOrEqual(1_000_000);
    const stored = await service.db
      .selectFrom('modelFiles')
      .select(eb => eb.fn.sum<number>('bytes').as('bytes'))
      .where('organizationId', '=', owner.organization.id)
      .executeTakeFirstOrThrow();
    expect(Number(stored.bytes)).toBe(used);
  });
});

test('the axis and the calibration spectra of a model count 8 bytes a number, at registration and later', async () => {
  const owner = await signUp(service, 'Axel Axis');
  await setPlan(service.db, owner.organization.slug, 'ENTERPRISE');
  const used = async () => (await allowanceOf(owner)).allowance.storageBytes.used;
  const points = 10_000;
  const onnx = linearRegression({ weights: Array(points).fill(1) });
  const axis = { quantity: 'OTHER', unit: 'point', first: 1, last: points };
  const band = { yMin: Array(points).fill(0), yMax: Array(points).fill(1) };
  const input = { projectId: owner.projectId, name: 'Long', targetProperty: 'x' };
  const file = { onnx: Buffer.from(onnx).toString('base64') };
  const registered = (more: object) =>
    service.call(REGISTER, { input: { ...input, ...file, ...more } }, owner);
  const setAxis = (modelId: string) =>
    service.call(
      'mutation ($input: SetModelXAxisInput!) { setModelXAxis(input: $input) { id } }',
      {
        input: {
          modelId,
          quantity: 'OTHER',
          unit: 'point',
          values: Array.from({ length: points }, (_, i) => i),
        },
      },
      owner,
    );
  await registered({ xAxis: axis, calibration: band });
  expect(await used()).toBe(onnx.byteLength + 24 * points);
  const { data } = await registered({});
  expect(await used()).toBe(onnx.byteLength + 24 * points);

  await setBounds({ maxStorageMb: 0 });
  expect(await setAxis(data?.registerModel.id ?? '')).toMatchObject(refusal(codes.PLAN_LIMIT_REACHED));
  expect(await registered({ xAxis: axis })).toMatchObject(refusal(codes.PLAN_LIMIT_REACHED));
  expect((await registered({})).status).toBe(200);
  await setBounds({ maxStorageMb: 20_000 });
  expect((await setAxis(data?.registerModel.id ?? '')).status).toBe(200);
  expect(await used()).toBe(onnx.byteLength + 32 * points);
});

test('an organization above its plan keeps what it has, and creates no more', async () => {
  const { owner, modelId, deploymentId } = await openLab(service, 'PRO', 'Dana Downgraded');
  for (let count = 0; count < 6; count++) expect((await createDeployment(owner, modelId)).status).toBe(200);
  await setPlan(service.db, owner.organization.slug, 'FREE');
  expect((await allowanceOf(owner)).allowance.deployments).toEqual({ used: 7, limit: 5 });
  expect(await createDeployment(owner, modelId)).toMatchObject(refusal(codes.PLAN_LIMIT_REACHED));
  expect((await service.call(PREDICT, { deploymentId, spectra: gasoline() }, owner)).status).toBe(200);
});

describe('identical files', () => {
  test('are stored once for each organization, and deleted with the last model that uses them', async () => {
    const [one, two] = [await signUp(service, 'Ida Identical'), await signUp(service, 'Ivo Identical')];
    const onnx = fileOf(10_000, 4);
    const ids: string[] = [];
    for (const owner of [one, one, one, two])
      ids.push((await register(owner, onnx)).data?.registerModel.id ?? '');
    const used = async (owner: Person) => (await allowanceOf(owner)).allowance.storageBytes.used;
    expect([await used(one), await used(two)]).toEqual([onnx.byteLength, onnx.byteLength]);
    const files = () =>
      service.db
        .selectFrom('modelFiles')
        .select('organizationId')
        .where('organizationId', 'in', [one.organization.id, two.organization.id])
        .execute();
    expect(await files()).toHaveLength(2);
    const [first = '', second = '', third = ''] = ids;
    for (const id of [first, third]) await service.ask(DELETE_MODEL, { id }, one);
    expect(await used(one)).toBe(onnx.byteLength);
    await service.ask(DELETE_MODEL, { id: second }, one);
    expect([await used(one), await used(two)]).toEqual([0, onnx.byteLength]);
    expect(await files()).toEqual([{ organizationId: two.organization.id }]);
  });

  test('that are registered and deleted at once leave no model without its file', async () => {
    const owner = await signUp(service, 'Rae Race');
    const onnx = fileOf(1000, 5);
    for (let round = 0; round < 5; round++) {
      const { data } = await register(owner, onnx);
      const id = data?.registerModel.id ?? '';
      const [again] = await Promise.all([
        register(owner, onnx, { on: secondServer }),
        service.call(DELETE_MODEL, { id }, owner),
      ]);
      const next = again.data?.registerModel.id ?? '';
      expect(again.status).toBe(200);
      const { rows } = await sql`
        select 1 from models join model_files on model_files.id = models.file_id where models.id = ${next}`.execute(
        service.db,
      );
      expect(rows).toHaveLength(1);
      await service.ask(DELETE_MODEL, { id: next }, owner);
    }
    expect((await allowanceOf(owner)).allowance.storageBytes.used).toBe(0);
  });
});

describe('deleting resets no quota:', () => {
  const spectrum = { sampleName: 'S', yValues: Array.from({ length: 10 }, () => 1) };

  test('a deployment that answered this month counts until the month ends', async () => {
    let now = new Date('2031-05-20T12:00:00Z');
    const later = await startService({ databaseUrl: service.databaseUrl, now: () => now });
    try {
      await makeLogPartitions(later.db, now);
      const owner = await signUp(later, 'Quentin Quota');
      const { modelId, deploymentId } = await deploy(later, owner, fileOf(40, 6));
      const ids = [deploymentId];
      for (let count = 0; count < 4; count++) {
        ids.push((await createDeployment(owner, modelId, later)).data?.createDeployment.id ?? '');
      }
      const [answered = '', ...silent] = ids;
      await later.ask(PREDICT, { deploymentId: answered, spectra: [spectrum] }, owner);
      for (const id of [answered, ...silent]) await later.ask(DELETE_DEPLOYMENT, { id }, owner);
      const created = await Promise.all(
        Array.from({ length: 6 }, () => createDeployment(owner, modelId, later)),
      );
      expect(created.filter(({ status }) => status === 200)).toHaveLength(4);
      expect(created.find(({ status }) => status !== 200)).toMatchObject(refusal(codes.PLAN_LIMIT_REACHED));
      now = new Date('2031-06-01T00:00:01Z');
      expect((await createDeployment(owner, modelId, later)).status).toBe(200);
      expect(await createDeployment(owner, modelId, later)).toMatchObject(refusal(codes.PLAN_LIMIT_REACHED));
    } finally {
      await later.close();
    }
  });

  test('also when its project is deleted', async () => {
    const owner = await signUp(service, 'Pia Projectless');
    const { deploymentId } = await deploy(service, owner, fileOf(40, 7));
    await service.ask(PREDICT, { deploymentId, spectra: [spectrum] }, owner);
    await service.ask(
      'mutation ($id: ID!) { deleteProject(id: $id) { deletedProjectId } }',
      { id: owner.projectId },
      owner,
    );
    expect((await allowanceOf(owner)).allowance).toMatchObject({
      projects: { used: 0 },
      deployments: { used: 1 },
    });
  });
});

test('a project keeps at most 1000 revoked and expired keys: the ones that ended first are deleted, with their activity', async () => {
  const { owner, deploymentId } = await openLab(service, 'PRO', 'Kira Keys');
  const oldest = await createKey(service, owner, { deploymentId }, { name: 'Oldest' });
  await service.ask(REVOKE_KEY, { id: oldest.id }, owner);
  await sql`
    insert into api_keys (id, project_id, deployment_id, name, prefix, digest, scopes, created_at, revoked_at)
    select gen_random_uuid(), ${owner.projectId}, ${deploymentId}, 'Old ' || number, 'sk_000000000',
      sha256(number::text::bytea), array['PREDICT']::api_key_scope[], now(), now() + number * interval '1 second'
    from generate_series(1, 1000) as number`.execute(service.db);
  await createKey(service, owner, { deploymentId }, { name: 'Newest' });
  const names = await service.db
    .selectFrom('apiKeys')
    .select('name')
    .where('projectId', '=', owner.projectId)
    .execute();
  expect(names).toHaveLength(1001);
  expect(names.map(({ name }) => name)).not.toContain('Oldest');
  const gone = await service.db
    .selectFrom('activity')
    .select('subject')
    .where('projectId', '=', owner.projectId)
    .where('action', '=', 'api_key.deleted')
    .execute();
  expect(gone).toEqual([{ subject: 'Oldest' }]);
  expect(
    await service.call(CREATE_KEY, { input: { target: { deploymentId }, name: 'Next' } }, owner),
  ).toMatchObject({ status: 200 });
});
