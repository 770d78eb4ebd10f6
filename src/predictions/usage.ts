import type { Database } from '../database/connect.ts';
import { monthOf } from '../deployments/month.ts';
import { badUserInput } from '../errors.ts';
import type { DailyPredictions } from '../generated/graphql.ts';

const MOST_DAYS = 90;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * The predictions of a deployment on each of the last days in UTC, oldest first, the day of `now` included.
 *
 * @throws BAD_USER_INPUT when the number of days is not 1 to 90.
 */
export async function countDailyPredictions(
  db: Database,
  deploymentId: string,
  now: Date,
  days: number,
): Promise<DailyPredictions[]> {
  if (days < 1 || days > MOST_DAYS) throw badUserInput(`"days" must be 1 to ${MOST_DAYS}.`);
  const dates = Array.from({ length: days }, (_, i) => new Date(now.getTime() - (days - 1 - i) * DAY_MS));
  const months = await db
    .selectFrom('deploymentUsage')
    .select(['month', 'daily'])
    .where('deploymentId', '=', deploymentId)
    .where('month', 'in', [...new Set(dates.map(monthOf))])
    .execute();
  const daily = new Map(months.map(usage => [usage.month, usage.daily]));
  return dates.map(date => ({
    date: date.toISOString().slice(0, 10),
    predictions: daily.get(monthOf(date))?.[date.getUTCDate() - 1] ?? 0,
  }));
}
