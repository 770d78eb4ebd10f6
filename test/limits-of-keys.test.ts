import { beforeAll, beforeEach, expect, test } from 'vitest';
import { callThrough, rest } from './doors.ts';
import { callFiles } from './file-calls.ts';
import {
  type Credential,
  codes,
  createKey,
  gasoline,
  headersOf,
  type Lab,
  openLab,
  type Service,
  startPair,
  UPDATE_KEY,
} from './harness.ts';

// What a program learns of the limits of its key.

const THIS = new Date();
const startOfMonth = (later: 0 | 1) => new Date(Date.UTC(THIS.getUTCFullYear(), THIS.getUTCMonth() + later));
/** The 13th of the present month, at noon. */
const NOON = new Date(Date.UTC(THIS.getUTCFullYear(), THIS.getUTCMonth(), 13, 12));
/** The limit of the plan. */
const QUOTA = 100_000;

let now = NOON;
let service: Service;
/** A second server on the same database. */
let elsewhere: Service;
let lab: Lab;

beforeAll(async () => {
  const pair = await startPair({ now: () => now });
  ({ service, elsewhere } = pair);
  return pair.close;
});
beforeEach(async () => {
  now = NOON;
  lab = await openLab(service);
});

const newKey = (more: Parameters<typeof createKey>[3] = {}) =>
  createKey(service, lab.owner, { deploymentId: lab.deploymentId }, more);
const change = (id: string, changes: object) =>
  service.ask(UPDATE_KEY, { input: { id, ...changes } }, lab.owner);
const predict = (as: Credential, { on = service, spectra = 1 } = {}) =>
  callThrough(rest, on, { deploymentId: lab.deploymentId, spectra: gasoline(spectra) }, as);

/** The two parameters of each policy in a header, by its name. */
const policiesIn = (header: string | null) =>
  Object.fromEntries(
    (header ?? '').split(', ').map(policy => {
      const [, name, first, second] = /^"([a-z-]+)";[qr]=(\d+);[wt]=(\d+)$/.exec(policy) ?? [];
      return [name, [Number(first), Number(second)]];
    }),
  );
const ratesIn = ({ headers }: { headers: Headers }) => policiesIn(headers.get('ratelimit'));
const rulesIn = ({ headers }: { headers: Headers }) => policiesIn(headers.get('ratelimit-policy'));
/** What the key has left of its own month. */
const leftIn = (answer: { headers: Headers }) => ratesIn(answer)['key-monthly-predictions']?.[0];

test('RateLimit has the month of the key beside that of the deployment, in answers and refusals of every server', async () => {
  const key = await newKey({ monthlyPredictions: 5 });
  const other = await predict(await newKey(), { spectra: 2 });
  expect(Object.keys(ratesIn(other))).toEqual(['monthly-predictions']);

  const first = await predict(key, { spectra: 2 });
  const toNextMonth = (startOfMonth(1).getTime() - NOON.getTime()) / 1000;
  const month = (startOfMonth(1).getTime() - startOfMonth(0).getTime()) / 1000;
  expect(ratesIn(first)).toEqual({
    'monthly-predictions': [QUOTA - 4, toNextMonth],
    'key-monthly-predictions': [3, toNextMonth],
  });
  expect(rulesIn(first)).toEqual({
    'monthly-predictions': [QUOTA, month],
    'key-monthly-predictions': [5, month],
  });

  const answers = [];
  for (const [on, spectra] of [
    [elsewhere, 1],
    [service, 3],
    [elsewhere, 3],
    [service, 2],
    [elsewhere, 1],
    [service, 1],
  ] as const) {
    const answer = await predict(key, { on, spectra });
    answers.push([answer.code ?? answer.status, leftIn(answer)]);
  }
  const { API_KEY_QUOTA_EXCEEDED } = codes;
  expect(answers).toEqual([
    [200, 2],
    [API_KEY_QUOTA_EXCEEDED, 2],
    [API_KEY_QUOTA_EXCEEDED, 2],
    [200, 0],
    [API_KEY_QUOTA_EXCEEDED, 0],
    [API_KEY_QUOTA_EXCEEDED, 0],
  ]);
});

