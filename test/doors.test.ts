import { sql } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { generateRawKey } from '../src/api-keys/raw-key.ts';
import type { Code } from '../src/errors.ts';
import { callThrough, DOORS, type Door, graphql, type PredictCall, rest } from './doors.ts';
import {
  type Credential,
  codes,
  createKey,
  demonstration,
  deploy,
  gasoline,
  type Lab,
  openLab,
  REHEARSE,
  REVOKE_KEY,
  recordOf,
  refusal,
  type Service,
  spectraOf,
  startService,
} from './harness.ts';
import { linearRegression } from './onnx-files.ts';

let service: Service;
/** On the same database, without anything remembered. */
let cold: Service;
let lab: Lab;
let key: { id: string; rawKey: string };
/** Deployments of a classifier, a model with limits of applicability, and one with an x axis. */
let classifier: string;
let limited: string;
let withAxis: string;

beforeAll(async () => {
  service = await startService();
  cold = await startService({ databaseUrl: service.databaseUrl });
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
  ({ deploymentId: classifier } = await deploy(service, lab.owner, demonstration('oil-type.onnx'), 'Oil'));
  limited = (await deploy(service, lab.owner, demonstration('octane-with-limits.onnx'), 'Limited'))
    .deploymentId;
  const line = await deploy(service, lab.owner, linearRegression({ weights: [1, 1] }), 'Line');
  withAxis = line.deploymentId;
  await service.ask(
    'mutation ($input: SetModelXAxisInput!) { setModelXAxis(input: $input) { id } }',
    {
      input: { modelId: line.modelId, quantity: 'WAVELENGTH', unit: 'nm', values: [900, 902] },
    },
    lab.owner,
  );
});
afterAll(async () => {
  await cold.close();
  await service.close();
});

const call = (
  door: Door,
  more: Partial<PredictCall> = {},
  as: Credential | undefined = key,
  on: Service = service,
) => callThrough(door, on, { deploymentId: lab.deploymentId, spectra: gasoline(), ...more }, as);

/** The log of a call, without what differs between any two calls. */
async function logOf(logId: string | undefined) {
  const { rows } = await sql`
    select to_jsonb(log) - 'id' - 'created_at' - 'duration_ms' as log from prediction_logs as log where id = ${logId}`.execute(
    service.db,
  );
  return rows;
}

/** Two points, for the model with an axis. */
const twoPoints = [{ sampleName: 'two', yValues: [1, 2] }];

describe('the same call has the same answer, log and usage through every door', () => {
  const calls: Record<string, () => Partial<PredictCall>> = {
    'of one spectrum': () => ({}),
    'of all held-out gasoline spectra': () => ({ spectra: spectraOf('gasoline-test.csv') }),
    'of a classification': () => ({
      deploymentId: classifier,
      spectra: spectraOf('mayonnaise-test.csv').slice(0, 9),
    }),
    'of a model with limits of applicability, one spectrum outside': () => ({
      deploymentId: limited,
      spectra: [
        ...spectraOf('gasoline-test.csv').slice(0, 2),
        { sampleName: 'flat', yValues: Array.from({ length: 401 }, () => 9) },
      ],
    }),
    'with x values': () => ({ deploymentId: withAxis, spectra: twoPoints, xValues: [900, 902] }),
  };
  test.each(Object.entries(calls))('%s', async (_what, make) => {
    const made = make();
    const deploymentId = made.deploymentId ?? lab.deploymentId;
    const outcomes = [];
    for (const door of DOORS) {
      const before = await recordOf(service, deploymentId);
      const { status, predictions, logId, xAxisChecked } = await call(door, made);
      const after = await recordOf(service, deploymentId);
      expect(predictions?.length).toBeGreaterThan(0);
      outcomes.push({
        status,
        predictions,
        xAxisChecked,
        log: await logOf(logId),
        charged: (after?.charged ?? 0) - (before?.charged ?? 0),
        logged: (after?.logged ?? 0) - (before?.logged ?? 0),
      });
    }
    expect(outcomes[0]).toMatchObject({ status: 200 });
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  });
});

