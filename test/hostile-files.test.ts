import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { MAX_POINTS } from '../src/spectra/limits.ts';
import { BOUNDARY, callFiles, type FileToSend, multipart, sendFiles } from './file-calls.ts';
import {
  codes,
  createKey,
  deploy,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  recordOf,
  type Service,
  startService,
  startServiceForTest,
} from './harness.ts';
import { watchLoop } from './loop-delay.ts';
import { linearRegression } from './onnx-files.ts';
import { oneSpectrum } from './watcher.ts';

/** Max time for which the event loop may be blocked: the client of these tests shares it, and copies the bodies. */
const MAX_BLOCKED_MS = 150;
/** The time to read is not limited here: each body must be refused for what it is. */
const MAX_READING_MS = 60_000;
const MAX_MS = 15_000;
const MEBIBYTE = 1024 * 1024;

let service: Service;
let lab: Lab & { key: { rawKey: string } };
/** A deployment of the same laboratory whose spectra have 99 999 points, and its key. */
let long: string;
let key: { rawKey: string };
let other: Lab & { key: { rawKey: string } };

beforeAll(async () => {
  service = await startService({ httpLimits: { slowBodyMs: 500, filesReadingMs: MAX_READING_MS } });
  const labs = [];
  for (const name of ['Olga Owner', 'Otto Other']) {
    const opened = await openLab(service, 'ENTERPRISE', name);
    labs.push({
      ...opened,
      key: await createKey(service, opened.owner, { deploymentId: opened.deploymentId }),
    });
  }
  const onnx = linearRegression({ weights: Array.from({ length: MAX_POINTS - 1 }, () => 1) });
  ({ deploymentId: long } = await deploy(service, labs[0]?.owner ?? lab.owner, onnx, 'Long'));
  key = await createKey(service, labs[0]?.owner ?? lab.owner, { deploymentId: long });
  [lab, other] = [labs[0] ?? lab, labs[1] ?? other];
  // Starts the thread.
  await callFiles(service, lab.deploymentId, [file('a.csv', oneSpectrum('a'))], lab.key);
});
afterAll(() => service.close());

const file = (name: string, text: string | Uint8Array): FileToSend => ({ name, bytes: Buffer.from(text) });
const jcamp = (points: number, line: string) =>
  `##TITLE=a\n##FIRSTX=1\n##LASTX=${points}\n##NPOINTS=${points}\n##XYDATA=(X++(Y..Y))\n${line}\n##END=`;

/** An SPC file that declares 2^32 - 1 points. */
function spcOfMaxPoints(): Buffer {
  const bytes = Buffer.alloc(600);
  bytes.writeUInt8(0x4b, 1);
  bytes.writeUInt32LE(0xffffffff, 4);
  bytes.writeDoubleLE(1, 8);
  bytes.writeDoubleLE(2, 16);
  return bytes;
}

/** A file with many rows of many short cells, below the limit of a body. */
function wideFile(): Buffer {
  const row = `a${',1'.repeat(20_000)}\n`;
  const heading = Array.from({ length: 20_000 }, (_, index) => `,${index}`).join('');
  const text = `sample${heading}\n${row.repeat(Math.floor((20 * MEBIBYTE) / row.length))}`;
  return multipart([file('a.csv', text)]);
}

