/** The interval at which an idle process reads the clock. */
const TICK_MS = 5;

/** The start and end of a measurement, by the clock of `performance`. */
export interface Span {
  from: number;
  to: number;
}

/** How late this process was. */
export interface Lateness {
  /** The duration of a span, without the time in which this process could neither send nor read anything. */
  netMs: (span: Span) => number;
  /** The longest time in which it could not. */
  longestMs: () => number;
  stop: () => void;
}

/**
 * Measures how late the timers of this process are: what its own work, and waiting for a core of the machine, adds to
 * every time that it measures.
 */
export function watchLateness(): Lateness {
  const late: Span[] = [];
  let ticked = performance.now();
  const look = () => {
    const now = performance.now();
    if (now - ticked > 2 * TICK_MS) late.push({ from: ticked + TICK_MS, to: now });
    ticked = now;
  };
  const timer = setInterval(look, TICK_MS);
  return {
    netMs({ from, to }) {
      look();
      const within = late.map(span => Math.min(to, span.to) - Math.max(from, span.from));
      return to - from - within.reduce((sum, ms) => sum + Math.max(0, ms), 0);
    },
    longestMs: () => Math.max(0, ...late.map(({ from, to }) => to - from)),
    stop: () => clearInterval(timer),
  };
}
