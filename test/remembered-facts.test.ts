import { sql } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { setPlan } from '../src/accounts/plans.ts';
import { generateRawKey } from '../src/api-keys/raw-key.ts';
import { startRememberedKeys } from '../src/api-keys/remembered-keys.ts';
import type { Code } from '../src/errors.ts';
import type { Plans } from '../src/generated/database.ts';
import {
  type Credential,
  codes,
  createKey,
  DELETE_KEY,
  deploy,
  gasoline,
  type Lab,
  openLab,
  PREDICT,
  REVOKE_KEY,
  readMetrics,
  recordOf,
  refusal,
  type Service,
  startService,
} from './harness.ts';
import { linearRegression, loopingRegression } from './onnx-files.ts';

interface Key {
  id: string;
  rawKey: string;
}

/** Remembers the facts about the keys. */
let service: Service;
/** On the same database. It never answered a call with the keys, so it remembers nothing. */
let cold: Service;
let lab: Lab;
let ofDeployment: Key;
let ofProject: Key;

beforeAll(async () => {
  service = await startService({ metrics: true, modelLimits: { runMs: 1000 } });
  cold = await startService({ databaseUrl: service.databaseUrl, modelLimits: { runMs: 1000 } });
});
afterAll(async () => {
  await cold.close();
  await service.close();
});

beforeEach(async () => {
  lab = await openLab(service);
  lab = { ...lab, ...(await deployLine([1])) };
  const { deploymentId, owner } = lab;
  ofDeployment = await createKey(service, owner, { deploymentId });
  ofProject = await createKey(service, owner, { projectId: owner.projectId });
});

const deployLine = (weights: number[], name = 'Line', of = lab) =>
  deploy(service, of.owner, linearRegression({ weights }), name);

const spectra = (count = 1) => Array.from({ length: count }, () => ({ sampleName: 'sample', yValues: [3] }));
const predict = (key: Credential, on = service, variables: object = {}) =>
  on.call(PREDICT, { deploymentId: lab.deploymentId, spectra: spectra(), ...variables }, key);
const setPro = async (values: Partial<Record<keyof Plans, boolean | number | null>>) => {
  const { monthlyPredictions, allowApiPredict } = await service.db
    .selectFrom('plans')
    .select(['monthlyPredictions', 'allowApiPredict'])
    .where('name', '=', 'PRO')
    .executeTakeFirstOrThrow();
  const set = (row: object) => service.db.updateTable('plans').set(row).where('name', '=', 'PRO').execute();
  onTestFinished(async () => void (await set({ monthlyPredictions, allowApiPredict })));
  await set(values);
};

/** How much samples of the metrics have grown while something was done. */
async function growth(work: () => Promise<unknown>) {
  const before = await readMetrics(service);
  await work();
  const after = await readMetrics(service);
  const grown = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  return {
    lookUps: grown('spectrakey_batch_size_count{batch="look-up"}'),
    settlements: grown('spectrakey_batch_size_count{batch="settle"}'),
    runs: grown('spectrakey_model_run_seconds_count{end="ok"}'),
    failedRuns: grown('spectrakey_model_run_seconds_count{end="failed"}'),
  };
}

/** Has the server remember the facts about keys. */
async function warm(...keys: Key[]): Promise<void> {
  for (const key of keys) {
    expect(await predict(key)).toMatchObject({ status: 200 });
    const grown = await growth(() => predict(key));
    expect(grown).toMatchObject({ lookUps: 0, settlements: 1, runs: 1 });
  }
}

/** What a client sees of a response: all of it, apart from what differs by time, and whether the connection stays open. */
async function seen(response: Response) {
  const headers = Object.fromEntries(response.headers);
  for (const name of ['date', 'x-request-id', 'connection', 'keep-alive']) delete headers[name];
  const text = (await response.text()).replace(/"logId":"[^"]+"/, '"logId":""');
  return { status: response.status, headers, text };
}

const post = (on: Service, key: Key, body: string, headers: Record<string, string> = {}) =>
  fetch(`${on.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Api-Key ${key.rawKey}`, ...headers },
    body,
  });

const execute = (statement: ReturnType<typeof sql>) => statement.execute(service.db);

