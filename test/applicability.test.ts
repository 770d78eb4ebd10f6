import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { SpectrumInput } from '../src/generated/graphql.ts';
import { codes, recordOf, refusal } from './harness.ts';
import { redoAfter, undoAfter } from './later-migrations.ts';
import { type ModelLab, openModelLab } from './model-lab.ts';
import { constant, node, onnxFile, tensorInfo, textsAttribute, withMetadata } from './onnx-files.ts';

let service: ModelLab['service'];
let lab: ModelLab['lab'];
let key: ModelLab['key'];
let register: ModelLab['register'];
let deployed: ModelLab['deployed'];

beforeAll(async () => {
  ({ service, lab, key, register, deployed } = await openModelLab());
});
afterAll(() => service.close());

const APPLICABILITY = 'applicability { verdict t2 t2Limit q qLimit }';
const PREDICT = `mutation Predict($deploymentId: ID!, $spectra: [SpectrumInput!]!, $idempotencyKey: String) {
  predict(deploymentId: $deploymentId, spectra: $spectra, idempotencyKey: $idempotencyKey) {
    logId predictions { sampleName value category ${APPLICABILITY} inCalibrationRange }
  }
}`;

type Statistic = 't2' | 'q';

/**
 * A model of three points: the first is its value (or, over 0, category `high`, else `low`), T² is the square root of
 * the second, and Q of the third; with `rooted: false` they are the points themselves.
 */
function model({
  statistics = ['t2', 'q'],
  kind = 'REGRESSION',
  limits = { t2_limit: '2', q_limit: '3' },
  rooted = true,
}: {
  statistics?: readonly Statistic[];
  kind?: 'REGRESSION' | 'CLASSIFICATION';
  limits?: Record<string, string>;
  rooted?: boolean;
} = {}): Uint8Array {
  const column = (index: number) =>
    constant(
      `column${index}`,
      'float32',
      [3, 1],
      [0, 1, 2].map(i => Number(i === index)),
    );
  const classes = textsAttribute('classlabels_strings', ['low', 'high']);
  const answer =
    kind === 'REGRESSION'
      ? [node('MatMul', ['X', 'column0'], ['value'])]
      : [
          node('MatMul', ['X', 'column0'], ['score']),
          node('Greater', ['score', 'zero'], ['isHigh']),
          node('Cast', ['isHigh'], ['index'], [{ name: 'to', i: 7, type: 2 }]),
          node(
            'LabelEncoder',
            ['index'],
            ['value'],
            [
              { name: 'keys_int64s', ints: [0, 1], type: 7 },
              { ...classes, name: 'values_strings' },
            ],
            'ai.onnx.ml',
          ),
        ];
  const file = onnxFile({
    input: [tensorInfo('X', 'float32', ['n', 3])],
    output: [
      kind === 'REGRESSION'
        ? tensorInfo('value', 'float32', ['n', 1])
        : tensorInfo('value', 'string', ['n', 1]),
      ...statistics.map(name => tensorInfo(name, 'float32', ['n', 1])),
    ],
    initializer: [column(0), column(1), column(2), constant('zero', 'float32', [1], [0])],
    node: [
      ...answer,
      ...statistics.flatMap(name => [
        node('MatMul', ['X', name === 't2' ? 'column1' : 'column2'], [`${name}Squared`]),
        node(rooted ? 'Sqrt' : 'Identity', [`${name}Squared`], [name]),
      ]),
    ],
  });
  return withMetadata(file, limits);
}

/** A spectrum with these statistics. */
const spectrum = (value: number, t2: number, q: number): SpectrumInput => ({
  sampleName: `${value} ${t2} ${q}`,
  yValues: [value, Math.sign(t2) * t2 * t2, Math.sign(q) * q * q],
});

const predict = (deploymentId: string, spectra: SpectrumInput[], more: object = {}) =>
  service.call(PREDICT, { deploymentId, spectra, ...more }, key);

/** The statistics and whether both are within the limits of 2 and 3. A negative one stands for NaN. */
const CASES: readonly (readonly [t2: number, q: number, verdict: 'INSIDE' | 'OUTSIDE'])[] = [
  [1, 1, 'INSIDE'],
  [2, 3, 'INSIDE'],
  [0, 0, 'INSIDE'],
  [2.5, 1, 'OUTSIDE'],
  [1, 3.5, 'OUTSIDE'],
  [4, 5, 'OUTSIDE'],
  [-1, 1, 'OUTSIDE'],
  [1, -1, 'OUTSIDE'],
  [-1, -1, 'OUTSIDE'],
];
const orNull = (statistic: number) => (statistic < 0 ? null : statistic);

