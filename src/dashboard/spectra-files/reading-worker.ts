import { type JobResult, type ReadingJob, readFile } from './reading-job.ts';

/** What the worker posts about its job. */
export type WorkerMessage = { progress: number } | { result: JobResult };

/** Max messages about progress per second: each redraws the page. */
const MESSAGES_PER_SECOND = 10;

// Reads one file at a time: the page posts the next job after the result of the previous one.
self.onmessage = ({ data }: MessageEvent<ReadingJob>) => {
  let postedAt = performance.now();
  const onProgress = (progress: number) => {
    const now = performance.now();
    if (now - postedAt < 1000 / MESSAGES_PER_SECOND) return;
    postedAt = now;
    const message: WorkerMessage = { progress };
    self.postMessage(message);
  };
  void readFile(data, onProgress).then(result => {
    const message: WorkerMessage = { result };
    self.postMessage(message, { transfer: result.kind === 'read' ? [result.file.points.buffer] : [] });
  });
};
