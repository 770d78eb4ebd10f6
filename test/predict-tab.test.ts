import { describe, expect, test } from 'vitest';
import { countForCall } from '../src/dashboard/predict/calls.ts';
import { chartData } from '../src/dashboard/predict/chart-data.ts';
import { fileNameOf, toCsv, toJson } from '../src/dashboard/predict/downloads.ts';
import { markDuplicates } from '../src/dashboard/predict/duplicates.ts';
import type { Predicted } from '../src/dashboard/predict/predicted.ts';
import { describeOutside } from '../src/dashboard/ui/judgement.ts';
import { formatValue } from '../src/dashboard/ui/numbers.ts';
import type { Axis } from '../src/spectra/axis.ts';
import type { OrderedFile } from '../src/spectra/ordered-file.ts';

describe('spectra are split into calls', () => {
  const lengths = (count: number, points: number, name = 'A', maxBytes?: number) => {
    const spectra = Array.from({ length: count }, () => ({
      sampleName: name,
      x: null,
      y: new Float64Array(points),
    }));
    const calls: number[] = [];
    for (let from = 0; from < count; from += calls.at(-1) ?? 0) {
      calls.push(countForCall(spectra, from, undefined, maxBytes));
    }
    return calls;
  };

  test('of at most 1000', () => {
    expect(lengths(0, 2)).toEqual([]);
    expect(lengths(1000, 2)).toEqual([1000]);
    expect(lengths(2001, 2)).toEqual([1000, 1000, 1]);
  });

  test('of a size that the server accepts, whatever their values and names', () => {
    const name = '\u0001'.repeat(200);
    const [count = 0] = lengths(1000, 4000, name);
    const widest = { sampleName: name, yValues: Array<number>(4000).fill(-1.234567890123456e-300) };
    expect(count).toBeLessThan(1000);
    expect(JSON.stringify(Array(count).fill(widest)).length).toBeLessThan(17 * 1024 * 1024);
  });

  test('of spectra with the same x', () => {
    const axes = [[1, 2], [1, 2], null, null, [1, 2.01], [1, 2.01], [2, 1]];
    const spectra = axes.map(x => ({ sampleName: 'A', x, y: [0, 0] }));
    const calls: number[] = [];
    for (let from = 0; from < spectra.length; from += calls.at(-1) ?? 0)
      calls.push(countForCall(spectra, from));
    expect(calls).toEqual([2, 2, 2, 1]);
  });

  test('of one at least', () => {
    expect(lengths(2, 100_000, 'A', 10)).toEqual([1, 1]);
  });
});

/** A file whose spectra are given as rows. */
const file = (axis: Axis, rows: number[][], more: Partial<OrderedFile> = {}): OrderedFile => ({
  name: 'a.csv',
  format: 'CSV',
  layout: 'wide',
  isAxisAssumed: false,
  axis,
  yUnit: null,
  notes: [],
  order: 'checked',
  orderNote: null,
  samples: rows.map((_row, index) => ({ sampleName: `S-${index}`, line: index + 2 })),
  points: Float64Array.from(rows.flat()),
  ...more,
});
const nm = (...values: number[]): Axis => ({ quantity: 'WAVELENGTH', unit: 'nm', values });

