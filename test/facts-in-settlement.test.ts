import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, inject, onTestFinished, test } from 'vitest';
import { startAuthenticate } from '../src/api-keys/authenticate.ts';
import { generateRawKey } from '../src/api-keys/raw-key.ts';
import { connect } from '../src/database/pool.ts';
import type { Code } from '../src/errors.ts';
import { cloneDatabase } from './databases.ts';
import {
  type Credential,
  codes,
  createKey,
  deploy,
  join,
  type Lab,
  openLab,
  type Person,
  PREDICT,
  readMetrics,
  recordOf,
  refusal,
  type Service,
  signUp,
  startService,
} from './harness.ts';
import { linearRegression } from './onnx-files.ts';

const WAIT = { interval: 5, timeout: 10_000 };

let service: Service;
/** Knows nothing about the key. */
let cold: Service;
/** For what requests must not wait for. */
let witness: Service['db'];
let lab: Lab;
let key: { id: string; rawKey: string };
let contributor: Person;

beforeAll(async () => {
  service = await startService({ metrics: true });
  cold = await startService({ databaseUrl: service.databaseUrl });
  witness = connect({ url: service.databaseUrl, max: 3, onIdleError: () => {} });
  contributor = await signUp(service, 'Carla Contributor');
});
afterAll(async () => {
  await cold.close();
  await service.close();
  await witness.destroy();
});

beforeEach(async () => {
  lab = await openLab(service);
  lab = { ...lab, ...(await deployLine([1])) };
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  await join(service, lab.owner, contributor, 'CONTRIBUTOR');
});

const deployLine = (weights: number[]) =>
  deploy(service, lab.owner, linearRegression({ weights }), `Line ${weights}`);
const predict = (as: Credential, on = service) =>
  on.call(PREDICT, { deploymentId: lab.deploymentId, spectra: [{ sampleName: 'sample', yValues: [3] }] }, as);
