import { execFile } from 'node:child_process';
import { copyFile, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from './commands.ts';
import {
  createKey,
  gasoline,
  type Lab,
  openLab,
  REVOKE_KEY,
  recordOf,
  type Service,
  startService,
} from './harness.ts';
import { blocksUnder } from './pages.ts';
import { standIn } from './snippet-runs.ts';

const execute = promisify(execFile);
const project = fileURLToPath(new URL('..', import.meta.url));
const clients = join(project, 'docs/clients');

let service: Service;
let lab: Lab;
let key: { id: string; rawKey: string };

beforeAll(async () => {
  service = await startService();
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
});
afterAll(() => service.close());

/** A folder with the client, its package and newly generated types. */
async function folderWithClient(): Promise<string> {
  const folder = await temporaryFolder();
  await symlink(join(project, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await copyFile(join(clients, 'spectrakey.ts'), join(folder, 'spectrakey.ts'));
  const types = join(folder, 'spectrakey-api.ts');
  await execute(process.execPath, [join(project, 'generate-client.ts'), types], { cwd: project });
  return folder;
}

/** Compiles all files of a folder as a program for Node.js, without the types of a browser. */
async function compile(folder: string): Promise<void> {
  const options =
    '--noEmit --strict --noUncheckedIndexedAccess --exactOptionalPropertyTypes --noUnusedLocals';
  const environment =
    '--target es2023 --lib es2023 --module nodenext --types node --skipLibCheck --allowImportingTsExtensions';
  await execute(
    join(project, 'node_modules/.bin/tsc'),
    [...options.split(' '), ...environment.split(' '), 'program.ts'],
    { cwd: folder },
  );
}

async function run(program: string, url = service.url, rawKey = key.rawKey): Promise<string> {
  const folder = await folderWithClient();
  await writeFile(join(folder, 'program.ts'), program);
  await compile(folder);
  const { stdout } = await execute(process.execPath, ['program.ts'], {
    cwd: folder,
    env: { PATH: process.env.PATH, SPECTRAKEY_URL: url, SPECTRAKEY_API_KEY: rawKey },
  });
  return stdout;
}

const heading = () => `import { createSpectrakeyClient, formOf } from './spectrakey.ts';
const client = createSpectrakeyClient(process.env.SPECTRAKEY_URL ?? '', process.env.SPECTRAKEY_API_KEY ?? '');
const path = { deploymentId: '${lab.deploymentId}' };
void formOf;
`;

test('its types are those that a public generator makes from the document', async () => {
  const folder = await folderWithClient();
  const generated = await readFile(join(folder, 'spectrakey-api.ts'), 'utf8');
  expect(generated).toBe(await readFile(join(clients, 'spectrakey-api.ts'), 'utf8'));
});

test('the program in docs/clients/README.md compiles with strict rules and prints a true octane number', async () => {
  const [program = ''] = blocksUnder('docs/clients/README.md', 'TypeScript', 'ts');
  const values = JSON.stringify(gasoline()[0]?.yValues);
  const filled = program
    .replace(
      'const deploymentId = process.env.DEPLOYMENT_ID',
      `const deploymentId: string | undefined = '${lab.deploymentId}'`,
    )
    .replace('[0.012, 0.013]', values);
  expect(filled).toContain(values);
  expect(await run(filled)).toMatch(/^gasoline-51 87\.94/);
});

test('files and the description of a deployment are typed too', async () => {
  const csv = `sample,${Array.from({ length: 401 }, (_, at) => 900 + 2 * at).join(',')}\ngasoline-51,${gasoline()[0]?.yValues.join(',')}\n`;
  const output = await run(`${heading()}
const { data, error } = await client.POST('/api/deployments/{deploymentId}/predict/file', {
  params: { path },
  body: { file: [new File([${JSON.stringify(csv)}], 'a.csv')] },
  bodySerializer: formOf,
});
if (error) throw new Error(error.detail);
const described = await client.GET('/api/deployments/{deploymentId}', { params: { path } });
console.log(data.files[0]?.format, data.predictions[0]?.value, described.data?.input_length);
`);
  expect(output).toMatch(/^CSV 87\.94\d* 401\n$/);
});

test('a wrong property does not compile', async () => {
  const wrong = `${heading()}
await client.POST('/api/deployments/{deploymentId}/predict', {
  params: { path },
  body: { spectra: [{ sampleName: 'S-1', y_values: [1] }] },
});
`;
  await expect(run(wrong)).rejects.toMatchObject({ stdout: expect.stringContaining('sample_name') });
});

test('a refusal is a typed problem', async () => {
  const revoked = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
  await service.ask(REVOKE_KEY, { id: revoked.id }, lab.owner);
  const program = `${heading()}
const { error } = await client.POST('/api/deployments/{deploymentId}/predict', {
  params: { path },
  body: { spectra: [{ sample_name: 'S-1', y_values: [1] }] },
});
if (error?.code === 'API_KEY_REVOKED') console.log(error.status, error.detail);
`;
  expect(await run(program, service.url, revoked.rawKey)).toMatch(/^403 This API key has been revoked/);
});

test('a call is repeated with one idempotency key, which can be chosen and charges once', async () => {
  const call = (idempotencyKey?: string) => `
{
  const { data } = await client.POST('/api/deployments/{deploymentId}/predict', {
    params: { path${idempotencyKey ? `, header: { 'Idempotency-Key': '${idempotencyKey}' }` : ''} },
    body: { spectra: [{ sample_name: 'S-1', y_values: Array<number>(401).fill(0) }] },
  });
  console.log(data?.predictions[0]?.value);
}
`;
  const predictions = [{ sample_name: 'S-1', value: 7.5 }];
  const { url, received } = await standIn([
    response => void response.destroy(),
    response => void response.writeHead(503, { 'retry-after': '1' }).end('{}'),
    // As while a revocation is rehearsed.
    response => void response.writeHead(403, { 'retry-after': '1' }).end('{}'),
    response =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ predictions })),
  ]);
  expect(await run(heading() + call(), url)).toBe('7.5\n');
  expect(received).toHaveLength(4);
  expect(new Set(received.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  const before = await recordOf(service, lab.deploymentId);
  await run(heading() + call('chosen') + call('chosen'));
  const after = await recordOf(service, lab.deploymentId);
  expect((after?.charged ?? 0) - (before?.charged ?? 0)).toBe(1);
});
