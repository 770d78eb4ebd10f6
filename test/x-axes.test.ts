import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RegisterModelInput } from '../src/generated/graphql.ts';
import { codes, openLab, recordOf, refusal, type Service, startService } from './harness.ts';
import { type ModelLab, openModelLab } from './model-lab.ts';
import { linearRegression, withMetadata } from './onnx-files.ts';

let service: ModelLab['service'];
let lab: ModelLab['lab'];
let key: ModelLab['key'];
let register: ModelLab['register'];
let deployed: ModelLab['deployed'];

beforeAll(async () => {
  ({ service, lab, key, register, deployed } = await openModelLab());
});
afterAll(() => service.close());

const X_AXIS = 'xAxis { quantity unit first last values }';
const SET_X_AXIS = `mutation SetModelXAxis($input: SetModelXAxisInput!) {
  setModelXAxis(input: $input) { id ${X_AXIS} }
}`;
const PREDICT = `mutation Predict($deploymentId: ID!, $spectra: [SpectrumInput!]!, $xValues: [Float!], $idempotencyKey: String) {
  predict(deploymentId: $deploymentId, spectra: $spectra, xValues: $xValues, idempotencyKey: $idempotencyKey) {
    predictions { value } logId xAxisChecked model { id ${X_AXIS} }
  }
}`;

const file = (points: number, metadata: Record<string, string> = {}) =>
  withMetadata(linearRegression({ weights: Array(points).fill(1) }), metadata);

const nm = (values: number[]) => ({ quantity: 'WAVELENGTH' as const, unit: 'nm', values });

const predict = (
  deploymentId: string,
  xValues: number[] | null,
  { points = 3, of = service, ...more }: { points?: number; of?: Service; idempotencyKey?: string } = {},
) =>
  of.call(
    PREDICT,
    { deploymentId, spectra: [{ sampleName: 'a', yValues: Array(points).fill(1) }], xValues, ...more },
    key,
  );