/** Bodies, and how each is refused. */
const bodies: Record<string, [status: number, detail: RegExp, make: () => Uint8Array]> = {
  'a JCAMP-DX file of DUP': [
    400,
    /NPOINTS= is 100000, but the data hold 1169999975 points/,
    () => multipart([file('a.jdx', jcamp(MAX_POINTS, `1A${'Z9999999'.repeat(13)}`))]),
  ],
  'a thousand of them': [
    413,
    /^The files up to 50\.jdx have more than 5000000 points\. Send the files in several calls\.$/,
    () =>
      multipart(
        Array.from({ length: 999 }, (_, index) => file(`${index}.jdx`, jcamp(MAX_POINTS - 1, '1As9999'))),
      ),
  ],
  'an SPC file of 2^32 points': [
    400,
    /A spectrum has 4294967295 points, but it may have at most 100000/,
    () => multipart([file('a.spc', spcOfMaxPoints())]),
  ],
  '20 MiB of short cells': [400, /The file has more than 5000000 points/, wideFile],
  '20 MiB of short lines': [
    400,
    /The file has more than 5000000 rows/,
    () => multipart([file('a.csv', `x,y\n${'1,2\n'.repeat(5 * MEBIBYTE)}`)]),
  ],
  '20 MiB of points without a heading': [
    400,
    /The file has more than 5000000 rows/,
    () => multipart([file('a.csv', '1,2\n'.repeat(5 * MEBIBYTE))]),
  ],
  '20 MiB of line ends': [
    400,
    /The file has more than 20000000 cells/,
    () => multipart([file('a.csv', `a${'\r'.repeat(20 * MEBIBYTE)}a`)]),
  ],
  '20 MiB of blank lines': [
    400,
    /^a\.csv, line 1: The first row \('1', '2'\) is not a heading/,
    () => multipart([file('a.csv', `1 2${' \n'.repeat(10 * MEBIBYTE)}`)]),
  ],
  '20 MiB of numbers between blanks': [
    400,
    /The row has more than 101000 cells/,
    () => multipart([file('a.csv', '1 '.repeat(10 * MEBIBYTE))]),
  ],
  '20 MiB of one quoted cell': [
    400,
    /A quotation mark is not closed/,
    () => multipart([file('a.csv', `"${'""'.repeat(10 * MEBIBYTE)}`)]),
  ],
  '20 MiB of what looks like a boundary': [
    400,
    /The file has no table/,
    () => multipart([file('a.csv', '\r\n--spectrakey-test-boundar'.repeat((20 * MEBIBYTE) / 27))]),
  ],
  '5000 parts': [
    413,
    /more than 1000 files/,
    () =>
      multipart(
        Array.from({ length: 5000 }, (_, index) => file(`${index}.csv`, oneSpectrum('a').slice(0, 100))),
      ),
  ],
  'a million empty parts': [
    413,
    /more than 1000 files/,
    () => Buffer.from(`--${BOUNDARY}\r\n\r\n\r\n`.repeat(500_000)),
  ],
  'a part without an end': [
    400,
    /The body is not complete multipart\/form-data/,
    () => multipart([file('a.csv', 'sample,1\na,1')]).subarray(0, -10),
  ],
  'a part with 1 MiB of headers': [
    400,
    /The filename "a{60}…" is longer than 200 characters/,
    () =>
      Buffer.from(
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${'a'.repeat(MEBIBYTE)}"\r\n\r\nx\r\n--${BOUNDARY}--`,
      ),
  ],
  'a filename of 1000 characters': [
    400,
    /is longer than 200 characters/,
    () => multipart([file('a'.repeat(1000), 'x')]),
  ],
  nothing: [400, /The body is not complete multipart\/form-data/, () => Buffer.alloc(0)],
};

describe('a hostile body ends soon with an error that says what to do, and never holds the event loop', () => {
  test.each(Object.entries(bodies))('%s', async (_what, [status, detail, make]) => {
    const body = Uint8Array.from(make());
    const delay = watchLoop();
    const started = performance.now();
    const answer = await sendFiles(service, long, body, key);
    expect(performance.now() - started).toBeLessThan(MAX_MS);
    expect(delay().ms).toBeLessThan(MAX_BLOCKED_MS);
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringMatching(detail)]);
    expect(answer.body.detail).toMatch(/\.$/);
    expect(answer.body.detail?.length).toBeLessThan(3000);
  });

  test('files that take too long, after which the next call is answered', async () => {
    const own = await startServiceForTest({
      databaseUrl: service.databaseUrl,
      httpLimits: { filesReadingMs: 300 },
    });
    const answer = await sendFiles(own, long, Uint8Array.from(wideFile()), key);
    expect(answer).toMatchObject({ status: 400, body: { code: codes.BAD_USER_INPUT } });
    expect(answer.body.detail).toMatch(/take longer to read than 0\.3 seconds/);
    const next = await callFiles(own, lab.deploymentId, [file('a.csv', oneSpectrum('a'))], lab.key);
    expect(next.status).toBe(200);
  });

  test('a body without a boundary', async () => {
    const answer = await sendFiles(service, lab.deploymentId, Buffer.from('x'), lab.key, {
      'content-type': 'multipart/form-data',
    });
    expect(answer).toMatchObject({ status: 415, body: { code: codes.UNSUPPORTED_MEDIA_TYPE } });
    expect(answer.body.detail).toContain('no boundary');
  });

  test('a body of more than 24 MiB', async () => {
    const answer = await sendFiles(
      service,
      lab.deploymentId,
      Uint8Array.from(multipart([file('a.csv', Buffer.alloc(25 * MEBIBYTE))])),
      lab.key,
    );
    expect(answer).toMatchObject({ status: 413, body: { code: codes.PAYLOAD_TOO_LARGE } });
  });

  test('a body that stops arriving', async () => {
    const port = Number(new URL(service.url).port);
    const socket = connect(port, '127.0.0.1');
    const text = await new Promise<string>(resolve => {
      let received = '';
      socket.on('data', chunk => {
        received += chunk.toString();
        if (received.includes('\r\n\r\n')) resolve(received);
      });
      socket.write(
        `POST /api/deployments/${lab.deploymentId}/predict/file HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Api-Key ${lab.key.rawKey}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 10000000\r\n\r\n`,
      );
      socket.write(Buffer.alloc(100_000, 'a'));
    });
    socket.destroy();
    expect(text).toContain('408');
  });
});

