import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { type PageRequest, toConnection } from '../database/page.ts';
import type { Prediction, PredictionSource } from '../generated/graphql.ts';

export interface PredictionLogRow {
  id: string;
  createdAt: Date;
  deploymentId: string;
  /** The deployment's; of a deleted one, its last. */
  deploymentName: string;
  source: PredictionSource;
  predictions: Prediction[];
  durationMs: number;
  apiKeyId: string | null;
  apiKeyName: string | null;
  apiKeyPrefix: string | null;
}

const selectLogs = (db: Database) =>
  db.selectFrom('predictionLogs').select(eb => [
    'predictionLogs.id',
    'predictionLogs.createdAt',
    'predictionLogs.source',
    // Written by settle.ts alone, from this type.
    eb.ref('predictions').$castTo<Prediction[]>().as('predictions'),
    'predictionLogs.durationMs',
    'predictionLogs.apiKeyId',
    'predictionLogs.apiKeyName',
    'predictionLogs.apiKeyPrefix',
  ]);

/** One page of a deployment's successful calls, newest first. Ask for a deployment that the viewer was found to see. */
export async function listPredictionLogs(
  db: Database,
  { id: deploymentId, name: deploymentName }: { id: string; name: string },
  page: PageRequest,
) {
  const rows = await selectLogs(db)
    .where('deploymentId', '=', deploymentId)
    .$if(page.after !== null, query => query.where('predictionLogs.id', '<', page.after))
    .orderBy('predictionLogs.id', 'desc')
    .limit(page.first + 1)
    .execute();
  const logs: PredictionLogRow[] = rows.map(row => ({ ...row, deploymentId, deploymentName }));
  return toConnection(logs, page);
}

/**
 * One page of the successful calls of a project's deployments, deleted ones too, newest first. Ask for a project that the
 * viewer was found to see.
 */
export async function listProjectLogs(db: Database, projectId: string, page: PageRequest) {
  // The page of each deployment, and of those the newest: each is read from an index, however many logs there are.
  const logs: PredictionLogRow[] = await db
    .selectFrom(eb =>
      eb
        .selectFrom('deployments')
        .select(['id as deploymentId', 'name as deploymentName'])
        .where('projectId', '=', projectId)
        .unionAll(
          eb
            .selectFrom('deletedDeployments')
            .select(['id as deploymentId', 'name as deploymentName'])
            .where('projectId', '=', projectId),
        )
        .as('deployment'),
    )
    .innerJoinLateral(
      () =>
        selectLogs(db)
          .whereRef('predictionLogs.deploymentId', '=', sql.ref('deployment.deployment_id'))
          .$if(page.after !== null, query => query.where('predictionLogs.id', '<', page.after))
          .orderBy('predictionLogs.id', 'desc')
          .limit(page.first + 1)
          .as('log'),
      join => join.onTrue(),
    )
    .selectAll('log')
    .select(['deployment.deploymentId', 'deployment.deploymentName'])
    .orderBy('log.id', 'desc')
    .limit(page.first + 1)
    .execute();
  return toConnection(logs, page);
}
