import { setImmediate as nextTick, setTimeout as wait } from 'node:timers/promises';
import { type FairQueueLimits, fairQueue } from './fair-queue.ts';

/** Max pause after a turn. */
const MAX_PAUSE_MS = 100;

/**
 * Waits until a sender may do work that blocks the event loop for milliseconds.
 *
 * @throws UNAVAILABLE when too many wait
 */
export type TakeTurn = (sender: string) => Promise<void>;

/**
 * Lets one waiting sender work at a time, round robin, and pauses after each for as long as it worked: everything else then
 * has at least half of the event loop's time. Without this the loop runs all work that is ready before it continues other
 * requests, each of which waits several times: with 32 connections of a stranger that requested introspection, which takes 15
 * ms, a call of `predict` took 2 s.
 */
export function startTurns(limits: Pick<FairQueueLimits, 'maxWaiting' | 'maxWaitingOfSender'>): TakeTurn {
  const queue = fairQueue({ concurrency: 1, ...limits });
  let pausedUntil = 0;
  return sender =>
    queue(sender, async () => {
      await nextTick();
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
