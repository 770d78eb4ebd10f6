/** Writes SPC files of each kind by the specification, so that tests know the points. */

export interface SpcKind {
  name: string;
  version: 0x4b | 0x4c | 0x4d;
  /** Several subfiles; otherwise only the first spectrum is written. */
  multi?: boolean;
  /** An array of x for all subfiles. */
  commonX?: boolean;
  /** An array of x in each subfile. */
  ownX?: boolean;
  /** A directory of the subfiles, which are then stored in reverse. */
  directory?: boolean;
  precision: 16 | 32 | 'float';
  log?: string;
}

export interface SpcFile extends SpcKind {
  /** Integers, or numbers of 32-bit floating point. */
  values: readonly (readonly number[])[];
  x?: readonly number[];
  firstX?: number;
  lastX?: number;
  /** One for each subfile. */
  exponents?: readonly number[];
  xType?: number;
  yType?: number;
  zType?: number;
  experiment?: number;
  labels?: readonly [x: string, y: string, z: string];
  comment?: string;
}

export const SPC_KINDS: readonly SpcKind[] = [
  { name: 'even x', version: 0x4b, precision: 32 },
  { name: 'even x, a log', version: 0x4b, precision: 32, log: 'a log\r\n' },
  { name: 'even x, 16 bits', version: 0x4b, precision: 16 },
  { name: 'even x, floating point', version: 0x4b, precision: 'float' },
  { name: 'stored x', version: 0x4b, precision: 32, commonX: true },
  { name: 'stored x, floating point', version: 0x4b, precision: 'float', commonX: true },
  { name: 'multifile, even x', version: 0x4b, precision: 32, multi: true },
  { name: 'multifile, even x, a log', version: 0x4b, precision: 32, multi: true, log: 'a log\r\n' },
  { name: 'multifile, even x, 16 bits', version: 0x4b, precision: 16, multi: true },
  { name: 'multifile, stored x', version: 0x4b, precision: 32, multi: true, commonX: true },
  {
    name: 'multifile, stored x, floating point',
    version: 0x4b,
    precision: 'float',
    multi: true,
    commonX: true,
  },
  { name: 'multifile, x in each', version: 0x4b, precision: 32, multi: true, ownX: true },
  {
    name: 'multifile, x in each, a directory',
    version: 0x4b,
    precision: 'float',
    multi: true,
    ownX: true,
    directory: true,
  },
  { name: 'x in its subfile', version: 0x4b, precision: 16, ownX: true },
  { name: 'most significant byte first', version: 0x4c, precision: 32 },
  {
    name: 'most significant byte first, multifile, stored x, floating point',
    version: 0x4c,
    precision: 'float',
    multi: true,
    commonX: true,
  },
  { name: 'Lab Calc', version: 0x4d, precision: 32 },
  { name: 'Lab Calc, 16 bits', version: 0x4d, precision: 16 },
  { name: 'Lab Calc, multifile', version: 0x4d, precision: 32, multi: true },
];

const LOG_HEADER_SIZE = 64;

