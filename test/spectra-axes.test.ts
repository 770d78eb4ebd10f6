import { describe, expect, test } from 'vitest';
import { type Axis, compareAxes, describeRange } from '../src/spectra/axis.ts';
import { describeDisagreement, type ExpectedSpectra, putInModelOrder } from '../src/spectra/model-order.ts';
import { readSpectraFile } from '../src/spectra/read-file.ts';
import type { SpectraFile } from '../src/spectra/reading.ts';
import { recognizeXUnit, yKindOf } from '../src/spectra/units.ts';
import { encode } from './spectra-texts.ts';

const axis = (values: number[], unit: string | null = null, quantity: Axis['quantity'] = null): Axis => ({
  quantity,
  unit,
  values,
});
const model = axis([900, 902, 904, 908], 'nm', 'WAVELENGTH');

function difference(expected: Axis, given: Axis): string {
  const comparison = compareAxes(expected, given);
  return comparison.result === 'different' ? comparison.message : comparison.result;
}

describe('an axis is compared with that of the model', () => {
  test.for<[string, number[], string]>([
    ['the same', [900, 902, 904, 908], 'same'],
    ['within a tenth of the smallest step', [900.19, 901.81, 904, 908.19], 'same'],
    ['exactly the reverse', [908, 904, 902, 900], 'reversed'],
    ['almost the reverse', [908.19, 904, 902, 900], 'reversed'],
    [
      'another range',
      [1100, 1102, 1104, 1108],
      'The spectra run from 1100 to 1108, the model expects 900 to 908 nm. Point 1 is at 1100, not at 900.',
    ],
    [
      'another x inside',
      [900, 902, 904.3, 908],
      'The spectra run from 900 to 908, the model expects 900 to 908 nm. Point 3 is at 904.3, not at 904.',
    ],
    [
      'another x inside the reverse',
      [908, 904, 902.3, 900],
      'The spectra run from 908 to 900, the model expects 900 to 908 nm. Point 3 is at 902.3, not at 902.',
    ],
    [
      'fewer points',
      [900, 902, 904],
      'The spectra have 3 points (900 to 904), the model expects 4 (900 to 908 nm).',
    ],
    [
      'more points',
      [898, 900, 902, 904, 908],
      'The spectra have 5 points (898 to 908), the model expects 4 (900 to 908 nm). Point 1 is at 898, not at 900.',
    ],
    ['no points', [], 'The spectra have 0 points (no points), the model expects 4 (900 to 908 nm).'],
  ])('%s', ([, values, expected]) => {
    expect(difference(model, axis(values))).toBe(expected);
  });

  test('a single point has to be equal', () => {
    expect(difference(axis([900]), axis([900]))).toBe('same');
    expect(difference(axis([900]), axis([900.001]))).toContain('Point 1 is at 900.001, not at 900.');
  });

  test('units and quantities that exclude each other differ, whatever the values', () => {
    const { values } = model;
    expect(difference(model, axis([...values], 'cm-1'))).toBe(
      'The spectra run from 900 to 908 cm-1, the model expects 900 to 908 nm.',
    );
    expect(difference(model, axis([...values], null, 'WAVENUMBER'))).toBe(
      'The spectra run from 900 to 908 (wavenumbers), the model expects 900 to 908 nm (wavelengths).',
    );
    expect(difference(model, axis([...values], 'Nanometers', 'WAVELENGTH'))).toBe('same');
    expect(difference(model, axis([...values], 'furlong', 'OTHER'))).toBe('same');
    const raman = axis([...values], 'cm-1', 'RAMAN_SHIFT');
    expect(difference(raman, axis([...values], '1/cm', 'WAVENUMBER'))).toBe('same');
  });

  test('ranges are written without the noise of floating-point arithmetic', () => {
    expect(describeRange(axis([0.1 + 0.2, 900.1], 'nm'))).toBe('0.3 to 900.1 nm');
    expect(describeRange(axis([4000], 'cm⁻¹'))).toBe('4000 cm⁻¹');
  });
});

const file = (given: Axis, yUnit: string | null = null, name = 'a.csv'): SpectraFile => ({
  name,
  format: 'CSV',
  layout: 'wide',
  isAxisAssumed: false,
  axis: given,
  yUnit,
  spectra: [{ sampleName: 'A', line: 2, y: given.values.map(x => x / 1000) }],
  notes: [],
});

