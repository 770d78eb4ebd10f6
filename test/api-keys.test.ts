import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setPlan } from '../src/accounts/plans.ts';
import {
  CREATE_KEY,
  codes,
  createKey,
  DELETE_KEY,
  deploy,
  gasoline,
  join,
  type Lab,
  LIST_KEYS,
  openLab,
  PREDICT,
  REVOKE_KEY,
  refusal,
  type Service,
  signUp,
  startService,
  startServiceForTest,
} from './harness.ts';

const MINUTE = 60_000;

let service: Service;
/** The server's clock; tests only move it forwards. */
let now = new Date();

beforeAll(async () => {
  service = await startService({ now: () => now });
});
afterAll(() => service.close());

const later = (ms: number) => new Date(now.getTime() + ms);
const pass = (ms: number) => {
  now = later(ms);
};

const create = (lab: Lab, input: object) =>
  service.call(
    CREATE_KEY,
    { input: { target: { deploymentId: lab.deploymentId }, name: 'LIMS', ...input } },
    lab.owner,
  );

/** The keys of a deployment or project that its owner can list. */
async function list(lab: Lab, of: object = { projectId: lab.owner.projectId }, page: object = {}) {
  return (await service.ask(LIST_KEYS, { of, ...page }, lab.owner)).apiKeys;
}

const events = (apiKeyId: string, { db }: Service = service) =>
  db
    .selectFrom('activity')
    .select([
      'action',
      'actorId',
      'actorEmail',
      'createdAt',
      'subjectId as apiKeyId',
      'subject as apiKeyName',
      sql<string>`details->>'prefix'`.as('apiKeyPrefix'),
      'projectId',
    ])
    .where('subjectId', '=', apiKeyId)
    .orderBy('id')
    .execute();

async function allowance(lab: Lab) {
  const { project } = await service.ask(
    'query Allowance($id: ID!) { project(id: $id) { apiKeyAllowance { used limit } } }',
    { id: lab.owner.projectId },
    lab.owner,
  );
  return project?.apiKeyAllowance;
}

