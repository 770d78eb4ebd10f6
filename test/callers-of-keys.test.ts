import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { intervalOf } from '../src/predictions/call-interval.ts';
import { countCallers } from '../src/predictions/key-callers.ts';
import {
  type Credential,
  createKey,
  gasoline,
  insertLogs,
  type Lab,
  openLab,
  PREDICT,
  type Service,
  startPair,
} from './harness.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('the next call is due the median interval of the last calls after the last one', () => {
  const start = Date.parse('2031-05-13T10:00:00Z');
  const callsAt = (...ms: number[]) => ms.map(each => new Date(start + each));
  const every = (interval: number, calls: number) =>
    callsAt(...Array.from({ length: calls }, (_, i) => i * interval));
  const none = { medianIntervalSeconds: null, nextDueAt: null };

  test.for<[string, Date[], number | null, number | null]>([
    ['never called', [], null, null],
    ['called once', every(HOUR, 1), null, null],
    ['called four times', every(HOUR, 4), null, null],
    ['called five times, every hour', every(HOUR, 5), 3600, 5 * HOUR],
    ['called every 90 seconds', every(90 * SECOND, 50), 90, 50 * 90 * SECOND],
    ['with one long pause', callsAt(0, 1000, 2000, 3000, 3000 + 24 * HOUR), 1, 4000 + 24 * HOUR],
    ['with an even number of intervals', callsAt(0, 1000, 2000, 5000, 8000), 2, 10_000],
    ['with an odd number of intervals', callsAt(0, 1000, 2000, 4000, 8000, 8000 + HOUR), 2, 10_000 + HOUR],
    ['all at once', callsAt(5, 5, 5, 5, 5), 0, 5],
    ['in another order', callsAt(4 * HOUR, 0, 3 * HOUR, HOUR, 2 * HOUR), 3600, 5 * HOUR],
    [
      'at changing times of a week',
      callsAt(0, 7 * HOUR, 8 * HOUR, 20 * HOUR, 26 * HOUR),
      6.5 * 3600,
      32.5 * HOUR,
    ],
  ])('%s', ([, times, seconds, due]) => {
    const given = times.map(Number);
    expect(intervalOf(times)).toEqual(
      seconds === null || due === null
        ? none
        : { medianIntervalSeconds: seconds, nextDueAt: new Date(start + due) },
    );
    expect(times.map(Number)).toEqual(given);
  });
});

