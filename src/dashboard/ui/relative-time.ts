const relative = new Intl.RelativeTimeFormat('en');

const SECOND = 1000;
const UNITS = [
  ['year', 365 * 86_400 * SECOND],
  ['month', 30 * 86_400 * SECOND],
  ['day', 86_400 * SECOND],
  ['hour', 3600 * SECOND],
  ['minute', 60 * SECOND],
] as const;

/** How long ago something happened, in its largest unit: "3 hours ago". */
export function relativeTime(then: Date, now: Date): string {
  const elapsed = now.getTime() - then.getTime();
  const [unit, length] = UNITS.find(([, length]) => elapsed >= length) ?? [];
  // The clocks of server and browser differ slightly, so a recent time may be in the future.
  return unit && length ? relative.format(-Math.floor(elapsed / length), unit) : 'just now';
}

/** A point in time to the second, with its time zone. */
export function exactTime(moment: Date): string {
  return new Intl.DateTimeFormat('en', {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(moment);
}

/** A day in the viewer's time zone. */
export function shortDay(moment: Date): string {
  return new Intl.DateTimeFormat('en', { dateStyle: 'medium' }).format(moment);
}