describe('the chart draws what is sent, in the order in which it is sent', () => {
  const unknown = { axis: null, yUnit: null, range: null };
  const drawn = (...[files, model]: Parameters<typeof chartData>) => {
    const { lines, ...chart } = chartData(files, model);
    return { ...chart, lines: lines.map(({ y }) => [...y]) };
  };

  test('ascending, on an axis with its quantity and unit', () => {
    const axis = nm(900, 902, 904);
    const model = { ...unknown, axis, yUnit: 'absorbance' };
    expect(drawn([file(axis, [[0.1, 0.2, 0.3]])], model)).toEqual({
      x: [900, 902, 904],
      descending: false,
      xLabel: 'Wavelength (nm)',
      yLabel: 'absorbance',
      lines: [[0.1, 0.2, 0.3]],
      band: null,
      description: '1 spectrum of 3 points, wavelength from 900 to 904 nm, absorbance between 0.1 and 0.3',
    });
  });

  test('descending, with the range of the calibration', () => {
    const axis: Axis = { quantity: 'WAVENUMBER', unit: 'cm⁻¹', values: [4000, 3000, 2500] };
    const model = { ...unknown, axis, range: { min: [1, 2, 3], max: [4, 5, 6] } };
    expect(drawn([file(axis, [[10, 20, 30]])], model)).toMatchObject({
      x: [2500, 3000, 4000],
      descending: true,
      xLabel: 'Wavenumber (cm⁻¹)',
      lines: [[30, 20, 10]],
      band: { min: [3, 2, 1], max: [6, 5, 4] },
      description: '1 spectrum of 3 points, wavenumber from 4000 to 2500 cm⁻¹, y between 10 and 30',
    });
  });

  test('on the axis of the files for a model without one, and by number where the files differ', () => {
    const one = file({ quantity: null, unit: null, values: [900, 902] }, [[1, 2]], { yUnit: 'absorbance' });
    const other = file({ quantity: null, unit: null, values: [900, 903] }, [[3, 4]]);
    expect(drawn([one, one], unknown)).toMatchObject({ x: [900, 902], xLabel: 'x', yLabel: 'absorbance' });
    expect(drawn([one, other], unknown)).toMatchObject({
      x: [1, 2],
      xLabel: 'Point',
      yLabel: null,
      lines: [
        [1, 2],
        [3, 4],
      ],
      description: '2 spectra of 2 points, point from 1 to 2, y between 1 and 4',
    });
  });

  test('at most 200 of the spectra, and a million points', () => {
    const many = Array.from({ length: 1000 }, (_, index) => [index, index]);
    expect(drawn([file(nm(1, 2), many)], unknown).lines).toHaveLength(200);
    const axis = nm(...Array.from({ length: 100_000 }, (_, index) => index));
    const long = Array.from({ length: 20 }, () => axis.values.map(() => 0));
    expect(drawn([file(axis, long)], unknown).lines).toHaveLength(10);
  });
});

describe('what is outside the calibration is said in words', () => {
  const outside = (t2: number | null, t2Limit: number | null, q: number | null, qLimit: number | null) =>
    describeOutside({ applicability: { verdict: 'OUTSIDE', t2, t2Limit, q, qLimit } });

  test('with each statistic that exceeds its limit', () => {
    expect(outside(31, 12, 0.1, 0.2)).toEqual(['outside the calibration: T² 31 > 12']);
    expect(outside(31, 12, 0.3, 0.2)).toEqual(['outside the calibration: T² 31 > 12, Q 0.3 > 0.2']);
    expect(outside(null, 12, null, null)).toEqual(['outside the calibration: T² is not finite']);
  });

  test('with as many digits as it takes to see which number is larger', () => {
    expect(outside(12.00012, 12, null, null)).toEqual(['outside the calibration: T² 12.0001 > 12']);
    expect(outside(1e300, 12, null, null)).toEqual(['outside the calibration: T² 1e300 > 12']);
    expect(outside(3.2e-7, 1.5e-7, null, null)).toEqual(['outside the calibration: T² 3.2e-7 > 1.5e-7']);
  });

  test('and a value outside the range of the reference values', () => {
    const range = { referenceMin: 83.4, referenceMax: 89.6 };
    expect(describeOutside({ inCalibrationRange: false }, range)).toEqual([
      "value outside the calibration's range 83.4 to 89.6",
    ]);
    expect(describeOutside({ inCalibrationRange: true }, range)).toEqual([]);
  });
});

test('values have four decimals, or an exponent where that would be long or lose digits', () => {
  expect([0, 87.94124514, -0.5, 123456789].map(formatValue)).toEqual([
    '0.0000',
    '87.9412',
    '-0.5000',
    '123456789.0000',
  ]);
  expect([1e300, 0.000123456, -3.2e9].map(formatValue)).toEqual(['1.0000e300', '1.2346e-4', '-3.2000e9']);
});

const predicted = (sampleName: string, more: Partial<Predicted> = {}): Predicted => ({
  sampleName,
  value: -87.9412451405643,
  file: 'a.csv',
  line: 2,
  order: 'checked',
  logId: '019ac000-0000-7000-8000-000000000000',
  at: new Date('2026-11-26T20:31:05.123Z'),
  ...more,
});

