import { afterAll, beforeAll, expect, test } from 'vitest';
import { setPlan } from '../src/accounts/plans.ts';
import {
  type Answer,
  CREATE_KEY,
  codes,
  createKey,
  DELETE_KEY,
  deploy,
  type Lab,
  openLab,
  REVOKE_KEY,
  refusal,
  type Service,
  startService,
  startServiceForTest,
} from './harness.ts';

const MINUTE = 60_000;
const LIMIT = 10;

let service: Service;
let now = new Date();

beforeAll(async () => {
  service = await startService({ now: () => now });
});
afterAll(() => service.close());

const create = (lab: Lab, target: object, on: Service = service, more: object = {}) =>
  on.call(CREATE_KEY, { input: { target, name: 'LIMS', ...more } }, lab.owner);

/** Grouped by the result of the limit; any other result stays visible in a failure. */
function outcomes(answers: Answer[]) {
  return {
    created: answers.filter(({ status, data }) => status === 200 && data?.createApiKey.rawKey).length,
    refused: answers.filter(
      ({ status, code }) =>
        status === refusal(codes.API_KEY_LIMIT_REACHED).status && code === codes.API_KEY_LIMIT_REACHED,
    ).length,
    others: answers
      .filter(({ code }) => code !== undefined && code !== codes.API_KEY_LIMIT_REACHED)
      .map(({ text }) => text),
  };
}

const held = (lab: Lab) =>
  service.db
    .selectFrom('apiKeys')
    .select(eb => eb.fn.countAll<number>().as('count'))
    .where('projectId', '=', lab.owner.projectId)
    .executeTakeFirstOrThrow();

test('200 creations at once against a limit of 10: 10 are created, 190 refused, none shed', async () => {
  const lab = await openLab(service);
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => create(lab, { deploymentId: lab.deploymentId })),
  );
  expect(outcomes(answers)).toEqual({ created: LIMIT, refused: 190, others: [] });
  expect(await held(lab)).toEqual({ count: LIMIT });
});

test('the same over two servers on one database', async () => {
  const lab = await openLab(service);
  const second = await startServiceForTest({ databaseUrl: service.databaseUrl, now: () => now });
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      create(lab, { deploymentId: lab.deploymentId }, index % 2 ? second : service),
    ),
  );
  expect(outcomes(answers)).toEqual({ created: LIMIT, refused: 190, others: [] });
  expect(await held(lab)).toEqual({ count: LIMIT });
});

test('the limit counts for the project: keys of its deployments and project-wide ones together', async () => {
  const lab = await openLab(service);
  const other = await deploy(service, lab.owner, undefined, 'Other');
  const targets = [
    { deploymentId: lab.deploymentId },
    { deploymentId: other.deploymentId },
    { projectId: lab.owner.projectId },
  ];
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) => create(lab, targets[index % 3] ?? {})),
  );
  expect(outcomes(answers)).toEqual({ created: LIMIT, refused: 50, others: [] });
});

test('another project has its own limit', async () => {
  const lab = await openLab(service);
  const { createProject } = await service.ask(
    'mutation Create($input: CreateProjectInput!) { createProject(input: $input) { id } }',
    { input: { organizationId: lab.owner.organization.id, name: 'Second' } },
    lab.owner,
  );
  const answers = await Promise.all(
    Array.from({ length: 2 * (LIMIT + 1) }, (_, index) =>
      create(lab, { projectId: index % 2 ? createProject.id : lab.owner.projectId }),
    ),
  );
  expect(outcomes(answers)).toEqual({ created: 2 * LIMIT, refused: 2, others: [] });
});

test('expired, revoked and deleted keys do not count', async () => {
  const lab = await openLab(service);
  const target = { deploymentId: lab.deploymentId };
  const expiresAt = new Date(now.getTime() + MINUTE);
  const keys = [];
  for (let count = 0; count < LIMIT; count++) {
    keys.push(await createKey(service, lab.owner, target, count < 3 ? { expiresAt } : {}));
  }
  const refused = refusal(codes.API_KEY_LIMIT_REACHED);
  expect(await create(lab, target)).toMatchObject(refused);

  await service.ask(REVOKE_KEY, { id: keys[5]?.id }, lab.owner);
  await service.ask(DELETE_KEY, { id: keys[6]?.id }, lab.owner);
  expect(outcomes(await Promise.all(Array.from({ length: 9 }, () => create(lab, target))))).toEqual({
    created: 2,
    refused: 7,
    others: [],
  });

  // An expired key is revoked and deleted below: it must not free a place a second time.
  now = expiresAt;
  await service.ask(REVOKE_KEY, { id: keys[0]?.id }, lab.owner);
  await service.ask(DELETE_KEY, { id: keys[1]?.id }, lab.owner);
  expect(outcomes(await Promise.all(Array.from({ length: 9 }, () => create(lab, target))))).toEqual({
    created: 3,
    refused: 6,
    others: [],
  });
});

test('a raised plan allows more keys, and a lowered one removes no key and creates none', async () => {
  const lab = await openLab(service);
  const target = { projectId: lab.owner.projectId };
  await setPlan(service.db, lab.owner.organization.slug, 'ENTERPRISE');
  const answers = await Promise.all(Array.from({ length: 110 }, () => create(lab, target)));
  expect(outcomes(answers)).toEqual({ created: 100, refused: 10, others: [] });

  await setPlan(service.db, lab.owner.organization.slug, 'PRO');
  expect(await create(lab, target)).toMatchObject(refusal(codes.API_KEY_LIMIT_REACHED));
  expect(await held(lab)).toEqual({ count: 100 });
});

test('a refusal explains what to do, and input is checked before the limit', async () => {
  const lab = await openLab(service);
  const target = { deploymentId: lab.deploymentId };
  for (let count = 0; count < LIMIT; count++) await createKey(service, lab.owner, target);
  const answer = await create(lab, target);
  expect(answer.errors[0]?.message).toContain('Revoke or delete an unused key first.');
  expect(await create(lab, target, service, { name: ' ' })).toMatchObject(refusal(codes.BAD_USER_INPUT));
});
