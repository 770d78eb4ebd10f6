import { readFileSync } from 'node:fs';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectModel } from '../src/onnx/trial.ts';
import { paste, temporaryFolder } from './commands.ts';
import {
  demonstration,
  deploy,
  type Lab,
  openLab,
  type Service,
  spectraOf,
  startService,
} from './harness.ts';
import { blocksUnder, commandsUnder } from './pages.ts';
import { pythonProgram } from './python-program.ts';

const PAGE = 'docs/recipes/README.md';
const root = fileURLToPath(new URL('..', import.meta.url));

interface Expected {
  octane: { sampleName: string; value: number; measured: number }[];
  octaneRmsep: number;
  octaneApplicability: {
    t2Limit: number;
    qLimit: number;
    samples: { sampleName: string; t2: number; q: number; verdict: 'INSIDE' | 'OUTSIDE' }[];
  };
}
/** The results of R's package pls for the test spectra. */
const expected: Expected = JSON.parse(demonstration('expected.json').toString());
const { t2Limit, qLimit, samples } = expected.octaneApplicability;
const testSpectra = spectraOf('gasoline-test.csv').map(({ yValues }) => yValues);
/** 900, 902, … 1700 nm. */
const wavelengths = Array.from({ length: 401 }, (_, i) => 900 + 2 * i);

/** Expects numbers that differ by at most 1e-4 of what is expected, and by at most 1e-4. */
function expectClose(numbers: readonly (number | null | undefined)[], expectedNumbers: readonly number[]) {
  expect(numbers).toHaveLength(expectedNumbers.length);
  for (const [i, number] of expectedNumbers.entries()) {
    expect(Math.abs((numbers[i] ?? Number.NaN) - number)).toBeLessThan(1e-4 * Math.min(1, Math.abs(number)));
  }
}

/** Runs the command under a heading as it is printed, in a folder with links to the repository's. */
async function runDocumented(heading: string, change = (command: string) => command) {
  const [command = '', ...more] = commandsUnder(PAGE, heading);
  expect(more).toEqual([]);
  expect(command).toMatch(/^python3 /);
  const folder = await temporaryFolder();
  for (const name of ['docs', 'src']) await symlink(join(root, name), join(folder, name));
  const [, file = ''] = /(?<=\s)([\w-]+\.onnx)/.exec(command) ?? [];
  const output = await paste(change(command).replace('python3', pythonProgram ?? ''), folder);
  return { output, onnx: await readFile(join(folder, file)) };
}

/** Runs a model over spectra. @returns the numbers of each output. */
async function run(onnx: Uint8Array, spectra: readonly number[][]): Promise<Record<string, number[]>> {
  const session = await InferenceSession.create(onnx);
  try {
    const [input] = session.inputMetadata;
    if (!input?.isTensor) throw new Error('the model has no input');
    const dims = [spectra.length, spectra[0]?.length ?? 0];
    const values = spectra.flat();
    const tensor =
      input.type === 'float32'
        ? new Tensor('float32', Float32Array.from(values), dims)
        : new Tensor('float64', Float64Array.from(values), dims);
    const outputs = await session.run({ [input.name]: tensor });
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data, Number)]),
    );
  } finally {
    await session.release();
  }
}

