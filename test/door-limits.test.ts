import { once } from 'node:events';
import type { Socket } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { connect } from '../src/database/pool.ts';
import { MAX_ANONYMOUS_BODY_BYTES, MAX_BODY_BYTES } from '../src/http/limits.ts';
import { callThrough, DOORS, type Door, type PredictCall } from './doors.ts';
import {
  type Credential,
  codes,
  createKey,
  gasoline,
  headersOf,
  type Lab,
  openLab,
  recordOf,
  refusal,
  type Service,
  startService,
  startServiceForTest,
} from './harness.ts';
import { headOf, open } from './raw-http.ts';

const ANONYMOUS_BODY_MS = 1500;
const SLOW_BODY_MS = 700;
const HANDLER_MS = 1500;

let service: Service;
let lab: Lab;
let key: { rawKey: string };

beforeAll(async () => {
  service = await startService({
    httpLimits: { anonymousBodyMs: ANONYMOUS_BODY_MS, slowBodyMs: SLOW_BODY_MS, handlerMs: HANDLER_MS },
  });
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
});
afterAll(() => service.close());

const call = (): PredictCall => ({ deploymentId: lab.deploymentId, spectra: gasoline() });

/** The body of a call, with spaces in its list of numbers up to this many bytes. */
const bodyOf = (door: Door, bytes: number) => {
  const { body } = door.request(call());
  return body.replace(/"y_?values":\[/i, list => list + ' '.repeat(bytes - body.length));
};

const post = async (door: Door, body: string, as?: Credential) =>
  door.read(
    await fetch(service.url + door.path(lab.deploymentId), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headersOf(as) },
      body,
    }),
  );

/** Sends the head of a call and this much of its body. */
function begin(
  door: Door,
  on: Service,
  { as, framing, body = '' }: { as?: Credential; framing: string; body?: string },
): Socket {
  const socket = open(on.url);
  socket.on('error', () => {});
  const credential = Object.entries(headersOf(as)).map(([name, value]) => `${name}: ${value}`);
  socket.write(headOf({ path: door.path(lab.deploymentId), headers: [...credential, framing] }));
  socket.write(body);
  return socket;
}

/** Reads a connection until the server closes it. @returns the code of the answer */
async function codeOf(socket: Socket): Promise<string | undefined> {
  let text = '';
  socket.on('data', chunk => {
    text += chunk;
  });
  await once(socket, 'close');
  return /"code":"([A-Z_]+)"/.exec(text)?.[1];
}