describe('after a change, a key whose facts are remembered gets exactly the answer of a server that knows nothing:', () => {
  const plan = (values: Parameters<typeof setPro>[0]) => () => setPro(values);
  const onId = (document: string) => (variables: { id: string }) =>
    cold.ask(`mutation ($id: ID!) { ${document} }`, variables, lab.owner);

  const changes: [
    what: string,
    change: () => Promise<unknown>,
    codeOfDeploymentKey: Code,
    codeOfProjectKey?: Code,
  ][] = [
    [
      'both keys are revoked',
      async () => {
        for (const { id } of [ofDeployment, ofProject]) await cold.ask(REVOKE_KEY, { id }, lab.owner);
      },
      codes.API_KEY_REVOKED,
    ],
    [
      'the expiry of the keys is moved to the past',
      () => execute(sql`update api_keys set expires_at = now() - interval '1 ms'`),
      codes.API_KEY_EXPIRED,
    ],
    [
      'both keys are deleted',
      async () => {
        for (const { id } of [ofDeployment, ofProject]) await cold.ask(DELETE_KEY, { id }, lab.owner);
      },
      codes.UNAUTHENTICATED,
    ],
    [
      'the digests of the keys are replaced',
      () => execute(sql`update api_keys set digest = sha256(digest)`),
      codes.UNAUTHENTICATED,
    ],
    [
      'their scopes are emptied',
      () => execute(sql`update api_keys set scopes = '{}'`),
      codes.API_KEY_NOT_AUTHORIZED,
    ],
    [
      'both keys reach another deployment',
      async () => {
        const { deploymentId } = await deployLine([1], 'Other');
        await execute(sql`
          update api_keys set deployment_id = ${deploymentId} where project_id = ${lab.owner.projectId}`);
      },
      codes.API_KEY_NOT_AUTHORIZED,
    ],
    [
      'the keys belong to another project',
      async () => {
        const other = await openLab(service);
        await execute(sql`
          update api_keys set project_id = ${other.owner.projectId}, deployment_id = null
          where project_id = ${lab.owner.projectId}`);
      },
      codes.API_KEY_NOT_AUTHORIZED,
    ],
    [
      'their networks exclude the client',
      () => execute(sql`update api_keys set allowed_networks = '{203.0.113.0/24}'`),
      codes.API_KEY_NETWORK_NOT_ALLOWED,
    ],
    [
      'their own limit is lowered below the usage',
      async () => {
        await execute(sql`
          insert into api_key_usage select id, to_char(now() at time zone 'UTC', 'YYYY-MM'), 5 from api_keys`);
        await execute(sql`update api_keys set monthly_predictions = 5`);
      },
      codes.API_KEY_QUOTA_EXCEEDED,
    ],
    [
      'their revocation is rehearsed',
      () => execute(sql`update api_keys set rehearsal_until = now() + interval '1 minute'`),
      codes.API_KEY_REVOKED,
    ],
    ['the plan loses its API access', plan({ allowApiPredict: false }), codes.PLAN_FEATURE_REQUIRED],
    [
      'the organization gets another plan',
      () => setPlan(service.db, lab.owner.organization.slug, 'FREE'),
      codes.PLAN_FEATURE_REQUIRED,
    ],
    ['the quota is lowered below the usage', plan({ monthlyPredictions: 1 }), codes.QUOTA_EXCEEDED],
    [
      'the quota is lowered, then used up elsewhere',
      async () => {
        const { charged = 0 } = (await recordOf(service, lab.deploymentId)) ?? {};
        await setPro({ monthlyPredictions: charged + 2 });
        expect(await predict(lab.owner, cold, { spectra: spectra(2) })).toMatchObject({ status: 200 });
      },
      codes.QUOTA_EXCEEDED,
    ],
    [
      'the deployment is switched off',
      () => onId('setDeploymentActive(id: $id, active: false) { id }')({ id: lab.deploymentId }),
      codes.DEPLOYMENT_INACTIVE,
    ],
    [
      'the deployment is deleted',
      () => onId('deleteDeployment(id: $id) { deletedDeploymentId }')({ id: lab.deploymentId }),
      codes.UNAUTHENTICATED,
      codes.API_KEY_NOT_AUTHORIZED,
    ],
    [
      'the deployment gets a model of another input length',
      async () => {
        const { modelId } = await deployLine([1, 1], 'Two');
        await execute(sql`update deployments set model_id = ${modelId} where id = ${lab.deploymentId}`);
      },
      codes.BAD_USER_INPUT,
    ],
    [
      'the input length of the model is changed',
      () => execute(sql`update models set input_length = 5 where id = ${lab.modelId}`),
      codes.BAD_USER_INPUT,
    ],
    [
      'the model is quarantined',
      () =>
        execute(sql`
          insert into model_quarantines (model_id, failures, times, until)
          values (${lab.modelId}, '{}', 1, '2099-01-01')`),
      codes.MODEL_FAILED,
    ],
    [
      'the project is moved to an organization without API access',
      async () => {
        const { owner } = await openLab(service, 'FREE');
        await execute(sql`
          update projects set organization_id = ${owner.organization.id} where id = ${lab.owner.projectId}`);
      },
      codes.PLAN_FEATURE_REQUIRED,
    ],
    [
      'the project is deleted',
      () => onId('deleteProject(id: $id) { deletedProjectId }')({ id: lab.owner.projectId }),
      codes.UNAUTHENTICATED,
    ],
    [
      'the organization is deleted',
      async () => {
        const { id } = lab.owner.organization;
        await execute(sql`update organizations set name = 'Lab' where id = ${id}`);
        await onId('deleteOrganization(id: $id, name: "Lab") { deletedOrganizationId }')({ id });
      },
      codes.UNAUTHENTICATED,
    ],
  ];

  test.each(changes)(
    '%s',
    async (_what, change, codeOfDeploymentKey, codeOfProjectKey = codeOfDeploymentKey) => {
      await warm(ofDeployment, ofProject);
      await change();
      const before = await recordOf(service, lab.deploymentId);
      const body = JSON.stringify({
        query: PREDICT,
        variables: { deploymentId: lab.deploymentId, spectra: spectra() },
      });
      for (const [key, code] of [
        [ofDeployment, codeOfDeploymentKey],
        [ofProject, codeOfProjectKey],
      ] as const) {
        for (const time of ['first', 'second']) {
          const earlier = await seen(await post(cold, key, body));
          const answer = await seen(await post(service, key, body));
          const later = await seen(await post(cold, key, body));
          expect(JSON.parse(answer.text).errors[0].extensions.code, time).toBe(code);
          expect(JSON.parse(answer.text), time).not.toHaveProperty('data.predict');
          // The seconds in `Retry-After` can change between two calls.
          expect([earlier, later], time).toContainEqual(answer);
        }
      }
      expect(await recordOf(service, lab.deploymentId)).toEqual(before);
    },
  );
});

