import { describe, expect, test } from 'vitest';
import { decodeText } from '../src/spectra/text.ts';
import { encode, facts, read } from './spectra-texts.ts';

const two = ['A: 900=0.1 902=0.2', 'B: 900=0.3 902=-0.04'];

describe('layouts', () => {
  test.for<[string, string]>([
    ['wide', 'sample_name,900,902\nA,0.1,0.2\nB,0.3,-4e-2\n'],
    ['long', 'sample_name,x,y\nA,900,0.1\nA,902,0.2\nB,900,0.3\nB,902,-0.04'],
    ['long, rows of samples between each other', 'x,y,Sample\n900,0.1,A\n900,0.3,B\n902,0.2,A\n902,-0.04,B'],
    ['long, with other columns', 'id,date,x,y\nA,1,900,0.1\nA,2,902,0.2\nB,3,900,0.3\nB,4,902,-0.04'],
    ['transposed', 'wavelength,A,B\n900,0.1,0.3\n902,0.2,-0.04'],
    ['transposed, without a corner', ',A,B\n900,0.1,0.3\n902,0.2,-0.04'],
    ['transposed, after row numbers of R', '"","wl","A","B"\n"1",900,0.1,0.3\n"2",902,0.2,-0.04'],
    ['transposed, with a row of units', 'Wavelength;A;B\nnm;AU;AU\n900;0,1;0,3\n902;0,2;-0,04'],
    ['wide, with the row names of R', '"","X900","X902"\n"A",0.1,0.2\n"B",0.3,-0.04'],
    ['wide, with the row numbers of R', '"","sample","X900","X902"\n"1","A",0.1,0.2\n"2","B",0.3,-0.04'],
    ['wide, with the index of pandas', ',sample_name,900.0,902.0\n0,A,0.1,0.2\n1,B,0.3,-0.04'],
    ['wide, of FOSS', 'Sample Number,Date,Moisture,900,902\nA,1.5.2026,12.5,0.1,0.2\nB,,,0.3,-0.04'],
    ['wide, of The Unscrambler', '\t"900"\t"902"\n"A"\t0.1\t0.2\n"B"\t0.3\t-0.04'],
    ['transposed, of ASD ViewSpec', 'Wavelength\tA\tB\n900\t0.1\t0.3\n902\t0.2\t-0.04'],
    ['wide, of R without a corner', '"900" "902"\n"A" 0.1 0.2\n"B" 0.3 -0.04'],
    ['wide, with a headed row of units', 'sample_name,900,902\nunit,nm,nm\nA,0.1,0.2\nB,0.3,-0.04'],
    ['below a title', 'My spectra\n\nsample_name,900,902\nA,0.1,0.2\nB,0.3,-0.04'],
  ])('%s', ([, text]) => {
    expect(read(text)).toEqual(two);
  });

  test.for<[string, string]>([
    ['x and y', 'x,y\n4000,0.12\n3998,0.13'],
    ['Shimadzu', '"File: soil - RawData"\n"Wavelength nm.","Abs."\n4000.00,0.12\n3998.00,0.13'],
    ['OMNIC, without a heading', '4000,0.12\n3998,0.13'],
    ['OPUS, without a heading', '4000.00000\t0.12\n3998.00000\t0.13'],
    ['numpy, by blanks', ' 4.0e+03  1.2e-01\n 3.998e+03  1.3e-01\n'],
    ['by blanks, with decimal commas', '4000,0 0,12\n3998,0 0,13'],
    ['Ocean Optics', 'Integration: 5\n>>>>>Begin Spectral Data<<<<<\n4000\t0.12\n3998\t0.13'],
  ])('two columns are one spectrum, named after the file: %s', ([, text]) => {
    expect(read(text, { name: 'soil.3.csv' })).toEqual(['soil.3: 4000=0.12 3998=0.13']);
    expect(facts(text).notes).toContain('Read as one spectrum, named after the file.');
  });

  test('a column of x beside one that is not headed as values holds the sample of that name', () => {
    expect(read('Wavelength\tfile.000\n350\t0.1\n351\t0.2')).toEqual(['file.000: 350=0.1 351=0.2']);
  });

  test('a column beside the three of the long layout is named as not read', () => {
    expect(facts('sample,nm,abs,smoothed\nA,900,0.1,0.2\nA,902,0.2,0.3').notes).toContain(
      "Not read: column 'smoothed'.",
    );
  });

  test('headings with a prefix of their own are points where they are the axis of the model', () => {
    const text = 'id,moisture,abs_900,abs_902,abs_904\nA,12,0.1,0.2,0.3';
    expect(read(text, { model: [900, 902, 904] })).toEqual(['A: 900=0.1 902=0.2 904=0.3']);
    for (const model of [[900, 902, 906], [900, 902], undefined]) {
      expect(read(text, model ? { model } : {})[0]).toMatch(/^line 1: The headings .* are not understood/);
    }
  });

  test('columns of replicates beside the complete axis of the model are no points', () => {
    const replicates = [1, 2, 3, 4, 5];
    const axis = Array.from({ length: 12 }, (_, index) => 900 + 2 * index);
    const text = `id,${[...replicates, ...axis].join()}\nA,${[...replicates, ...axis].map(x => x / 1000).join()}`;
    expect(read(text, { model: axis })).toEqual([`A: ${axis.map(x => `${x}=${x / 1000}`).join(' ')}`]);
  });

  test('evenly spaced numbers head counts of any size', () => {
    const axis = Array.from({ length: 12 }, (_, index) => 1100 + 2 * index);
    const counts = axis.map((_, index) => 5000 + index ** 2);
    const [read1] = read(`Batch,${axis.join()}\nA,${counts.join()}`);
    expect(read1).toMatch(/^A: 1100=5000 1102=5001 /);
  });

  test('numbers that name samples are told from x by the other axis, or refused', () => {
    const square = (corner: string) => `${corner},1,2\n900,0.1,0.3\n902,0.2,-0.04`;
    const transposed = ['1: 900=0.1 902=0.2', '2: 900=0.3 902=-0.04'];
    expect(read(square('wavelength'))).toEqual(transposed);
    expect(read(square('anything'))[0]).toMatch(/nothing shows that its numbers/);
    expect(read(square('sample'))[0]).toMatch(/Both the first row .* and the first column .* can be x/);
    expect(read(square('sample'), { model: [900, 902] })).toEqual(transposed);
    expect(read(',0,1\n0,0.1,0.2\n1,0.3,0.4')[0]).toMatch(/Both the first row/);
    expect(read('sample,900,902\n5,0.1,0.2\n7,0.3,0.4')).toEqual([
      '5: 900=0.1 902=0.2',
      '7: 900=0.3 902=0.4',
    ]);
    expect(read(',0,1\n101,0.1,0.2\n102,0.3,0.4')[0]).toMatch(/Both the first row/);
    expect(read('Sample,101,105,107\n900,1,2,3\n902,4,5,6\n904,7,8,9\n906,1,2,3')[0]).toMatch(
      /Both the first row/,
    );
    expect(read('wavelength,101,105\n900,0.1,0.3\n902,0.2,0.4')[0]).toMatch(/Both the first row/);
    expect(read('wavelength,1,2,C\n900,0.1,0.3,1\n900,0.2,0.4,1')[0]).toMatch(/line 3: .*900 on line 2/);
  });
});

