import { once } from 'node:events';
import { chmod, chown, mkdir, readdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { homeFolder } from '../src/private-postgres/data-directory.ts';
import { findEmbedded } from '../src/private-postgres/start.ts';
import {
  addressOf,
  asRoot,
  cloneProject,
  nobody,
  npm,
  type OnFinished,
  paste,
  type RunOptions,
  run,
  type Started,
  temporaryFolder,
} from './commands.ts';
import { emptyDatabase } from './databases.ts';
import { send } from './harness.ts';

const OCTANE = 87.94;
const SIGN_IN_LINE = /Sign in {4}demo@spectrakey\.example with (\S+)/;

async function start(options: RunOptions & { dataDir?: string } = {}) {
  const dataDir = options.dataDir ?? join(await temporaryFolder(), 'data');
  const started = npm(['start'], { ...options, env: { DATA_DIR: dataDir, ...options.env } });
  return { started, dataDir };
}

/** The printed command, and the response to it once pasted. */
async function firstStart(started: Started) {
  const [command] = await started.printed(/^curl .*$/m);
  return { command, answer: await paste(command) };
}

async function stop(started: Started): Promise<number | null> {
  started.process.kill('SIGTERM');
  return await started.ended;
}

const failures = (started: Started) => started.output().match(/^spectrakey: .*$/gm);

const octaneOf = (answer: string): number => JSON.parse(answer).data.predict.predictions[0].value;

describe('a data folder', () => {
  /** One server, in this order: first start, use, commands, stop, later start. */
  let dataDir: string;
  let server: Started;
  let address: string;
  let command: string;
  let password: string;

  const cleanUps: (() => Promise<void>)[] = [];
  const onFinished: OnFinished = cleanUp => cleanUps.unshift(cleanUp);
  afterAll(async () => {
    for (const cleanUp of cleanUps) await cleanUp();
  });

  beforeAll(async () => {
    dataDir = join(await temporaryFolder(0o755, undefined, onFinished), 'data');
    server = npm(['start'], { env: { DATA_DIR: dataDir }, onFinished });
    address = await addressOf(server);
    [command] = await server.printed(/^curl .*$/m);
    [, password = ''] = await server.printed(SIGN_IN_LINE);
  });

  const spectrakey = (...args: string[]) =>
    npm(['run', 'spectrakey', '--', ...args], { env: { DATA_DIR: dataDir } });

  test('first start: prints one curl command that, pasted anywhere, predicts the octane number of a held-out sample', async () => {
    expect(octaneOf(await paste(command))).toBeCloseTo(OCTANE, 1);
    expect(server.output().match(/^curl /gm)).toHaveLength(1);
    expect(command.length).toBeLessThan(1000);
  });

  test('first start: shows its progress, the addresses and a sign-in that works', async () => {
    expect(server.output()).toContain(`Creating a private PostgreSQL in ${dataDir}/postgres`);
    expect(server.output()).toContain('Adding demonstration data');
    for (const page of [`${address}/`, `${address}/graphiql`]) {
      expect((await fetch(page)).status).toBe(200);
      expect(server.output()).toContain(page);
    }
    const signedIn = await send(
      `${address}/graphql`,
      `mutation SignIn($password: String!) {
        signIn(email: "demo@spectrakey.example", password: $password) {
          organizations { plan { name } projects { deployments { name active model { kind } } } }
        }
      }`,
      { password },
    );
    const [organization] = signedIn.data?.signIn.organizations ?? [];
    expect(organization?.plan.name).toBe('PRO');
    const kinds = organization?.projects[0]?.deployments.map(({ model }) => model.kind) ?? [];
    expect([...new Set(kinds)].sort()).toEqual(['CLASSIFICATION', 'REGRESSION']);
  });

  test('in use by a live server is refused to another one, and the first continues', async () => {
    const { started: second } = await start({ dataDir });
    expect(await second.ended).toBe(1);
    expect(failures(second)).toEqual([
      `spectrakey: The data folder ${dataDir} is in use by another running server. Stop that server, or set DATA_DIR to another folder.`,
    ]);
    expect(octaneOf(await paste(command))).toBeCloseTo(OCTANE, 1);
  });

  test('plan changes an organization’s plan while the server runs, from its next request on', async () => {
    const lowered = spectrakey('plan', 'demo-laboratory', 'free');
    expect(await lowered.ended).toBe(0);
    expect(lowered.output()).toContain('demo-laboratory is on the plan free.');
    expect(JSON.parse(await paste(command)).errors).toHaveLength(1);
    expect(await spectrakey('plan', 'demo-laboratory', 'Pro').ended).toBe(0);
    expect(octaneOf(await paste(command))).toBeCloseTo(OCTANE, 1);
    const unknown = spectrakey('plan', 'nobody', 'pro');
    expect(await unknown.ended).toBe(1);
    expect(unknown.output()).toContain(
      'spectrakey: No organization has the slug "nobody". Known: demo-laboratory',
    );
    expect(await spectrakey('plan', 'demo-laboratory', 'gold').ended).toBe(1);
  });

  test('a command without its arguments, or with more, is answered with its usage alone', async () => {
    for (const args of [['plan', 'demo-laboratory'], ['invite'], ['prune'], ['password', 'a@b', 'c']]) {
      const misused = spectrakey(...args);
      expect(await misused.ended).toBe(2);
      expect(misused.output()).toContain(`the arguments of "${args[0]}" are not complete, or too many`);
      expect(misused.output()).toMatch(new RegExp(`^  ${args[0]} [<-]`, 'm'));
      expect(misused.output()).not.toContain('no such command');
      expect(misused.output()).not.toContain('DATABASE_URL');
    }
  });

  test('password replaces a password, and the old one and its sessions end', async () => {
    const signIn = (text: string) =>
      send(
        `${address}/graphql`,
        'mutation S($p: String!) { signIn(email: "demo@spectrakey.example", password: $p) { id } }',
        { p: text },
      );
    const before = await signIn(password);
    const cookie = before.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const replacing = spectrakey('password', 'Demo@Spectrakey.example');
    const [, replaced = ''] = await replacing.printed(/demo@spectrakey\.example signs in with (\S+)/);
    expect((await signIn(password)).status).toBe(401);
    expect((await signIn(replaced)).status).toBe(200);
    expect((await send(`${address}/graphql`, '{ viewer { id } }', {}, { cookie })).data?.viewer).toBeNull();
  });

  test('stops within 12 s while a client sends its request slowly', async () => {
    const { hostname, port } = new URL(address);
    const client = connect(Number(port), hostname);
    client.on('error', () => {});
    await once(client, 'connect');
    client.write(
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    );
    const began = performance.now();
    expect(await stop(server)).toBe(0);
    expect(performance.now() - began).toBeLessThan(12_000);
    client.destroy();
  });

  test('plan works while no server runs, and leaves none running', async () => {
    expect(await spectrakey('plan', 'demo-laboratory', 'enterprise').ended).toBe(0);
    expect(await findEmbedded(dataDir)).toBeNull();
  });

  test('later start: explains how to make a new key, and the old one still works', async () => {
    const { started: again } = await start({ dataDir, env: { PORT: new URL(address).port } });
    await again.printed(/API keys {3}.*createApiKey/);
    expect(again.output()).not.toMatch(/sk_|curl/);
    expect(octaneOf(await paste(command))).toBeCloseTo(OCTANE, 1);
  });
});

describe('a failed start reports the cause in one clear line, with a non-zero exit', () => {
  const stack = /\n {4}at /;

  test('a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const { started, dataDir } = await start({ env: { PORT: port } });
    expect(await started.ended).toBe(1);
    other.close();
    expect(failures(started)).toEqual([
      `spectrakey: Port ${port} of 127.0.0.1 is in use: set PORT to another one.`,
    ]);
    expect(started.output()).not.toMatch(stack);
    expect(await findEmbedded(dataDir)).toBeNull();
  });

  test('a DATABASE_URL that cannot be reached, without its password', async () => {
    const { started } = await start({ env: { DATABASE_URL: 'postgres://lab:hunter2@127.0.0.1:1/lab' } });
    expect(await started.ended).toBe(1);
    expect(failures(started)).toEqual([
      'spectrakey: Cannot use the database of DATABASE_URL: connect ECONNREFUSED 127.0.0.1:1',
    ]);
    expect(started.output()).not.toMatch(stack);
    expect(started.output()).not.toContain('hunter2');
  });

  test('an invalid DATABASE_URL and other invalid settings, all at once', async () => {
    const { started } = await start({ env: { DATABASE_URL: 'mysql://lab', PORT: 'http' } });
    expect(await started.ended).toBe(1);
    expect(started.output()).toMatch(
      /PORT: must be a whole number from 0 to 65535\nDATABASE_URL: must begin with postgres/,
    );
    expect(started.output()).not.toMatch(stack);
  });

  test('a trusted proxy that is neither address nor network', async () => {
    const { started } = await start({ env: { TRUSTED_PROXIES: '10.0.0.0/8, proxy' } });
    expect(await started.ended).toBe(1);
    expect(failures(started)).toEqual([
      'spectrakey: TRUSTED_PROXIES: must list addresses or networks, such as 10.0.0.0/8',
    ]);
    expect(started.output()).not.toMatch(stack);
  });

  test('a DATA_DIR where no folder can be created', async () => {
    const started = run('node', ['src/main.ts', 'serve'], { env: { DATA_DIR: '/proc/spectrakey/data' } });
    expect(await started.ended).toBe(1);
    expect(failures(started)).toEqual([
      'spectrakey: Cannot make the data folder /proc/spectrakey/data (ENOENT): set DATA_DIR to another one.',
    ]);
  });

  test('a command for a data folder without a database, and none is created', async () => {
    const dataDir = join(await temporaryFolder(), 'mistyped');
    const command = npm(['run', 'spectrakey', '--', 'plan', 'lab', 'pro'], { env: { DATA_DIR: dataDir } });
    expect(await command.ended).toBe(1);
    expect(failures(command)).toEqual([
      `spectrakey: There is no database in ${dataDir}: start the server, or set DATA_DIR.`,
    ]);
    expect(await homeFolder(dataDir)).toBeNull();
  });
});

