import { execFile, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
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

test('what may be sent again is sent with the same key, after Retry-After', async () => {
  const keys: unknown[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      keys.push(request.headers['idempotency-key']);
      if (keys.length === 1) response.destroy();
      else if (keys.length === 2) response.writeHead(503, { 'retry-after': '1' }).end('{}');
      else response.writeHead(200).end('{"predictions": []}');
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  expect(await script('print(client.predict(deployment, [("S-1", [1])]))', `http://127.0.0.1:${port}`)).toBe(
    "{'predictions': []}",
  );
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
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
