import { describe, expect, test } from 'vitest';
import { readSpectraFile } from '../src/spectra/read-file.ts';
import { writeBlock, writeLink } from './jcamp-writer.ts';
import { encode, read } from './spectra-texts.ts';

describe('refused with what was read', () => {
  test.for<[string, string, string[] | RegExp]>([
    ['a word', 'id,900,902\nA,0.1,0.2\nB,0.3,high', ["line 3: 'high' in column '902' is not a number."]],
    [
      'a gap',
      'id,900,902\nA,,0.2',
      ["line 2: The cell in column '900' is empty. Enter its value, or remove the sample."],
    ],
    [
      'NaN and infinity',
      'id,900\nA,NaN\nB,-inf',
      ["line 2: 'NaN' in column '900' is not a number.", "line 3: '-inf' in column '900' is not a number."],
    ],
    [
      'what no double holds',
      'id,900\nA,1e999',
      ["line 2: '1e999' in column '900' is too large for a number."],
    ],
    ['a hexadecimal', 'id,900\nA,0x10', ["line 2: '0x10' in column '900' is not a number."]],
    ['thousands and decimals', 'id;900\nA;1.234,5', /'1\.234,5' in column '900' has thousands separators/],
    ['thousands after a blank', 'id;900\nA;1 234', /'1 234' in column '900' has thousands separators/],
    ['thousands among small integers', 'id,900,902\nA,"1,015",999', /can be two numbers, 1015 or 1\.015/],
    ['thousands alone', 'id\t900\t902\nA\t1.015\t2.512', /'1\.015' can be two numbers, 1015 or 1\.015/],
    ['both decimal signs', 'id;900,5;902,5\nA;0.1;2', /'900,5' on line 1 and '0\.1' on line 2/],
    ['too few cells', 'id,900,902\nA,0.1', /^line 2: The row has 2 cells, the heading 3\./],
    [
      'too many cells',
      'id,900\nA,0.1,0.2',
      /^line 2: '0\.2' is in column 3, which has no heading\. Head the column, or remove it\./,
    ],
    ['a first spectrum that lost a value', '"1,5","0,19","0,18"\nA,"0,2","0,3","0,4"', /is not a heading/],
    [
      'tabs beside decimal commas',
      '902\t-0,1\t-0,2\n2\t900\t-0,3\t-0,4',
      /holds several numbers\. Use one delimiter/,
    ],
    ['rows that are spectra of one point', 'id,x,y\nA,0,0.1\nB,0,0.2', /^line 2: Each row is a spectrum/],
    ['no name', 'id,900\n ,0.1', ['line 2: The sample has no name. Fill it.']],
    ['a long name', `id,x,y\n${'n'.repeat(201)},1,2`, /^line 2: The name 'n{60}…' is too long/],
    ['numbers only', '900,902,904\n0.1,0.2,0.3', /samples' names is missing: every heading is a number/],
    ['an x twice', 'id,900,900.0\nA,1,2', /'900' \(column 2\) and '900\.0' \(column 3\)/],
    [
      'an x twice in a spectrum',
      'id,x,y\nA,9,1\nB,9,1\nA,9,2',
      /line 4: .*'A'.* 9 on line 2 is followed by 9/,
    ],
    ['x that turns', 'x,y\n900,1\n902,2\n901,3', /^line 4: .*902 on line 3 is followed by 901/],
    ['x that turns in a column', 'wl,A,B\n1,1,1\n3,1,1\n2,1,1', /^line 4: .*3 on line 3 is followed by 2/],
    ['two directions', 'id,x,y\nA,1,1\nA,2,2\nB,2,1\nB,1,2', /'A' runs from 1 to 2, 'B' from 2 to 1/],
    ['two units', 'id,900 nm,902 cm-1\nA,1,2', /several units: '900 nm' and '902 cm-1'/],
    ['a misspelled x', 'id,900,9O2,904\nA,1,2,3', /Column 3 stands between points.* '9O2' is not an x/],
    ['an x without a heading', 'id,900,,904\nA,1,2,3', /Column 3 stands between points.*it has no heading/],
    ['two tables', 'id,900\nA,1\n\nid,902\nB,2', /^line 4: The line repeats the heading/],
    [
      'two columns of x',
      'S1,S1,S2,S2\nx,y,x,y\n1,2,1,2',
      /^line 2: Below the first row, 'S1', 'S1', 'S2', 'S2', are more headings: 'x', 'y', 'x', 'y'\. Each spectrum seems to have an x of its own/,
    ],
    [
      'a text export of Jasco',
      'TITLE\tA\nXUNITS\tNANOMETERS\nXYDATA\n900,0\t0,1\n902,0\t0,2',
      /^This is a text export of Jasco/,
    ],
    [
      'spectra of Cary',
      'S1,,S2,\nWavelength (nm),Abs,Wavelength (nm),Abs\n900,0.1,900,0.2',
      /^line 2: .* more headings/,
    ],
    [
      'a remark without a heading',
      'id,900,902,\nA,1,2,good',
      /^line 2: 'good' is in column 4, which has no heading/,
    ],
    [
      'percent below a heading of absorbance',
      'nm,Abs\nnm,%T\n900,1\n902,2',
      /^line 2: .*'Abs', the row below it '%T'/,
    ],
    ['several columns of values', 'id,x,Abs,%T\nA,1,2,3', /'Abs', '%T' may hold the values/],
    ['samples without a heading', 'x,y,a,b\n1,2,3,4', /'y', 'a', 'b' may hold the samples' names/],
    ['a sample whose name begins like a comment', 'id,900,902\n#1,1,2', /^line 2: The line begins with '#'/],
    ['an open quotation mark', 'id,900\n"A,1', /^line 2: A quotation mark is not closed/],
    ['text behind a quotation mark', 'id,900\n"A"b,1', /^line 2: A quotation mark/],
    ['nothing', ' \n', ['The file is empty.']],
    ['a heading alone', 'id,900\n', ['line 1: There are no spectra below the heading.']],
    ['one column', '900\n902', /^The file has no table/],
    ['a workbook', 'PK\u0003\u0004\0', /^This is a workbook or an archive .*Save the spectra as CSV\.$/],
    ['no text', 'a\0b', ['This is not a text file. Save the spectra as CSV.']],
    ['names of objects', 'constructor,__proto__\n1,2\n2,3\n', /./],
  ])('%s', ([, text, problems]) => {
    const said = read(text);
    if (Array.isArray(problems)) expect(said).toEqual(problems);
    else expect(said[0]).toMatch(problems);
  });

  test.for<[string, string]>([
    ['whose first spectrum ascends', 'A,0.1,0.2,0.3\nB,0.2,0.3,0.4'],
    ['whose first spectrum is larger than all others', 'A,0.1,0.2,0.3,0.4\nB,0.01,0.02,0.05,0.06'],
    ['in the long layout', 'A,900,0.1\nA,902,0.2'],
    ['transposed', '900,0.1,0.2\n902,0.3,0.4'],
    ['with a column of numbers', 'A,88.1,0.1,0.2\nB,87.2,0.3,0.4'],
    ['with one spectrum', 'A,0.1,0.2,0.3'],
  ])('a file without a heading, %s', ([, text]) => {
    expect(read(text)[0]).toMatch(/^line 1: The first row .* is not a heading/);
  });

  test.for<[string, string]>([
    ['two columns without a heading, y first', '0.1,900\n0.2,902\n0.3,904'],
    ['two spectra without names', '900,902\n0.1,0.2\n0.05,0.3'],
  ])('what may be x or not: %s', ([, text]) => {
    expect(read(text)[0]).toMatch(/^line 1: .* nothing shows which of them is x/);
  });

  test.for<[string, string]>([
    ['row numbers above and numbers of samples beside', ',0,1,2\n101,1,2,3\n102,1,2,3\n103,1,2,3'],
    ['numbers of samples above and x beside', 'Sample,101,105,107\n900,1,2,3\n902,1,2,3\n904,1,2,3'],
  ])('what may be x or not: %s', ([, text]) => {
    expect(read(text)[0]).toMatch(/^line 1: Both the first row .* and the first column .* can be x/);
  });

  test.for<[string, string]>([
    ['with the word for names', 'id,500,502,504\nB,0.3,0.1,0.2'],
    ['with the word of the first one', 'SPECIMEN,500,501.2,504\nB,0.3,0.1,0.2'],
    ['with the steps of the first axis', 'other,1000,1002,1004\nB,0.3,0.1,0.2'],
    ['with these steps in the other direction', 'other,1004,1002,1000\nB,0.3,0.1,0.2'],
    ['with numbers much larger than all values', 'other,400,401.5,404\nB,0.3,0.1,0.2'],
  ])('a second table below the first: %s', ([, second]) => {
    const problems = read(`Specimen,900,902,904\nA,0.1,0.3,0.2\n${second}`);
    expect(problems).toEqual([
      'line 3: The line seems to be a heading of its own. Put each table into a file of its own.',
    ]);
  });

  test('spectra that ascend are read', () => {
    expect(read('id,900,902,904\nA,0.1,0.2,0.3\nB,0.3,0.1,0.2')).toHaveLength(2);
    expect(read('id,900,902,904\nA,0.1,0.2,0.3\nB,1,2,3')).toHaveLength(2);
  });

  test('a heading that was written as a comment is pointed out', () => {
    expect(read('# id,900,902\nA,0.5,0.1\nB,0.3,0.2')[0]).toMatch(
      /comment on line 1 may be the heading or a spectrum: remove/,
    );
  });

  test('a file of a wrong kind gets ten sentences at most', () => {
    const problems = read(`sample_name,900\n${'A,b\n'.repeat(5000)}`);
    expect(problems).toHaveLength(10);
    expect(problems.at(-1)).toBe('There are more problems. Fix these first.');
  });
});

test.for<[string, string, string]>([
  ['CSV', 'a.csv', csv()],
  [
    'JCAMP-DX',
    'a.jdx',
    writeLink(
      Array.from({ length: 20 }, () => writeBlock({ values: [1, 2, 3], firstX: 900, step: 2, form: 'AFFN' })),
    ),
  ],
])('progress of %s is reported, and never goes back', ([, name, text]) => {
  const shares: number[] = [];
  const onProgress = (share: number) => shares.push(share);
  readSpectraFile(name, encode(text), { modelAxis: null, answers: [], onProgress });
  expect(shares.length).toBeGreaterThan(10);
  expect(shares).toEqual(shares.toSorted((one, other) => one - other));
  expect(shares.at(-1)).toBeCloseTo(1, 1);
});

function csv(): string {
  const row = Array.from({ length: 401 }, (_, index) => index / 1000).join(',');
  const heading = Array.from({ length: 401 }, (_, index) => 900 + index).join(',');
  return `id,${heading}\n${`A,${row}\n`.repeat(200)}`;
}
