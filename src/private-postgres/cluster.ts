import { randomUUID } from 'node:crypto';
import { chmod, chown, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { POSTGRES_USER, writeAccess } from './access.ts';
import { borrowAccount, chownTree } from './account.ts';
import { type Home, OWN_DATABASE_ADVICE, type RunAs, removeTree, run, summarizeOutput } from './programs.ts';

/** Makes a cluster with its database, owned by the account that will run it. */
export async function createCluster(draft: string, home: Home): Promise<void> {
  const { folder, runAs } = home;
  if (!runAs) {
    await mkdir(draft, { mode: 0o700 });
    await initialize(draft, home, runAs);
    return await writeAccess(draft, runAs).then(() => {});
  }
  const borrowed = await borrowAccount(runAs.gid);
  if (!borrowed)
    throw new Error(`/etc/passwd has no account that initdb could run as: ${OWN_DATABASE_ADVICE}.`);
  const closed = join(folder, `cluster.new-${randomUUID()}`);
  const cluster = join(closed, 'cluster');
  try {
    // Only root and initdb's group, which no other process has, can enter this folder.
    await mkdir(closed, { mode: 0o700 });
    await chown(closed, 0, runAs.gid);
    await chmod(closed, 0o710);
    await mkdir(cluster, { mode: 0o700 });
    await chown(cluster, borrowed.uid, borrowed.gid);
    await initialize(cluster, home, borrowed);
    await chownTree(cluster, borrowed.uid, runAs);
    await writeAccess(cluster, runAs);
    await rename(cluster, draft);
  } finally {
    await removeTree(closed, borrowed);
  }
}

async function initialize(cluster: string, { folder, programs }: Home, runAs: RunAs): Promise<void> {
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  // These access rules are replaced by writeAccess before PostgreSQL listens.
  const access = ['--auth-local=peer', '--auth-host=reject', '-c', 'listen_addresses='];
  const quiet = ['--no-instructions', '-c', 'log_checkpoints=off'];
  // Relative to the cluster, so that a data folder can be moved, and its path needs no quoting.
  const socket = ['-c', 'unix_socket_directories=.'];
  const options = ['-D', cluster, '-U', POSTGRES_USER, ...locale, ...access, ...socket, ...quiet];
  // Made in the draft, so that every cluster has its database.
  const single = ['--single', '-D', cluster, '-j', '-c', 'exit_on_error=on', 'template1'];
  const steps = [
    () => run(join(programs, 'initdb'), options, runAs, folder),
    () => run(join(programs, 'postgres'), single, runAs, folder, 'CREATE DATABASE spectrakey;\n\n'),
  ];
  for (const step of steps) {
    const { ok, output } = await step();
    if (!ok) throw new Error(`PostgreSQL could not be set up in ${folder}: ${summarizeOutput(output)}`);
  }
}
