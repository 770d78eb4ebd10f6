/** The month of a point in time in UTC, as `YYYY-MM`. */
export const monthOf = (date: Date) => date.toISOString().slice(0, 7);
/** The day of a point in time in UTC, as `YYYY-MM-DD`. */
export const dayOf = (date: Date) => date.toISOString().slice(0, 10);

/** Whole seconds until the next month (UTC), at least 1. */
export function secondsToNextMonth(moment: Date): number {
  return Math.max(1, Math.ceil((startOfMonth(moment, 1) - moment.getTime()) / 1000));
}

/** The seconds of the month of a point in time (UTC). */
export const secondsOfMonth = (moment: Date): number =>
  (startOfMonth(moment, 1) - startOfMonth(moment, 0)) / 1000;

const startOfMonth = (moment: Date, later: 0 | 1): number =>
  Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + later);
