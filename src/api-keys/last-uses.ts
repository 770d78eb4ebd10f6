import type { Kysely } from 'kysely';
import { statement } from '../database/statement.ts';
import type { DB } from '../generated/database.ts';

// `predict` does not write to `api_keys`: calls with the same key would wait for its row. The last use of a key is the
// later of the time of its newest log and `last_used_at`. Folding copies the time to `last_used_at`, so that readers
// look into few partitions, and that dropping a partition does not lose a last use.

const NO_ID = '00000000-0000-0000-0000-000000000000';

interface FoldOptions {
  /** Reads only partitions with logs from this time on. */
  since: Date;
  /** Whether to wait for locked keys, so that every last use is folded. Otherwise the next fold updates them. */
  isComplete: boolean;
  signal?: AbortSignal;
}

/**
 * Copies the last uses of keys from the logs to `last_used_at`, 500 keys in a transaction. Several servers may do so at
 * once.
 *
 * @throws when a key is locked for longer than a statement may wait, if `isComplete`
 */
export async function foldLastUses(
  db: Kysely<DB>,
  { since, isComplete, signal }: FoldOptions,
): Promise<void> {
  const fold = isComplete ? foldWaiting : foldSkipping;
  for (let after: string | null = NO_ID; after !== null && !signal?.aborted; ) {
    const [batch]: { last: string | null }[] = await fold(db, after, since);
    after = batch?.last ?? null;
  }
}

/**
 * Folds the uses of the next 500 keys that have logs: jumps from key to key in the index of the logs, and reads only
 * the newest log of each.
 */
const textOf = (locked: '' | 'skip locked') => `
with recursive used (id) as (
  (
    select api_key_id from prediction_logs
    where api_key_id > $1 and created_at >= $2 order by api_key_id limit 1
  )
  union all
  select (
    select api_key_id from prediction_logs
    where api_key_id > used.id and created_at >= $2 order by api_key_id limit 1
  )
  from used where id is not null
),
batch as materialized (
  select id from used where id is not null limit 500
),
newest as materialized (
  select batch.id, log.created_at
  from batch cross join lateral (
    select created_at from prediction_logs
    where api_key_id = batch.id and created_at >= $2 order by prediction_logs.id desc limit 1
  ) as log
),
locked as materialized (
  select api_keys.id, newest.created_at
  from api_keys join newest on newest.id = api_keys.id
  where api_keys.last_used_at is null or api_keys.last_used_at < newest.created_at
  order by api_keys.id for no key update of api_keys ${locked}
),
folded as (
  update api_keys set last_used_at = greatest(last_used_at, locked.created_at)
  from locked where api_keys.id = locked.id
)
select (select id from batch order by id desc limit 1) as last`;

const foldSkipping = statement<[after: string, since: Date], { last: string | null }>(
  'fold_last_uses',
  textOf('skip locked'),
);
const foldWaiting = statement<[after: string, since: Date], { last: string | null }>(
  'fold_last_uses_waiting',
  textOf(''),
);