describe('a key whose facts are remembered is answered by the present state:', () => {
  /** The newest log of a key. */
  const newestLog = (key: Key) =>
    service.db
      .selectFrom('predictionLogs')
      .select(['id', 'apiKeyName', 'deploymentId'])
      .where('apiKeyId', '=', key.id)
      .orderBy('id', 'desc')
      .executeTakeFirst();

  test('a renamed key and a renamed deployment have their new names in the log', async () => {
    await warm(ofDeployment, ofProject);
    await execute(sql`update api_keys set name = 'Renamed'`);
    await cold.ask(
      'mutation ($id: ID!) { renameDeployment(id: $id, name: "Renamed line") { id } }',
      { id: lab.deploymentId },
      lab.owner,
    );
    for (const key of [ofDeployment, ofProject]) {
      const { data } = await predict(key);
      expect(await newestLog(key)).toMatchObject({ id: data?.predict.logId, apiKeyName: 'Renamed' });
      const { project } = await service.ask(
        'query ($id: ID!) { project(id: $id) { predictionLogs(first: 1) { nodes { id deploymentName apiKeyName } } } }',
        { id: lab.owner.projectId },
        lab.owner,
      );
      expect(project?.predictionLogs.nodes).toEqual([
        { id: data?.predict.logId, deploymentName: 'Renamed line', apiKeyName: 'Renamed' },
      ]);
    }
    expect(await recordOf(service, lab.deploymentId)).toEqual({ charged: 6, logged: 6 });
  });

  test('a new deployment is reached at once', async () => {
    await warm(ofDeployment, ofProject);
    const { deploymentId } = await deployLine([2], 'New');
    const answer = await predict(ofProject, service, { deploymentId });
    expect(answer.data?.predict.predictions).toEqual([{ sampleName: 'sample', value: 6, category: null }]);
    expect(await predict(ofDeployment, service, { deploymentId })).toMatchObject(
      refusal(codes.API_KEY_NOT_AUTHORIZED),
    );
    expect(await recordOf(service, deploymentId)).toEqual({ charged: 1, logged: 1 });
  });

  test('a deployment that gets another model answers with that model', async () => {
    await warm(ofDeployment);
    const { modelId } = await deployLine([7], 'Seven');
    await execute(sql`update deployments set model_id = ${modelId} where id = ${lab.deploymentId}`);
    const { data } = await predict(ofDeployment);
    expect(data?.predict.predictions).toMatchObject([{ value: 21 }]);
  });

  test('a raised quota grants more at once, an unlimited one too, and the usage is exact', async () => {
    await setPro({ monthlyPredictions: 4 });
    await warm(ofDeployment, ofProject);
    expect(await predict(ofProject)).toMatchObject(refusal(codes.QUOTA_EXCEEDED));
    await setPro({ monthlyPredictions: 6 });
    expect(await predict(ofDeployment, service, { spectra: spectra(3) })).toMatchObject(
      refusal(codes.QUOTA_EXCEEDED),
    );
    expect(await predict(ofProject, service, { spectra: spectra(2) })).toMatchObject({ status: 200 });
    await setPro({ monthlyPredictions: null });
    expect(await predict(ofProject, service, { spectra: spectra(50) })).toMatchObject({ status: 200 });
    expect(await recordOf(service, lab.deploymentId)).toEqual({ charged: 56, logged: 56 });
  });

  test('a project that is moved to another organization on a plan with API access, and a quarantine that ends', async () => {
    await warm(ofDeployment, ofProject);
    const { owner } = await openLab(service);
    await execute(sql`
      update projects set organization_id = ${owner.organization.id} where id = ${lab.owner.projectId}`);
    expect(await predict(ofDeployment)).toMatchObject({ status: 200 });
    await execute(sql`
      insert into model_quarantines (model_id, failures, times, until) values (${lab.modelId}, '{}', 1, '2099-01-01')`);
    expect(await predict(ofDeployment)).toMatchObject(refusal(codes.MODEL_FAILED));
    await execute(sql`update model_quarantines set until = now() where model_id = ${lab.modelId}`);
    for (const key of [ofDeployment, ofProject]) expect(await predict(key)).toMatchObject({ status: 200 });
  });

  test('a large body is read again when the facts have changed', async () => {
    await warm(ofDeployment);
    const octane = await deploy(service, lab.owner);
    const large = { deploymentId: octane.deploymentId, spectra: gasoline(500) };
    expect(await predict(ofProject, service, large)).toMatchObject({ status: 200 });
    await execute(sql`update api_keys set name = 'Renamed'`);
    const { data } = await predict(ofProject, service, large);
    expect(data?.predict.predictions).toHaveLength(500);
    expect(new Set(data?.predict.predictions.map(({ value }) => value)).size).toBe(1);
    expect(await recordOf(service, octane.deploymentId)).toEqual({ charged: 1000, logged: 1000 });
  });

  test('a change of a plan costs each key one look-up, and no second run', async () => {
    await warm(ofDeployment, ofProject);
    await setPro({ monthlyPredictions: 1000 });
    for (const key of [ofDeployment, ofProject]) {
      expect(await growth(() => predict(key))).toMatchObject({ lookUps: 1, settlements: 2, runs: 1 });
      expect(await growth(() => predict(key))).toMatchObject({ lookUps: 0, settlements: 1, runs: 1 });
    }
    expect(await recordOf(service, lab.deploymentId)).toEqual({ charged: 8, logged: 8 });
  });
});

