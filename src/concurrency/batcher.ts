import { unavailable } from '../errors.ts';

export interface BatchLimits {
  /** Max items in a batch. */
  maxBatchSize: number;
  /** Max waiting items; further items are rejected with UNAVAILABLE. */
  maxWaiting: number;
  metrics?: BatchMetrics | undefined;
}

/** Measures the batches of one queue, or of several. */
export interface BatchMetrics {
  /** Number of waiting items; kept up to date by the queue. */
  waiting: number;
  /** Called with the size of each batch when it starts. */
  onBatch: (size: number) => void;
}

/**
 * Combines single calls into batches. One batch runs at a time, and calls that arrive meanwhile form the next one. A batch
 * starts after the event loop has read all sockets that were ready, so that requests which arrived together share a batch.
 * No timer is used, so batching adds no latency.
 *
 * @param run processes a batch and returns one result per item, in the order of the items; if it throws, every item of the
 *   batch is rejected with that error.
 * @returns processes one item. @throws UNAVAILABLE when `maxWaiting` items wait already.
 */
export function batched<Item, Result>(
  run: (items: Item[]) => Promise<Result[]>,
  { maxBatchSize, maxWaiting, metrics }: BatchLimits,
): (item: Item) => Promise<Result> {
  interface Waiting {
    item: Item;
    resolve: (result: Result) => void;
    reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let scheduled = false;
  let busy = false;

  function schedule(): void {
    if (scheduled || busy || waiting.length === 0) return;
    scheduled = true;
    setImmediate(start);
  }

  function start(): void {
    scheduled = false;
    busy = true;
    const batch = waiting.slice(0, maxBatchSize);
    waiting = waiting.slice(maxBatchSize);
    if (metrics) {
      metrics.waiting -= batch.length;
      metrics.onBatch(batch.length);
    }
    void runBatch(batch).finally(() => {
      busy = false;
      schedule();
    });
  }

  async function runBatch(batch: Waiting[]): Promise<void> {
    try {
      const results = await run(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) {
        const result = results[index];
        if (result === undefined) throw new Error('a batch must return a result for each item');
        resolve(result);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return item =>
    new Promise((resolve, reject) => {
      if (waiting.length >= maxWaiting) return reject(unavailable());
      waiting.push({ item, resolve, reject });
      if (metrics) metrics.waiting += 1;
      schedule();
    });
}
