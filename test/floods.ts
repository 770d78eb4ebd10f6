import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { generateRawKey } from '../src/api-keys/raw-key.ts';
import { gasoline, PREDICT, type Service } from './harness.ts';
import { type Span, watchLateness } from './lateness.ts';
import { headOf, open } from './raw-http.ts';

const MIB = 1024 * 1024;
/** The spectra of a call of 88 kB. */
const SPECTRA = 33;
const MAX_HEALTH_MS = 300;

/** Well-formed credentials that do not exist. */
export const forgedCookie = () => `Cookie: spectrakey_session=${generateRawKey().text.slice(3, 46)}`;
export const forgedKey = () => `Authorization: Api-Key ${generateRawKey().text}`;

const JSON_BODIES = ['{},', '[],', '"a":{},', '"a",', '\\u0000', '1,', '['];

/** Sends bodies with forged credentials and without any, at 20 MB a second in total, for the given time. */
export async function flood(url: string, ms: number): Promise<number> {
  const ends = Date.now() + ms;
  let sent = 0;
  const bytesPerSecond = 20 * 1000 * 1000;
  const started = Date.now();
  const client = async (at: number) => {
    for (let turn = at; Date.now() < ends; turn++) {
      const credential = [forgedCookie(), forgedKey(), 'Accept: */*'][turn % 3] ?? '';
      const socket = open(url);
      socket.on('error', () => {}).resume();
      socket.write(headOf({ headers: [credential, `Content-Length: ${24 * MIB}`] }));
      const part = Buffer.alloc(64 * 1024, JSON_BODIES[turn % JSON_BODIES.length]);
      for (let written = 0; written < 24 * MIB && !socket.destroyed && Date.now() < ends; ) {
        while (sent > ((Date.now() - started) * bytesPerSecond) / 1000) await wait(10);
        socket.write(part);
        written += part.length;
        sent += part.length;
        if (socket.writableLength > MIB) await wait(10);
      }
      socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, at) => client(at)));
  return sent;
}

/** Sends incomplete bodies. @returns after everything is sent or refused. */
export async function stall(
  url: string,
  count: number,
  credential: () => string,
  bytes: number,
): Promise<void> {
  const part = Buffer.alloc(bytes, ' ');
  for (let at = 0; at < count; at++) {
    const socket = open(url);
    socket.on('error', () => {}).resume();
    socket.write(headOf({ headers: [credential(), `Content-Length: ${24 * MIB}`] }));
    await new Promise<void>(resolve => {
      socket.once('data', () => resolve()).once('close', () => resolve());
      socket.write(part, () => resolve());
    });
  }
}

export interface Honest {
  deploymentId: string;
  key: { rawKey: string };
}

/**
 * Sends honest calls of 88 kB, one after the other, and concurrent probes for the given time: all are answered, and
 * every probe in time. This process also makes the flood, so its own delay is subtracted from the server's.
 */
export async function expectService(
  service: Pick<Service, 'call' | 'url'>,
  { deploymentId, key }: Honest,
  ms: number,
): Promise<{ calls: number; probes: number; slowestHealthMs: number; slowestWithLatenessMs: number }> {
  const ends = Date.now() + ms;
  const probes: Span[] = [];
  const lateness = watchLateness();
  let calls = 0;
  const probe = async () => {
    while (Date.now() < ends) {
      const from = performance.now();
      const response = await fetch(`${service.url}/healthz`);
      await response.text();
      probes.push({ from, to: performance.now() });
      expect(response.status).toBe(200);
      await wait(20);
    }
  };
  const predict = async () => {
    const variables = { deploymentId, spectra: gasoline(SPECTRA) };
    expect(JSON.stringify({ query: PREDICT, variables }).length).toBeGreaterThan(80_000);
    while (Date.now() < ends) {
      expect(await service.call(PREDICT, variables, key)).toMatchObject({ status: 200 });
      calls += 1;
    }
  };
  await Promise.all([probe(), predict()]);
  expect(calls).toBeGreaterThan(0);
  const healthMs = probes.map(lateness.netMs);
  lateness.stop();
  expect(healthMs.filter(ms => ms >= MAX_HEALTH_MS)).toEqual([]);
  return {
    calls,
    probes: probes.length,
    slowestHealthMs: Math.round(Math.max(...healthMs)),
    slowestWithLatenessMs: Math.round(Math.max(...probes.map(({ from, to }) => to - from))),
  };
}