test('after its revocation every other request with the key is refused like one to a server that knows nothing', async () => {
  const json = (query: string, variables: object = {}, more: object = {}) =>
    JSON.stringify({ query, variables, ...more });
  const call = { deploymentId: lab.deploymentId, spectra: spectra() };
  const requests: Record<string, (on: Service, key: Key) => Promise<Response>> = Object.fromEntries(
    [
      ['__typename', json('{ __typename }')],
      ['introspection', json('{ __schema { types { name } } }')],
      ['viewer', json('{ viewer { id } }')],
      ['apiKeys', json('query ($of: ApiKeyTarget!) { apiKeys(of: $of) { totalCount } }', { of: call })],
      ['another mutation', json('mutation { signOut }')],
      ['invalid', json('{ nothingLikeThis }')],
      ['a syntax error', json('{')],
      ['predict without variables', json(PREDICT)],
      ['predict with a null variable', json(PREDICT, { ...call, spectra: null })],
      [
        'a skipped predict',
        json('mutation { predict(deploymentId: "", spectra: []) @skip(if: true) { logId } }'),
      ],
      ['an unknown operation', json(PREDICT, call, { operationName: 'None' })],
      ['extensions', json(PREDICT, call, { extensions: {} })],
      ['no query', '{}'],
      ['a list', '[]'],
      ['no JSON', '{"query": '],
      ['nothing', ''],
      ['a longer body than allowed', json(PREDICT, call, { padding: ' '.repeat(17 * 1024 * 1024) })],
    ].map(([name, body]) => [name, (on, key) => post(on, key, body ?? '')]),
  );
  Object.assign(requests, {
    'text/plain': (on: Service, key: Key) => post(on, key, 'text', { 'content-type': 'text/plain' }),
    'a compressed body': (on: Service, key: Key) => post(on, key, 'x', { 'content-encoding': 'gzip' }),
    'another Accept': (on: Service, key: Key) =>
      post(on, key, json(PREDICT, call), { accept: 'application/graphql-response+json' }),
    'an Accept that is not offered': (on: Service, key: Key) =>
      post(on, key, json(PREDICT, call), { accept: 'image/png' }),
    GET: (on: Service, key: Key) =>
      fetch(`${on.url}/graphql?query={__typename}`, { headers: { authorization: `Bearer ${key.rawKey}` } }),
    'GET with a mutation': (on: Service, key: Key) =>
      fetch(`${on.url}/graphql?query=mutation{signOut}`, {
        headers: { authorization: `Bearer ${key.rawKey}`, 'apollo-require-preflight': '1' },
      }),
  });
  await setPlan(service.db, lab.owner.organization.slug, 'ENTERPRISE');
  for (const [what, send] of Object.entries(requests)) {
    const key = await createKey(service, lab.owner, { deploymentId: lab.deploymentId });
    await warm(key);
    // Twice, as a document is parsed once.
    for (const time of [1, 2]) {
      const answer = await seen(await send(service, key));
      expect(answer, `${what} before, ${time}`).toEqual(await seen(await send(cold, key)));
    }
    await warm(key);
    const before = await recordOf(service, lab.deploymentId);
    await cold.ask(REVOKE_KEY, { id: key.id }, lab.owner);
    for (const time of [1, 2]) {
      const answer = await seen(await send(service, key));
      expect(answer, `${what}, ${time}`).toMatchObject({ status: what === 'a compressed body' ? 415 : 403 });
      expect(answer, `${what}, ${time}`).toEqual(await seen(await send(cold, key)));
    }
    expect(await recordOf(service, lab.deploymentId)).toEqual(before);
  }
}, 60_000);