describe('a new key', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab(service, 'ENTERPRISE');
  });

  test('is sk_, 40 characters of base62, and the CRC-32 of both in 6 more characters', async () => {
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    for (let count = 0; count < 10; count++) {
      const { rawKey } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
      expect(rawKey).toMatch(/^sk_[0-9A-Za-z]{46}$/);
      // Decodes the checksum, where the server encodes it: the two cannot share a fault.
      const checksum = [...rawKey.slice(43)].reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0);
      expect(checksum).toBe(crc32(rawKey.slice(0, 43)));
    }
  });

  test('differs each time', async () => {
    const keys = await Promise.all(
      Array.from({ length: 20 }, () => createKey(service, lab.owner, { projectId: lab.owner.projectId })),
    );
    expect(new Set(keys.map(key => key.rawKey.slice(3, 43))).size).toBe(20);
  });

  test('is shown as its first 12 characters', async () => {
    const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    expect(key.prefix).toBe(key.rawKey.slice(0, 12));
    const { nodes } = await list(lab);
    expect(nodes.find(({ id }) => id === key.id)?.prefix).toBe(key.prefix);
  });

  test('is stored only as its SHA-256', async () => {
    const { id, rawKey } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    const stored = await service.db
      .selectFrom('apiKeys')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(stored.digest).toEqual(createHash('sha256').update(rawKey).digest());
    expect(JSON.stringify(stored)).not.toContain(rawKey.slice(12, 43));
  });

  test('is returned raw once, by the mutation that creates it', async () => {
    const { id, rawKey } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    const afterwards = [
      await service.call(LIST_KEYS, { of: { deploymentId: lab.deploymentId } }, lab.owner),
      await service.call(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline() }, { rawKey }),
      await service.call(REVOKE_KEY, { id }, lab.owner),
    ];
    for (const { status, text } of afterwards) {
      expect(status).toBe(200);
      expect(text).not.toContain(rawKey.slice(12));
    }
  });

  test('has the scope predict, no last use, and its creator', async () => {
    const { id } = await createKey(
      service,
      lab.owner,
      { deploymentId: lab.deploymentId },
      { name: 'Balance' },
    );
    const { apiKeys } = await service.ask(
      `query Keys($of: ApiKeyTarget!) {
        apiKeys(of: $of, first: 1) {
          nodes { id name scopes status lastUsedAt expiresAt revokedAt createdAt createdBy { id name }
                  revokedBy { id } deployment { id } project { id } }
        }
      }`,
      { of: { deploymentId: lab.deploymentId } },
      lab.owner,
    );
    expect(apiKeys.nodes).toEqual([
      {
        id,
        name: 'Balance',
        scopes: ['PREDICT'],
        status: 'ACTIVE',
        lastUsedAt: null,
        expiresAt: null,
        revokedAt: null,
        createdAt: now.toISOString(),
        createdBy: { id: lab.owner.id, name: 'Olga Owner' },
        revokedBy: null,
        deployment: { id: lab.deploymentId },
        project: { id: lab.owner.projectId },
      },
    ]);
  });

  test('has a name of 1 to 100 characters, trimmed', async () => {
    const accepted = [
      ['  LIMS line 4\t', 'LIMS line 4'],
      ['x', 'x'],
      ['x'.repeat(100), 'x'.repeat(100)],
      [`  ${'x'.repeat(100)}  `, 'x'.repeat(100)],
      // Each is one character of two UTF-16 units.
      ['🧪'.repeat(100), '🧪'.repeat(100)],
    ];
    for (const [name, kept] of accepted) {
      expect((await create(lab, { name })).data?.createApiKey.apiKey.name).toBe(kept);
    }
    for (const name of ['', '   ', 'x'.repeat(101), '🧪'.repeat(101), 'nul\0', 'half \ud83e', null]) {
      expect(await create(lab, { name })).toMatchObject(refusal(codes.BAD_USER_INPUT));
    }
  });

  test('expires in the future or never', async () => {
    for (const expiresAt of [later(1), later(MINUTE), new Date('9999-12-31T23:59:59.999Z')]) {
      const answer = await create(lab, { expiresAt });
      expect(answer.data?.createApiKey.apiKey.expiresAt).toBe(expiresAt.toISOString());
    }
    expect((await create(lab, { expiresAt: null })).data?.createApiKey.apiKey.expiresAt).toBeNull();
    for (const expiresAt of [now, later(-1), new Date(0), 'tomorrow', 5]) {
      expect(await create(lab, { expiresAt })).toMatchObject(refusal(codes.BAD_USER_INPUT));
    }
  });

  test('names either a deployment or a project', async () => {
    const { deploymentId } = lab;
    const { projectId } = lab.owner;
    const targets = [
      {},
      { deploymentId, projectId },
      { deploymentId: null },
      { deploymentId, projectId: null },
    ];
    for (const target of targets) {
      expect(await create(lab, { target })).toMatchObject(refusal(codes.BAD_USER_INPUT));
    }
  });
});

