import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { accountName } from './account.ts';
import { lastWords, type RunAs, run } from './programs.ts';

/** PostgreSQL's user, and the name of the map from the system's accounts to it. */
export const POSTGRES_USER = 'spectrakey';

/**
 * Who may connect, as PostgreSQL's own files: the account that starts the server, the one that runs PostgreSQL, and
 * root, which could read every file anyway and so finds an ordinary user's database with the same commands.
 *
 * The system says over a Unix socket who connects (peer authentication). It needs names: a uid without one, as some
 * containers have, leaves nothing but the socket's folder, which is closed to all other accounts.
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

/** The name of the account that runs this process; null where the system knows none. */
function currentAccount(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null;
  }
}

/** Writes the files that say who may connect. @returns whether they were others before. */
export async function writeAccess(cluster: string, runAs: RunAs): Promise<boolean> {
  let changed = false;
  for (const [name, text] of Object.entries(await accessFiles(runAs))) {
    const path = join(cluster, name);
    if ((await readFile(path, 'utf8').catch(() => null)) === text) continue;
    changed = true;
    // As the folder's owner: root must not write where others may put links.
    const script = 'umask 077 && cat >"$1.$$" && mv -f -- "$1.$$" "$1"';
    const { ok, output } = await run('/bin/sh', ['-c', script, 'sh', path], runAs, '/', text);
    if (!ok) throw new Error(`Cannot write ${path}: ${lastWords(output)}`);
  }
  return changed;
}
