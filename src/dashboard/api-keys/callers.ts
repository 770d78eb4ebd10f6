import type { CallersOfKeyFragment } from '../generated/graphql';
import { count, formatNumber, formatTenths } from '../ui/numbers.ts';
import { relativeTime } from '../ui/relative-time.ts';

/** A line about a network that calls with a key. */
export interface CallerLine {
  network: string;
  text: string;
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** A length of time in its largest unit: "12 seconds", "1.5 hours". */
function durationWords(seconds: number): string {
  const [unit, length] = UNITS.find(([, length]) => seconds >= length) ?? ['second', 1];
  const size = seconds / length;
  const number = size < 10 ? formatTenths(size) : String(Math.round(size));
  return `${number} ${unit}${number === '1' ? '' : 's'}`;
}

/** How often a key is called and when the next call is due, as a sentence; null with too few calls to know. */
export function rhythmWords({ recentUse }: CallersOfKeyFragment, now: Date): string | null {
  const { medianIntervalSeconds, nextDueAt, calls } = recentUse;
  if (medianIntervalSeconds == null || !nextDueAt) return null;
  const until = (Date.parse(nextDueAt) - now.getTime()) / 1000;
  const due =
    Math.abs(until) < 1
      ? 'is due now'
      : until > 0
        ? `is due in ${durationWords(until)}`
        : `was due ${durationWords(-until)} ago`;
  const often =
    medianIntervalSeconds < 1 ? 'Several times a second' : `Every ${durationWords(medianIntervalSeconds)}`;
  return `${often}, by the median of the last ${calls} calls: the next one ${due}.`;
}

/** The networks that called in the last day, and then those of the last calls before it. */
export function callerLines({ callers, recentUse }: CallersOfKeyFragment, now: Date): CallerLine[] {
  const today = new Set(callers.networks.map(({ network }) => network));
  const last = (at: string) => relativeTime(new Date(at), now);
  return [
    ...callers.networks.map(({ network, calls, lastAt }) => ({
      network: networkName(network),
      text: `${count(calls, 'call')} in the last day, the last ${last(lastAt)}`,
    })),
    ...recentUse.networks
      .filter(({ network }) => !today.has(network))
      .map(({ network, lastAt }) => ({ network: networkName(network), text: `last called ${last(lastAt)}` })),
  ];
}

const networkName = (network: string | null | undefined) => network ?? 'Not recorded';

/** Says that not all calls of the day were counted; null if they were. */
export function partialCount({ callers }: CallersOfKeyFragment, now: Date): string | null {
  const seconds = (now.getTime() - Date.parse(callers.since)) / 1000;
  // The query is a little older than the page's time.
  if (seconds > 86_400 - 600) return null;
  const counted = callers.networks.reduce((sum, { calls }) => sum + calls, 0);
  return `The last ${formatNumber(counted)} calls were counted, which is those of ${durationWords(seconds)}.`;
}
