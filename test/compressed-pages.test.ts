import { once } from 'node:events';
import { statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Service, startService } from './harness.ts';

const BUILT = fileURLToPath(new URL('../dist/', import.meta.url));
/** Files of the build by the paths of their pages. */
const PAGES = { '/': 'index.html', '/graphiql': 'graphiql/index.html', '/api': 'reference/index.html' };
const FORMATS = {
  br: { end: '.br', decompress: brotliDecompressSync },
  gzip: { end: '.gz', decompress: gunzipSync },
};

let service: Service;
/** Pages, and the scripts and styles that they load. */
let files: [path: string, file: string][];

beforeAll(async () => {
  service = await startService();
  const names = (await readdir(`${BUILT}assets`)).filter(name => /\.(js|css)$/.test(name));
  // Compression makes a smaller file larger.
  const assets = names.filter(name => statSync(`${BUILT}assets/${name}`).size > 1000);
  files = [
    ...Object.entries(PAGES),
    ...assets.map(name => [`/assets/${name}`, `assets/${name}`] as const),
  ].map(([path, file]) => [path, BUILT + file]);
  expect(files.length).toBeGreaterThan(20);
});
afterAll(() => service.close());

/** The body as it was sent, which `fetch` would decompress. */
async function download(path: string, headers: Record<string, string> = {}) {
  const [response] = await once(get(service.url + path, { headers }), 'response');
  expect(response.statusCode, path).toBe(200);
  expect(response.headers.vary, path).toBe('accept-encoding');
  return { encoding: response.headers['content-encoding'], body: await buffer(response) };
}

test.for(Object.entries(FORMATS))(
  'pages and their files are sent in %s as the build compressed them, so that a request costs no compression',
  async ([encoding, { end, decompress }]) => {
    for (const [path, file] of files) {
      const answer = await download(path, { 'accept-encoding': encoding });
      expect(answer.encoding, path).toBe(encoding);
      expect(answer.body.equals(await readFile(file + end)), path).toBe(true);
      expect(decompress(answer.body).equals(await readFile(file)), path).toBe(true);
    }
  },
);

test.for([
  ['nothing', undefined, undefined],
  ['no compression', 'identity', undefined],
  ['unknown formats', 'zstd, compress', undefined],
  ['formats that are excluded', 'br;q=0, gzip;q=0', undefined],
  ['what browsers accept without TLS', 'gzip, deflate', 'gzip'],
  ['what browsers accept with TLS', 'gzip, deflate, br, zstd', 'br'],
  ['anything', '*', 'gzip'],
] as const)('a client that accepts %s can read every page', async ([, accepted, expected]) => {
  for (const [path, file] of files.slice(0, 10)) {
    const { encoding, body } = await download(path, accepted ? { 'accept-encoding': accepted } : {});
    expect(encoding, path).toBe(expected);
    const text = expected ? FORMATS[expected].decompress(body) : body;
    expect(text.equals(await readFile(file)), path).toBe(true);
  }
});
