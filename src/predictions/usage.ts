import { monthOf } from '../accounts/month.ts';
import type { Database } from '../database/pool.ts';
import { badUserInput } from '../errors.ts';
import type { DailyPredictions } from '../generated/graphql.ts';

/** Days that are counted: at most, and where the caller does not say. */
export const MAX_DAYS = 90;
const DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

/** The last days of a deployment. */
export interface LastDays {
  deploymentId: string;
  days: number;
}

/** @throws BAD_USER_INPUT when the number of days is not 1 to 90. */
export function checkDays(days: number | null | undefined): number {
  const checked = days ?? DAYS;
  if (checked < 1 || checked > MAX_DAYS) throw badUserInput(`"days" must be 1 to ${MAX_DAYS}.`);
  return checked;
}

/**
 * The predictions of deployments on each of their last days in UTC, oldest first, the day of `now` included; all in one
 * statement.
 */
export async function countDailyPredictions(
  db: Database,
  now: Date,
  requests: readonly LastDays[],
): Promise<DailyPredictions[][]> {
  const datesOf = (days: number) =>
    Array.from({ length: days }, (_, i) => new Date(now.getTime() - (days - 1 - i) * DAY_MS));
  const months = new Set(datesOf(Math.max(...requests.map(({ days }) => days))).map(monthOf));
  const usages = await db
    .selectFrom('deploymentUsage')
    .select(['deploymentId', 'month', 'daily'])
    .where('deploymentId', '=', eb => eb.fn.any(eb.val(requests.map(({ deploymentId }) => deploymentId))))
    .where('month', 'in', [...months])
    .execute();
  const daily = new Map(usages.map(usage => [`${usage.deploymentId} ${usage.month}`, usage.daily]));
  return requests.map(({ deploymentId, days }) =>
    datesOf(days).map(date => ({
      date: date.toISOString().slice(0, 10),
      predictions: daily.get(`${deploymentId} ${monthOf(date)}`)?.[date.getUTCDate() - 1] ?? 0,
    })),
  );
}
