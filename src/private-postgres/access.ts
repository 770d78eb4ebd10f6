import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { accountName } from './account.ts';
import { type RunAs, run, summarizeOutput } from './programs.ts';

/** PostgreSQL's user, and the name of the map from system accounts to it. */
export const POSTGRES_USER = 'spectrakey';

/**
 * The contents of PostgreSQL's access files. These accounts may connect: the one that starts the server, the one that
 * runs PostgreSQL, and root, which could read every file anyway and can so use the same commands on any user's database.
 *
 * Peer authentication identifies them over the Unix socket. It needs names of accounts. For a uid without a name, as in
 * some containers, only the folder of the socket protects it, which is closed to all other accounts.
 */
async function accessFiles(runAs: RunAs): Promise<Record<string, string>> {
  const ownName = currentAccount();
  const others = await Promise.all([0, ...(runAs ? [runAs.uid] : [])].map(accountName));
  const names = [...new Set([ownName, ...others])].filter(name => name !== null).sort();
  const method = ownName === null ? 'trust' : `peer map=${POSTGRES_USER}`;
  return {
    'pg_hba.conf': `# Written by Spectrakey at each start.\nlocal all ${POSTGRES_USER} ${method}\n`,
    'pg_ident.conf': names.map(name => `${POSTGRES_USER} "${name}" ${POSTGRES_USER}\n`).join(''),
  };
}

/** The name of the account that runs this process; null if it has none. */
function currentAccount(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

/** Writes PostgreSQL's access files. @returns whether they changed */
export async function writeAccess(cluster: string, runAs: RunAs): Promise<boolean> {
  let changed = false;
  for (const [name, text] of Object.entries(await accessFiles(runAs))) {
    const path = join(cluster, name);
    if ((await readFile(path, 'utf8').catch(() => null)) === text) continue;
    changed = true;
    // As the owner of the folder: root must not write where another account could place links.
    const script = 'umask 077 && cat >"$1.$$" && mv -f -- "$1.$$" "$1"';
    const { ok, output } = await run('/bin/sh', ['-c', script, 'sh', path], runAs, '/', text);
    if (!ok) throw new Error(`Cannot write ${path}: ${summarizeOutput(output)}`);
  }
  return changed;
}