/** The bytes of a file, and where its data end. */
export function writeSpc(file: SpcFile): { bytes: Uint8Array; dataEnd: number } {
  const { version, multi, commonX, ownX, directory, precision, log = '' } = file;
  const values = multi ? file.values : file.values.slice(0, 1);
  const points = values[0]?.length ?? 0;
  const x = file.x ?? Array.from({ length: points }, (_, index) => 400 + 2 * index);
  const exponents = values.map((_, index) =>
    precision === 'float' ? -128 : (file.exponents?.[index] ?? 3 + index),
  );
  const isOld = version === 0x4d;
  const little = version !== 0x4c;
  const headerSize = isOld ? 224 : 512;
  const valueSize = precision === 16 ? 2 : 4;
  const size = 32 + points * (valueSize + (ownX ? 4 : 0));
  const start = headerSize + (commonX ? 4 * points : 0);
  const directoryAt = start + values.length * size;
  const dataEnd = directoryAt + (directory ? 12 * values.length : 0);
  const bytes = new Uint8Array(dataEnd + (log === '' ? 0 : LOG_HEADER_SIZE + log.length));
  const view = new DataView(bytes.buffer);
  const setText = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at);

  const flags =
    (precision === 16 ? 0x01 : 0) |
    (multi ? 0x04 : 0) |
    (file.labels ? 0x20 : 0) |
    (ownX ? 0x40 : 0) |
    (commonX || ownX ? 0x80 : 0);
  bytes.set([flags, version]);
  const [firstX, lastX] = [file.firstX ?? x[0] ?? 0, file.lastX ?? x.at(-1) ?? 0];
  const types = [file.xType ?? 1, file.yType ?? 2];
  if (isOld) {
    view.setInt16(2, exponents[0] ?? 0, true);
    [points, firstX, lastX].forEach((value, index) => void view.setFloat32(4 + 4 * index, value, true));
    bytes.set(types, 16);
    view.setUint16(18, ((file.zType ?? 0) << 12) | 1996, true);
    setText(64, file.comment ?? '');
    setText(194, file.labels?.join('\0') ?? '');
  } else {
    bytes[2] = file.experiment ?? 0;
    view.setInt8(3, exponents[0] ?? 0);
    view.setUint32(4, ownX ? (directory ? directoryAt : 0) : points, little);
    view.setFloat64(8, firstX, little);
    view.setFloat64(16, lastX, little);
    view.setUint32(24, values.length, little);
    bytes.set([...types, file.zType ?? 0], 28);
    setText(88, file.comment ?? '');
    setText(218, file.labels?.join('\0') ?? '');
    view.setUint32(248, log === '' ? 0 : dataEnd, little);
    if (log !== '') {
      view.setUint32(dataEnd, LOG_HEADER_SIZE + log.length, little);
      view.setUint32(dataEnd + 8, LOG_HEADER_SIZE, little);
      setText(dataEnd + LOG_HEADER_SIZE, log);
    }
  }
  const writeX = (at: number) =>
    x.forEach((value, index) => void view.setFloat32(at + 4 * index, value, little));
  if (commonX) writeX(headerSize);

  values.forEach((spectrum, index) => {
    const at = start + size * (directory ? values.length - 1 - index : index);
    view.setInt8(at + 1, exponents[index] ?? 0);
    view.setUint16(at + 2, index, little);
    view.setFloat32(at + 4, index / 2, little);
    view.setFloat32(at + 8, (index + 1) / 2, little);
    if (ownX) {
      view.setUint32(at + 16, points, little);
      writeX(at + 32);
    }
    const y = at + 32 + (ownX ? 4 * points : 0);
    spectrum.forEach((value, n) => {
      if (precision === 16) view.setInt16(y + 2 * n, value, little);
      else if (precision === 'float') view.setFloat32(y + 4 * n, value, little);
      else if (isOld) {
        view.setInt16(y + 4 * n, value >> 16, true);
        view.setUint16(y + 4 * n + 2, value & 0xffff, true);
      } else view.setInt32(y + 4 * n, value, little);
    });
    if (directory) {
      const entry = directoryAt + 12 * index;
      view.setUint32(entry, at, little);
      view.setUint32(entry + 4, size, little);
      view.setFloat32(entry + 8, index / 2, little);
    }
  });
  return { bytes, dataEnd };
}

/** The values that a file stands for. */
export function valuesOf({ multi, values, precision, exponents }: SpcFile): number[][] {
  const written = multi ? values : values.slice(0, 1);
  return written.map((spectrum, index) =>
    spectrum.map(value =>
      precision === 'float'
        ? Math.fround(value)
        : value * 2 ** ((exponents?.[index] ?? 3 + index) - precision),
    ),
  );
}
