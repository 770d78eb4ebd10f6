import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';

/** The advice in errors when a private PostgreSQL is not possible. */
export const OWN_DATABASE_ADVICE = 'set DATABASE_URL to use a PostgreSQL of your own';

/** The account that runs PostgreSQL; null for the account of this process. */
export type RunAs = { uid: number; gid: number } | null;

/** The paths and the account of a data folder's private PostgreSQL. */
export interface Home {
  /** The data folder. */
  dataDir: string;
  /** Contains the cluster and the log: `dataDir`/postgres, or the target of that link. */
  folder: string;
  cluster: string;
  /** Contains initdb, pg_ctl and postgres. */
  programs: string;
  /** The folder for clusters outside their data folders. */
  externalRoot: string;
  runAs: RunAs;
}

/** Runs a program to its end, without our environment: variables such as PGPORT would redirect PostgreSQL. */
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
      // Ignores the error of a program that ends without reading its input.
      child.stdin.on('error', () => {}).end(input);
    } catch (error) {
      // Node throws some errors of spawn instead of emitting them, e.g. EINVAL if a container does not have the uid.
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

const NOISE = /^\s*$|LOG: {2}(starting PostgreSQL|listening on|shutting down|database system is shut down)/;

/** The last relevant lines of an output or log in one line, without timestamps. */
export function summarizeOutput(output: string): string {
  const lines = output.split('\n').filter(line => !NOISE.test(line));
  return lines
    .slice(-4)
    .map(line => line.replace(/^[\d-]+ [\d:.]+ \S+ \[\d+\] /, '').trim())
    .join(' ');
}

/** The code of a system or PostgreSQL error. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Removes a tree that belongs to the account that runs PostgreSQL. */
export async function removeTree(path: string, runAs: RunAs): Promise<void> {
  // First as that account: links that it places during the removal must not redirect root.
  if (runAs && existsSync(path)) await run('rm', ['-rf', '--', path], runAs, '/');
  await rm(path, { recursive: true, force: true });
}