describe('anything but success is judged again by the present state, but', () => {
  test('a bad input runs no model', async () => {
    await warm(ofDeployment);
    const wrong = { spectra: [{ sampleName: 'short', yValues: [1, 2] }] };
    const grown = await growth(async () => {
      const answer = await predict(ofDeployment, service, wrong);
      expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
      expect(answer.text).toBe((await predict(ofDeployment, cold, wrong)).text);
    });
    expect(grown).toMatchObject({ lookUps: 1, settlements: 0, runs: 0, failedRuns: 0 });
  });

  test('a model that fails is run once', async () => {
    const { deploymentId } = await deploy(service, lab.owner, linearRegression({ weights: [1e30] }), 'Steep');
    await warm(ofProject);
    const call = { deploymentId, spectra: [{ sampleName: 'steep', yValues: [1e30] }] };
    // The key remembers the new deployment too.
    expect(await predict(ofProject, service, { deploymentId })).toMatchObject({ status: 200 });
    const grown = await growth(async () => {
      expect(await predict(ofProject, service, call)).toMatchObject(refusal(codes.MODEL_FAILED));
    });
    expect(grown).toMatchObject({ lookUps: 1, settlements: 0, runs: 0, failedRuns: 1 });
    expect(await recordOf(service, deploymentId)).toEqual({ charged: 1, logged: 1 });
  });

  test('a model that takes too long is run once, and its end is counted once', async () => {
    const { deploymentId, modelId } = await deploy(service, lab.owner, loopingRegression(), 'Looping');
    const rounds = (most: number) => ({ deploymentId, spectra: [{ sampleName: 'a', yValues: [1, most] }] });
    expect(await predict(ofProject, service, rounds(1))).toMatchObject({ status: 200 });
    const started = performance.now();
    const grown = await growth(async () => {
      expect(await predict(ofProject, service, rounds(1e15))).toMatchObject(refusal(codes.MODEL_FAILED));
    });
    expect(performance.now() - started).toBeLessThan(2000);
    expect(grown).toMatchObject({ lookUps: 1, runs: 0, failedRuns: 1 });
    const { failures } = await service.db
      .selectFrom('modelQuarantines')
      .select('failures')
      .where('modelId', '=', modelId)
      .executeTakeFirstOrThrow();
    expect(failures).toHaveLength(1);
  });

  test('a model runs again only if the deployment has another one', async () => {
    await warm(ofDeployment);
    await execute(sql`update deployments set description = 'changed' where id = ${lab.deploymentId}`);
    expect(await growth(() => predict(ofDeployment))).toMatchObject({ lookUps: 1, settlements: 2, runs: 1 });
    const { modelId } = await deployLine([5], 'Five');
    await execute(sql`update deployments set model_id = ${modelId} where id = ${lab.deploymentId}`);
    const grown = await growth(async () => {
      expect((await predict(ofDeployment)).data?.predict.predictions).toMatchObject([{ value: 15 }]);
    });
    expect(grown).toMatchObject({ lookUps: 1, settlements: 2, runs: 2 });
  });

  test('a settlement that failed is not repeated, as it may have been charged all the same', async () => {
    await execute(sql`create sequence tries`);
    await execute(sql`
      create function fail() returns trigger language plpgsql as $$
      begin
        perform nextval('tries');
        raise exception 'failed';
      end $$`);
    onTestFinished(
      () => void execute(sql`drop function fail() cascade`).then(() => execute(sql`drop sequence tries`)),
    );
    await warm(ofDeployment);
    const before = await recordOf(service, lab.deploymentId);
    await execute(
      sql`create trigger fail before insert on prediction_logs for each row execute function fail()`,
    );
    expect(await predict(ofDeployment)).toMatchObject(refusal(codes.INTERNAL_SERVER_ERROR));
    const { rows } = await sql`select last_value::int as tries from tries`.execute(service.db);
    expect(rows).toEqual([{ tries: 1 }]);
    expect(await recordOf(service, lab.deploymentId)).toEqual(before);
    await execute(sql`drop trigger fail on prediction_logs`);
    expect(await predict(ofDeployment)).toMatchObject({ status: 200 });
  });
});

