import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { detectSandbox, HOST, HOST_ENVIRONMENT, hostCommand, type Sandbox } from '../src/onnx/sandbox.ts';
import { gasoline, openLab, PREDICT, startServiceForTest } from './harness.ts';
import { column, hosts, hostsFromNow } from './host-processes.ts';
import { linearRegression } from './onnx-files.ts';

const isRoot = process.getuid?.() === 0;
const onLinux = process.platform === 'linux';

/** The status of a process in /proc. */
const statusOf = (pid: number) => readFileSync(`/proc/${pid}/status`, 'utf8');
const fieldOf = (pid: number, name: string) =>
  new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(statusOf(pid))?.[1] ?? '';
const uidOf = (pid: number) => Number(fieldOf(pid, 'Uid').split('\t')[0]);

/** Starts the chain of commands of a host, with a test script in place of its main module. */
async function runInSandbox(script: string): Promise<string> {
  const { program, args } = await hostCommand({ memoryBytes: 256 * 1024 * 1024 });
  const host = args.indexOf(HOST);
  expect(host).toBeGreaterThan(0);
  const child = spawn(program, [...args.slice(0, host), '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: HOST_ENVIRONMENT,
    cwd: '/',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return (await child.stdout.toArray()).join('');
}

/** Tries something, and prints the code of the error. */
const attempt = (code: string) =>
  runInSandbox(`
    try { ${code}; console.log('done'); } catch (error) { console.log(error.code); }`);

test('every host that runs models or is spare has the restrictions that the system allows', async () => {
  const started = hostsFromNow();
  const service = await startServiceForTest();
  const { owner, deploymentId } = await openLab(service);
  await service.ask(PREDICT, { deploymentId, spectra: gasoline() }, owner);
  // One that ran the model, and the spare one.
  await expect.poll(() => started().length).toBeGreaterThan(1);
  const sandbox = await detectSandbox();
  const uids = started().map(uidOf);
  for (const pid of started()) {
    expect(column('-o', 'ni=', '-p', String(pid)).join().trim()).toBe('3');
    if (sandbox.dropsPrivileges) expect(fieldOf(pid, 'NoNewPrivs')).toBe('1');
    if (sandbox.dropsPrivileges) expect(fieldOf(pid, 'CapEff')).toMatch(/^0+$/);
  }
  if (sandbox.ownUid) {
    expect(new Set(uids).size).toBe(uids.length);
    const accounts = readFileSync('/etc/passwd', 'utf8');
    for (const uid of uids) expect(accounts).not.toContain(`:${uid}:`);
    expect(Math.min(...uids)).toBeGreaterThan(1_999_999_999);
  }
  expect(hosts()).toEqual(expect.arrayContaining(started()));
});

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

/** A copy of this project that other accounts may enter, with other node_modules. */
function copyProject(mode: number, link: (from: string, to: string) => void): string {
  const project = mkdtempSync(join(tmpdir(), 'spectrakey-copy-'));
  onTestFinished(() => rmSync(project, { recursive: true, force: true }));
  chmodSync(project, mode);
  for (const name of ['src', 'dist-host', 'package.json']) {
    cpSync(join(REPOSITORY, name), join(project, name), { recursive: true });
  }
  link(join(REPOSITORY, 'node_modules'), join(project, 'node_modules'));
  return project;
}

/** Runs a model with the code of a project. */
async function runIn(project: string): Promise<{ outcome: unknown; sandbox: Sandbox; missing: string[] }> {
  const script = `
    import { detectSandbox, missingFrom } from './src/onnx/sandbox.ts';
    import { startModels } from './src/onnx/models.ts';
    const models = startModels({
      load: async () => ({ onnx: Buffer.from(process.env.ONNX, 'base64'), kind: 'REGRESSION' }),
      onNotStarted: error => console.error(error),
      limits: { hosts: 1 },
    });
    const model = { id: 'a', tenant: { id: 'a', reserved: true }, rowIndependent: false };
    const outcome = await models.run(model, [[1, 3]]);
    const sandbox = await detectSandbox();
    console.log(JSON.stringify({ outcome, sandbox, missing: missingFrom(sandbox) }));
    await models.close();`;
  const onnx = Buffer.from(linearRegression({ weights: [0.5, 0.5] })).toString('base64');
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ONNX: onnx },
    cwd: project,
  });
  onTestFinished(() => void child.kill());
  return JSON.parse((await child.stdout.toArray()).join(''));
}

