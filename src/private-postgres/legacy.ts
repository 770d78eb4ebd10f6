import { lchown, lstat, readlink, realpath } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { giveTree, nobodyUid } from './account.ts';
import { connect, DataFolderInUse, lock, readPidFile, urlOf } from './admin-session.ts';
import { isLegacy } from './data-directory.ts';
import { stopPostgres } from './postmaster.ts';
import type { Home } from './programs.ts';

const PATIENCE_MS = 120_000;

/**
 * Moves a cluster that a version before this one left to `nobody`, which other services run as, to an account of its
 * own. Killed half-way, it goes on at the next start: the cluster's folder gets its group last.
 */
export async function leaveNobody(home: Home, report: (progress: string) => void): Promise<void> {
  const { cluster, folder, runAs } = home;
  if (!runAs) return;
  const former = await lstat(cluster);
  const legacy = await isLegacy(folder);
  const isHalfWay = former.uid === runAs.uid && former.gid !== runAs.gid;
  const nobody = await nobodyUid();
  if (nobody === null || !(legacy || isHalfWay)) return;
  report(`Giving ${cluster} an account of its own (${runAs.uid})`);
  if (legacy) await stopFormer({ ...home, runAs: { uid: former.uid, gid: former.gid } });
  await lchown(cluster, runAs.uid, 0);
  await giveTree(cluster, nobody, runAs);
  await lchown(cluster, runAs.uid, runAs.gid);
}

/** Ends a PostgreSQL that runs on there after its server was killed; one whose server lives is in use. */
async function stopFormer(home: Home): Promise<void> {
  const { cluster, dataDir } = home;
  const deadline = Date.now() + PATIENCE_MS;
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
  throw new Error(`The PostgreSQL in ${home.folder} runs as another account and does not stop: end it.`);
}

/** Whether the process that the pid file names works in the cluster; only Linux tells. */
async function runsIn(cluster: string): Promise<boolean> {
  const pid = (await readPidFile(cluster))?.pid.trim();
  if (!pid) return false;
  const real = await realpath(cluster);
  return await readlink(`/proc/${pid}/cwd`).then(
    cwd => cwd === real,
    () => false,
  );
}