test('samples of the same name are marked and counted', () => {
  const rows = markDuplicates([predicted('A'), predicted('B'), predicted('A', { line: 4 })]);
  expect(rows.map(({ duplicate }) => duplicate)).toEqual([
    'duplicate name, 1 of 2',
    undefined,
    'duplicate name, 2 of 2',
  ]);
});

describe('downloads', () => {
  const regression = {
    kind: 'REGRESSION',
    name: 'Octane',
    version: 2,
    targetProperty: 'octane number',
    unit: 'RON',
  } as const;
  const judged = predicted('A', {
    applicability: { verdict: 'OUTSIDE', t2: 31.25, t2Limit: 12, q: null, qLimit: null },
    inCalibrationRange: false,
    order: 'reversed',
  });

  test('CSV says what was predicted from what, with values in full', () => {
    expect(toCsv([predicted('A'), judged], regression).split('\r\n')).toEqual([
      'sample_name,file,line,target,value,unit,applicability,t2,t2_limit,q,q_limit,value_in_calibration_range,x_axis,model,model_version,log_id,time',
      'A,a.csv,2,octane number,-87.9412451405643,RON,,,,,,,checked,Octane,2,019ac000-0000-7000-8000-000000000000,2026-11-26T20:31:05.123Z',
      'A,a.csv,2,octane number,-87.9412451405643,RON,outside,31.25,12,,,false,"checked, put into the order of the model",Octane,2,019ac000-0000-7000-8000-000000000000,2026-11-26T20:31:05.123Z',
      '',
    ]);
  });

  test('CSV holds no text that a spreadsheet would execute', () => {
    const names = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '=a\nb', '＝1', 'plain', 'a "b", c'];
    const csv = toCsv(
      names.map(name => predicted(name)),
      regression,
    );
    const cells = ['"\'=1+1"', '"\'+1"', '"\'-1"', '"\'@SUM(A1)"', '"\'\t=1"', '"\'=a\nb"', '"\'＝1"'];
    for (const cell of [...cells, 'plain', '"a ""b"", c"']) {
      expect(csv).toContain(`\r\n${cell},a.csv,2,octane number,-87.9412451405643,`);
    }
    expect(toCsv([predicted('A')], { ...regression, name: '=1', unit: '=2' })).toContain(',"\'=2",');
  });

  test('CSV of a classification holds categories', () => {
    const [heading, row] = toCsv([predicted('A', { value: null, category: '=x' })], {
      ...regression,
      kind: 'CLASSIFICATION',
    }).split('\r\n');
    expect(heading).toContain('sample_name,file,line,target,category,applicability,');
    expect(row).toContain('A,a.csv,2,octane number,"\'=x",,');
  });

  test('JSON holds names as they are, and names the model that predicted', () => {
    const json = toJson([predicted('=1', { value: 1.5 }), judged], {
      id: 'id',
      name: 'D',
      model: regression,
    });
    const { deployment, model, predictions } = JSON.parse(json);
    expect(deployment).toEqual({ id: 'id', name: 'D' });
    expect(model).toEqual({ name: 'Octane', version: 2, targetProperty: 'octane number', unit: 'RON' });
    expect(predictions[0]).toEqual({
      sampleName: '=1',
      file: 'a.csv',
      line: 2,
      value: 1.5,
      applicability: null,
      inCalibrationRange: null,
      xAxis: 'checked',
      logId: '019ac000-0000-7000-8000-000000000000',
      time: '2026-11-26T20:31:05.123Z',
    });
    expect(predictions[1]).toMatchObject({
      applicability: { verdict: 'OUTSIDE', t2: 31.25, t2Limit: 12, q: null, qLimit: null },
      inCalibrationRange: false,
      xAxis: 'checked, put into the order of the model',
    });
  });

  test('a file is named after its deployment', () => {
    expect(fileNameOf('Öl / Wärme: Linie 3', 'csv')).toBe('ol-warme-linie-3-predictions.csv');
    expect(fileNameOf('油', 'json')).toBe('predictions.json');
  });
});
