import { once } from 'node:events';
import { createServer } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { connect } from '../src/database/pool.ts';
import { buildSchema } from '../src/graphql/schema.ts';
import { run } from './commands.ts';
import { emptyDatabase } from './databases.ts';
import {
  codes,
  createKey,
  deploy,
  gasoline,
  type Lab,
  LIST_KEYS,
  openLab,
  PREDICT,
  type Service,
  SIGN_IN,
  startService,
  startServiceForTest,
} from './harness.ts';
import { linearRegression, loopingRegression } from './onnx-files.ts';

let service: Service;
let lab: Lab;
let key: { rawKey: string };

beforeAll(async () => {
  service = await startService({ metrics: true, modelLimits: { runMs: 2000 }, pool: 3 });
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
});
afterAll(() => service.close());

/** Every sample by its name and labels, as Prometheus parses them. */
async function scrape(of = service): Promise<Map<string, number>> {
  const response = await fetch(of.metricsUrl ?? '');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const samples = (await response.text()).split('\n').filter(line => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map(line => {
      const [, name = '', value = ''] = /^(.+) (\S+)$/.exec(line) ?? [];
      return [name, Number(value)];
    }),
  );
}

/** How much each sample has grown while something was done. */
async function growth(work: () => Promise<unknown>, of = service): Promise<(name: string) => number> {
  const before = await scrape(of);
  await work();
  const after = await scrape(of);
  return name => (after.get(name) ?? 0) - (before.get(name) ?? 0);
}

const requests = (operation: string, code: string) =>
  `spectrakey_requests_total{operation="${operation}",code="${code}"}`;
const predict = (deploymentId = lab.deploymentId, spectra = gasoline(), as: { rawKey: string } = key) =>
  service.call(PREDICT, { deploymentId, spectra }, as);

