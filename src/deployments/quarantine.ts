import { sql, type Transaction } from 'kysely';
import type { By } from '../activity/activity.ts';
import { recordActivity } from '../activity/activity.ts';
import type { Database } from '../database/pool.ts';
import type { DB } from '../generated/database.ts';
import { type DeploymentRow, lockDeploymentAs } from './deployments.ts';

// A model whose runs keep ending their host (they crash, take too long or too much memory) is quarantined: its
// deployments answer MODEL_FAILED at once, on every server, until the quarantine ends or is reset.

const FAILURES = 3;
const WINDOW_MINUTES = 10;
/** How long the first, the second and every later quarantine in a row takes. */
const MINUTES = [1, 5, 30];
/** A model that has not been quarantined for this long starts again with the shortest. */
const FORGET_MINUTES = 24 * 60;

const minutes = (count: number) => sql`make_interval(mins => ${count})`;

/**
 * Records that a run of a model ended its host, and quarantines the model after the third time in ten minutes.
 *
 * @returns when the quarantine that this run began will end; null where it began none
 */
export async function recordHostEnd(db: Database, modelId: string, at: Date): Promise<Date | null> {
  const recent = sql`(select coalesce(array_agg(failure), '{}') from unnest(old.failures) as failure
    where failure > ${at}::timestamptz - ${minutes(WINDOW_MINUTES)})`;
  const times = sql`case when old.until < ${at}::timestamptz - ${minutes(FORGET_MINUTES)} then 1 else old.times + 1 end`;
  const { rows } = await sql<{ until: Date | null; began: boolean }>`
    insert into model_quarantines as old (model_id, failures)
    -- A model that was deleted meanwhile needs none.
    select id, array[${at}::timestamptz] from models where id = ${modelId}
    on conflict (model_id) do update set (failures, times, until) = (
      select
        case when is_full then '{}' else failures end,
        case when is_full then next else old.times end,
        case when is_full
          then ${at}::timestamptz + make_interval(mins => (${MINUTES}::int[])[least(next, ${MINUTES.length})])
          else old.until end
      from (
        select failures, cardinality(failures) >= ${FAILURES} as is_full, next
        from (select ${recent} || ${at}::timestamptz as failures, ${times} as next) as counted
      ) as judged
    )
    returning until, coalesce(until > ${at}::timestamptz and failures = '{}', false) as began`.execute(db);
  const [row] = rows;
  return row?.began ? row.until : null;
}

/** Ends the quarantine of a deployment's model and forgets its failures. @param trx a transaction. @throws as `lockDeploymentAs` */
export async function resetQuarantine(
  trx: Transaction<DB>,
  deployment: Pick<DeploymentRow, 'id' | 'projectId' | 'modelId'>,
  { viewerId, actor, now }: By,
): Promise<void> {
  const { id, name, project } = await lockDeploymentAs(trx, deployment, viewerId);
  // How often it was quarantined is kept: whoever resets it again and again gets longer ones, too.
  await trx
    .updateTable('modelQuarantines')
    .set({ failures: sql`'{}'`, until: now })
    .where('modelId', '=', deployment.modelId)
    .execute();
  await recordActivity(trx, actor, now, [
    {
      action: 'deployment.quarantine_reset',
      organizationId: project.organizationId,
      projectId: project.id,
      subjectId: id,
      subject: name,
    },
  ]);
}
