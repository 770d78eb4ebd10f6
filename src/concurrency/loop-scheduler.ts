import { setImmediate as nextIteration, setTimeout as wait } from 'node:timers/promises';
import { type FairQueueLimits, fairQueue } from './fair-queue.ts';

/** Max pause after a slot. */
const MAX_PAUSE_MS = 500;

/**
 * Waits until a sender may do work that blocks the event loop for milliseconds. The work must follow without waiting for
 * anything else: what waits for the database, for example, would be resumed together with the work of others.
 *
 * @param signal ends the wait
 * @throws UNAVAILABLE when too many wait, or the wait was ended
 */
export type WaitForSlot = (sender: string, signal: AbortSignal) => Promise<void>;

/**
 * Starts a scheduler that gives slots to the waiting senders, one after the other and round robin. After each slot it pauses
 * for as long as that iteration of the event loop took, so that other work has half of the time. Without a scheduler, an
 * iteration does all the work that is ready, and every other request waits for that in each of its own steps.
 */
export function startLoopScheduler(
  limits: Pick<FairQueueLimits, 'maxWaiting' | 'maxWaitingOfSender'>,
): WaitForSlot {
  const queue = fairQueue({ concurrency: 1, ...limits });
  let pausedUntil = 0;

  async function slot(): Promise<void> {
    await nextIteration();
    const pause = pausedUntil - performance.now();
    if (pause >= 1) await wait(Math.min(pause, MAX_PAUSE_MS));
    const startedAt = performance.now();
    // At the end of this iteration, when the sender has done its work.
    setImmediate(() => {
      const now = performance.now();
      pausedUntil = now + (now - startedAt);
    });
  }

  return (sender, signal) => queue(sender, slot, signal);
}
