import { setImmediate as nextTick, setTimeout as wait } from 'node:timers/promises';
import { type FairQueueLimits, fairQueue } from './fair-queue.ts';

/** Max pause after a turn. */
const MAX_PAUSE_MS = 100;

export interface TurnOptions extends Pick<FairQueueLimits, 'maxWaiting' | 'maxWaitingOfSender'> {
  /** Whether each turn is followed by a pause as long as its work, so that this work takes at most half of the time. */
  pauses: boolean;
}

/**
 * Waits until a sender may do work that blocks the event loop for milliseconds.
 *
 * @throws UNAVAILABLE when too many wait
 */
export type TakeTurn = (sender: string) => Promise<void>;

/**
 * Lets one waiting sender work in each iteration of the event loop, round robin. Otherwise an iteration does all work that
 * is ready, and every other request waits for that several times: beside 32 connections of a stranger that requested
 * introspection, which takes 15 ms, a call of `predict` took 2 s.
 */
export function startTurns({ pauses, ...limits }: TurnOptions): TakeTurn {
  const queue = fairQueue({ concurrency: 1, ...limits });
  let pausedUntil = 0;
  return sender =>
    queue(sender, async () => {
      await nextTick();
      if (!pauses) return;
      const pause = pausedUntil - performance.now();
      if (pause >= 1) await wait(Math.min(pause, MAX_PAUSE_MS));
      const startedAt = performance.now();
      // Runs once the sender's work has returned to the event loop.
      setImmediate(() => {
        const now = performance.now();
        pausedUntil = now + (now - startedAt);
      });
    });
}