describe('the same call has the same error through every door, and is not charged', () => {
  const many = (count: number) =>
    Array.from({ length: count }, () => gasoline()[0]).flatMap(one => one ?? []);
  const newKey = (more: { expiresAt?: Date } = {}) =>
    createKey(service, lab.owner, { deploymentId: lab.deploymentId }, more);
  /** Sets the plan of the laboratory for one test. */
  async function setPlan(values: { monthlyPredictions: number }) {
    const set = (row: typeof values) =>
      service.db.updateTable('plans').set(row).where('name', '=', 'PRO').execute();
    onTestFinished(async () => void (await set({ monthlyPredictions: 100_000 })));
    await set(values);
  }

  const cases: Record<
    string,
    [code: Code, make: () => Promise<{ more?: Partial<PredictCall>; as?: Credential }>]
  > = {
    'a key that does not exist': [
      codes.UNAUTHENTICATED,
      async () => ({ as: { rawKey: generateRawKey().text } }),
    ],
    'a key as the user name of a Basic credential': [
      codes.UNAUTHENTICATED,
      async () => ({ as: { headers: { authorization: `Basic ${btoa(`${key.rawKey}:`)}` } } }),
    ],
    'no credential': [codes.UNAUTHENTICATED, async () => ({ as: { headers: {} } })],
    'a Basic credential of a proxy': [
      codes.UNAUTHENTICATED,
      async () => ({ as: { headers: { authorization: `Basic ${btoa('ann:secret')}` } } }),
    ],
    'a revoked key': [
      codes.API_KEY_REVOKED,
      async () => {
        const revoked = await newKey();
        await service.ask(REVOKE_KEY, { id: revoked.id }, lab.owner);
        return { as: revoked };
      },
    ],
    'an expired key': [
      codes.API_KEY_EXPIRED,
      async () => {
        const expired = await newKey();
        await service.db
          .updateTable('apiKeys')
          .set({ expiresAt: new Date(0) })
          .where('id', '=', expired.id)
          .execute();
        return { as: expired };
      },
    ],
    'a deployment that the key does not reach': [
      codes.API_KEY_NOT_AUTHORIZED,
      async () => ({ more: { deploymentId: classifier }, as: await newKey() }),
    ],
    'a deployment that does not exist': [
      codes.API_KEY_NOT_AUTHORIZED,
      async () => ({ more: { deploymentId: newId() } }),
    ],
    'an inactive deployment': [
      codes.DEPLOYMENT_INACTIVE,
      async () => {
        const { deploymentId } = await deploy(service, lab.owner);
        await service.db
          .updateTable('deployments')
          .set({ active: false })
          .where('id', '=', deploymentId)
          .execute();
        return { more: { deploymentId } };
      },
    ],
    'no spectra': [codes.BAD_USER_INPUT, async () => ({ more: { spectra: [] } })],
    '1001 spectra': [codes.BAD_USER_INPUT, async () => ({ more: { spectra: many(1001) } })],
    'an empty name': [
      codes.BAD_USER_INPUT,
      async () => ({ more: { spectra: [{ sampleName: '', yValues: [] }] } }),
    ],
    'the wrong number of points': [
      codes.BAD_USER_INPUT,
      async () => ({ more: { spectra: [{ sampleName: 'short', yValues: [1, 2, 3] }] } }),
    ],
    'a value beyond float32': [
      codes.BAD_USER_INPUT,
      async () => ({
        more: { deploymentId: withAxis, spectra: [{ sampleName: 'big', yValues: [1, 1e300] }] },
      }),
    ],
    'x values that are not those of the model': [
      codes.BAD_USER_INPUT,
      async () => ({ more: { deploymentId: withAxis, spectra: twoPoints, xValues: [900, 904] } }),
    ],
    'x values in reverse': [
      codes.BAD_USER_INPUT,
      async () => ({ more: { deploymentId: withAxis, spectra: twoPoints, xValues: [902, 900] } }),
    ],
    'x values for a model without an axis': [
      codes.BAD_USER_INPUT,
      async () => ({ more: { xValues: Array.from({ length: 401 }, (_, i) => i) } }),
    ],
    'an idempotency key of 201 characters': [
      codes.BAD_USER_INPUT,
      async () => ({ more: { idempotencyKey: 'k'.repeat(201) } }),
    ],
    'an idempotency key of a different call': [
      codes.IDEMPOTENCY_KEY_REUSED,
      async () => {
        const idempotencyKey = newId();
        await call(graphql, { idempotencyKey, spectra: gasoline(2) });
        return { more: { idempotencyKey } };
      },
    ],
    'more spectra than are left this month': [
      codes.QUOTA_EXCEEDED,
      async () => {
        await setPlan({ monthlyPredictions: 1 });
        return { more: { spectra: many(2) } };
      },
    ],
    'a plan without API access': [
      codes.PLAN_FEATURE_REQUIRED,
      async () => {
        const free = await openLab(service);
        const withoutPlan = await createKey(service, free.owner, { deploymentId: free.deploymentId });
        await service.db
          .updateTable('organizations')
          .set({ plan: 'FREE' })
          .where('id', '=', free.owner.organization.id)
          .execute();
        return { more: { deploymentId: free.deploymentId }, as: withoutPlan };
      },
    ],
  };

  test.each(Object.entries(cases))('%s', async (_what, [code, make]) => {
    const { more = {}, as = key } = await make();
    const before = await recordOf(service, more.deploymentId ?? lab.deploymentId);
    const answers = [];
    for (const on of [service, cold]) for (const door of DOORS) answers.push(await call(door, more, as, on));
    for (const answer of answers) {
      expect(answer).toMatchObject(refusal(code));
      expect(answer.message).toBe(answers[0]?.message);
      for (const name of ['retry-after', 'www-authenticate', 'api-key-expires']) {
        const [value, first] = [answer, answers[0]].map(one => one?.headers.get(name));
        // The second may have changed between two calls.
        if (name === 'retry-after' && value) expect(Math.abs(Number(value) - Number(first))).toBeLessThan(5);
        else expect(value).toBe(first);
      }
      if (answer.text.startsWith('{"type"')) {
        expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
        expect(JSON.parse(answer.text)).toMatchObject({
          type: `/api#${code}`,
          title: expect.stringMatching(/^[^.]+\.$/),
          status: answer.status,
          request_id: answer.headers.get('x-request-id'),
        });
      }
    }
    expect(await recordOf(service, more.deploymentId ?? lab.deploymentId)).toEqual(before);
  });
});

