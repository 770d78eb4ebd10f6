import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import fc from 'fast-check';
import { convert } from 'jcampconverter';
import { describe, expect, test } from 'vitest';
import { isJcamp } from '../src/spectra/jcamp.ts';
import { readSpectraFile } from '../src/spectra/read-file.ts';
import type { SpectraFile } from '../src/spectra/reading.ts';
import { FORMS, type JcampSpectrum, writeBlock, writeLink } from './jcamp-writer.ts';
import { encode } from './spectra-texts.ts';

const name = 'sample.jdx';

function read(text: string): SpectraFile {
  const reading = readSpectraFile(name, encode(text), { modelAxis: null, answers: [] });
  if (reading.kind !== 'spectra') throw new Error(JSON.stringify(reading));
  return reading.file;
}

/** Why a text is refused: `line 4: …`; undefined if it is read. */
function refusal(text: string): string | undefined {
  const reading = readSpectraFile(name, encode(text), { modelAxis: null, answers: [] });
  if (reading.kind !== 'refused') return undefined;
  return reading.problems
    .map(({ line, message }) => (line === null ? message : `line ${line}: ${message}`))
    .join();
}

const simple: JcampSpectrum = {
  values: [10, 12, 15, 15, 15, 11, 9, -3, -3, 4],
  firstX: 4000,
  step: -2,
  form: 'AFFN',
};

const values = fc.array(fc.oneof(fc.integer(), fc.integer({ min: -3, max: 3 }), fc.constant(7)), {
  minLength: 2,
  maxLength: 120,
});
const spectra: fc.Arbitrary<JcampSpectrum> = fc.record({
  values,
  firstX: fc.integer({ min: -5000, max: 5000 }),
  step: fc.constantFrom(0.5, 1, 2, 4, -0.25, -1, -2),
  form: fc.constantFrom(...FORMS),
  xFactor: fc.constantFrom(1, 0.5, 0.125),
  yFactor: fc.constantFrom(1, 0.5, 2 ** -20),
  perLine: fc.integer({ min: 2, max: 20 }),
});

describe('what is written is read', () => {
  test('in each form, direction and factor', () => {
    fc.assert(
      fc.property(spectra, spectrum => {
        const { axis, spectra } = read(writeBlock(spectrum));
        expect(spectra.map(({ y }) => y)).toEqual([
          spectrum.values.map(value => value * (spectrum.yFactor ?? 1)),
        ]);
        const { firstX, step } = spectrum;
        expect(axis).toEqual({
          quantity: 'WAVENUMBER',
          unit: 'cm⁻¹',
          values: spectrum.values.map((_, index) => expect.closeTo(firstX + index * step, 9)),
        });
      }),
      { numRuns: 500 },
    );
  });

  test('with each end of line, with comments, blank lines, indented records and labels in other spellings', () => {
    const plain = writeBlock({ ...simple, form: 'DIFDUP' });
    const expected = read(plain);
    for (const text of [
      plain.replaceAll('\n', '\r\n'),
      plain.replaceAll('\n', '\r'),
      plain.replaceAll('\n##', '\n  ##'),
      plain.replaceAll('\n', () => ' $$ a comment\n'),
      plain.replaceAll('\n', '\n\n'),
      plain.replace('##FIRSTX=', '##First_X = ').replace('##XFACTOR', '##X-FACTOR'),
      `$$ made by a program\n${plain}\n\n`,
    ]) {
      expect(read(text)).toEqual({
        ...expected,
        spectra: [expect.objectContaining({ y: expected.spectra[0]?.y })],
      });
    }
  });

  test('decimal values and exponents, as in ordinary numbers', () => {
    const text = writeBlock({ ...simple, values: [0, 0, 0, 0], records: { FIRSTY: '0.0015' } });
    const data = '4000 1.5E-03 -2.5e-1\n3996 .5 1.25E+01';
    expect(read(text.replace(/4000 0 0 0 0/, data)).spectra[0]?.y).toEqual([0.0015, -0.25, 0.5, 12.5]);
  });

  test('pairs of x and y, in their order, evenly spaced or not', () => {
    const header =
      '##TITLE=t\n##XUNITS=NANOMETERS\n##XFACTOR=0.5\n##FIRSTX=200\n##LASTX=203.5\n##NPOINTS=4\n';
    const file = read(`${header}##XYPOINTS=(XY..XY)\n400,1.5; 401,2\n402 3\n407, 4E-1\n##END=\n`);
    expect(file.axis).toEqual({ quantity: 'WAVELENGTH', unit: 'nm', values: [200, 200.5, 201, 203.5] });
    expect(file.spectra[0]?.y).toEqual([1.5, 2, 3, 0.4]);
    expect(file.notes).toContain('The file has no ##YFACTOR=; it was taken as 1.');
  });

  test('several spectra of one axis, named after their titles, or numbered if these are not their own', () => {
    const blocks = ['first', 'second'].map(title => writeBlock({ ...simple, title, form: 'DIF' }));
    expect(read(writeLink(blocks)).spectra).toEqual([
      { sampleName: 'first', line: 5, y: simple.values },
      { sampleName: 'second', line: 22, y: simple.values },
    ]);
    const file = read(writeLink([writeBlock(simple), writeBlock(simple)]));
    expect(file.spectra.map(({ sampleName }) => sampleName)).toEqual(['sample 1', 'sample 2']);
    expect(file.notes).toContain('The samples are numbered, as their blocks have no titles of their own.');
  });

  test('a single spectrum is named after the file, and its title is noted', () => {
    const file = read(writeBlock({ ...simple, title: '1,2,3-Propanetriol' }));
    expect(file).toMatchObject({ format: 'JCAMP-DX', layout: null, spectra: [{ sampleName: 'sample' }] });
    expect(file.notes).toEqual(["Title in the file: '1,2,3-Propanetriol'."]);
  });

  test('values keep the unit that the file states: transmittance is not converted', () => {
    const { yUnit, spectra } = read(writeBlock({ ...simple, records: { YUNITS: 'TRANSMITTANCE' } }));
    expect({ yUnit, y: spectra[0]?.y }).toEqual({ yUnit: 'TRANSMITTANCE', y: simple.values });
  });
});

