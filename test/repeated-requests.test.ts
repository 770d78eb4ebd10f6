import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { makeLogPartitions } from '../src/predictions/partitions.ts';
import {
  CREATE_KEY,
  type Credential,
  codes,
  createKey,
  DELETE_KEY,
  deploy,
  type Lab,
  LIST_KEYS,
  openLab,
  refusal,
  type Service,
  startService,
} from './harness.ts';
import { linearRegression } from './onnx-files.ts';

const PREDICT = `mutation Predict($deploymentId: ID!, $spectra: [SpectrumInput!]!, $idempotencyKey: String) {
  predict(deploymentId: $deploymentId, spectra: $spectra, idempotencyKey: $idempotencyKey) {
    predictions { sampleName value category } logId model { id }
  }
}`;

let now = new Date();
let servers: [Service, Service];
let lab: Lab;
let key: { id: string; rawKey: string };

beforeAll(async () => {
  const clock = () => now;
  const first = await startService({ now: clock });
  servers = [first, await startService({ now: clock, databaseUrl: first.databaseUrl })];
});
afterAll(() => Promise.all(servers.map(server => server.close())));

beforeEach(async () => {
  now = new Date();
  lab = await openLab(servers[0]);
  const onnx = linearRegression({ weights: [1, 2], intercept: 0.1 });
  lab.deploymentId = (await deploy(servers[0], lab.owner, onnx, 'Two points')).deploymentId;
  key = await createKey(servers[0], lab.owner, { projectId: lab.owner.projectId });
});

const spectra = (count = 2) =>
  Array.from({ length: count }, (_, index) => ({ sampleName: `sample ${index}`, yValues: [index, 1 / 3] }));

interface Call {
  idempotencyKey?: string | null;
  spectra?: ReturnType<typeof spectra>;
  deploymentId?: string;
}

const variablesOf = (call: Call) => ({ deploymentId: lab.deploymentId, spectra: spectra(), ...call });
const predict = (call: Call, as: Credential = key, on: Service = servers[0]) =>
  on.call(PREDICT, variablesOf(call), as);

/** What was charged and logged for the deployment. */
async function onRecord(deploymentId = lab.deploymentId) {
  const { db } = servers[0];
  const logs = await db
    .selectFrom('predictionLogs')
    .select('id')
    .where('deploymentId', '=', deploymentId)
    .execute();
  const usage = await db
    .selectFrom('deploymentUsage')
    .select(eb => eb.fn.coalesce(eb.fn.sum<number>('predictions'), eb.lit(0)).as('predictions'))
    .where('deploymentId', '=', deploymentId)
    .executeTakeFirstOrThrow();
  return { logIds: logs.map(({ id }) => id).sort(), charged: Number(usage.predictions) };
}

