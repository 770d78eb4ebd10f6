import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { fairLimiter } from '../../concurrency/fair-limiter.ts';
import type { Tenant } from '../../concurrency/fair-share.ts';
import { badUserInput, payloadTooLarge, unavailable } from '../../errors.ts';
import { MAX_SPECTRA } from '../../onnx/outcome.ts';
import type { ExpectedSpectra } from '../../spectra/model-order.ts';
import type { HttpLimits } from '../limits.ts';
import type { FilesJob, FilesResult } from './files-worker.ts';

/** Max calls whose files are read at once, and max one of each organization. */
const MAX_THREADS = 2;
/** Calls that wait for a thread. */
const MAX_WAITING = { perTenant: 16, total: 128 };
/**
 * Max heap of a thread. Beside it, a thread holds up to 88 MB outside of it: the body (24 MB), its parts (24 MB) and the
 * points (40 MB). Piscina replaces a thread that it ends before that is gone, so for a moment there may be three.
 */
const MAX_HEAP_MB = 256;

/** The body of a call with files. */
export interface FilesBody {
  contentType: string;
  bytes: Buffer<ArrayBuffer>;
}

/** Files that were read, in the order in which they are sent. */
export type ReadFiles = Extract<FilesResult, { kind: 'read' }>;

export interface FileReading {
  /**
   * Reads all files of a body, or none.
   *
   * @param isOver whether the request is over: it is then dropped when its turn comes
   * @throws BAD_USER_INPUT with file and line; PAYLOAD_TOO_LARGE beyond 1000 spectra or files; UNAVAILABLE when too many
   *   calls wait, or no thread began in time
   */
  read: (
    body: FilesBody,
    sender: { tenant: Tenant; model: ExpectedSpectra; isOver: () => boolean },
  ) => Promise<ReadFiles>;
  close: () => Promise<void>;
}

/**
 * Starts reading files in worker threads: one call at a time for each organization, the one that used the least time in
 * the last minute first. A thread that takes too long or needs too much memory is ended, and its call refused. The start of
 * a thread is not part of its time: it loads the readers, while other threads and model hosts use the cores.
 */
export function startFileReading({
  filesStartMs,
  filesReadingMs,
}: Pick<HttpLimits, 'filesStartMs' | 'filesReadingMs'>): FileReading {
  const pool = new Piscina<FilesJob, FilesResult>({
    filename: new URL('./files-worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: MAX_THREADS,
    // Its heap is freed when it ends.
    idleTimeout: 5000,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const limiter = fairLimiter({ concurrency: MAX_THREADS, maxWaiting: MAX_WAITING });

  async function readNow(job: Omit<FilesJob, 'started'>): Promise<FilesResult> {
    const deadline = new AbortController();
    const { port1: fromThread, port2: started } = new MessageChannel();
    const abort = (error: Error) => deadline.abort(error);
    let timeout = setTimeout(abort, filesStartMs, unavailable());
    fromThread.once('message', () => {
      clearTimeout(timeout);
      timeout = setTimeout(abort, filesReadingMs, tooSlow(filesReadingMs));
    });
    try {
      const transferList = [job.bytes.buffer, started];
      return await pool.run(
        { ...job, started },
        { name: 'readParts', transferList, signal: deadline.signal },
      );
    } catch (error) {
      deadline.signal.throwIfAborted();
      if (!isOutOfMemory(error)) throw error;
      throw badUserInput(
        `The files need more than ${MAX_HEAP_MB} MB of memory to read. Split them, or send fewer in one call.`,
      );
    } finally {
      fromThread.close();
      clearTimeout(timeout);
    }
  }

  return {
    async read({ contentType, bytes }, { tenant, model, isOver }) {
      const result = await limiter(tenant, async () => {
        if (isOver()) throw unavailable();
        // A body that came in one chunk shares its memory with others of its connection.
        const own = bytes.buffer.resizable ? bytes : Uint8Array.from(bytes);
        return await readNow({ bytes: own, contentType, model, maxSpectra: MAX_SPECTRA });
      });
      switch (result.kind) {
        case 'read':
          return result;
        case 'refused':
          throw badUserInput(result.message);
        case 'too-many':
          throw payloadTooLarge(result.message);
      }
    },
    close: () => pool.destroy(),
  };
}

const tooSlow = (maxMs: number) =>
  badUserInput(
    `The files take longer to read than ${maxMs / 1000} seconds. Split them, or send fewer in one call.`,
  );

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
