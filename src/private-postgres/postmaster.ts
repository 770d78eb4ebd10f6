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
import { codeOf, type Home, lastWords, type RunAs, removeTree, run } from './programs.ts';

/** Crash recovery after a busy server's death takes seconds; more than this is a fault to be told. */
const PATIENCE_MS = 120_000;
/** What is left of the 104 bytes of a socket's path on macOS (Linux: 108) after its end. */
const MAX_SOCKET_PATH_LENGTH = 103;
const SHORT_FOLDER = /^\/tmp\/spectrakey-\w+$/;
/** Linux numbers no process higher than 2^22. */
const NO_PID = 2 ** 31 - 1;
const MAX_LOG_BYTES = 1_000_000;

/** The session that holds a data folder's lock, and where it is connected. */
export interface Holder {
  client: pg.Client;
  url: string;
}

/** Starts PostgreSQL, or adopts the one that runs, and takes the data folder's lock. */
export async function takeLock(home: Home, report: (progress: string) => void): Promise<Holder> {
  const deadline = Date.now() + PATIENCE_MS;
  let failure = 'it answers no connection.';
  const say = once(report);
  while (Date.now() < deadline) {
    const url = await urlOf(home.cluster);
    const client = url === null ? 'absent' : await connect(url);
    if (url !== null && client instanceof pg.Client) {
      const outcome = await lock(client);
      if (outcome === 'held') {
        // One that was started by another account, or by a version that let in everybody who reached its socket.
        if (await writeAccess(home.cluster, home.runAs)) await client.query('SELECT pg_reload_conf()');
        return { client, url };
      }
      if (outcome === 'refused') throw new DataFolderInUse(home.dataDir);
    } else if (client === 'absent') {
      say('Starting PostgreSQL');
      const fault = await start(home);
      if (fault === null) continue;
      failure = fault;
      // Over its pid file: another start was quicker, or the PostgreSQL before this one is still on its way out.
      if (!existsSync(pidFile(home.cluster)) && !fault.includes('postmaster.pid')) break;
    } else {
      if (client === 'not admitted') await admit(home);
      say('Waiting for PostgreSQL');
    }
    await pause(50);
  }
  throw new Error(`PostgreSQL did not start in ${home.folder}: ${failure}`);
}

/** Has the PostgreSQL that runs let in the account of this process. */
async function admit({ cluster, folder, programs, runAs }: Home): Promise<void> {
  if (!(await writeAccess(cluster, runAs))) return;
  await run(join(programs, 'pg_ctl'), ['reload', '-D', 'cluster'], runAs, folder);
}

function once(report: (progress: string) => void): (progress: string) => void {
  const said = new Set<string>();
  return progress => {
    if (!said.has(progress)) report(progress);
    said.add(progress);
  };
}

async function start(home: Home): Promise<string | null> {
  const { cluster, folder, programs, runAs } = home;
  await disownLockFiles(home);
  await writeAccess(cluster, runAs);
  const socketFolder = await chooseSocketFolder(cluster, runAs);
  const former = (await readPidFile(cluster))?.socketFolder;
  const log = join(folder, 'postgres.log');
  const logged = await openLog(log, runAs);
  // Relative, since pg_ctl hands these to a shell, between double quotes.
  const args = ['start', '-w', '-t', String(PATIENCE_MS / 1000), '-D', 'cluster', '-l', 'postgres.log'];
  args.push('-o', '-c unix_socket_permissions=0700');
  if (socketFolder) args.push('-o', `-c unix_socket_directories=${socketFolder}`);
  const { ok, output } = await run(join(programs, 'pg_ctl'), args, runAs, folder);
  if (ok) {
    // Not a start's business to fail over: a racing one may still be writing there.
    await removeLeftovers(home).catch(() => {});
    return null;
  }
  if (socketFolder && socketFolder !== former) await rmdir(socketFolder).catch(() => {});
  const lines = (await readFile(log)).subarray(logged).toString();
  return lastWords(lines) || lastWords(output);
}

/** Leaves a log for PostgreSQL to append to, and says how long it is already. */
async function openLog(path: string, runAs: RunAs): Promise<number> {
  const size = (await stat(path).catch(() => null))?.size ?? 0;
  if (size > MAX_LOG_BYTES) await rename(path, `${path}.1`);
  const file = await open(path, 'a', 0o600);
  if (runAs) await file.chown(runAs.uid, runAs.gid);
  await file.close();
  return size > MAX_LOG_BYTES ? 0 : size;
}

/**
 * PostgreSQL refuses to start while a process lives that has the pid in a killed one's lock files. After a container's
 * restart that can be any process; and a container whose first process reaps no orphans keeps the killed one as a
 * zombie for ever. Only Linux tells; elsewhere PostgreSQL's own test has to do.
 */
async function disownLockFiles({ cluster, runAs }: Home): Promise<void> {
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
    // Edited, not removed: the pid file also says where the shared memory is, by which PostgreSQL sees that processes
    // of the killed one still run. And edited as its owner: root must not write where others may put links.
    if (!isOurs) await run('sed', ['-i', `1s/^ *${pid.trim()}$/${NO_PID}/`, path], runAs, '/');
  }
}

/** A short folder for the socket of a cluster whose own path is too long for one; null where it is not. */
async function chooseSocketFolder(cluster: string, runAs: RunAs): Promise<string | null> {
  if (Buffer.byteLength(join(cluster, SOCKET)) <= MAX_SOCKET_PATH_LENGTH) return null;
  // The one of the PostgreSQL that crashed here, so that connection strings handed out stay true.
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

/** What killed starts, and versions before this one, left in the folder. */
async function removeLeftovers({ folder, programs, runAs }: Home): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!/^(programs-|cluster\.new-)/.test(name) || path === dirname(programs)) continue;
    await removeTree(path, runAs);
  }
}

/** Stops the PostgreSQL of this cluster; only for who holds its lock. */
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
  const deadline = Date.now() + PATIENCE_MS;
  // Not left to pg_ctl, which would go on waiting if another server starts PostgreSQL again right away.
  while ((await readPidFile(cluster))?.pid === running.pid) {
    if (Date.now() > deadline) throw new Error(`PostgreSQL did not stop in ${folder}: ${lastWords(output)}`);
    await pause(10);
  }
  const { socketFolder } = running;
  if (socketFolder && SHORT_FOLDER.test(socketFolder)) await rmdir(socketFolder).catch(() => {});
}