describe('the x axis of a model', () => {
  const range = { quantity: 'WAVENUMBER', unit: 'cm⁻¹', first: 4000, last: 3998 } as const;
  const descending = { ...range, values: [4000, 3999, 3998] };

  test.each<[string, Record<string, string>, Partial<RegisterModelInput>]>([
    ['values', {}, { xAxis: { quantity: 'WAVENUMBER', unit: ' cm⁻¹ ', values: [4000, 3999, 3998] } }],
    ['first and last', {}, { xAxis: range }],
    [
      'values in the metadata of the file',
      { x_quantity: 'wavenumber', x_unit: 'cm⁻¹', x_values: '[4000, 3999, 3998]' },
      {},
    ],
    [
      'first and last in the metadata of the file',
      { x_quantity: 'Wavenumber', x_unit: 'cm⁻¹', x_first: '4000', x_last: '3.998e3' },
      {},
    ],
    [
      'an argument that agrees with the metadata of the file',
      { x_quantity: 'wavenumber', x_unit: 'cm-1', x_first: '4000', x_last: '3998' },
      { xAxis: range },
    ],
  ])('comes from %s', async (_from, metadata, given) => {
    const { data } = await register(file(3, metadata), given);
    expect(data?.registerModel.xAxis).toEqual(descending);
  });

  test('is null for a model that has none', async () => {
    expect((await register(file(3))).data?.registerModel.xAxis).toBeNull();
  });

  test.each<[string, Record<string, string>, Partial<RegisterModelInput>, RegExp]>([
    ['another number of points', {}, { xAxis: nm([1, 2]) }, /2 values, but the model has 3 points/],
    ['a repeated value', {}, { xAxis: nm([1, 2, 2]) }, /2 follows 2 at point 3/],
    ['a turn', {}, { xAxis: nm([1, 2, 1.5]) }, /1\.5 follows 2 at point 3/],
    [
      'a single end',
      {},
      { xAxis: { quantity: 'OTHER', unit: 's', first: 1 } },
      /either values, or first and last/,
    ],
    [
      'values and ends',
      {},
      { xAxis: { ...nm([1, 2, 3]), first: 1, last: 3 } },
      /either values, or first and last/,
    ],
    [
      'equal ends',
      {},
      { xAxis: { quantity: 'OTHER', unit: 's', first: 1, last: 1 } },
      /1 follows 1 at point 2/,
    ],
    [
      'an argument that reverses the metadata of the file',
      { x_quantity: 'wavelength', x_unit: 'nm', x_values: '[1, 2, 3]' },
      { xAxis: nm([3, 2, 1]) },
      /metadata say that the x axis runs from 1 to 3 nm, but xAxis runs from 3 to 1 nm/,
    ],
    ['no unit', {}, { xAxis: { ...nm([1, 2, 3]), unit: ' ' } }, /unit of the x axis/],
    ['a unit of two lines', {}, { xAxis: { ...nm([1, 2, 3]), unit: 'n\nm' } }, /unit of the x axis/],
    ['a unit of the spectra of two lines', {}, { yUnit: 'a\nu' }, /unit of the spectra/],
    [
      'a quantity that does not exist',
      { x_quantity: 'colour', x_unit: 'nm', x_values: '[1,2,3]' },
      {},
      /'colour'/,
    ],
    ['a file without a quantity', { x_unit: 'nm', x_values: '[1,2,3]' }, {}, /spectrakey\.x_quantity/],
    [
      'a file whose values are no list',
      { x_quantity: 'other', x_unit: 's', x_values: '1,2,3' },
      {},
      /spectrakey\.x_values is '1,2,3'/,
    ],
    [
      'a file whose values are no numbers',
      { x_quantity: 'other', x_unit: 's', x_values: '[1,"2",3]' },
      {},
      /spectrakey\.x_values/,
    ],
    [
      'a file with an infinite value',
      { x_quantity: 'other', x_unit: 's', x_values: '[1,2,1e999]' },
      {},
      /spectrakey\.x_values/,
    ],
    [
      'a file whose end is no number',
      { x_quantity: 'other', x_unit: 's', x_first: '1', x_last: 'NaN' },
      {},
      /spectrakey\.x_last/,
    ],
  ])('is refused with %s', async (_what, metadata, given, message) => {
    const answer = await register(file(3, metadata), given);
    expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
    expect(answer.errors[0]?.message).toMatch(message);
  });

  test('is set once, also by two people at once, and recorded', async () => {
    const { modelId } = await deployed(file(3));
    const input = { modelId, ...nm([900, 902, 904]) };
    const answers = await Promise.all([
      service.call(SET_X_AXIS, { input }, lab.owner),
      service.call(SET_X_AXIS, { input: { ...input, unit: 'pm' } }, lab.owner),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    const [set] = answers.filter(({ status }) => status === 200);
    expect(set?.data?.setModelXAxis.xAxis).toMatchObject({ first: 900, last: 904, values: [900, 902, 904] });
    const again = await service.call(SET_X_AXIS, { input: { ...input, values: [1, 2, 3] } }, lab.owner);
    expect(again).toMatchObject(refusal(codes.BAD_USER_INPUT));
    expect(again.errors[0]?.message).toMatch(/has an x axis, which cannot be changed/);
    const recorded = await service.db
      .selectFrom('activity')
      .select('details')
      .where('action', '=', 'model.x_axis_set')
      .where('subjectId', '=', modelId)
      .execute();
    expect(recorded).toMatchObject([{ details: { first: 900, last: 904 } }]);
  });

  test('is not set on a model that is registered with one', async () => {
    const { modelId } = await deployed(file(3), { xAxis: nm([1, 2, 3]) });
    expect(await service.call(SET_X_AXIS, { input: { modelId, ...nm([1, 2, 3]) } }, lab.owner)).toMatchObject(
      refusal(codes.BAD_USER_INPUT),
    );
  });
});

describe('facts about a calibration', () => {
  const metadata = {
    y_unit: 'log(1/R)',
    rmsep: '0.24',
    reference_min: '83.4',
    reference_max: '89.6',
    calibration_samples: '50',
    calibration_min: '[0, 1, 2]',
    calibration_max: '[1, 2, 3]',
  };
  const facts = {
    rmsep: 0.24,
    referenceMin: 83.4,
    referenceMax: 89.6,
    samples: 50,
    yMin: [0, 1, 2],
    yMax: [1, 2, 3],
  };

  test('come from the metadata of the file or from arguments, which take precedence', async () => {
    const fromFile = await register(file(3, metadata));
    expect(fromFile.data?.registerModel).toMatchObject({ yUnit: 'log(1/R)', calibration: facts });
    const given = await register(file(3), { yUnit: 'log(1/R)', calibration: facts });
    expect(given.data?.registerModel).toMatchObject({ yUnit: 'log(1/R)', calibration: facts });
    const both = await register(file(3, metadata), { yUnit: 'absorbance', calibration: { rmsep: 0.5 } });
    expect(both.data?.registerModel).toMatchObject({
      yUnit: 'absorbance',
      calibration: { ...facts, rmsep: 0.5 },
    });
    expect((await register(file(3))).data?.registerModel).toMatchObject({ yUnit: null, calibration: null });
  });

  test('are of one source where two of them are a range', async () => {
    const { data } = await register(file(3, metadata), {
      calibration: { referenceMin: 10, referenceMax: 20, yMin: [5, 5, 5], yMax: [6, 6, 6] },
    });
    expect(data?.registerModel.calibration).toEqual({
      ...facts,
      ...{ referenceMin: 10, referenceMax: 20, yMin: [5, 5, 5], yMax: [6, 6, 6] },
    });
    for (const half of [
      { referenceMin: 80 },
      { referenceMax: 95 },
      { yMin: [0, 0, 0] },
      { yMax: [9, 9, 9] },
    ]) {
      const answer = await register(file(3, metadata), { calibration: half });
      expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
      expect(answer.errors[0]?.message).toMatch(/one end/);
    }
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['a negative error', { rmsep: '-1' }, /RMSEP/],
    ['half a range', { reference_min: '1' }, /one end/],
    ['a reversed range', { reference_min: '2', reference_max: '1' }, /referenceMin is 2, more than/],
    ['half a sample', { calibration_samples: '1.5' }, /whole number/],
    ['too many samples', { calibration_samples: '1e12' }, /whole number/],
    ['half a band', { calibration_min: '[1,2,3]' }, /one end/],
    ['a short band', { calibration_min: '[1,2]', calibration_max: '[1,2]' }, /yMin has 2 values/],
    [
      'a crossed band',
      { calibration_min: '[1,2,3]', calibration_max: '[1,1,3]' },
      /yMin is more than yMax at point 2/,
    ],
    ['a limit of nothing', { t2_limit: '1' }, /no output of this name/],
  ])('are refused with %s', async (_what, entries, message) => {
    const answer = await register(file(3, entries));
    expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
    expect(answer.errors[0]?.message).toMatch(message);
  });
});

describe('the x values of a call', () => {
  let ascending: { modelId: string; deploymentId: string };
  let none: { modelId: string; deploymentId: string };
  beforeAll(async () => {
    ascending = await deployed(file(3), { xAxis: nm([900, 902, 904]) });
    none = await deployed(file(3));
  });

  test('are accepted when they are those of the model, and the log says so', async () => {
    const checked = await predict(ascending.deploymentId, [900, 902.19, 904]);
    expect(checked.data?.predict).toMatchObject({
      predictions: [{ value: 3 }],
      xAxisChecked: true,
      model: { xAxis: { first: 900, last: 904, values: [900, 902, 904] } },
    });
    const unchecked = await predict(ascending.deploymentId, null);
    expect(unchecked.data?.predict.xAxisChecked).toBe(false);
    const { deployment } = await service.ask(
      'query ($id: ID!) { deployment(id: $id) { predictionLogs(first: 2) { nodes { id xAxisChecked } } } }',
      { id: ascending.deploymentId },
      lab.owner,
    );
    expect(deployment?.predictionLogs.nodes).toEqual([
      { id: unchecked.data?.predict.logId, xAxisChecked: false },
      { id: checked.data?.predict.logId, xAxisChecked: true },
    ]);
  });

  test.each<[string, number[], RegExp]>([
    [
      'reversed',
      [904, 902, 900],
      /^The spectra run from 904 to 900 nm, the model expects 900 to 904 nm\. Send the points in that order\.$/,
    ],
    ['of another range', [1100, 1102, 1104], /1100 to 1104 nm.*900 to 904 nm/],
    ['different in one point', [900, 902.21, 904], /902\.21/],
    ['too few', [900, 902], /2.*3/],
    ['too many', [900, 902, 904, 906], /4.*3/],
    ['empty', [], /0.*3/],
  ])('are refused when they are %s, and nothing is charged', async (_what, xValues, message) => {
    const before = await recordOf(service, ascending.deploymentId);
    const answer = await predict(ascending.deploymentId, xValues);
    expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
    expect(answer.errors[0]?.message).toMatch(message);
    expect(await recordOf(service, ascending.deploymentId)).toEqual(before);
  });

  test('are refused by a model that has no x axis', async () => {
    const answer = await predict(none.deploymentId, [900, 902, 904]);
    expect(answer).toMatchObject(refusal(codes.BAD_USER_INPUT));
    expect(answer.errors[0]?.message).toMatch(/has no x axis, so it cannot check x values/);
  });

  test('are accepted exactly when each is within a tenth of the smallest step', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 6 }),
        fc.boolean(),
        fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: 6, maxLength: 6 }),
        async (unsorted, descends, shifts) => {
          const values = unsorted.sort((a, b) => (descends ? b - a : a - b));
          const steps = values.slice(1).map((value, i) => Math.abs(value - (values[i] ?? 0)));
          const step = Math.min(...steps);
          fc.pre(step > 1e-3);
          const { deploymentId } = await deployed(file(values.length), { xAxis: nm(values) });
          const given = values.map((value, i) => value + (shifts[i] ?? 0) * step);
          // Rounding decides what is a hair from the bound.
          fc.pre(shifts.every(shift => Math.abs(Math.abs(shift) - 0.1) > 1e-3));
          const isNear = given.every((_, i) => Math.abs(shifts[i] ?? 0) < 0.1);
          const answer = await predict(deploymentId, given, { points: values.length });
          expect(answer.status).toBe(isNear ? 200 : 400);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('belong to an idempotent call', async () => {
    const { deploymentId } = ascending;
    const idempotencyKey = 'with x values';
    const first = await predict(deploymentId, [900, 902, 904], { idempotencyKey });
    const again = await predict(deploymentId, [900, 902, 904], { idempotencyKey });
    expect(again.data?.predict).toEqual(first.data?.predict);
    expect(again.data?.predict.xAxisChecked).toBe(true);
    for (const others of [null, [900, 902, 904.1]]) {
      expect(await predict(deploymentId, others, { idempotencyKey })).toMatchObject(
        refusal(codes.IDEMPOTENCY_KEY_REUSED),
      );
    }
  });

  test('are checked in a large body too', async () => {
    const points = 50_000;
    const values = Array.from({ length: points }, (_, i) => 1000 + i / 8);
    const { modelId, deploymentId } = await deployed(file(points), {
      xAxis: nm(values),
      calibration: { yMin: values, yMax: values },
    });
    const stored = await service.db
      .selectFrom('models')
      .select(['xValues', 'calibrationMin', 'calibrationMax'])
      .where('id', '=', modelId)
      .executeTakeFirst();
    expect(stored).toEqual({ xValues: values, calibrationMin: values, calibrationMax: values });
    expect((await predict(deploymentId, values, { points })).data?.predict.xAxisChecked).toBe(true);
    const reversed = await predict(deploymentId, values.toReversed(), { points });
    expect(reversed).toMatchObject(refusal(codes.BAD_USER_INPUT));
    expect(reversed.errors[0]?.message).toMatch(/Send the points in that order/);
  });

  test('are accepted as soon as the model has an x axis, also on a server that remembers that it had none', async () => {
    const { modelId, deploymentId } = await deployed(file(3));
    const other = await startService({ databaseUrl: service.databaseUrl });
    try {
      for (const of of [service, other]) expect((await predict(deploymentId, null, { of })).status).toBe(200);
      await service.ask(SET_X_AXIS, { input: { modelId, ...nm([900, 902, 904]) } }, lab.owner);
      for (const of of [service, other]) {
        expect((await predict(deploymentId, [900, 902, 904], { of })).data?.predict.xAxisChecked).toBe(true);
      }
    } finally {
      await other.close();
    }
  });
});