describe('headings', () => {
  test.for([
    ['900', '902'],
    ['900.0', '902.00'],
    ['900 nm', '902 nm'],
    ['900(nm)', '902 (nm)'],
    ['X900', 'X902'],
    ['X900.nm', 'X902.nm'],
    ['NIR.900 nm', 'NIR.902 nm'],
    ['nm_900', 'nm_902'],
    ['900 cm-1', '902 cm⁻¹'],
    ['900 1/cm', '902 cm^-1'],
    ['wl=900', 'wl=902'],
    ['9e2', '9.02e2'],
  ])('%s, %s', ([first, second]) => {
    expect(read(`sample_name,${first},${second}\nA,0.1,0.2\nB,0.3,-0.04`)).toEqual(two);
  });

  test('decimal commas', () => {
    expect(read('Probe;900,5;901,5 nm\nA;1;2')).toEqual(['A: 900.5=1 901.5=2']);
  });

  test.for<[string, object]>([
    ['sample,900 nm,902 nm\nA,1,2', { quantity: 'WAVELENGTH', unit: 'nm', yUnit: null }],
    ['sample,4000 cm-1,3998 cm-1\nA,1,2', { quantity: 'WAVENUMBER', unit: 'cm⁻¹' }],
    ['Wavelength (nm),4000,3998\nA,1,2', { quantity: 'WAVELENGTH', unit: 'nm' }],
    ['sample,4000,3998\n,nm,nm\nA,1,2', { quantity: 'WAVELENGTH', unit: 'nm' }],
    ['x,y\n1,2\n3,4', { quantity: null, unit: null, yUnit: null }],
    ['Wavelength [nm];Absorbance\n1;2\n3;4', { quantity: 'WAVELENGTH', unit: 'nm', yUnit: 'Absorbance' }],
    ['Raman shift / cm-1;Counts\n1;2\n3;4', { quantity: 'RAMAN_SHIFT', unit: 'cm⁻¹', yUnit: 'Counts' }],
    ['Wellenlänge,%T\n1,2\n3,4', { quantity: 'WAVELENGTH', unit: null, yUnit: '%T' }],
    ['Wavenumber;log(1/R)\n1;2\n3;4', { quantity: 'WAVENUMBER', yUnit: 'log(1/R)' }],
    ['cm-1,A,B\n1,2,3\n3,4,5', { quantity: 'WAVENUMBER', unit: 'cm⁻¹', layout: 'transposed' }],
  ])('quantity and units of %j', ([text, expected]) => {
    expect(facts(text)).toMatchObject(expected);
  });

  test.for<[string, string[]]>([
    ['partition,sample_id,1,2\ntrain,A,1,2', ["The names were taken from column 'sample_id'."]],
    ['ID,Sample Name,1,2\n7,A,1,2', ["The names were taken from column 'Sample Name'."]],
    ['SAMPLE,operator,1,2\nA,me,1,2', []],
    ['Sample / nm,1,2\nA,4,5', []],
    ['Title line\nsample,1,2\nA,4,5', ["Line 1, 'Title line', stands above the table and was left out."]],
    [
      'wl,A\nnm,%T\n1,4',
      ['Line 2 was read as the units.', 'Read as one column for each sample: 1 sample of 1 points.'],
    ],
  ])('notes of %j', ([text, notes]) => {
    expect(facts(text).notes).toEqual(notes);
  });

  test('a number that is not on the axis of the model describes the samples if the axis is complete', () => {
    const text = 'sample,2026,900,902,904,906,1\nA,7,0.1,0.2,0.3,0.4,8';
    expect(read(text, { model: [906, 904, 902, 900] })).toEqual(['A: 900=0.1 902=0.2 904=0.3 906=0.4']);
    expect(facts(text, { model: [906, 904, 902, 900] }).notes.join()).toMatch(
      /'2026' \(column 2\), '1' \(column 7\)/,
    );
    expect(read(text)[0]).toMatch(/^question: The headings '2026' \(column 2\), '1' \(column 7\) are far/);
    // One more point on each side belongs to another axis.
    expect(read('sample,898,900,902\nA,1,2,3', { model: [900, 902] })).toEqual(['A: 898=1 900=2 902=3']);
  });
});

