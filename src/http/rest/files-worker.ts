import type { MessagePort } from 'node:worker_threads';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { combineFiles } from '../../spectra/combine-files.ts';
import type { ExpectedSpectra } from '../../spectra/model-order.ts';
import type { OrderedFile } from '../../spectra/ordered-file.ts';
import { splitParts } from './multipart.ts';

// Runs in worker threads only (read-files.ts): a body of 24 MiB takes seconds to read.

/** A body of `multipart/form-data`, and the model that will get its spectra. */
export interface FilesJob {
  bytes: Uint8Array<ArrayBuffer>;
  /** Gets a message when the reading begins. */
  started: MessagePort;
  contentType: string;
  model: ExpectedSpectra;
  maxSpectra: number;
}

/** A file that was read. Its axis stays in the worker, except for its number of points. */
export interface ReadFile
  extends Pick<OrderedFile, 'name' | 'format' | 'order' | 'orderNote' | 'notes' | 'samples' | 'points'> {
  pointsOfSpectrum: number;
}

/** The spectra of all files, or why none is read. */
export type FilesResult =
  | { kind: 'read'; files: ReadFile[]; x: Float64Array<ArrayBuffer> | null }
  | { kind: 'refused' | 'too-many'; message: string };

/** Reads the files of a body: all or none. The result's numbers are transferred. */
export async function readParts({
  bytes: { buffer },
  started,
  contentType,
  model,
  maxSpectra,
}: FilesJob): Promise<unknown> {
  started.postMessage(true);
  started.close();
  const parts = await splitParts(contentType, Buffer.from(buffer));
  if (parts.kind !== 'files') return parts satisfies FilesResult;
  const combination = combineFiles(parts.files, { model, maxSpectra });
  if (combination.kind !== 'combined') return combination satisfies FilesResult;
  const x = combination.x && Float64Array.from(combination.x);
  const files = combination.files.map(({ name, format, order, orderNote, notes, samples, points, axis }) => ({
    name,
    format,
    order,
    orderNote,
    notes,
    samples,
    points,
    pointsOfSpectrum: axis.values.length,
  }));
  return move({
    [transferableSymbol]: [...files.map(({ points }) => points.buffer), ...(x ? [x.buffer] : [])],
    [valueSymbol]: { kind: 'read', files, x } satisfies FilesResult,
  });
}
