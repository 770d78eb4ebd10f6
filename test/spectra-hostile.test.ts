import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJcamp } from '../src/spectra/jcamp.ts';
import { MAX_POINTS } from '../src/spectra/limits.ts';
import { readSpectraFile } from '../src/spectra/read-file.ts';
import type { Reading } from '../src/spectra/reading.ts';
import { FORMS, type JcampSpectrum, writeBlock, writeLink } from './jcamp-writer.ts';
import { measure } from './measure.ts';
import { SPC_KINDS, writeSpc } from './spc-writer.ts';
import { encode } from './spectra-texts.ts';

const OPTIONS = { modelAxis: null, answers: [] };

/** Reads what an attacker made: within 200 ms of CPU time and 100 MB, to spectra or a refusal with its reasons. */
function readWithinLimits(read: () => Reading): Reading {
  const { result, ms, mb } = measure(read);
  expect(ms).toBeLessThan(200);
  expect(mb).toBeLessThan(100);
  if (result.kind === 'refused') {
    expect(result.problems.map(({ message }) => message.length)).toEqual([expect.any(Number)]);
    expect(result.problems[0]?.message.length).toBeLessThan(600);
  } else expect(result.kind).toBe('spectra');
  return result;
}

const readText = (text: string) => readWithinLimits(() => readSpectraFile('a.jdx', encode(text), OPTIONS));
const readBytes = (bytes: Uint8Array) => readWithinLimits(() => readSpectraFile('a.spc', bytes, OPTIONS));

/** Points and values of a reading; undefined if it was refused. */
const pointsOf = (reading: Reading) =>
  reading.kind === 'spectra'
    ? { x: reading.file.axis.values, y: reading.file.spectra.map(({ y }) => y) }
    : undefined;

const values = fc.array(fc.oneof(fc.integer({ min: -2000, max: 2000 }), fc.constantFrom(0, 1, 2)), {
  minLength: 3,
  maxLength: 60,
});

