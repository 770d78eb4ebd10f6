import { lchown, lstat, readlink, realpath } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { chownTree, nobodyUid } from './account.ts';
import { connect, DataFolderInUse, lock, readPidFile, urlOf } from './admin-session.ts';
import { isLegacy } from './data-directory.ts';
import { stopPostgres } from './postmaster.ts';
import type { Home } from './programs.ts';

const MAX_STOP_MS = 120_000;

/**
 * Moves a cluster of an earlier version from `nobody`, as which other services run too, to an account of its own. If it is
 * interrupted, the next start continues: the group of the cluster's folder is changed last.
 */
export async function migrateFromNobody(home: Home, report: (progress: string) => void): Promise<void> {
  const { cluster, folder, runAs } = home;
  if (!runAs) return;
  const former = await lstat(cluster);
  const legacy = await isLegacy(folder);
  const wasInterrupted = former.uid === runAs.uid && former.gid !== runAs.gid;
  const nobody = await nobodyUid();
  if (nobody === null || !(legacy || wasInterrupted)) return;
  report(`Moving ${cluster} to an account of its own (${runAs.uid})`);
  if (legacy) await stopFormer({ ...home, runAs: { uid: former.uid, gid: former.gid } });
  await lchown(cluster, runAs.uid, 0);
  await chownTree(cluster, nobody, runAs);
  await lchown(cluster, runAs.uid, runAs.gid);
}

/** Stops a PostgreSQL that outlived its server. @throws {DataFolderInUse} if the server is running */
async function stopFormer(home: Home): Promise<void> {
  const { cluster, dataDir } = home;
  const deadline = Date.now() + MAX_STOP_MS;
  while (Date.now() < deadline) {
    const url = await urlOf(cluster);
    const client = url === null ? 'absent' : await connect(url);
    if (client instanceof pg.Client) {
      const outcome = await lock(client);
      if (outcome === 'refused') throw new DataFolderInUse(dataDir);
      if (outcome === 'held') {
        await stopPostgres(home);
        await client.end().catch(() => {});
      }
    } else if (client === 'absent' && !(await runsIn(cluster))) {
      return;
    }
    await pause(50);
  }
  throw new Error(`The PostgreSQL in ${home.folder} runs as another account and does not stop: stop it.`);
}

/** Whether the process in the pid file runs in the cluster. Works on Linux only. */
async function runsIn(cluster: string): Promise<boolean> {
  const pid = (await readPidFile(cluster))?.pid.trim();
  if (!pid) return false;
  const real = await realpath(cluster);
  return await readlink(`/proc/${pid}/cwd`).then(
    cwd => cwd === real,
    () => false,
  );
}