describe('the list', () => {
  let lab: Lab;
  let other: { deploymentId: string };
  /** Oldest first. */
  const made: { id: string; of: 'deployment' | 'other' | 'project' }[] = [];

  beforeAll(async () => {
    lab = await openLab(service, 'ENTERPRISE');
    other = await deploy(service, lab.owner, undefined, 'Other');
    for (const of of [
      'deployment',
      'other',
      'project',
      'deployment',
      'project',
      'other',
      'deployment',
    ] as const) {
      const target = {
        deployment: { deploymentId: lab.deploymentId },
        other: { deploymentId: other.deploymentId },
        project: { projectId: lab.owner.projectId },
      }[of];
      const { id } = await createKey(service, lab.owner, target);
      made.push({ id, of });
    }
  });

  const newestFirst = (...of: (typeof made)[number]['of'][]) =>
    made
      .filter(key => of.includes(key.of))
      .map(({ id }) => id)
      .reverse();

  test('of a project holds every key in it, newest first', async () => {
    const { nodes, edges, totalCount } = await list(lab);
    expect(nodes.map(({ id }) => id)).toEqual(newestFirst('deployment', 'other', 'project'));
    expect(edges.map(({ node }) => node.id)).toEqual(nodes.map(({ id }) => id));
    expect(totalCount).toBe(7);
  });

  test('of a deployment holds its own keys and the project-wide ones', async () => {
    const { nodes, totalCount } = await list(lab, { deploymentId: lab.deploymentId });
    expect(nodes.map(({ id }) => id)).toEqual(newestFirst('deployment', 'project'));
    expect(totalCount).toBe(5);
  });

  test('is paginated without omissions or repetitions', async () => {
    for (const first of [1, 2, 3, 6, 7, 100]) {
      const seen: string[] = [];
      let after: string | null = null;
      for (;;) {
        const page = await list(lab, undefined, { first, after });
        expect(page.nodes.length).toBeLessThanOrEqual(first);
        expect(page.totalCount).toBe(7);
        expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
        expect(page.pageInfo.startCursor).toBe(page.edges[0]?.cursor);
        expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor);
        seen.push(...page.nodes.map(({ id }) => id));
        expect(page.pageInfo.hasNextPage).toBe(seen.length < 7);
        if (!page.pageInfo.hasNextPage) break;
        after = page.pageInfo.endCursor ?? null;
      }
      expect(seen).toEqual(newestFirst('deployment', 'other', 'project'));
    }
  });

  test('after its last page is empty, without cursors', async () => {
    const { pageInfo } = await list(lab);
    const page = await list(lab, undefined, { after: pageInfo.endCursor });
    expect(page).toMatchObject({
      nodes: [],
      edges: [],
      totalCount: 7,
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
  });

  test('continues after a cursor whose key was deleted', async () => {
    const { id } = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
    const { pageInfo } = await list(lab, undefined, { first: 1 });
    await service.ask(DELETE_KEY, { id }, lab.owner);
    const { nodes } = await list(lab, undefined, { after: pageInfo.endCursor });
    expect(nodes.map(node => node.id)).toEqual(newestFirst('deployment', 'other', 'project'));
  });

  test('has pages of 1 to 100 keys, by default 50', async () => {
    const big = await openLab(service, 'ENTERPRISE');
    const target = { projectId: big.owner.projectId };
    await Promise.all(Array.from({ length: 60 }, () => createKey(service, big.owner, target)));
    expect((await list(big)).nodes).toHaveLength(50);
    expect((await list(big, undefined, { first: null })).nodes).toHaveLength(50);
    expect((await list(big, undefined, { first: 100 })).nodes).toHaveLength(60);
    for (const first of [0, -1, 101, 2 ** 31 - 1, 2 ** 31, 1.5, '5']) {
      const answer = await service.call(LIST_KEYS, { of: target, first }, big.owner);
      expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
    }
  });

  test('refuses an invalid cursor', async () => {
    for (const after of [
      '',
      'x',
      '1',
      `${made[0]?.id}0`,
      'zzzzzzzz-zzzz-7zzz-8zzz-zzzzzzzzzzzz',
      "' or true --",
      '\0',
    ]) {
      const answer = await service.call(
        LIST_KEYS,
        { of: { projectId: lab.owner.projectId }, after },
        lab.owner,
      );
      expect(answer, after).toMatchObject(refusal(codes.BAD_USER_INPUT));
    }
  });

  test('contains no key of another project', async () => {
    const stranger = await openLab(service, 'PRO');
    await createKey(service, stranger.owner, { projectId: stranger.owner.projectId });
    expect((await list(lab)).totalCount).toBe(7);
    expect((await list(stranger)).totalCount).toBe(1);
  });
});

test('status and allowance follow the clock: a key is active before its expiry, and not from that moment', async () => {
  const lab = await openLab(service);
  await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { expiresAt: later(MINUTE) });
  await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const statuses = async () => (await list(lab)).nodes.map(({ status }) => status);

  pass(MINUTE - 1);
  expect(await statuses()).toEqual(['ACTIVE', 'ACTIVE']);
  expect(await allowance(lab)).toEqual({ used: 2, limit: 10 });
  pass(1);
  expect(await statuses()).toEqual(['ACTIVE', 'EXPIRED']);
  expect(await allowance(lab)).toEqual({ used: 1, limit: 10 });
});