test('the axes of models are listed, long ones up to 800 000 numbers, and their ends without a limit', async () => {
  const { owner } = await openLab(service, 'ENTERPRISE');
  const register = (points: number) =>
    service.ask(
      'mutation ($input: RegisterModelInput!) { registerModel(input: $input) { id } }',
      {
        input: {
          projectId: owner.projectId,
          name: 'Long',
          targetProperty: 'sum',
          onnx: Buffer.from(file(points)).toString('base64'),
          xAxis: { quantity: 'OTHER', unit: 'point', first: 1, last: points },
          calibration: { yMin: Array(points).fill(0), yMax: Array(points).fill(1) },
        },
      },
      owner,
    );
  const list = (fields: string) =>
    service.call(
      `query ($id: ID!) { project(id: $id) { models { xAxis { ${fields} } calibration { samples } } } }`,
      { id: owner.projectId },
      owner,
    );
  const points = 100_000;
  for (const count of [3, points, points, points]) await register(count);
  const { data } = await list('values');
  expect(data?.project?.models.map(({ xAxis }) => xAxis?.values.length)).toEqual([
    points,
    points,
    points,
    3,
    // The laboratory's first model has no axis.
    undefined,
  ]);
  for (let model = 0; model < 5; model++) await register(points);
  const tooMany = await list('values');
  expect(tooMany).toMatchObject(refusal(codes.BAD_USER_INPUT));
  expect(tooMany.errors[0]?.message).toMatch(/more than 800000 numbers/);
  const ends = await list('first last');
  expect(ends.data?.project?.models[0]?.xAxis).toEqual({ first: 1, last: points });
}, 60_000);