test('what files expand to counts in the memory for bodies, until the calls are answered', async () => {
  const small = await startService({ httpLimits: { largeBodiesBytes: 1000 } });
  onTestFinished(() => small.close());
  const { owner, deploymentId } = await openLab(small);
  const key = await createKey(small, owner, { deploymentId });
  // 3 KB of numbers, of which a tenant may hold 375 bytes.
  const text = `##TITLE=a\n##XUNITS=NANOMETERS\n##FIRSTX=900\n##LASTX=1700\n##NPOINTS=401\n##XYDATA=(X++(Y..Y))\n900AV01\n##END=`;
  const answer = await callFiles(small, deploymentId, [file('a.jdx', text)], key);
  expect(answer).toMatchObject({ status: 503, body: { code: codes.UNAVAILABLE } });
  expect(await callFiles(service, lab.deploymentId, [file('a.jdx', text)], lab.key)).toMatchObject({
    status: 200,
  });
});

test('a client that leaves while its files are read leaves no memory reserved', async () => {
  // A tenant may hold the points of two such files.
  const small = await startService({ httpLimits: { largeBodiesBytes: 20_000 } });
  onTestFinished(() => small.close());
  const { owner, deploymentId } = await openLab(small);
  const key = await createKey(small, owner, { deploymentId });
  const call = (signal?: AbortSignal) => {
    const body = new FormData();
    body.append('file', new Blob([oneSpectrum('a')]), 'a.csv');
    const headers = { authorization: `Api-Key ${key.rawKey}` };
    const url = `${small.url}/api/deployments/${deploymentId}/predict/file`;
    return fetch(url, { method: 'POST', headers, body, ...(signal && { signal }) });
  };
  expect((await call()).status).toBe(200);
  for (let ms = 1; ms <= 30; ms++) await call(AbortSignal.timeout(ms)).catch(() => {});
  await expect.poll(async () => (await call()).status).toBe(200);
});

test('the files of one organization do not delay the calls and files of another', async () => {
  const body = Uint8Array.from(wideFile());
  const busy = Array.from({ length: 4 }, () => sendFiles(service, lab.deploymentId, body, lab.key));
  const before = await recordOf(service, other.deploymentId);
  let slowest = 0;
  const timed = async <Result>(work: Promise<Result>): Promise<Result> => {
    const started = performance.now();
    const result = await work;
    slowest = Math.max(slowest, performance.now() - started);
    return result;
  };
  await new Promise(resolve => setTimeout(resolve, 300));
  for (let round = 0; round < 5; round++) {
    const small = [file('small.csv', oneSpectrum('small'))];
    const [files, json] = await Promise.all([
      timed(callFiles(service, other.deploymentId, small, other.key)),
      timed(service.call(PREDICT, { deploymentId: other.deploymentId, spectra: gasoline() }, other.key)),
    ]);
    expect([files.status, json.status]).toEqual([200, 200]);
  }
  expect(slowest).toBeLessThan(3000);
  for (const { status } of await Promise.all(busy)) expect([400, 413, 503]).toContain(status);
  const after = await recordOf(service, other.deploymentId);
  expect((after?.charged ?? 0) - (before?.charged ?? 0)).toBe(10);
});
