import { sql } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { connect } from '../src/database/pool.ts';
import { countKeyDays, countKeyPredictions } from '../src/predictions/key-usage.ts';
import { makeLogPartitions } from '../src/predictions/partitions.ts';
import {
  createKey,
  DELETE_KEY,
  deploy,
  insertKeys,
  insertLogs,
  type Lab,
  openLab,
  PREDICT,
  type Service,
  startService,
} from './harness.ts';
import { linearRegression } from './onnx-files.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;

let now = new Date('2031-03-10T12:00:00Z');
let service: Service;
/** For what requests must not wait for. */
let witness: Service['db'];
let lab: Lab;

beforeAll(async () => {
  service = await startService({ now: () => now });
  witness = connect({ url: service.databaseUrl, max: 2, onIdleError: () => {} });
  for (const month of ['2030-12', '2031-01', '2031-03']) await makeLogPartitions(service.db, new Date(month));
  lab = await openLab(service, 'ENTERPRISE');
});
afterAll(async () => {
  await service.close();
  await witness.destroy();
});
beforeEach(async () => {
  await sql`truncate api_key_days, api_key_days_counted, prediction_logs`.execute(witness);
});

const daysCounted = async () =>
  (await sql`select * from api_key_days order by api_key_id, day`.execute(witness)).rows;
const count = (keys: readonly string[], days = 90, at = now) =>
  countKeyPredictions(
    service.db,
    at,
    keys.map(apiKeyId => ({ apiKeyId, days })),
  );

/** Calls at the edges of days and months, and amid them, for some keys. */
async function insertCalls(keys: readonly string[]) {
  const moments = [
    '2030-12-11T00:00:00.000Z',
    '2030-12-31T23:59:59.999Z',
    '2031-01-01T00:00:00.000Z',
    '2031-01-31T23:59:59.999Z',
    '2031-02-01T00:00:00.000Z',
    '2031-02-14T12:00:00.000Z',
    '2031-02-28T23:59:59.999Z',
    '2031-03-01T00:00:00.000Z',
    '2031-03-08T23:59:59.999Z',
    '2031-03-09T00:00:00.000Z',
    '2031-03-09T23:59:59.999Z',
    '2031-03-10T00:00:00.000Z',
    '2031-03-10T11:59:59.999Z',
  ];
  const logs = keys.flatMap((keyId, key) =>
    moments.flatMap((moment, index) =>
      (index + key) % 4 === 3
        ? []
        : Array.from({ length: 1 + (index % 3) }, (_, call) => ({
            keyId,
            at: new Date(Date.parse(moment)),
            spectra: 1 + ((key + index + call) % 5),
          })),
    ),
  );
  await insertLogs(service, lab.deploymentId, logs);
  return keys.map(key =>
    Array.from({ length: 90 }, (_, index) => {
      const date = new Date(now.getTime() - (89 - index) * DAY_MS).toISOString().slice(0, 10);
      const calls = logs.filter(({ keyId, at }) => keyId === key && at.toISOString().startsWith(date));
      const predictions = calls.reduce((sum, { spectra }) => sum + spectra, 0);
      return { date, predictions, isMinimum: false, calls: calls.length };
    }),
  );
}

test('the counts are the same whatever days the job has counted, over ends of months, and when it runs twice', async () => {
  const keys = await insertKeys(service, lab.owner.projectId, 5);
  const expected = await insertCalls(keys);
  expect(await count(keys)).toEqual(expected);
  for (let at = now.getTime() - 92 * DAY_MS; at <= now.getTime(); at += 5.5 * HOUR_MS) {
    await countKeyDays(service.db, new Date(at));
    if (at % (3 * DAY_MS) < 6 * HOUR_MS)
      expect(await count(keys), new Date(at).toISOString()).toEqual(expected);
  }
  await countKeyDays(service.db, now);
  const days = await daysCounted();
  expect(days).toHaveLength(new Set(days.map(day => JSON.stringify(day))).size);
  expect(days.length).toBeGreaterThan(20);
  await Promise.all([countKeyDays(service.db, now), countKeyDays(witness, now)]);
  expect(await daysCounted()).toEqual(days);
  expect(await count(keys)).toEqual(expected);
  for (const length of [1, 2, 10, 11, 38, 69]) {
    expect(await count(keys, length)).toEqual(expected.map(list => list.slice(-length)));
  }
});

