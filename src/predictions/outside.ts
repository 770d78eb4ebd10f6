import { sql } from 'kysely';
import { monthOf } from '../accounts/month.ts';
import type { Database } from '../database/pool.ts';

/** Max calls of a deployment whose spectra are counted: reading them from the index takes 20 ms. */
const MAX_CALLS = 100_000;

/**
 * Counts the spectra for which the model was not applicable, in the month of `now` (UTC), for each deployment, in their
 * order. It does not check visibility: pass only deployments that the viewer can see.
 */
export async function countOutsideThisMonth(
  db: Database,
  now: Date,
  deploymentIds: readonly string[],
): Promise<number[]> {
  const { rows } = await sql<{ outside: number }>`
    select (
      select coalesce(sum(outside), 0)
      from (
        select outside from prediction_logs as log
        where log.deployment_id = deployment.id and log.outside > 0
          and log.created_at >= ${`${monthOf(now)}-01T00:00:00Z`}::timestamptz
        order by log.id desc
        limit ${MAX_CALLS}
      ) as newest
    ) as outside
    from unnest(${deploymentIds}::uuid[]) with ordinality as deployment (id, place)
    order by place`.execute(db);
  return rows.map(({ outside }) => Number(outside));
}
