import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { POSTGRES_USER } from './access.ts';
import { codeOf } from './programs.ts';

/** Another running server uses the data folder. */
export class DataFolderInUse extends Error {
  constructor(dataDir: string) {
    super(
      `The data folder ${dataDir} is in use by another running server. Stop that server, or set DATA_DIR to another folder.`,
    );
    this.name = 'DataFolderInUse';
  }
}

/** The key of the data folder's advisory lock: arbitrary, but the same in every version. */
const LOCK = [1_936_745_827, 1_918_987_109];
/** Only part of the socket's name; PostgreSQL does not listen on TCP. */
const PORT = 5432;
export const SOCKET = `.s.PGSQL.${PORT}`;
/** The lock of a server that died is released within milliseconds, when PostgreSQL ends its session. */
const LOCK_TIMEOUT = '1s';

export const pidFile = (cluster: string) => join(cluster, 'postmaster.pid');

/** Reads the pid file of a cluster; null if there is none. */
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

/** The URL of the PostgreSQL that runs in this cluster, or crashed there last; null if there is none. */
export async function urlOf(cluster: string): Promise<string | null> {
  const folder = (await readPidFile(cluster))?.socketFolder;
  // With every part, since pg reads missing ones from PGPORT and PGSSLMODE.
  return folder
    ? `postgresql://${POSTGRES_USER}@/spectrakey?host=${encodeURIComponent(folder)}&port=${PORT}&sslmode=disable`
    : null;
}

/**
 * Connects to a PostgreSQL.
 *
 * @returns a session; or why there is none: nothing listens (absent), it is starting, stopping or full (busy), or this
 * account may not connect (denied)
 */
export async function connect(url: string): Promise<pg.Client | 'absent' | 'busy' | 'denied'> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // Callers listen for 'end'. An 'error' event without a listener would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return 'absent';
    if (isTransient(error)) return 'busy';
    if (code === '28000') return 'denied';
    throw error;
  }
}

/**
 * Whether a PostgreSQL is starting, stopping, recovering or full, or closed the connection during the handshake (which
 * pg reports without a code).
 */
function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  return (
    code === undefined || ['57P01', '57P02', '57P03', '53300', 'ECONNRESET', 'EPIPE'].includes(String(code))
  );
}

/** Takes the data folder's lock until this session ends. @returns refused if a running server holds it */
export async function lock(client: pg.Client): Promise<'held' | 'refused' | 'lost'> {
  try {
    await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
    await client.query('SELECT pg_advisory_lock($1, $2)', LOCK);
    // Also checks that the session is still alive: one that got the lock of a stopping server is ended with its PostgreSQL.
    await client.query('RESET lock_timeout');
    return 'held';
  } catch (error) {
    await client.end().catch(() => {});
    if (codeOf(error) === '55P03') return 'refused';
    if (isTransient(error)) return 'lost';
    throw error;
  }
}

/** Whether a running server holds the lock. */
export async function isLocked(client: pg.Client): Promise<boolean> {
  const found = await client.query(
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND objid = $2 AND objsubid = 2 AND granted",
    LOCK,
  );
  return found.rows.length > 0;
}
