import { statement } from '../database/statement.ts';

/** Networks of a key with rows of their own, for each day and code; all others share a row. */
export const MAX_COUNTED_NETWORKS = 8;
/** Days after the end of a key in which its networks have rows of their own: then it has one row a day for each code. */
const MAX_DAYS_AFTER_END = 7;
/** The network of the row that others share. */
export const OTHER_NETWORKS = '';

/**
 * Adds counts. `$1` is JSON: a list of `Row`s with what they belong to (refusals.ts). Keys are locked first, in order of
 * id, so that a key that is deleted at the same time cannot deadlock with it; those of deleted keys are dropped.
 *
 * @returns the keys that were locked by others: nothing was added for them
 */
export const addRefusals = statement<[json: string], { id: string }>(
  'add_refusals',
  `
with given as materialized (
  select * from jsonb_to_recordset($1::jsonb) as given (
    "apiKeyId" uuid, day date, code text, "isRehearsal" boolean, network text, count bigint, "lastAt" timestamptz,
    "lastNetwork" text)
),
api_key as materialized (
  select id, least(revoked_at, expires_at) as ended_at from api_keys
  where id = any(array(select "apiKeyId" from given)) order by id for key share skip locked
),
assigned as materialized (
  select given.*, case
      when api_key.ended_at < given."lastAt" - interval '${MAX_DAYS_AFTER_END} days' then '${OTHER_NETWORKS}'
      when known.is_known or known.networks + row_number() over (
        partition by "apiKeyId", day, code, "isRehearsal", known.is_known order by given.count desc, network
      ) <= ${MAX_COUNTED_NETWORKS} then network
      else '${OTHER_NETWORKS}'
    end as row_network
  from given
  join api_key on api_key.id = given."apiKeyId"
  cross join lateral (
    select count(*) filter (where network <> '${OTHER_NETWORKS}') as networks,
      coalesce(bool_or(network = given.network), false) as is_known
    from api_key_refusals as kept
    where kept.api_key_id = given."apiKeyId" and kept.day = given.day and kept.code = given.code
      and kept.is_rehearsal = given."isRehearsal"
  ) as known
),
added as (
  insert into api_key_refusals as refusals
    (api_key_id, day, code, is_rehearsal, network, count, last_at, last_network)
  select "apiKeyId", day, code, "isRehearsal", row_network, sum(count), max("lastAt"),
    (array_agg("lastNetwork" order by "lastAt" desc))[1]
  from assigned group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
  on conflict (api_key_id, day, code, is_rehearsal, network) do update
    set count = refusals.count + excluded.count,
      last_at = greatest(refusals.last_at, excluded.last_at),
      last_network = case
        when excluded.last_at >= refusals.last_at then excluded.last_network
        else refusals.last_network
      end
)
select id from api_keys
where id = any(array(select "apiKeyId" from given)) and id not in (select id from api_key)`,
);
