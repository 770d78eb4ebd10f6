import type { Axis } from '../../spectra/axis.ts';
import { type Ordering, putInModelOrder } from '../../spectra/model-order.ts';
import { readSpectraFile } from '../../spectra/read-file.ts';
import type { Answer, Problem, Question, SpectraFile } from '../../spectra/reading.ts';

/** What a model expects of the spectra of a file. */
export interface ExpectedSpectra {
  axis: Axis | null;
  inputLength: number;
  yUnit: string | null;
}

/** A file to read, and the answers to the questions that were asked about it. */
export interface ReadingJob {
  file: File;
  /** The model that will get the spectra; null if they are not for a model yet: the points keep the file's order. */
  model: ExpectedSpectra | null;
  answers: readonly Answer[];
}

/** A file of spectra in the order in which they are sent. */
export interface OrderedFile extends Omit<SpectraFile, 'spectra'> {
  /** Whether the axis was compared with the model's, and whether the points were reversed for that. */
  order: 'checked' | 'reversed' | 'unchecked';
  /** What was done with the axis, for the person who sends the file. */
  orderNote: string | null;
  samples: { sampleName: string; line: number | null }[];
  /** The values of all spectra, one spectrum after the other: this can be transferred to the page without a copy. */
  points: Float64Array<ArrayBuffer>;
}

export type JobResult =
  | { kind: 'read'; file: OrderedFile }
  | { kind: 'refused'; problems: Problem[] }
  | { kind: 'question'; question: Question };

/** Reads a file and puts its spectra into the model's order. Takes seconds for a large file, so it runs in a worker. */
export async function readFile(
  { file, model, answers }: ReadingJob,
  onProgress: (share: number) => void,
): Promise<JobResult> {
  const bytes = await bytesOf(file);
  if (!bytes) {
    const message =
      'The browser could not read the file. It may be a folder, or it was moved meanwhile. Choose it again.';
    return { kind: 'refused', problems: [{ line: null, message }] };
  }
  const reading = readSpectraFile(file.name, bytes, { modelAxis: model?.axis ?? null, answers, onProgress });
  if (reading.kind !== 'spectra') return reading;
  const ordering: Ordering = model
    ? putInModelOrder(reading.file, model)
    : { result: 'unchecked', file: reading.file, note: null };
  if (ordering.result === 'refused') {
    return { kind: 'refused', problems: [{ line: null, message: ordering.message }] };
  }
  const { spectra, ...facts } = ordering.file;
  return {
    kind: 'read',
    file: {
      ...facts,
      order: ordering.result,
      orderNote: ordering.note,
      samples: spectra.map(({ sampleName, line }) => ({ sampleName, line })),
      points: pointsOf(spectra),
    },
  };
}

/** The bytes of a file; undefined if it cannot be read. */
async function bytesOf(file: File): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    return undefined;
  }
}

function pointsOf(spectra: SpectraFile['spectra']): Float64Array<ArrayBuffer> {
  const points = new Float64Array(spectra.reduce((sum, { y }) => sum + y.length, 0));
  let offset = 0;
  for (const { y } of spectra) {
    points.set(y, offset);
    offset += y.length;
  }
  return points;
}
