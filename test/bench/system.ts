import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { monthOf } from '../../src/accounts/month.ts';
import { listSlugs, setPlan } from '../../src/accounts/plans.ts';
import { OPERATOR } from '../../src/activity/activity.ts';
import { makeActivityPartitions } from '../../src/activity/partitions.ts';
import { insertApiKey } from '../../src/api-keys/manage-keys.ts';
import { generateRawKey } from '../../src/api-keys/raw-key.ts';
import { type KeySettings, plainSettings } from '../../src/api-keys/settings.ts';
import { migrate } from '../../src/database/migrate.ts';
import { connect } from '../../src/database/pool.ts';
import { type Demonstration, examplePrediction, seed } from '../../src/demonstration/seed.ts';
import { insertDeployment } from '../../src/deployments/deployments.ts';
import type { DB } from '../../src/generated/database.ts';
import { makeLogPartitions } from '../../src/predictions/partitions.ts';
import { addSlots } from '../../src/predictions/settlement/statement.ts';
import { startEmbedded } from '../../src/private-postgres/start.ts';
import { databaseUrl } from '../databases.ts';
import { type RunningProcess, start } from './processes.ts';

/** A PostgreSQL for the bench alone. */
export async function startPostgres() {
  const folder = await mkdtemp(join(tmpdir(), 'spectrakey-bench-'));
  // As root, PostgreSQL runs under another account, which must be able to enter.
  await chmod(folder, 0o711);
  const postgres = await startEmbedded(folder, () => {});
  const pidFile = join(folder, 'postgres/cluster/postmaster.pid');
  return {
    url: postgres.url,
    postmaster: Number(readFileSync(pidFile, 'utf8').split('\n')[0]),
    stop: async () => {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A database with the demonstration in it, on a plan without a limit, and a server on it. */
export interface System {
  db: Kysely<DB>;
  url: string;
  demonstration: Demonstration;
  server: RunningProcess;
  /** Another server on the same database, with these additional settings. */
  another(settings?: Record<string, string>): Promise<RunningProcess>;
  stop(): Promise<void>;
}

/** Creates a database by this name and starts Spectrakey on it, as `npm start` would. */
export async function startSystem(postgresUrl: string, name: string): Promise<System> {
  const admin = connect({ url: postgresUrl, max: 1, onIdleError: () => {} });
  await sql`create database ${sql.id(name)}`.execute(admin);
  await admin.destroy();
  const url = databaseUrl(postgresUrl, name);
  const db = connect({ url, max: 2, onIdleError: () => {} });
  await migrate(db);
  await makeLogPartitions(db, new Date());
  await makeActivityPartitions(db, new Date());
  const demonstration = await seed(db, new Date());
  for (const slug of await listSlugs(db)) await setPlan(db, slug, 'ENTERPRISE');
  const another = (settings: Record<string, string> = {}) =>
    start(['src/main.ts', 'serve'], { DATABASE_URL: url, PORT: '0', ...settings });
  const server = await another();
  return {
    db,
    url,
    demonstration,
    server,
    another,
    stop: async () => {
      await server.stop();
      await db.destroy();
    },
  };
}

/** What a call needs: a deployment, and a key that reaches it. */
export interface Target {
  deploymentId: string;
  rawKey: string;
}

export const targetOf = ({ demonstration }: System): Target => ({
  deploymentId: demonstration.octaneDeploymentId,
  rawKey: demonstration.rawKey,
});

/**
 * Adds deployments of the octane model, each with a key of its own, and a key that reaches all of the project.
 *
 * @param settings of all these keys.
 */
export async function addDeployments(
  { db, demonstration }: System,
  names: readonly string[],
  settings: Partial<KeySettings> = {},
): Promise<{ targets: Target[]; projectKey: string }> {
  return await db.transaction().execute(async trx => {
    const { id, email } = await trx
      .selectFrom('users')
      .select(['id', 'email'])
      .where('email', '=', demonstration.email)
      .executeTakeFirstOrThrow();
    const by = { viewerId: id, actor: { ...OPERATOR, id, email }, now: new Date() };
    const model = await trx
      .selectFrom('models')
      .innerJoin('deployments', 'deployments.modelId', 'models.id')
      .select(['models.id', 'models.projectId'])
      .where('deployments.id', '=', demonstration.octaneDeploymentId)
      .executeTakeFirstOrThrow();
    const addKey = async (name: string, deploymentId: string | null) => {
      const rawKey = generateRawKey();
      const reach = { projectId: model.projectId, deploymentId };
      await insertApiKey(
        trx,
        { id: newId(), reach, settings: { ...plainSettings(name), ...settings }, rawKey },
        by,
      );
      return rawKey.text;
    };
    const targets: Target[] = [];
    for (const name of names) {
      const deploymentId = await insertDeployment(trx, { model, name, description: null }, by);
      targets.push({ deploymentId, rawKey: await addKey(name, deploymentId) });
    }
    return { targets, projectKey: await addKey('all of the project', null) };
  });
}

/** The body of a call with this many spectra, and the headers that authorize it. */
export async function callOf({ deploymentId, rawKey }: Target, spectra: number) {
  const request = JSON.parse(await examplePrediction(deploymentId));
  const [spectrum] = request.variables.spectra;
  request.variables.spectra = Array.from({ length: spectra }, (_, i) => ({
    ...spectrum,
    sampleName: `${spectrum.sampleName}-${i}`,
  }));
  return { body: JSON.stringify(request), headers: headersOf([rawKey]) };
}

/** The same call of the plain HTTP API, with its path. */
export async function restCallOf(target: Target, spectra: number) {
  const { body, headers } = await callOf(target, spectra);
  const { variables } = JSON.parse(body);
  const renamed = variables.spectra.map(
    ({ sampleName, yValues }: { sampleName: string; yValues: number[] }) => ({
      sample_name: sampleName,
      y_values: yValues,
    }),
  );
  return {
    path: `/api/deployments/${target.deploymentId}/predict`,
    body: JSON.stringify({ spectra: renamed }),
    headers,
  };
}

/** The headers that authorize calls with these keys. */
export const headersOf = (rawKeys: string[]) =>
  rawKeys.map(rawKey => ({ authorization: `Api-Key ${rawKey}` }));

const CHUNK = 250_000;

/**
 * Fills a database with keys, and with log rows of all keys in turn. The calls were today, are counted, and their keys' last
 * uses are folded, as by the background job.
 *
 * @param used how many of the keys have a raw key; they are spread over the table.
 * @param report is called for each chunk.
 * @returns their raw keys.
 */
export async function fill(
  { db, demonstration }: System,
  { keys, used, logs }: { keys: number; used: number; logs: number },
  report: (progress: string) => void,
): Promise<string[]> {
  const raw = Array.from({ length: used }, () => generateRawKey());
  const now = new Date();
  const { octaneDeploymentId } = demonstration;
  await db.connection().execute(async connection => {
    // Durability is not needed: after a crash the bench starts again.
    await sql`set synchronous_commit = off`.execute(connection);
    await sql`set statement_timeout = 0`.execute(connection);
    for (let done = 0; done < keys; done += CHUNK) {
      await sql`
        insert into api_keys (id, project_id, name, prefix, digest, scopes, created_at, last_used_at)
        select uuidv7(), deployments.project_id, 'Key ' || n,
          coalesce(raw.prefix, 'sk_' || lpad(n::text, 9, '0')),
          coalesce(raw.digest, sha256(('key ' || n)::bytea)), '{PREDICT}', ${now}::timestamptz, ${now}::timestamptz
        from deployments, generate_series(${done + 1}::int, ${Math.min(done + CHUNK, keys)}::int) n
        left join unnest(${raw.map(({ prefix }) => prefix)}::text[], ${raw.map(({ digest }) => digest)}::bytea[])
          with ordinality raw (prefix, digest, place) on n = raw.place * ${Math.floor(keys / used)}::int
        where deployments.id = ${octaneDeploymentId}`.execute(connection);
      report(`${Math.min(done + CHUNK, keys)} of ${keys} keys`);
    }
    await sql`
      create temporary table numbered as
      select row_number() over (order by id) - 1 as number, id, name, prefix from api_keys`.execute(
      connection,
    );
    await sql`analyze numbered`.execute(connection);
    for (let done = 0; done < logs; done += CHUNK) {
      // The id has the time of the call (predictions/log-id.ts).
      await sql`
        insert into prediction_logs
          (id, created_at, deployment_id, source, predictions, duration_ms, api_key_id, api_key_name, api_key_prefix)
        select call.id, uuid_extract_timestamp(call.id), ${octaneDeploymentId}, 'API',
          '[{"sampleName": "gasoline-51", "value": 87.94124603271484}]', 0.5, key.id, key.name, key.prefix
        from (
          select n, uuidv7(
            date_trunc('day', ${now}::timestamptz, 'UTC')
            + (${now}::timestamptz - date_trunc('day', ${now}::timestamptz, 'UTC')) * (n / ${logs}::float8)
            - clock_timestamp()) as id
          from generate_series(${done + 1}::int, ${Math.min(done + CHUNK, logs)}::int) n
        ) as call
        join numbered as key on key.number = call.n % (select count(*) from numbered)
        order by call.n`.execute(connection);
      report(`${Math.min(done + CHUNK, logs)} of ${logs} log rows`);
    }
    await sql`drop table numbered`.execute(connection);
    await addSlots(connection, octaneDeploymentId, monthOf(now));
    await sql`
      update deployment_usage set predictions = predictions + ${Math.floor(logs / 8)}::int
      where deployment_id = ${octaneDeploymentId} and month = ${monthOf(now)}`.execute(connection);
    await sql`vacuum analyze`.execute(connection);
    await sql`checkpoint`.execute(connection);
  });
  return raw.map(({ text }) => text);
}

/** Waits until no sign-in is in flight: an attempt is counted until it has succeeded. */
export async function noAttempts({ db }: System): Promise<void> {
  for (const end = performance.now() + 30_000; performance.now() < end; await setTimeout(50)) {
    const counted = await db.selectFrom('rateLimits').select('used').where('used', '>', 0).executeTakeFirst();
    if (!counted) return;
  }
  throw new Error('sign-ins have failed or do not end');
}

/** What the database holds of the calls: log rows, and spectra counted in the usage. */
export async function recorded({ db }: System): Promise<{ logs: number; counted: number }> {
  const { rows } = await sql<{ logs: number; counted: number }>`
    select (select count(*) from prediction_logs) as logs,
      (select coalesce(sum(predictions), 0)::bigint from deployment_usage) as counted`.execute(db);
  return rows[0] ?? { logs: 0, counted: 0 };
}