test('an idempotency key that was used at one door replays at every other, with one charge and one log', async () => {
  for (const first of DOORS) {
    for (const second of DOORS) {
      for (const idempotencyKey of [newId(), 'with "quotes" and \\ backslashes']) {
        const { id, rawKey } = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
        const before = await recordOf(service, lab.deploymentId);
        const quoted = (door: Door) =>
          door === rest ? idempotencyKey.replace(/(["\\])/g, '\\$1') : idempotencyKey;
        const one = await call(first, { idempotencyKey: quoted(first) }, { rawKey });
        const two = await call(second, { idempotencyKey: quoted(second) }, { rawKey });
        expect(one.status).toBe(200);
        expect(two).toMatchObject({ status: 200, logId: one.logId, predictions: one.predictions });
        const after = await recordOf(service, lab.deploymentId);
        expect(after?.charged).toBe((before?.charged ?? 0) + 1);
        expect(after?.logged).toBe((before?.logged ?? 0) + 1);
        await service.ask(REVOKE_KEY, { id }, lab.owner);
      }
    }
  }
});

test('the next call after a revocation fails at every door, whichever the key used before, and on every server', async () => {
  for (const before of DOORS) {
    const revoked = await createKey(service, lab.owner, { projectId: lab.owner.projectId });
    for (const on of [service, cold]) expect((await call(before, {}, revoked, on)).status).toBe(200);
    await service.ask(REVOKE_KEY, { id: revoked.id }, lab.owner);
    const record = await recordOf(service, lab.deploymentId);
    for (const on of [service, cold]) {
      for (const door of DOORS) {
        expect(await call(door, {}, revoked, on)).toMatchObject(refusal(codes.API_KEY_REVOKED));
      }
    }
    expect(await recordOf(service, lab.deploymentId)).toEqual(record);
  }
});

test('every answer of every door to a key with an expiry reports it, and no answer to a key without one', async () => {
  const expiresAt = new Date(Date.now() + 86_400_000);
  const expiring = await createKey(service, lab.owner, { deploymentId: lab.deploymentId }, { expiresAt });
  for (const door of DOORS) {
    for (const more of [{}, {}, { spectra: [] }, { deploymentId: classifier }]) {
      const { headers } = await call(door, more, expiring);
      expect(headers.get('api-key-expires')).toBe(expiresAt.toISOString());
      expect((await call(door, more)).headers.get('api-key-expires')).toBeNull();
    }
  }
  // One of these does not exist, and one cannot be read: 404 and 405.
  for (const path of [
    'key',
    `deployments/${lab.deploymentId}`,
    'keys',
    `deployments/${lab.deploymentId}/predict`,
  ]) {
    const { headers } = await fetch(`${service.url}/api/${path}`, {
      headers: { authorization: `Bearer ${expiring.rawKey}` },
    });
    expect(headers.get('api-key-expires')).toBe(expiresAt.toISOString());
  }
  // Refusals, too.
  await service.ask(REHEARSE, { id: expiring.id, minutes: 1 }, lab.owner);
  for (const end of [undefined, REVOKE_KEY]) {
    if (end) await service.ask(end, { id: expiring.id }, lab.owner);
    for (const door of DOORS) {
      const { status, headers } = await call(door, {}, expiring);
      expect([status, headers.get('api-key-expires')]).toEqual([403, expiresAt.toISOString()]);
    }
  }
});