describe('the recipe of a PLS regression with limits', () => {
  let made: ReturnType<typeof runDocumented> | undefined;
  /** Runs the recipe once for all tests. */
  const recipe = () => {
    made ??= runDocumented('PLS regression with limits');
    return made;
  };

  test('writes a model that returns what scikit-learn and R get for ten held-out spectra, within 1e-4', async () => {
    const { output, onnx } = await recipe();
    const rows = output
      .split('\n')
      .slice(1, 11)
      .map(line => line.split(','));
    const printed = (column: number) => rows.map(row => Number(row[column]));
    expect(rows.map(([name]) => name)).toEqual(expected.octane.map(({ sampleName }) => sampleName));
    const { value = [], t2 = [], q = [] } = await run(onnx, testSpectra);
    expectClose(value, printed(2));
    expectClose(t2, printed(3));
    expectClose(q, printed(4));
    expectClose(
      value,
      expected.octane.map(({ value }) => value),
    );
    expectClose(
      t2,
      samples.map(({ t2 }) => t2),
    );
    expectClose(
      q,
      samples.map(({ q }) => q),
    );
  });

  test('writes the x axis, the limits and the facts about the calibration as metadata', async () => {
    const { statistics, metadata, inputLength } = await inspectModel((await recipe()).onnx);
    expect({ statistics, inputLength }).toEqual({ statistics: { t2: true, q: true }, inputLength: 401 });
    const parsed = Object.fromEntries(
      Object.entries(metadata).map(([key, text]) => [key, /^[-[\d]/.test(text) ? JSON.parse(text) : text]),
    );
    expect(parsed).toMatchObject({
      x_quantity: 'wavelength',
      x_unit: 'nm',
      x_values: wavelengths,
      y_unit: 'log(1/R)',
      reference_min: 83.4,
      reference_max: 88.9,
      calibration_samples: 50,
    });
    expectClose([parsed.t2_limit, parsed.q_limit], [t2Limit, qLimit]);
    expect(parsed.rmsep).toBeCloseTo(expected.octaneRmsep, 4);
    const training = readTraining();
    const extremes = (of: (...values: number[]) => number) =>
      wavelengths.map((_, i) => of(...training.map(spectrum => spectrum[i] ?? Number.NaN)));
    expect(parsed.calibration_min).toEqual(extremes(Math.min));
    expect(parsed.calibration_max).toEqual(extremes(Math.max));
  });

  test('writes the model of the demonstration', async () => {
    const [{ onnx }, kept] = [await recipe(), demonstration('octane-with-limits.onnx')];
    const [results, keptResults] = [await run(onnx, testSpectra), await run(kept, testSpectra)];
    expect(Object.keys(results)).toEqual(Object.keys(keptResults));
    for (const [name, numbers] of Object.entries(results)) expectClose(numbers, keptResults[name] ?? []);
    const { metadata } = await inspectModel(onnx);
    const { metadata: keptMetadata } = await inspectModel(kept);
    expect(Object.keys(metadata)).toEqual(Object.keys(keptMetadata));
  });

  test('writes a model whose calls may share runs', async () => {
    expect((await inspectModel((await recipe()).onnx)).rowIndependent).toBe(true);
  });
});

/** The training spectra of the gasoline data. */
function readTraining(): number[][] {
  const [, ...rows] = demonstration('gasoline-training.csv').toString().trim().split('\n');
  return rows.map(row => row.split(',').slice(2).map(Number));
}

describe('the recipe of a table of coefficients', () => {
  const HEADING = 'A table of coefficients';

  test('writes a model that predicts what R predicts with these coefficients, with its axis', async () => {
    const { onnx } = await runDocumented(HEADING);
    const { value = [] } = await run(onnx, testSpectra);
    expectClose(
      value,
      expected.octane.map(({ value }) => value),
    );
    const { metadata } = await inspectModel(onnx);
    expect(metadata).toMatchObject({ x_quantity: 'wavelength', x_unit: 'nm', y_unit: 'log(1/R)' });
    expect(JSON.parse(metadata.x_values ?? '')).toEqual(wavelengths);
  });

  test('applies the standard normal variate if asked to', async () => {
    const { onnx } = await runDocumented(HEADING, command => `${command} --snv`);
    const { value = [] } = await run(onnx, testSpectra);
    const table = readFileSync(join(root, 'docs/recipes/octane-coefficients.csv'), 'utf8');
    const coefficients = table
      .trim()
      .split('\n')
      .slice(1)
      .map(row => Number(row.split(',')[1]));
    const predicted = testSpectra.map(spectrum => {
      const mean = spectrum.reduce((sum, y) => sum + y, 0) / spectrum.length;
      const squares = spectrum.reduce((sum, y) => sum + (y - mean) ** 2, 0);
      const deviation = Math.sqrt(squares / (spectrum.length - 1));
      return spectrum.reduce(
        (sum, y, i) => sum + ((y - mean) / deviation) * (coefficients[i] ?? Number.NaN),
        98.7237209416238,
      );
    });
    expectClose(value, predicted);
  });

  test('refuses a table without its heading, instead of losing a coefficient', async () => {
    const written = "printf '900,1\\n902,2\\n' > table.csv && ";
    await expect(
      runDocumented(HEADING, command => written + command.replace(/\S+\.csv/, 'table.csv')),
    ).rejects.toThrow('The heading of table.csv must be x,coefficient');
  });
});

test('the Python of docs/models.md gives any file an x axis and a unit', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'octane.onnx'), demonstration('octane.onnx'));
  const [code = ''] = blocksUnder('docs/models.md', 'Metadata', 'python');
  await writeFile(join(folder, 'add-metadata.py'), code);
  await paste(`${pythonProgram} add-metadata.py`, folder);
  const { metadata, kind } = await inspectModel(await readFile(join(folder, 'octane.onnx')));
  expect(kind).toBe('REGRESSION');
  expect(metadata).toMatchObject({ x_quantity: 'wavelength', x_unit: 'nm', y_unit: 'log(1/R)' });
  expect(JSON.parse(metadata.x_values ?? '')).toEqual(wavelengths);
});

