import { MAX_FILE_BYTES } from '../../spectra/limits.ts';
import { type ExpectedSpectra, type Ordering, putInModelOrder } from '../../spectra/model-order.ts';
import { readSpectraFile } from '../../spectra/read-file.ts';
import type { Answer, Problem, Question, SpectraFile } from '../../spectra/reading.ts';
import type { OrderedFile } from './ordered-file.ts';

/** A file to read, and the answers to the questions that were asked about it. */
export interface ReadingJob {
  file: File;
  /** The model that will get the spectra; null if they are not for a model yet: the points keep the file's order. */
  model: ExpectedSpectra | null;
  answers: readonly Answer[];
}

export type JobResult =
  | { kind: 'read'; file: OrderedFile }
  | { kind: 'refused'; problems: Problem[] }
  | { kind: 'question'; question: Question };

const MEBIBYTE = 1024 * 1024;

/** Reads a file and puts its spectra into the model's order. Takes seconds for a large file, so it runs in a worker. */
export async function readFile(
  { file, model, answers }: ReadingJob,
  onProgress: (share: number) => void,
): Promise<JobResult> {
  // A larger file is not even loaded.
  if (file.size > MAX_FILE_BYTES) {
    return refuse(`The file is larger than ${MAX_FILE_BYTES / MEBIBYTE} MiB. Split it into several files.`);
  }
  const bytes = await bytesOf(file);
  if (!bytes) {
    return refuse(
      'The browser could not read the file. It may be a folder, or it was moved meanwhile. Choose it again.',
    );
  }
  const reading = readSpectraFile(file.name, bytes, { modelAxis: model?.axis ?? null, answers, onProgress });
  if (reading.kind !== 'spectra') return reading;
  const ordering: Ordering = model
    ? putInModelOrder(reading.file, model)
    : { result: 'unchecked', file: reading.file, note: null };
  if (ordering.result === 'refused') return refuse(ordering.message);
  const { spectra, ...facts } = ordering.file;
  return {
    kind: 'read',
    file: {
      ...facts,
      // Once it was checked, the axis has the model's quantity and unit. Its values stay those of the file.
      axis:
        ordering.result === 'unchecked' || !model?.axis
          ? facts.axis
          : { ...model.axis, values: facts.axis.values },
      order: ordering.result,
      orderNote: ordering.note,
      samples: spectra.map(({ sampleName, line }) => ({ sampleName, line })),
      points: pointsOf(spectra),
    },
  };
}

const refuse = (message: string): JobResult => ({ kind: 'refused', problems: [{ line: null, message }] });

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
