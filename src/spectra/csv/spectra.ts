import type { Axis } from '../axis.ts';
import { checkPoints } from '../file-spectra.ts';
import { MAX_SAMPLE_NAME_LENGTH } from '../limits.ts';
import { type Problems, quote } from '../problems.ts';
import type { ReadSpectrum } from '../reading.ts';
import type { NumberReader } from './numbers.ts';
import type { Survey } from './survey.ts';
import type { Table } from './table.ts';

/** What the readers of all layouts need. */
export interface Reader {
  /** The name of the file without its ending, for a spectrum that has no other. */
  fileName: string;
  table: Table;
  survey: Survey;
  numbers: NumberReader;
  problems: Problems;
  onProgress?: ((share: number) => void) | undefined;
}

/** What a reader of a layout finds in a table. */
export interface TableSpectra {
  axis: Axis;
  isAxisAssumed?: boolean;
  yUnit: string | null;
  spectra: ReadSpectrum[];
  notes: string[];
}

/** Reports a name that the API would refuse. */
export function checkName(name: string, line: number | null, problems: Problems): void {
  if (name === '') problems.report(line, 'The sample has no name. Fill it.');
  else if (name.length > MAX_SAMPLE_NAME_LENGTH && [...name].length > MAX_SAMPLE_NAME_LENGTH) {
    problems.report(
      line,
      `The name ${quote(name)} is too long: a sample's name may have at most ${MAX_SAMPLE_NAME_LENGTH} characters.`,
    );
  }
}

/** @throws {FileRefused} if the spectra exceed a limit */
export const checkSize = (points: number, spectra: number): void =>
  checkPoints(points, points * Math.max(0, spectra - 1), null);
