/** The lifetimes that the dialog offers for a new key. */
export const LIFETIMES = [
  { value: '30-days', label: '30 days', days: 30, months: 0 },
  { value: '90-days', label: '90 days', days: 90, months: 0 },
  { value: '6-months', label: '6 months', days: 0, months: 6 },
  { value: '1-year', label: '1 year', days: 0, months: 12 },
] as const;

/** The choice of a day from the calendar. */
export const ON_DATE = 'date';
/** The choice of a key that works until it is revoked. */
export const NO_EXPIRY = 'none';
/** The choice of the latest expiry that the organization's policy allows. */
export const LONGEST = 'longest';
/** The choice to leave the expiry of a key as it is. */
export const KEPT = 'kept';

/** A chosen expiry: a lifetime and, with `ON_DATE`, a day. */
export interface ExpiryDraft {
  lifetime: string;
  date: string;
}

/**
 * When a key stops working.
 *
 * @param choice the value of a lifetime, `ON_DATE`, `LONGEST`, `NO_EXPIRY` or `KEPT`.
 * @param date with `ON_DATE` the day, in the format of a date input: `2026-08-31`.
 * @param latest the latest expiry that the organization's policy allows; null: no limit.
 * @returns the end of a day in the viewer's time zone, or `latest` if that is earlier; null for never, undefined while no
 *   day is chosen and for `KEPT`.
 */
export function expiryOf(
  choice: string,
  date: string,
  now: Date,
  latest: Date | null = null,
): Date | null | undefined {
  if (choice === NO_EXPIRY) return null;
  if (choice === KEPT) return undefined;
  if (choice === LONGEST) return latest ?? undefined;
  const chosen = endOfChosenDay(choice, date, now);
  return chosen && latest && latest < chosen ? latest : chosen;
}

function endOfChosenDay(choice: string, date: string, now: Date): Date | undefined {
  const lifetime = LIFETIMES.find(({ value }) => value === choice);
  if (lifetime) {
    const month = now.getMonth() + lifetime.months;
    // Half a year from 31 August is 28 February: a shorter month has no 31st, and Date would continue into March.
    const day = Math.min(now.getDate(), new Date(now.getFullYear(), month + 1, 0).getDate());
    return endOfDay(now.getFullYear(), month, day + lifetime.days);
  }
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date) ?? [];
  return year && month && day ? endOfDay(Number(year), Number(month) - 1, Number(day)) : undefined;
}

// Computed from the start of the next day, as no change of clocks repeats or skips the moment before it.
function endOfDay(year: number, month: number, day: number): Date {
  return new Date(new Date(year, month, day + 1).getTime() - 1);
}

/** A day in the viewer's time zone, in the format of a date input. */
export function inputDate(day: Date): string {
  const digits = (number: number, count: number) => String(number).padStart(count, '0');
  return `${digits(day.getFullYear(), 4)}-${digits(day.getMonth() + 1, 2)}-${digits(day.getDate(), 2)}`;
}

/** The last day, as a date input has it, whose end is not later than a moment. */
export function lastDayBefore(moment: Date): string {
  const next = new Date(moment.getTime() + 1);
  return inputDate(new Date(next.getFullYear(), next.getMonth(), next.getDate() - 1));
}

/**
 * An expiry as the person's calendar and clock show it: the end of a day as "end of day", another moment (from a
 * program, or from a person in another time zone) with its time.
 */
export function expiryWords(expiresAt: Date): { day: string; time: string } {
  const atEnd = expiresAt.getHours() === 23 && expiresAt.getMinutes() === 59;
  return {
    day: format(expiresAt, { dateStyle: 'medium' }),
    time: atEnd ? 'end of day' : format(expiresAt, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  };
}

/** The number of midnights between two points in time, in the viewer's time zone: 0 for the same day. */
export function daysBetween(from: Date, to: Date): number {
  // In UTC every day has 24 hours.
  const dayOf = (moment: Date) => Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate());
  return Math.round((dayOf(to) - dayOf(from)) / 86_400_000);
}

function format(moment: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en', options).format(moment);
}
