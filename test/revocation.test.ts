import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  codes,
  createKey,
  DELETE_KEY,
  deploy,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  REVOKE_KEY,
  refusal,
  type Service,
  startPair,
} from './harness.ts';

const MINUTE = 60_000;
/** For 600 requests in sequence on a machine that is busy. */
const PATIENCE = 120_000;

let service: Service;
/** Another server on the same database. */
let elsewhere: Service;
let lab: Lab;
let now = new Date();

beforeAll(async () => {
  const pair = await startPair({ now: () => now });
  ({ service, elsewhere } = pair);
  lab = await openLab(service, 'ENTERPRISE');
  return pair.close;
});

const predict = (rawKey: string, deploymentId = lab.deploymentId, on: Service = service) =>
  on.call(PREDICT, { deploymentId, spectra: gasoline() }, { rawKey });

/** The members of an answer's body: a refusal has no `data`, not even null. */
const membersOf = ({ text }: { text: string }) => Object.keys(JSON.parse(text));

describe('a revocation takes effect with the next call', () => {
  test(
    '200 times of 200, each key used just before',
    async () => {
      for (let round = 0; round < 200; round++) {
        const { id, rawKey } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
        expect((await predict(rawKey)).status).toBe(200);
        await service.ask(REVOKE_KEY, { id }, lab.owner);
        const answer = await predict(rawKey);
        expect(answer).toMatchObject(refusal(codes.API_KEY_REVOKED));
        expect(membersOf(answer)).toEqual(['errors']);
      }
    },
    PATIENCE,
  );

  test(
    '200 times of 200 when another server revoked the key',
    async () => {
      for (let round = 0; round < 200; round++) {
        const { id, rawKey } = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
        expect((await predict(rawKey)).status).toBe(200);
        await elsewhere.ask(REVOKE_KEY, { id }, lab.owner);
        const answer = await predict(rawKey);
        expect(answer).toMatchObject(refusal(codes.API_KEY_REVOKED));
        expect(membersOf(answer)).toEqual(['errors']);
      }
    },
    PATIENCE,
  );

  test('under load: no call that begins after the answer to revokeApiKey succeeds', async () => {
    for (const revoker of [service, elsewhere]) {
      const { id, rawKey } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
      let revoked = false;
      const calls: { begunAfter: boolean; status: number }[] = [];
      // The revocation must happen between calls that succeed.
      const busy = Promise.withResolvers<void>();
      const client = async (on: Service) => {
        for (let left = 5; left > 0; left -= revoked ? 1 : 0) {
          const begunAfter = revoked;
          const { status } = await predict(rawKey, lab.deploymentId, on);
          if (calls.push({ begunAfter, status }) === 50) busy.resolve();
        }
      };
      const clients = Array.from({ length: 16 }, (_, index) => client(index % 2 ? elsewhere : service));
      await busy.promise;
      expect(new Set(calls.map(({ status }) => status))).toEqual(new Set([200]));
      await revoker.ask(REVOKE_KEY, { id }, lab.owner);
      revoked = true;
      await Promise.all(clients);

      const after = calls.filter(({ begunAfter }) => begunAfter);
      expect(after.length).toBeGreaterThanOrEqual(64);
      expect(new Set(after.map(({ status }) => status))).toEqual(
        new Set([refusal(codes.API_KEY_REVOKED).status]),
      );
    }
  });

  test('a use that is settled after it does not undo it', async () => {
    const { id, rawKey } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    const [, ...uses] = await Promise.all([
      elsewhere.ask(REVOKE_KEY, { id }, lab.owner),
      ...Array.from({ length: 20 }, () => predict(rawKey)),
    ]);
    const { status: refused } = refusal(codes.API_KEY_REVOKED);
    for (const { status } of uses) expect([200, refused]).toContain(status);
    const key = await service.db
      .selectFrom('apiKeys')
      .select(['revokedAt', 'revokedBy'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(key).toEqual({ revokedAt: now, revokedBy: lab.owner.id });
    expect(await predict(rawKey)).toMatchObject(refusal(codes.API_KEY_REVOKED));
  });
});

test('an expired key is answered as expired, from its expiry on', async () => {
  const expiresAt = new Date(now.getTime() + MINUTE);
  const { rawKey } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { expiresAt });
  now = new Date(expiresAt.getTime() - 1);
  expect((await predict(rawKey)).status).toBe(200);
  now = expiresAt;
  const answer = await predict(rawKey);
  expect(answer).toMatchObject(refusal(codes.API_KEY_EXPIRED));
  expect(membersOf(answer)).toEqual(['errors']);
});

test('a key that is revoked and expired is answered as revoked, whichever came first', async () => {
  const target = { deploymentId: lab.deploymentId };
  const expiresAt = new Date(now.getTime() + MINUTE);
  const [before, after] = await Promise.all([
    createKey(service, lab.owner, target, { expiresAt }),
    createKey(service, lab.owner, target, { expiresAt }),
  ]);
  await service.ask(REVOKE_KEY, { id: before.id }, lab.owner);
  now = new Date(expiresAt.getTime() + MINUTE);
  await service.ask(REVOKE_KEY, { id: after.id }, lab.owner);
  for (const { rawKey } of [before, after]) {
    expect(await predict(rawKey)).toMatchObject(refusal(codes.API_KEY_REVOKED));
  }
});

test('a deleted key, an unknown one and one with a typing error get identical answers', async () => {
  const deleted = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  await service.ask(DELETE_KEY, { id: deleted.id }, lab.owner);
  const { rawKey } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  const swapped = rawKey.at(-1) === 'x' ? 'y' : 'x';
  const wrong = [
    deleted.rawKey,
    // The checksum is right, as it covers what precedes it: this key was never created.
    'sk_00000000000000000000000000000000000000003e509C',
    rawKey.slice(0, -1) + swapped,
    rawKey.slice(0, -1),
    `${rawKey}x`,
    rawKey.toLowerCase(),
    rawKey.slice(3),
    'sk_',
    'nonsense',
  ];
  const answers = await Promise.all(wrong.map(text => predict(text)));
  for (const [index, answer] of answers.entries()) {
    expect(answer, wrong[index]).toMatchObject(refusal(codes.UNAUTHENTICATED));
    expect(answer.text).toBe(answers[0]?.text);
    expect(answer.headers.get('www-authenticate')).toBe(answers[0]?.headers.get('www-authenticate'));
    expect(membersOf(answer)).toEqual(['errors']);
  }
});

test('only the holder of a key learns its state: a prefix gets the answer for unknown keys', async () => {
  const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  await service.ask(REVOKE_KEY, { id: key.id }, lab.owner);
  // Everything that the dashboard shows, and the id.
  for (const guess of [key.prefix, `${key.prefix}...`, key.id]) {
    expect(await predict(guess)).toMatchObject(refusal(codes.UNAUTHENTICATED));
  }
});

describe('a key reaches', () => {
  const notAuthorized = 'API key is not authorized for this deployment.';

  test('its own deployment alone; another one answers as one that does not exist', async () => {
    const other = await deploy(service, lab.owner, undefined, 'Other');
    const stranger = await openLab(service);
    const { rawKey } = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    expect((await predict(rawKey)).status).toBe(200);

    const beyond = [other.deploymentId, stranger.deploymentId, randomUUID(), 'nonsense', '', lab.modelId];
    const answers = await Promise.all(beyond.map(id => predict(rawKey, id)));
    for (const answer of answers) {
      expect(answer).toMatchObject(refusal(codes.API_KEY_NOT_AUTHORIZED));
      expect(answer.errors.map(({ message }) => message)).toEqual([notAuthorized]);
      expect(answer.text).toBe(answers[0]?.text);
    }
  });

  test('with the whole project its later deployments too, and none of another project', async () => {
    const { rawKey } = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
    const later = await deploy(service, lab.owner, undefined, 'Later');
    const stranger = await openLab(service);
    expect((await predict(rawKey, lab.deploymentId)).status).toBe(200);
    expect((await predict(rawKey, later.deploymentId)).status).toBe(200);
    const answer = await predict(rawKey, stranger.deploymentId);
    expect(answer).toMatchObject(refusal(codes.API_KEY_NOT_AUTHORIZED));
    expect(answer.errors.map(({ message }) => message)).toEqual([notAuthorized]);
  });
});
