import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { generateRawKey } from '../src/api-keys/raw-key.ts';
import {
  codes,
  createKey,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  REHEARSE,
  REVOKE_KEY,
  refusal,
  type Service,
  startService,
} from './harness.ts';

const HOUR = 3_600_000;

let now = new Date();
let service: Service;
/** A second server on the same database. */
let elsewhere: Service;
let lab: Lab;
let key: { id: string; rawKey: string; prefix: string };

beforeAll(async () => {
  service = await startService({ now: () => now });
  elsewhere = await startService({ now: () => now, databaseUrl: service.databaseUrl });
});
afterAll(async () => {
  await elsewhere.close();
  await service.close();
});
beforeEach(async () => {
  now = new Date();
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
});

const predict = (on = service) =>
  on.call(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline() }, key);

async function revoke(rawKey: string | null = key.rawKey, on = service) {
  const response = await fetch(`${on.url}/api/key/revoke`, {
    method: 'POST',
    headers: rawKey === null ? {} : { authorization: `Bearer ${rawKey}` },
  });
  return { status: response.status, body: await response.json() };
}

test('a key is revoked with itself as the credential, on every server, and repeats are answered alike', async () => {
  for (const on of [service, elsewhere]) expect((await predict(on)).status).toBe(200);
  const revokedAt = now.toISOString();
  const { id, prefix } = key;
  const first = await revoke();
  expect(first).toMatchObject({
    status: 200,
    body: { id, prefix, status: 'REVOKED', revoked_at: revokedAt },
  });
  for (const on of [elsewhere, service]) {
    expect(await predict(on)).toMatchObject(refusal(codes.API_KEY_REVOKED));
  }
  now = new Date(now.getTime() + HOUR);
  expect(await revoke(key.rawKey, elsewhere)).toEqual(first);
});

test('a key that has expired, is rehearsed or was revoked by a person can be revoked by its holder', async () => {
  await service.ask(REHEARSE, { id: key.id, minutes: 5 }, lab.owner);
  expect(await revoke()).toMatchObject({ status: 200, body: { revoked_at: now.toISOString() } });

  const expiresAt = new Date(now.getTime() + HOUR);
  const expiring = await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { expiresAt });
  now = new Date(now.getTime() + 2 * HOUR);
  expect(await revoke(expiring.rawKey)).toMatchObject({ status: 200 });

  const other = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  const revokedAt = now.toISOString();
  await service.ask(REVOKE_KEY, { id: other.id }, lab.owner);
  now = new Date(now.getTime() + HOUR);
  expect(await revoke(other.rawKey)).toMatchObject({ status: 200, body: { revoked_at: revokedAt } });
});

test('only an unknown key is refused, and no other key is revoked', async () => {
  expect(await revoke(generateRawKey().text)).toMatchObject({ status: 401 });
  expect(await revoke('sk_wrong')).toMatchObject({ status: 401 });
  expect(await revoke(null)).toMatchObject({ status: 401 });
  expect((await predict()).status).toBe(200);
});

test('the key and the activity say that it was revoked by its holder, and from which network', async () => {
  await revoke();
  const query = 'query ($id: ID!) { apiKey(id: $id) { status revocationSource revokedBy { id } } }';
  expect((await service.ask(query, { id: key.id }, lab.owner)).apiKey).toEqual({
    status: 'REVOKED',
    revocationSource: 'HOLDER',
    revokedBy: null,
  });
  await revoke();
  const rows = await service.db
    .selectFrom('activity')
    .select(['actorId', 'network', 'details'])
    .where('subjectId', '=', key.id)
    .where('action', '=', 'api_key.revoked')
    .execute();
  expect(rows).toEqual([
    { actorId: null, network: '127.0.0.1', details: { prefix: key.prefix, by: 'holder' } },
  ]);
});