describe('a registered file of the recipe', () => {
  let service: Service;
  let lab: Lab;
  let deployed: { modelId: string; deploymentId: string };
  beforeAll(async () => {
    service = await startService();
    lab = await openLab(service);
    deployed = await deploy(service, lab.owner, demonstration('octane-with-limits.onnx'), 'With limits');
  });
  afterAll(() => service.close());

  const predict = (spectra: object[]) =>
    service.ask(
      `mutation Predict($deploymentId: ID!, $spectra: [SpectrumInput!]!, $xValues: [Float!]) {
        predict(deploymentId: $deploymentId, spectra: $spectra, xValues: $xValues) {
          xAxisChecked
          predictions { sampleName value inCalibrationRange applicability { verdict t2 t2Limit q qLimit } }
        }
      }`,
      { deploymentId: deployed.deploymentId, spectra, xValues: wavelengths },
      lab.owner,
    );

  test('has the axis, limits and calibration of its metadata', async () => {
    const { deployment } = await service.ask(
      `query ($id: ID!) { deployment(id: $id) { model {
        xAxis { quantity unit first last values } yUnit t2Limit qLimit
        calibration { rmsep referenceMin referenceMax samples yMin yMax }
      } } }`,
      { id: deployed.deploymentId },
      lab.owner,
    );
    expect(deployment?.model).toMatchObject({
      xAxis: { quantity: 'WAVELENGTH', unit: 'nm', first: 900, last: 1700, values: wavelengths },
      yUnit: 'log(1/R)',
      calibration: { referenceMin: 83.4, referenceMax: 88.9, samples: 50 },
    });
    expectClose([deployment?.model.t2Limit, deployment?.model.qLimit], [t2Limit, qLimit]);
    expect(deployment?.model.calibration?.rmsep).toBeCloseTo(expected.octaneRmsep, 4);
    expect(deployment?.model.calibration?.yMin).toHaveLength(401);
  });

  test('answers with the predictions, statistics and verdicts of R within 1e-4', async () => {
    const { xAxisChecked, predictions } = (await predict(spectraOf('gasoline-test.csv'))).predict;
    expect(xAxisChecked).toBe(true);
    expectClose(
      predictions.map(({ value }) => value),
      expected.octane.map(({ value }) => value),
    );
    const found = predictions.map(({ applicability }) => applicability);
    expectClose(
      found.map(a => a?.t2),
      samples.map(({ t2 }) => t2),
    );
    expectClose(
      found.map(a => a?.q),
      samples.map(({ q }) => q),
    );
    expectClose(
      found.map(a => a?.t2Limit),
      samples.map(() => t2Limit),
    );
    expectClose(
      found.map(a => a?.qLimit),
      samples.map(() => qLimit),
    );
    expect(found.map(a => a?.verdict)).toEqual(samples.map(({ verdict }) => verdict));
    expect(predictions.map(({ inCalibrationRange }) => inCalibrationRange)).toEqual(
      expected.octane.map(({ value }) => value >= 83.4 && value <= 88.9),
    );
  });

  test('finds spectra in reverse order OUTSIDE', async () => {
    const reversed = spectraOf('gasoline-test.csv').map(({ sampleName, yValues }) => ({
      sampleName,
      yValues: yValues.toReversed(),
    }));
    const { predictions } = (await predict(reversed)).predict;
    expect(new Set(predictions.map(({ applicability }) => applicability?.verdict))).toEqual(
      new Set(['OUTSIDE']),
    );
  });
});
