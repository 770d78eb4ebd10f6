import { readFileSync } from 'node:fs';
import { Piscina } from 'piscina';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { callThrough, rest } from './doors.ts';
import { BOUNDARY, callFiles, type FileToSend, multipart, sendFiles } from './file-calls.ts';
import {
  codes,
  createKey,
  deploy,
  type Lab,
  openLab,
  REVOKE_KEY,
  recordOf,
  type Service,
  startService,
  startServiceForTest,
} from './harness.ts';
import { linearRegression } from './onnx-files.ts';

interface Expected {
  tolerance: number;
  samples: string[];
  values: number[];
  files: Record<string, { expect: 'values' | 'spectra' | 'refused'; samples?: string[] }>;
}
const folder = new URL('cases/spectra/', import.meta.url);
const expected: Expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8'));
const caseFile = (name: string): FileToSend => ({ name, bytes: readFileSync(new URL(name, folder)) });

const SET_AXIS = `mutation ($input: SetModelXAxisInput!) { setModelXAxis(input: $input) { id } }`;

let service: Service;
let lab: Lab;
let key: { id: string; rawKey: string };
/** A laboratory whose model has no axis. */
let other: Lab & { key: { rawKey: string } };

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service, 'ENTERPRISE');
  await service.ask(
    SET_AXIS,
    {
      input: {
        modelId: lab.modelId,
        quantity: 'WAVELENGTH',
        unit: 'nm',
        values: Array.from({ length: 401 }, (_, index) => 900 + 2 * index),
      },
    },
    lab.owner,
  );
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  const second = await openLab(service, 'PRO', 'Otto Other');
  other = {
    ...second,
    key: await createKey(service, second.owner, { projectId: second.owner.projectId }),
  };
});
afterAll(() => service.close());

const call = (files: FileToSend[], headers: Record<string, string> = {}) =>
  callFiles(service, lab.deploymentId, files, key, headers);
const callOther = (files: FileToSend[]) => callFiles(service, other.deploymentId, files, other.key);

describe('files as people export them', () => {
  test.for(Object.entries(expected.files))('%s', async ([name, { expect: wanted, samples }]) => {
    const { status, body } = await call([caseFile(name)]);
    if (wanted !== 'values') {
      // The model has another axis than the files that are only read.
      expect(status).toBe(400);
      expect(body.code).toBe(codes.BAD_USER_INPUT);
      expect(body.detail).toContain(name);
      return;
    }
    expect([status, body.detail]).toEqual([200, undefined]);
    const all = samples ?? expected.samples;
    const { predictions = [], files } = body;
    expect(predictions.map(({ sample_name }) => sample_name)).toEqual(
      name.startsWith('long-other') ? all.slice(0, predictions.length) : all,
    );
    for (const [index, { value, file }] of predictions.entries()) {
      expect(Math.abs(Number(value) - (expected.values[index] ?? Number.NaN))).toBeLessThan(
        expected.tolerance,
      );
      expect(file).toBe(name);
    }
    expect(body.x_axis_checked).toBe(true);
    expect(files).toMatchObject([
      {
        name,
        format: 'CSV',
        order: name.includes('descending') ? 'REVERSED' : 'AS_IN_FILE',
        axis_checked: true,
      },
    ]);
    const notes = files?.[0]?.notes.join(' ') ?? '';
    if (name.includes('descending'))
      expect(notes).toContain("1700 → 900 nm in the file, put into the model's order");
    if (name.startsWith('one-column')) expect(notes).toContain('one column for each sample');
  });
});

