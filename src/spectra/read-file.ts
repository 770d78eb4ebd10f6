import { readCsv } from './csv/read-csv.ts';
import { isJcamp, readJcamp } from './jcamp.ts';
import { MAX_FILE_BYTES } from './limits.ts';
import { FileRefused, refuse } from './problems.ts';
import type { Reading, ReadOptions } from './reading.ts';
import { isSpc, readSpc } from './spc.ts';
import { decodeText } from './text.ts';

/**
 * Reads a file of spectra, completely or not at all. The points stay in the order of the file.
 *
 * @param name the name of the file, with its ending
 */
export function readSpectraFile(name: string, bytes: Uint8Array, options: ReadOptions): Reading {
  try {
    return read(name, bytes, options);
  } catch (error) {
    if (error instanceof FileRefused) return { kind: 'refused', problems: error.problems };
    throw error;
  }
}

function read(name: string, bytes: Uint8Array, options: ReadOptions): Reading {
  if (bytes.length > MAX_FILE_BYTES) {
    refuse(null, `The file is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB. Split it into several files.`);
  }
  // The .spc files of Shimadzu begin like a workbook of an old Excel, and archives like SPC files.
  const isNamedSpc = /\.spc$/i.test(name);
  const kind = OTHER_KINDS.find(({ start }) => start.every((byte, index) => bytes[index] === byte));
  if (kind && !isNamedSpc) refuse(null, `This is ${kind.what}. Save the spectra as CSV.`);
  if (isNamedSpc || isSpc(bytes)) {
    return { kind: 'spectra', file: readSpc(name, bytes, options) };
  }
  const text = decodeText(bytes);
  if (/\.(jdx|dx|jcm)$/i.test(name) || isJcamp(text)) {
    return { kind: 'spectra', file: readJcamp(name, text, options) };
  }
  if (text.includes('\0')) refuse(null, 'This is not a text file. Save the spectra as CSV.');
  return readCsv(name, text, options);
}

/** Files that are dropped by mistake, with their first bytes. */
const OTHER_KINDS = [
  { start: [0x50, 0x4b, 0x03, 0x04], what: 'a workbook or an archive (xlsx, ods or zip)' },
  { start: [0xd0, 0xcf, 0x11, 0xe0], what: 'a workbook of an old Excel (xls)' },
  { start: [0x1f, 0x8b], what: 'a compressed file (gz)' },
  { start: [0x25, 0x50, 0x44, 0x46], what: 'a PDF' },
];
