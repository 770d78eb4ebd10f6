import { MAX_FILE_BYTES } from '../../spectra/limits.ts';
import type { ExpectedSpectra } from '../../spectra/model-order.ts';
import { type OrderedReading, readOrderedFile } from '../../spectra/read-ordered-file.ts';
import type { Answer } from '../../spectra/reading.ts';

/** A file to read, and the answers to the questions that were asked about it. */
export interface ReadingJob {
  file: File;
  /** The model that will get the spectra; null if they are not for a model yet: the points keep the file's order. */
  model: ExpectedSpectra | null;
  answers: readonly Answer[];
}

export type JobResult = OrderedReading;

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
  return readOrderedFile(file.name, bytes, { model, answers, onProgress });
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
