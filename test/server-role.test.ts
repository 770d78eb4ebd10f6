import { readFileSync } from 'node:fs';
import { appendFile, chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { setPlan } from '../src/accounts/plans.ts';
import { makeActivityPartitions, pruneActivity } from '../src/activity/partitions.ts';
import { migrate } from '../src/database/migrate.ts';
import { connect } from '../src/database/pool.ts';
import { checkServerRole, grantServerRights } from '../src/database/server-role.ts';
import type { DB } from '../src/generated/database.ts';
import { makeLogPartitions } from '../src/predictions/partitions.ts';
import { startEmbedded } from '../src/private-postgres/start.ts';
import { addressOf, run } from './commands.ts';
import { databaseUrl } from './databases.ts';
import { createKey, deploy, gasoline, PREDICT, signUp, startService } from './harness.ts';

/** The name of the database, and the beginning of the names of its roles. */
const name = 'laboratory';
const page = readFileSync(new URL('../docs/operations.md', import.meta.url), 'utf8');

let folder: string;
let postgres: Awaited<ReturnType<typeof startEmbedded>>;
let ownerUrl: string;
let serverUrl: string;
let owner: Kysely<DB>;
let server: Kysely<DB>;

/** Runs the documented statements of a heading, with names of this test. */
async function runDocumented(url: string, heading: string): Promise<void> {
  const [, section = ''] = page.split(`\n### ${heading}\n`);
  const [, statements = ''] = /```sql\n([\s\S]*?)```/.exec(section) ?? [];
  expect(statements).not.toBe('');
  const client = new pg.Client(url);
  await client.connect();
  await client.query('select pg_reload_conf()');
  // One at a time, as a database cannot be created in a transaction.
  for (const statement of statements.replaceAll(/\bspectrakey/g, name).split(';\n'))
    await client.query(statement);
  await client.end();
}

/** The first day of a month, some months from now. */
function later(months: number): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months));
}

