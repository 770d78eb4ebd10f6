import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkFileLimits } from '../src/onnx/file-limits.ts';
import { inspectionOf } from '../src/onnx/host-replies.ts';
import { METADATA_PREFIX, readMetadata } from '../src/onnx/metadata.ts';
import { startModels } from '../src/onnx/models.ts';
import {
  MAX_PROPERTIES,
  MAX_PROPERTIES_BYTES,
  packMetadata,
  unpackMetadata,
} from '../src/onnx/packed-metadata.ts';
import { ModelRefused } from '../src/onnx/signature.ts';
import { inspectModel } from '../src/onnx/trial.ts';
import {
  constant,
  linearRegression,
  node,
  onnxFile,
  registered,
  tensorInfo,
  withProperty,
  writeModel,
} from './onnx-files.ts';

const MIB = 1024 * 1024;
const MODEL = linearRegression({ weights: [1, 2] });

/** A model with metadata properties, of which there may be several of one name. */
const withProperties = (properties: readonly (readonly [key: string, value: string])[]) =>
  onnxFile(
    {
      input: [tensorInfo('X', 'float32', ['n', 1])],
      output: [tensorInfo('y', 'float32', ['n', 1])],
      node: [node('MatMul', ['X', 'w'], ['y'])],
      initializer: [constant('w', 'float32', [1, 1], [2])],
    },
    17,
    [],
    { metadata_props: properties.map(([key, value]) => ({ key, value })) },
  );

/** Reads metadata as a trial does. */
function read(file: Uint8Array): Record<string, string> {
  checkFileLimits(file);
  return readMetadata(file);
}

function refusal(file: Uint8Array): string {
  try {
    read(file);
  } catch (error) {
    if (error instanceof ModelRefused) return error.message;
    throw error;
  }
  throw new Error('The file was not refused');
}

const text = fc.string({ unit: 'binary', maxLength: 50 });

