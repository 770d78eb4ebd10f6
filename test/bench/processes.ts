import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

const running = new Set<ChildProcess>();
// If the bench fails, they must not outlive it.
process.once('exit', () => running.forEach(child => void child.kill()));

export interface RunningProcess {
  /** The URL of its GraphQL endpoint. */
  url: string;
  /** Its resident memory in MB. */
  residentMb(): number;
  stop(): Promise<void>;
}

/**
 * Starts a program of this repository that prints its address on its standard output.
 *
 * @param tree the folder of another working tree whose program it is
 */
export async function start(
  args: string[],
  environment: Record<string, string> = {},
  tree = root,
): Promise<RunningProcess> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: tree,
    env: { PATH, HOME, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const origin = await originOf(child);
  child.stdout?.resume();
  return {
    url: `${origin}/graphql`,
    residentMb: () => Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)]).toString()) / 1024,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

function originOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(text) ?? [];
      if (origin) resolve(origin);
    });
    child.once('exit', code => reject(new Error(`${child.spawnargs.join(' ')} ended with ${code}: ${text}`)));
  });
}