describe.each(['REGRESSION', 'CLASSIFICATION'] as const)('each prediction of a %s', kind => {
  test('says whether the statistics of its spectrum are within the limits', async () => {
    const { deploymentId } = await deployed(model({ kind }));
    const { data, text } = await predict(
      deploymentId,
      CASES.map(([t2, q], i) => spectrum(i - 4, t2, q)),
    );
    if (!data) throw new Error(text);
    for (const [i, { value, category, applicability }] of data.predict.predictions.entries()) {
      const [t2 = 0, q = 0, verdict] = CASES[i] ?? [];
      if (kind === 'REGRESSION') expect(value).toBe(i - 4);
      else expect(category).toBe(i > 4 ? 'high' : 'low');
      expect(applicability).toEqual({ verdict, t2: orNull(t2), t2Limit: 2, q: orNull(q), qLimit: 3 });
    }
  });

  test.each([['t2'], ['q']] as const)('says so for a model that has only %s', async statistic => {
    const limit = { [`${statistic}_limit`]: '2' };
    const { deploymentId } = await deployed(model({ kind, statistics: [statistic], limits: limit }));
    const { data } = await predict(deploymentId, [spectrum(1, 1, 1), spectrum(1, 4, 4)]);
    const [isT2, other] = [statistic === 't2', { t2: null, t2Limit: null, q: null, qLimit: null }];
    const expected = (verdict: string, found: number) => ({
      ...other,
      verdict,
      ...(isT2 ? { t2: found, t2Limit: 2 } : { q: found, qLimit: 2 }),
    });
    expect(data?.predict.predictions.map(({ applicability }) => applicability)).toEqual([
      expected('INSIDE', 1),
      expected('OUTSIDE', 4),
    ]);
  });

  test('gets the same statistics beside other calls as alone', async () => {
    const { deploymentId } = await deployed(model({ kind }));
    const spectra = Array.from({ length: 60 }, (_, i) => spectrum(i, (i % 7) / 2 - 1, (i % 5) - 1));
    const together = await Promise.all(spectra.map(one => predict(deploymentId, [one])));
    for (const [i, one] of spectra.entries()) {
      const { data } = await predict(deploymentId, [one]);
      expect(together[i]?.data?.predict.predictions).toEqual(data?.predict.predictions);
    }
  });
});

test('a statistic below zero is outside: it cannot be a sum of squares', async () => {
  const { deploymentId } = await deployed(model({ rooted: false }));
  const yValues = [
    [1, -0.5, 1],
    [1, 1, -0.5],
    [1, 0, 0],
  ];
  const { data } = await predict(
    deploymentId,
    yValues.map((values, i) => ({ sampleName: `${i}`, yValues: values })),
  );
  expect(data?.predict.predictions.map(({ applicability }) => applicability)).toMatchObject([
    { verdict: 'OUTSIDE', t2: -0.5, q: 1 },
    { verdict: 'OUTSIDE', t2: 1, q: -0.5 },
    { verdict: 'INSIDE', t2: 0, q: 0 },
  ]);
});

describe('the limits', () => {
  test('come from arguments, or else from the metadata of the file', async () => {
    expect((await register(model())).data?.registerModel).toMatchObject({ t2Limit: 2, qLimit: 3 });
    const { data } = await register(model(), { t2Limit: 7 });
    expect(data?.registerModel).toMatchObject({ t2Limit: 7, qLimit: 3 });
    const given = await register(model({ limits: {} }), { t2Limit: 5, qLimit: 6.5 });
    expect(given.data?.registerModel).toMatchObject({ t2Limit: 5, qLimit: 6.5 });
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['missing', { t2_limit: '2' }, /output 'q' without a limit/],
    ['zero', { t2_limit: '0', q_limit: '3' }, /limit of 't2' is 0/],
    ['negative', { t2_limit: '2', q_limit: '-3' }, /limit of 'q' is -3/],
    ['infinite', { t2_limit: 'Infinity', q_limit: '3' }, /spectrakey\.t2_limit is 'Infinity'/],
    ['hexadecimal', { t2_limit: '0x10', q_limit: '3' }, /spectrakey\.t2_limit is '0x10'/],
    ['no number', { t2_limit: 'two', q_limit: '3' }, /spectrakey\.t2_limit is 'two'/],
  ])('are refused when one is %s', async (_what, limits, message) => {
    const answer = await register(model({ limits }));
    expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
    expect(answer.errors[0]?.message).toMatch(message);
  });
});

test('a model without statistics says nothing about applicability', async () => {
  const { deploymentId } = await deployed(model({ statistics: [], limits: {} }));
  const { data } = await predict(deploymentId, [spectrum(1, 9, 9)]);
  expect(data?.predict.predictions[0]).toMatchObject({ applicability: null, inCalibrationRange: null });
});

test('a prediction says whether its value is in the range of the calibration', async () => {
  const limits = { t2_limit: '2', q_limit: '3', reference_min: '1', reference_max: '2' };
  const { deploymentId } = await deployed(model({ limits }));
  const { data } = await predict(
    deploymentId,
    [0.5, 1, 1.5, 2, 2.5].map(value => spectrum(value, 1, 1)),
  );
  expect(data?.predict.predictions.map(({ inCalibrationRange }) => inCalibrationRange)).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
});