describe("a file's metadata properties", () => {
  test('are read without their prefix, in a trial', async () => {
    const file = withProperties([
      ['author', 'Ana'],
      ['spectrakey.x_unit', 'nm'],
      ['spectrakey.x_values', '[900, 902]'],
      ['spectrakey', 'no prefix'],
      ['SPECTRAKEY.y_unit', 'no prefix'],
      [' spectrakey.y_unit', 'no prefix'],
      ['spectrakey.', 'no name'],
    ]);
    expect(await inspectModel(file)).toEqual({
      kind: 'REGRESSION',
      inputLength: 1,
      rowIndependent: true,
      statistics: { t2: false, q: false },
      metadata: { x_unit: 'nm', x_values: '[900, 902]', '': 'no name' },
    });
    expect(await inspectModel(MODEL)).toMatchObject({ metadata: {} });
  });

  test('have any names and values that are text, and the last one of a name counts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(text, fc.constantFrom('a', 'b', '__proto__', 'constructor')), text)),
        properties => {
          const file = withProperties(properties.map(([name, value]) => [METADATA_PREFIX + name, value]));
          const expected = new Map(properties);
          const found = read(file);
          expect(new Map(Object.entries(found))).toEqual(expected);
          const { lengths, bytes } = packMetadata(found);
          const received = unpackMetadata({ lengths: JSON.parse(JSON.stringify(lengths)), bytes });
          expect(new Map(Object.entries(received ?? {}))).toEqual(expected);
        },
      ),
    );
  });

  test('may lack a value, or a name', () => {
    const entry = (bytes: number[]) =>
      Buffer.concat([MODEL, Uint8Array.of((14 << 3) | 2, bytes.length, ...bytes)]);
    const key = Buffer.from('spectrakey.x_unit');
    expect(read(entry([(1 << 3) | 2, key.length, ...key]))).toEqual({ x_unit: '' });
    expect(read(entry([(2 << 3) | 2, 1, 65]))).toEqual({});
    expect(read(entry([]))).toEqual({});
  });

  test('are refused where they are not UTF-8, and ignored where they have another prefix', () => {
    const invalid = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0x41, 0xf8, 0x41]].map(bytes =>
      Uint8Array.from(bytes),
    );
    for (const bytes of invalid) {
      expect(refusal(withProperty(MODEL, 'spectrakey.x_unit', bytes))).toBe(
        "The metadata property 'spectrakey.x_unit' is not UTF-8, expected text in UTF-8.",
      );
      const key = Buffer.concat([Buffer.from(METADATA_PREFIX), bytes]);
      expect(refusal(withProperty(MODEL, key, 'nm'))).toMatch(/is not UTF-8, expected text in UTF-8\.$/);
      expect(read(withProperty(withProperty(MODEL, bytes, 'x'), 'author', bytes))).toEqual({});
      // The last one counts.
      const repaired = withProperty(
        withProperty(MODEL, 'spectrakey.x_unit', bytes),
        'spectrakey.x_unit',
        'nm',
      );
      expect(read(repaired)).toEqual({ x_unit: 'nm' });
    }
  });

  test('have a maximum of bytes in total, in UTF-8', () => {
    // 'ö' takes two bytes; each name and value together a quarter of the maximum.
    const quarter = (name: string, more = 0): [string, string] => {
      const key = METADATA_PREFIX + name;
      return [key, 'ö'.repeat((MAX_PROPERTIES_BYTES / 4 - key.length) / 2) + 'x'.repeat(more)];
    };
    const names = ['xxa', 'xxb', 'xxc', 'xxd'];
    const exact = names.map(name => quarter(name));
    expect(Object.keys(read(withProperties(exact)))).toEqual(names);
    expect(read(withProperties([...exact, ...exact]))).toEqual(read(withProperties(exact)));
    expect(refusal(withProperties([...exact.slice(1), quarter('xxa', 1)]))).toBe(
      `The file's metadata properties whose name begins with 'spectrakey.' have more than ${8 * MIB} bytes, which is the maximum.`,
    );
  });

  test('may be 100 000 of one name or with another prefix, but not of as many names', () => {
    const many = (key: (i: number) => string) =>
      read(withProperties(Array.from({ length: 100_000 }, (_, i) => [key(i), String(i)])));
    expect(many(() => 'spectrakey.rmsep')).toEqual({ rmsep: '99999' });
    expect(many(i => `other.${i}`)).toEqual({});
    expect(() => many(i => `spectrakey.${i}`)).toThrow(
      `The file has more than ${MAX_PROPERTIES} metadata properties whose name begins with 'spectrakey.', which is the maximum.`,
    );
  });
});

