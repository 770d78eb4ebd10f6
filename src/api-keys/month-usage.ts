import { sql, type Transaction } from 'kysely';
import { monthOf } from '../accounts/month.ts';
import type { AuthenticatedKey } from '../auth/caller.ts';
import type { Database } from '../database/pool.ts';
import { statement } from '../database/statement.ts';
import type { DB } from '../generated/database.ts';

// What keys with a monthly limit have used, in `api_key_usage`. Settlement adds to it as long as `counted_before` is null.
// Otherwise the row has the predictions before that time, and the next call adds the rest from the logs:
//
//   no limit, no row → limit set           the logs so far are counted, up to `MAX_LATE_MS` ago
//   limit set → first call                 the logs since then are counted; `counted_before` becomes null
//   limit removed                          the predictions up to `MAX_LATE_MS` ago are kept
//   limit set again                        the logs since the limit was removed are counted
//
// So a call reads the logs of a few minutes only, whatever the key did before: it does so in a queue of all organizations
// (predictions/settlement/settle.ts).

/** A call is settled within this time, so that earlier logs are complete. */
const MAX_LATE_MS = 5 * 60 * 1000;

/** The logs of a key (`$1`) from a time to another one. */
const sumOfLogs = (from: string, until: string) => `(
  select coalesce(sum(spectra), 0) from prediction_logs
  where api_key_id = $1
    -- The first 48 bits of an id are the time, and the key's logs are indexed by it.
    and id >= rpad(lpad(to_hex((extract(epoch from ${from}) * 1000)::bigint), 12, '0'), 32, '0')::uuid
    and created_at >= ${from} and created_at < ${until}
)`;

/** What is known of a key (`$1`) in a month (`$2`), and from when to when the rest is to be counted. */
const boundsOf = (until: string) => `
with known as (
  select coalesce(usage.predictions, 0) as predictions, usage.counted_before,
    usage.api_key_id is not null and usage.counted_before is null as is_complete,
    coalesce(usage.counted_before, first) as since, past_last,
    coalesce(
      (select before::timestamp at time zone 'UTC' from api_key_days_counted where only_row = true), '-infinity'
    ) as uncounted
  from (
    select ($2 || '-01')::timestamp at time zone 'UTC' as first,
      (($2 || '-01')::timestamp + interval '1 month') at time zone 'UTC' as past_last
  ) as month
  left join api_key_usage as usage on usage.api_key_id = $1 and usage.month = $2
), bounds as (
  select *, least(past_last, greatest(since, uncounted, ${until})) as until,
    -- The first whole day.
    (date_trunc('day', since at time zone 'UTC' - interval '1 microsecond') + interval '1 day') at time zone 'UTC' as whole
  from known where not is_complete
)`;

/**
 * What is known, with the rest from the logs. Past days come from their counts (`api_key_days`), so that at most the logs
 * of the days that are not counted yet are read, and those of a day of which a part is known.
 */
const COUNTED = `predictions + ${sumOfLogs('since', 'least(whole, until)')} + (
  select coalesce(sum(predictions), 0) from api_key_days
  where api_key_id = $1 and day >= (whole at time zone 'UTC')::date
    and day < (least(uncounted, past_last) at time zone 'UTC')::date
) + ${sumOfLogs('greatest(whole, uncounted)', 'until')}`;

/**
 * Completes the usage of a key with a monthly limit, and inserts it if it has none for the month: what the key has already
 * used in it.
 *
 * @param month YYYY-MM, UTC
 */
export const addKeyUsage = statement<[apiKeyId: string, month: string], never>(
  'add_key_usage',
  `
${boundsOf('past_last')}
insert into api_key_usage as usage (api_key_id, month, predictions, counted_before)
select id, $2, ${COUNTED}, counted_before
from (select id from api_keys where id = $1 and monthly_predictions is not null for key share) as api_key, bounds
on conflict (api_key_id, month) do update set predictions = excluded.predictions, counted_before = null
where usage.counted_before = excluded.counted_before`,
);