describe('a repeated predict', () => {
  test('gets the first answer, from any server, with one charge and one log', async () => {
    const first = await predict({ idempotencyKey: 'a' });
    expect(first).toMatchObject({ status: 200, errors: [] });
    for (const server of [...servers, ...servers]) {
      expect((await predict({ idempotencyKey: 'a' }, key, server)).text).toBe(first.text);
    }
    // Spaces around the key do not count, as in every name.
    expect((await predict({ idempotencyKey: ' a ' })).text).toBe(first.text);
    expect(await onRecord()).toEqual({ logIds: [first.data?.predict.logId], charged: 2 });
  });

  test('is another call with another key, or with none', async () => {
    const answers = [
      await predict({ idempotencyKey: 'a' }),
      await predict({ idempotencyKey: 'b' }),
      await predict({}),
      await predict({}),
      await predict({ idempotencyKey: null }),
    ];
    expect(new Set(answers.map(({ data }) => data?.predict.logId)).size).toBe(5);
    expect((await onRecord()).charged).toBe(10);
  });

  test('with the key of another request is refused, and costs nothing', async () => {
    const other = await deploy(servers[0], lab.owner, linearRegression({ weights: [1, 1] }), 'Another');
    await predict({ idempotencyKey: 'a' });
    const [one, two] = spectra();
    if (!one || !two) throw new Error('no spectra');
    const others: Call[] = [
      { spectra: [two, one] },
      { spectra: [one] },
      { spectra: [one, two, two] },
      { spectra: [one, { ...two, sampleName: 'sample 9' }] },
      { spectra: [one, { ...two, yValues: [1, 1 / 3 + Number.EPSILON] }] },
      { deploymentId: other.deploymentId },
    ];
    for (const call of others) {
      expect(await predict({ ...call, idempotencyKey: 'a' })).toMatchObject(
        refusal(codes.IDEMPOTENCY_KEY_REUSED),
      );
    }
    expect((await onRecord()).charged).toBe(2);
    expect((await onRecord(other.deploymentId)).charged).toBe(0);
  });

  test('is distinguished from the calls of others with the same key', async () => {
    const otherKey = await createKey(servers[0], lab.owner, { projectId: lab.owner.projectId });
    const answers = [];
    for (const as of [key, otherKey, lab.owner]) answers.push(await predict({ idempotencyKey: 'a' }, as));
    expect(new Set(answers.map(({ data }) => data?.predict.logId)).size).toBe(3);
    expect((await predict({ idempotencyKey: 'a' }, lab.owner)).text).toBe(answers[2]?.text);
    expect((await onRecord()).charged).toBe(6);
  });

  test('gets its answer also where the call would be refused by now', async () => {
    const first = await predict({ idempotencyKey: 'a' });
    const { db } = servers[0];
    await db.updateTable('plans').set({ monthlyPredictions: 2 }).where('name', '=', 'PRO').execute();
    onTestFinished(async () => {
      await db.updateTable('plans').set({ monthlyPredictions: 100_000 }).where('name', '=', 'PRO').execute();
    });
    expect(await predict({ idempotencyKey: 'b' })).toMatchObject(refusal(codes.QUOTA_EXCEEDED));
    expect((await predict({ idempotencyKey: 'a' })).text).toBe(first.text);
    const switchOff = 'mutation ($id: ID!) { setDeploymentActive(id: $id, active: false) { active } }';
    await servers[0].ask(switchOff, { id: lab.deploymentId }, lab.owner);
    expect(await predict({ idempotencyKey: 'b' })).toMatchObject(refusal(codes.DEPLOYMENT_INACTIVE));
    expect((await predict({ idempotencyKey: 'a' })).text).toBe(first.text);
    expect((await onRecord()).charged).toBe(2);
  });

  test('is executed when it failed before: a failed call stored nothing', async () => {
    const { db } = servers[0];
    const setQuota = (monthlyPredictions: number) =>
      db.updateTable('plans').set({ monthlyPredictions }).where('name', '=', 'PRO').execute();
    onTestFinished(async () => {
      await setQuota(100_000);
    });
    // Both find room for one of them, and one is refused when it is settled.
    await setQuota(3);
    const answers = await Promise.all(
      ['a', 'b'].map((idempotencyKey, index) => predict({ idempotencyKey }, key, servers[index])),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, refusal(codes.QUOTA_EXCEEDED).status]);
    expect((await onRecord()).charged).toBe(2);
    await setQuota(100);
    for (const [index, idempotencyKey] of ['a', 'b'].entries()) {
      const again = await predict({ idempotencyKey });
      expect(again.status).toBe(200);
      if (answers[index]?.status === 200) expect(again.text).toBe(answers[index]?.text);
    }
    expect((await onRecord()).charged).toBe(4);
  });

  test('at the same time gets the same answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => predict({ idempotencyKey: 'a' }, key, servers[index % 2])),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await onRecord()).toEqual({ logIds: [answers[0]?.data?.predict.logId], charged: 2 });
  });

  test('beside calls without a key is charged once, and each of those, too', async () => {
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_, index) =>
        // Of three calls, two are the same.
        predict(index % 3 ? { idempotencyKey: `${Math.floor(index / 3)}` } : {}, key, servers[index % 2]),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const logIds = [...new Set(answers.map(({ data }) => data?.predict.logId))].sort();
    expect(logIds).toHaveLength(80);
    expect(await onRecord()).toEqual({ logIds, charged: 160 });
  });

  test('at the same time with other input is refused, all but one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        predict({ idempotencyKey: 'a', spectra: spectra(index + 1) }, key, servers[index % 2]),
      ),
    );
    const { status } = refusal(codes.IDEMPOTENCY_KEY_REUSED);
    expect(answers.map(answer => answer.status).sort()).toEqual([200, ...Array(9).fill(status)]);
    expect((await onRecord()).logIds).toHaveLength(1);
  });

  test('is a new call after 24 hours, and the old key is dropped', async () => {
    const first = await predict({ idempotencyKey: 'a' });
    now = new Date(now.getTime() + 24 * 60 * 60 * 1000 - 1);
    await makeLogPartitions(servers[0].db, now);
    expect((await predict({ idempotencyKey: 'a' })).text).toBe(first.text);
    now = new Date(now.getTime() + 1);
    const next = await predict({ idempotencyKey: 'a', spectra: spectra(1) });
    expect(next.status).toBe(200);
    expect(next.data?.predict.logId).not.toBe(first.data?.predict.logId);
    expect((await onRecord()).charged).toBe(3);

    const held = () => servers[0].db.selectFrom('idempotencyKeys').select('digest').execute();
    await predict({ idempotencyKey: 'b' });
    // More than one statement deletes at once.
    await sql`
      insert into idempotency_keys (digest, request, result_id, created_at)
      select sha256(number::text::bytea), sha256(''), gen_random_uuid(), ${now}
      from generate_series(1, 10001) number`.execute(servers[0].db);
    now = new Date(now.getTime() + 24 * 60 * 60 * 1000);
    const another = await startService({ now: () => now, databaseUrl: servers[0].databaseUrl });
    onTestFinished(another.close);
    expect(await held()).toEqual([]);
  });

  test.each([
    ['nothing', ''],
    ['blanks', '  '],
    ['201 characters', 'x'.repeat(201)],
    ['NUL', 'a\0b'],
    ['half of a surrogate pair', '\ud800'],
    ['a line break', 'a\nb'],
  ])('is refused with a key of %s', async (_what, idempotencyKey) => {
    const answer = await predict({ idempotencyKey });
    expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
    expect(answer.errors[0]?.message).toMatch(/^An idempotency key /);
    expect((await onRecord()).charged).toBe(0);
  });

  test('may have a key of 200 characters', async () => {
    const idempotencyKey = '🔬'.repeat(200);
    const first = await predict({ idempotencyKey });
    expect(first.status).toBe(200);
    expect((await predict({ idempotencyKey })).text).toBe(first.text);
  });

  test('delays no call without a key while its own deployment stays locked', async () => {
    const other = await deploy(servers[0], lab.owner, linearRegression({ weights: [1, 1] }), 'Another');
    await predict({});
    const locked = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const holder = servers[1].db.transaction().execute(async trx => {
      await trx
        .selectFrom('deploymentUsage')
        .select('month')
        .where('deploymentId', '=', lab.deploymentId)
        .forUpdate()
        .execute();
      locked.resolve();
      await done.promise;
    });
    await locked.promise;
    const waiting = Promise.all(
      Array.from({ length: 12 }, (_, index) => predict({ idempotencyKey: `waits ${index}` })),
    );
    const elsewhere = { deploymentId: other.deploymentId };
    for (let index = 0; index < 10; index++) {
      expect((await predict(elsewhere)).status).toBe(200);
      expect((await predict({ ...elsewhere, idempotencyKey: `${index}` })).status).toBe(200);
    }
    expect((await waiting).map(({ code }) => code)).toEqual(Array(12).fill(codes.UNAVAILABLE));
    done.resolve();
    await holder;
    // They were answered that nothing was done: each is executed when it is repeated.
    for (let index = 0; index < 12; index++) {
      expect((await predict({ idempotencyKey: `waits ${index}` })).status).toBe(200);
    }
    expect((await onRecord()).charged).toBe(26);
  });
});

