import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { addressOf, run } from './commands.ts';
import { cloneDatabase } from './databases.ts';
import {
  codes,
  createKey,
  deploy,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  send,
  startService,
} from './harness.ts';
import { linearRegression } from './onnx-files.ts';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  status: { code?: number; message?: string };
  attributes: { key: string; value: Record<string, unknown> }[];
}

interface Export {
  resourceSpans: { resource: Pick<Span, 'attributes'>; scopeSpans: { spans: Span[] }[] }[];
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const SERVER = 2;
const ERROR = 2;
/** Far below the ten seconds for which an export is tried. */
const ENDS_WITHIN_MS = 6000;

let databaseUrl: string;
let lab: Lab;
/** Its model returns no finite number. */
let failingId: string;
let rawKey: string;

beforeAll(async () => {
  databaseUrl = await cloneDatabase(inject('postgresUrl'));
  const service = await startService({ databaseUrl });
  lab = await openLab(service);
  const endless = linearRegression({ weights: [3e38] });
  failingId = (await deploy(service, lab.owner, endless, 'Beyond all numbers')).deploymentId;
  ({ rawKey } = await createKey(service, lab.owner, { projectId: lab.owner.projectId }));
  await service.close();
});

/** A collector that keeps what it receives; one that hangs never answers. */
async function startCollector({ hangs = false } = {}) {
  const received: { path: string; type: string; body: string }[] = [];
  const collector = createServer(async (request, response) => {
    const { url: path = '', headers } = request;
    received.push({ path, type: headers['content-type'] ?? '', body: await text(request) });
    if (!hangs) response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    collector.close();
    collector.closeAllConnections();
  });
  await once(collector, 'listening');
  const address = collector.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, received };
}

/** Starts a server, sends it some requests, and stops it, which exports the rest of its spans. */
async function tracedBy(
  collectorUrl: string,
  env: Record<string, string>,
  work: (url: string) => Promise<unknown>,
) {
  const started = run('node', ['src/main.ts', 'serve'], {
    env: { DATABASE_URL: databaseUrl, OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl, ...env },
  });
  await work(await addressOf(started));
  const stopped = performance.now();
  started.process.kill('SIGTERM');
  expect(await started.ended, started.output()).toBe(0);
  return { output: started.output(), stoppedAfterMs: performance.now() - stopped };
}

const predict = (
  url: string,
  headers: Record<string, string> = {},
  spectra = gasoline(),
  deploymentId = lab.deploymentId,
) =>
  send(
    `${url}/graphql`,
    PREDICT,
    { deploymentId, spectra },
    {
      headers: { authorization: `Api-Key ${rawKey}`, ...headers },
    },
  );

/** What a collector received as JSON. */
function tracesIn(received: { body: string }[]) {
  const groups = received.flatMap(({ body }) => {
    const { resourceSpans }: Export = JSON.parse(body);
    return resourceSpans;
  });
  return { groups, spans: groups.flatMap(({ scopeSpans }) => scopeSpans).flatMap(({ spans }) => spans) };
}

const JSON_TRACES = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };

test('the spans of a prediction follow its caller’s trace: the request, and within it its steps; they contain no secret', async () => {
  const { url, received } = await startCollector();
  await tracedBy(url, { ...JSON_TRACES, OTEL_SERVICE_NAME: 'calibrations' }, async server => {
    const asked = { traceparent: `00-${TRACE}-${PARENT}-01`, 'x-request-id': TRACE };
    expect((await predict(server, asked)).status).toBe(200);
    expect((await predict(server, {}, [{ sampleName: 'sample of the client', yValues: [1] }])).code).toBe(
      codes.BAD_USER_INPUT,
    );
    await fetch(`${server}/healthz`);
  });
  expect(received.map(({ path, type }) => `${path} ${type}`)).toContain('/v1/traces application/json');
  const { groups, spans } = tracesIn(received);
  const attributesOf = ({ attributes }: Pick<Span, 'attributes'>) =>
    Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
  expect(attributesOf(groups[0]?.resource ?? { attributes: [] })).toMatchObject({
    'service.name': 'calibrations',
  });

  const ours = spans.filter(({ traceId }) => traceId === TRACE);
  const request = ours.find(({ kind }) => kind === SERVER);
  expect(request).toMatchObject({ name: 'POST /graphql', parentSpanId: PARENT });
  expect(request && attributesOf(request)).toEqual({
    'http.request.method': 'POST',
    'http.route': '/graphql',
    'http.response.status_code': 200,
    'spectrakey.request_id': TRACE,
    'spectrakey.operation': 'predict',
    'spectrakey.code': 'ok',
  });
  const steps = ours.filter(span => span !== request);
  expect(steps.map(({ name }) => name)).toEqual(['authenticate', 'run model', 'settle']);
  expect(steps.map(({ parentSpanId }) => parentSpanId)).toEqual(steps.map(() => request?.spanId));

  // Another one, in its own trace, that reached no run.
  const others = spans.filter(({ traceId }) => traceId !== TRACE);
  expect(others.map(({ name }) => name).sort()).toEqual(['POST /graphql', 'authenticate']);
  const refused = others.find(({ kind }) => kind === SERVER);
  expect(refused && attributesOf(refused)).toMatchObject({ 'spectrakey.code': codes.BAD_USER_INPUT });
  expect(refused?.status.code ?? 0).not.toBe(ERROR);
  const everything = JSON.stringify(groups);
  for (const secret of [
    rawKey,
    rawKey.slice(0, 12),
    lab.owner.email,
    'sample of the client',
    'gasoline',
    databaseUrl,
  ])
    expect(everything).not.toContain(secret);
});

test('a failed step is marked as failed without its error text, which may quote a client’s input', async () => {
  const { url, received } = await startCollector();
  await tracedBy(url, JSON_TRACES, async server => {
    const beyond = [{ sampleName: 'beyond', yValues: [1000] }];
    expect((await predict(server, {}, beyond, failingId)).code).toBe(codes.MODEL_FAILED);
  });
  const failed = tracesIn(received).spans.filter(({ status }) => status.code === ERROR);
  expect(failed.map(({ name, status }) => [name, status])).toEqual([
    ['run model', { code: ERROR }],
    ['POST /graphql', { code: ERROR }],
  ]);
});

test('a caller that does not sample is not traced, and protobuf is sent unless JSON is configured', async () => {
  const { url, received } = await startCollector();
  await tracedBy(url, {}, async server => {
    await predict(server, { traceparent: `00-${TRACE}-${PARENT}-00` });
    await predict(server, { traceparent: 'nonsense' });
  });
  expect(received.map(({ path, type }) => `${path} ${type}`)).toEqual(['/v1/traces application/x-protobuf']);
  expect(received[0]?.body).not.toContain(Buffer.from(TRACE, 'hex').toString());
  expect(received[0]?.body).toContain('run model');
});

test('nothing is sent without an endpoint, with the SDK or the exporter off, or if nothing is sampled', async () => {
  const { url, received } = await startCollector();
  const settings = [
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { OTEL_SDK_DISABLED: 'true' },
    { OTEL_TRACES_EXPORTER: 'none' },
    { OTEL_TRACES_SAMPLER: 'always_off' },
  ];
  await Promise.all(settings.map(env => tracedBy(url, env, server => predict(server))));
  expect(received).toEqual([]);
});

test('a collector that hangs or is absent delays neither calls nor the stop, and the failure is logged', async () => {
  const { url } = await startCollector({ hangs: true });
  for (const collector of [url, 'http://127.0.0.1:1']) {
    const { output, stoppedAfterMs } = await tracedBy(collector, JSON_TRACES, async server => {
      expect((await predict(server)).status).toBe(200);
    });
    expect(stoppedAfterMs).toBeLessThan(ENDS_WITHIN_MS);
    expect(output).toContain('traces may be lost');
    expect(output).not.toContain(rawKey);
  }
});