test('several files are predicted together in their order, or none is', async () => {
  const before = await recordOf(service, lab.deploymentId);
  const { body } = await call([caseFile('wide-descending.csv'), caseFile('plain.csv')]);
  expect(body.predictions).toHaveLength(20);
  expect(body.predictions?.[0]?.file).toBe('wide-descending.csv');
  expect(body.predictions?.[10]?.file).toBe('plain.csv');
  expect(body.files?.map(({ order }) => order)).toEqual(['REVERSED', 'AS_IN_FILE']);
  const after = await recordOf(service, lab.deploymentId);
  expect(after).toEqual({ charged: (before?.charged ?? 0) + 20, logged: (before?.logged ?? 0) + 20 });

  const refused = await call([caseFile('plain.csv'), caseFile('mixed-decimal-signs.csv')]);
  expect(refused).toMatchObject({ status: 400 });
  expect(refused.body.detail).toMatch(/^mixed-decimal-signs\.csv.*: .*commas and numbers with points/);
  expect(await recordOf(service, lab.deploymentId)).toEqual(after);
});

test('a refusal names the file and the line', async () => {
  const text = caseFile('plain.csv')
    .bytes.toString()
    .replace(/^(gasoline-52,)[^,]*/m, '$1abc');
  const { body } = await call([{ name: 'broken.csv', bytes: Buffer.from(text) }]);
  expect(body.detail).toMatch(/^broken\.csv, line 3: .*'abc'/);
});

