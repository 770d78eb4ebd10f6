import { existsSync } from 'node:fs';
import {
  chown,
  lstat,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rmdir,
  stat,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { writeAccess } from './access.ts';
import { connect, DataFolderInUse, lock, pidFile, readPidFile, SOCKET, urlOf } from './admin-session.ts';
import { codeOf, type Home, type RunAs, removeTree, run, summarizeOutput } from './programs.ts';

/** Max time to start or stop. Crash recovery after the death of a busy server takes seconds. */
const MAX_WAIT_MS = 120_000;
/** The path of a socket has 104 bytes on macOS (108 on Linux), with the terminating NUL. */
const MAX_SOCKET_PATH_LENGTH = 103;
const SHORT_FOLDER = /^\/tmp\/spectrakey-\w+$/;
/** A pid that no process has: the max on Linux is 2^22. */
const NO_PID = 2 ** 31 - 1;
const MAX_LOG_BYTES = 1_000_000;

/** The session that holds a data folder's lock, and its URL. */
export interface LockHolder {
  client: pg.Client;
  url: string;
}

/** Starts PostgreSQL, or adopts a running one, and takes the data folder's lock. */
export async function takeLock(home: Home, report: (progress: string) => void): Promise<LockHolder> {
  const deadline = Date.now() + MAX_WAIT_MS;
  let failure = 'it answers no connection.';
  const reportOnce = once(report);
  while (Date.now() < deadline) {
    const url = await urlOf(home.cluster);
    const client = url === null ? 'absent' : await connect(url);
    if (url !== null && client instanceof pg.Client) {
      const outcome = await lockAndAdmit(client, home).catch((error: Error) => {
        failure = error.message;
        return 'lost' as const;
      });
      if (outcome === 'held') return { client, url };
      if (outcome === 'refused') throw new DataFolderInUse(home.dataDir);
    } else if (client === 'absent') {
      reportOnce('Starting PostgreSQL');
      const fault = await start(home);
      if (fault === null) continue;
      failure = fault;
      // Retries if there is a pid file: another start was faster, or the previous PostgreSQL is still stopping.
      if (!existsSync(pidFile(home.cluster)) && !fault.includes('postmaster.pid')) break;
    } else {
      if (client === 'denied') await admit(home);
      reportOnce('Waiting for PostgreSQL');
    }
    await pause(50);
  }
  throw new Error(`PostgreSQL did not start in ${home.folder}: ${failure}`);
}

/** Takes the lock, and allows the account of this process to connect from now on. @throws if the connection is lost */
async function lockAndAdmit(client: pg.Client, { cluster, runAs }: Home): ReturnType<typeof lock> {
  const outcome = await lock(client);
  if (outcome !== 'held') return outcome;
  // It may have been started by another account, or by a version that admitted every account.
  await writeAccess(cluster, runAs);
  // Fails if PostgreSQL was killed meanwhile: the end of the connection is only noticed from now on.
  await client.query('SELECT pg_reload_conf()');
  return outcome;
}

/** Allows the account of this process to connect to the running PostgreSQL. */
async function admit({ cluster, folder, programs, runAs }: Home): Promise<void> {
  if (!(await writeAccess(cluster, runAs))) return;
  await run(join(programs, 'pg_ctl'), ['reload', '-D', 'cluster'], runAs, folder);
}

function once(report: (progress: string) => void): (progress: string) => void {
  const reported = new Set<string>();
  return progress => {
    if (!reported.has(progress)) report(progress);
    reported.add(progress);
  };
}

/** Starts PostgreSQL. @returns why that failed; null if it runs */
async function start(home: Home): Promise<string | null> {
  const { cluster, folder, programs, runAs } = home;
  await clearStaleLockFiles(home);
  await writeAccess(cluster, runAs);
  const socketFolder = await chooseSocketFolder(cluster, runAs);
  const former = (await readPidFile(cluster))?.socketFolder;
  const log = join(folder, 'postgres.log');
  const logLength = await openLog(log, runAs);
  // Relative paths, since pg_ctl passes these to a shell in double quotes.
  const args = ['start', '-w', '-t', String(MAX_WAIT_MS / 1000), '-D', 'cluster', '-l', 'postgres.log'];
  args.push('-o', '-c unix_socket_permissions=0700');
  if (socketFolder) args.push('-o', `-c unix_socket_directories=${socketFolder}`);
  const { ok, output } = await run(join(programs, 'pg_ctl'), args, runAs, folder);
  if (ok) {
    // A failure here is ignored: a concurrent start may still be writing there.
    await removeLeftovers(home).catch(() => {});
    return null;
  }
  if (socketFolder && socketFolder !== former) await rmdir(socketFolder).catch(() => {});
  const lines = (await readFile(log)).subarray(logLength).toString();
  return summarizeOutput(lines) || summarizeOutput(output);
}

/** Makes the log file to which PostgreSQL appends, or rotates a long one. @returns its length in bytes */
async function openLog(path: string, runAs: RunAs): Promise<number> {
  const size = (await stat(path).catch(() => null))?.size ?? 0;
  if (size > MAX_LOG_BYTES) await rename(path, `${path}.1`);
  const file = await open(path, 'a', 0o600);
  if (runAs) await file.chown(runAs.uid, runAs.gid);
  await file.close();
  return size > MAX_LOG_BYTES ? 0 : size;
}

/**
 * Removes the pid of a process that is not this cluster's from the lock files of a killed PostgreSQL. PostgreSQL does not
 * start while a process has that pid. After a restart of a container that can be any process, and a container whose first
 * process reaps no orphans keeps the killed one as a zombie forever. Works on Linux only.
 */
async function clearStaleLockFiles({ cluster, runAs }: Home): Promise<void> {
  if (!existsSync('/proc/self/cwd')) return;
  const real = await realpath(cluster);
  const socketFolder = (await readPidFile(cluster))?.socketFolder ?? cluster;
  for (const path of [pidFile(cluster), join(socketFolder, `${SOCKET}.lock`)]) {
    const pid = (await readFile(path, 'utf8').catch(() => '')).split('\n')[0];
    if (!pid) continue;
    const isOurs = await readlink(`/proc/${pid.trim()}/cwd`).then(
      cwd => cwd === real,
      error => codeOf(error) !== 'ENOENT',
    );
    // Edited, not removed: the pid file also contains the id of the shared memory, by which PostgreSQL detects that
    // processes of the killed one still run. As its owner: root must not write where another account could place links.
    if (!isOurs) await run('sed', ['-i', `1s/^ *${pid.trim()}$/${NO_PID}/`, path], runAs, '/');
  }
}

/** Picks a folder for the socket if the path of the cluster is too long for one; else null. */
async function chooseSocketFolder(cluster: string, runAs: RunAs): Promise<string | null> {
  if (Buffer.byteLength(join(cluster, SOCKET)) <= MAX_SOCKET_PATH_LENGTH) return null;
  // Reuses the folder of a PostgreSQL that crashed here, so that its connection strings stay valid.
  const former = (await readPidFile(cluster))?.socketFolder;
  if (former && SHORT_FOLDER.test(former)) {
    const found = await lstat(former).catch(() => null);
    const user = runAs ? runAs.uid : process.getuid?.();
    if (found?.isDirectory() && found.uid === user && (found.mode & 0o077) === 0) return former;
  }
  const made = await mkdtemp('/tmp/spectrakey-');
  if (runAs) await chown(made, runAs.uid, runAs.gid);
  return made;
}

/** Removes what interrupted starts and earlier versions left in the folder. */
async function removeLeftovers({ folder, programs, runAs }: Home): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!/^(programs-|cluster\.new-)/.test(name) || path === dirname(programs)) continue;
    await removeTree(path, runAs);
  }
}

/** Stops the PostgreSQL of this cluster. Call it only while holding the lock. */
export async function stopPostgres({
  cluster,
  folder,
  programs,
  runAs,
}: Pick<Home, 'cluster' | 'folder' | 'programs' | 'runAs'>): Promise<void> {
  const running = await readPidFile(cluster);
  if (!running) return;
  const stop = ['stop', '-W', '-m', 'fast', '-D', 'cluster'];
  const { output } = await run(join(programs, 'pg_ctl'), stop, runAs, folder);
  const deadline = Date.now() + MAX_WAIT_MS;
  // Waits here, as pg_ctl would not return if another server starts PostgreSQL again at once.
  while ((await readPidFile(cluster))?.pid === running.pid) {
    if (Date.now() > deadline)
      throw new Error(`PostgreSQL did not stop in ${folder}: ${summarizeOutput(output)}`);
    await pause(10);
  }
  const { socketFolder } = running;
  if (socketFolder && SHORT_FOLDER.test(socketFolder)) await rmdir(socketFolder).catch(() => {});
}
