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
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { codeOf, type Home, lastWords, type RunAs, removeTree, run } from './embedded-home.ts';

/** Another live server holds the data folder. */
export class DataFolderInUse extends Error {
  constructor(dataDir: string) {
    super(`The data folder ${dataDir} is in use by another running server.`);
    this.name = 'DataFolderInUse';
  }
}

/** Any two numbers do, as long as every version uses the same. */
const LOCK = [1_936_745_827, 1_918_987_109];
const PORT = 5432;
const SOCKET = `.s.PGSQL.${PORT}`;
/** Crash recovery after a busy server's death takes seconds; more than this is a fault to be told. */
const PATIENCE_MS = 120_000;
/** A dead server's lock is freed by its PostgreSQL session within milliseconds, but not at once. */
const LOCK_TIMEOUT = '1s';
/** What is left of the 104 bytes of a socket's path on macOS (Linux: 108) after its end. */
const LONGEST_SOCKET_PATH = 103;
const SHORT_FOLDER = /^\/tmp\/spectrakey-\w+$/;
/** Linux numbers no process higher than 2^22. */
const NO_PID = 2 ** 31 - 1;
const MOST_LOG_BYTES = 1_000_000;

const pidFile = (cluster: string) => join(cluster, 'postmaster.pid');

async function readPidFile(cluster: string): Promise<{ pid: string; socketFolder: string | null } | null> {
  try {
    const [pid = '', , , , socket] = (await readFile(pidFile(cluster), 'utf8')).split('\n');
    return { pid, socketFolder: socket ? resolve(cluster, socket) : null };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** Where the PostgreSQL that runs, or last crashed, in this cluster can be reached; null where none did. */
export async function urlOf(cluster: string): Promise<string | null> {
  const folder = (await readPidFile(cluster))?.socketFolder;
  // Said in full, since pg fills what is missing from PGPORT and PGSSLMODE.
  return folder
    ? `postgresql://spectrakey@/spectrakey?host=${encodeURIComponent(folder)}&port=${PORT}&sslmode=disable`
    : null;
}

/** A session of the PostgreSQL there; or that none listens, or that one does and has no time now. */
export async function connect(url: string): Promise<pg.Client | 'absent' | 'not now'> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // The end of a session is told by its 'end' event; an 'error' that nobody heard would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return 'absent';
    if (isPassing(error)) return 'not now';
    throw error;
  }
}

/** Starting up, shutting down, recovering, full, or gone in the middle of a word (which pg tells without a code). */
function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  return (
    code === undefined || ['57P01', '57P02', '57P03', '53300', 'ECONNRESET', 'EPIPE'].includes(String(code))
  );
}

/** Takes the data folder's lock for as long as this session lives. */
export async function lock(client: pg.Client): Promise<'held' | 'refused' | 'lost'> {
  try {
    await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
    await client.query('SELECT pg_advisory_lock($1, $2)', LOCK);
    // One more round trip: a session that got the lock of a server just stopping is itself about to be ended.
    await client.query('RESET lock_timeout');
    return 'held';
  } catch (error) {
    await client.end().catch(() => {});
    if (codeOf(error) === '55P03') return 'refused';
    if (isPassing(error)) return 'lost';
    throw error;
  }
}

/** Whether a live server holds the lock. */
export async function isLocked(client: pg.Client): Promise<boolean> {
  const found = await client.query(
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND objid = $2 AND objsubid = 2 AND granted",
    LOCK,
  );
  return found.rows.length > 0;
}

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
      if (outcome === 'held') return { client, url };
      if (outcome === 'refused') throw new DataFolderInUse(home.dataDir);
    } else if (client === 'absent') {
      say('Starting PostgreSQL');
      const fault = await start(home);
      if (fault === null) continue;
      failure = fault;
      // Over its pid file: another start was quicker, or the PostgreSQL before this one is still on its way out.
      if (!existsSync(pidFile(home.cluster)) && !fault.includes('postmaster.pid')) break;
    } else {
      say('Waiting for PostgreSQL');
    }
    await pause(50);
  }
  throw new Error(`PostgreSQL did not start in ${home.folder}: ${failure}`);
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
  const socketFolder = await chooseSocketFolder(cluster, runAs);
  const former = (await readPidFile(cluster))?.socketFolder;
  const log = join(folder, 'postgres.log');
  const logged = await openLog(log, runAs);
  // Relative, since pg_ctl hands these to a shell, between double quotes.
  const args = ['start', '-w', '-t', String(PATIENCE_MS / 1000), '-D', 'cluster', '-l', 'postgres.log'];
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
  if (size > MOST_LOG_BYTES) await rename(path, `${path}.1`);
  const file = await open(path, 'a', 0o600);
  if ('uid' in runAs) await file.chown(runAs.uid, runAs.gid);
  await file.close();
  return size > MOST_LOG_BYTES ? 0 : size;
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
  if (Buffer.byteLength(join(cluster, SOCKET)) <= LONGEST_SOCKET_PATH) return null;
  // The one of the PostgreSQL that crashed here, so that connection strings handed out stay true.
  const former = (await readPidFile(cluster))?.socketFolder;
  if (former && SHORT_FOLDER.test(former)) {
    const found = await lstat(former).catch(() => null);
    const user = 'uid' in runAs ? runAs.uid : process.getuid?.();
    if (found?.isDirectory() && found.uid === user && (found.mode & 0o077) === 0) return former;
  }
  const made = await mkdtemp('/tmp/spectrakey-');
  if ('uid' in runAs) await chown(made, runAs.uid, runAs.gid);
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
