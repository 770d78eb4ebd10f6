import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const TURN_MS = 2;

/** The longest time for which the event loop of this thread was blocked. */
export interface LoopDelay {
  /** Without the time in which the thread was ready to run and waited for a core of the machine. */
  ms: number;
  /** As Node.js measures it, including that time. */
  histogramMs: number;
}

/** The time in which this thread was ready to run and did not; 0 where the system does not report it. */
function waitedMs(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

/** Watches the event loop of this thread. @returns gives the longest delay since its last call */
export function watchLoop(): () => LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: TURN_MS });
  histogram.enable();
  let longest = 0;
  let [before, waitedBefore] = [performance.now(), waitedMs()];
  const look = () => {
    const [now, waited] = [performance.now(), waitedMs()];
    longest = Math.max(longest, now - before - (waited - waitedBefore) - TURN_MS);
    [before, waitedBefore] = [now, waited];
  };
  setInterval(look, TURN_MS).unref();
  return () => {
    look();
    const found = { ms: longest, histogramMs: histogram.max / 1e6 };
    longest = 0;
    histogram.reset();
    return found;
  };
}