/** What a key has used in a month, up to a time. */
export interface CountedUsage {
  month: string;
  predictions: number;
  countedBefore: Date;
  /** The time up to which it was known before; null: nothing was. */
  knownBefore: Date | null;
}

const countUsage = statement<[apiKeyId: string, month: string, until: Date], Omit<CountedUsage, 'month'>>(
  'count_key_usage',
  `
${boundsOf('$3::timestamptz')}
select (${COUNTED})::bigint as predictions, until as counted_before, counted_before as known_before
from bounds`,
);

/**
 * Counts what a key has used this month, up to a few minutes ago, from what is known of it and from its logs.
 *
 * @returns undefined if all is known
 */
export async function countKeyUsage(
  trx: Transaction<DB>,
  id: string,
  now: Date,
): Promise<CountedUsage | undefined> {
  const month = monthOf(now);
  const [counted] = await countUsage(trx, id, month, new Date(now.getTime() - MAX_LATE_MS));
  return counted && { ...counted, month };
}

/** Stores what `countKeyUsage` counted, unless another change or a call was faster. */
export async function storeKeyUsage(
  trx: Transaction<DB>,
  id: string,
  { month, predictions, countedBefore, knownBefore }: CountedUsage,
): Promise<void> {
  await sql`
    insert into api_key_usage as usage (api_key_id, month, predictions, counted_before)
    values (${id}, ${month}, ${predictions}, ${countedBefore})
    on conflict (api_key_id, month) do update
      set predictions = excluded.predictions, counted_before = excluded.counted_before
      where usage.counted_before = ${knownBefore}`.execute(trx);
}

/**
 * Keeps what a key has used up to a few minutes ago, as its limit is removed: calls are no longer counted.
 *
 * @param trx a transaction that holds the lock of the key
 */
export async function keepKeyUsage(trx: Transaction<DB>, id: string, now: Date): Promise<void> {
  const month = monthOf(now);
  // Locked first: the logs of all calls that it counts are visible then.
  const usage = await trx
    .selectFrom('apiKeyUsage')
    .select('month')
    .where('apiKeyId', '=', id)
    .where('month', '=', month)
    .where('countedBefore', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  if (usage) await subtractLate(trx, id, month, new Date(now.getTime() - MAX_LATE_MS));
}

const subtractLate = statement<[apiKeyId: string, month: string, countedBefore: Date], never>(
  'subtract_late_predictions',
  `
update api_key_usage as usage
set counted_before = kept.until, predictions = greatest(0, predictions - ${sumOfLogs('kept.until', "'infinity'")})
from (select greatest($3::timestamptz, ($2 || '-01')::timestamp at time zone 'UTC') as until) as kept
where usage.api_key_id = $1 and usage.month = $2`,
);

const countPredicted = statement<[apiKeyId: string, month: string], { predictions: number }>(
  'count_predicted_by_key',
  // The row is complete if a call was settled since the look-up.
  `
${boundsOf('past_last')}
select (${COUNTED})::bigint as predictions from bounds
union all select predictions from known where is_complete`,
);

/** What a key has used of its own limit. */
export interface KeyUsage {
  /** YYYY-MM, UTC. */
  month: string;
  predictions: number;
  limit: number;
}

/**
 * Reads what a key has used of its own limit in the month of its look-up. Without a call since the limit was set, its
 * logs are counted.
 *
 * @param now the time of the look-up
 * @returns null without a limit
 */
export async function findKeyUsage(
  db: Database,
  { id, monthlyPredictions: limit, used }: Pick<AuthenticatedKey, 'id' | 'monthlyPredictions' | 'used'>,
  now: Date,
): Promise<KeyUsage | null> {
  if (limit === null) return null;
  const month = monthOf(now);
  const predictions = used ?? (await countPredicted(db, id, month))[0]?.predictions ?? 0;
  return { month, predictions, limit };
}
