import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runModel } from '../src/onnx/run.ts';
import { closeModel, openModel } from '../src/onnx/session.ts';
import type { Axis } from '../src/spectra/axis.ts';
import { type Ordering, putInModelOrder } from '../src/spectra/model-order.ts';
import { readSpectraFile } from '../src/spectra/read-file.ts';
import type { Answer, Reading, SpectraFile } from '../src/spectra/reading.ts';
import { demonstration } from './harness.ts';

const folder = new URL('cases/spectra/', import.meta.url);

interface Expected {
  tolerance: number;
  samples: string[];
  values: number[];
  files: Record<string, { expect: 'values' | 'spectra' | 'refused'; samples?: string[] }>;
}
const expected: Expected = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8'));

/** The axis of the octane model. */
const OCTANE: Axis = {
  quantity: 'WAVELENGTH',
  unit: 'nm',
  values: Array.from({ length: 401 }, (_, index) => 900 + 2 * index),
};
const DESCENDING: Axis = { ...OCTANE, values: OCTANE.values.toReversed() };

const readCase = (name: string, modelAxis: Axis | null, answers: Answer[] = []) =>
  readSpectraFile(name, readFileSync(new URL(name, folder)), { modelAxis, answers });

const order = (file: SpectraFile, axis: Axis | null) =>
  putInModelOrder(file, { axis, inputLength: 401, yUnit: null });

/** The file that was read, or an error with what was said instead. */
function spectraOf(reading: Reading): SpectraFile {
  if (reading.kind !== 'spectra') throw new Error(`Not read: ${sayings(reading)}`);
  return reading.file;
}

function inOrder(ordering: Ordering): SpectraFile {
  if (ordering.result === 'refused') throw new Error(`Refused: ${ordering.message}`);
  return ordering.file;
}

/** Everything that is said about a file, as one text. */
function sayings(reading: Reading): string {
  if (reading.kind === 'refused') return reading.problems.map(({ message }) => message).join(' ');
  return reading.kind === 'question' ? reading.question.text : reading.file.notes.join(' ');
}

async function predict(spectra: SpectraFile['spectra']): Promise<number[]> {
  const model = await openModel(demonstration('octane.onnx'));
  const outcome = await runModel(
    model,
    spectra.map(({ y }) => y),
  ).finally(() => closeModel(model));
  return outcome.kind === 'REGRESSION' ? [...outcome.values] : [];
}

