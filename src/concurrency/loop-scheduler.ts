import { setImmediate as nextIteration, setTimeout as wait } from 'node:timers/promises';
import { type FairQueueLimits, fairQueue } from './fair-queue.ts';

/** Max pause after an iteration of the event loop. */
const MAX_PAUSE_MS = 500;

/** The pause after each slot, which schedulers may share. */
export interface Pause {
  /** Waits until the pause is over. */
  wait: () => Promise<void>;
  /** Begins the pause at the end of this iteration of the event loop. */
  begin: () => void;
}

/**
 * Starts a pause that takes `ratio` times as long as the iteration of the event loop before it; none below 1 ms. Node accepts
 * one connection in an iteration (libuv 1.46 and later): without any pause, new clients would wait for all pending ones.
 */
export function startPause(ratio: number): Pause {
  let endsAt = 0;
  return {
    async wait() {
      const ms = endsAt - performance.now();
      if (ms >= 1) await wait(Math.min(ms, MAX_PAUSE_MS));
    },
    begin() {
      const startedAt = performance.now();
      setImmediate(() => {
        const now = performance.now();
        endsAt = Math.max(endsAt, now + ratio * (now - startedAt));
      });
    },
  };
}

export interface LoopSchedulerOptions extends Pick<FairQueueLimits, 'maxWaiting' | 'maxWaitingOfSender'> {
  pause: Pause;
}

/**
 * Waits until a sender may do work that blocks the event loop for milliseconds. The work must follow without waiting for
 * anything else: what waits for the database, for example, would be resumed together with the work of others.
 *
 * @param signal ends the wait
 * @throws UNAVAILABLE when too many wait, or the wait was ended
 */
export type WaitForSlot = (sender: string, signal: AbortSignal) => Promise<void>;

/**
 * Starts a scheduler that gives one slot in each iteration of the event loop, to the waiting senders round robin. Without
 * one, an iteration does all the work that is ready, and every other request waits for that in each of its own steps.
 */
export function startLoopScheduler({ pause, ...limits }: LoopSchedulerOptions): WaitForSlot {
  const queue = fairQueue({ concurrency: 1, ...limits });
  const slot = async () => {
    await nextIteration();
    await pause.wait();
    pause.begin();
  };
  return (sender, signal) => queue(sender, slot, signal);
}
