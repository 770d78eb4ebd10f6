import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setPlan } from '../src/accounts/plans.ts';
import type { SpectrumInput } from '../src/generated/graphql.ts';
import {
  codes,
  createKey,
  DELETE_KEY,
  demonstration,
  deploy,
  gasoline,
  join,
  type Lab,
  LIST_KEYS,
  openLab,
  PREDICT,
  refusal,
  type Service,
  signUp,
  spectraOf,
  startService,
} from './harness.ts';
import { constant, linearRegression, node, onnxFile, tensorInfo } from './onnx-files.ts';

const MINUTE = 60_000;

let service: Service;
let lab: Lab;
let key: { id: string; rawKey: string; prefix: string };
let now = new Date();

beforeAll(async () => {
  service = await startService({ now: () => now });
  lab = await openLab(service);
  key = await createKey(service, lab.owner, { projectId: lab.owner.projectId }, { name: 'LIMS' });
});
afterAll(() => service.close());

const predict = (
  deploymentId: string,
  spectra: SpectrumInput[],
  as: { rawKey: string } | { cookie: string } = key,
) => service.call(PREDICT, { deploymentId, spectra }, as);

async function logsOf(deploymentId: string, page: object = {}) {
  const { deployment } = await service.ask(
    `query Logs($id: ID!, $first: Int, $after: String) {
      deployment(id: $id) {
        usage { month predictions limit }
        predictionLogs(first: $first, after: $after) {
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
          edges { cursor node { id } }
          nodes { id createdAt source durationMs apiKeyId apiKeyName apiKeyPrefix apiKey { id }
                  predictions { sampleName value category } }
        }
      }
    }`,
    { id: deploymentId, ...page },
    lab.owner,
  );
  if (!deployment) throw new Error('the deployment is not visible');
  return { usage: deployment.usage, ...deployment.predictionLogs };
}

async function lastUse(id: string) {
  const { apiKeys } = await service.ask(LIST_KEYS, { of: { projectId: lab.owner.projectId } }, lab.owner);
  const lastUsedAt = apiKeys.nodes.find(key => key.id === id)?.lastUsedAt;
  return { lastUsedAt: lastUsedAt ? new Date(lastUsedAt) : null };
}

/** A model of one point that returns `answer` of it: the identity shows which spectrum an answer belongs to. */
function onePoint(answer: 'Identity' | 'Log'): Uint8Array {
  return onnxFile({
    input: [tensorInfo('X', 'float32', ['n', 1])],
    output: [tensorInfo('y', 'float32', ['n', 1])],
    node: [node(answer, ['X'], ['y'])],
    initializer: [constant('unused', 'float32', [1], [0])],
  });
}
const point = (value: number, sampleName = 'sample'): SpectrumInput => ({ sampleName, yValues: [value] });

describe('published calibrations', () => {
  interface Expected {
    octane: { sampleName: string; value: number; measured: number }[];
    oilType: { sampleName: string; category: string }[];
  }
  const expected: Expected = JSON.parse(demonstration('expected.json').toString());

  test('octane numbers equal those of another implementation within 0.001, RMSEP 0.2445', async () => {
    const { data } = await predict(lab.deploymentId, spectraOf('gasoline-test.csv'));
    const predictions = data?.predict.predictions ?? [];
    expect(predictions.map(({ sampleName }) => sampleName)).toEqual(
      expected.octane.map(({ sampleName }) => sampleName),
    );
    let squares = 0;
    for (const [index, { value, measured }] of expected.octane.entries()) {
      const predicted = predictions[index]?.value ?? Number.NaN;
      expect(Math.abs(predicted - value)).toBeLessThan(0.001);
      expect(predictions[index]?.category).toBeNull();
      squares += (predicted - measured) ** 2;
    }
    expect(Math.abs(Math.sqrt(squares / expected.octane.length) - 0.2445)).toBeLessThan(0.001);
  });

  test('42 of 42 oil types are right', async () => {
    const oilType = await deploy(service, lab.owner, demonstration('oil-type.onnx'), 'Oil type');
    const { data } = await predict(oilType.deploymentId, spectraOf('mayonnaise-test.csv'));
    expect(expected.oilType).toHaveLength(42);
    expect(data?.predict.predictions).toEqual(
      expected.oilType.map(({ sampleName, category }) => ({ sampleName, category, value: null })),
    );
  });
});

