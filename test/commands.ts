import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const project = fileURLToPath(new URL('..', import.meta.url));
const standIn = fileURLToPath(new URL('curl-stand-in.ts', import.meta.url));
/** Compiled code, which saves a third of the time of a start. */
const compileCache = join(project, 'node_modules', '.cache', 'node-compile');
const execute = promisify(execFile);

/** The account of the ordinary user if the suite runs as root. */
export interface User {
  uid: number;
  gid: number;
}

export const asRoot = process.getuid?.() === 0;

/** The account `nobody`, which every system has. */
export async function nobody(): Promise<User> {
  const [uid, gid] = await Promise.all(['-u', '-g'].map(flag => execute('id', [flag, 'nobody'])));
  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
}

/** Registers what is to be done once nothing needs a folder or process any more: after the test, or after the file. */
export type OnFinished = (cleanUp: () => Promise<void>) => void;

/** A folder that is deleted after the test. */
export async function temporaryFolder(
  mode = 0o755,
  owner?: User,
  onFinished: OnFinished = onTestFinished,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'spectrakey-start-'));
  onFinished(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, mode);
  if (owner) await chown(folder, owner.uid, owner.gid);
  return folder;
}

/** A copy of the project with its dependencies, like an installed clone in another place. */
export async function cloneProject(folder: string): Promise<string> {
  const clone = join(folder, 'clone');
  await mkdir(clone);
  const parts = [
    'node_modules',
    'src',
    'docs',
    'migrations',
    'dist',
    'dist-host',
    'package.json',
    'schema.graphql',
  ];
  parts.push('dev.ts', 'vite.config.ts', 'vite.host.config.ts', 'tsconfig.json');
  // Links cost no space and no time on the same file system.
  await execute('cp', ['-Rl', ...parts, clone], { cwd: project }).catch(() =>
    execute('cp', ['-R', ...parts, clone], { cwd: project }),
  );
  return clone;
}

export interface Started {
  process: ChildProcess;
  /** All output so far. */
  output: () => string;
  /** Resolves when the output matches; throws with the output if the process ends first. */
  printed: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** The exit code, after the process has ended and its output is read. */
  ended: Promise<number | null>;
}

export interface RunOptions {
  env?: Record<string, string>;
  cwd?: string;
  user?: User;
  onFinished?: OnFinished;
}

/** Runs an npm script on a free port; it is stopped after the test. */
export const npm = (args: string[], options?: RunOptions) => run('npm', args, options);

/** Runs a program in the project on a free port; it is stopped after the test. */
export function run(
  program: string,
  args: string[],
  { env = {}, cwd = project, user, onFinished = onTestFinished }: RunOptions = {},
): Started {
  const child = spawn(program, args, {
    cwd,
    env: {
      PATH: [join(cwd, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
      HOME: env.DATA_DIR ?? tmpdir(),
      NODE_COMPILE_CACHE: compileCache,
      PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  const started: Started = {
    process: child,
    output: () => output,
    ended,
    printed: pattern =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output);
          if (!match) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        look();
        void ended.then(code => reject(new Error(`ended with ${code} before ${pattern}:\n${output}`)));
      }),
  };
  onFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return started;
}

/** The address that a start printed, after it listens and has printed everything. */
export async function addressOf(started: Started): Promise<string> {
  const [, address = ''] = await started.printed(/GraphiQL {3}(http:\/\/\S+)\/graphiql\n[\s\S]*Sign in .*\n/);
  return address;
}

/** Runs a command in a shell outside the project's folder. */
export async function paste(command: string, cwd: string = tmpdir()): Promise<string> {
  const withCurl = `command -v curl >/dev/null || curl() { '${process.execPath}' '${standIn}' "$@"; }\n${command}`;
  const { stdout } = await execute('sh', ['-c', withCurl], { cwd });
  return stdout;
}
