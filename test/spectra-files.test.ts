import { describe, expect, test } from 'vitest';
import { describeWrongPoints, splitIntoCalls } from '../src/dashboard/predict/calls.ts';
import { fileNameOf, toCsv, toJson } from '../src/dashboard/predict/downloads.ts';
import { readText } from '../src/dashboard/predict/read-text.ts';
import { describeProblem, readSpectra } from '../src/dashboard/predict/spectra-files.ts';
import { demonstration, spectraOf } from './harness.ts';

/** The result of parsing a text: names with their points, or its problems as sentences. */
function read(text: string) {
  const { spectra, problems } = readSpectra('a.csv', text);
  if (problems.length > 0) return problems.map(describeProblem);
  return spectra.map(({ sampleName, x, y }) => ({ sampleName, x, y }));
}

const two = [
  { sampleName: 'A', x: [900, 902], y: [0.1, 0.2] },
  { sampleName: 'B', x: [900, 902], y: [0.3, -0.04] },
];

describe('the two formats are recognized by their heading', () => {
  test('wide: one spectrum a row', () => {
    expect(read('sample_name,900,902\nA,0.1,0.2\nB,0.3,-4e-2\n')).toEqual(two);
  });

  test('long: one point a row', () => {
    expect(read('sample_name,x,y\nA,900,0.1\nA,902,0.2\nB,900,0.3\nB,902,-0.04')).toEqual(two);
  });

  test.for(['gasoline-test.csv', 'mayonnaise-test.csv'] as const)('%s, as it is published', file => {
    const { spectra } = readSpectra(file, demonstration(file).toString());
    expect(spectra.map(({ sampleName, y }) => ({ sampleName, yValues: y }))).toEqual(spectraOf(file));
    expect(spectra[0]?.line).toBe(2);
  });
});

describe('of the wide format', () => {
  test('columns without a number as heading describe the sample', () => {
    expect(read('operator,sample_name,octane,900,902,\nme,A,88.1,0.1,0.2,\nme,B,,0.3,-.04,')).toEqual(two);
  });

  test('the first of them is the name where none is called sample_name', () => {
    expect(read('probe,measured,900,902\nA,88,0.1,0.2\nB,89,0.3,-0.04')).toEqual(two);
  });

  test('points keep the order of their columns', () => {
    expect(read('sample_name,902,900\nA,0.2,0.1')).toEqual([
      { sampleName: 'A', x: [902, 900], y: [0.2, 0.1] },
    ]);
  });

  test('replicates may share a name', () => {
    expect(read('sample,900\nA,1\nA,2')).toHaveLength(2);
  });

  test.for<[string, string, string]>([
    ['a word', 'sample_name,900,902\nA,0.1,0.2\nB,0.3,high', "line 3: 'high' in column 902 is not a number."],
    ['a gap', 'sample_name,900,902\nA,,0.2', 'line 2: There is no value in column 900.'],
    ['NaN', 'sample_name,900\nA,NaN', "line 2: 'NaN' in column 900 is not a number."],
    [
      'more than a double holds',
      'sample_name,900\nA,1e999',
      "line 2: '1e999' in column 900 is not a number.",
    ],
    ['a hexadecimal', 'sample_name,900\nA,0x10', "line 2: '0x10' in column 900 is not a number."],
    [
      'a decimal comma among commas',
      'sample_name,900\nA,"0,1"',
      "line 2: '0,1' in column 900 is not a number.",
    ],
    ['too few', 'sample_name,900,902\nA,0.1', "line 2: Spectrum 'A' has 1 points, but the heading names 2."],
    ['too many', 'sample_name,900\nA,0.1,0.2', "line 2: Spectrum 'A' has 2 points, but the heading names 1."],
    ['no name', 'sample_name,900\n ,0.1', 'line 2: The sample has no name.'],
    [
      'only numbers',
      '900,902\n0.1,0.2',
      "line 1: A column for the samples' names is missing: every heading is a number.",
    ],
    ['a heading twice', 'sample_name,900,900.0\nA,1,2', 'line 1: Two columns are headed 900.'],
  ])('%s is refused with its line', ([, text, problem]) => {
    expect(read(text)).toEqual([`a.csv, ${problem}`]);
  });
});