describe('npm start', () => {
  test('passes SIGTERM and SIGINT on and stops cleanly, the private PostgreSQL with it', async () => {
    const dataDir = join(await temporaryFolder(), 'data');
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const { started } = await start({ dataDir });
      const address = await addressOf(started);
      expect(await findEmbedded(dataDir)).not.toBeNull();
      started.process.kill(signal);
      expect(await started.ended).toBe(0);
      await expect(fetch(`${address}/healthz`)).rejects.toThrow();
      expect(await readdir(join(dataDir, 'postgres', 'cluster'))).not.toContain('postmaster.pid');
    }
  });

  test('recovers after the server was killed', async () => {
    const dataDir = join(await temporaryFolder(), 'data');
    const started = run('node', ['src/main.ts', 'serve'], { env: { DATA_DIR: dataDir } });
    const address = await addressOf(started);
    const { command } = await firstStart(started);
    const port = new URL(address).port;
    started.process.kill('SIGKILL');
    await started.ended;
    const { started: again } = await start({ dataDir, env: { PORT: port } });
    await addressOf(again);
    expect(octaneOf(await paste(command))).toBeCloseTo(OCTANE, 1);
    expect(await stop(again)).toBe(0);
    expect(await readdir(join(dataDir, 'postgres', 'cluster'))).not.toContain('postmaster.pid');
  });

  test('runs two servers with different data folders side by side', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    const answers = [await firstStart(one.started), await firstStart(two.started)];
    expect(answers.map(({ answer }) => Math.round(octaneOf(answer)))).toEqual([88, 88]);
    expect(await addressOf(one.started)).not.toBe(await addressOf(two.started));
  });
});

