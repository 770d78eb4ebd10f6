import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse } from 'spc-parser';
import { describe, expect, test } from 'vitest';
import { readSpectraFile } from '../src/spectra/read-file.ts';
import type { SpectraFile } from '../src/spectra/reading.ts';
import { isSpc } from '../src/spectra/spc.ts';
import { SPC_KINDS, type SpcFile, type SpcKind, valuesOf, writeSpc } from './spc-writer.ts';

const name = 'sample.spc';
const atacamite = new Uint8Array(readFileSync(new URL('spectra/raman_atacamit.spc', import.meta.url)));

function read(bytes: Uint8Array): SpectraFile {
  const reading = readSpectraFile(name, bytes, { modelAxis: null, answers: [] });
  if (reading.kind !== 'spectra') throw new Error(JSON.stringify(reading));
  return reading.file;
}

/** Why bytes are refused; undefined if they are read. */
function refusal(bytes: Uint8Array): string | undefined {
  const reading = readSpectraFile(name, bytes, { modelAxis: null, answers: [] });
  return reading.kind === 'refused' ? reading.problems.map(({ message }) => message).join() : undefined;
}

const kindOf = (wanted: string): SpcKind => {
  const kind = SPC_KINDS.find(({ name }) => name === wanted);
  if (!kind) throw new Error(wanted);
  return kind;
};
const simple = {
  values: [
    [1, 2, 3, 4, 6],
    [5, -6, 7, 9, 0],
    [0, 0, 1, 1, 1],
  ],
};
const write = (kind: string, file: Partial<SpcFile> = {}) =>
  writeSpc({ ...kindOf(kind), ...simple, ...file }).bytes;

/** What another program reads. It turns spectra around so that x ascends. */
function readWithAnotherProgram(bytes: Uint8Array, descending: boolean): { x: number[]; y: number[] }[] {
  return parse(bytes).spectra.map(({ variables: { x, y } }) => {
    const [xs, ys] = [[...x.data], [...y.data]];
    return descending ? { x: xs.reverse(), y: ys.reverse() } : { x: xs, y: ys };
  });
}

describe.for(SPC_KINDS)('$name', kind => {
  const integers = kind.precision === 16 ? fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }) : fc.integer();
  const numbers = kind.precision === 'float' ? fc.float({ noNaN: true, noDefaultInfinity: true }) : integers;
  const files: fc.Arbitrary<SpcFile> = fc
    .tuple(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 5 }), fc.boolean())
    .chain(([points, spectra, descending]) => {
      const spectrum = fc.array(numbers, { minLength: points, maxLength: points });
      const x = Array.from({ length: points }, (_, index) => 400 + 2 * index);
      return fc.record({
        values: fc.array(spectrum, { minLength: spectra, maxLength: spectra }),
        // spc-parser takes the exponent 0 of a subfile for a missing one.
        exponents: fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: -9, max: -1 })), {
          minLength: spectra,
          maxLength: spectra,
        }),
        x: fc.constant(descending ? x.reverse() : x),
      });
    })
    .map(file => ({ ...kind, ...file }));

  test('has the points that were written, and that spc-parser reads', () => {
    fc.assert(
      fc.property(files, file => {
        const { bytes } = writeSpc(file);
        const { axis, spectra, format } = read(bytes);
        expect(format).toBe('SPC');
        expect(axis).toEqual({
          quantity: 'WAVENUMBER',
          unit: 'cm⁻¹',
          values: file.x?.map(x => expect.closeTo(x, 9)),
        });
        expect(spectra.map(({ y }) => y)).toEqual(valuesOf(file));
        // spc-parser does not read directories.
        if (kind.directory) return;
        const [first = 0, second = 0] = file.x ?? [];
        const others = readWithAnotherProgram(bytes, second < first);
        expect(spectra.map(({ y }) => y)).toEqual(others.map(({ y }) => y));
        for (const { x } of others) expect(axis.values).toEqual(x.map(value => expect.closeTo(value, 9)));
      }),
      { numRuns: 100 },
    );
  });
});

