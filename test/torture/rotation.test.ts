import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../src/database/pool.ts';
import {
  CREATE_KEY,
  codes,
  createKey,
  DELETE_KEY,
  deploy,
  openLab,
  PREDICT,
  REVOKE_KEY,
  ROTATE_KEY,
  refusal,
  startServiceForTest,
} from '../harness.ts';
import { linearRegression } from '../onnx-files.ts';
import { report } from '../report.ts';
import { scaled } from './rounds.ts';
import { startProcesses } from './servers.ts';

const LIMIT = 10;

test('rotations beside revocations, deletions and creations at the limit: never more keys than allowed, and no outage', async () => {
  const rounds = scaled(1000, 5);
  const service = await startServiceForTest();
  // Another organization every 200 rounds, since a person can make 5000 changes an hour in one.
  const openOrganization = async () => {
    const { owner } = await openLab(service, 'PRO');
    const { deploymentId } = await deploy(service, owner, linearRegression({ weights: [1] }), 'One point');
    return { owner, deploymentId };
  };
  const [first, second] = await startProcesses(2, service.databaseUrl);
  if (!first || !second) throw new Error('no servers');
  const servers = [first, second] as const;
  const witness = connect({ url: service.databaseUrl, max: 1, onIdleError: () => {} });
  onTestFinished(() => witness.destroy());

  /** The usable keys of one snapshot, and those that count against the limit. */
  const count = async () => {
    const { rows } = await sql<{ usable: number; counted: number }>`
      with usable as (
        select id, predecessor_id from api_keys
        where revoked_at is null and (expires_at is null or expires_at > clock_timestamp())
      )
      select count(*)::int as usable,
        (count(*) filter (where id not in (
          select predecessor_id from usable where predecessor_id is not null)))::int as counted
      from usable`.execute(witness);
    return rows[0] ?? { usable: Number.NaN, counted: Number.NaN };
  };
  let { owner, deploymentId } = await openOrganization();
  const predict = (on: (typeof servers)[number], rawKey: string) =>
    on.call(PREDICT, { deploymentId, spectra: [{ sampleName: 'a', yValues: [2] }] }, { rawKey });
  const began = performance.now();
  const found = { rotated: 0, refused: 0, ended: 0, created: 0, calls: 0, looks: 0 };

  for (let round = 0; round < rounds; round++) {
    await service.db.deleteFrom('apiKeys').execute();
    if (round > 0 && round % 200 === 0) ({ owner, deploymentId } = await openOrganization());
    const keys = [];
    for (let at = 0; at < LIMIT; at++) keys.push(await createKey(service, owner, { deploymentId }));
    const [key] = keys;
    if (!key) throw new Error('no key');
    for (const server of servers) expect((await predict(server, key.rawKey)).status).toBe(200);
    const [here, there] = round % 2 ? servers : ([second, first] as const);
    let under = true;
    const watching = (async () => {
      while (under) {
        const { usable, counted } = await count();
        expect(counted).toBeLessThanOrEqual(LIMIT);
        expect(usable).toBeLessThanOrEqual(2 * LIMIT);
        found.looks += 1;
      }
    })();
    // Every third round nothing ends the key, so it has to be answered throughout.
    const ending = [undefined, REVOKE_KEY, DELETE_KEY][round % 3];
    const calling = (async () => {
      while (under) {
        const { status } = await predict(there, key.rawKey);
        if (!ending) expect(status).toBe(200);
        found.calls += 1;
      }
    })();
    const overlapSeconds = 3600;
    const [rotation] = await Promise.all([
      here.call(ROTATE_KEY, { input: { id: key.id, overlapSeconds } }, owner),
      there.call(ROTATE_KEY, { input: { id: key.id, overlapSeconds } }, owner).then(({ data }) => {
        if (data?.rotateApiKey) found.rotated += 1;
      }),
      ending && there.call(ending, { id: key.id }, owner),
      ...[here, there].map(async server => {
        const { code } = await server.call(
          CREATE_KEY,
          { input: { target: { deploymentId }, name: 'Another' } },
          owner,
        );
        if (code === undefined) found.created += 1;
        else expect(code).toBe(codes.API_KEY_LIMIT_REACHED);
      }),
    ]);
    under = false;
    await Promise.all([watching, calling]);
    const successor = rotation.data?.rotateApiKey;
    if (!successor) {
      found.refused += 1;
      continue;
    }
    found.rotated += 1;
    const { rawKey, apiKey } = successor;
    if (!ending) {
      for (const server of servers) {
        for (const raw of [key.rawKey, rawKey]) expect((await predict(server, raw)).status).toBe(200);
      }
    }
    // Without an overlap, the older keys are refused from the next call on, whatever ends the oldest one meanwhile.
    let rotating = true;
    const calls = servers.map(async server => {
      while (rotating) {
        const answer = await predict(server, rawKey);
        if (answer.status !== 200) expect(answer).toMatchObject(refusal(codes.API_KEY_EXPIRED));
        found.calls += 1;
      }
    });
    const [last, ended] = await Promise.all([
      here.call(ROTATE_KEY, { input: { id: apiKey.id, overlapSeconds: 0 } }, owner),
      ending ? undefined : there.call(round % 2 ? DELETE_KEY : REVOKE_KEY, { id: key.id }, owner),
    ]);
    rotating = false;
    await Promise.all(calls);
    if (ended) expect(ended).toMatchObject({ status: 200 });
    const newest = last.data?.rotateApiKey.rawKey ?? '';
    found.ended += 1;
    for (const server of servers) {
      expect(await predict(server, rawKey)).toMatchObject(refusal(codes.API_KEY_EXPIRED));
      expect((await predict(server, key.rawKey)).status).not.toBe(200);
      expect((await predict(server, newest)).status).toBe(200);
    }
    // Unknown keys are rate limited.
    await service.db.deleteFrom('rateLimits').execute();
  }
  report('rotation', { rounds, ...found, seconds: Math.round((performance.now() - began) / 1000) });
  for (const server of servers) server.expectAlive();
});
