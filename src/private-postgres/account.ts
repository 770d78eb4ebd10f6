import { randomInt, randomUUID } from 'node:crypto';
import { lchown, link, lstat, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, run } from './programs.ts';

/** The account that runs PostgreSQL. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * The ranges of uids for PostgreSQL's account when root starts it. The first is beyond what useradd, systemd and
 * containers assign; the second, free in systemd's table of uids, is for containers with only 65 536 uids.
 */
const UID_RANGES = [
  [1_999_000_000, 1_999_999_999],
  [60_706, 61_183],
] as const;
const MAX_TRIES = 50;
/** The file with the uid of the account, in the folder of the private PostgreSQL, which root owns. */
const ACCOUNT_FILE = 'account';

/** The name of an account; null for a uid without a name. */
export async function accountName(uid: number): Promise<string | null> {
  const { ok, output } = await run('id', ['-un', String(uid)], null, '/');
  const name = output.trim();
  return ok && name !== '' && name !== String(uid) ? name : null;
}

/** The uids of all running processes. */
async function uidsInUse(): Promise<Set<number>> {
  const names = await readdir('/proc').catch(() => []);
  const owners = names
    .filter(name => /^\d+$/.test(name))
    .map(name => stat(`/proc/${name}`).catch(() => null));
  return new Set((await Promise.all(owners)).flatMap(owner => owner?.uid ?? []));
}

const linesOf = async (path: string) =>
  (await readFile(path, 'utf8').catch(() => '')).split('\n').map(line => line.split(':'));

/** Whether an id is already assigned, to an account, a group, or a range for containers. */
async function isTaken(id: number): Promise<boolean> {
  if ((await accountName(id)) !== null) return true;
  if ((await linesOf('/etc/group')).some(([, , gid]) => gid === String(id))) return true;
  const shares = [...(await linesOf('/etc/subuid')), ...(await linesOf('/etc/subgid'))];
  return shares.some(([, first, count]) => id >= Number(first) && id < Number(first) + Number(count));
}

/** Picks a uid that no account, group or process has, with the gid of the same number; null if there is none. */
export async function pickAccount(): Promise<Account | null> {
  const inUse = await uidsInUse();
  for (const [first, last] of UID_RANGES) {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const id = randomInt(first, last + 1);
      if (inUse.has(id) || (await isTaken(id))) continue;
      const account = { uid: id, gid: id };
      if ((await run('/bin/sh', ['-c', ':'], account, '/')).ok) return account;
      // A container without these uids.
      break;
    }
  }
  return null;
}

/** Stores the account of a folder that root owns, unless one is stored. @returns the stored one, the same for concurrent starts */
export async function claimAccount(folder: string, candidate: Account): Promise<Account> {
  const place = join(folder, ACCOUNT_FILE);
  const draft = `${place}.new-${randomUUID()}`;
  try {
    await writeFile(draft, `${candidate.uid}\n`, { mode: 0o600, flag: 'wx' });
    await link(draft, place);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const uid = await storedUid(folder);
  if (uid === null) throw new Error(`${place} does not contain a uid: remove it, and start again.`);
  return { uid, gid: uid };
}

/** The uid that `claimAccount` stored; null if there is none. */
export async function storedUid(folder: string): Promise<number | null> {
  const text = (await readFile(join(folder, ACCOUNT_FILE), 'utf8').catch(() => '')).trim();
  return /^[1-9]\d*$/.test(text) ? Number(text) : null;
}

/**
 * Finds an account with a name to run initdb, which does not run as root or as a uid without a name. The account has no
 * processes that could interfere. initdb runs with a group that no other process has, so that no later process of the
 * account can trace it or enter its folder.
 */
export async function borrowAccount(group: number): Promise<Account | null> {
  const inUse = await uidsInUse();
  const found = (await linesOf('/etc/passwd')).find(
    ([name, , uid]) => name !== 'nobody' && Number(uid) > 0 && Number(uid) < 1000 && !inUse.has(Number(uid)),
  );
  return found ? { uid: Number(found[2]), gid: group } : null;
}

/**
 * Changes the owner of what one account owns in a tree to another account. Works from the top down: once a folder has
 * changed its owner, the former one can no longer place links in it. Files of other owners are left unchanged, so a hard
 * link to a file of root has no effect either.
 */
export async function chownTree(path: string, from: number, to: Account): Promise<void> {
  const found = await lstat(path);
  if (found.uid === from) await lchown(path, to.uid, to.gid);
  else if (found.uid !== to.uid) return;
  if (!found.isDirectory()) return;
  for (const name of await readdir(path)) await chownTree(join(path, name), from, to);
}

/** The uid of `nobody`, as which earlier versions ran PostgreSQL; null if there is none. */
export async function nobodyUid(): Promise<number | null> {
  const { ok, output } = await run('id', ['-u', 'nobody'], null, '/');
  return ok && /^\d+$/.test(output.trim()) ? Number(output.trim()) : null;
}