describe('JCAMP-DX', () => {
  const bomb = (codes: string, points: number) =>
    `##TITLE=a\n##FIRSTX=1\n##LASTX=${points}\n##NPOINTS=${points}\n##XYDATA=(X++(Y..Y))\n1A${codes}\n##END=`;

  test('213 bytes that stand for 104 million points are counted, not expanded', () => {
    const text = bomb('Z9999999'.repeat(13), 100_000).replace('##TITLE=a', `##TITLE=${'a'.repeat(27)}`);
    expect(text.length).toBeLessThan(214);
    expect(readText(text)).toEqual({
      kind: 'refused',
      problems: [
        { line: 5, message: expect.stringContaining('##NPOINTS= is 100000, but the data hold 1169999') },
      ],
    });
    expect(readText(bomb('s99999999999999', 3)).kind).toBe('refused');
    expect(readText(bomb('JZ99999999999999Z99999999999999', MAX_POINTS)).kind).toBe('refused');
    expect(readText(bomb(`T${'9'.repeat(400)}`, 3)).kind).toBe('refused');
  });

  test('a spectrum has at most 100 000 points, a file 5 000 000, whatever the codes say', () => {
    expect(pointsOf(readText(bomb('s9999', 99_999 + 1 - 1)))?.y[0]).toHaveLength(99_999);
    expect(readText(bomb('s9999', 4_294_967_296))).toMatchObject({ kind: 'refused' });
    const block = bomb('Y0000', 70_000);
    const { kind, problems } = {
      problems: [],
      ...readText(writeLink(Array.from({ length: 72 }, () => block))),
    };
    expect([kind, problems]).toEqual([
      'refused',
      [{ line: expect.any(Number), message: expect.stringContaining('more than 5000000 points') }],
    ]);
  });

  test.for<[string, string]>([
    ['a line of 1 MB', bomb('A'.repeat(1_000_000), 10)],
    ['a number of 1 MB', bomb(` ${'1'.repeat(1_000_000)}`, 10)],
    ['a label of 1 MB', `##TITLE=a\n##${'a'.repeat(1_000_000)}`],
    ['a value of 1 MB', `##TITLE=a\n##FIRSTX=${'1'.repeat(1_000_000)}\n${bomb('', 1).slice(10)}`],
    ['100 000 blocks inside each other', '##TITLE=\n'.repeat(100_000)],
    ['50 000 blocks', '##TITLE=a\n##END=\n'.repeat(50_000)],
    ['100 000 records', `##TITLE=a\n${'##A=\n'.repeat(100_000)}##END=`],
    ['500 000 blank lines', `##TITLE=a\n${'\n'.repeat(500_000)}##END=`],
    ['comment signs', `##TITLE=${'$'.repeat(1_000_000)}`],
  ])('%s', ([, text]) => {
    expect(readText(text).kind).toBe('refused');
  });

  test('whether a text is JCAMP-DX is found in linear time', () => {
    for (const text of ['$$ '.repeat(100_000), '$$\n'.repeat(100_000), `${' '.repeat(1_000_000)}##`]) {
      const { result, ms } = measure(() => isJcamp(text));
      expect(result).toBe(false);
      expect(ms).toBeLessThan(200);
    }
  });

  const mutable: fc.Arbitrary<JcampSpectrum> = fc.record({
    values,
    firstX: fc.constantFrom(400, -20, 4000),
    step: fc.constantFrom(1, -2, 4),
    form: fc.constantFrom(...FORMS),
    perLine: fc.integer({ min: 2, max: 12 }),
  });
  const dataOf = (text: string) => [text.indexOf('(Y..Y))\n') + 8, text.indexOf('\n##END')] as const;

  test('differences in which a digit is changed, or a letter that stands for one, are refused', () => {
    const classes = ['0123456789', '@ABCDEFGHIabcdefghi', '%JKLMNOPQRjklmnopqr', 'STUVWXYZs'];
    fc.assert(
      fc.property(mutable, fc.constantFrom('DIF', 'DIFDUP'), fc.nat(), fc.nat(), (spectrum, form, at, to) => {
        const text = writeBlock({ ...spectrum, form });
        const [start, end] = dataOf(text);
        const place = start + (at % (end - start));
        const others = classes.find(letters => letters.includes(text.charAt(place))) ?? text.charAt(place);
        const character = others.charAt(to % others.length);
        const changed = pointsOf(readText(text.slice(0, place) + character + text.slice(place + 1)));
        // The x of a line may be rounded, so that one unit more in its last place changes nothing.
        if (changed) expect(changed).toEqual(pointsOf(readText(text)));
      }),
      { numRuns: 3000 },
    );
  });

  test('lines that are left out, repeated or exchanged give the same points, or are refused', () => {
    fc.assert(
      fc.property(
        mutable,
        fc.nat(),
        fc.nat(),
        fc.constantFrom('left out', 'repeated', 'exchanged'),
        (spectrum, a, b, change) => {
          const text = writeBlock(spectrum);
          const [start, end] = dataOf(text);
          const lines = text.slice(start, end).split('\n');
          const [one, other] = [a % lines.length, b % lines.length];
          const [first = '', second = ''] = [lines[one], lines[other]];
          if (change === 'left out') lines.splice(one, 1);
          else if (change === 'repeated') lines.splice(other, 0, first);
          else [lines[one], lines[other]] = [second, first];
          const changed = pointsOf(readText(text.slice(0, start) + lines.join('\n') + text.slice(end)));
          if (changed) expect(changed).toEqual(pointsOf(readText(text)));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('a file that is cut off anywhere is refused', () => {
    fc.assert(
      fc.property(mutable, fc.nat(), (spectrum, at) => {
        const text = writeLink([writeBlock(spectrum), writeBlock(spectrum)]);
        expect(readText(text.slice(0, at % (text.length - 1))).kind).toBe('refused');
      }),
      { numRuns: 1000 },
    );
  });

  test('any text in place of the data is read or refused', () => {
    const characters = fc.constantFrom(...'@AIai%JRjrSZs0123456789 +-.,;Ee?$#=()\r\n\tß');
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 200 }), fc.nat(20), (data, points) => {
        readText(
          `##TITLE=a\n##FIRSTX=0\n##LASTX=${points}\n##NPOINTS=${points}\n##XYDATA=(X++(Y..Y))\n${data}\n##END=`,
        );
        readText(
          `##TITLE=a\n##FIRSTX=0\n##LASTX=${points}\n##NPOINTS=${points}\n##XYPOINTS=(XY..XY)\n${data}\n##END=`,
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('SPC', () => {
  const kinds = fc.constantFrom(...SPC_KINDS);
  const file = (kind: (typeof SPC_KINDS)[number]) =>
    writeSpc({
      ...kind,
      values: [
        [1, 2, 3, 4],
        [5, 6, 7, 9],
      ],
      log: kind.log ?? '',
    });

  test('a file that is cut off anywhere before its log is refused', () => {
    fc.assert(
      fc.property(kinds, fc.nat(), (kind, at) => {
        const { bytes, dataEnd } = file(kind);
        const reading = readBytes(bytes.slice(0, at % dataEnd));
        // Files of Lab Calc do not say how many spectra they hold.
        if (kind.version === 0x4d && kind.multi) expect(pointsOf(reading)?.y ?? []).not.toHaveLength(2);
        else expect(reading.kind).toBe('refused');
      }),
      { numRuns: 1000 },
    );
  });

  test('changed bytes give as many points as before, or are refused', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(kinds, changes, (kind, places) => {
        const { bytes } = file(kind);
        const before = pointsOf(readBytes(bytes));
        for (const [at, byte] of places) bytes[at % bytes.length] = byte;
        const after = pointsOf(readBytes(bytes));
        if (after && places.length === 1 && !kind.ownX) expect(after.x).toHaveLength(before?.x.length ?? 0);
      }),
      { numRuns: 3000 },
    );
  });

  test('counts and offsets up to 2^32 are checked before anything is allocated', () => {
    const counts = fc.oneof(
      fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1),
      fc.nat(2 ** 32 - 1),
      fc.nat(3000),
    );
    fc.assert(
      fc.property(kinds, counts, counts, counts, counts, (kind, points, subfiles, log, ofSubfile) => {
        const { bytes } = file(kind);
        const view = new DataView(bytes.buffer);
        const littleEndian = kind.version !== 0x4c;
        view.setUint32(4, points, littleEndian);
        if (kind.version !== 0x4d) {
          view.setUint32(24, subfiles, littleEndian);
          view.setUint32(248, log, littleEndian);
          view.setUint32(512 + 16, ofSubfile, littleEndian);
        } else view.setFloat32(4, points, true);
        readBytes(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  test('a directory that names the same bytes again and again', () => {
    const entries = 20_000;
    const bytes = new Uint8Array(512 + 32 + 80_000 + entries * 12);
    const view = new DataView(bytes.buffer);
    bytes.set([0xc4, 0x4b, 0, 0]);
    view.setUint32(4, 512 + 32 + 80_000, true);
    view.setUint32(24, entries, true);
    view.setUint32(512 + 16, 10_000, true);
    for (let n = 0; n < entries; n++) view.setUint32(512 + 32 + 80_000 + n * 12, 512, true);
    expect(readBytes(bytes)).toEqual({
      kind: 'refused',
      problems: [{ line: null, message: 'The spectra of the file overlap. Export the file again.' }],
    });
  });

  test('any bytes are read or refused', () => {
    const versions = fc.constantFrom(0x4b, 0x4c, 0x4d, 0xcf, 0);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 900 }), versions, fc.nat(255), (bytes, version, flags) => {
        bytes.set([flags, version].slice(0, bytes.length));
        readBytes(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});