test('predictPayload names the model that predicted, for programs too', async () => {
  const { predict: answer } = await service.ask(
    `mutation Predict($deploymentId: ID!, $spectra: [SpectrumInput!]!) {
      predict(deploymentId: $deploymentId, spectra: $spectra) {
        model { id name version kind targetProperty unit inputLength }
      }
    }`,
    { deploymentId: lab.deploymentId, spectra: gasoline() },
    key,
  );
  expect(answer.model).toEqual({
    id: lab.modelId,
    name: 'Octane',
    version: 1,
    kind: 'REGRESSION',
    targetProperty: 'octane number',
    unit: null,
    inputLength: 401,
  });
});

describe('spectra', () => {
  let identity: string;
  beforeAll(async () => {
    identity = (await deploy(service, lab.owner, onePoint('Identity'), 'Identity')).deploymentId;
  });

  test('are answered in their order, 1000 in a call', async () => {
    const spectra = Array.from({ length: 1000 }, (_, index) => point((index * 7919) % 1000, `s-${index}`));
    const { data } = await predict(identity, spectra);
    expect(data?.predict.predictions).toEqual(
      spectra.map(({ sampleName, yValues: [value] }) => ({ sampleName, value, category: null })),
    );
    expect((await logsOf(identity, { first: 1 })).nodes[0]?.predictions).toEqual(data?.predict.predictions);
  });

  test('are 1 to 1000 in a call', async () => {
    for (const count of [0, 1001]) {
      const answer = await predict(
        identity,
        Array.from({ length: count }, () => point(1)),
      );
      expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
      expect(answer.errors[0]?.message).toBe(
        `A call takes 1 to 1000 spectra, but this one has ${count}. ${count === 0 ? 'Send at least one.' : 'Send them in several calls.'}`,
      );
    }
  });

  test('have as many points as the model takes, and the refusal names the one that does not', async () => {
    const [good] = gasoline();
    const yValues = good?.yValues ?? [];
    for (const points of [400, 402, 0]) {
      const bad = { sampleName: 'X', yValues: [...yValues, 0].slice(0, points) };
      const answer = await predict(lab.deploymentId, [...gasoline(3), bad]);
      expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
      expect(answer.errors.map(({ message }) => message)).toEqual([
        `Spectrum 'X' has ${points} points, expected 401`,
      ]);
    }
  });

  test('keep their sample names, for any valid text', async () => {
    const names = [
      'Probe 7 — Düsseldorf/試料 №3',
      ' spaces around ',
      '\ttab and\nnewline',
      '🧪'.repeat(200),
      'x'.repeat(200),
      "'; drop table prediction_logs; --",
      '"quoted" \\ {"json":true} {x} <b>',
      '__proto__',
      '\u0001\u007f\u2028\ufeff\ufffe',
      'e\u0301 is not \u00e9',
    ];
    const { data } = await predict(
      identity,
      names.map(name => point(1, name)),
    );
    expect(data?.predict.predictions.map(({ sampleName }) => sampleName)).toEqual(names);
    const [log] = (await logsOf(identity, { first: 1 })).nodes;
    expect(log?.predictions.map(({ sampleName }) => sampleName)).toEqual(names);
  });

  test('have a sample name of 1 to 200 characters of valid text', async () => {
    for (const name of ['', 'x'.repeat(201), '🧪'.repeat(201), 'nul \0', 'half \ud83e', '\udd87 half']) {
      expect(await predict(identity, [point(1, 'good'), point(1, name)])).toMatchObject(
        refusal(codes.BAD_USER_INPUT),
      );
    }
  });

  test('hold numbers that float32 can hold, and the refusal names the first that it cannot', async () => {
    const largest = 3.4028234663852886e38;
    const { data } = await predict(identity, [point(largest), point(-largest), point(1e-60), point(-0)]);
    expect(data?.predict.predictions.map(({ value }) => value)).toEqual([largest, -largest, 0, 0]);
    for (const value of [3.41e38, -3.41e38, 1e39, 1.7e308]) {
      const answer = await predict(identity, [point(1), point(value, 'hot')]);
      expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
      expect(answer.errors[0]?.message).toBe(
        "Spectrum 'hot' has a value beyond ±3.4e38 at point 1. Correct the value, or leave the spectrum out.",
      );
    }
  });

  test('hold numbers only', async () => {
    const before = await logsOf(identity);
    for (const value of ['1', null, true, {}, [1]]) {
      const spectra = [{ sampleName: 'X', yValues: [value] }];
      const answer = await service.call(PREDICT, { deploymentId: identity, spectra }, key);
      expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
    }
    // JSON has no infinity, but its numbers can overflow to it.
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Api-Key ${key.rawKey}` },
      body: `{"query": ${JSON.stringify(PREDICT)}, "variables": {"deploymentId": "${identity}",
        "spectra": [{"sampleName": "X", "yValues": [1e400]}]}}`,
    });
    expect(response.status).toBe(refusal(codes.BAD_USER_INPUT).status);
    expect(await logsOf(identity)).toEqual(before);
  });
});

test('an inactive deployment answers 409 "Deployment is not active" to programs and people, until it is switched on', async () => {
  const { deploymentId } = await deploy(service, lab.owner, onePoint('Identity'), 'Switched');
  const setActive = (active: boolean) =>
    service.ask(
      'mutation Set($id: ID!, $active: Boolean!) { setDeploymentActive(id: $id, active: $active) { active } }',
      { id: deploymentId, active },
      lab.owner,
    );
  await setActive(false);
  for (const as of [key, lab.owner]) {
    const answer = await predict(deploymentId, [point(1)], as);
    expect(answer).toMatchObject(refusal(codes.DEPLOYMENT_INACTIVE));
    expect(answer.status).toBe(409);
    expect(answer.errors[0]?.message).toBe(
      'Deployment is not active. A contributor or owner of the project can switch it on.',
    );
  }
  await setActive(true);
  expect((await predict(deploymentId, [point(1)])).status).toBe(200);
  expect((await logsOf(deploymentId)).usage.predictions).toBe(1);
});

describe('a model that fails', () => {
  const positive = point(1, 'positive');
  const negative = point(-1, 'negative');

  test('on one spectrum (NaN) fails the whole call, which costs nothing and is not logged', async () => {
    const { deploymentId } = await deploy(service, lab.owner, onePoint('Log'), 'Logarithm');
    const { id, rawKey } = await createKey(service, lab.owner, { deploymentId });
    const answer = await predict(deploymentId, [positive, negative, positive], { rawKey });
    expect(answer).toMatchObject(refusal(codes.MODEL_FAILED));
    expect(await logsOf(deploymentId)).toMatchObject({ usage: { predictions: 0 }, nodes: [] });
    expect(await lastUse(id)).toEqual({ lastUsedAt: null });

    expect((await predict(deploymentId, [positive, positive], { rawKey })).status).toBe(200);
    expect((await logsOf(deploymentId)).usage.predictions).toBe(2);
  });

  test('on one spectrum of a thousand names its sample', async () => {
    const { deploymentId } = await deploy(service, lab.owner, onePoint('Log'), 'Named');
    const spectra = Array.from({ length: 1000 }, (_, i) => point(1, `S${i}`)).with(617, point(-1, 'Öl 3/b'));
    const answer = await predict(deploymentId, spectra);
    expect(answer).toMatchObject(refusal(codes.MODEL_FAILED));
    expect(answer.errors[0]?.message).toBe(
      "The model failed on spectrum 'Öl 3/b'; nothing was charged. Check its values, or try another version.",
    );
  });

  test('with an infinite answer fails in the same way', async () => {
    const steep = linearRegression({ weights: [1e30] });
    const { deploymentId } = await deploy(service, lab.owner, steep, 'Steep');
    expect(await predict(deploymentId, [point(1e30)])).toMatchObject(refusal(codes.MODEL_FAILED));
    expect(await logsOf(deploymentId)).toMatchObject({ usage: { predictions: 0 }, nodes: [] });
  });

  test('logs the cause, and the caller gets only that it failed', async () => {
    const { deploymentId, modelId } = await deploy(service, lab.owner, onePoint('Log'), 'Told');
    const { text } = await predict(deploymentId, [negative]);
    expect(text).not.toContain('NaN');
    const line = service.log.find(entry => entry.includes(modelId) && entry.includes('NaN'));
    expect(line).toBeDefined();
  });
});

test("a key's last use moves on success only, and never backwards", async () => {
  const { deploymentId } = await deploy(service, lab.owner, onePoint('Log'), 'Used');
  const used = await createKey(service, lab.owner, { deploymentId });
  const call = (value: number) => predict(deploymentId, [point(value)], used);

  for (const spectra of [[], [point(-1)], [{ sampleName: 'X', yValues: [1, 2] }]]) {
    expect((await predict(deploymentId, spectra, used)).status).not.toBe(200);
  }
  expect((await predict(lab.deploymentId, gasoline(), used)).status).not.toBe(200);
  expect(await lastUse(used.id)).toEqual({ lastUsedAt: null });

  const first = now;
  expect((await call(1)).status).toBe(200);
  expect(await lastUse(used.id)).toEqual({ lastUsedAt: first });

  now = new Date(first.getTime() + MINUTE);
  expect((await call(-1)).status).not.toBe(200);
  expect(await lastUse(used.id)).toEqual({ lastUsedAt: first });
  expect((await call(1)).status).toBe(200);
  expect(await lastUse(used.id)).toEqual({ lastUsedAt: now });

  // The clock of another server may be behind.
  const newest = now;
  now = first;
  expect((await call(1)).status).toBe(200);
  expect(await lastUse(used.id)).toEqual({ lastUsedAt: newest });
  now = newest;
});

describe('a prediction of a signed-in person', () => {
  test('needs no API access in the plan, is counted, and is logged as WEB without a key', async () => {
    const free = await openLab(service, 'FREE');
    const contributor = await signUp(service, 'Carl Contributor');
    await join(service, free.owner, contributor, 'CONTRIBUTOR');
    const { data } = await predict(free.deploymentId, gasoline(3), contributor);
    const { deployment } = await service.ask(
      `query Logs($id: ID!) {
        deployment(id: $id) {
          usage { predictions limit }
          predictionLogs { nodes { id source apiKeyId apiKeyName apiKeyPrefix apiKey { id } } }
        }
      }`,
      { id: free.deploymentId },
      free.owner,
    );
    expect(deployment).toEqual({
      usage: { predictions: 3, limit: 1000 },
      predictionLogs: {
        nodes: [
          {
            id: data?.predict.logId,
            source: 'WEB',
            apiKeyId: null,
            apiKeyName: null,
            apiKeyPrefix: null,
            apiKey: null,
          },
        ],
      },
    });
    const stored = await service.db
      .selectFrom('predictionLogs')
      .select('userId')
      .where('deploymentId', '=', free.deploymentId)
      .execute();
    expect(stored).toEqual([{ userId: contributor.id }]);
  });

  test('gives the same answer as one with a key', async () => {
    const [web, api] = await Promise.all(
      [lab.owner, key].map(as => predict(lab.deploymentId, spectraOf('gasoline-test.csv'), as)),
    );
    expect(web?.data?.predict.predictions).toEqual(api?.data?.predict.predictions);
  });

  test('is refused to viewers, and does not exist for people of other tenants', async () => {
    const viewer = await signUp(service, 'Vera Viewer');
    const stranger = await signUp(service, 'Stan Stranger');
    await join(service, lab.owner, viewer, 'VIEWER');
    expect(await predict(lab.deploymentId, gasoline(), viewer)).toMatchObject(refusal(codes.FORBIDDEN));
    expect(await predict(lab.deploymentId, gasoline(), stranger)).toMatchObject(refusal(codes.NOT_FOUND));
  });
});

describe('the log of a deployment', () => {
  let deploymentId: string;
  /** Oldest first. */
  const calls: { id: string; value: number }[] = [];
  let holder: { id: string; rawKey: string; prefix: string };

  beforeAll(async () => {
    deploymentId = (await deploy(service, lab.owner, onePoint('Identity'), 'Logged')).deploymentId;
    holder = await createKey(service, lab.owner, { deploymentId }, { name: 'Furnace' });
    for (let value = 1; value <= 5; value++) {
      const { data } = await predict(deploymentId, [point(value)], holder);
      calls.push({ id: data?.predict.logId ?? '', value });
    }
  });

  test('holds the successful calls, newest first, each with its answer, moment and duration', async () => {
    const { nodes } = await logsOf(deploymentId);
    expect(nodes.map(({ id, predictions }) => ({ id, value: predictions[0]?.value }))).toEqual(
      calls.toReversed(),
    );
    for (const { createdAt, durationMs, source } of nodes) {
      expect(createdAt).toBe(now.toISOString());
      expect(durationMs).toBeGreaterThan(0);
      expect(durationMs).toBeLessThan(MINUTE);
      expect(source).toBe('API');
    }
  });

  test('comes in pages that omit nothing and repeat nothing', async () => {
    for (const first of [1, 2, 4, 5, 100]) {
      const seen: string[] = [];
      let after: string | null = null;
      for (;;) {
        const page = await logsOf(deploymentId, { first, after });
        expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
        expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor);
        seen.push(...page.nodes.map(({ id }) => id));
        expect(page.pageInfo.hasNextPage).toBe(seen.length < calls.length);
        if (!page.pageInfo.hasNextPage) break;
        after = page.pageInfo.endCursor ?? null;
      }
      expect(seen).toEqual(calls.map(({ id }) => id).reverse());
    }
  });

  test('accepts 1 to 100 a page and no cursor that it never gave', async () => {
    for (const page of [{ first: 0 }, { first: 101 }, { first: -1 }, { after: 'x' }, { after: '' }]) {
      const answer = await service.call(
        `query Logs($id: ID!, $first: Int, $after: String) {
          deployment(id: $id) { predictionLogs(first: $first, after: $after) { nodes { id } } }
        }`,
        { id: deploymentId, ...page },
        lab.owner,
      );
      expect(answer.code).toBe(codes.BAD_USER_INPUT);
      expect(answer.data?.deployment).toBeNull();
    }
  });

  test('keeps the id, name and prefix of a key that was deleted, and no longer the key itself', async () => {
    const named = { apiKeyId: holder.id, apiKeyName: 'Furnace', apiKeyPrefix: holder.prefix };
    for (const node of (await logsOf(deploymentId)).nodes) {
      expect(node).toMatchObject({ ...named, apiKey: { id: holder.id } });
    }
    await service.ask(DELETE_KEY, { id: holder.id }, lab.owner);
    const { nodes } = await logsOf(deploymentId);
    expect(nodes).toHaveLength(calls.length);
    for (const node of nodes) expect(node).toMatchObject({ ...named, apiKey: null });
  });
});

test('the plan is checked before the spectra, and only for programs', async () => {
  const lowered = await openLab(service);
  const target = { deploymentId: lowered.deploymentId };
  const { rawKey } = await createKey(service, lowered.owner, target);
  await setPlan(service.db, lowered.owner.organization.slug, 'FREE');
  expect(await predict(lowered.deploymentId, [], { rawKey })).toMatchObject(
    refusal(codes.PLAN_FEATURE_REQUIRED),
  );
  expect((await predict(lowered.deploymentId, gasoline(), lowered.owner)).status).toBe(200);
});

test('the id of a deployment is accepted in any case of letters, from programs and people alike', async () => {
  const { owner, deploymentId } = await openLab(service);
  const key = await createKey(service, owner, { deploymentId });
  for (const caller of [key, owner]) {
    const variables = { deploymentId: deploymentId.toUpperCase(), spectra: gasoline() };
    expect((await service.call(PREDICT, variables, caller)).status).toBe(200);
  }
});