test('a revoked key is REVOKED, also after its expiry', async () => {
  const lab = await openLab(service);
  const target = { deploymentId: lab.deploymentId };
  const { id } = await createKey(service, lab.owner, target, { expiresAt: later(MINUTE) });
  await service.ask(REVOKE_KEY, { id }, lab.owner);
  expect(await list(lab)).toMatchObject({ nodes: [{ status: 'REVOKED' }] });
  expect(await allowance(lab)).toEqual({ used: 0, limit: 10 });
  pass(2 * MINUTE);
  expect(await list(lab)).toMatchObject({ nodes: [{ status: 'REVOKED' }] });
});

test('revoking again changes nothing: the first revoker and time remain, and the key stays listed', async () => {
  const lab = await openLab(service);
  const colleague = await signUp(service, 'Carl Contributor');
  await join(service, lab.owner, colleague, 'CONTRIBUTOR');
  const { id } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });

  const first = now.toISOString();
  const expected = { id, status: 'REVOKED', revokedAt: first, revokedBy: { id: colleague.id } };
  expect((await service.ask(REVOKE_KEY, { id }, colleague)).revokeApiKey).toEqual(expected);
  pass(MINUTE);
  expect((await service.ask(REVOKE_KEY, { id }, lab.owner)).revokeApiKey).toEqual(expected);

  expect(await list(lab)).toMatchObject({
    totalCount: 1,
    nodes: [
      { id, status: 'REVOKED', revokedAt: first, revokedBy: { id: colleague.id, name: 'Carl Contributor' } },
    ],
  });
  expect((await events(id)).map(({ action }) => action)).toEqual(['api_key.created', 'api_key.revoked']);
});

test('a deleted key is not listed, not counted, and not found by any mutation', async () => {
  const lab = await openLab(service);
  const { id } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  expect((await service.ask(DELETE_KEY, { id }, lab.owner)).deleteApiKey).toEqual({ deletedApiKeyId: id });
  expect(await list(lab)).toMatchObject({ totalCount: 0, nodes: [] });
  expect(await allowance(lab)).toEqual({ used: 0, limit: 10 });
  expect(await service.call(REVOKE_KEY, { id }, lab.owner)).toMatchObject(refusal(codes.NOT_FOUND));
  expect(await service.call(DELETE_KEY, { id }, lab.owner)).toMatchObject(refusal(codes.NOT_FOUND));
});

describe('the audit', () => {
  test('keeps actor, action, time and key after the key is deleted', async () => {
    const lab = await openLab(service);
    const colleague = await signUp(service, 'Carl Contributor');
    await join(service, lab.owner, colleague, 'CONTRIBUTOR');
    const created = now;
    const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { name: 'Furnace' });
    pass(MINUTE);
    const deleted = now;
    await service.ask(DELETE_KEY, { id: key.id }, colleague);

    const what = {
      apiKeyId: key.id,
      apiKeyName: 'Furnace',
      apiKeyPrefix: key.prefix,
      projectId: lab.owner.projectId,
    };
    const byColleague = { actorId: colleague.id, actorEmail: colleague.email, createdAt: deleted, ...what };
    expect(await events(key.id)).toEqual([
      {
        action: 'api_key.created',
        actorId: lab.owner.id,
        actorEmail: lab.owner.email,
        createdAt: created,
        ...what,
      },
      // The key was active, so deleting it revoked it first.
      { action: 'api_key.revoked', ...byColleague },
      { action: 'api_key.deleted', ...byColleague },
    ]);
  });

  test('of deleting a revoked or expired key has no second revocation', async () => {
    const lab = await openLab(service);
    const target = { deploymentId: lab.deploymentId };
    const revoked = await createKey(service, lab.owner, target);
    const expired = await createKey(service, lab.owner, target, { expiresAt: later(MINUTE) });
    await service.ask(REVOKE_KEY, { id: revoked.id }, lab.owner);
    pass(MINUTE);
    for (const { id } of [revoked, expired]) await service.ask(DELETE_KEY, { id }, lab.owner);
    expect((await events(revoked.id)).map(({ action }) => action)).toEqual([
      'api_key.created',
      'api_key.revoked',
      'api_key.deleted',
    ]);
    expect((await events(expired.id)).map(({ action }) => action)).toEqual([
      'api_key.created',
      'api_key.deleted',
    ]);
  });

  test('contains no refused request', async () => {
    const lab = await openLab(service);
    const viewer = await signUp(service, 'Vera Viewer');
    const stranger = await signUp(service, 'Stan Stranger');
    await join(service, lab.owner, viewer, 'VIEWER');
    const { id } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    for (const document of [REVOKE_KEY, DELETE_KEY]) {
      expect(await service.call(document, { id }, viewer)).toMatchObject(refusal(codes.FORBIDDEN));
      expect(await service.call(document, { id }, stranger)).toMatchObject(refusal(codes.NOT_FOUND));
    }
    expect((await events(id)).map(({ action }) => action)).toEqual(['api_key.created']);
    expect(await list(lab)).toMatchObject({ nodes: [{ id, status: 'ACTIVE' }] });
  });
});

