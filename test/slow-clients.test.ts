import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  codes,
  createKey,
  deploy,
  gasoline,
  join,
  type Lab,
  openLab,
  PREDICT,
  refusal,
  type Service,
  signUp,
  startService,
  startServiceForTest,
} from './harness.ts';

const CLIENTS = 500;
// Shorter than the defaults, in the same order.
const HEADERS_MS = 2000;
const MAX_ANONYMOUS_BODY_MS = 4000;
const REQUEST_MS = 7000;
const IDLE_MS = 1000;

let service: Service;
let lab: Lab;
let key: { rawKey: string };

beforeAll(async () => {
  service = await startService({
    httpLimits: {
      headersMs: HEADERS_MS,
      requestMs: REQUEST_MS,
      anonymousBodyMs: MAX_ANONYMOUS_BODY_MS,
      handlerMs: 8000,
      idleMs: IDLE_MS,
      checkEveryMs: 250,
    },
  });
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
});
afterAll(() => service.close());

/** The durations of an honest client's sequential calls, sorted, until this is settled. */
async function callUntil(end: Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  let ended = false;
  void end.then(() => {
    ended = true;
  });
  const variables = { deploymentId: lab.deploymentId, spectra: gasoline() };
  while (!ended) {
    const started = performance.now();
    expect((await service.call(PREDICT, variables, key)).status).toBe(200);
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b);
}

/**
 * Connects, sends this much at once and then a byte at a time.
 *
 * @returns when the server has closed the connection: after how long, and its reply.
 */
async function dribble(atOnce: string, byte: string): Promise<{ afterMs: number; said: string }> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  const started = performance.now();
  const timer = setInterval(() => socket.write(byte), 500);
  onTestFinished(() => {
    socket.destroy();
  });
  let said = '';
  socket.on('data', chunk => {
    said += chunk;
  });
  // An error of writing to a connection that was just closed.
  socket.on('error', () => {});
  socket.write(atOnce);
  await new Promise(resolve => socket.on('close', resolve));
  clearInterval(timer);
  return { afterMs: performance.now() - started, said };
}

const HEAD = ['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Type: application/json'].join('\r\n');

interface Way {
  name: string;
  /** Sent on connecting. */
  atOnce: () => string;
  /** Sent repeatedly after that. */
  byte: string;
  /** The time limit that ends it. */
  ms: number;
}

const chunked = 'Transfer-Encoding: chunked';
const ways: Way[] = [
  { name: 'send nothing', atOnce: () => '', byte: '', ms: HEADERS_MS },
  { name: 'dribble headers', atOnce: () => `${HEAD}\r\nX-Slow: `, byte: 'x', ms: HEADERS_MS },
  {
    name: 'dribble a body',
    atOnce: () => `${HEAD}\r\nContent-Length: 60000\r\n\r\n{`,
    byte: ' ',
    ms: MAX_ANONYMOUS_BODY_MS,
  },
  {
    name: 'dribble a large body with a key',
    atOnce: () =>
      `${HEAD}\r\nAuthorization: Api-Key ${key.rawKey}\r\nContent-Length: 20000000\r\n\r\n{"query":"${' '.repeat(30_000)}`,
    byte: ' ',
    ms: REQUEST_MS,
  },
  {
    name: 'dribble chunks',
    atOnce: () => `${HEAD}\r\n${chunked}\r\n\r\n`,
    byte: '1\r\n \r\n',
    ms: MAX_ANONYMOUS_BODY_MS,
  },
];

const share = (times: number[], part: number) => times[Math.floor(times.length * part)] ?? Number.NaN;

test.for(ways)(
  '500 clients that $name delay no other client, and are cut off at their time limit',
  {
    timeout: 60_000,
  },
  async ({ atOnce, byte, ms }) => {
    const alone = await callUntil(setTimeout(1000));
    const ends = Promise.all(Array.from({ length: CLIENTS }, () => dribble(atOnce(), byte)));
    const beside = await callUntil(ends);

    expect(share(beside, 0.5)).toBeLessThan(200);
    // Other work of the machine at the time affects both.
    expect(share(beside, 0.95)).toBeLessThan(200 + share(alone, 0.95));
    for (const { afterMs, said } of await ends) {
      expect(afterMs).toBeGreaterThan(ms - 100);
      expect(afterMs).toBeLessThan(ms + 3000);
      expect(said).toMatch(/^HTTP\/1\.1 408 /);
    }
  },
);

test('a connection that is idle for too long is closed, and one that is used stays', async () => {
  const asked = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const idle = await dribble(asked, '');
  expect(idle.said).toMatch(/^HTTP\/1\.1 200 /);
  // Node adds a second to the time that it announces to the client, so that these do not meet.
  expect(idle.afterMs).toBeGreaterThan(IDLE_MS - 100);
  expect(idle.afterMs).toBeLessThan(IDLE_MS + 4000);

  const started = performance.now();
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  while (performance.now() - started < 2 * IDLE_MS + 2000) {
    socket.write(asked);
    await once(socket, 'data');
    await setTimeout(IDLE_MS / 4);
  }
  expect(socket.closed).toBe(false);
});