describe('of the long format', () => {
  test('rows may come in any order, and points are ordered by x', () => {
    expect(read('y,x,Sample Name,note\n-0.04,902,B,\n0.2,902,A,odd\n0.1,900,A,\n0.3,900,B,')).toEqual(
      two.toReversed(),
    );
  });

  test.for<[string, string, string]>([
    ['a word', 'sample_name,x,y\nA,900,0.1\nA,902,n/a', "line 3: 'n/a' in column y is not a number."],
    ['a missing x', 'sample_name,x,y\nA,,0.1', 'line 2: There is no value in column x.'],
    ['no name', 'sample_name,x,y\n,900,0.1', 'line 2: The sample has no name.'],
    [
      'a point twice',
      'sample_name,x,y\nA,900,1\nB,900,1\nA,900.0,2',
      "line 4: Spectrum 'A' has x = 900 on line 2 already.",
    ],
    [
      'a name too long',
      `sample_name,x,y\n${'n'.repeat(201)},1,2`,
      "line 2: A sample's name may have at most 200 characters.",
    ],
  ])('%s is refused with its line', ([, text, problem]) => {
    expect(read(text)).toEqual([`a.csv, ${problem}`]);
  });
});

describe('of either format', () => {
  test.for<[string, string]>([
    ['a byte order mark', '\uFEFFsample_name,900,902\nA,0.1,0.2\nB,0.3,-0.04'],
    ['line ends of Windows', 'sample_name,900,902\r\nA,0.1,0.2\r\nB,0.3,-0.04\r\n'],
    ['line ends of old Macs', 'sample_name,900,902\rA,0.1,0.2\rB,0.3,-0.04'],
    ['semicolons and decimal commas', 'sample_name;900;902\nA;0,1;0,2\nB;0,3;-0,04'],
    ['decimal commas in the heading too', 'sample_name;900,0;902,0\nA;0,1;0,2\nB;0,3;-0,04'],
    ['semicolons and decimal points', 'sample_name;x;y\nA;900;0.1\nA;902;0.2\nB;900;0.3\nB;902;-0.04'],
    ['tabs', 'sample_name\t900\t902\nA\t0,1\t0.2\nB\t0.3\t-0.04'],
    ['quotes', '"sample_name","900","902"\n"A","0.1","0.2"\n"B","0.3","-0.04"'],
    ['blanks and empty lines', '\n sample_name , 900 , 902 \n\nA, 0.1 ,0.2\n,,\nB,0.3,-0.04\n\n\n'],
  ])('%s are tolerated', ([, text]) => {
    expect(read(text)).toEqual(two);
  });

  test('names may hold delimiters, quotation marks and line breaks, and lines stay right below them', () => {
    expect(read('sample_name,900\n"A, ""fresh""",1\n"B\r\nagain",2')).toMatchObject([
      { sampleName: 'A, "fresh"' },
      { sampleName: 'B\nagain' },
    ]);
    expect(read('sample_name,900\n"B\r\nagain",2\nC,x')).toEqual([
      "a.csv, line 4: 'x' in column 900 is not a number.",
    ]);
  });

  test.for<[string, string, string]>([
    ['nothing', ' \n', 'a.csv: The file is empty.'],
    ['a heading alone', 'sample_name,900\n', 'a.csv: There are no spectra below the heading.'],
    ['no text', 'PK\u0003\u0004\0\0', 'a.csv: This is not a text file. Save the spectra as CSV.'],
    [
      'an open quotation mark',
      'sample_name,900\n"A,1',
      'a.csv, line 2: A quotation mark is not closed, or is within a field.',
    ],
  ])('%s is refused', ([, text, problem]) => {
    expect(read(text)).toContain(problem);
  });

  test('another heading is refused with what it should be', () => {
    expect(read('\nwavelength,absorbance\n900,0.1')).toEqual([
      expect.stringMatching(/^a\.csv, line 2: The heading is neither .*sample_name,x,y/),
    ]);
  });

  test('a file of a wrong kind gets ten sentences, and a note that there are more', () => {
    const problems = read(`sample_name,900\n${'A,b\n'.repeat(5000)}`);
    expect(problems).toHaveLength(11);
    expect(problems.at(-1)).toBe('a.csv: There are more problems. Fix these first.');
  });
});

