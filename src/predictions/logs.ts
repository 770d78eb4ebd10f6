import { sql } from 'kysely';
import type { Database } from '../database/pool.ts';
import { badUserInput } from '../errors.ts';
import type { Prediction, PredictionSource } from '../generated/graphql.ts';
import { checkRows, MAX_OBJECTS } from '../requests/bounds.ts';
import { type PageRequest, pagesTable, toConnections } from '../requests/pagination.ts';

export interface PredictionLogRow {
  id: string;
  createdAt: Date;
  deploymentId: string;
  /** The deployment's; of a deleted one, its last. */
  deploymentName: string;
  source: PredictionSource;
  durationMs: number;
  apiKeyId: string | null;
  apiKeyName: string | null;
  apiKeyPrefix: string | null;
}

const LOG_COLUMNS = [
  'predictionLogs.id',
  'predictionLogs.createdAt',
  'predictionLogs.source',
  'predictionLogs.durationMs',
  'predictionLogs.apiKeyId',
  'predictionLogs.apiKeyName',
  'predictionLogs.apiKeyPrefix',
] as const;

/** The newest logs of the deployment in a column, as many as the page (requests/pagination.ts) holds: for a lateral join. */
function selectLogs(db: Database, deploymentId: 'page.deploymentId' | 'deployment.deploymentId') {
  return db
    .selectFrom('predictionLogs')
    .select(LOG_COLUMNS)
    .where('predictionLogs.deploymentId', '=', sql.ref<string>(deploymentId))
    .where('predictionLogs.id', '<', sql.ref<string>('page.before'))
    .orderBy('predictionLogs.id', 'desc')
    .limit(sql.ref<number>('page.limit'));
}

/** A page of a deployment's successful calls. */
export interface LogPage extends PageRequest {
  deploymentId: string;
  deploymentName: string;
}

/**
 * Pages of successful calls, newest first, all in one statement. Ask for deployments that the viewer was found to see.
 */
export async function listPredictionLogs(db: Database, pages: readonly LogPage[]) {
  const ids = pages.map(({ deploymentId, first, after }) => ({ deploymentId, first, after }));
  const found = await db
    .selectFrom(pagesTable(ids, 'deploymentId'))
    .innerJoinLateral(
      () => selectLogs(db, 'page.deploymentId').as('log'),
      join => join.onTrue(),
    )
    .selectAll('log')
    .select('page.place')
    .execute();
  const rows = found.map((row): PredictionLogRow & { place: number } => {
    const { deploymentId = '', deploymentName = '' } = pages[row.place - 1] ?? {};
    return { ...row, deploymentId, deploymentName };
  });
  return toConnections(rows, pages);
}

/** A page of the successful calls of a project's deployments, deleted ones too. */
export interface ProjectLogPage extends PageRequest {
  projectId: string;
}

/**
 * Pages of the successful calls of projects, newest first, all in one statement. Ask for projects that the viewer was found
 * to see.
 */
export async function listProjectLogs(db: Database, pages: readonly ProjectLogPage[]) {
  // The page of each deployment, and of those the newest: each is read from an index, however many logs there are.
  const rows: (PredictionLogRow & { place: number })[] = await db
    .selectFrom(pagesTable(pages, 'projectId'))
    .innerJoinLateral(
      from =>
        from
          .selectFrom(eb =>
            eb
              .selectFrom('deployments')
              .select(['id as deploymentId', 'name as deploymentName'])
              .whereRef('deployments.projectId', '=', sql.ref('page.project_id'))
              .unionAll(
                eb
                  .selectFrom('deletedDeployments')
                  .select(['id as deploymentId', 'name as deploymentName'])
                  .whereRef('deletedDeployments.projectId', '=', sql.ref('page.project_id')),
              )
              .as('deployment'),
          )
          .innerJoinLateral(
            () => selectLogs(db, 'deployment.deploymentId').as('ofDeployment'),
            join => join.onTrue(),
          )
          .selectAll('ofDeployment')
          .select(['deployment.deploymentId', 'deployment.deploymentName'])
          .orderBy('ofDeployment.id', 'desc')
          .limit(eb => eb.ref('page.limit'))
          .as('log'),
      join => join.onTrue(),
    )
    .selectAll('log')
    .select('page.place')
    .execute();
  return toConnections(rows, pages);
}

/** Logs whose predictions are read at once. */
const MAX_LOGS = 1000;

/**
 * The predictions of logs, in their order and in one statement. Read only where they are asked for: a page of logs can
 * hold 100 000 of them, which is more than an answer may.
 *
 * @throws BAD_USER_INPUT when they are more than an answer may hold; they are then not sent by the database.
 */
export async function readPredictions(
  db: Database,
  logs: readonly Pick<PredictionLogRow, 'id' | 'createdAt'>[],
): Promise<Prediction[][]> {
  if (logs.length > MAX_LOGS) {
    throw badUserInput(
      `The answer would hold the predictions of more than ${MAX_LOGS} calls. Ask for less at once.`,
    );
  }
  const { rows } = await sql<{ id: string; total: number; predictions: string | null }>`
    with logs as materialized (
      select id, predictions, sum(jsonb_array_length(predictions)) over () as total
      from prediction_logs
      join unnest(${logs.map(({ id }) => id)}::uuid[], ${logs.map(({ createdAt }) => createdAt)}::timestamptz[])
        as wanted(id, created_at) using (id, created_at)
    )
    select id, total, case when total <= ${MAX_OBJECTS} then predictions::text end as predictions from logs`.execute(
    db,
  );
  checkRows(rows[0]?.total ?? 0);
  const byId = new Map(rows.map(({ id, predictions }) => [id, predictions]));
  // settle.ts alone writes them, from this type.
  return logs.map(({ id }) => JSON.parse(byId.get(id) ?? '[]'));
}
