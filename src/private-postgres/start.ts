import { existsSync } from 'node:fs';
import { link, lstat, readdir, readFile, readlink, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import pg from 'pg';
import { connect, isLocked, lock, urlOf } from './admin-session.ts';
import { homeFolder, openHome, type Places } from './data-directory.ts';
import { migrateFromNobody } from './legacy.ts';
import { type LockHolder, stopPostgres, takeLock } from './postmaster.ts';
import { codeOf, type Home, removeTree } from './programs.ts';

export { DataFolderInUse } from './admin-session.ts';

/** A running private PostgreSQL. */
export interface EmbeddedPostgres {
  /** A connection string for `pg`, over the Unix socket. */
  url: string;
  /** Stops PostgreSQL (fast shutdown) and releases the data folder's lock. Can be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts or adopts the private PostgreSQL of a data folder, and locks the folder for this process.
 *
 * @throws {DataFolderInUse} when another running process holds the lock.
 */
export async function startEmbedded(
  dataDir: string,
  report: (progress: string) => void,
  places: Places = {},
): Promise<EmbeddedPostgres> {
  const home = await openHome(resolve(dataDir), report, places);
  await migrateFromNobody(home, report);
  let stopping: Promise<void> | null = null;

  const acquire = async (): Promise<LockHolder> => {
    const held = await takeLock(home, report);
    // PostgreSQL ends every session when one of its processes is killed, and then recovers: take the lock again.
    held.client.once('end', () => {
      if (!stopping) holder = acquire().catch(reportLoss);
    });
    return held;
  };
  const reportLoss = (error: unknown) => {
    report(error instanceof Error ? error.message : String(error));
    return null;
  };
  const end = async () => {
    const held = await holder;
    // Without the lock, the running PostgreSQL may belong to another server.
    if (!held) return;
    await stopPostgres(home);
    await held.client.end().catch(() => {});
  };
  const stop = () => {
    stopping ??= end();
    return stopping;
  };

  const first = acquire();
  let holder: Promise<LockHolder | null> = first;
  const { url } = await first;
  try {
    await writeBacklink(home);
    await removeOrphans(home, report);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

/** The URL of this folder's private PostgreSQL while a server runs it, for commands; else null. */
export async function findEmbedded(dataDir: string): Promise<string | null> {
  const folder = await homeFolder(resolve(dataDir));
  if (folder === null || !existsSync(folder)) return null;
  const url = await urlOf(join(await realpath(folder), 'cluster'));
  const client = url ? await connect(url) : 'absent';
  if (!(client instanceof pg.Client)) return null;
  const isRunning = await isLocked(client).finally(() => client.end());
  return isRunning ? url : null;
}

/**
 * Links a cluster outside its data folder with that folder, so that it can be removed when the data folder was deleted,
 * but not when it was moved or renamed. The link is a file with a name in each of the two: its link count falls when the
 * data folder is deleted.
 */
async function writeBacklink({ dataDir, folder }: Home): Promise<void> {
  if (folder === join(dataDir, 'postgres')) return;
  const here = join(folder, 'data-folder');
  const there = join(dataDir, `.postgres-${basename(folder)}`);
  const text = existsSync(here) ? await readFile(here, 'utf8') : null;
  if (text !== dataDir) await writeFile(here, dataDir);
  if (existsSync(there) && (await stat(there)).ino === (await stat(here)).ino) return;
  await rm(there, { force: true });
  // Not possible across file systems: the cluster then stays until it is removed by hand.
  await link(here, there).catch(() => rm(here));
}

async function isOrphan(folder: string): Promise<boolean> {
  const backlink = join(folder, 'data-folder');
  if (!existsSync(backlink) || (await stat(backlink)).nlink > 1) return false;
  const dataDir = await readFile(backlink, 'utf8');
  if (dataDir === '') return false;
  try {
    return resolve(dataDir, await readlink(join(dataDir, 'postgres'))) !== folder;
  } catch (error) {
    // Other errors may be temporary, such as an unreachable file server.
    return ['ENOENT', 'ENOTDIR', 'EINVAL'].includes(String(codeOf(error)));
  }
}

/** Removes the clusters in `externalRoot` whose data folders were deleted. */
async function removeOrphans(home: Home, report: (progress: string) => void): Promise<void> {
  if (!home.runAs) return;
  for (const name of await readdir(home.externalRoot).catch(() => [])) {
    const folder = join(home.externalRoot, name);
    // On an error the next start retries.
    await removeIfOrphan(folder, home, report).catch(() => {});
  }
}

async function removeIfOrphan(folder: string, home: Home, report: (progress: string) => void): Promise<void> {
  if (!(await isOrphan(folder))) return;
  const cluster = join(folder, 'cluster');
  const { uid, gid } = await lstat(cluster);
  const runAs = { uid, gid };
  const url = await urlOf(cluster);
  const client = url ? await connect(url) : 'absent';
  if (client === 'busy' || client === 'denied') return;
  if (client instanceof pg.Client) {
    // Its server may still run after the data folder was deleted.
    if (await isLocked(client)) return void (await client.end());
    if ((await lock(client)) !== 'held') return;
    await stopPostgres({ folder, cluster, programs: home.programs, runAs });
    await client.end().catch(() => {});
  }
  report(`Removing ${folder}, whose data folder was deleted`);
  await removeTree(cluster, runAs);
  await rm(folder, { recursive: true, force: true });
}