describe('the commands', () => {
  test('--help documents every command and setting', async () => {
    const help = npm(['run', 'spectrakey', '--', '--help']);
    expect(await help.ended).toBe(0);
    for (const word of [
      'serve',
      'migrate',
      'plan',
      'invite',
      'password',
      'HOST',
      'PORT',
      'DATA_DIR',
      'DATABASE_URL',
      'TRUSTED_PROXIES',
    ]) {
      expect(help.output()).toContain(word);
    }
  });

  test('an unknown command shows the usage and exits with 2', async () => {
    const unknown = npm(['run', 'spectrakey', '--', 'frobnicate']);
    expect(await unknown.ended).toBe(2);
    expect(unknown.output()).toContain('Usage:');
  });
});

describe('with DATABASE_URL', () => {
  test('several servers start at once on an empty database, and none adds demonstration data', async () => {
    const url = await emptyDatabase(inject('postgresUrl'));
    const servers = [1, 2, 3].map(() => npm(['start'], { env: { DATABASE_URL: url } }));
    for (const server of servers) {
      const address = await addressOf(server);
      expect((await fetch(`${address}/readyz`)).status).toBe(200);
      expect(server.output()).not.toMatch(/sk_|demonstration/i);
    }
    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query(
      'select (select count(*) from users) as users, (select count(*) from plans) as plans',
    );
    await client.end();
    expect(rows).toEqual([{ users: '0', plans: '3' }]);
  });

  test('migrate brings an empty database to the newest migration, and changes nothing the second time', async () => {
    const url = await emptyDatabase(inject('postgresUrl'));
    for (const _ of [1, 2]) {
      const migrate = npm(['run', 'spectrakey', '--', 'migrate'], { env: { DATABASE_URL: url } });
      expect(await migrate.ended).toBe(0);
    }
  });

  test('a database of a newer version is refused in one line that says what to do', async () => {
    const url = await emptyDatabase(inject('postgresUrl'));
    expect(await npm(['run', 'spectrakey', '--', 'migrate'], { env: { DATABASE_URL: url } }).ended).toBe(0);
    const client = new pg.Client(url);
    await client.connect();
    await client.query(`insert into kysely_migration values ('9999-later', '2099-01-01T00:00:00.000Z')`);
    await client.end();
    const older = npm(['start'], { env: { DATABASE_URL: url } });
    expect(await older.ended).toBe(1);
    expect(older.output()).toContain(
      'It was migrated by a newer version of Spectrakey. Start that version, or restore a backup from before the upgrade.',
    );
    expect(older.output()).not.toMatch(/^ +at /m);
  });
});

