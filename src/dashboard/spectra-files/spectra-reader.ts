import type { JobResult, ReadingJob } from './reading-job.ts';
import type { WorkerMessage } from './reading-worker.ts';

/** A file that is being read. */
export interface RunningJob {
  result: Promise<JobResult>;
  /** Stops the reading; its result then never comes. */
  stop: () => void;
}

/** Reads files in a worker, so that the page stays responsive. Reads one at a time, in the order of the calls. */
export interface SpectraReader {
  read: (job: ReadingJob, onProgress: (share: number) => void) => RunningJob;
}

interface Waiting {
  job: ReadingJob;
  onProgress: (share: number) => void;
  onResult: (result: JobResult) => void;
}

/** Makes a reader. Its worker exists only while there are files to read. */
export function createSpectraReader(): SpectraReader {
  const queue: Waiting[] = [];
  let worker: Worker | null = null;

  const end = () => {
    worker?.terminate();
    worker = null;
  };
  const readNext = () => {
    const [next] = queue;
    if (!next) return end();
    worker ??= new Worker(new URL('./reading-worker.ts', import.meta.url), { type: 'module' });
    const finish = (result: JobResult) => {
      queue.shift();
      next.onResult(result);
      readNext();
    };
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      if ('progress' in data) next.onProgress(data.progress);
      else finish(data.result);
    };
    // An error of the script itself, such as too little memory.
    worker.onerror = event => {
      event.preventDefault();
      end();
      const message =
        'The browser could not read this file. Close other tabs, or split the file into several.';
      finish({ kind: 'refused', problems: [{ line: null, message }] });
    };
    worker.postMessage(next.job);
    next.onProgress(0);
  };

  return {
    read(job, onProgress) {
      const { promise, resolve } = Promise.withResolvers<JobResult>();
      const waiting = { job, onProgress, onResult: resolve };
      queue.push(waiting);
      if (queue.length === 1) readNext();
      const stop = () => {
        const place = queue.indexOf(waiting);
        if (place < 0) return;
        queue.splice(place, 1);
        if (place > 0) return;
        end();
        readNext();
      };
      return { result: promise, stop };
    },
  };
}