const execute = (statement: ReturnType<typeof sql>) => statement.execute(witness);
const countWaiting = async () => {
  const { rows } = await sql`
    select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
    witness,
  );
  return rows.length;
};

/**
 * Sends a call whose model has run, and which is about to be settled when something changes: a statement before it waits for
 * the usage slots.
 */
async function changeBeforeSettlement(as: Credential, change: () => Promise<unknown>) {
  const holding = await witness.startTransaction().execute();
  await sql`select from deployment_usage where deployment_id = ${lab.deploymentId} for update`.execute(
    holding,
  );
  // Calls with keys and those of people are settled by different statements.
  const first = predict('rawKey' in as ? as : lab.owner);
  await expect.poll(countWaiting, WAIT).toBe(1);
  const second = predict(as);
  await expect
    .poll(async () => (await readMetrics(service)).get('spectrakey_batch_waiting{batch="settle"}'), {
      interval: 5,
    })
    .toBe(1);
  await change();
  await holding.commit().execute();
  expect(await first).toMatchObject({ status: 200 });
  return await second;
}

const inProject = () => sql`project_id = ${lab.owner.projectId}`;
const setPro = async (values: { monthlyPredictions: number | null }) => {
  const set = (row: typeof values) =>
    witness.updateTable('plans').set(row).where('name', '=', 'PRO').execute();
  onTestFinished(async () => void (await set({ monthlyPredictions: 100_000 })));
  await set(values);
};

const both: [what: string, change: () => Promise<unknown>, code: Code | undefined][] = [
  ['the quota becomes zero', () => setPro({ monthlyPredictions: 0 }), codes.QUOTA_EXCEEDED],
  ['the quota becomes unlimited', () => setPro({ monthlyPredictions: null }), undefined],
  [
    'the deployment is switched off',
    () => execute(sql`update deployments set active = false where id = ${lab.deploymentId}`),
    codes.DEPLOYMENT_INACTIVE,
  ],
  [
    'the deployment is renamed',
    () => execute(sql`update deployments set name = 'New' where id = ${lab.deploymentId}`),
    undefined,
  ],
  [
    'the model is quarantined',
    () =>
      execute(sql`
        insert into model_quarantines (model_id, failures, times, until) values (${lab.modelId}, '{}', 1, '2099-01-01')`),
    codes.MODEL_FAILED,
  ],
  [
    'the input length changes',
    () => execute(sql`update models set input_length = 9 where id = ${lab.modelId}`),
    codes.BAD_USER_INPUT,
  ],
];

const ofPeople: typeof both = [
  [
    'the person is removed from the project',
    () => execute(sql`delete from project_members where ${inProject()} and user_id = ${contributor.id}`),
    codes.NOT_FOUND,
  ],
  [
    'the person becomes a viewer',
    () =>
      execute(
        sql`update project_members set role = 'VIEWER' where ${inProject()} and user_id = ${contributor.id}`,
      ),
    codes.FORBIDDEN,
  ],
  [
    'the person is removed from the organization',
    () =>
      execute(sql`
        delete from organization_members
        where organization_id = ${lab.owner.organization.id} and user_id = ${contributor.id}`),
    codes.NOT_FOUND,
  ],
  [
    'the person becomes an owner of the organization',
    () =>
      execute(sql`
        update organization_members set role = 'OWNER'
        where organization_id = ${lab.owner.organization.id} and user_id = ${contributor.id}`),
    undefined,
  ],
];

const ofKeys: typeof both = [
  [
    'the key is revoked',
    () => execute(sql`update api_keys set revoked_at = now() where id = ${key.id}`),
    codes.API_KEY_REVOKED,
  ],
  [
    'the expiry of the key is moved to the past',
    () => execute(sql`update api_keys set expires_at = created_at where id = ${key.id}`),
    codes.API_KEY_EXPIRED,
  ],
  [
    'the key is deleted',
    () => execute(sql`delete from api_keys where id = ${key.id}`),
    codes.UNAUTHENTICATED,
  ],
  [
    'the scopes are emptied',
    () => execute(sql`update api_keys set scopes = '{}' where id = ${key.id}`),
    codes.API_KEY_NOT_AUTHORIZED,
  ],
  [
    'the plan loses its API access',
    () => execute(sql`update organizations set plan = 'FREE' where id = ${lab.owner.organization.id}`),
    codes.PLAN_FEATURE_REQUIRED,
  ],
];

const cases = [
  ...[...both, ...ofPeople].map(
    ([what, ...rest]) => [`of a person: ${what}`, () => contributor, ...rest] as const,
  ),
  ...[...both, ...ofKeys].map(([what, ...rest]) => [`with a key: ${what}`, () => key, ...rest] as const),
];

test.each(cases)(
  'a call is answered by what holds when it is settled, %s',
  async (_what, as, change, code) => {
    for (const _ of [1, 2]) expect(await predict(as())).toMatchObject({ status: 200 });
    const answer = await changeBeforeSettlement(as(), change);
    const charged = code ? 3 : 4;
    expect(await recordOf(service, lab.deploymentId)).toEqual({ charged, logged: charged });
    if (!code) return expect(answer).toMatchObject({ status: 200, errors: [] });
    expect(answer).toMatchObject(refusal(code));
    // The seconds until the month ends may differ by one.
    const withoutSeconds = (text: string) => text.replace(/"retryAfter":\d+/, '');
    expect(withoutSeconds(answer.text)).toBe(withoutSeconds((await predict(as(), cold)).text));
  },
);

test('a call gets the answer of the model that its deployment has when it is settled', async () => {
  for (const as of [key, contributor]) {
    const { deploymentId, modelId } = { ...lab, ...(await deployLine([1])) };
    lab = { ...lab, deploymentId, modelId };
    for (const _ of [1, 2])
      expect((await predict(as)).data?.predict.predictions).toMatchObject([{ value: 3 }]);
    const next = await deployLine([7]);
    const answer = await changeBeforeSettlement(as, () =>
      execute(sql`update deployments set model_id = ${next.modelId} where id = ${deploymentId}`),
    );
    expect(answer.data?.predict.predictions).toMatchObject([{ value: 21 }]);
    expect(await recordOf(service, deploymentId)).toEqual({ charged: 4, logged: 4 });
  }
});

test('a call whose model is deleted before it is run is answered as one after the deletion', async () => {
  for (const as of [key, contributor]) {
    lab = { ...lab, ...(await deployLine([1])) };
    const deleting = await witness.startTransaction().execute();
    await sql`lock table model_files in access exclusive mode`.execute(deleting);
    // This server has not loaded the model yet, and waits for its file.
    const call = predict(as, cold);
    await expect.poll(countWaiting, WAIT).toBe(1);
    await sql`delete from deployments where id = ${lab.deploymentId}`.execute(deleting);
    await sql`delete from models where id = ${lab.modelId}`.execute(deleting);
    await deleting.commit().execute();
    const answer = await call;
    expect(answer).toMatchObject(refusal(as === key ? codes.API_KEY_NOT_AUTHORIZED : codes.NOT_FOUND));
    expect(answer.text).toBe((await predict(as, cold)).text);
  }
});

test('a key that is renamed before its call is settled has its new name in the log', async () => {
  expect(await predict(key)).toMatchObject({ status: 200 });
  const { data } = await changeBeforeSettlement(key, () =>
    execute(sql`update api_keys set name = 'New' where id = ${key.id}`),
  );
  const log = await witness
    .selectFrom('predictionLogs')
    .select('apiKeyName')
    .where('id', '=', data?.predict.logId ?? '')
    .executeTakeFirst();
  expect(log).toEqual({ apiKeyName: 'New' });
});

test('every row that facts for predict come from has a revision, which settlement compares and every change raises', async () => {
  const db = connect({ url: service.databaseUrl, max: 1, prepare: true, onIdleError: () => {} });
  onTestFinished(() => db.destroy());
  await startAuthenticate(db)(generateRawKey().text, new Date());
  const prepared = await sql<{ statement: string }>`
    select statement from pg_prepared_statements where name = 'look_up_keys'`.execute(db);
  const lookUp = (prepared.rows[0]?.statement ?? '').replace('$1', `'{}'`).replaceAll('$2', `''`);
  await sql`create view look_up as ${sql.raw(lookUp)}`.execute(db);
  onTestFinished(() => void sql`drop view look_up`.execute(witness));

  const usage = await sql<{ view: string; table: string; hasRevision: boolean }>`
    select tables.view_name as view, tables.table_name as table, columns.column_name is not null as has_revision
    from information_schema.view_table_usage as tables
    left join information_schema.view_column_usage as columns
      on columns.view_name = tables.view_name and columns.table_name = tables.table_name
      and columns.column_name = 'revision'
    where tables.view_name in ('look_up', 'deployment_facts', 'project_access')
      -- The limits are checked by settlement, against the locked usage.
      and tables.table_name not in ('deployment_usage', 'api_key_usage')`.execute(db);
  const compared = new Set(usage.rows.filter(({ hasRevision }) => hasRevision).map(({ table }) => table));
  expect(new Set(usage.rows.map(({ view }) => view)).size).toBe(3);
  // Settlement compares the revision of deployment_facts for every call, and that of the key or of project_access.
  const always = new Set(
    usage.rows
      .filter(({ view, hasRevision }) => hasRevision && view === 'deployment_facts')
      .map(({ table }) => table),
  );
  for (const { view, table, hasRevision } of usage.rows) {
    expect(hasRevision || always.has(table), `${view}: ${table}`).toBe(true);
  }
  const tables = [...compared].filter(table => table !== 'deployment_facts').sort();
  expect(tables).toEqual([
    'api_keys',
    'deployments',
    'model_quarantines',
    'models',
    'organization_members',
    'organizations',
    'plans',
    'project_members',
    'projects',
  ]);

  await setEveryColumn(tables);
});

/** Changes every column, except those that are computed from others, of a row of each table, in a database without constraints, and checks that its revision is raised. */
async function setEveryColumn(tables: string[]) {
  const url = await cloneDatabase(inject('postgresUrl'));
  const own = await startService({ databaseUrl: url });
  onTestFinished(own.close);
  const { owner, deploymentId, modelId } = await openLab(own);
  await createKey(own, owner, { deploymentId });
  await join(own, owner, await signUp(own, 'Mia Member'), 'CONTRIBUTOR');
  const { db } = own;
  await sql`insert into model_quarantines (model_id, failures, times) values (${modelId}, '{}', 1)`.execute(
    db,
  );
  const constraints = await sql<{ table: string; name: string }>`
    select conrelid::regclass::text as table, conname as name from pg_constraint
    where conrelid = any(${tables}::text[]::regclass[]) and contype <> 'n' order by contype`.execute(db);
  for (const { table, name } of constraints.rows) {
    await sql`alter table ${sql.table(table)} drop constraint if exists ${sql.ref(name)} cascade`.execute(db);
  }
  // It needs the id of a key, which is null by then.
  await sql`drop trigger check_expiry_of_changed on api_keys`.execute(db);
  const columns = await sql<{ table: string; column: string; type: string }>`
    select attrelid::regclass::text as table, attname as column, format_type(atttypid, atttypmod) as type
    from pg_attribute
    where attrelid = any(${tables}::text[]::regclass[]) and attnum > 0 and not attisdropped
      and attname <> 'revision' and attgenerated = ''`.execute(db);
  const revisionsOf = async (table: string) => {
    const { rows } = await sql<{ revision: string }>`
      select revision::text from ${sql.table(table)} order by revision`.execute(db);
    return rows.map(({ revision }) => revision);
  };
  for (const { table, column, type } of columns.rows) {
    const name = sql.id(column);
    await sql`alter table ${sql.table(table)} alter column ${name} drop not null`.execute(db);
    const before = await revisionsOf(table);
    expect(before, table).not.toEqual([]);
    await sql`
      update ${sql.table(table)} set ${name} = case when ${name} is null then ${sql.raw(someOf(type))} else null::${sql.raw(type)} end`.execute(
      db,
    );
    const kept = (await revisionsOf(table)).filter(revision => before.includes(revision));
    expect(kept, `${table}.${column}`).toEqual(
      table === 'api_keys' && column === 'last_used_at' ? before : [],
    );
  }
}

/** Some value of a type, in SQL. */
function someOf(type: string): string {
  if (type.endsWith('[]')) return "'{}'";
  if (type === 'boolean') return 'true';
  if (type === 'double precision') return '7';
  if (type === 'uuid') return 'gen_random_uuid()';
  if (/^(bigint|integer|smallint)$/.test(type)) return '7';
  if (/^timestamp/.test(type)) return 'now()';
  if (type === 'revocation_source') return "'HOLDER'";
  return type === 'text' ? "'x'" : 'null';
}
