import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  codes,
  createKey,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  refusal,
  type Service,
  startService,
} from './harness.ts';

const KIB = 1024;
const MAX_BYTES = 1024 * KIB;

let service: Service;
let lab: Lab;
let key: { rawKey: string };

beforeAll(async () => {
  service = await startService({ httpLimits: { largeBodiesBytes: MAX_BYTES } });
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
});
afterAll(() => service.close());

const spectrum = () => gasoline()[0];
const predict = (spectra: number) =>
  service.call(PREDICT, { deploymentId: lab.deploymentId, spectra: Array(spectra).fill(spectrum()) }, key);
const small = () => predict(1);
/** Of 370 KiB. */
const large = () => predict(100);

/** Sends part of a body that never ends, and waits. */
function sendPart(bytes: number, length: 'announced' | 'chunked'): Socket {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  // While it is unread, an answer prevents closing.
  socket.resume();
  onTestFinished(() => {
    socket.destroy();
  });
  const head = [
    'POST /graphql HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    `Authorization: Api-Key ${key.rawKey}`,
    length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${20 * MAX_BYTES}`,
  ].join('\r\n');
  const part = ' '.repeat(bytes);
  socket.write(`${head}\r\n\r\n${length === 'chunked' ? `${bytes.toString(16)}\r\n${part}\r\n` : part}`);
  return socket;
}

test.for(['announced', 'chunked'] as const)(
  'unfinished large bodies (%s) fill the memory for bodies until they are closed',
  async length => {
    expect((await large()).status).toBe(200);
    // Alone, a sender may use three quarters of a half: 384 KiB beyond the first 64.
    const sockets = [sendPart(120 * KIB, length), sendPart(120 * KIB, length)];
    await expect
      .poll(async () => {
        const { status } = await large();
        // Before that had its memory, one of these may have been refused.
        for (const [at, { bytesRead }] of sockets.entries())
          if (bytesRead > 0) sockets[at] = sendPart(120 * KIB, length);
        return status;
      })
      .toBe(503);
    const refused = await large();
    expect(refused).toMatchObject(refusal(codes.UNAVAILABLE));
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(refused.headers.get('connection')).toBe('close');
    // Bodies that anonymous callers may send always fit.
    expect((await small()).status).toBe(200);

    sockets[0]?.destroy();
    await expect.poll(async () => (await large()).status).toBe(200);
  },
);

test('a sender that announces much and sends little uses no memory', async () => {
  const sockets = Array.from({ length: 20 }, () => sendPart(60 * KIB, 'announced'));
  await Promise.all(sockets.map(socket => new Promise(resolve => socket.once('connect', resolve))));
  for (let call = 0; call < 20; call++) expect((await large()).status).toBe(200);
});

test('an answered body uses no memory any more, however it ended', async () => {
  for (let call = 0; call < 10; call++) expect((await large()).status).toBe(200);
  for (let call = 0; call < 10; call++) {
    expect(await service.call(`${' '.repeat(300 * KIB)}{`, {}, key)).toMatchObject({ status: 400 });
    expect((await service.call(PREDICT, { deploymentId: 'x'.repeat(300 * KIB) }, key)).status).toBe(400);
  }
  expect((await large()).status).toBe(200);
});