test('a repeated call gets the verdicts of the first, and is charged once', async () => {
  const { deploymentId } = await deployed(model());
  const spectra = [spectrum(1, 1, 1), spectrum(1, 9, -1)];
  const first = await predict(deploymentId, spectra, { idempotencyKey: 'verdicts' });
  const again = await predict(deploymentId, spectra, { idempotencyKey: 'verdicts' });
  expect(first.data?.predict.predictions[1]?.applicability).toMatchObject({ verdict: 'OUTSIDE', q: null });
  expect(again.data?.predict).toEqual(first.data?.predict);
  expect(await recordOf(service, deploymentId)).toEqual({ charged: 2, logged: 2 });
});

test('the logs keep the verdicts, can be limited to calls outside, and these are counted', async () => {
  const { deploymentId } = await deployed(model());
  const ids: string[] = [];
  for (const t2s of [[1], [9], [1, 9, 9], [1, 1]]) {
    const { data, text } = await predict(
      deploymentId,
      t2s.map(t2 => spectrum(1, t2, 1)),
    );
    if (!data) throw new Error(text);
    ids.push(data.predict.logId);
  }
  const LOGS = `query ($id: ID!, $project: ID!, $onlyOutside: Boolean!, $first: Int!, $after: String) {
    deployment(id: $id) {
      outsideThisMonth
      predictionLogs(first: $first, after: $after, onlyOutside: $onlyOutside) {
        nodes { id spectra outside predictions { ${APPLICABILITY} } } pageInfo { hasNextPage endCursor }
      }
    }
    project(id: $project) { predictionLogs(first: $first, after: $after, onlyOutside: $onlyOutside) { nodes { id } } }
  }`;
  const logs = async (onlyOutside: boolean, first = 10, after: string | null = null) => {
    const variables = { id: deploymentId, project: lab.owner.projectId, onlyOutside, first, after };
    return await service.ask(LOGS, variables, lab.owner);
  };
  const all = await logs(false);
  expect(all.deployment?.outsideThisMonth).toBe(3);
  expect(all.deployment?.predictionLogs.nodes.map(({ id }) => id)).toEqual(ids.toReversed());
  const verdicts = all.deployment?.predictionLogs.nodes.map(({ predictions }) =>
    predictions.map(({ applicability }) => applicability?.verdict),
  );
  expect(verdicts).toEqual([['INSIDE', 'INSIDE'], ['INSIDE', 'OUTSIDE', 'OUTSIDE'], ['OUTSIDE'], ['INSIDE']]);
  expect(all.deployment?.predictionLogs.nodes.map(({ spectra, outside }) => [outside, spectra])).toEqual([
    [0, 2],
    [2, 3],
    [1, 1],
    [0, 1],
  ]);

  const outside = await logs(true);
  expect(outside.deployment?.predictionLogs.nodes.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
  expect(outside.project?.predictionLogs.nodes.map(({ id }) => id).slice(0, 2)).toEqual([ids[2], ids[1]]);
  const page = await logs(true, 1);
  expect(page.deployment?.predictionLogs).toMatchObject({
    nodes: [{ id: ids[2] }],
    pageInfo: { hasNextPage: true },
  });
  const next = await logs(true, 1, page.deployment?.predictionLogs.pageInfo.endCursor);
  expect(next.deployment?.predictionLogs).toMatchObject({
    nodes: [{ id: ids[1] }],
    pageInfo: { hasNextPage: false },
  });

  await predict(lab.deploymentId, [{ sampleName: 'without limits', yValues: Array(401).fill(0) }]);
  const { deployment } = await service.ask(
    `query ($id: ID!) {
      deployment(id: $id) { outsideThisMonth predictionLogs(first: 1) { nodes { spectra outside } } }
    }`,
    { id: lab.deploymentId },
    lab.owner,
  );
  expect(deployment).toEqual({
    outsideThisMonth: null,
    predictionLogs: { nodes: [{ spectra: 1, outside: null }] },
  });
});

test('the count of a month is exact for any number of calls, also of those before it was kept with the usage', async () => {
  const { deploymentId } = await deployed(model());
  const count = async () => {
    const { deployment } = await service.ask(
      'query ($id: ID!) { deployment(id: $id) { outsideThisMonth } }',
      { id: deploymentId },
      lab.owner,
    );
    return deployment?.outsideThisMonth;
  };
  expect(await count()).toBe(0);
  await predict(deploymentId, [spectrum(1, 9, 1), spectrum(1, 1, 1)]);
  expect(await count()).toBe(1);
  await sql`
    insert into prediction_logs (id, created_at, deployment_id, source, predictions, duration_ms, api_key_id,
      api_key_name, api_key_prefix, outside)
    select gen_random_uuid(), created_at, deployment_id, source, '[]', duration_ms, api_key_id, api_key_name,
      api_key_prefix, 2
    from prediction_logs, generate_series(1, 100000) where deployment_id = ${deploymentId}`.execute(
    service.db,
  );
  const pool = new pg.Pool({ connectionString: service.databaseUrl, max: 1 });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  onTestFinished(() => db.destroy());
  await undoAfter(db, '0056');
  await redoAfter(db, '0056');
  expect(await count()).toBe(200_001);
  await predict(deploymentId, [spectrum(1, 9, 1)]);
  expect(await count()).toBe(200_002);
}, 60_000);
