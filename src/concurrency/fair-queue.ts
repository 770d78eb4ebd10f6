import { unavailable } from '../errors.ts';

export interface FairQueueLimits {
  /** Tasks that run at once. */
  concurrency: number;
  /** Tasks of one sender that run at once, also while others do not ask for anything. All, where it is absent. */
  concurrencyOfSender?: number;
  /** Tasks that wait, of all senders together. */
  maxWaiting: number;
  /** Tasks of one sender that wait. */
  maxWaitingOfSender: number;
}

/**
 * Runs a task when it is its sender's turn.
 *
 * @throws what the task throws, and UNAVAILABLE for a task that found no place, or lost it.
 */
export type FairQueue = <Result>(sender: string, task: () => Promise<Result>) => Promise<Result>;

/**
 * Runs at most `concurrency` tasks at once and queues the rest by sender. The queues are served round robin, so a sender waits for at most one task of each other sender, however many those have sent.
 *
 * When all places are taken, the sender with the longest line loses its newest task to a sender with a shorter one:
 * "longest queue drop", from fair queueing in routers (Suter, Lakshman, Stiliadis and Choudhury 1999). A sender alone may
 * thus use every place without keeping anybody out. p-limit and p-queue know one line, with priorities at most.
 */
export function fairQueue({
  concurrency,
  concurrencyOfSender = concurrency,
  maxWaiting,
  maxWaitingOfSender,
}: FairQueueLimits): FairQueue {
  interface Waiting {
    start: () => Promise<void>;
    refuse: (error: unknown) => void;
  }
  /** In the order of turns: the sender served last is at the end. A line is never empty. */
  const lines = new Map<string, Waiting[]>();
  const runningOf = new Map<string, number>();
  let running = 0;
  let waiting = 0;

  function startNext(): void {
    for (const [sender, line] of lines) {
      if (running >= concurrency) return;
      const own = runningOf.get(sender) ?? 0;
      if (own >= concurrencyOfSender) continue;
      const next = line.shift();
      lines.delete(sender);
      // Behind all others, where this loop comes to it again.
      if (line.length > 0) lines.set(sender, line);
      if (!next) continue;
      running += 1;
      runningOf.set(sender, own + 1);
      waiting -= 1;
      void next.start();
    }
  }

  async function run<Result>(sender: string, task: () => Promise<Result>): Promise<Result> {
    try {
      return await task();
    } finally {
      running -= 1;
      const own = (runningOf.get(sender) ?? 0) - 1;
      if (own > 0) runningOf.set(sender, own);
      else runningOf.delete(sender);
      startNext();
    }
  }

  /** Makes a place for a task of a sender with this many waiting. @returns false when every line is as short. */
  function dropFromLongest(own: number): boolean {
    let longest: Waiting[] = [];
    for (const line of lines.values()) if (line.length > longest.length) longest = line;
    if (longest.length <= own + 1) return false;
    longest.pop()?.refuse(unavailable());
    waiting -= 1;
    return true;
  }

  return (sender, task) =>
    new Promise((resolve, reject) => {
      const line = lines.get(sender) ?? [];
      if (line.length >= maxWaitingOfSender || (waiting >= maxWaiting && !dropFromLongest(line.length))) {
        reject(unavailable());
        return;
      }
      line.push({
        start: () => run(sender, task).then(resolve, reject),
        refuse: reject,
      });
      lines.set(sender, line);
      waiting += 1;
      startNext();
    });
}
