import { Piscina } from 'piscina';
import { fairLimiter } from '../../concurrency/fair-limiter.ts';
import type { Tenant } from '../../concurrency/fair-share.ts';
import { badUserInput, payloadTooLarge, unavailable } from '../../errors.ts';
import { MAX_SPECTRA } from '../../onnx/outcome.ts';
import type { ExpectedSpectra } from '../../spectra/model-order.ts';
import type { FilesJob, FilesResult } from './files-worker.ts';

/** Threads that read files at once, one for each organization. */
const MAX_THREADS = 2;
/** Calls that wait for a thread. */
const MAX_WAITING = { perTenant: 16, total: 128 };
/** The time in which the files of a call must be read; then their thread is ended. */
const MAX_READING_MS = 5000;
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
   *   calls wait
   */
  read: (
    body: FilesBody,
    sender: { tenant: Tenant; model: ExpectedSpectra; isOver: () => boolean },
  ) => Promise<ReadFiles>;
  close: () => Promise<void>;
}

/**
 * Starts reading files in worker threads: one call at a time for each organization, the one that used the least time in
 * the last minute first. A thread that takes too long or needs too much memory is ended, and its call refused.
 */
export function startFileReading(): FileReading {
  const pool = new Piscina<FilesJob, FilesResult>({
    filename: new URL('./files-worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: MAX_THREADS,
    // Its heap is freed when it ends.
    idleTimeout: 5000,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const limiter = fairLimiter({ concurrency: MAX_THREADS, maxWaiting: MAX_WAITING });

  async function readNow(job: FilesJob): Promise<FilesResult> {
    const timer = new AbortController();
    const timeout = setTimeout(() => timer.abort(), MAX_READING_MS);
    try {
      const transferList = [job.bytes.buffer];
      return await pool.run(job, { name: 'readParts', transferList, signal: timer.signal });
    } catch (error) {
      if (timer.signal.aborted) {
        throw badUserInput(
          `The files take longer to read than ${MAX_READING_MS / 1000} seconds. Split them, or send fewer in one call.`,
        );
      }
      if (!isOutOfMemory(error)) throw error;
      throw badUserInput(
        `The files need more than ${MAX_HEAP_MB} MB of memory to read. Split them, or send fewer in one call.`,
      );
    } finally {
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

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
