import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { addressOf, asRoot, nobody, npm, paste, run, temporaryFolder, type User } from './commands.ts';
import {
  codes,
  cookieOf,
  createKey,
  gasoline,
  LIST_KEYS,
  openLab,
  PREDICT,
  REVOKE_KEY,
  refusal,
  send,
  startServiceForTest,
} from './harness.ts';
import { commandsUnder } from './pages.ts';
import { postgresqlPrograms } from './postgresql-programs.ts';

const PAGE = 'docs/operations.md';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port is free');
  return address.port;
}

/** Starts a PostgreSQL of the system's packages for one test. @returns the URL of its database `postgres`. */
async function startPostgres(programs: string): Promise<string> {
  // PostgreSQL refuses to run as root.
  const user: User | undefined = asRoot ? await nobody() : undefined;
  const as = user ? { user } : {};
  const folder = await temporaryFolder(0o700, user);
  const [cluster, port] = [join(folder, 'cluster'), await freePort()];
  const init = run(join(programs, 'initdb'), ['-D', cluster, '-U', 'lab', '-A', 'trust', '--no-sync'], {
    cwd: folder,
    ...as,
  });
  expect(await init.ended, init.output()).toBe(0);
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`];
  const started = run(join(programs, 'postgres'), ['-D', cluster, ...settings.flatMap(set => ['-c', set])], {
    cwd: folder,
    ...as,
  });
  await started.printed(/ready to accept connections/);
  return `postgres://lab@127.0.0.1:${port}/postgres`;
}

/** Creates an empty database in the same PostgreSQL. @returns its URL. */
async function createDatabase(url: string, name: string): Promise<string> {
  const admin = new pg.Client(url);
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  return url.replace(/\/\w+$/, `/${name}`);
}

test('pg_dump and pg_restore, as documented, restore every key, model and log in another database', async () => {
  if (!postgresqlPrograms) throw new Error('the programs of PostgreSQL are not installed');
  const [dump = '', restore = '', start] = [...commandsUnder(PAGE, 'With `DATABASE_URL`')];
  expect(start).toBe('DATABASE_URL="$NEW_DATABASE_URL" npm start');
  const first = await startPostgres(postgresqlPrograms);
  const databaseUrl = await createDatabase(first, 'spectrakey');
  const restoredUrl = await createDatabase(first, 'restored');
  const folder = await temporaryFolder();

  const migrate = npm(['run', 'spectrakey', '--', 'migrate'], { env: { DATABASE_URL: databaseUrl } });
  expect(await migrate.ended, migrate.output()).toBe(0);
  const before = await startServiceForTest({ databaseUrl, jobs: true });
  const { owner, deploymentId } = await openLab(before);
  const key = await createKey(before, owner, { deploymentId });
  const revoked = await createKey(before, owner, { projectId: owner.projectId });
  await before.ask(REVOKE_KEY, { id: revoked.id }, owner);
  const { predict } = await before.ask(PREDICT, { deploymentId, spectra: gasoline() }, key);
  const list = async (url: string) => {
    const { data } = await send(`${url}/graphql`, LIST_KEYS, { of: { deploymentId } }, owner);
    return data?.apiKeys.nodes;
  };
  const keys = await list(before.url);

  const env = {
    PATH: `${postgresqlPrograms}:${process.env.PATH}`,
    DATABASE_URL: databaseUrl,
    NEW_DATABASE_URL: restoredUrl,
  };
  for (const command of [dump, restore]) {
    const ran = run('sh', ['-c', command], { cwd: folder, env });
    expect(await ran.ended, ran.output()).toBe(0);
  }

  const after = npm(['start'], { env: { DATABASE_URL: restoredUrl } });
  const url = await addressOf(after);
  expect(await list(url)).toEqual(keys);
  expect(keys).toHaveLength(2);
  const again = await send(`${url}/graphql`, PREDICT, { deploymentId, spectra: gasoline() }, key);
  expect(again.data?.predict.predictions).toEqual(predict.predictions);
  const refused = await send(`${url}/graphql`, PREDICT, { deploymentId, spectra: gasoline() }, revoked);
  expect(refused).toMatchObject(refusal(codes.API_KEY_REVOKED));
  const logs = await send(
    `${url}/graphql`,
    'query ($id: ID!) { deployment(id: $id) { usage { predictions } predictionLogs { nodes { id } } } }',
    { id: deploymentId },
    owner,
  );
  expect(logs.data?.deployment).toMatchObject({ usage: { predictions: 2 } });
  expect(logs.data?.deployment?.predictionLogs.nodes.map(({ id }) => id)).toContain(predict.logId);
}, 120_000);

test('a copy of DATA_DIR, as documented, starts with the same keys', async () => {
  const [backup = '', remove = '', restore = '', start] = commandsUnder(PAGE, 'With the private PostgreSQL');
  expect(start).toBe('npm start');
  const folder = await temporaryFolder(0o755);
  const dataDir = join(folder, '.data');
  const shell = async (command: string) => {
    const ran = run('sh', ['-c', command], { cwd: folder });
    expect(await ran.ended, ran.output()).toBe(0);
  };

  const before = npm(['start'], { env: { DATA_DIR: dataDir } });
  const [command] = await before.printed(/^curl .*$/m);
  const [, password] = await before.printed(/Sign in {4}demo@spectrakey\.example with (\S+)/);
  const listKeys = async (url: string) => {
    const signedIn = await send(
      `${url}/graphql`,
      `mutation ($password: String!) {
        signIn(email: "demo@spectrakey.example", password: $password) { organizations { projects { id } } }
      }`,
      { password },
    );
    const projectId = signedIn.data?.signIn.organizations[0]?.projects[0]?.id;
    const session = { cookie: cookieOf(signedIn) };
    const { data } = await send(`${url}/graphql`, LIST_KEYS, { of: { projectId } }, session);
    return data?.apiKeys.nodes;
  };
  const answer = await paste(command);
  expect(answer).toContain('gasoline-51');
  const keys = await listKeys(await addressOf(before));
  expect(keys).toHaveLength(1);
  before.process.kill('SIGTERM');
  expect(await before.ended).toBe(0);
  await shell(backup);

  // The restore must undo this change.
  const changed = npm(['start'], { env: { DATA_DIR: dataDir } });
  await addressOf(changed);
  const lowered = npm(['run', 'spectrakey', '--', 'plan', 'demo-laboratory', 'free'], {
    env: { DATA_DIR: dataDir },
  });
  expect(await lowered.ended).toBe(0);
  changed.process.kill('SIGTERM');
  expect(await changed.ended).toBe(0);

  await shell(remove);
  await shell(restore);
  const after = npm(['start'], { env: { DATA_DIR: dataDir } });
  const url = await addressOf(after);
  expect(await listKeys(url)).toEqual(keys);
  const { port } = new URL(url);
  expect(await paste(command.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`))).toBe(answer);
}, 120_000);