test('what the page would ask a person is refused with the question', async () => {
  const { status, body } = await call([caseFile('no-heading.csv')]);
  expect(status).toBe(400);
  expect(body.detail).toMatch(/^no-heading\.csv: .*Read all 10 rows as spectra, with the model's axis.*\?/);
});

test('files for a model without an axis keep their order and have to agree', async () => {
  const { body } = await callOther([caseFile('long-descending.csv')]);
  expect(body.x_axis_checked).toBe(false);
  expect(body.files).toMatchObject([{ order: 'AS_IN_FILE', axis_checked: false }]);
  expect(body.files?.[0]?.notes[0]).toBe('1700 → 900, not checked: this model has no axis');
  const refused = await callOther([caseFile('plain.csv'), caseFile('wide-descending.csv')]);
  expect(refused.body.detail).toContain('The files have different axes: plain.csv from 900 to 1700');
});

test('a repeated call with the same file is charged once, also under another name of the file', async () => {
  const before = await recordOf(service, lab.deploymentId);
  const first = await call([caseFile('wide-descending.csv')], { 'idempotency-key': '"file-1"' });
  const second = await call([caseFile('wide-descending.csv')], { 'idempotency-key': 'file-1' });
  expect(second).toMatchObject({ status: 200, body: first.body });
  const renamed = { ...caseFile('wide-descending.csv'), name: 'renamed.csv' };
  const third = await call([renamed], { 'idempotency-key': 'file-1' });
  expect(third.body.log_id).toBe(first.body.log_id);
  const changed = await call([caseFile('two-samples-of-one-name.csv')], { 'idempotency-key': 'file-1' });
  expect(changed.body.code).toBe(codes.IDEMPOTENCY_KEY_REUSED);
  const after = await recordOf(service, lab.deploymentId);
  expect((after?.charged ?? 0) - (before?.charged ?? 0)).toBe(10);
});

test('more than 1000 spectra are refused, with how to split them', async () => {
  const [heading = '', row = ''] = caseFile('plain.csv').bytes.toString().split('\n');
  const text = [
    heading,
    ...Array.from({ length: 1001 }, (_, index) => row.replace(/^[^,]*/, `s${index}`)),
  ].join('\n');
  const one = await call([{ name: 'long.csv', bytes: Buffer.from(text) }]);
  expect(one).toMatchObject({ status: 413, body: { code: codes.PAYLOAD_TOO_LARGE } });
  expect(one.body.detail).toContain('long.csv holds 1001 spectra, but a call takes at most 1000.');
  expect(one.body.title).toBe('The request is too large.');
});

test('two files of one name, other parts, and a part without a filename are refused', async () => {
  const file = caseFile('plain.csv');
  expect((await call([file, file])).body.detail).toContain('Two files are called plain.csv');
  expect((await call([{ ...file, part: 'spectra' }])).body.detail).toContain('part named "spectra"');
  expect((await call([{ ...file, name: undefined }])).body.detail).toContain('no filename');
  expect((await call([])).body.detail).toMatch(/no file|not complete/);
});

test.for<[string, string]>([
  ['of another disposition', 'Content-Disposition: attachment; name="file"; filename="b.csv"'],
  ['without a disposition', 'Content-Type: text/csv'],
  ['without a name', 'Content-Disposition: form-data; filename="b.csv"'],
  [
    'behind long headers',
    `X-Long: ${'x'.repeat(5000)}\r\nContent-Disposition: form-data; name="file"; filename="b.csv"`,
  ],
])('a part %s is refused, and no other file is predicted', async ([, head]) => {
  const file = caseFile('plain.csv');
  const good = multipart([file]).toString('latin1').replace(`--${BOUNDARY}--\r\n`, '');
  const odd = `--${BOUNDARY}\r\n${head}\r\n\r\n${Buffer.from(file.bytes).toString('latin1')}\r\n`;
  for (const parts of [good + odd, odd + good]) {
    const body = Uint8Array.from(Buffer.from(`${parts}--${BOUNDARY}--\r\n`, 'latin1'));
    const answer = await sendFiles(service, lab.deploymentId, body, key);
    expect(answer).toMatchObject({ status: 400, body: { code: codes.BAD_USER_INPUT } });
    expect(answer.body.detail).toMatch(/Send each file in a part named "file", with its filename\.$/);
  }
});

test('a boundary that is too long or in another parameter is refused', async () => {
  const send = (contentType: string, boundary: string) =>
    sendFiles(service, lab.deploymentId, Uint8Array.from(multipart([caseFile('plain.csv')], boundary)), key, {
      'content-type': contentType,
    });
  const long = 'x'.repeat(253);
  expect(await send(`multipart/form-data; boundary=${long}`, long)).toMatchObject({ status: 400 });
  expect(await send('multipart/form-data; x="; boundary=y"', 'y')).toMatchObject({ status: 415 });
  expect(await send('multipart/form-data; boundary="a b"', 'a b')).toMatchObject({ status: 200 });
});

describe('errors of a spectrum after its file was read name the file and, where it is known, the line', () => {
  /** A model of two points whose value for large ones is infinite. */
  let steep: string;
  beforeAll(async () => {
    const onnx = linearRegression({ weights: [1e30, 1e30] });
    ({ deploymentId: steep } = await deploy(service, lab.owner, onnx, 'Steep'));
  });
  const csv = (name: string, row: string) => ({
    name,
    bytes: Buffer.from(`sample,900,902\nS-0,1,2\n${row}\n`),
  });
  test.for<[string, string, string, RegExp]>([
    [
      'a value beyond float32',
      'S-1,1,1e39',
      codes.BAD_USER_INPUT,
      /^b\.csv, line 3: Spectrum 'S-1' has a value beyond ±3\.4e38 at point 2\. Correct the value, or leave the spectrum out\.$/,
    ],
    [
      'a model that fails',
      'S-1,1,1e30',
      codes.MODEL_FAILED,
      /^b\.csv, line 3: The model failed on spectrum 'S-1'; nothing was charged\./,
    ],
  ])('%s', async ([, row, code, detail]) => {
    const { body } = await callFiles(service, steep, [csv('a.csv', 'S-1,1,2'), csv('b.csv', row)], key);
    expect(body.code).toBe(code);
    expect(body.detail).toMatch(detail);
  });
});

test('a refusal of files has what is left of the month, as one of JSON', async () => {
  const broken = [{ name: 'a.csv', bytes: Buffer.from('x') }];
  const unlimited = await call(broken);
  expect([unlimited.status, unlimited.headers.get('ratelimit')]).toEqual([400, null]);
  const { status, headers } = await callOther(broken);
  expect(status).toBe(400);
  const json = await callThrough(rest, service, { deploymentId: other.deploymentId, spectra: [] }, other.key);
  for (const name of ['ratelimit', 'ratelimit-policy']) {
    const withoutTime = (text: string | null) => text?.replace(/;t=\d+/, '');
    expect(withoutTime(headers.get(name))).toBe(withoutTime(json.headers.get(name)));
  }
  expect(headers.get('ratelimit')).toMatch(/^"monthly-predictions";r=\d+;t=\d+$/);
});

test('a key that is revoked while its files are read gets that error instead of theirs', async () => {
  const revoked = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  const { run } = Piscina.prototype;
  const reading = vi.spyOn(Piscina.prototype, 'run').mockImplementation(async function (
    this: Piscina,
    ...call
  ) {
    await service.ask(REVOKE_KEY, { id: revoked.id }, lab.owner);
    return await run.apply(this, call);
  });
  onTestFinished(() => reading.mockRestore());
  const broken = [{ name: 'a.csv', bytes: Buffer.from('x') }];
  const answer = await callFiles(service, lab.deploymentId, broken, revoked);
  expect(reading).toHaveBeenCalledOnce();
  expect(answer).toMatchObject({ status: 403, body: { code: codes.API_KEY_REVOKED } });
});

describe('the time to read files', () => {
  const files = [caseFile('plain.csv')];
  const startWith = (httpLimits: { filesStartMs?: number; filesReadingMs?: number }) =>
    startServiceForTest({ databaseUrl: service.databaseUrl, httpLimits });

  test('begins with the reading: a thread that starts slowly takes none of it', async () => {
    const own = await startWith({ filesReadingMs: 500 });
    const { run } = Piscina.prototype;
    const starting = vi.spyOn(Piscina.prototype, 'run').mockImplementation(async function (
      this: Piscina,
      ...call
    ) {
      await new Promise(resolve => setTimeout(resolve, 550));
      return await run.apply(this, call);
    });
    onTestFinished(() => starting.mockRestore());
    expect((await callFiles(own, lab.deploymentId, files, key)).status).toBe(200);
  });

  test('does not begin on a server whose threads start too slowly: 503, and the same call succeeds later', async () => {
    const own = await startWith({ filesStartMs: 50 });
    const answer = await callFiles(own, lab.deploymentId, files, key);
    expect(answer).toMatchObject({ status: 503, body: { code: codes.UNAVAILABLE, retry_after: 1 } });
    expect(answer.headers.get('retry-after')).toBe('1');
    await expect
      .poll(async () => (await callFiles(own, lab.deploymentId, files, key)).status, { timeout: 10_000 })
      .toBe(200);
  });
});

test('a caller who may not predict is refused before the files are read', async () => {
  const bomb = [{ name: 'x.csv', bytes: Buffer.from('not read') }];
  expect(await callFiles(service, other.deploymentId, bomb, key)).toMatchObject({
    status: 403,
    body: { code: codes.API_KEY_NOT_AUTHORIZED },
  });
  expect(await callFiles(service, lab.deploymentId, bomb, undefined)).toMatchObject({
    status: 401,
    body: { code: codes.UNAUTHENTICATED },
  });
});

test.each(['application/json', 'text/csv', `multipart/form-data; charset=latin1; boundary=${BOUNDARY}`])(
  'a body of another type or charset is a 415 that names multipart/form-data alone: %s',
  async type => {
    const body = Uint8Array.from(multipart([caseFile('plain.csv')]));
    const answer = await sendFiles(service, lab.deploymentId, body, key, { 'content-type': type });
    expect(answer).toMatchObject({ status: 415, body: { code: codes.UNSUPPORTED_MEDIA_TYPE } });
    expect(answer.headers.get('accept-post')).toBe('multipart/form-data');
    expect(answer.body.detail).toContain('multipart/form-data');
    expect(`${answer.body.title} ${answer.body.detail}`).not.toContain('JSON');
    expect(answer.body.detail).not.toContain('json');
  },
);