describe('the server accepts from a host', () => {
  const found = {
    kind: 'REGRESSION',
    inputLength: 2,
    rowIndependent: false,
    statistics: { t2: true, q: false },
  };
  const metadata = { x_unit: 'nm', '': '', ö: '€' };
  const { lengths, bytes } = packMetadata(metadata);
  /** As it arrives: any JSON, and any bytes. */
  const inspected = (part: object, more: object = {}, payload: Uint8Array = bytes) =>
    inspectionOf(
      JSON.parse(JSON.stringify({ reply: 'inspected', found: { ...found, ...part }, lengths, ...more })),
      payload,
    );

  test('the result of a trial, and nothing beside it', () => {
    const more = {
      projectId: 'other',
      createdBy: 'other',
      metadata: { x_unit: 'mm' },
      statistics: { t2: true, q: false, u: true },
    };
    expect(inspected(more)).toEqual({ ...found, metadata });
  });

  const values = [null, 'REGRESSION ', 'x', '', 0, -1, 1.5, 1e6, true, [], [1], {}];
  for (const name of ['kind', 'inputLength', 'rowIndependent', 'statistics']) {
    test(`no ${name} of another type`, () => {
      for (const value of [...values, undefined]) {
        if (name !== 'rowIndependent' || value !== true)
          expect(() => inspected({ [name]: value }), JSON.stringify(value)).toThrow();
      }
    });
  }

  test('no statistics of another type', () => {
    for (const value of values.filter(value => value !== true)) {
      expect(() => inspected({ statistics: { t2: value, q: false } })).toThrow('invalid reply');
      expect(() => inspected({ statistics: { t2: false, q: value } })).toThrow('invalid reply');
    }
  });

  test('no metadata with other lengths than stated, or that is not text', () => {
    const hostile: unknown[] = [
      undefined,
      null,
      1,
      {},
      { length: 2, 0: 1, 1: 1 },
      [],
      [bytes.byteLength],
      [0, bytes.byteLength - 1],
      [0, bytes.byteLength + 1],
      [-1, bytes.byteLength + 1],
      [0.5, bytes.byteLength - 0.5],
      [1e300, 1],
      ['0', bytes.byteLength],
      [null, bytes.byteLength],
      [[0], bytes.byteLength],
      // The parts of '€' are no text.
      [bytes.byteLength - 1, 1],
    ];
    for (const list of hostile) {
      expect(() => inspected({}, { lengths: list }), JSON.stringify(list)).toThrow('invalid reply');
    }
    expect(() => inspected({}, { lengths: [0, 1] }, Uint8Array.of(0xff))).toThrow('invalid reply');
    const none = Array.from({ length: 2 * MAX_PROPERTIES + 2 }, () => 0);
    expect(() => inspected({}, { lengths: none }, new Uint8Array())).toThrow('invalid reply');
    const long = new Uint8Array(MAX_PROPERTIES_BYTES + 1);
    expect(() => inspected({}, { lengths: [0, long.byteLength] }, long)).toThrow('invalid reply');
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: -2, max: 9 }), fc.double())),
        fc.uint8Array(),
        (list, payload) => {
          const received = unpackMetadata({ lengths: list, bytes: payload });
          for (const value of Object.values(received ?? {})) expect(value.isWellFormed()).toBe(true);
        },
      ),
    );
  });
});

test('the metadata of 100 000 points with all their digits comes through a model host, and statistics too', async () => {
  const points = 100_000;
  const list = (offset: number) => JSON.stringify(Array.from({ length: points }, (_, i) => offset + i / 7));
  const properties: [string, string][] = [
    ['x_values', list(900)],
    ['calibration_min', list(0.1)],
    ['calibration_max', list(1.1)],
    ['y_unit', 'log(1/R) \u0000\u001b "ö"'],
  ];
  const file = onnxFile(
    {
      input: [tensorInfo('X', 'float32', ['n', points])],
      output: ['y', 't2', 'q'].map(name => tensorInfo(name, 'float32', ['n', 1])),
      node: [
        node('ReduceMax', ['X'], ['y'], [{ name: 'axes', ints: [1], type: 7 }]),
        node('Sub', ['y', 'y'], ['zero']),
        node('Div', ['y', 'zero'], ['t2']),
        node('Div', ['zero', 'zero'], ['q']),
      ],
    },
    17,
    [],
    { metadata_props: properties.map(([name, value]) => ({ key: METADATA_PREFIX + name, value })) },
  );
  const models = startModels({
    load: async () => registered(file),
    onNotStarted: () => {},
    limits: { hosts: 1 },
  });
  onTestFinished(models.close);
  const tenant = { id: 'a', reserved: true };
  const inspection = await models.inspect(tenant, await writeModel(file));
  expect(inspection).toMatchObject({ inputLength: points, statistics: { t2: true, q: true } });
  expect(new Map(Object.entries(inspection.metadata))).toEqual(new Map(properties));
  const model = { id: 'a', tenant, rowIndependent: null };
  const spectrum = (greatest: number) =>
    Float32Array.from({ length: points }, (_, i) => (i === 7 ? greatest : -9));
  const calls = [[spectrum(1), spectrum(-2)], [spectrum(3)]];
  expect(await Promise.all(calls.map(spectra => models.run(model, spectra)))).toEqual([
    { kind: 'REGRESSION', values: [1, -2], t2: [Infinity, -Infinity], q: [Number.NaN, Number.NaN] },
    { kind: 'REGRESSION', values: [3], t2: [Infinity], q: [Number.NaN] },
  ]);
});