const MEAN = { kind: 'REGRESSION', values: [2] };

for (const [what, link] of [
  ['node_modules is', (from: string, to: string) => symlinkSync(from, to)],
  [
    'each package of node_modules is',
    (from: string, to: string) => {
      mkdirSync(to);
      for (const name of readdirSync(from)) symlinkSync(join(from, name), join(to, name));
    },
  ],
] as const) {
  test(`hosts start, as restricted as elsewhere, where ${what} a symbolic link`, async () => {
    const { outcome, sandbox } = await runIn(copyProject(0o755, link));
    expect(outcome).toEqual(MEAN);
    expect(sandbox).toEqual(await detectSandbox());
  });
}

test('a restriction that prevents hosts from starting is dropped alone, and named in the log', async () => {
  const { outcome, sandbox, missing } = await runIn(copyProject(0o700, symlinkSync));
  expect(outcome).toEqual(MEAN);
  const here = await detectSandbox();
  expect(sandbox).toEqual({ ...here, ownUid: false });
  expect(missing.includes('a separate uid')).toBe(here.ownUid);
});

test('where root starts the server on Linux, hosts have their own account and network', async () => {
  const sandbox = await detectSandbox();
  if (isRoot && onLinux)
    expect(sandbox).toMatchObject({ ownUid: true, dropsPrivileges: true, permission: true });
  else expect(sandbox.ownUid).toBe(false);
});

test('JavaScript in a host reads only its own code, writes nothing and starts nothing', async () => {
  const read = (path: string) => `require('node:fs').readFileSync(${JSON.stringify(path)})`;
  const script = (code: string) =>
    `const require = process.getBuiltinModule('node:module').createRequire('/'); ${code}`;
  const config = fileURLToPath(new URL('../src/config.ts', import.meta.url));
  for (const path of [
    '/etc/passwd',
    config,
    join(dirname(config), '..', 'package.json'),
    '/proc/self/environ',
  ]) {
    expect(await attempt(script(read(path))), path).toBe('ERR_ACCESS_DENIED\n');
  }
  const file = join(tmpdir(), 'written-by-a-host');
  expect(await attempt(script(`require('node:fs').writeFileSync('${file}', 'x')`))).toBe(
    'ERR_ACCESS_DENIED\n',
  );
  expect(existsSync(file)).toBe(false);
  expect(await attempt(script(`require('node:child_process').spawnSync('/bin/true')`))).toBe(
    'ERR_ACCESS_DENIED\n',
  );
});

test('a host reaches no address where it has its own network', async () => {
  const service = await startServiceForTest();
  const { port } = new URL(service.url);
  const answer = await runInSandbox(`
    const net = process.getBuiltinModule('node:net');
    const socket = net.connect(${port}, '127.0.0.1', () => { console.log('connected'); process.exit(); });
    socket.on('error', error => { console.log(error.code); process.exit(); });`);
  const { network } = await detectSandbox();
  expect(answer).toBe(network ? 'ENETUNREACH\n' : 'connected\n');
});

test('a host can signal neither the server nor another host where it has its own account', async () => {
  const answer = await attempt(`process.kill(${process.pid}, 0)`);
  const { ownUid } = await detectSandbox();
  expect(answer).toBe(ownUid ? 'EPERM\n' : 'done\n');
});

test('a host that allocates without end is stopped before it uses up the machine', async () => {
  const answer = await runInSandbox(`
    const kept = [];
    try { for (;;) kept.push(new Uint8Array(64 * 1024 * 1024).fill(1)); }
    catch { console.log('refused at', kept.length * 64, 'MiB'); }`);
  const [, mebibytes = '0'] = /refused at (\d+) MiB/.exec(answer) ?? [];
  // Where V8 ends the process instead of throwing, nothing is printed.
  expect(Number(mebibytes)).toBeLessThan(2048);
});
