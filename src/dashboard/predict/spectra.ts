import type { ChosenFile } from './files.ts';
import type { OrderedFile } from './reading-job.ts';

/** A spectrum as it is sent, and where it was read. */
export interface SpectrumToSend {
  sampleName: string;
  file: OrderedFile;
  line: number | null;
  y: Float64Array;
}

/** The spectra of a file, whose values stay where they are. */
export function spectraOf(file: OrderedFile): SpectrumToSend[] {
  const length = file.axis.values.length;
  return file.samples.map(({ sampleName, line }, index) => ({
    sampleName,
    file,
    line,
    y: file.points.subarray(index * length, (index + 1) * length),
  }));
}

/** The files that were read completely. */
export const readFilesOf = (files: readonly ChosenFile[]): OrderedFile[] =>
  files.flatMap(({ state }) => (state.kind === 'read' ? [state.file] : []));
