/**
 * The header of SPC files (Thermo Galactic, `SPC.H` of 1997): the new format with either byte order, and the old one
 * of Lab Calc. All offsets are in bytes.
 */
import type { Axis } from '../axis.ts';
import { axisOfLabel } from '../axis-label.ts';
import { refuse } from '../problems.ts';

export interface SpcHeader {
  isOld: boolean;
  littleEndian: boolean;
  /** Values are 16-bit integers instead of 32-bit ones. */
  is16Bit: boolean;
  isMultiFile: boolean;
  /** One array of x before the first subfile. */
  hasCommonX: boolean;
  /** An array of x in each subfile. */
  hasOwnX: boolean;
  /** Exponent of the values of a file that is not a multifile; FLOAT for floating-point numbers. */
  exponent: number;
  /** Points of each subfile; with `hasOwnX` the offset of the directory of subfiles, or 0. */
  points: number;
  firstX: number;
  lastX: number;
  /** Subfiles; the old format does not say how many. */
  subfiles: number | null;
  axis: Pick<Axis, 'quantity' | 'unit'>;
  yUnit: string | null;
  zLabel: string;
  comment: string;
  /** Where the log begins, after the last subfile; 0 if there is none. */
  logOffset: number;
  /** Where the first subfile, or the common x, begins. */
  dataOffset: number;
}

/** The exponent that marks floating-point values. */
export const FLOAT = -128;

const NEW_SIZE = 512;
/** The header of the first subfile follows, as in the new format. */
const OLD_SIZE = 224;
export const SUBHEADER_SIZE = 32;

const RAMAN_EXPERIMENT = 11;

/** Labels of the codes of the x and z axes; code 0 is an axis that is not stated. */
const X_LABELS: readonly string[] = [
  '',
  'Wavenumber (cm-1)',
  'Micrometers',
  'Nanometers',
  'Seconds',
  'Minutes',
  'Hertz',
  'Kilohertz',
  'Megahertz',
  'Mass (m/z)',
  'Parts per million',
  'Days',
  'Years',
  'Raman shift (cm-1)',
  'eV',
  '',
  'Diode number',
  'Channel',
  'Degrees',
  'Temperature (F)',
  'Temperature (C)',
  'Temperature (K)',
  'Data points',
  'Milliseconds',
  'Microseconds',
  'Nanoseconds',
  'Gigahertz',
  'Centimeters',
  'Meters',
  'Millimeters',
  'Hours',
];

/** Names of the codes of the values; code 0 is an arbitrary intensity, which states no unit. */
const Y_UNITS: Readonly<Record<number, string>> = {
  1: 'Interferogram',
  2: 'Absorbance',
  3: 'Kubelka-Munk',
  4: 'Counts',
  5: 'Volts',
  6: 'Degrees',
  7: 'Milliamps',
  8: 'Millimeters',
  9: 'Millivolts',
  10: 'Log(1/R)',
  11: 'Percent',
  12: 'Intensity',
  13: 'Relative intensity',
  14: 'Energy',
  16: 'Decibel',
  19: 'Temperature (F)',
  20: 'Temperature (C)',
  21: 'Temperature (K)',
  22: 'Index of refraction',
  23: 'Extinction coefficient',
  24: 'Real',
  25: 'Imaginary',
  26: 'Complex',
  128: 'Transmission',
  129: 'Reflectance',
  130: 'Single beam',
  131: 'Emission',
};