const urlOf = (role: string, password: string) =>
  databaseUrl(postgres.url, name).replace('spectrakey@', `${role}:${password}@`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spectrakey-roles-'));
  await chmod(folder, 0o711);
  postgres = await startEmbedded(folder, () => {});
  // Its own access file admits the superuser alone.
  await appendFile(join(folder, 'postgres', 'cluster', 'pg_hba.conf'), 'local all all scram-sha-256\n');
  await runDocumented(postgres.url, 'Two roles');
  ownerUrl = urlOf(`${name}_owner`, 'first');
  serverUrl = urlOf(`${name}_server`, 'second');
  owner = connect({ url: ownerUrl, max: 2, onIdleError: () => {} });
  server = connect({ url: serverUrl, max: 4, onIdleError: () => {} });
  await checkServerRole(owner, server);
  await migrate(owner);
  // The worst that an operator may have set before.
  await sql`alter default privileges grant all on tables to ${sql.id(`${name}_server`)}`.execute(owner);
  await grantServerRights(owner, server);
  await makeLogPartitions(server, new Date());
  await makeActivityPartitions(server, new Date());
});
afterAll(async () => {
  await Promise.all([owner.destroy(), server.destroy()]);
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

test('the server works with a role that owns nothing, and records what is done', async () => {
  const service = await startService({ databaseUrl: serverUrl, jobs: true });
  const person = await signUp(service, 'Olga Owner');
  await setPlan(service.db, person.organization.slug, 'PRO');
  const { deploymentId } = await deploy(service, person);
  const key = await createKey(service, person, { deploymentId });
  await service.ask(PREDICT, { deploymentId, spectra: gasoline() }, key);
  const { project } = await service.ask(
    'query ($id: ID!) { project(id: $id) { activity { nodes { action } } } }',
    { id: person.projectId },
    person,
  );
  expect(project?.activity.nodes.map(({ action }) => action)).toContain('api_key.created');
  // A person who deletes their account is still removed.
  const ann = await signUp(service, 'Ann Archer');
  await service.db.deleteFrom('organizations').where('id', '=', ann.organization.id).execute();
  const forget = 'mutation ($password: String!) { deleteAccount(password: $password) }';
  await service.ask(forget, { password: ann.password }, ann);
  const named = await server
    .selectFrom('activity')
    .select('id')
    .where(where => where.or([where('actorId', '=', ann.id), where('actorEmail', '=', ann.email)]))
    .execute();
  expect(named).toEqual([]);
  await expect
    .poll(
      async () => (await sql`select from pg_tables where schemaname = 'pgboss'`.execute(server)).rows.length,
    )
    .toBeGreaterThan(5);
  await service.close();
  expect(service.log.filter(line => /"level":[56]0/.test(line))).toEqual([]);
}, 60_000);

test('the role of the server has no right to update, delete or truncate the activity, nor any partition of it', async () => {
  await makeActivityPartitions(server, later(8));
  const { rows: tables } = await sql<{ name: string }>`
    select oid::regclass::text as name from pg_class where relname ~ '^activity(_[0-9]|_default|$)' and relkind in ('r', 'p')`.execute(
    owner,
  );
  const names = tables.map(table => table.name);
  expect(names).toEqual(
    expect.arrayContaining([
      'activity',
      'activity_default',
      later(10)
        .toISOString()
        .replace(/^(\d+)-(\d+).*/, 'activity_$1_$2'),
    ]),
  );
  const before = await server.selectFrom('activity').selectAll().orderBy('id').execute();
  expect(before.length).toBeGreaterThan(0);
  for (const name of names) {
    const table = sql.table(name);
    const { rows } = await sql`
      select has_table_privilege(${name}, 'update') or has_any_column_privilege(${name}, 'update') as update,
        has_table_privilege(${name}, 'delete') as delete, has_table_privilege(${name}, 'truncate') as truncate`.execute(
      server,
    );
    expect(rows, name).toEqual([{ update: false, delete: false, truncate: false }]);
    for (const statement of [
      sql`update ${table} set subject = 'x'`,
      sql`delete from ${table}`,
      sql`truncate ${table}`,
      sql`alter table ${table} disable trigger user`,
      sql`drop table ${table}`,
    ]) {
      await expect(statement.execute(server)).rejects.toThrow(/permission denied|must be owner/);
    }
  }
  await expect(sql`set session_replication_role = replica`.execute(server)).rejects.toThrow(
    'permission denied',
  );
  await expect(sql`select refuse_activity_change()`.execute(server)).rejects.toThrow();
  await expect(sql`update kysely_migration set name = name`.execute(server)).rejects.toThrow(
    'permission denied',
  );
  await expect(sql`select make_month_partition('users', '2031-01-01')`.execute(server)).rejects.toThrow();
  // The owner is refused too, by the trigger.
  await expect(sql`delete from activity`.execute(owner)).rejects.toThrow('append-only');
  expect(await server.selectFrom('activity').selectAll().orderBy('id').execute()).toEqual(before);
});

test('a role that may create in the schema of the tables, or create schemas or roles, is refused', async () => {
  const role = sql.id(`${name}_server`);
  const superuser = connect({ url: databaseUrl(postgres.url, name), max: 1, onIdleError: () => {} });
  onTestFinished(() => superuser.destroy());
  for (const [give, take] of [
    [sql`grant create on schema public to ${role}`, sql`revoke create on schema public from ${role}`],
    [
      sql`grant create on database ${sql.id(name)} to ${role}`,
      sql`revoke create on database ${sql.id(name)} from ${role}`,
    ],
    [sql`alter role ${role} createrole`, sql`alter role ${role} nocreaterole`],
  ] as const) {
    await give.execute(superuser);
    await expect(checkServerRole(owner, server)).rejects.toThrow('could change the activity');
    await take.execute(superuser);
  }
  await checkServerRole(owner, server);
});

test('a role that could change the activity through another role is refused', async () => {
  const superuser = connect({ url: databaseUrl(postgres.url, name), max: 1, onIdleError: () => {} });
  onTestFinished(() => superuser.destroy());
  const group = sql.id(`${name}_group`);
  await sql`create role ${group}`.execute(superuser);
  await sql`grant ${group} to ${sql.id(`${name}_server`)}`.execute(superuser);
  for (const right of ['update', 'delete', 'truncate', 'trigger'].map(text => sql.raw(text))) {
    await sql`grant ${right} on activity to ${group}`.execute(owner);
    await expect(grantServerRights(owner, server)).rejects.toThrow('Revoke its rights to activity');
    await sql`revoke ${right} on activity from ${group}`.execute(owner);
  }
  await grantServerRights(owner, server);
});

test('only the names of people can be erased, not those of things', async () => {
  const [entry] = await server
    .selectFrom('activity')
    .select(['subjectId', 'subject'])
    .where('action', '=', 'api_key.created')
    .limit(1)
    .execute();
  const id = entry?.subjectId ?? '';
  await server.insertInto('deletedAccounts').values({ userId: id, deletedAt: new Date() }).execute();
  onTestFinished(async () => {
    await server.deleteFrom('deletedAccounts').where('userId', '=', id).execute();
  });
  await sql`select erase_from_activity(${id}, 1000)`.execute(server);
  const found = await server.selectFrom('activity').select('subject').where('subjectId', '=', id).execute();
  expect(found.length).toBeGreaterThan(0);
  for (const { subject } of found) expect(subject).toBe(entry?.subject);
});

test('the role of the server makes partitions of about a year, so that it cannot slow down reading the activity', async () => {
  const count = async () =>
    (await sql`select from pg_inherits where inhparent = 'activity'::regclass`.execute(server)).rows.length;
  const before = await count();
  const make = (month: string) =>
    sql`select make_month_partition('activity', ${month}::date)`.execute(server);
  for (const month of ['1000-01-01', '2020-01-01', '2099-12-01', '9999-01-01']) {
    await expect(make(month), month).rejects.toThrow('at most 12 months');
  }
  for (let months = -120; months < 120; months++) {
    await make(later(months).toISOString().slice(0, 10)).catch((error: Error) =>
      expect(error.message).toContain('at most 12 months'),
    );
  }
  expect(await count()).toBeLessThanOrEqual(before + 25);
});

test('the role of the server cannot erase the name of a person without leaving evidence that it cannot remove', async () => {
  const service = await startService({ databaseUrl: serverUrl });
  onTestFinished(service.close);
  const mallory = await signUp(service, 'Max Mallory');
  const entries = () =>
    server
      .selectFrom('activity')
      .select(['id', 'action', 'actorId', 'actorEmail', 'subject'])
      .where(where =>
        where.or([
          where('subjectId', '=', mallory.id),
          where('organizationId', '=', mallory.organization.id),
        ]),
      )
      .orderBy('id')
      .execute();
  const before = await entries();
  expect(before.filter(({ actorId }) => actorId === mallory.id).length).toBeGreaterThan(0);

  /** Deletes the account, erases its name and restores the rest, in one transaction, which others do not see. */
  const vanish = (isRecorded: boolean) =>
    server.transaction().execute(async trx => {
      const users = await trx.selectFrom('users').selectAll().where('id', '=', mallory.id).execute();
      const memberships = await trx
        .selectFrom('organizationMembers')
        .selectAll()
        .where('userId', '=', mallory.id)
        .execute();
      await trx.deleteFrom('users').where('id', '=', mallory.id).execute();
      await trx.insertInto('deletedAccounts').values({ userId: mallory.id, deletedAt: new Date() }).execute();
      if (isRecorded) {
        await sql`
          insert into activity (id, created_at, action, subject_id, subject)
          values (gen_random_uuid(), now() - interval '1 year', 'account.deleted', ${mallory.id}, 'deleted account')`.execute(
          trx,
        );
      }
      await sql`select erase_from_activity(${mallory.id}, 1000000)`.execute(trx);
      await trx.insertInto('users').values(users).execute();
      await trx.insertInto('organizationMembers').values(memberships).execute();
      await trx.deleteFrom('deletedAccounts').where('userId', '=', mallory.id).execute();
    });
  const named = (rows: typeof before) => rows.filter(({ actorId }) => actorId === mallory.id);
  // Nothing is erased of an account whose deletion is not in the activity.
  await vanish(false);
  expect(named(await entries())).toEqual(named(before));

  await vanish(true);
  expect(named(await entries())).toEqual([]);
  const { rows: evidence } = await sql<{ details: object; at: Date }>`
    select details, created_at as at from activity where action = 'account.erased' and subject_id = ${mallory.id}`.execute(
    server,
  );
  expect(evidence).toMatchObject([{ details: { role: `${name}_server` } }]);
  expect(Math.abs(Date.now() - (evidence[0]?.at.getTime() ?? 0))).toBeLessThan(60_000);
  await expect(sql`delete from activity where action = 'account.erased'`.execute(server)).rejects.toThrow(
    'permission denied',
  );
  // What the documentation asks for finds it.
  const [, query = ''] = /```sql\n\s*(select [^`]*account\.erased[^`]*)```/.exec(page) ?? [];
  const { rows: found } = await sql<{ email: string }>`${sql.raw(query.replaceAll(';', ''))}`.execute(owner);
  expect(found.map(({ email }) => email)).toEqual([mallory.email]);
});

test('the activity is pruned by month as the owner, and only as the owner', async () => {
  await makeActivityPartitions(owner, new Date('2020-01-15T00:00:00Z'));
  const insert = (at: string) =>
    sql`insert into activity (id, created_at, action, subject_id, subject)
      values (gen_random_uuid(), ${at}, 'project.created', gen_random_uuid(), 'Age')`.execute(server);
  for (const at of ['2020-01-31T23:59:59Z', '2020-02-01T00:00:00Z']) await insert(at);
  await expect(pruneActivity(server, new Date(), 12)).rejects.toThrow('must be owner');
  // Of a month without a partition.
  await insert('2019-06-01T00:00:00Z');
  await expect(pruneActivity(server, new Date(), 12)).rejects.toThrow('at most 12 months');
  expect(await pruneActivity(owner, new Date('2020-03-31T00:00:00Z'), 1)).toBe(2);
  const left = await server.selectFrom('activity').select('createdAt').where('subject', '=', 'Age').execute();
  expect(left.map(({ createdAt }) => createdAt.toISOString())).toEqual(['2020-02-01T00:00:00.000Z']);
});

test('a server starts with both addresses, or without the owner’s, and drops old logs only with it', async () => {
  await makeLogPartitions(owner, new Date('2020-01-15T00:00:00Z'));
  const env = { DATABASE_URL: serverUrl, DATABASE_MIGRATE_URL: ownerUrl, LOG_RETENTION_MONTHS: '1' };
  const both = run('node', ['src/main.ts', 'serve'], { env });
  await addressOf(both);
  const oldLogs = async () =>
    (
      await sql`select from pg_class where relname like 'prediction_logs_2020_%' and relkind = 'r'`.execute(
        owner,
      )
    ).rows.length;
  await expect.poll(oldLogs, { timeout: 10_000 }).toBe(0);
  const alone = run('node', ['src/main.ts', 'serve'], { env: { DATABASE_URL: serverUrl } });
  await addressOf(alone);
  for (const wrong of [
    { DATABASE_URL: ownerUrl, DATABASE_MIGRATE_URL: ownerUrl },
    { DATABASE_URL: databaseUrl(postgres.url, name), DATABASE_MIGRATE_URL: ownerUrl },
  ]) {
    const refused = run('node', ['src/main.ts', 'migrate'], { env: wrong });
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toMatch(/role .* of DATABASE_URL could change the activity/);
  }
  const missing = run('node', ['src/main.ts', 'migrate'], { env: { DATABASE_MIGRATE_URL: ownerUrl } });
  expect(await missing.ended).toBe(1);
  expect(missing.output()).toContain('DATABASE_URL: must be set with DATABASE_MIGRATE_URL');
}, 60_000);