/** What is said beside a file, or why it is refused. */
const SAYINGS: Readonly<Record<string, RegExp>> = {
  'wide-descending.csv': /^1700 → 900 nm in the file, put into the model's order 900 → 1700 nm$/,
  'long-descending.csv': /^1700 → 900 nm in the file, put into the model's order 900 → 1700 nm$/,
  'wide-columns-in-text-order.csv':
    /'1700' \(column 352\) is followed by '900' \(column 353\).*order of their texts/,
  'wide-other-axis.csv':
    /run from 1100 to 1900, the model expects 900 to 1700 nm\. Point 1 is at 1100, not at 900\./,
  'no-heading.csv':
    /first row \('gasoline-51', '-0\.052634', .* is not a heading: its numbers neither ascend nor descend/,
  'numeric-metadata-heading.csv':
    /heading '1' \(column 2\) is not on the model's axis, .*, and 900 is missing/,
  'thousands-separators.tsv': /'1,015' beside '947' on line 2 can be two numbers, 1015 or 1\.015/,
  'thousands-german.csv': /'1\.002' beside '998' on line 2 can be two numbers, 1002 or 1\.002/,
  'mixed-decimal-signs.csv': /commas and numbers with points: '-0,0527' on line 3 and '-0\.052634' on line 2/,
  'two-samples-of-one-name.csv': /Two spectra are called 'same'/,
  'one-column-a-sample.csv': /Read as one column for each sample: 10 samples of 401 points/,
  'names-in-second-column.csv': /The names were taken from column 'sample_id'/,
  'two-axes-in-one-file.csv': /'A' runs from 900 to 902, 'B' from 1100 to 1102/,
  'two-columns.csv': /one spectrum, named after the file/,
  'title-with-commas.jdx': /##FIRSTX=, ##LASTX= and ##NPOINTS= are missing/,
};

const casesThat = (expect: Expected['files'][string]['expect']) =>
  Object.entries(expected.files).filter(([, file]) => file.expect === expect);

describe('files as people export them', () => {
  test('every file has an expectation', () => {
    const files = readdirSync(folder).filter(name => name !== 'expected.json');
    expect(files.toSorted()).toEqual(Object.keys(expected.files).toSorted());
  });

  test.for(casesThat('values'))('%s gets the right predictions', async ([name, { samples }]) => {
    const reading = readCase(name, OCTANE);
    const ordering = order(spectraOf(reading), OCTANE);
    const { spectra } = inOrder(ordering);
    const names = spectra.map(({ sampleName }) => sampleName);
    const all = samples ?? expected.samples;
    expect(names).toEqual(name.startsWith('long-other') ? all.slice(0, names.length) : all);
    const values = await predict(spectra);
    for (const [index, value] of values.entries()) {
      expect(Math.abs(value - (expected.values[index] ?? Number.NaN))).toBeLessThan(expected.tolerance);
    }
    expect(ordering.result).toBe(name.includes('descending') ? 'reversed' : 'checked');
    const note = ordering.result === 'refused' ? null : ordering.note;
    expect([note, sayings(reading)].find(saying => saying) ?? '').toMatch(SAYINGS[name] ?? /^$/);
  });

  test.for(casesThat('spectra'))('%s is read', ([name, { samples }]) => {
    const reading = readCase(name, null);
    expect(spectraOf(reading).spectra.map(({ sampleName }) => sampleName)).toEqual(samples);
    expect(sayings(reading)).toMatch(SAYINGS[name] ?? /^$/);
  });

  test.for(casesThat('refused'))('%s is refused with what was read', ([name]) => {
    const reading = readCase(name, OCTANE);
    const ordering = reading.kind === 'spectra' ? order(reading.file, OCTANE) : null;
    expect(ordering?.result ?? 'refused').toBe('refused');
    const said = ordering?.result === 'refused' ? ordering.message : sayings(reading);
    // Without a pattern here the test fails, as every refusal says something.
    expect(said).toMatch(SAYINGS[name] ?? /^$/);
  });

  test.for(casesThat('refused'))('%s is not read as a complete file of that axis without one', ([name]) => {
    const reading = readCase(name, null);
    const hasOtherAxis =
      reading.kind === 'spectra' &&
      order(reading.file, null).result === 'unchecked' &&
      reading.file.axis.values[0] === 1100;
    expect(reading.kind !== 'spectra' || hasOtherAxis).toBe(true);
  });

  test('a descending file and a model whose axis descends need no change', () => {
    expect(order(spectraOf(readCase('long-descending.csv', DESCENDING)), DESCENDING)).toMatchObject({
      result: 'checked',
      note: null,
      file: { axis: { values: DESCENDING.values } },
    });
  });

  test('without an axis of the model, the order of the file is kept and shown', () => {
    const file = spectraOf(readCase('long-descending.csv', null));
    expect(file.spectra[0]?.y.slice(0, 2)).toEqual([1.17077, 1.152654]);
    expect(order(file, null)).toEqual({
      result: 'unchecked',
      file,
      note: '1700 → 900, not checked: this model has no axis',
    });
  });

  test('a file without a heading is read with all its rows if the person says so', async () => {
    const reading = readCase('no-heading.csv', OCTANE);
    expect(reading).toMatchObject({ kind: 'question', question: { id: 'no-heading' } });
    expect(sayings(reading)).toContain("Read all 10 rows as spectra, with the model's axis, 900 to 1700 nm?");
    const file = spectraOf(readCase('no-heading.csv', OCTANE, [{ id: 'no-heading', answer: 'yes' }]));
    expect(file.spectra.map(({ sampleName }) => sampleName)).toEqual(expected.samples);
    expect(file.notes.join()).toContain('has no heading');
    for (const [index, value] of (await predict(file.spectra)).entries()) {
      expect(value).toBeCloseTo(expected.values[index] ?? Number.NaN, 3);
    }
    expect(readCase('no-heading.csv', OCTANE, [{ id: 'no-heading', answer: 'no' }]).kind).toBe('refused');
  });

  test('a number among the headings that is far from the others is asked about', () => {
    const name = 'numeric-metadata-heading.csv';
    expect(readCase(name, null)).toMatchObject({
      kind: 'question',
      question: {
        id: 'numeric-column',
        text: "The heading '1' (column 2) is far from the others, 902 to 1700. Is its column a point of the spectra?",
      },
    });
    const asked = (answer: 'yes' | 'no') =>
      spectraOf(readCase(name, null, [{ id: 'numeric-column', answer }])).axis.values.slice(0, 2);
    expect(asked('yes')).toEqual([1, 902]);
    expect(asked('no')).toEqual([902, 904]);
  });
});