test.each(['America/New_York', 'Asia/Tokyo'])(
  'days are in UTC where the clock of the server is that of %s',
  async zone => {
    const { TZ } = process.env;
    process.env.TZ = zone;
    onTestFinished(() => {
      if (TZ === undefined) delete process.env.TZ;
      else process.env.TZ = TZ;
    });
    const keys = await insertKeys(service, lab.owner.projectId, 2);
    const expected = await insertCalls(keys);
    await countKeyDays(service.db, new Date('2031-02-14T12:00:00Z'), AbortSignal.timeout(5000));
    expect(await count(keys)).toEqual(expected);
    await countKeyDays(service.db, now, AbortSignal.timeout(5000));
    expect(await count(keys)).toEqual(expected);
  },
);

test('two jobs at once count each day once', async () => {
  const keys = await insertKeys(service, lab.owner.projectId, 3);
  const expected = await insertCalls(keys);
  await Promise.all([
    countKeyDays(service.db, now),
    countKeyDays(witness, now),
    countKeyDays(service.db, now),
  ]);
  expect(await count(keys)).toEqual(expected);
});

test('a day that the job counts while its counts are read is neither lost nor counted twice', async () => {
  const keys = await insertKeys(service, lab.owner.projectId, 2);
  const expected = await insertCalls(keys);
  await countKeyDays(service.db, new Date('2031-03-09T12:00:00Z'));
  const job = await witness.startTransaction().execute();
  await sql`lock table api_key_days_counted in access exclusive mode`.execute(job);
  const counts = count(keys);
  const isWaiting = async () => {
    const { rows } = await sql`
      select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
      witness,
    );
    return rows.length;
  };
  await expect.poll(isWaiting, { interval: 5, timeout: 10_000 }).toBe(1);
  await sql`
    insert into api_key_days
    select api_key_id, '2031-03-09', sum(spectra), count(*) from prediction_logs
    where created_at >= '2031-03-09Z' and created_at < '2031-03-10Z' group by 1`.execute(job);
  await sql`update api_key_days_counted set before = '2031-03-10'`.execute(job);
  await job.commit().execute();
  expect(await counts).toEqual(expected);
  expect(await count(keys)).toEqual(expected);
});

test('a day is counted an hour after its end, as a call of its last seconds is logged later', async () => {
  const keys = await insertKeys(service, lab.owner.projectId, 1);
  await insertLogs(service, lab.deploymentId, [
    { keyId: keys[0] ?? '', at: new Date('2031-03-09T23:59:59.999Z') },
  ]);
  await countKeyDays(service.db, new Date('2031-03-10T00:59:59.999Z'));
  expect(await daysCounted()).toEqual([]);
  await countKeyDays(service.db, new Date('2031-03-10T01:00:00.000Z'));
  expect(await daysCounted()).toHaveLength(1);
});

test('counts of more than 90 days ago are deleted, and a job that ran long ago goes on from there', async () => {
  const keys = await insertKeys(service, lab.owner.projectId, 2);
  const expected = await insertCalls(keys);
  await countKeyDays(service.db, new Date('2030-12-20T12:00:00Z'));
  expect((await daysCounted()).length).toBeGreaterThan(0);
  await countKeyDays(service.db, now);
  expect(await count(keys)).toEqual(expected);
  await countKeyDays(service.db, new Date('2032-01-01T12:00:00Z'));
  expect(await daysCounted()).toEqual([]);
});

describe('the calls that are counted from the logs', () => {
  const LIMIT = 100;
  /** Keys in one query share 100 000 calls. */
  const with999Others = async (key: string, days = 3) =>
    (
      await countKeyPredictions(service.db, now, [
        { apiKeyId: key, days },
        ...Array.from({ length: 999 }, () => ({ apiKeyId: newId(), days })),
      ])
    )[0];

  test('are exact up to the limit, and a minimum beyond it on the days whose calls were not all counted', async () => {
    const [key = ''] = await insertKeys(service, lab.owner.projectId, 1);
    const call = (at: string) => ({ keyId: key, at: new Date(at), spectra: 2 });
    await insertLogs(service, lab.deploymentId, [
      call('2031-03-08T12:00:00Z'),
      ...Array.from({ length: LIMIT - 11 }, () => call('2031-03-09T12:00:00Z')),
      ...Array.from({ length: 10 }, () => call('2031-03-10T11:00:00Z')),
    ]);
    const exact = [
      { date: '2031-03-08', predictions: 2, isMinimum: false, calls: 1 },
      { date: '2031-03-09', predictions: 2 * (LIMIT - 11), isMinimum: false, calls: LIMIT - 11 },
      { date: '2031-03-10', predictions: 20, isMinimum: false, calls: 10 },
    ];
    expect(await with999Others(key)).toEqual(exact);
    await insertLogs(
      service,
      lab.deploymentId,
      Array.from({ length: 30 }, () => call('2031-03-08T13:00:00Z')),
    );
    const capped = await with999Others(key);
    expect(capped?.map(({ isMinimum }) => isMinimum)).toEqual([true, false, false]);
    expect(capped?.[0]?.predictions).toBeLessThan(62);
    expect(capped?.slice(1).map(({ predictions }) => predictions)).toEqual([2 * (LIMIT - 11), 20]);
    await countKeyDays(service.db, new Date('2031-03-09T12:00:00Z'));
    expect(await with999Others(key)).toEqual([
      { ...exact[0], predictions: 62, calls: 31 },
      ...exact.slice(1),
    ]);
    await insertLogs(
      service,
      lab.deploymentId,
      Array.from({ length: 30 }, () => call('2031-03-09T13:00:00Z')),
    );
    expect((await with999Others(key))?.map(({ isMinimum }) => isMinimum)).toEqual([false, true, false]);
  });
});

test('what people see agrees with the calls, before and after the job, and a deleted key stops no job', async () => {
  const { deploymentId } = await deploy(service, lab.owner, linearRegression({ weights: [1] }), 'Line');
  const keys = [];
  for (const _ of [1, 2]) keys.push(await createKey(service, lab.owner, { projectId: lab.owner.projectId }));
  const [key, deleted] = keys;
  if (!key || !deleted) throw new Error('no keys');
  const call = async (at: string, spectra: number, as = key) => {
    now = new Date(at);
    await service.ask(
      PREDICT,
      { deploymentId, spectra: Array.from({ length: spectra }, () => ({ sampleName: 'a', yValues: [1] })) },
      as,
    );
  };
  const seen = async () => {
    const { apiKeys } = await service.ask(
      `query ($of: ApiKeyTarget!) { apiKeys(of: $of, first: 100) { nodes {
        id
        dailyPredictions(days: 4) { date predictions isMinimum }
        predictionLogs(first: 3) { nodes { createdAt deploymentName } }
      } } }`,
      { of: { projectId: lab.owner.projectId } },
      lab.owner,
    );
    return apiKeys.nodes.find(({ id }) => id === key.id);
  };
  await call('2031-03-11T23:59:59.999Z', 3);
  await call('2031-03-12T00:00:00.000Z', 4);
  await call('2031-03-12T00:00:00.001Z', 5, deleted);
  await call('2031-03-13T12:00:00.000Z', 6);
  await service.ask(DELETE_KEY, { id: deleted.id }, lab.owner);
  const before = await seen();
  expect(before?.dailyPredictions).toEqual(
    [0, 3, 4, 6].map((predictions, index) => ({
      date: `2031-03-${10 + index}`,
      predictions,
      isMinimum: false,
    })),
  );
  expect(before?.predictionLogs.nodes).toEqual(
    ['13T12:00:00.000Z', '12T00:00:00.000Z', '11T23:59:59.999Z'].map(at => ({
      createdAt: `2031-03-${at}`,
      deploymentName: 'Line',
    })),
  );
  await countKeyDays(service.db, now);
  expect(await seen()).toEqual(before);
  await service.ask(
    'mutation ($id: ID!) { deleteDeployment(id: $id) { deletedDeploymentId } }',
    { id: deploymentId },
    lab.owner,
  );
  expect(await seen()).toEqual(before);
  await service.ask(DELETE_KEY, { id: key.id }, lab.owner);
  expect(await daysCounted()).toEqual([]);
});