describe("a file is put into the model's order", () => {
  const expected = { axis: model, inputLength: 4, yUnit: 'absorbance' };

  test('unchanged if the axes are the same', () => {
    const given = file(axis([900, 902, 904, 908]));
    expect(putInModelOrder(given, expected)).toEqual({ result: 'checked', file: given, note: null });
  });

  test('reversed with its values, and with a note', () => {
    const given = file(axis([908, 904, 902, 900]));
    expect(putInModelOrder(given, expected)).toEqual({
      result: 'reversed',
      file: file(axis([900, 902, 904, 908])),
      note: "908 → 900 nm in the file, put into the model's order 900 → 908 nm",
    });
    expect(given.axis.values[0]).toBe(908);
  });

  test('refused if they differ', () => {
    expect(putInModelOrder(file(axis([900, 902, 904, 906])), expected)).toEqual({
      result: 'refused',
      message:
        'The spectra run from 900 to 906, the model expects 900 to 908 nm. Point 4 is at 906, not at 908.',
    });
  });

  test('not checked without an axis of the model, but for the number of points', () => {
    const without = { ...expected, axis: null };
    const given = file(axis([908, 904, 902, 900], 'nm'));
    expect(putInModelOrder(given, without)).toEqual({
      result: 'unchecked',
      file: given,
      note: '908 → 900 nm, not checked: this model has no axis',
    });
    expect(putInModelOrder(file(axis([900])), without)).toEqual({
      result: 'refused',
      message: 'The spectra have 1 point (900), the model expects 4.',
    });
  });

  test.for<[string | null, string | null, boolean]>([
    ['Transmittance', 'absorbance', false],
    ['%T', 'absorbance', false],
    ['%T', 'transmittance', false],
    ['Reflectance', 'log(1/R)', false],
    ['KUBELKA-MUNK', 'absorbance', false],
    ['Absorbance (AU)', 'absorbance', true],
    ['Log(1/R)', 'absorbance', true],
    ['Transmittance (%)', '%T', true],
    ['counts', 'absorbance', false],
    ['a.u.', 'absorbance', true],
    ['Intensity', 'counts', true],
    [null, 'absorbance', true],
    ['%T', null, true],
    ['%T', 'a unit of our own', false],
    ['a unit of our own', 'A unit of our own', true],
  ])('values in %s for a model of %s', ([given, unit, isAccepted]) => {
    const ordering = putInModelOrder(file(model, given), { ...expected, yUnit: unit });
    if (isAccepted) expect(ordering.result).toBe('checked');
    else {
      expect(ordering).toEqual({
        result: 'refused',
        message: `The values are '${given}', the model expects '${unit}'. Export the spectra in that unit.`,
      });
    }
  });
});

const NO_AXIS = { axis: null };

test('files for a model without an axis have to agree in direction, range and points', () => {
  const [up, down] = [file(axis([900, 902])), file(axis([902, 900]), null, 'b.csv')];
  const other = file(axis([1100, 1102]), null, 'c.csv');
  expect(describeDisagreement([], NO_AXIS)).toBeNull();
  expect(describeDisagreement([up, up], NO_AXIS)).toBeNull();
  expect(describeDisagreement([up, down], NO_AXIS)).toMatch(
    /^The files have different axes: a\.csv from 900 to 902 \(2 points\), b\.csv from 902 to 900 \(2 points\)\./,
  );
  expect(describeDisagreement([up, up, other], NO_AXIS)).toContain('c.csv from 1100 to 1102');
  expect(describeDisagreement([up, file(axis([900, 902, 904]))], NO_AXIS)).toContain('(3 points)');
});

test('units are recognized in the spellings of instruments', () => {
  const units = [
    'nm',
    '(NM)',
    'Nanometers',
    'um',
    'μm',
    'cm-1',
    'CM^-1',
    '1/CM',
    'cm⁻¹',
    '[cm−1]',
    'apple',
    '',
  ];
  expect(units.map(unit => recognizeXUnit(unit)?.unit ?? null)).toEqual([
    ...['nm', 'nm', 'nm', 'µm', 'µm', 'cm⁻¹', 'cm⁻¹', 'cm⁻¹', 'cm⁻¹', 'cm⁻¹'],
    ...[null, null],
  ]);
  expect(yKindOf('ABSORBANCE')).toBe('absorbance');
  expect(yKindOf('% Transmittance')).toBe('percent transmittance');
  expect(yKindOf('ARBITRARY UNITS')).toBeNull();
});

describe('values of another kind than those of the model are refused', () => {
  const absorbances: ExpectedSpectra = {
    axis: { quantity: 'WAVELENGTH', unit: 'nm', values: [900, 902, 904] },
    inputLength: 3,
    yUnit: 'absorbance',
  };
  const rows = '900,91\n902,92\n904,93';
  const resultOf = (text: string) => {
    const reading = readSpectraFile('file.csv', encode(text), { modelAxis: absorbances.axis, answers: [] });
    return reading.kind === 'spectra' ? putInModelOrder(reading.file, absorbances).result : reading.kind;
  };

  test.for([
    ['in a heading', `wavelength,%T\n${rows}`],
    ['in a heading with other words', `wavelength,Réflectance (0-1)\n${rows}`],
    ['in the heading of a sample', `wavelength,S1 %T\n${rows}`],
    ['that the model cannot know', `wavelength,Counts\n${rows}`],
    ['in a comment that is the heading', `# wavelength,%T\n${rows}`],
    ['in a line above the table', 'Transmittance (%),,,\nsample_name,900,902,904\nA,91,92,93'],
    ['in a line that begins like a comment', '%T\nsample_name,900,902,904\nA,91,92,93'],
    ['in a row of units', `wavelength,y\nnm,%T\n${rows}`],
    ['in the units of one of several samples', 'wavelength,A,B\nnm,%T,AU\n900,1,2\n902,2,3\n904,3,4'],
    ['in a heading that the units do not repeat', `Wavelength,Transmittance\nnm,AU\n${rows}`],
  ])('when the unit stands %s', ([, text = '']) => {
    expect(resultOf(text)).toBe('refused');
    // The same table of absorbances is read.
    const right = text
      .replaceAll(/%T|Transmittance \(%\)|Transmittance|Réflectance \(0-1\)|Counts/g, 'Absorbance')
      .replace(/^# /, '');
    expect(resultOf(right)).toBe('checked');
  });

  test('and of the kind of the model are not, however they are written', () => {
    for (const unit of ['Absorbance', 'abs', 'AU', 'a.u.', 'log(1/R)', 'Absorbance (AU)', 'Extinktion']) {
      expect(resultOf(`wavelength,${unit}\n${rows}`)).toBe('checked');
    }
  });
});
