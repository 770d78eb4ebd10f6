import { monthOf } from '../accounts/month.ts';
import type { AuthenticatedKey } from '../auth/caller.ts';
import type { Database } from '../database/pool.ts';
import { statement } from '../database/statement.ts';

/**
 * What a key (`$1`) has predicted in a month (`$2`), by its logs. Past days come from their counts (`api_key_days`), so
 * that at most the logs of the days that are not counted yet are read.
 */
const PREDICTED = `(
  select coalesce(sum(predictions), 0) from api_key_days
  where api_key_id = $1 and day >= first and day < least(uncounted, past_last)
) + (
  select coalesce(sum(spectra), 0) from prediction_logs
  where api_key_id = $1
    -- The first 48 bits of an id are the time, and the key's logs are indexed by it.
    and id >= rpad(lpad(to_hex((extract(epoch from uncounted::timestamp at time zone 'UTC') * 1000)::bigint), 12, '0'), 32, '0')::uuid
    and created_at >= uncounted::timestamp at time zone 'UTC'
    and created_at < past_last::timestamp at time zone 'UTC'
)`;
const BOUNDS = `
select ($2 || '-01')::date as first, (($2 || '-01')::date + interval '1 month')::date as past_last,
  greatest(($2 || '-01')::date, (select before from api_key_days_counted where only_row = true)) as uncounted`;

/**
 * Inserts the usage of a key with a monthly limit, if it has none for the month, counting what the key has already used
 * in it.
 *
 * @param month YYYY-MM, UTC
 */
export const addKeyUsage = statement<[apiKeyId: string, month: string], never>(
  'add_key_usage',
  `
with bounds as (${BOUNDS})
insert into api_key_usage (api_key_id, month, predictions)
select id, $2, ${PREDICTED}
from (select id from api_keys where id = $1 and monthly_predictions is not null for key share) as api_key, bounds
on conflict do nothing`,
);

const countPredicted = statement<[apiKeyId: string, month: string], { predictions: number }>(
  'count_predicted_by_key',
  `select (${PREDICTED})::bigint as predictions from (${BOUNDS}) as bounds`,
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