test('a file of an instrument has the values that spc-parser reads', () => {
  const { axis, spectra, yUnit } = read(atacamite);
  const [other] = readWithAnotherProgram(atacamite, false);
  expect(spectra).toEqual([{ sampleName: 'sample', line: null, y: other?.y }]);
  expect(axis).toEqual({
    quantity: 'WAVENUMBER',
    unit: 'cm⁻¹',
    values: other?.x.map(value => expect.closeTo(value, 9)),
  });
  expect([axis.values[0], axis.values.at(-1), yUnit]).toEqual([117.77999114990234, 1050, 'Absorbance']);
  expect(spectra[0]?.y.slice(0, 3)).toEqual([218.71998596191406, 236.39999389648438, 242.03997802734375]);
});

test('each subfile has its own exponent, also 0; the first header counts if there is one spectrum', () => {
  const exponents = [5, 0, 32];
  const multi: SpcFile = { ...kindOf('multifile, even x'), ...simple, exponents };
  expect(read(writeSpc(multi).bytes).spectra.map(({ y }) => y)).toEqual(valuesOf(multi));
  const single = write('even x', { exponents });
  single[512 + 1] = 0;
  expect(read(single).spectra[0]?.y).toEqual([1, 2, 3, 4, 6].map(value => value * 2 ** (5 - 32)));
});

test('a flag for 16 bits does not count for floating-point values', () => {
  const bytes = write('even x, floating point');
  bytes[0] = 0x01;
  expect(read(bytes).spectra[0]?.y).toEqual([1, 2, 3, 4, 6]);
});

test('several spectra are numbered, and the file says so; a single one is named after the file', () => {
  const file = read(write('multifile, even x', { comment: 'milk powder', zType: 4 }));
  expect(file.spectra.map(({ sampleName }) => sampleName)).toEqual(['sample 1', 'sample 2', 'sample 3']);
  expect(file.notes).toEqual([
    "Comment in the file: 'milk powder'.",
    'The 3 samples are numbered in the order of the file; z (Seconds) runs from 0 to 1.',
  ]);
  expect(read(write('even x'))).toMatchObject({ notes: [], spectra: [{ sampleName: 'sample' }] });
});

test.for<[string, Partial<SpcFile>, string | null, string | null, string | null]>([
  ['codes', { xType: 3, yType: 10 }, 'WAVELENGTH', 'nm', 'Log(1/R)'],
  ['codes', { xType: 2, yType: 128 }, 'WAVELENGTH', 'µm', 'Transmission'],
  ['codes', { xType: 13, yType: 4 }, 'RAMAN_SHIFT', 'cm⁻¹', 'Counts'],
  ['wavenumbers of a Raman experiment', { xType: 1, experiment: 11 }, 'RAMAN_SHIFT', 'cm⁻¹', 'Absorbance'],
  ['another unit', { xType: 5, yType: 3 }, 'OTHER', 'Minutes', 'Kubelka-Munk'],
  ['codes that state nothing', { xType: 0, yType: 0 }, null, null, null],
  ['unknown codes', { xType: 77, yType: 77 }, null, null, null],
  ['labels', { labels: ['Wavelength (nm)', '', ''] }, 'WAVELENGTH', 'nm', 'Absorbance'],
  ['labels', { labels: ['', 'Reflectance', ''] }, 'WAVENUMBER', 'cm⁻¹', 'Reflectance'],
])('the axis and the values are what the file says: %s, %o', ([, file, quantity, unit, yUnit]) => {
  for (const kind of ['even x', 'Lab Calc']) {
    if (kind === 'Lab Calc' && file.experiment) continue;
    const { axis, yUnit: stated } = read(write(kind, file));
    expect([axis.quantity, axis.unit, stated]).toEqual([quantity, unit, yUnit]);
  }
});