describe.each(DOORS.map(door => [door.name, door] as const))('%s', (_name, door) => {
  test('reads no anonymous body of more than 64 KiB', async () => {
    expect(await post(door, bodyOf(door, MAX_ANONYMOUS_BODY_BYTES + 1))).toMatchObject(
      refusal(codes.PAYLOAD_TOO_LARGE),
    );
    expect(await post(door, bodyOf(door, MAX_ANONYMOUS_BODY_BYTES))).toMatchObject(
      refusal(codes.UNAUTHENTICATED),
    );
    const chunk = `${(MAX_ANONYMOUS_BODY_BYTES + 1).toString(16)}\r\n${' '.repeat(MAX_ANONYMOUS_BODY_BYTES + 1)}\r\n`;
    const code = await codeOf(begin(door, service, { framing: 'Transfer-Encoding: chunked', body: chunk }));
    expect(code).toBe(door.readsAnonymousBodies ? codes.PAYLOAD_TOO_LARGE : codes.UNAUTHENTICATED);
  });

  test('reads a body with a key up to 24 MiB', async () => {
    expect((await post(door, bodyOf(door, MAX_BODY_BYTES), key)).status).toBe(200);
    expect(await post(door, bodyOf(door, MAX_BODY_BYTES + 1), key)).toMatchObject(
      refusal(codes.PAYLOAD_TOO_LARGE),
    );
  });

  test('waits for an anonymous body no longer than its limit', async () => {
    const started = performance.now();
    const socket = begin(door, service, { framing: 'Content-Length: 1000', body: '{' });
    const [head] = await once(socket, 'data');
    const afterMs = performance.now() - started;
    expect(String(head)).toMatch(door.readsAnonymousBodies ? /^HTTP\/1\.1 408 / : /^HTTP\/1\.1 401 /);
    expect(afterMs).toBeLessThan(door.readsAnonymousBodies ? ANONYMOUS_BODY_MS + 2000 : ANONYMOUS_BODY_MS);
    if (door.readsAnonymousBodies) expect(afterMs).toBeGreaterThanOrEqual(ANONYMOUS_BODY_MS);
  });

  test('rejects a large body that arrives too slowly', async () => {
    const socket = begin(door, service, {
      as: key,
      framing: 'Content-Length: 1000000',
      body: ' '.repeat(MAX_ANONYMOUS_BODY_BYTES + 1),
    });
    const first = await once(socket, 'data');
    expect(String(first[0])).toMatch(/^HTTP\/1\.1 408 [\s\S]*REQUEST_TIMEOUT/);
  });

  test('answers 503 with Retry-After to a call that takes too long, which is not charged', async () => {
    const witness = connect({ url: service.databaseUrl, max: 1, onIdleError: () => {} });
    onTestFinished(() => witness.destroy());
    const fresh = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
    const before = await recordOf(service, lab.deploymentId);
    const locking = await witness.startTransaction().execute();
    await sql`lock table api_keys in access exclusive mode`.execute(locking);
    const late = await callThrough(door, service, call(), fresh);
    await locking.rollback().execute();
    expect(late).toMatchObject(refusal(codes.UNAVAILABLE));
    expect(late.headers.get('retry-after')).toBe('1');
    expect(await recordOf(service, lab.deploymentId)).toEqual(before);
  });
});

test('bodies at one door count against the share of their sender at every other', async () => {
  for (const [first, second] of [DOORS, DOORS.toReversed()]) {
    if (!first || !second) throw new Error('two doors are needed');
    const own = await startServiceForTest({
      databaseUrl: service.databaseUrl,
      httpLimits: { largeBodiesBytes: 2 * 1024 * 1024 },
    });
    const large = bodyOf(second, 500_000);
    const ask = async () =>
      second.read(
        await fetch(own.url + second.path(lab.deploymentId), {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headersOf(key) },
          body: large,
        }),
      );
    expect((await ask()).status).toBe(200);
    const holding = begin(first, own, {
      as: key,
      framing: 'Content-Length: 800000',
      body: ' '.repeat(700_000),
    });
    await expect.poll(async () => (await ask()).code, { timeout: 4000 }).toBe(codes.UNAVAILABLE);
    holding.destroy();
    await expect.poll(async () => (await ask()).status, { timeout: 4000 }).toBe(200);
  }
});

test('a server whose event loop lags sheds load at every door, and recovers', async () => {
  const own = await startServiceForTest({
    databaseUrl: service.databaseUrl,
    httpLimits: { loopDelayMs: 300, loopDelayWindowMs: 1000 },
  });
  const askAll = () => Promise.all(DOORS.map(door => callThrough(door, own, call(), key)));
  let answers = await askAll();
  for (const answer of answers) expect(answer.status).toBe(200);
  // The test shares the server's event loop, and blocks it for most of each second to simulate overload.
  for (let turn = 0; turn < 20 && answers.some(({ status }) => status === 200); turn++) {
    for (const until = Date.now() + 800; Date.now() < until; );
    answers = await askAll();
  }
  for (const answer of answers) expect(answer).toMatchObject(refusal(codes.UNAVAILABLE));
  await expect
    .poll(async () => (await askAll()).map(({ status }) => status), { timeout: 10_000 })
    .toEqual([200, 200]);
});
