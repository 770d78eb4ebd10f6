import { createHash, randomBytes } from 'node:crypto';
import { uuidv7 as newId } from 'uuidv7';
import { expect, test } from 'vitest';
import { expectService, forgedCookie, forgedKey, type Honest, stall } from './floods.ts';
import { createKey, gasoline, openLab, PREDICT, type Service, startServiceForTest } from './harness.ts';
import { startServerProcess } from './server-process.ts';

const MIB = 1024 * 1024;
const ACCOUNTS = 50;

/** Starts a server in its own process, with one laboratory on a plan with API access and one on a plan without. */
async function start() {
  const service = await startServiceForTest();
  const lab = await openLab(service);
  const free = await openLab(service, 'FREE', 'Fritz Free');
  const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  const server = await startServerProcess(service.databaseUrl);
  const honest: Honest = { deploymentId: lab.deploymentId, key };
  expect(
    (await server.call(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline() }, key)).status,
  ).toBe(200);
  return { service, free, honest, server };
}

/** Accounts on the plan Free, each with an organization and a session, as created by signing up. */
async function signUpMany({ db }: Service): Promise<string[]> {
  const now = new Date();
  const tokens = Array.from({ length: ACCOUNTS }, () => randomBytes(32).toString('base64url'));
  for (const token of tokens) {
    const userId = newId();
    const organizationId = newId();
    const email = `${userId}@many.example`;
    await db
      .insertInto('users')
      .values({ id: userId, email, name: 'Many', passwordHash: 'x', createdAt: now })
      .execute();
    await db
      .insertInto('organizations')
      .values({ id: organizationId, slug: userId, name: 'Many', plan: 'FREE', createdAt: now })
      .execute();
    await db.insertInto('organizationMembers').values({ organizationId, userId, role: 'OWNER' }).execute();
    const digest = createHash('sha256').update(token).digest();
    const expiresAt = new Date(now.getTime() + 60 * 60 * 1000);
    await db
      .insertInto('sessions')
      .values({ id: newId(), digest, userId, createdAt: now, expiresAt, lastSeenAt: now })
      .execute();
  }
  return tokens.map(token => `Cookie: spectrakey_session=${token}`);
}

for (const count of [11, 50]) {
  for (const [what, credential] of [
    ['cookies', forgedCookie],
    ['keys', forgedKey],
  ] as const) {
    test(`${count} stalled bodies with forged ${what} do not affect other calls`, {
      timeout: 120_000,
    }, async () => {
      const { server, honest } = await start();
      // Together as large as the budget of all bodies.
      await stall(server.url, count, credential, Math.min(24 * MIB - 1, Math.ceil((260 * MIB) / count)));
      await expectService(server, honest, 3000);
    });
  }
}

test('fifty Free accounts that hold large bodies do not affect other calls', {
  timeout: 120_000,
}, async () => {
  const { service, server, honest, free } = await start();
  const cookies = await signUpMany(service);
  let at = 0;
  await stall(server.url, ACCOUNTS, () => cookies[at++] ?? '', 16 * MIB);
  const spectra = gasoline(33);
  const asFree = { deploymentId: free.deploymentId, spectra };
  expect(await server.call(PREDICT, asFree, free.owner)).toMatchObject({ status: 200 });
  await expectService(server, honest, 3000);
  expect(await server.call(PREDICT, asFree, free.owner)).toMatchObject({ status: 200 });
});