// The cases that need root are declared only when the suite runs as root; the rest runs as any account.
if (asRoot) {
  describe('as root', () => {
    test('it works in a clone under a folder that only root may enter', async () => {
      const cwd = await cloneProject(await temporaryFolder(0o700));
      const { started } = await start({ cwd, dataDir: '.data' });
      const { answer } = await firstStart(started);
      expect(octaneOf(answer)).toBeCloseTo(OCTANE, 1);
      expect(await stop(started)).toBe(0);
    });

    test('it works with a DATA_DIR that only root may enter', async () => {
      const dataDir = join(await temporaryFolder(0o700), 'data');
      const { started } = await start({ dataDir });
      const { answer } = await firstStart(started);
      expect(octaneOf(answer)).toBeCloseTo(OCTANE, 1);
      expect(await stop(started)).toBe(0);
    });

    test('an ordinary user can do the same', async () => {
      const user = await nobody();
      const folder = await temporaryFolder(0o755);
      const cwd = await cloneProject(folder);
      const dataDir = join(folder, 'data');
      await mkdir(dataDir);
      await chown(dataDir, user.uid, user.gid);
      await chmod(dataDir, 0o700);
      const { started } = await start({ cwd, dataDir, user });
      const [command] = await started.printed(/^curl .*$/m);
      expect(octaneOf(await paste(command))).toBeCloseTo(OCTANE, 1);
      expect(await stop(started)).toBe(0);
    });
  });
}