/** Reads the header. Throws FileRefused if it is of another format, too short, or contradicts itself. */
export function readHeader(bytes: Uint8Array): SpcHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[1];
  if (bytes[0] === 0xd0 && version === 0xcf) {
    refuse(
      null,
      'This is not an SPC file of Thermo Galactic, but of another program, such as that of Shimadzu. Export it as JCAMP-DX or CSV.',
    );
  }
  if (version !== 0x4b && version !== 0x4c && version !== 0x4d) {
    refuse(
      null,
      'This is not an SPC file: its second byte is not 4B, 4C or 4D. Export it as JCAMP-DX or CSV.',
    );
  }
  const isOld = version === 0x4d;
  const smallest = (isOld ? OLD_SIZE : NEW_SIZE) + SUBHEADER_SIZE;
  if (bytes.length < smallest) {
    refuse(null, `The file is cut off: it has ${bytes.length} bytes, the headers alone take ${smallest}.`);
  }
  return isOld ? readOldHeader(view) : readNewHeader(view, version === 0x4b);
}

function readNewHeader(view: DataView, littleEndian: boolean): SpcHeader {
  const flags = view.getUint8(0);
  const exponent = view.getInt8(3);
  return {
    ...readFlags(flags, exponent),
    isOld: false,
    littleEndian,
    exponent,
    points: view.getUint32(4, littleEndian),
    firstX: view.getFloat64(8, littleEndian),
    lastX: view.getFloat64(16, littleEndian),
    subfiles: view.getUint32(24, littleEndian),
    ...readLabels(view, flags, { x: 28, z: view.getUint8(30), comment: 88, labels: 218 }, view.getUint8(2)),
    logOffset: view.getUint32(248, littleEndian),
    dataOffset: NEW_SIZE,
  };
}

function readOldHeader(view: DataView): SpcHeader {
  const flags = view.getUint8(0);
  const exponent = view.getInt16(2, true);
  if (Math.abs(exponent) >= 128) {
    refuse(
      null,
      `The exponent of the values is ${exponent}, which files of Lab Calc do not have. Export it again.`,
    );
  }
  return {
    ...readFlags(flags, exponent),
    isOld: true,
    littleEndian: true,
    exponent,
    points: view.getFloat32(4, true),
    firstX: view.getFloat32(8, true),
    lastX: view.getFloat32(12, true),
    subfiles: null,
    ...readLabels(view, flags, { x: 16, z: view.getUint16(18, true) >> 12, comment: 64, labels: 194 }, 0),
    logOffset: 0,
    dataOffset: OLD_SIZE,
  };
}

function readFlags(flags: number, exponent: number) {
  const [hasX, hasOwnX] = [(flags & 0x80) !== 0, (flags & 0x40) !== 0];
  if (hasOwnX && !hasX) {
    refuse(
      null,
      'The header contradicts itself: each subfile has its own x, but x is not stored. Export it again.',
    );
  }
  return {
    // By the specification the flag counts only if the values are not floating-point numbers.
    is16Bit: (flags & 0x01) !== 0 && exponent !== FLOAT,
    isMultiFile: (flags & 0x04) !== 0,
    hasCommonX: hasX && !hasOwnX,
    hasOwnX,
  };
}

/** Labels of the axes: texts, if the header has them, otherwise codes; those of x and y are one after the other. */
function readLabels(
  view: DataView,
  flags: number,
  at: { x: number; z: number; comment: number; labels: number },
  experiment: number,
): Pick<SpcHeader, 'axis' | 'yUnit' | 'zLabel' | 'comment'> {
  const hasTexts = (flags & 0x20) !== 0;
  const [x = '', y = '', z = ''] = hasTexts ? textAt(view, at.labels, 30).split('\0') : [];
  const [xCode, yCode] = [view.getUint8(at.x), view.getUint8(at.x + 1)];
  return {
    axis: axisOfLabel(x.trim() || (X_LABELS[xCode] ?? ''), experiment === RAMAN_EXPERIMENT),
    yUnit: y.trim() || (Y_UNITS[yCode] ?? null),
    zLabel: z.trim() || (X_LABELS[at.z] ?? ''),
    comment: (textAt(view, at.comment, 130).split('\0')[0] ?? '').trim(),
  };
}

function textAt(view: DataView, offset: number, length: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, length);
  return Array.from(bytes, byte => String.fromCharCode(byte)).join('');
}
