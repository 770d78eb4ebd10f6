import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { POSTGRES_USER } from './access.ts';
import { codeOf } from './programs.ts';

/** Another live server holds the data folder. */
export class DataFolderInUse extends Error {
  constructor(dataDir: string) {
    super(`The data folder ${dataDir} is in use by another running server.`);
    this.name = 'DataFolderInUse';
  }
}

/** Any two numbers do, as long as every version uses the same. */
const LOCK = [1_936_745_827, 1_918_987_109];
/** Of no matter: it only names the socket. */
const PORT = 5432;
export const SOCKET = `.s.PGSQL.${PORT}`;
/** A dead server's lock is freed by its PostgreSQL session within milliseconds, but not at once. */
const LOCK_TIMEOUT = '1s';

export const pidFile = (cluster: string) => join(cluster, 'postmaster.pid');

/** What the pid file of a cluster says; null where there is none. */
export async function readPidFile(
  cluster: string,
): Promise<{ pid: string; socketFolder: string | null } | null> {
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
    ? `postgresql://${POSTGRES_USER}@/spectrakey?host=${encodeURIComponent(folder)}&port=${PORT}&sslmode=disable`
    : null;
}

/** A session of the PostgreSQL there; or that none listens, or that one does and has no time now, or not for us. */
export async function connect(url: string): Promise<pg.Client | 'absent' | 'not now' | 'not admitted'> {
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
    if (code === '28000') return 'not admitted';
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