test.for<[string, string, string | null, string | null]>([
  ['1/CM', 'INFRARED SPECTRUM', 'WAVENUMBER', 'cm⁻¹'],
  ['cm-1', 'ftir', 'WAVENUMBER', 'cm⁻¹'],
  ['WAVENUMBERS (1/CM)', '', 'WAVENUMBER', 'cm⁻¹'],
  ['1/CM', 'RAMAN SPECTRUM', 'RAMAN_SHIFT', 'cm⁻¹'],
  ['RAMAN SHIFT', '', 'RAMAN_SHIFT', 'cm⁻¹'],
  ['Raman Shift (cm-1)', '', 'RAMAN_SHIFT', 'cm⁻¹'],
  ['NANOMETERS', 'UV/VIS SPECTRUM', 'WAVELENGTH', 'nm'],
  ['Wavelength (nm)', '', 'WAVELENGTH', 'nm'],
  ['Wavelength', '', 'WAVELENGTH', null],
  ['MICROMETERS', '', 'WAVELENGTH', 'µm'],
  ['HZ', 'NMR SPECTRUM', 'OTHER', 'HZ'],
  ['', '', null, null],
])('##XUNITS=%s of ##DATA TYPE=%s is %s in %s', ([xUnits, dataType, quantity, unit]) => {
  const { axis } = read(writeBlock({ ...simple, records: { XUNITS: xUnits, 'DATA TYPE': dataType } }));
  expect(axis).toMatchObject({ quantity, unit });
});

