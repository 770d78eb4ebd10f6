import { statement } from '../database/statement.ts';

/**
 * Inserts the usage of a key with a monthly limit, if it has none for the month, counting what the key has already used
 * in it. Past days come from their counts (`api_key_days`), so that at most the logs of the days that are not counted
 * yet are read.
 *
 * @param month YYYY-MM, UTC
 */
export const addKeyUsage = statement<[apiKeyId: string, month: string], never>(
  'add_key_usage',
  `
with bounds as (
  select ($2 || '-01')::date as first, (($2 || '-01')::date + interval '1 month')::date as past_last,
    greatest(($2 || '-01')::date, (select before from api_key_days_counted where only_row = true)) as uncounted
)
insert into api_key_usage (api_key_id, month, predictions)
select id, $2, (
  select coalesce(sum(predictions), 0) from api_key_days
  where api_key_id = $1 and day >= first and day < least(uncounted, past_last)
) + (
  select coalesce(sum(spectra), 0) from prediction_logs
  where api_key_id = $1
    -- The first 48 bits of an id are the time, and the key's logs are indexed by it.
    and id >= rpad(lpad(to_hex((extract(epoch from uncounted::timestamp at time zone 'UTC') * 1000)::bigint), 12, '0'), 32, '0')::uuid
    and created_at >= uncounted::timestamp at time zone 'UTC'
    and created_at < past_last::timestamp at time zone 'UTC'
)
from (select id from api_keys where id = $1 and monthly_predictions is not null for key share) as api_key, bounds
on conflict do nothing`,
);
