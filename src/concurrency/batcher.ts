import { unavailable } from '../errors.ts';

export interface BatchBounds {
  /** The most items in a batch. */
  max: number;
  /** The most items that wait; the rest are refused. */
  maxWaiting: number;
  watch?: BatchWatch | undefined;
}

/** What is told of batches, of one queue or of several. */
export interface BatchWatch {
  /** Items that wait, kept up to date. */
  waiting: number;
  /** Hears the size of a batch that leaves. */
  left: (size: number) => void;
}

/**
 * Turns many single calls into few batches. Calls that arrive while a batch is under way form the next one. A batch
 * leaves once the event loop has read the sockets that were ready, so that requests which came together go together;
 * no timer delays anybody.
 *
 * @param run answers a batch, one result for each item in its order; what it throws, every item of the batch gets.
 * @returns answers one item. @throws UNAVAILABLE when too many wait already.
 */
export function batched<Item, Result>(
  run: (items: Item[]) => Promise<Result[]>,
  { max, maxWaiting, watch }: BatchBounds,
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
    const batch = waiting.slice(0, max);
    waiting = waiting.slice(max);
    if (watch) {
      watch.waiting -= batch.length;
      watch.left(batch.length);
    }
    void answer(batch).finally(() => {
      busy = false;
      schedule();
    });
  }

  async function answer(batch: Waiting[]): Promise<void> {
    try {
      const results = await run(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) {
        const result = results[index];
        if (result === undefined) throw new Error('a batch must answer each of its items');
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
      if (watch) watch.waiting += 1;
      schedule();
    });
}
