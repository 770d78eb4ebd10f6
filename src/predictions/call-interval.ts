/** Fewer calls say nothing about when the next one is due. */
const MIN_CALLS = 5;

/** How often a key is called. Null with fewer than five calls. */
interface CallInterval {
  /** The median time between two calls. */
  medianIntervalSeconds: number | null;
  /** When the next call is due: the median interval after the last one. */
  nextDueAt: Date | null;
}

/** The interval of calls. @param times of the calls, in any order */
export function intervalOf(times: readonly Date[]): CallInterval {
  if (times.length < MIN_CALLS) return { medianIntervalSeconds: null, nextDueAt: null };
  const sorted = times.map(time => time.getTime()).sort((a, b) => a - b);
  const intervals = sorted.slice(1).map((time, index) => time - (sorted[index] ?? time));
  const median = medianOf(intervals);
  const last = sorted.at(-1) ?? 0;
  return { medianIntervalSeconds: median / 1000, nextDueAt: new Date(last + median) };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