describe('dialects', () => {
  const plain = 'sample_name,900,902\nA,0.1,0.2\nB,0.3,-0.04';
  const utf16 = (text: string, little: boolean) => {
    const units = Array.from(`\uFEFF${text}`, sign => sign.charCodeAt(0));
    return new Uint8Array(
      units.flatMap(unit => (little ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255])),
    );
  };
  test.for<[string, string | Uint8Array]>([
    ['a byte order mark', `\uFEFF${plain}`],
    ['UTF-16', utf16(plain, true)],
    ['UTF-16, big-endian', utf16(plain, false)],
    ['line ends of Windows', plain.replaceAll('\n', '\r\n')],
    ['line ends of old Macs', plain.replaceAll('\n', '\r')],
    ['semicolons and decimal commas', 'sample_name;900;902\nA;0,1;0,2\nB;0,3;-0,04'],
    ['commas and quoted decimal commas', 'sample_name,900,902\nA,"0,1","0,2"\nB,"0,3","-0,04"'],
    ['decimal commas in the heading', 'sample_name;900,0;902,0\nA;0,1;0,2\nB;0,3;-0,04'],
    ['tabs and decimal commas', 'sample_name\t900\t902\nA\t0,1\t0,2\nB\t0,3\t-0,04'],
    ['what Excel names', '\uFEFF"sep=|"\r\nsample_name|900|902\r\nA|0.1|0.2\r\nB|0.3|-0.04\r\n'],
    ['quotes', '"sample_name","900","902"\n"A","0.1","0.2"\n"B" ,"0.3","-0.04"'],
    ['comments', `# by, me\n%5,"\n${plain}\n# the end\n`],
    ['blanks and empty lines', '\n sample_name , 900 , 902 \n\nA, 0.1 ,0.2\n,,\nB,0.3,-0.04\n\n\n'],
    ['delimiters at the end', 'sample_name;900;902;\nA;0.1;0.2;;\nB;0.3;-0.04;;'],
  ])('%s', ([, content]) => {
    expect(read(content)).toEqual(two);
  });

  test('text is read as UTF-8, otherwise UTF-16 by its mark, otherwise the Windows code page', () => {
    expect(decodeText(encode('Öl'))).toBe('Öl');
    expect(decodeText(utf16('Öl', true))).toBe('Öl');
    expect(decodeText(new Uint8Array([0xd6, 0x6c]))).toBe('Öl');
  });

  test('names may hold delimiters, quotation marks and line breaks, and lines stay right below them', () => {
    const names = 'sample,900\n"A, ""fresh""",1\n"B\r\nagain",2\n5" tube,3';
    expect(read(names)).toEqual(['A, "fresh": 900=1', 'B\nagain: 900=2', '5" tube: 900=3']);
    expect(read('sample,900\n"B\r\nagain",2\nC,x')).toEqual(["line 4: 'x' in column '900' is not a number."]);
  });
});