describe('a repeated call whose key is remembered', () => {
  const REPEATABLE = `mutation ($deploymentId: ID!, $spectra: [SpectrumInput!]!, $idempotencyKey: String!) {
    predict(deploymentId: $deploymentId, spectra: $spectra, idempotencyKey: $idempotencyKey) {
      predictions { sampleName value } logId model { id }
    }
  }`;
  const repeat = (key: Credential, on = service, more: object = {}) =>
    on.call(
      REPEATABLE,
      { deploymentId: lab.deploymentId, spectra: spectra(), idempotencyKey: 'once', ...more },
      key,
    );

  test('gets the first answer and is charged once, also over the quota and while the deployment is inactive', async () => {
    await warm(ofDeployment);
    const first = await repeat(ofDeployment);
    expect(first).toMatchObject({ status: 200 });
    const states = [
      async () => {},
      () => setPro({ monthlyPredictions: 3 }),
      () => setPro({ monthlyPredictions: 0 }),
      () => execute(sql`update deployments set active = false where id = ${lab.deploymentId}`),
    ];
    for (const change of states) {
      await setPro({ monthlyPredictions: 1000 });
      await warm(ofDeployment).catch(() => {});
      await change();
      const before = await recordOf(service, lab.deploymentId);
      for (const on of [service, service, cold])
        expect((await repeat(ofDeployment, on)).text).toBe(first.text);
      expect(await recordOf(service, lab.deploymentId)).toEqual(before);
    }
  });

  test('is refused with another body, and after a revocation with any', async () => {
    await warm(ofDeployment);
    const first = await repeat(ofDeployment);
    await warm(ofDeployment);
    const other = { spectra: spectra(2) };
    expect(await repeat(ofDeployment, service, other)).toMatchObject(refusal(codes.IDEMPOTENCY_KEY_REUSED));
    await warm(ofDeployment);
    expect((await repeat(ofDeployment)).text).toBe(first.text);
    await warm(ofDeployment);
    const before = await recordOf(service, lab.deploymentId);
    await cold.ask(REVOKE_KEY, { id: ofDeployment.id }, lab.owner);
    for (const more of [{}, other, { idempotencyKey: 'new' }]) {
      const answer = await repeat(ofDeployment, service, more);
      expect(answer).toMatchObject(refusal(codes.API_KEY_REVOKED));
      expect(answer.text).not.toContain(first.data?.predict.logId);
    }
    expect(await recordOf(service, lab.deploymentId)).toEqual(before);
  });

  test.each([
    ['a quota', 1000],
    ['no quota', null],
  ])(
    'is charged once when sent 20 times at once to two servers, with %s',
    async (_what, monthlyPredictions) => {
      await setPro({ monthlyPredictions });
      await warm(ofDeployment);
      expect(await predict(ofDeployment, cold)).toMatchObject({ status: 200 });
      const before = await recordOf(service, lab.deploymentId);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => repeat(ofDeployment, index % 2 ? cold : service)),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      const { charged = 0, logged = 0 } = before ?? {};
      expect(await recordOf(service, lab.deploymentId)).toEqual({ charged: charged + 1, logged: logged + 1 });
    },
  );

  test('that takes the last of the quota is charged once, and every copy of it is answered', async () => {
    await setPro({ monthlyPredictions: 3 });
    await warm(ofDeployment);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => repeat(ofDeployment, index % 2 ? cold : service)),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 200 });
    expect(await recordOf(service, lab.deploymentId)).toEqual({ charged: 3, logged: 3 });
  });
});

