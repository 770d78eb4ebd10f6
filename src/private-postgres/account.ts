import { randomInt, randomUUID } from 'node:crypto';
import { lchown, link, lstat, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, run } from './programs.ts';

/** An account of its own for PostgreSQL. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * The numbers that PostgreSQL's account is taken from, where root starts it. The first are beyond what useradd, systemd
 * and containers hand out; the second, free in systemd's table of uids, are for containers that have 65 536 only.
 */
const RANGES = [
  [1_999_000_000, 1_999_999_999],
  [60_706, 61_183],
] as const;
const TRIES = 50;
/** In the folder of the private PostgreSQL, which root keeps: the uid of its account. */
const ACCOUNT_FILE = 'account';

/** The name of an account; null where the system knows none for the number. */
export async function accountName(uid: number): Promise<string | null> {
  const { ok, output } = await run('id', ['-un', String(uid)], null, '/');
  const name = output.trim();
  return ok && name !== '' && name !== String(uid) ? name : null;
}

/** The uids of the processes that run. */
async function uidsInUse(): Promise<Set<number>> {
  const names = await readdir('/proc').catch(() => []);
  const owners = names
    .filter(name => /^\d+$/.test(name))
    .map(name => stat(`/proc/${name}`).catch(() => null));
  return new Set((await Promise.all(owners)).flatMap(owner => owner?.uid ?? []));
}

const linesOf = async (path: string) =>
  (await readFile(path, 'utf8').catch(() => '')).split('\n').map(line => line.split(':'));

/** Whether a number is handed out already: as an account, a group, or to somebody's containers. */
async function isTaken(id: number): Promise<boolean> {
  if ((await accountName(id)) !== null) return true;
  if ((await linesOf('/etc/group')).some(([, , gid]) => gid === String(id))) return true;
  const shares = [...(await linesOf('/etc/subuid')), ...(await linesOf('/etc/subgid'))];
  return shares.some(([, first, count]) => id >= Number(first) && id < Number(first) + Number(count));
}

/** A uid, with the gid of the same number, that no account, group or process has. */
export async function pickAccount(): Promise<Account | null> {
  const inUse = await uidsInUse();
  for (const [first, last] of RANGES) {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const id = randomInt(first, last + 1);
      if (inUse.has(id) || (await isTaken(id))) continue;
      const account = { uid: id, gid: id };
      if ((await run('/bin/sh', ['-c', ':'], account, '/')).ok) return account;
      // A container without such numbers.
      break;
    }
  }
  return null;
}

/** Settles on the account of a folder that root keeps: the same for all who start there at once, and ever after. */
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
  const uid = await settledUid(folder);
  if (uid === null) throw new Error(`${place} does not hold a uid: remove it, and start again.`);
  return { uid, gid: uid };
}

/** The uid that was settled on; null where none was. */
export async function settledUid(folder: string): Promise<number | null> {
  const text = (await readFile(join(folder, ACCOUNT_FILE), 'utf8').catch(() => '')).trim();
  return /^[1-9]\d*$/.test(text) ? Number(text) : null;
}

/**
 * An account with a name, for initdb: it refuses to run as root, and under a uid that has no name. Without processes of
 * its own, so that there are none to disturb initdb; which runs with a group that nobody else has, so that no process
 * of the account's could trace it or enter where it works.
 */
export async function borrowAccount(group: number): Promise<Account | null> {
  const inUse = await uidsInUse();
  const found = (await linesOf('/etc/passwd')).find(
    ([name, , uid]) => name !== 'nobody' && Number(uid) > 0 && Number(uid) < 1000 && !inUse.has(Number(uid)),
  );
  return found ? { uid: Number(found[2]), gid: group } : null;
}

/**
 * Gives what one account owns in a tree to another. From the top down: once a folder has changed hands, its former
 * owner can put no links there, so what is found in it stays what it is. What neither of them owns is left alone, so a
 * hard link to a file of root's, placed before, gains nothing either.
 */
export async function giveTree(path: string, from: number, to: Account): Promise<void> {
  const found = await lstat(path);
  if (found.uid === from) await lchown(path, to.uid, to.gid);
  else if (found.uid !== to.uid) return;
  if (!found.isDirectory()) return;
  for (const name of await readdir(path)) await giveTree(join(path, name), from, to);
}

/** The account of `nobody`, which versions before this one ran PostgreSQL as; null where there is none. */
export async function nobodyUid(): Promise<number | null> {
  const { ok, output } = await run('id', ['-u', 'nobody'], null, '/');
  return ok && /^\d+$/.test(output.trim()) ? Number(output.trim()) : null;
}
