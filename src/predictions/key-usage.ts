import { type Kysely, sql } from 'kysely';
import { dayOf } from '../accounts/month.ts';
import type { Database } from '../database/pool.ts';
import type { DB } from '../generated/database.ts';
import type { DailyPredictions } from '../generated/graphql.ts';
import { firstLogIdAt } from './log-id.ts';
import { lastDays, MAX_DAYS } from './usage.ts';

// The predictions of keys by day. A job counts past days into `api_key_days`; later ones are counted from the logs.

/** A day is counted when it has been over for this long: a call of its last seconds is logged a little later. */
const DELAY_MS = 60 * 60 * 1000;
/** Max calls that one statement counts from the logs, which takes a tenth of a second. */
const MAX_COUNTED_CALLS = 100_000;

/** A request for the daily count of a key over its last `days` days. */
export interface LastDaysOfKey {
  apiKeyId: string;
  days: number;
}

interface KeyDay {
  apiKeyId: string;
  day: string;
  predictions: number;
  /** Null if calls were not counted on that day. */
  calls: number | null;
}

/**
 * Counts the predictions and calls with keys on each of the last days (UTC), oldest first, including the day of `now`. Three
 * statements for all requests, which share the max number of calls that are counted from the logs.
 */
export async function countKeyPredictions(
  db: Database,
  now: Date,
  requests: readonly LastDaysOfKey[],
): Promise<DailyPredictions[][]> {
  const keys = [...new Set(requests.map(({ apiKeyId }) => apiKeyId))];
  const [oldest = now] = lastDays(now, MAX_DAYS);
  // Read first: a day that the job counts meanwhile is counted from the logs.
  const from = await firstUncountedDay(db, oldest);
  const { rows: counted } = await sql<KeyDay>`
    select api_key_id, day::text as day, predictions, calls from api_key_days
    where api_key_id = any(${keys}::uuid[]) and day >= ${dayOf(oldest)}::date`.execute(db);
  const limit = Math.floor(MAX_COUNTED_CALLS / keys.length);
  const { rows: recent } = await sql<KeyDay & { total: number }>`
    select key.id as api_key_id, to_char(log.created_at at time zone 'UTC', 'YYYY-MM-DD') as day,
      sum(log.spectra)::bigint as predictions, count(*) as calls, sum(count(*)) over (partition by key.id)::bigint as total
    from unnest(${keys}::uuid[]) as key (id)
    cross join lateral (
      select created_at, spectra from prediction_logs
      where api_key_id = key.id and id >= ${firstLogIdAt(from)} and created_at >= ${from}
      order by prediction_logs.id desc limit ${limit + 1}
    ) as log
    group by 1, 2`.execute(db);

  const counts = new Map(
    [...counted.filter(({ day }) => day < dayOf(from)), ...recent].map(counted => [
      `${counted.apiKeyId} ${counted.day}`,
      counted,
    ]),
  );
  // The newest calls were counted: all of the days after the oldest one that was reached.
  const reached = new Map<string, string>();
  for (const { apiKeyId, day, total } of recent) {
    if (total > limit && day < (reached.get(apiKeyId) ?? '9999')) reached.set(apiKeyId, day);
  }
  return requests.map(({ apiKeyId, days }) =>
    lastDays(now, days)
      .map(dayOf)
      .map(date => ({
        date,
        ...countsOf(counts.get(`${apiKeyId} ${date}`)),
        isMinimum: date >= dayOf(from) && date <= (reached.get(apiKeyId) ?? ''),
      })),
  );
}

/** The counts of a day. Without any calls it has no row. */
const countsOf = (day: KeyDay | undefined) => ({
  predictions: day?.predictions ?? 0,
  calls: day ? day.calls : 0,
});

/** The start of the first day that is not in `api_key_days`. */
async function firstUncountedDay(db: Database, oldest: Date): Promise<Date> {
  const row = await db
    .selectFrom('apiKeyDaysCounted')
    .select(sql<string>`before::text`.as('before'))
    .executeTakeFirst();
  const before = row?.before ?? '';
  return new Date(before > dayOf(oldest) ? before : dayOf(oldest));
}

/**
 * Counts the predictions with every key on every past day into `api_key_days`, one day in a transaction, and deletes
 * the counts older than `MAX_DAYS`. Several servers may do so at once.
 */
export async function countKeyDays(db: Kysely<DB>, now: Date, signal?: AbortSignal): Promise<void> {
  const end = dayOf(new Date(now.getTime() - DELAY_MS));
  const [oldest = now] = lastDays(now, MAX_DAYS);
  while (!signal?.aborted && (await countNextDay(db, dayOf(oldest), end)));
  await sql`delete from api_key_days where day < ${dayOf(oldest)}::date`.execute(db);
}

/** Counts the first uncounted day. @returns false if that is not before `end` */
async function countNextDay(db: Kysely<DB>, oldest: string, end: string): Promise<boolean> {
  return await db.transaction().execute(async trx => {
    await sql`insert into api_key_days_counted (before) values (${oldest}) on conflict do nothing`.execute(
      trx,
    );
    const { rows } = await sql<{ day: string }>`
      select greatest(before, ${oldest}::date)::text as day from api_key_days_counted for update`.execute(
      trx,
    );
    const day = rows[0]?.day ?? end;
    if (day >= end) return false;
    const from = new Date(day);
    const to = new Date(from.getTime() + 24 * 60 * 60 * 1000);
    await sql`
      insert into api_key_days (api_key_id, day, predictions, calls)
      select api_key_id, ${day}::date, sum(spectra), count(*)
      from prediction_logs
      where id >= ${firstLogIdAt(from)} and id < ${firstLogIdAt(to)}
        and created_at >= ${from} and created_at < ${to}
        and api_key_id in (select id from api_keys)
      group by api_key_id`.execute(trx);
    await sql`update api_key_days_counted set before = ${dayOf(to)}::date`.execute(trx);
    return true;
  });
}