test('text is read as UTF-8, otherwise UTF-16 by its mark, otherwise the Windows code page', async () => {
  expect(await readText(new Blob(['Öl']))).toBe('Öl');
  expect(await readText(new Blob([new Uint8Array([0xff, 0xfe, 0xd6, 0, 0x6c, 0])]))).toBe('Öl');
  expect(await readText(new Blob([new Uint8Array([0xd6, 0x6c])]))).toBe('Öl');
});

test('spectra with a wrong number of points are named', () => {
  const spectrum = (sampleName: string, points: number) => ({
    sampleName,
    file: 'a.csv',
    y: Array<number>(points).fill(0),
  });
  expect(describeWrongPoints([spectrum('X', 400), spectrum('Y', 401)], 401)).toEqual([
    "Spectrum 'X' has 400 points, expected 401 (a.csv)",
  ]);
});

test('spectra are split into calls of at most 1000, and of a size that the server accepts', () => {
  const spectrum = { sampleName: 'A', y: [1, 2] };
  const lengths = (count: number) => splitIntoCalls(Array(count).fill(spectrum)).map(({ length }) => length);
  expect(lengths(0)).toEqual([]);
  expect(lengths(1000)).toEqual([1000]);
  expect(lengths(2001)).toEqual([1000, 1000, 1]);
  expect(splitIntoCalls([spectrum, spectrum, spectrum], 1000, 25).map(({ length }) => length)).toEqual([
    2, 1,
  ]);
  const big = { sampleName: 'A', y: Array<number>(4000).fill(0.123456789012345) };
  const calls = splitIntoCalls(Array<typeof big>(1000).fill(big));
  expect(calls.flat()).toHaveLength(1000);
  for (const call of calls) expect(JSON.stringify(call).length).toBeLessThan(24 * 1024 * 1024);
});

describe('downloads', () => {
  const regression = {
    kind: 'REGRESSION',
    name: 'Octane',
    version: 2,
    targetProperty: 'octane number',
    unit: 'RON',
  } as const;

  test('CSV holds values in full, and no text that a spreadsheet would execute', () => {
    const names = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '=a\nb', '＝1', 'plain', 'a "b", c'];
    const csv = toCsv(
      names.map(sampleName => ({ sampleName, file: 'a.csv', value: -87.9412451405643 })),
      regression,
    );
    expect(csv).toBe(
      [
        'sample_name,value,unit,file',
        ...[
          '"\'=1+1"',
          '"\'+1"',
          '"\'-1"',
          '"\'@SUM(A1)"',
          '"\'\t=1"',
          '"\'=a\nb"',
          '"\'＝1"',
          'plain',
          '"a ""b"", c"',
        ].map(name => `${name},-87.9412451405643,RON,a.csv`),
        '',
      ].join('\r\n'),
    );
  });

  test('CSV of a classification holds categories', () => {
    expect(toCsv([{ sampleName: 'A', file: 'a.csv', category: '=x' }], { kind: 'CLASSIFICATION' })).toBe(
      'sample_name,category,file\r\nA,"\'=x",a.csv\r\n',
    );
  });

  test('JSON holds names as they are, and names the model that predicted', () => {
    const json = toJson([{ sampleName: '=1', file: 'a.csv', value: 1.5 }], {
      id: 'id',
      name: 'D',
      model: regression,
    });
    expect(JSON.parse(json)).toEqual({
      deployment: { id: 'id', name: 'D' },
      model: { name: 'Octane', version: 2, targetProperty: 'octane number', unit: 'RON' },
      predictions: [{ sampleName: '=1', value: 1.5, file: 'a.csv' }],
    });
  });

  test('a file is named after its deployment', () => {
    expect(fileNameOf('Öl / Wärme: Linie 3', 'csv')).toBe('ol-warme-linie-3-predictions.csv');
    expect(fileNameOf('油', 'json')).toBe('predictions.json');
  });
});