describe('a repeated createApiKey', () => {
  const create = (more: object = {}, on: Service = servers[0], as: Credential = lab.owner) =>
    on.call(
      CREATE_KEY,
      {
        input: { target: { deploymentId: lab.deploymentId }, name: 'LIMS', idempotencyKey: 'a', ...more },
      },
      as,
    );
  const held = async () => {
    const { apiKeys } = await servers[0].ask(
      LIST_KEYS,
      { of: { projectId: lab.owner.projectId } },
      lab.owner,
    );
    return apiKeys.nodes.filter(({ id }) => id !== key.id);
  };

  test('makes no second key, and returns the first, without its secret', async () => {
    const first = await create();
    const made = first.data?.createApiKey.apiKey;
    expect(first.data?.createApiKey.rawKey).toMatch(/^sk_/);
    for (const server of servers) {
      const again = await create({}, server);
      expect(again).toMatchObject(refusal(codes.API_KEY_ALREADY_CREATED));
      expect(again.errors[0]?.extensions).toMatchObject({ apiKeyId: made?.id });
      expect(again.errors[0]?.message).toContain(`"LIMS" (${made?.prefix}...)`);
      expect(again.errors[0]?.message).toContain('delete that key');
      expect(again.text).not.toContain(first.data?.createApiKey.rawKey);
    }
    expect((await held()).map(({ id }) => id)).toEqual([made?.id]);
    // Also once it is deleted.
    await servers[0].ask(DELETE_KEY, { id: made?.id }, lab.owner);
    expect((await create()).errors[0]?.message).toBe(
      `This request already created the API key "LIMS" (${made?.prefix}...), which was deleted since. Create or rotate again with a new idempotencyKey.`,
    );
    expect(await held()).toEqual([]);
  });

  test('with other input is refused; with another key, or by another person, it is another request', async () => {
    await create({ expiresAt: new Date(now.getTime() + 60_000) });
    const target = { projectId: lab.owner.projectId };
    for (const more of [{}, { name: 'Another' }, { target }]) {
      expect(await create(more)).toMatchObject(refusal(codes.IDEMPOTENCY_KEY_REUSED));
    }
    expect(await create({ idempotencyKey: 'b' })).toMatchObject({ status: 200 });
    const other = await openLab(servers[0]);
    expect(
      await create({ target: { deploymentId: other.deploymentId } }, servers[0], other.owner),
    ).toMatchObject({ status: 200 });
    expect(await create({ idempotencyKey: '' })).toMatchObject(refusal(codes.BAD_USER_INPUT));
    expect(await held()).toHaveLength(2);
    // A key of predict does not count for createApiKey.
    expect((await predict({ idempotencyKey: 'a' }, lab.owner)).status).toBe(200);
  });

  test('at the same time makes one key, also where it is the last that the plan allows', async () => {
    for (let count = 0; count < 8; count++) {
      await createKey(servers[0], lab.owner, { projectId: lab.owner.projectId });
    }
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => create({}, servers[index % 2])),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ code }) => code === codes.API_KEY_ALREADY_CREATED)).toHaveLength(9);
    expect(await held()).toHaveLength(9);
    expect(await create({ idempotencyKey: 'b' })).toMatchObject(refusal(codes.API_KEY_LIMIT_REACHED));
    expect(await create()).toMatchObject(refusal(codes.API_KEY_ALREADY_CREATED));
  });

  test('that failed before is executed', async () => {
    for (let count = 0; count < 9; count++) {
      await createKey(servers[0], lab.owner, { projectId: lab.owner.projectId });
    }
    expect(await create()).toMatchObject(refusal(codes.API_KEY_LIMIT_REACHED));
    const [last] = await held();
    await servers[0].ask(DELETE_KEY, { id: last?.id }, lab.owner);
    expect(await create()).toMatchObject({ status: 200 });
  });
});