describe('what cannot be read right is refused, with the line and what was read', () => {
  const written = writeBlock({ ...simple, form: 'DIFDUP', perLine: 4 });
  const change = (from: string | RegExp, to: string) => {
    const changed = written.replace(from, () => to);
    expect(changed).not.toBe(written);
    return changed;
  };

  test('a file without ##FIRSTX=, ##LASTX= and ##NPOINTS=', () => {
    const text = '##TITLE=1,2,3-Propanetriol\n##JCAMP-DX=4.24\n##XYDATA=(X++(Y..Y))\n450 1 2 3\n##END=\n';
    expect(refusal(text)).toBe(
      'line 3: ##FIRSTX=, ##LASTX= and ##NPOINTS= are missing, so the x of each point cannot be known. Export the spectrum with them, or as CSV.',
    );
  });

  test.for<[string, string | RegExp, string, RegExp]>([
    ['only ##LASTX= missing', /##LASTX=.*\n/, '', /^line \d+: ##LASTX= is missing/],
    [
      'a decimal comma in the header',
      '##FIRSTX=4000',
      '##FIRSTX=4000,5',
      /^line 8: ##FIRSTX= is '4000,5'.*decimal points/,
    ],
    [
      'two values for one label',
      '##FIRSTX=4000',
      '##FIRSTX=4000\n##FIRSTX=5000',
      /^line 9: ##FIRSTX= has two values: '4000' in line 8 and '5000' here/,
    ],
    ['a factor of 0', '##YFACTOR=1', '##YFACTOR=0', /^line 7: ##YFACTOR= is 0/],
    [
      'fewer points than stated',
      /##LASTX.*\n.*\n##NPOINTS.*/,
      '##LASTX=3980\n##NPOINTS=11',
      /^line 12: ##NPOINTS= is 11, but the data hold 10 points/,
    ],
    [
      'more points than stated',
      /##LASTX.*\n.*\n##NPOINTS.*/,
      '##LASTX=3984\n##NPOINTS=9',
      /^line 12: ##NPOINTS= is 9, but the data hold 10 points/,
    ],
    ['half a point', '##NPOINTS=10', '##NPOINTS=9.5', /^line 11: ##NPOINTS= is '9.5'/],
    [
      'another distance of points',
      '##DELTAX=-2',
      '##DELTAX=-4',
      /^line 10: ##DELTAX= is -4, but 10 points from 4000 to 3982 are -2 apart/,
    ],
    ['the opposite direction', '##DELTAX=-2', '##DELTAX=2', /^line 10: ##DELTAX= is 2, /],
    [
      'another first value',
      '##FIRSTY=10',
      '##FIRSTY=100',
      /^line 14: The first value is 10, but ##FIRSTY= is 100 \(line 12\)/,
    ],
    ['another factor', '##YFACTOR=1', '##YFACTOR=0.1', /^line 14: The first value is 1, but ##FIRSTY= is 10/],
    ['an x that skips a point', '\n3994', '\n3992', /^line 15: The line begins with x = 3992/],
    [
      'another x of a line',
      '\n3994',
      '\n3984',
      /^line 15: The line begins with x = 3984. By the header \(10 points from 4000 to 3982\) it is 3994/,
    ],
    [
      'another check',
      '\n3994A5',
      '\n3994A6',
      /^line 15: The line repeats 16, but the line before ends with 15: a difference was changed or lost/,
    ],
    ['a missing value', '3994A5', '3994?', /^line 15: A value is missing \('\?/],
    [
      'a difference at the beginning',
      '3994A5',
      '3994J5',
      /^line 15: The first value of the line, 'J5', does not stand in full/,
    ],
    ['a line without x', '\n3994A5', '\nA5', /^line 15: The line begins with 'A5' instead of an x/],
    ['text', '3994A5', '3994 absorbance', /^line 15: /],
    [
      'too many digits',
      '3994A5',
      '3994A5000000000000000000',
      /^line 15: 'A5000000000000000000' has too many digits/,
    ],
    ['no end, as of a file that is cut off', '\n##END=', '', /^line 1: The block has no ##END=/],
    [
      'no title',
      '##TITLE=a sample\n',
      '',
      /^line 1: A JCAMP-DX file begins with ##TITLE=, this one with '##JCAMPDX'/,
    ],
    ['no data', /##XYDATA=[^#]*/, '', /^The file has no spectrum/],
    [
      'a table of peaks',
      '##XYDATA=(X++(Y..Y))',
      '##PEAK TABLE=(XY..XY)',
      /^line 13: The file holds a table of peaks/,
    ],
    ['other variables', '(X++(Y..Y))', '(X++(R..R))', /^line 13: ##XYDATA= is '\(X\+\+\(R\.\.R\)\)'/],
    [
      'x that does not change',
      /##LASTX=.*\n##DELTAX=.*/,
      '##LASTX=4000',
      /^line 14: .*10 points from 4000 to 4000/,
    ],
  ])('%s', ([, from, to, message]) => {
    expect(refusal(change(from, to))).toMatch(message);
  });

  test('pairs whose x do not go in one direction, or that end elsewhere than stated', () => {
    const pairs = (data: string) =>
      `##TITLE=t\n##FIRSTX=400\n##LASTX=402\n##NPOINTS=3\n##XYPOINTS=(XY..XY)\n${data}\n##END=`;
    expect(refusal(pairs('400,1 402,2 402,3'))).toMatch(/^line 5: .* x of point 3 is 402, after 402/);
    expect(refusal(pairs('400,1 401,2 405,3'))).toMatch(
      /^line 5: The last x of the data is 405, but ##LASTX= is 402/,
    );
    expect(refusal(pairs('300,1 401,2 402,3'))).toMatch(
      /^line 6: The first x of the data is 300, but ##FIRSTX= is 400/,
    );
    expect(refusal(pairs('400,1 401,2 402'))).toMatch(/^line 6: The line has 5 numbers, which are not pairs/);
    expect(refusal(pairs('400,1,5 401,2,5 402,3,5'))).toMatch(/^line 6: The line has 9 numbers/);
  });

  test('decimal commas in the data', () => {
    const text = writeBlock({ ...simple, values: [1, 2], records: { FIRSTY: undefined } });
    expect(refusal(text.replace('4000 1 2', '4000 1,5 2,5'))).toMatch(
      /##NPOINTS= is 2, but the data hold 4 points. Numbers need decimal points; a comma separates two.$/,
    );
  });

  test('lines in another order, also where their x is rounded to many points', () => {
    const [one, other] = ['4000+1+2+3+4', '3999+5+6+7+8'];
    const lines = (data: string) =>
      `##TITLE=t\n##FIRSTX=4000\n##LASTX=3998.25\n##NPOINTS=8\n##XYDATA=(X++(Y..Y))\n${data}\n##END=`;
    expect(read(lines(`${one}\n${other}`)).spectra[0]?.y).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(refusal(lines(`${other}\n${one}`))).toMatch(/^line 7: The line begins with x = 4000/);
  });

  test('a distance of points that rounding does not explain', () => {
    const text = (delta: string) =>
      `##TITLE=t\n##FIRSTX=900\n##LASTX=904\n##NPOINTS=3\n##DELTAX=${delta}\n##XYDATA=(X++(Y..Y))\n900 1 2 3\n##END=`;
    for (const delta of ['2', '2.0', '+2.00', '1.99']) expect(refusal(text(delta))).toBeUndefined();
    for (const delta of ['1', '3', '-2', '1.5', '2E+2']) {
      expect(refusal(text(delta))).toBe(
        `line 5: ##DELTAX= is ${delta}, but 3 points from 900 to 904 are 2 apart. Export the spectrum again.`,
      );
    }
  });

  test('an x of a line that only its exponent makes near', () => {
    const text = (x: string) =>
      `##TITLE=t\n##FIRSTX=900\n##LASTX=904\n##NPOINTS=3\n##XYDATA=(X++(Y..Y))\n${x} 1 2 3\n##END=`;
    expect(refusal(text('9.00E+2'))).toBeUndefined();
    expect(refusal(text('1E+3'))).toMatch(/^line 6: The line begins with x = 1000/);
  });

  test('one point with two ends', () => {
    const text = (last: number) =>
      `##TITLE=t\n##FIRSTX=900\n##LASTX=${last}\n##NPOINTS=1\n##XYDATA=(X++(Y..Y))\n900 1\n##END=`;
    expect(refusal(text(900))).toBeUndefined();
    expect(refusal(text(1700))).toMatch(/^line 3: ##FIRSTX= is 900 and ##LASTX= 1700, but ##NPOINTS= is 1/);
  });

  test('an exponent without a sign, which other programs read as two numbers', () => {
    const text = writeBlock({ ...simple, values: [1, 2], records: { FIRSTY: undefined } });
    expect(refusal(text.replace('4000 1 2', '4000 1.5E3 2'))).toMatch(/'1.5E3' can be one number or two/);
  });

  test('spectra of several axes or units in one file', () => {
    const link = (other: JcampSpectrum) => refusal(writeLink([writeBlock(simple), writeBlock(other)]));
    expect(link({ ...simple, firstX: 4400 })).toBe(
      'line 21: Spectrum 2 has 10 points from 4400 to 4382 cm⁻¹, spectrum 1 has 10 points from 4000 to 3982 cm⁻¹. Point 1 is at 4400, not at 4000. Put spectra of different axes into different files.',
    );
    expect(link({ ...simple, values: simple.values.slice(1) })).toMatch(/^line 21: Spectrum 2 has 9 points/);
    expect(link({ ...simple, records: { XUNITS: 'NANOMETERS' } })).toMatch(
      /4000 to 3982 nm, spectrum 1 .* cm⁻¹/,
    );
    expect(link({ ...simple, records: { YUNITS: 'TRANSMITTANCE' } })).toMatch(
      /^line 21: Spectrum 2 is in 'TRANSMITTANCE', spectrum 1 in 'ABSORBANCE'/,
    );
  });
});

describe('files of jcamp-data-test have the values that jcampconverter decodes', () => {
  const folder = join(createRequire(import.meta.url).resolve('jcamp-data-test/package.json'), '../data');
  const contents = (file: string) => readFileSync(join(folder, file), 'latin1');

  /** What another program reads: the points of all spectra. */
  function convertWithAnotherProgram(text: string): { x: number[]; y: number[] }[] {
    return convert(text).flatten.flatMap(({ spectra }) =>
      spectra.map(({ data }) => ({ x: data.x ?? [], y: data.y ?? [] })),
    );
  }

  function expectSameValues(text: string, xUnit = 1): void {
    const { axis, spectra } = read(text);
    const others = convertWithAnotherProgram(text).filter(({ y }) => y.length > 0);
    expect(spectra.map(({ y }) => y)).toEqual(others.map(({ y }) => y));
    const span = Math.abs((axis.values.at(-1) ?? 0) - (axis.values[0] ?? 0));
    for (const { x } of others) {
      const largest = Math.max(
        ...x.map((value, index) => Math.abs(value * xUnit - (axis.values[index] ?? 0))),
      );
      expect(largest / span).toBeLessThan(1e-9);
    }
  }

  test.for([
    'Rutin_3080ug200uL_DMSOd6_13CNMR_400MHz_JDX.jdx',
    'Rutin_3080ug200uL_DMSOd6_qHNMR_400MHz_JDX.jdx',
  ])('%s, 52430 points in DIFDUP', file => {
    const text = contents(file);
    // jcampconverter turns hertz into parts per million.
    expectSameValues(text, Number(/OBSERVE FREQUENCY=\s*(\S+)/.exec(text)?.[1]));
  });

  /** The pages of an NTUPLES file as blocks of XYDATA: the same compressed text under another header. */
  function pagesOf(text: string, xSymbol: string, pages: number): string[] {
    const listOf = (label: string, from: string) =>
      (new RegExp(`^##${label}=(.*)$`, 'm').exec(from)?.[1] ?? '').split(',').map(value => value.trim());
    const column = (symbol: string) => listOf('SYMBOL', text).indexOf(symbol);
    return [...text.matchAll(/^##DATA TABLE=\s*\(\w+\+\+\((\w)\.\.\w\)\).*$/gm)]
      .slice(0, pages)
      .map(({ 1: ySymbol = '', index, 0: heading }, number) => {
        const page = text.slice(text.lastIndexOf('##PAGE', index), index);
        const value = (label: string, symbol: string) =>
          listOf(label, page.includes(`##${label}=`) ? page : text)[column(symbol)];
        const data = text.slice(index + heading.length, text.indexOf('\n##', index + 2));
        const header = [
          `TITLE=page ${number + 1}`,
          `XFACTOR=${value('FACTOR', xSymbol)}`,
          `YFACTOR=${value('FACTOR', ySymbol)}`,
          `FIRSTX=${value('FIRST', xSymbol)}`,
          `LASTX=${value('LAST', xSymbol)}`,
          // The first value in pages of MestReNova is that of another page.
          ...(page.includes('##FIRST=') ? [] : [`FIRSTY=${value('FIRST', ySymbol)}`]),
          `NPOINTS=${value('VAR_DIM', xSymbol)}`,
          'XYDATA=(X++(Y..Y))',
        ];
        return `${header.map(line => `##${line}\n`).join('')}${data.trim()}\n##END=`;
      });
  }

  test.for<[string, string]>([
    ['aspirin-1h.dx', 'X'],
    ['aspirin-1h.fid.dx', 'X'],
    ['naphtoicAcid-1h.fid.dx', 'X'],
    ['qmagnetics/ibuprofen_j_ave_qmagnetics.jdx', 'X'],
    ['Rutin_3080ug200uL_DMSOd6_COSY_400MHz_JDX.jdx', 'F2'],
    ['Rutin_3080ug200uL_DMSOd6_HMBC_400MHz_JDX.jdx', 'F2'],
    ['Rutin_3080ug200uL_DMSOd6_HSQC_400MHz_JDX.jdx', 'F2'],
  ])('%s: refused as it is, its pages are read', ([file, xSymbol]) => {
    const text = contents(file);
    expect(refusal(text)).toMatch(/^line \d+: The file holds several variables \(##NTUPLES=\)/);
    const pages = pagesOf(text, xSymbol, 3);
    expect(pages.length).toBeGreaterThan(1);
    expectSameValues(writeLink(pages));
  });
});

test('a JCAMP-DX file is recognized by its title, which comments may precede', () => {
  const texts = [
    '##TITLE=a',
    '## title =a',
    '\uFEFF##TITLE=',
    '\r\n  ##TITLE= a',
    '$$ made by a program\r\n\n##TITLE=a',
  ];
  expect(texts.map(isJcamp)).toEqual(texts.map(() => true));
  const others = ['', 'sample_name,900', '#TITLE=a', '##END=', '$$ ##TITLE=a'];
  expect(others.map(isJcamp)).toEqual(others.map(() => false));
});