describe('concurrent people', () => {
  test('revoke one key once', async () => {
    const lab = await openLab(service);
    const colleague = await signUp(service, 'Carl Contributor');
    await join(service, lab.owner, colleague, 'CONTRIBUTOR');
    const second = await startServiceForTest({ databaseUrl: service.databaseUrl, now: () => now });
    const { id } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });

    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        (index % 2 ? second : service).call(REVOKE_KEY, { id }, index % 3 ? lab.owner : colleague),
      ),
    );
    const revokers = new Set(answers.map(({ data }) => data?.revokeApiKey.revokedBy?.id));
    const revocations = (await events(id)).filter(({ action }) => action === 'api_key.revoked');
    expect(revocations).toHaveLength(1);
    // Every answer names the same revoker, the one in the audit.
    expect([...revokers]).toEqual([revocations[0]?.actorId]);
  });

  test('revoke and delete one key, and each step is recorded once', async () => {
    const lab = await openLab(service);
    const second = await startServiceForTest({ databaseUrl: service.databaseUrl, now: () => now });
    for (let round = 0; round < 10; round++) {
      const { id } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
      // Some rounds start with a revoked key: deleting it must lock in the same order.
      if (round % 3 === 0) await service.ask(REVOKE_KEY, { id }, lab.owner);
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          (index % 2 ? second : service).call(index % 4 < 2 ? REVOKE_KEY : DELETE_KEY, { id }, lab.owner),
        ),
      );
      const deleted = answers.filter(({ data }) => data?.deleteApiKey);
      expect(deleted).toHaveLength(1);
      for (const answer of answers) {
        if (answer.status !== 200) expect(answer).toMatchObject(refusal(codes.NOT_FOUND));
      }
      expect((await events(id)).map(({ action }) => action)).toEqual([
        'api_key.created',
        'api_key.revoked',
        'api_key.deleted',
      ]);
    }
  });
});

test('after a downgrade keys are refused at once and none can be created; they stay listed, and can be revoked and deleted', async () => {
  const lab = await openLab(service);
  const target = { deploymentId: lab.deploymentId };
  const key = await createKey(service, lab.owner, target);
  const second = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const spectra = { deploymentId: lab.deploymentId, spectra: gasoline() };
  await service.ask(PREDICT, spectra, key);

  await setPlan(service.db, lab.owner.organization.slug, 'FREE');
  for (const { rawKey } of [key, second]) {
    expect(await service.call(PREDICT, spectra, { rawKey })).toMatchObject(
      refusal(codes.PLAN_FEATURE_REQUIRED),
    );
  }
  expect(await create(lab, {})).toMatchObject(refusal(codes.PLAN_FEATURE_REQUIRED));
  expect((await list(lab)).nodes.map(({ id, status }) => ({ id, status }))).toEqual([
    { id: second.id, status: 'ACTIVE' },
    { id: key.id, status: 'ACTIVE' },
  ]);
  expect(await allowance(lab)).toEqual({ used: 2, limit: 0 });

  const { revokeApiKey } = await service.ask(REVOKE_KEY, { id: key.id }, lab.owner);
  expect(revokeApiKey.status).toBe('REVOKED');
  // The credential is checked before the plan.
  expect(await service.call(PREDICT, spectra, key)).toMatchObject(refusal(codes.API_KEY_REVOKED));
  await service.ask(DELETE_KEY, { id: second.id }, lab.owner);
  expect((await list(lab)).nodes.map(({ id }) => id)).toEqual([key.id]);

  await setPlan(service.db, lab.owner.organization.slug, 'PRO');
  expect((await create(lab, {})).status).toBe(200);
});