describe('what cannot be read right is refused, with what was wrong', () => {
  const changed = (
    kind: string,
    change: (view: DataView, bytes: Uint8Array) => void,
    file?: Partial<SpcFile>,
  ) => {
    const bytes = write(kind, file);
    change(new DataView(bytes.buffer), bytes);
    return refusal(bytes);
  };

  test.for<[string, string | undefined, string]>([
    [
      'a file that is cut off',
      refusal(write('multifile, even x').slice(0, 600)),
      'The file is cut off: it announces 3 spectra of 5 points, which end at byte 668; it has 600 bytes.',
    ],
    [
      'another number of points, which would also stretch the axis',
      changed('even x', view => view.setUint32(4, 4, true)),
      'The header does not fit the file: it announces 1 spectrum of 4 points, which end at byte 560; it has 564 bytes.',
    ],
    [
      'four thousand million points',
      changed('even x', view => view.setUint32(4, 2 ** 32 - 1, true)),
      'A spectrum has 4294967295 points, but it may have at most 100000.',
    ],
    [
      'four thousand million spectra',
      changed('multifile, even x', view => view.setUint32(24, 2 ** 32 - 1, true)),
      'The file is cut off: it announces 4294967295 spectra of 5 points, which end at byte 223338299852; it has 668 bytes.',
    ],
    [
      'a value that is not a number',
      changed('even x, floating point', view => view.setFloat32(512 + 32 + 8, Number.NaN, true)),
      'The value of spectrum 1 at point 3 is NaN. Export the file again.',
    ],
    [
      'an x that goes back',
      refusal(write('stored x', { x: [400, 402, 401, 404, 406] })),
      'The x values must go in one direction, but x of point 3 is 401, after 402. Correct the file.',
    ],
    [
      'an x that does not change',
      refusal(write('even x', { firstX: 400, lastX: 400 })),
      'The x values must go in one direction, but x of point 2 is 400, after 400. Correct the file.',
    ],
    [
      'stored x that are not those of the header',
      refusal(write('stored x', { firstX: 400, lastX: 500 })),
      'The header states x from 400 to 500, the points run from 400 to 408.',
    ],
    [
      'subfiles of different x',
      changed('multifile, x in each', view => view.setFloat32(512 + 72 + 32 + 4, 403, true)),
      'Spectrum 2 has 5 points from 400 to 408 cm⁻¹, spectrum 1 has 5 points from 400 to 408 cm⁻¹. Point 2 is at 403, not at 402. Put spectra of different axes into different files.',
    ],
    [
      'a subfile beyond the end',
      changed('multifile, x in each, a directory', view => view.setUint32(512 + 3 * 72, 5000, true)),
      'The file is cut off or damaged: spectrum 1 would begin at byte 5000; it has 764 bytes.',
    ],
    [
      'a directory beyond the end',
      changed('multifile, x in each, a directory', view => view.setUint32(4, 5000, true)),
      'The file is cut off: its directory is at byte 5000 with 3 entries; it has 764 bytes.',
    ],
    [
      'several subfiles of a file that is not a multifile',
      changed('even x', view => view.setUint32(24, 3, true)),
      'The header contradicts itself: it states 3 subfiles, but not a multifile. Export it again.',
    ],
    [
      'an exponent of floating point in Lab Calc',
      changed('Lab Calc', view => view.setInt16(2, 128, true)),
      'The exponent of the values is 128, which files of Lab Calc do not have. Export it again.',
    ],
    [
      'another format with the same ending',
      refusal(new Uint8Array([0xd0, 0xcf, 0x11, 0xe0])),
      'This is not an SPC file of Thermo Galactic, but of another program, such as that of Shimadzu. Export it as JCAMP-DX or CSV.',
    ],
    [
      'text',
      refusal(new TextEncoder().encode('sample_name,900')),
      'This is not an SPC file: its second byte is not 4B, 4C or 4D. Export it as JCAMP-DX or CSV.',
    ],
  ])('%s', ([, message, expected]) => {
    expect(message).toBe(expected);
  });
});

test('an SPC file is recognized by its first bytes, text and other files are not', () => {
  for (const { name } of SPC_KINDS) expect(isSpc(write(name))).toBe(true);
  expect(isSpc(atacamite)).toBe(true);
  for (const text of ['AK,1,2,3', 'sample_name,900,902\nA,1,2', '##TITLE=a', 'LL', '']) {
    expect(isSpc(new TextEncoder().encode(text))).toBe(false);
  }
});
