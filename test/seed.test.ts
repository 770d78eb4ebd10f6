import { expect, inject, test } from 'vitest';
import { npm } from './commands.ts';
import { cloneDatabase } from './databases.ts';
import { signIn, startServiceForTest } from './harness.ts';

const VIEWER = `{
  viewer { organizations { members { role } projects { id members { role } deployments { id } } } }
}`;

const DEPLOYMENT = `query Deployment($id: ID!) {
  deployment(id: $id) {
    dailyPredictions(days: 61) { predictions }
    predictionLogs(first: 100) { nodes { createdAt } pageInfo { hasNextPage } }
  }
}`;

const OUTSIDE = `query Outside($id: ID!) {
  deployment(id: $id) { outsideThisMonth predictionLogs(first: 1, onlyOutside: true) { nodes { id } } }
}`;

const KEYS = `query Keys($of: ApiKeyTarget!) {
  apiKeys(of: $of, first: 50) { nodes { status lastUsedAt expiresAt createdAt revokedAt } }
}`;

test('npm run seed adds, once, an organization with three people, keys of every status and 60 days of usage', async () => {
  const databaseUrl = await cloneDatabase(inject('postgresUrl'));
  const seeding = npm(['run', 'seed'], { env: { DATABASE_URL: databaseUrl } });
  const [, password = ''] = await seeding.printed(/^chen@spectrakey\.example signs in with (\S+)$/m);
  expect(await seeding.ended).toBe(0);
  expect(seeding.output().match(/signs in with/g)).toHaveLength(3);

  const service = await startServiceForTest({ databaseUrl });
  const content = () =>
    Promise.all([
      service.db.selectFrom('users').select('id').execute(),
      service.db.selectFrom('predictionLogs').select('id').execute(),
    ]);
  const before = await content();
  const again = npm(['run', 'seed'], { env: { DATABASE_URL: databaseUrl } });
  expect(await again.ended).toBe(0);
  expect(again.output()).toContain('The organization already exists.');
  expect(await content()).toEqual(before);

  const chen = await signIn(service, { email: 'chen@spectrakey.example', password });
  const { viewer } = await service.ask(VIEWER, {}, chen);
  const [organization, ...others] = viewer?.organizations ?? [];
  expect(others).toEqual([]);
  expect(organization?.members.map(({ role }) => role).sort()).toEqual(['MEMBER', 'MEMBER', 'OWNER']);
  const [project] = organization?.projects ?? [];
  expect(project?.members.map(({ role }) => role).sort()).toEqual(['CONTRIBUTOR', 'OWNER', 'VIEWER']);
  const { apiKeys } = await service.ask(KEYS, { of: { projectId: project?.id } }, chen);
  const keys = apiKeys.nodes;
  expect(new Set(keys.map(({ status }) => status))).toEqual(new Set(['ACTIVE', 'EXPIRED', 'REVOKED']));
  expect(keys.filter(({ lastUsedAt }) => !lastUsedAt)).toHaveLength(1);
  for (const { lastUsedAt, createdAt, expiresAt, revokedAt } of keys) {
    if (!lastUsedAt) continue;
    for (const end of [expiresAt, revokedAt, new Date()]) {
      if (end) expect(new Date(lastUsedAt).getTime()).toBeLessThan(new Date(end).getTime());
    }
    expect(new Date(lastUsedAt).getTime()).toBeGreaterThan(new Date(createdAt).getTime());
  }
  expect(project?.deployments).toHaveLength(2);
  let withLimits = 0;
  for (const { id } of project?.deployments ?? []) {
    const { deployment } = await service.ask(DEPLOYMENT, { id }, chen);
    if (!deployment) throw new Error(`${id} was not found`);
    const { dailyPredictions, predictionLogs } = deployment;
    expect(dailyPredictions.filter(({ predictions }) => predictions > 0).length).toBeGreaterThan(40);
    expect(predictionLogs.pageInfo.hasNextPage).toBe(true);
    const times = predictionLogs.nodes.map(({ createdAt }) => new Date(createdAt).getTime());
    expect(times).toEqual(times.toSorted((one, other) => other - one));
    const outside = (await service.ask(OUTSIDE, { id }, chen)).deployment;
    // Only the octane model has limits.
    const hasLimits = typeof outside?.outsideThisMonth === 'number';
    expect(outside?.predictionLogs.nodes).toHaveLength(hasLimits ? 1 : 0);
    withLimits += Number(hasLimits);
  }
  expect(withLimits).toBe(1);

  const counted = await service.db
    .selectFrom('deploymentUsage')
    .select(eb => eb.fn.sum<number>('predictions').as('sum'))
    .executeTakeFirstOrThrow();
  const logs = await service.db.selectFrom('predictionLogs').select('predictions').execute();
  const logged = logs.reduce(
    (sum, { predictions }) => sum + (Array.isArray(predictions) ? predictions.length : 0),
    0,
  );
  expect(Number(counted.sum)).toBe(logged);
  expect(logged).toBeGreaterThan(1000);
}, 120_000);
