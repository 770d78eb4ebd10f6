import { execFile, spawnSync } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from './commands.ts';
import { urlOf } from './fake-predictions.ts';
import { createKey, type Lab, openLab, recordOf, type Service, startService } from './harness.ts';

const folder = fileURLToPath(new URL('../docs/clients/', import.meta.url));
const file = fileURLToPath(new URL('cases/spectra/plain.csv', import.meta.url));
const execute = promisify(execFile);

let service: Service;
let lab: Lab;
let key: { rawKey: string };

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
});
afterAll(() => service.close());

const environment = (url = service.url) => ({
  PATH: process.env.PATH,
  SPECTRAKEY_URL: url,
  SPECTRAKEY_API_KEY: key.rawKey,
  PYTHONDONTWRITEBYTECODE: '1',
});
/** Runs the client as a program. */
const program = (args: string[], url?: string) =>
  execute('python3', ['spectrakey.py', ...args], { cwd: folder, env: environment(url) });
/** Runs a script that has a client and the id of the deployment. */
const script = (text: string, url?: string) =>
  execute(
    'python3',
    [
      '-c',
      `import os, json, spectrakey\nclient = spectrakey.Client(os.environ["SPECTRAKEY_URL"], os.environ["SPECTRAKEY_API_KEY"])\ndeployment = "${lab.deploymentId}"\n${text}`,
    ],
    { cwd: folder, env: environment(url) },
  ).then(({ stdout }) => stdout.trim());

test('the program prints the predictions of a file, and describes the key', async () => {
  const { stdout, stderr } = await program(['predict', lab.deploymentId, file]);
  const rows = stdout.trim().split('\n');
  expect(rows).toHaveLength(10);
  expect(rows[0]).toMatch(/^plain\.csv\tgasoline-51\t87\.94/);
  expect(stderr).toContain('not checked: this model has no axis');
  const described = JSON.parse((await program(['key'])).stdout);
  expect(described.deployments).toMatchObject([{ id: lab.deploymentId }]);
});

test('the module predicts for lists of numbers, once for each idempotency key', async () => {
  const before = await recordOf(service, lab.deploymentId);
  const text = `
values = [0.1] * 401
answers = [client.predict(deployment, [("S-1", values)], idempotency_key="python-1") for _ in range(2)]
assert answers[0] == answers[1]
assert client.deployment(deployment)["input_length"] == 401
print(answers[0]["predictions"][0]["sample_name"])`;
  expect(await script(text)).toBe('S-1');
  const after = await recordOf(service, lab.deploymentId);
  expect((after?.charged ?? 0) - (before?.charged ?? 0)).toBe(1);
});

test('a refusal has its status, code and sentence, and is not sent again', async () => {
  const text = `
try:
    client.predict(deployment, [("S-1", [1, 2])])
except spectrakey.Refused as refused:
    print(refused.status, refused.code, refused)`;
  expect(await script(text)).toBe("400 BAD_USER_INPUT Spectrum 'S-1' has 2 points, expected 401");
});