test('when two servers are called at once, the last call that is granted leaves nothing', async () => {
  const key = await newKey({ monthlyPredictions: 10 });
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, i) => predict(key, { on: i % 2 ? elsewhere : service })),
  );
  const granted = answers.filter(({ status }) => status === 200);
  expect(granted).toHaveLength(10);
  expect(Math.min(...granted.map(answer => leftIn(answer) ?? Number.NaN))).toBe(0);
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.map(leftIn)).toEqual(refused.map(() => 0));
});

test('on an unlimited plan RateLimit has the limit of the key alone', async () => {
  lab = await openLab(service, 'ENTERPRISE');
  const key = await newKey({ monthlyPredictions: 5 });
  for (const left of [4, 3]) {
    const answer = await predict(key);
    expect([answer.status, Object.keys(ratesIn(answer)), leftIn(answer)]).toEqual([
      200,
      ['key-monthly-predictions'],
      left,
    ]);
  }
});

test('RateLimit counts what the key predicted before its limit was set, and comes with refused files too', async () => {
  const key = await newKey();
  await predict(key, { spectra: 3 });
  await change(key.id, { monthlyPredictions: 2 });
  const notAFile = [{ name: 'a.csv', bytes: Buffer.from('sample,900,902\na,1,x\n') }];
  // Not counted before the first call.
  const before = await callFiles(service, lab.deploymentId, notAFile, key);
  expect([before.status, leftIn(before), rulesIn(before)['key-monthly-predictions']?.[0]]).toEqual([
    400,
    undefined,
    2,
  ]);
  const refused = await predict(key);
  expect([refused.code, leftIn(refused)]).toEqual([codes.API_KEY_QUOTA_EXCEEDED, 0]);
  const after = await callFiles(service, lab.deploymentId, notAFile, key);
  expect([after.status, leftIn(after)]).toEqual([400, 0]);
});

test('RateLimit has the calls that the key has left of the minute on the server', async () => {
  now = new Date(NOON.getTime() + 30_000);
  const key = await newKey({ callsPerMinute: 2 });
  for (const on of [service, elsewhere]) {
    for (const [status, left] of [
      [200, 1],
      [200, 0],
      [429, 0],
    ]) {
      const answer = await predict(key, { on });
      expect(answer.status).toBe(status);
      expect(ratesIn(answer)['key-calls-a-minute']).toEqual([left, 30]);
      expect(rulesIn(answer)['key-calls-a-minute']).toEqual([2, 60]);
    }
  }
  now = new Date(NOON.getTime() + 60_000);
  expect(ratesIn(await predict(key))['key-calls-a-minute']).toEqual([1, 60]);
});

test('a key reads its limits, and what it has used of them, over both APIs of every server', async () => {
  const key = await newKey();
  async function read(on: Service) {
    const response = await fetch(`${on.url}/api/key`, { headers: headersOf(key) });
    const { allowed_networks, monthly_predictions, usage, calls_per_minute } = JSON.parse(
      await response.text(),
    );
    const { currentApiKey } = await on.ask(
      '{ currentApiKey { allowedNetworks monthlyPredictions usage { month predictions limit } callsPerMinute } }',
      {},
      key,
    );
    const described = {
      allowedNetworks: allowed_networks,
      monthlyPredictions: monthly_predictions,
      usage,
      callsPerMinute: calls_per_minute,
    };
    expect(currentApiKey).toEqual(described);
    return described;
  }
  expect(await read(service)).toEqual({
    allowedNetworks: null,
    monthlyPredictions: null,
    usage: null,
    callsPerMinute: null,
  });
  await predict(key, { spectra: 3 });
  const limits = { allowedNetworks: ['127.0.0.0/8'], monthlyPredictions: 9, callsPerMinute: 60 };
  await change(key.id, limits);
  const month = NOON.toISOString().slice(0, 7);
  const using = (predictions: number) => ({ ...limits, usage: { month, predictions, limit: 9 } });
  for (const on of [service, elsewhere]) expect(await read(on)).toEqual(using(3));
  await predict(key, { spectra: 2 });
  for (const on of [service, elsewhere]) expect(await read(on)).toEqual(using(5));
  now = startOfMonth(1);
  expect((await read(service)).usage).toMatchObject({ predictions: 0, limit: 9 });
});