test('a client that does not read its answers is cut off, and frees its place', async () => {
  const own = await startServiceForTest({
    // A proxy may have every connection.
    trustedProxies: ['127.0.0.1'],
    httpLimits: { connections: 1, requestMs: 500, handlerMs: 500, headersMs: 400, checkEveryMs: 100 },
  });
  const port = Number(new URL(own.url).port);
  const assets = fileURLToPath(new URL('../dist/assets/', import.meta.url));
  const sizeOf = (name: string) => statSync(assets + name).size;
  const [largest = ''] = readdirSync(assets).sort((a, b) => sizeOf(b) - sizeOf(a));
  const stuck = connect(port, '127.0.0.1');
  onTestFinished(() => {
    stuck.destroy();
  });
  // More than the buffers of the two kernels hold: 16 MB, with as many requests as a connection may send at once.
  stuck.write(`GET /assets/${largest} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(5));
  await once(stuck, 'readable');

  const health = async () =>
    await fetch(`${own.url}/healthz`, { headers: { connection: 'close' } }).then(
      ({ status }) => status,
      () => 'no room',
    );
  expect(await health()).toBe('no room');
  await expect.poll(health, { timeout: 20_000 }).toBe(200);
});

/** A query whose answer has 5 MB. */
const AXES = `query ($id: ID!) {
  deployment(id: $id) { ${['a', 'b', 'c'].map(alias => `${alias}: model { xAxis { values } }`).join(' ')} }
}`;

/** Deploys a model whose x axis has 100 000 points; calls of it fail. */
async function deployLongAxis(): Promise<{ id: string }> {
  const { deploymentId, modelId } = await deploy(service, lab.owner);
  await sql`
    update models set input_length = 100000, x_quantity = 'WAVELENGTH', x_unit = 'nm',
      x_values = (select array_agg(sqrt(n) order by n) from generate_series(1, 100000) n)
    where id = ${modelId}`.execute(service.db);
  return { id: deploymentId };
}

test('the answers that a person does not read use up their own share of the memory', async () => {
  const variables = await deployLongAxis();
  const other = await signUp(service, 'Ben Baker');
  await join(service, lab.owner, other, 'VIEWER');
  const { status, text } = await service.call(AXES, variables, lab.owner);
  expect(status).toBe(200);
  expect(text.length).toBeGreaterThan(4_000_000);

  // The two people share half of the memory. The first may hold three quarters of that: four answers. One is left.
  const own = await startServiceForTest({
    databaseUrl: service.databaseUrl,
    httpLimits: { largeAnswersBytes: 12 * text.length },
  });
  const body = JSON.stringify({ query: AXES, variables });
  const request = [
    'POST /graphql HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    `Cookie: ${lab.owner.cookie}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
  // The kernel holds one or two answers of each connection.
  const stuck = Array.from({ length: 3 }, () => connect(Number(new URL(own.url).port), '127.0.0.1'));
  const leave = () => {
    for (const socket of stuck) socket.destroy();
  };
  onTestFinished(leave);
  for (const socket of stuck) socket.write(request.repeat(5));
  await expect
    .poll(() => own.call(AXES, variables, lab.owner), { timeout: 20_000 })
    .toMatchObject(refusal(codes.UNAVAILABLE));
  expect((await own.call(AXES, variables, other)).status).toBe(200);
  expect((await own.call('{ viewer { id } }', {}, lab.owner)).status).toBe(200);
  leave();
  await expect.poll(async () => (await own.call(AXES, variables, lab.owner)).status).toBe(200);
});

test('an answer beyond the share is replaced by an error, that of a change is cut off, and short ones arrive', async () => {
  const variables = await deployLongAxis();
  const own = await startServiceForTest({
    databaseUrl: service.databaseUrl,
    httpLimits: { largeAnswersBytes: 1000 },
  });
  const ofProject = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const [sample] = gasoline();
  const spectra = Array.from({ length: 500 }, () => sample);
  for (const as of [key, lab.owner]) {
    const answer = await own.call(PREDICT, { deploymentId: lab.deploymentId, spectra }, as);
    expect(answer).toMatchObject({ status: 200, errors: [] });
    expect(answer.text.length).toBeGreaterThan(16 * 1024);
  }

  // The second time the server remembers the key.
  for (const _ of [1, 2]) {
    const response = await fetch(`${own.url}/api/deployments/${variables.id}`, {
      headers: { authorization: `Api-Key ${ofProject.rawKey}` },
    });
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({ status: 503, code: codes.UNAVAILABLE });
    expect(response.status).toBe(503);
  }
  expect(await own.call(AXES, variables, lab.owner)).toMatchObject(refusal(codes.UNAVAILABLE));
  const change = 'setDeploymentActive(id: $id, active: false)';
  const mutation = AXES.replace('query', 'mutation').replace('deployment(id: $id)', change);
  await expect(own.call(mutation, variables, lab.owner)).rejects.toThrow('fetch failed');
  const found = await own.call('query ($id: ID!) { deployment(id: $id) { active } }', variables, lab.owner);
  expect(found.data).toEqual({ deployment: { active: false } });

  // With a body that does not come, the answer is sent in another way.
  const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  const search = new URLSearchParams({ query: AXES, variables: JSON.stringify(variables) });
  const head = [`GET /graphql?${search} HTTP/1.1`, 'Host: localhost', 'Apollo-Require-Preflight: true'];
  socket.write([...head, `Cookie: ${lab.owner.cookie}`, 'Content-Length: 1', '', ''].join('\r\n'));
  expect(String(await once(socket, 'data'))).toMatch(/^HTTP\/1\.1 503 /);
});