/** A server that answers each call with the next of some functions, and after the last with it again. */
async function answering(...answers: ((response: ServerResponse) => void)[]) {
  const calls: { path: string | undefined; key: unknown }[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      calls.push({ path: request.url, key: request.headers['idempotency-key'] });
      answers[Math.min(calls.length, answers.length) - 1]?.(response);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  return { url: urlOf(server), calls };
}

const PREDICT_ONE = 'client.predict(deployment, [("S-1", [1])])';

test('what may be sent again is sent with the same key, after Retry-After', async () => {
  const { url, calls } = await answering(
    response => response.destroy(),
    response => response.writeHead(503, { 'retry-after': '1' }).end('{}'),
    // As while a revocation is rehearsed.
    response => response.writeHead(403, { 'retry-after': '1' }).end('{"code": "API_KEY_REVOKED"}'),
    response => response.end('{"predictions": []}'),
  );
  expect(await script(`print(${PREDICT_ONE})`, url)).toBe("{'predictions': []}");
  expect(calls).toHaveLength(4);
  expect(new Set(calls.map(call => call.key)).size).toBe(1);
});

test('the program says why it waits, and for how long', async () => {
  const until = 'The revocation of this API key is rehearsed until 2026-11-27T12:00:00.000Z.';
  const { url } = await answering(
    response =>
      response
        .writeHead(403, { 'retry-after': '1' })
        .end(JSON.stringify({ code: 'API_KEY_REVOKED', detail: until })),
    response => response.writeHead(503, { 'retry-after': '0' }).end('a page of a proxy'),
    response => response.end('{"id": "1"}'),
  );
  const { stdout, stderr } = await program(['key'], url);
  expect(JSON.parse(stdout)).toEqual({ id: '1' });
  expect(stderr.trim().split('\n')).toEqual([
    `${until} Trying again in 1 s.`,
    'The server answered 503. Trying again in 0 s.',
  ]);
});

test.each([undefined, '', ' '])(
  'the program sends nothing without a key (%j), and names the variable',
  async key => {
    const { url, calls } = await answering(response => response.end('{}'));
    const { SPECTRAKEY_API_KEY: _, ...without } = environment(url);
    const env = { ...without, ...(key !== undefined && { SPECTRAKEY_API_KEY: key }) };
    const run = execute('python3', ['spectrakey.py', 'key'], { cwd: folder, env });
    await expect(run).rejects.toMatchObject({ code: 2, stderr: 'Set SPECTRAKEY_API_KEY to the API key.\n' });
    expect(calls).toEqual([]);
  },
);

test('a wait of more than a minute is left to the caller, with the key of the call', async () => {
  const { url, calls } = await answering(response =>
    response.writeHead(429, { 'retry-after': '300' }).end('{"code": "RATE_LIMITED"}'),
  );
  const text = `
try:
    ${PREDICT_ONE}
except spectrakey.Refused as refused:
    print(refused.code, refused.retry_after, refused.idempotency_key)`;
  const [, key] = /^RATE_LIMITED 300 (\S+)$/.exec(await script(text, url)) ?? [];
  expect(calls.map(call => call.key)).toEqual([`"${key}"`]);
});

test('a call whose answer is cut off each time can be repeated with the key in the error', async () => {
  const cut: ((response: ServerResponse) => void)[] = [
    // http.client.IncompleteRead, and JSON that ends early.
    response => void response.writeHead(200, { 'content-length': '100' }).end('{"pre').destroy(),
    response => void response.end('{"pre'),
    response => void response.writeHead(503, { 'content-length': '100' }).end('{"co').destroy(),
  ];
  const { url, calls } = await answering(...cut, ...cut);
  const text = `
spectrakey.time.sleep = lambda seconds: None
try:
    ${PREDICT_ONE}
except spectrakey.NoAnswer as error:
    print(error.idempotency_key)`;
  const key = await script(text, url);
  expect(calls).toHaveLength(5);
  expect(new Set(calls.map(call => call.key))).toEqual(new Set([`"${key}"`]));
});

test('a program that is run again for the same files has one charge', async () => {
  const copy = join(await temporaryFolder(), 'again.csv');
  await copyFile(file, copy);
  const before = await recordOf(service, lab.deploymentId);
  const outputs = [];
  for (let run = 0; run < 2; run++) outputs.push((await program(['predict', lab.deploymentId, copy])).stdout);
  expect(outputs[0]).toBe(outputs[1]);
  const after = await recordOf(service, lab.deploymentId);
  const predicted = outputs[0]?.trim().split('\n').length ?? 0;
  expect(predicted).toBeGreaterThan(0);
  expect((after?.charged ?? 0) - (before?.charged ?? 0)).toBe(predicted);
});

test('any text in ASCII is sent as a key, and any text as the id of a deployment', async () => {
  const { url, calls } = await answering(response => response.end('{}'));
  await script(`client.predict("a/b?c", [], idempotency_key='run "1" \\\\ 2')`, url);
  expect(calls).toEqual([{ path: '/api/deployments/a%2Fb%3Fc/predict', key: String.raw`"run \"1\" \\ 2"` }]);
});

test('it imports nothing beyond the standard library', () => {
  // -I -S: without site-packages.
  const { status, stderr } = spawnSync(
    'python3',
    ['-I', '-S', '-B', '-c', 'import sys; sys.path.insert(0, "."); import spectrakey'],
    { cwd: folder, encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([0, '']);
});