describe('who calls with a key', () => {
  let now = new Date();
  let service: Service;
  let elsewhere: Service;
  let lab: Lab;
  let key: { id: string; rawKey: string };

  beforeAll(async () => {
    const pair = await startPair({ now: () => now, trustedProxies: ['127.0.0.1'] });
    ({ service, elsewhere } = pair);
    lab = await openLab(service);
    return pair.close;
  });
  beforeEach(async () => {
    now = new Date();
    key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  });

  const from = (address: string): Credential => ({
    headers: { authorization: `Api-Key ${key.rawKey}`, 'x-forwarded-for': address },
  });
  const predict = (as: Credential, on = service) =>
    on.ask(PREDICT, { deploymentId: lab.deploymentId, spectra: gasoline() }, as);
  const predictOverRest = (address: string) =>
    fetch(`${service.url}/api/deployments/${lab.deploymentId}/predict`, {
      method: 'POST',
      headers: {
        authorization: `Api-Key ${key.rawKey}`,
        'x-forwarded-for': address,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        spectra: gasoline().map(({ sampleName, yValues }) => ({
          sample_name: sampleName,
          y_values: yValues,
        })),
      }),
    });
  const useOf = async (id = key.id) =>
    (
      await service.ask(
        `query ($id: ID!) { apiKey(id: $id) {
          recentUse { calls networks { network calls lastAt } medianIntervalSeconds nextDueAt }
          callers { since networks { network calls lastAt } }
          predictionLogs(first: 100) { nodes { network } }
        } }`,
        { id },
        lab.owner,
      )
    ).apiKey;

  test('each log keeps the network of its program, over both doors and of both servers, and not that of a person', async () => {
    await predict(from('203.0.113.7'));
    await predict(from('2001:db8::1'), elsewhere);
    await predict(from('2001:db8::2'));
    await predict(from('::ffff:203.0.113.7'));
    expect((await predictOverRest('203.0.113.8')).status).toBe(200);
    await predict({ headers: { cookie: lab.owner.cookie, 'x-forwarded-for': '203.0.113.9' } });
    expect((await useOf())?.predictionLogs.nodes.map(({ network }) => network)).toEqual([
      '203.0.113.8',
      '203.0.113.7',
      '2001:db8::/64',
      '2001:db8::/64',
      '203.0.113.7',
    ]);
    const { rows } = await sql<{ network: null }>`
      select network from prediction_logs where source = 'WEB'`.execute(service.db);
    expect(rows).toEqual([{ network: null }]);
  });

  test('the callers of the last day and the last calls say from where and when, the latest first', async () => {
    const end = now.getTime();
    const called = async (ago: number, address: string, on = service) => {
      now = new Date(end - ago);
      await predict(from(address), on);
    };
    await called(24 * HOUR + 1, '203.0.113.1');
    await called(24 * HOUR, '203.0.113.2');
    for (const ago of [3, 2, 1]) await called(ago * HOUR, '203.0.113.3', elsewhere);
    await called(30 * MINUTE, '203.0.113.2');
    now = new Date(end);
    const caller = (network: string, calls: number, ago: number) => ({
      network,
      calls,
      lastAt: new Date(end - ago).toISOString(),
    });
    expect(await useOf()).toMatchObject({
      callers: {
        since: new Date(end - 24 * HOUR).toISOString(),
        networks: [caller('203.0.113.2', 2, 30 * MINUTE), caller('203.0.113.3', 3, HOUR)],
      },
      recentUse: {
        calls: 6,
        networks: [
          caller('203.0.113.2', 2, 30 * MINUTE),
          caller('203.0.113.3', 3, HOUR),
          caller('203.0.113.1', 1, 24 * HOUR + 1),
        ],
        medianIntervalSeconds: 3600,
        nextDueAt: new Date(end + 30 * MINUTE).toISOString(),
      },
    });
  });

  test('a key that was called fewer than five times has no next call, and one without calls no callers', async () => {
    expect(await useOf()).toMatchObject({
      recentUse: { calls: 0, networks: [], medianIntervalSeconds: null, nextDueAt: null },
      callers: { networks: [] },
    });
    for (const _ of [1, 2, 3, 4]) await predict(from('203.0.113.1'));
    expect(await useOf()).toMatchObject({
      recentUse: { calls: 4, medianIntervalSeconds: null, nextDueAt: null },
    });
  });

  test('the last 50 calls count, and calls from before networks were kept have none', async () => {
    await insertLogs(
      service,
      lab.deploymentId,
      Array.from({ length: 60 }, (_, i) => ({
        keyId: key.id,
        at: new Date(now.getTime() - (i < 49 ? i * SECOND : i * HOUR)),
      })),
    );
    expect((await useOf())?.recentUse).toMatchObject({
      calls: 50,
      networks: [{ network: null, calls: 50 }],
      medianIntervalSeconds: 1,
    });
  });

  test('of too many calls the newest are counted, and it says from when on', async () => {
    // Keys in one query share 50 000 calls.
    const others = Array.from({ length: 999 }, () => '01890000-0000-7000-8000-000000000000');
    await insertLogs(
      service,
      lab.deploymentId,
      Array.from({ length: 60 }, (_, i) => ({ keyId: key.id, at: new Date(now.getTime() - i * MINUTE) })),
    );
    const [counted] = await countCallers(service.db, now, [key.id, ...others]);
    expect(counted).toEqual({
      since: new Date(now.getTime() - 49 * MINUTE),
      networks: [{ network: null, calls: 50, lastAt: now }],
    });
  });
});