test('facts take at most 16 MiB: the keys that were used least recently are forgotten, and no raw key is kept', () => {
  const remembered = startRememberedKeys();
  const name = 'n'.repeat(100_000);
  const keys = Array.from({ length: 200 }, () => generateRawKey());
  for (const { digest, prefix } of keys) {
    remembered.remember({
      id: newId(),
      name,
      prefix,
      digest,
      scopes: ['PREDICT'],
      expiresAt: null,
      allowedNetworks: null,
      callsPerMinute: null,
      rootId: newId(),
      monthlyPredictions: null,
      used: 0,
      revision: '1',
      organizationId: newId(),
      organizationSlug: 'laboratory',
      projectId: newId(),
      allowApiPredict: true,
      quota: null,
      deployments: [],
    });
  }
  const found = keys.map(({ text }) => remembered.find(text, new Date()));
  const count = found.filter(key => key !== undefined).length;
  expect(count).toBeGreaterThan(50);
  // A character takes up to two bytes.
  expect(count * 2 * name.length).toBeLessThanOrEqual(16 * 1024 * 1024);
  expect(found.slice(-count).every(key => key !== undefined)).toBe(true);
  for (const [i, key] of found.entries()) expect(JSON.stringify(key) ?? '').not.toContain(keys[i]?.text);
});