test('requests are counted by what they call and the code that they get, and are timed', async () => {
  const grown = await growth(async () => {
    // The first goes through Apollo, the others by the fast path.
    for (let call = 0; call < 3; call++) await predict();
    await predict(lab.deploymentId, [{ sampleName: 'short', yValues: [1] }]);
    await predict('00000000-0000-7000-8000-000000000000');
    await predict(lab.deploymentId, gasoline(), { rawKey: 'nonsense' });
    await service.call('{ viewer { id } }', {}, { rawKey: 'nonsense' });
    await service.call('{ __schema { description } }');
    await service.call('{ viewer {');
    await service.call('{ nothingLikeThis }');
    await fetch(`${service.url}/graphql`, { method: 'POST', body: 'no JSON' });
    await fetch(`${service.url}/graphql?query={__typename}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    await fetch(`${service.url}/graphql?query={__typename}`);
    await fetch(`${service.url}/healthz`);
  });
  expect(grown(requests('predict', 'ok'))).toBe(3);
  expect(grown(requests('predict', codes.BAD_USER_INPUT))).toBe(1);
  expect(grown(requests('predict', codes.API_KEY_NOT_AUTHORIZED))).toBe(1);
  // The caller is identified before the body is read.
  expect(grown(requests('none', codes.UNAUTHENTICATED))).toBe(2);
  expect(grown(requests('__schema', 'ok'))).toBe(1);
  expect(grown(requests('none', codes.GRAPHQL_PARSE_FAILED))).toBe(1);
  expect(grown(requests('none', codes.GRAPHQL_VALIDATION_FAILED))).toBe(1);
  expect(grown(requests('none', codes.UNSUPPORTED_MEDIA_TYPE))).toBe(1);
  expect(grown(requests('__typename', 'ok'))).toBe(1);
  expect(grown(requests('none', codes.BAD_USER_INPUT))).toBe(1);
  expect(grown('spectrakey_request_seconds_count{operation="predict"}')).toBe(5);
  const took = grown('spectrakey_request_seconds_sum{operation="predict"}');
  expect(took).toBeGreaterThan(0.001);
  expect(took).toBeLessThan(5);
});

test('no label contains a name that a client chose', async () => {
  const chosen = 'chosenByTheClient';
  await service.call(`query ${chosen} { ${chosen}: viewer { id } }`);
  await service.call(`query ${chosen} { ${chosen} }`);
  await service.call(`query ${chosen} { ...${chosen} } fragment ${chosen} on Query { viewer { id } }`);
  await service.call(`query ${chosen} { ... on Query { ${chosen}: viewer { id } } }`);
  await service.call(`mutation ${chosen} { ${chosen}: signOut }`);
  await service.call(PREDICT, { deploymentId: chosen, spectra: gasoline() }, key);
  await fetch(`${service.url}/graphql?${chosen}=${chosen}`, { headers: { [chosen]: chosen } });
  const samples = [...(await scrape()).keys()];
  expect(samples.filter(sample => sample.includes(chosen))).toEqual([]);
  const schema = buildSchema();
  const fields = [schema.getQueryType(), schema.getMutationType()].flatMap(type =>
    Object.keys(type?.getFields() ?? {}),
  );
  const known = new Set([...fields, '__schema', '__type', '__typename', 'none', 'other']);
  const names = samples.flatMap(sample => /operation="(.*?)"/.exec(sample)?.[1] ?? []);
  expect(new Set(names)).toContain('other');
  expect(names.filter(name => !known.has(name))).toEqual([]);
  const answers = samples.flatMap(sample => /code="(.*?)"/.exec(sample)?.[1] ?? []);
  expect(answers.filter(code => code !== 'ok' && !Object.hasOwn(codes, code))).toEqual([]);
});

test('batches report their sizes: every call is in one of the model and one of settling', async () => {
  // A key that no server remembers.
  const cold = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const grown = await growth(() =>
    Promise.all(Array.from({ length: 20 }, () => predict(lab.deploymentId, gasoline(), cold))),
  );
  for (const batch of ['settle', 'model']) {
    expect(grown(`spectrakey_batch_size_sum{batch="${batch}"}`), batch).toBe(20);
    expect(grown(`spectrakey_batch_size_count{batch="${batch}"}`), batch).toBeLessThan(20);
  }
  // A call that comes after the first answer needs no look-up.
  expect(grown('spectrakey_batch_size_sum{batch="look-up"}')).toBeGreaterThanOrEqual(1);
  expect(grown('spectrakey_batch_size_sum{batch="look-up"}')).toBeLessThanOrEqual(20);
});

async function connections() {
  const samples = await scrape();
  const count = (state: string) => samples.get(`spectrakey_database_connections{state="${state}"}`) ?? 0;
  return { total: count('total'), idle: count('idle') };
}

test('waiting work is reported while it waits: calls for a batch, statements for a connection', async () => {
  const other = connect({ url: service.databaseUrl, max: 1, onIdleError: () => {} });
  onTestFinished(() => other.destroy());
  // A key that no server remembers.
  const cold = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  let answers: Promise<unknown>[] = [];
  await other.transaction().execute(async trx => {
    await sql`lock table api_keys, organizations in access exclusive mode`.execute(trx);
    answers = Array.from({ length: 8 }, () => predict(lab.deploymentId, gasoline(), cold));
    // Each takes its own connection, and people may have one.
    answers.push(
      ...Array.from({ length: 6 }, () =>
        service.call(LIST_KEYS, { of: { projectId: lab.owner.projectId } }, lab.owner),
      ),
    );
    const expectGrowing = (name: string, least: number) =>
      expect.poll(async () => (await scrape()).get(name), { interval: 10 }).toBeGreaterThanOrEqual(least);
    await expectGrowing('spectrakey_batch_waiting{batch="look-up"}', 1);
    await expectGrowing('spectrakey_database_connections{state="waiting"}', 1);
    const { total, idle } = await connections();
    expect(total - idle).toBe(2);
  });
  await Promise.all(answers);
  const samples = await scrape();
  for (const batch of ['look-up', 'settle', 'model']) {
    expect(samples.get(`spectrakey_batch_waiting{batch="${batch}"}`), batch).toBe(0);
  }
  expect(samples.get('spectrakey_database_connections{state="waiting"}')).toBe(0);
  expect(samples.get('spectrakey_database_connections{state="idle"}')).toBeGreaterThan(0);
});

test('runs of models are counted and timed by how they end', async () => {
  const runs = (end: string, what = 'count') => `spectrakey_model_run_seconds_${what}{end="${end}"}`;
  const steep = await deploy(service, lab.owner, linearRegression({ weights: [1e30] }), 'Steep');
  const looping = await deploy(service, lab.owner, loopingRegression(), 'Looping');
  const rounds = (greatest: number) => [{ sampleName: 'a', yValues: [1, greatest] }];
  const grown = await growth(async () => {
    expect((await predict()).status).toBe(200);
    expect((await predict(steep.deploymentId, [{ sampleName: 'a', yValues: [1e30] }])).status).toBe(500);
    expect((await predict(looping.deploymentId, rounds(1))).status).toBe(200);
    expect((await predict(looping.deploymentId, rounds(1e15))).status).toBe(500);
  });
  for (const end of ['ok', 'failed']) expect(grown(runs(end)), end).toBe(2);
  expect(grown(runs('failed', 'sum'))).toBeGreaterThanOrEqual(2);
  expect(grown(runs('ok', 'sum'))).toBeLessThan(2);
});

test('the delay of the event loop and the memory are reported', async () => {
  const samples = await scrape();
  expect(samples.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(50e6);
});

test('each server reports only on itself, and until it stops', async () => {
  const other = await startServiceForTest({ metrics: true, databaseUrl: service.databaseUrl });
  const grown = await growth(() => other.call(SIGN_IN, { email: 'nobody@lab.example', password: 'x' }));
  expect(grown(requests('signIn', codes.UNAUTHENTICATED))).toBe(0);
  expect((await scrape(other)).get(requests('signIn', codes.UNAUTHENTICATED))).toBe(1);
  const quiet = await startService({ metrics: true, databaseUrl: service.databaseUrl });
  await quiet.close();
  await expect(fetch(quiet.metricsUrl ?? '')).rejects.toThrow();
});

test('metrics are served on their own port alone, and nothing else is served there', async () => {
  expect((await fetch(`${service.url}/metrics`)).status).toBe(404);
  for (const path of ['/', '/graphql', '/healthz', '/metricsx', '/metrics/x']) {
    expect((await fetch(new URL(path, service.metricsUrl))).status, path).toBe(404);
  }
  expect((await fetch(service.metricsUrl ?? '', { method: 'POST' })).status).toBe(404);
  const without = await startServiceForTest({ databaseUrl: service.databaseUrl });
  expect(without.metricsUrl).toBeUndefined();
});

test('a start prints the address of its metrics, and reports in one line that their port is in use', async () => {
  const env = { DATABASE_URL: await emptyDatabase(inject('postgresUrl')) };
  const started = run('node', ['src/main.ts', 'serve'], { env: { ...env, METRICS_PORT: '0' } });
  const [, url = ''] = await started.printed(/Metrics {4}(http:\/\/127\.0\.0\.1:\d+\/metrics)\n/);
  expect(await (await fetch(url)).text()).toContain('spectrakey_database_connections{state="total"}');

  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  const refused = run('node', ['src/main.ts', 'serve'], { env: { ...env, METRICS_PORT: port } });
  expect(await refused.ended).toBe(1);
  expect(refused.output()).toBe(
    `spectrakey: Port ${port} of 127.0.0.1 is in use: set METRICS_PORT to another one.\n`,
  );
});
