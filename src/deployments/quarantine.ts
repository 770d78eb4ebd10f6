import { sql, type Transaction } from 'kysely';
import { type By, recordActivity } from '../activity/activity.ts';
import type { Database } from '../database/pool.ts';
import type { DB } from '../generated/database.ts';
import { type DeploymentRow, lockDeploymentAs } from './deployments.ts';

// A model whose runs repeatedly end their host (they crash, take too long or need too much memory) is quarantined:
// calls of its deployments fail with MODEL_FAILED at once, on every server, until the quarantine ends or is reset.

/** Failures within WINDOW_MINUTES that start a quarantine. */
const MAX_FAILURES = 3;
const WINDOW_MINUTES = 10;
/** The duration of the first, the second, and every further quarantine of a model. */
const QUARANTINE_MINUTES = [1, 5, 30];
/** After this long without a quarantine, the next one is a first one again. */
const FORGET_MINUTES = 24 * 60;

const minutes = (count: number) => sql`make_interval(mins => ${count})`;

/**
 * Records that a run of a model ended its host. The third time within ten minutes starts a quarantine.
 *
 * @returns when the quarantine that this run started ends; null if it started none
 */
export async function recordHostEnd(db: Database, modelId: string, at: Date): Promise<Date | null> {
  const recent = sql`(select coalesce(array_agg(failure), '{}') from unnest(old.failures) as failure
    where failure > ${at}::timestamptz - ${minutes(WINDOW_MINUTES)})`;
  const times = sql`case when old.until < ${at}::timestamptz - ${minutes(FORGET_MINUTES)} then 1 else old.times + 1 end`;
  const { rows } = await sql<{ until: Date | null; started: boolean }>`
    insert into model_quarantines as old (model_id, failures)
    -- Inserts nothing if the model was deleted meanwhile.
    select id, array[${at}::timestamptz] from models where id = ${modelId}
    on conflict (model_id) do update set (failures, times, until) = (
      select
        case when is_full then '{}' else failures end,
        case when is_full then next else old.times end,
        case when is_full
          then ${at}::timestamptz + make_interval(mins => (${QUARANTINE_MINUTES}::int[])[least(next, ${QUARANTINE_MINUTES.length})])
          else old.until end
      from (
        select failures, cardinality(failures) >= ${MAX_FAILURES} as is_full, next
        from (select ${recent} || ${at}::timestamptz as failures, ${times} as next) as counted
      ) as checked
    )
    returning until, coalesce(until > ${at}::timestamptz and failures = '{}', false) as started`.execute(db);
  const [row] = rows;
  return row?.started ? row.until : null;
}

/** Ends the quarantine of a deployment's model and clears its failures. @throws as `lockDeploymentAs` */
export async function resetQuarantine(
  trx: Transaction<DB>,
  deployment: Pick<DeploymentRow, 'id' | 'projectId' | 'modelId'>,
  { viewerId, actor, now }: By,
): Promise<void> {
  const { id, name, project } = await lockDeploymentAs(trx, deployment, viewerId);
  // `times` is kept, so that repeated resets do not keep quarantines short.
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
