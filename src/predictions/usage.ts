import { dayOf, monthOf } from '../accounts/month.ts';
import type { Database } from '../database/pool.ts';
import { badUserInput } from '../errors.ts';
import type { DailyPredictions } from '../generated/graphql.ts';

/** Max days of a daily count. */
export const MAX_DAYS = 90;
const DEFAULT_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A time on each of the last days, oldest first, including the day of `now`. */
export const lastDays = (now: Date, days: number): Date[] =>
  Array.from({ length: days }, (_, i) => new Date(now.getTime() - (days - 1 - i) * DAY_MS));

/** A request for the daily count of a deployment over its last `days` days. */
export interface LastDays {
  deploymentId: string;
  days: number;
}

/** Returns the number of days, 30 by default. @throws BAD_USER_INPUT when it is not 1 to 90 */
export function checkDays(days: number | null | undefined): number {
  const checked = days ?? DEFAULT_DAYS;
  if (checked < 1 || checked > MAX_DAYS) throw badUserInput(`"days" must be 1 to ${MAX_DAYS}.`);
  return checked;
}

/**
 * Counts the predictions of deployments on each of the last days (UTC), oldest first, including the day of `now`. One
 * statement for all requests.
 */
export async function countDailyPredictions(
  db: Database,
  now: Date,
  requests: readonly LastDays[],
): Promise<DailyPredictions[][]> {
  const months = new Set(lastDays(now, Math.max(...requests.map(({ days }) => days))).map(monthOf));
  const slots = await db
    .selectFrom('deploymentUsage')
    .select(['deploymentId', 'month', 'daily'])
    .where('deploymentId', '=', eb => eb.fn.any(eb.val(requests.map(({ deploymentId }) => deploymentId))))
    .where('month', 'in', [...months])
    .execute();
  const slotsOf = Map.groupBy(slots, ({ deploymentId, month }) => `${deploymentId} ${month}`);
  const countOn = (deploymentId: string, date: Date) =>
    (slotsOf.get(`${deploymentId} ${monthOf(date)}`) ?? []).reduce(
      (sum, { daily }) => sum + (daily[date.getUTCDate() - 1] ?? 0),
      0,
    );
  return requests.map(({ deploymentId, days }) =>
    lastDays(now, days).map(date => ({
      date: dayOf(date),
      predictions: countOn(deploymentId, date),
      isMinimum: false,
    })),
  );
}
