import { unavailable } from '../errors.ts';

export interface FairQueueLimits {
  /** Max tasks that run at once. */
  concurrency: number;
  /** Max tasks of one sender that run at once, even while no other sender waits. Default: `concurrency`. */
  concurrencyOfSender?: number;
  /** Max waiting tasks of all senders together. */
  maxWaiting: number;
  /** Max waiting tasks of one sender. */
  maxWaitingOfSender: number;
}

/**
 * Runs a task as soon as a slot is free for its sender.
 *
 * @param signal removes the task while it waits
 * @throws what the task throws; UNAVAILABLE when the queue is full, or the task was dropped or removed from it.
 */
export type FairQueue = <Result>(
  sender: string,
  task: () => Promise<Result>,
  signal?: AbortSignal,
) => Promise<Result>;

/**
 * Runs at most `concurrency` tasks at once, with a queue for each sender. The queues are served round robin, so a task at the
 * head of its queue waits for at most one task of each other sender.
 *
 * When `maxWaiting` is reached, the longest queue loses its newest task to a sender with a shorter queue: "longest queue
 * drop", from fair queueing in routers (Suter, Lakshman, Stiliadis and Choudhury 1999). A single active sender may therefore
 * fill the queue without excluding others. p-limit and p-queue have a single queue, at most with priorities.
 */
export function fairQueue({
  concurrency,
  concurrencyOfSender = concurrency,
  maxWaiting,
  maxWaitingOfSender,
}: FairQueueLimits): FairQueue {
  interface WaitingTask {
    start: () => Promise<void>;
    reject: (error: unknown) => void;
  }
  /** The non-empty queues by sender, in round-robin order: the sender served last is at the end. */
  const queues = new Map<string, WaitingTask[]>();
  const runningBySender = new Map<string, number>();
  let running = 0;
  let waiting = 0;

  function startNext(): void {
    for (const [sender, queue] of queues) {
      if (running >= concurrency) return;
      const runningOfSender = runningBySender.get(sender) ?? 0;
      if (runningOfSender >= concurrencyOfSender) continue;
      const next = queue.shift();
      queues.delete(sender);
      // Re-inserted at the end of the map, where this loop reaches it again.
      if (queue.length > 0) queues.set(sender, queue);
      if (!next) continue;
      running += 1;
      runningBySender.set(sender, runningOfSender + 1);
      waiting -= 1;
      void next.start();
    }
  }

  async function run<Result>(sender: string, task: () => Promise<Result>): Promise<Result> {
    try {
      return await task();
    } finally {
      running -= 1;
      const runningOfSender = (runningBySender.get(sender) ?? 0) - 1;
      if (runningOfSender > 0) runningBySender.set(sender, runningOfSender);
      else runningBySender.delete(sender);
      startNext();
    }
  }

  /** Drops the newest task of the longest queue. @returns false if that would not leave it longer than `length` */
  function dropFromLongest(length: number): boolean {
    let longest: WaitingTask[] = [];
    for (const queue of queues.values()) if (queue.length > longest.length) longest = queue;
    if (longest.length <= length + 1) return false;
    longest.pop()?.reject(unavailable());
    waiting -= 1;
    return true;
  }

  return (sender, task, signal) =>
    new Promise((resolve, reject) => {
      const queue = queues.get(sender) ?? [];
      if (queue.length >= maxWaitingOfSender || (waiting >= maxWaiting && !dropFromLongest(queue.length))) {
        reject(unavailable());
        return;
      }
      const waitingTask: WaitingTask = {
        start: () => {
          signal?.removeEventListener('abort', remove);
          return run(sender, task).then(resolve, reject);
        },
        reject,
      };
      function remove() {
        const at = queue.indexOf(waitingTask);
        if (at < 0) return;
        queue.splice(at, 1);
        if (queue.length === 0) queues.delete(sender);
        waiting -= 1;
        reject(unavailable());
      }
      queue.push(waitingTask);
      queues.set(sender, queue);
      waiting += 1;
      signal?.addEventListener('abort', remove);
      startNext();
    });
}
