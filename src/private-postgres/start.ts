import { existsSync } from 'node:fs';
import { link, lstat, readdir, readFile, readlink, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import pg from 'pg';
import { connect, isLocked, lock, urlOf } from './admin-session.ts';
import { homeFolder, openHome, type Places } from './data-directory.ts';
import { leaveNobody } from './legacy.ts';
import { type Holder, stopPostgres, takeLock } from './postmaster.ts';
import { codeOf, type Home, removeTree } from './programs.ts';

export { DataFolderInUse } from './admin-session.ts';

/** What the caller needs to reach and to end the private PostgreSQL. */
export interface EmbeddedPostgres {
  /** A connection string for `pg`, over the Unix socket. */
  url: string;
  /** Stops PostgreSQL (fast shutdown) and gives up the data folder's lock. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts (or adopts) the private PostgreSQL of a data folder and holds the folder for this process alone.
 * Throws DataFolderInUse when another live process holds it.
 */
export async function startEmbedded(
  dataDir: string,
  report: (progress: string) => void,
  places: Places = {},
): Promise<EmbeddedPostgres> {
  const home = await openHome(resolve(dataDir), report, places);
  await leaveNobody(home, report);
  let stopping: Promise<void> | null = null;

  const hold = async (): Promise<Holder> => {
    const held = await takeLock(home, report);
    // PostgreSQL ends every session when one of its processes is killed, and then goes on: so must the lock.
    held.client.once('end', () => {
      if (!stopping) holder = hold().catch(lose);
    });
    return held;
  };
  const lose = (error: unknown) => {
    report(error instanceof Error ? error.message : String(error));
    return null;
  };
  const end = async () => {
    const held = await holder;
    // Without the lock, the PostgreSQL that runs there may be another server's.
    if (!held) return;
    await stopPostgres(home);
    await held.client.end().catch(() => {});
  };
  const stop = () => {
    stopping ??= end();
    return stopping;
  };

  const first = hold();
  let holder: Promise<Holder | null> = first;
  const { url } = await first;
  try {
    await leaveTrace(home);
    await sweepOrphans(home, report);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/**
 * The URL of the private PostgreSQL of this folder when a live server is running it, else null: lets a command
 * work beside a running server.
 */
export async function findEmbedded(dataDir: string): Promise<string | null> {
  const folder = await homeFolder(resolve(dataDir));
  if (folder === null || !existsSync(folder)) return null;
  const url = await urlOf(join(await realpath(folder), 'cluster'));
  const client = url ? await connect(url) : 'absent';
  if (!(client instanceof pg.Client)) return null;
  const live = await isLocked(client).finally(() => client.end());
  return live ? url : null;
}

/**
 * A cluster that could not stay inside its data folder must go when the data folder goes, and never when it was only
 * moved or renamed. A file with one name in each of them tells: its link count falls when the data folder is deleted.
 */
async function leaveTrace({ dataDir, folder }: Home): Promise<void> {
  if (folder === join(dataDir, 'postgres')) return;
  const here = join(folder, 'data-folder');
  const there = join(dataDir, `.postgres-${basename(folder)}`);
  const text = existsSync(here) ? await readFile(here, 'utf8') : null;
  if (text !== dataDir) await writeFile(here, dataDir);
  if (existsSync(there) && (await stat(there)).ino === (await stat(here)).ino) return;
  await rm(there, { force: true });
  // On another file system there is no telling, and the cluster stays until somebody removes it.
  await link(here, there).catch(() => rm(here));
}

async function isOrphan(folder: string): Promise<boolean> {
  const trace = join(folder, 'data-folder');
  if (!existsSync(trace) || (await stat(trace)).nlink > 1) return false;
  const dataDir = await readFile(trace, 'utf8');
  if (dataDir === '') return false;
  try {
    return resolve(dataDir, await readlink(join(dataDir, 'postgres'))) !== folder;
  } catch (error) {
    // Any other error may pass, like a file server's that is away.
    return ['ENOENT', 'ENOTDIR', 'EINVAL'].includes(String(codeOf(error)));
  }
}

async function sweepOrphans(home: Home, report: (progress: string) => void): Promise<void> {
  if (!home.runAs) return;
  for (const name of await readdir(home.elsewhere).catch(() => [])) {
    const folder = join(home.elsewhere, name);
    // What cannot be judged or removed now is left for the next start.
    await sweep(folder, home, report).catch(() => {});
  }
}

async function sweep(folder: string, home: Home, report: (progress: string) => void): Promise<void> {
  if (!(await isOrphan(folder))) return;
  const cluster = join(folder, 'cluster');
  const { uid, gid } = await lstat(cluster);
  const runAs = { uid, gid };
  const url = await urlOf(cluster);
  const client = url ? await connect(url) : 'absent';
  if (client === 'not now' || client === 'not admitted') return;
  if (client instanceof pg.Client) {
    // A server may still run on, after its data folder was deleted under it.
    if (await isLocked(client)) return void (await client.end());
    if ((await lock(client)) !== 'held') return;
    await stopPostgres({ folder, cluster, programs: home.programs, runAs });
    await client.end().catch(() => {});
  }
  report(`Removing ${folder}, whose data folder was deleted`);
  await removeTree(cluster, runAs);
  await rm(folder, { recursive: true, force: true });
}
