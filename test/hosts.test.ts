import { describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { allowedHosts } from '../src/http/hosts.ts';
import { addressOf, run } from './commands.ts';
import { codes, refusal, startService, startServiceForTest } from './harness.ts';
import { sendRaw } from './raw-http.ts';

const viewer = JSON.stringify({ query: '{ viewer { id } }' });
const ask = (url: string, host: string) =>
  sendRaw(url, { host, headers: [`Content-Length: ${viewer.length}`] }, viewer);
const get = (url: string, host: string, path: string) => sendRaw(url, { host, path, method: 'GET' });

const LOOPBACK = [
  'localhost',
  'localhost:4000',
  'LOCALHOST.',
  'spectra.localhost',
  'a.b.localhost:1',
  '127.0.0.1',
  '127.8.9.10:4000',
  '[::1]',
  '[::1]:4000',
  '[0:0:0:0:0:0:0:1]',
];
const OTHERS = [
  'evil.example',
  'evil.example:4000',
  'localhost.evil.example',
  'evillocalhost',
  '127.0.0.1.evil.example',
  '127.1',
  '2130706433',
  '128.0.0.1',
  '0.0.0.0',
  '[::]',
  '[::2]',
  'localhost@evil.example',
  'localhost/evil.example',
  'localhost:evil',
];

describe('a server on a loopback address', () => {
  test('accepts only loopback names', async () => {
    const service = await startServiceForTest();
    for (const host of LOOPBACK) expect(await ask(service.url, host), host).toMatchObject({ status: 200 });
    for (const host of OTHERS) {
      const reply = await ask(service.url, host);
      expect(reply, host).toMatchObject(refusal(codes.MISDIRECTED_REQUEST));
      expect(reply.text).toContain('PUBLIC_URL');
      expect((await get(service.url, host, '/')).status, host).toBe(421);
      expect((await get(service.url, host, '/elsewhere')).status, host).toBe(421);
      for (const probe of ['/healthz', '/readyz', '/healthz?full']) {
        expect((await get(service.url, host, probe)).status, host).toBe(200);
      }
    }
  });

  test('accepts the names of PUBLIC_URL too', async () => {
    const service = await startServiceForTest({
      publicUrl: ['https://lims.example', 'http://192.0.2.7:8080'],
    });
    for (const host of [...LOOPBACK, 'lims.example', 'LIMS.example:443', '192.0.2.7', '192.0.2.7:8080']) {
      expect(await ask(service.url, host), host).toMatchObject({ status: 200 });
    }
    for (const host of [...OTHERS, 'a.lims.example', 'lims.example.evil.example', '192.0.2.8']) {
      expect(await ask(service.url, host), host).toMatchObject(refusal(codes.MISDIRECTED_REQUEST));
    }
  });

  test('accepts X-Forwarded-Host only from a trusted proxy', async () => {
    const headers = ['X-Forwarded-Host: lims.example', `Content-Length: ${viewer.length}`];
    const behind = await startServiceForTest({
      publicUrl: ['https://lims.example'],
      trustedProxies: ['127.0.0.1'],
    });
    expect((await sendRaw(behind.url, { host: 'upstream', headers }, viewer)).status).toBe(200);
    const direct = await startServiceForTest({ publicUrl: ['https://lims.example'] });
    expect((await sendRaw(direct.url, { host: 'upstream', headers }, viewer)).status).toBe(421);
  });
});

describe('a server on another address', () => {
  const local = '10.1.2.3';

  test('accepts the names of PUBLIC_URL, and loopback names only on a loopback address', () => {
    const isAllowed = allowedHosts({ HOST: '0.0.0.0', PUBLIC_URL: ['https://lims.example'] });
    expect(isAllowed('lims.example', local)).toBe(true);
    for (const host of OTHERS) expect(isAllowed(host, local), host).toBe(false);
    for (const host of LOOPBACK) {
      expect(isAllowed(host, local), host).toBe(false);
      for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1'])
        expect(isAllowed(host, address)).toBe(true);
    }
  });

  test('accepts every name without PUBLIC_URL, and logs a warning at the start', async () => {
    const service = await startService();
    const started = run('node', ['src/main.ts', 'serve'], {
      env: { DATABASE_URL: service.databaseUrl, HOST: '0.0.0.0' },
    });
    const url = await addressOf(started);
    expect((await ask(url, 'whatever.example')).status).toBe(200);
    expect(started.output()).toMatch(/"level":40.*PUBLIC_URL is not set/);
    await service.close();
  });
});

test('PUBLIC_URL accepts only origins', () => {
  const read = (PUBLIC_URL: string) => readConfig({ PUBLIC_URL }).PUBLIC_URL;
  expect(read('https://a.example, http://localhost:3000')).toEqual([
    'https://a.example',
    'http://localhost:3000',
  ]);
  expect(read('')).toBeUndefined();
  for (const wrong of [
    '*',
    'a.example',
    'https://a.example/x',
    'https://a.example/?x',
    'https://user@a.example',
    'https://*.example',
    'ftp://a.example',
    'https://a.example,,',
  ]) {
    expect(() => read(wrong), wrong).toThrow(/^PUBLIC_URL: must list origins/);
  }
});
