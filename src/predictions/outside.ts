import { monthOf } from '../accounts/month.ts';
import type { Database } from '../database/pool.ts';

/**
 * Counts the spectra for which the model was not applicable, in the month of `now` (UTC), for each deployment, in their
 * order. Exact: settlement counts them in the usage slots. It does not check visibility: pass only deployments that the
 * viewer can see.
 */
export async function countOutsideThisMonth(
  db: Database,
  now: Date,
  deploymentIds: readonly string[],
): Promise<number[]> {
  const rows = await db
    .selectFrom('deploymentUsage')
    .select(eb => ['deploymentId', eb.fn.sum<number>('outside').as('outside')])
    .where('deploymentId', '=', eb => eb.fn.any(eb.val(deploymentIds)))
    .where('month', '=', monthOf(now))
    .groupBy('deploymentId')
    .execute();
  const outside = new Map(rows.map(row => [row.deploymentId, Number(row.outside)]));
  return deploymentIds.map(id => outside.get(id) ?? 0);
}
