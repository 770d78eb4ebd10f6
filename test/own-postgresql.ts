import { chmod, mkdtemp, readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makeActivityPartitions } from '../src/activity/partitions.ts';
import { migrate } from '../src/database/migrate.ts';
import { connect } from '../src/database/pool.ts';
import { makeLogPartitions } from '../src/predictions/partitions.ts';
import { startEmbedded } from '../src/private-postgres/start.ts';

/** A PostgreSQL that a test may damage. */
export interface OwnPostgres {
  url: string;
  /** Suspends each of its processes. */
  freeze: () => Promise<void>;
  /** Resumes them. */
  thaw: () => Promise<void>;
  /** Kills its first process; the server that runs it restarts it. */
  kill: () => Promise<void>;
}

/** A migrated PostgreSQL for one test only. */
export async function startPostgresForTest(): Promise<OwnPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'spectrakey-own-'));
  // As root, PostgreSQL runs under another account, which must be able to enter.
  await chmod(folder, 0o711);
  const postgres = await startEmbedded(folder, () => {});
  const cluster = await realpath(join(folder, 'postgres', 'cluster'));
  const postmaster = async () =>
    Number((await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n')[0]);

  /** Every process of PostgreSQL works in its cluster's folder. */
  async function signalAll(signal: NodeJS.Signals): Promise<number> {
    let count = 0;
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const cwd = await readlink(`/proc/${name}/cwd`).catch(() => '');
      if (cwd !== cluster) continue;
      try {
        process.kill(Number(name), signal);
        count += 1;
      } catch {
        // The process ended meanwhile.
      }
    }
    return count;
  }
  const thaw = async () => {
    await signalAll('SIGCONT');
  };
  onTestFinished(async () => {
    await thaw();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const db = connect({ url: postgres.url, max: 1, onIdleError: () => {} });
  await migrate(db);
  await makeLogPartitions(db, new Date());
  await makeActivityPartitions(db, new Date());
  await db.destroy();

  return {
    url: postgres.url,
    thaw,
    async freeze() {
      // The first process first, so that it starts no others.
      process.kill(await postmaster(), 'SIGSTOP');
      if ((await signalAll('SIGSTOP')) < 2) throw new Error('no processes of PostgreSQL were found');
    },
    async kill() {
      process.kill(await postmaster(), 'SIGKILL');
    },
  };
}
