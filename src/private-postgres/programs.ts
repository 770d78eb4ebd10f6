import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';

/** The way out where there can be no private PostgreSQL. */
export const YOUR_OWN = 'set DATABASE_URL to use a PostgreSQL of your own';

/** The account that runs PostgreSQL; null: the one that runs this process. */
export type RunAs = { uid: number; gid: number } | null;

/** Where the private PostgreSQL of a data folder lives, and what runs it. */
export interface Home {
  /** The data folder, as its owner knows it. */
  dataDir: string;
  /** Holds the cluster and the log; `dataDir`/postgres, or where that link leads. */
  folder: string;
  cluster: string;
  /** Holds initdb, pg_ctl and postgres. */
  programs: string;
  /** Where root keeps the clusters that cannot stay in their data folders. */
  elsewhere: string;
  runAs: RunAs;
}

/** Runs a program to its end, with nothing of our environment: PGPORT and its like would redirect PostgreSQL. */
export function run(program: string, args: string[], runAs: RunAs, cwd: string, input = '') {
  return new Promise<{ ok: boolean; output: string }>(done => {
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    const fail = (error: Error) => done({ ok: false, output: error.message });
    const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
    try {
      const child = spawn(program, args, { ...runAs, cwd, env });
      child.on('error', fail);
      child.on('close', code => done({ ok: code === 0, output }));
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      // A program that ends without reading its input is no fault of ours to crash over.
      child.stdin.on('error', () => {}).end(input);
    } catch (error) {
      // Node throws some errors of spawn instead of emitting them: EINVAL, where a container has no such uid.
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

const SMALL_TALK =
  /^\s*$|LOG: {2}(starting PostgreSQL|listening on|shutting down|database system is shut down)/;

/** The last telling lines of an output or a log, without their time stamps, as one. */
export function lastWords(output: string): string {
  const lines = output.split('\n').filter(line => !SMALL_TALK.test(line));
  return lines
    .slice(-4)
    .map(line => line.replace(/^[\d-]+ [\d:.]+ \S+ \[\d+\] /, '').trim())
    .join(' ');
}

/** The code of a system or PostgreSQL error. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Removes what the account that runs PostgreSQL owns. */
export async function removeTree(path: string, runAs: RunAs): Promise<void> {
  // As that account first: root walking a tree that another account can change under it may be led astray by links.
  if (runAs && existsSync(path)) await run('rm', ['-rf', '--', path], runAs, '/');
  await rm(path, { recursive: true, force: true });
}
