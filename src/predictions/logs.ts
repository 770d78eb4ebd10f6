import { type InferResult, sql } from 'kysely';
import type { Database } from '../database/pool.ts';
import { badUserInput } from '../errors.ts';
import type { Prediction } from '../generated/graphql.ts';
import { checkRows, MAX_OBJECTS } from '../requests/bounds.ts';
import { type PageRequest, pagesTable, toConnections } from '../requests/pagination.ts';

export type PredictionLogRow = InferResult<ReturnType<typeof selectLogs>>[number] & {
  deploymentId: string;
  /** The current name, or the last one of a deleted deployment. */
  deploymentName: string;
};

const LOG_COLUMNS = [
  'predictionLogs.id',
  'predictionLogs.createdAt',
  'predictionLogs.source',
  'predictionLogs.spectra',
  'predictionLogs.outside',
  'predictionLogs.durationMs',
  'predictionLogs.apiKeyId',
  'predictionLogs.apiKeyName',
  'predictionLogs.apiKeyPrefix',
  'predictionLogs.xAxisChecked',
  'predictionLogs.network',
] as const;

/** All logs, or only those with a spectrum for which the model was not applicable. */
export type LogSelection = 'all' | 'outside';

/** Selects one page (requests/pagination.ts) of a deployment's logs, newest first. For a lateral join with its id. */
function selectLogs(
  db: Database,
  deploymentId: 'page.deploymentId' | 'deployment.deploymentId',
  selection: LogSelection,
) {
  return db
    .selectFrom('predictionLogs')
    .select(LOG_COLUMNS)
    .$if(selection === 'outside', logs => logs.where('predictionLogs.outside', '>', 0))
    .where('predictionLogs.deploymentId', '=', sql.ref<string>(deploymentId))
    .where('predictionLogs.id', '<', sql.ref<string>('page.before'))
    .orderBy('predictionLogs.id', 'desc')
    .limit(sql.ref<number>('page.limit'));
}

/** A request for a page of a deployment's logs. */
export interface LogPage extends PageRequest {
  deploymentId: string;
  deploymentName: string;
}

/**
 * Lists pages of logs, newest first. One statement for all pages. It does not check visibility: pass only deployments
 * that the viewer can see.
 */
export async function listPredictionLogs(db: Database, pages: readonly LogPage[], selection: LogSelection) {
  const ids = pages.map(({ deploymentId, first, after }) => ({ deploymentId, first, after }));
  const found = await db
    .selectFrom(pagesTable(ids, 'deploymentId'))
    .innerJoinLateral(
      () => selectLogs(db, 'page.deploymentId', selection).as('log'),
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

/** A request for a page of a key's logs. */
export interface KeyLogPage extends PageRequest {
  apiKeyId: string;
}

/**
 * Lists pages of the logs of keys, newest first. One statement for all pages. It does not check visibility: pass only
 * keys that the viewer can see.
 */
export async function listKeyLogs(db: Database, pages: readonly KeyLogPage[]) {
  const rows: (PredictionLogRow & { place: number })[] = await db
    .selectFrom(pagesTable(pages, 'apiKeyId'))
    .innerJoinLateral(
      from =>
        from
          .selectFrom('predictionLogs')
          .leftJoin('deployments', 'deployments.id', 'predictionLogs.deploymentId')
          .leftJoin('deletedDeployments', 'deletedDeployments.id', 'predictionLogs.deploymentId')
          .select(LOG_COLUMNS)
          .select(eb => [
            'predictionLogs.deploymentId',
            eb.fn.coalesce('deployments.name', 'deletedDeployments.name', eb.val('')).as('deploymentName'),
          ])
          .where('predictionLogs.apiKeyId', '=', sql.ref<string>('page.apiKeyId'))
          .where('predictionLogs.id', '<', sql.ref<string>('page.before'))
          .orderBy('predictionLogs.id', 'desc')
          .limit(sql.ref<number>('page.limit'))
          .as('log'),
      join => join.onTrue(),
    )
    .selectAll('log')
    .select('page.place')
    .execute();
  return toConnections(rows, pages);
}

/** A request for a page of the logs of a project's deployments, including deleted ones. */
export interface ProjectLogPage extends PageRequest {
  projectId: string;
}

/**
 * Lists pages of the logs of projects, newest first. One statement for all pages. It does not check visibility: pass
 * only projects that the viewer can see.
 */
export async function listProjectLogs(
  db: Database,
  pages: readonly ProjectLogPage[],
  selection: LogSelection,
) {
  // Reads one page per deployment from the index, then takes the newest of all: the cost does not grow with the logs.
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
            () => selectLogs(db, 'deployment.deploymentId', selection).as('ofDeployment'),
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

/** Max logs whose predictions are read in one request. */
const MAX_LOGS = 1000;

/**
 * Reads the predictions of logs, in the order of the logs. One statement for all of them. They are read separately from
 * the logs because a page of logs can have 100 000 predictions, which is more than an answer may contain.
 *
 * @throws BAD_USER_INPUT when they exceed the limit of an answer; the database does not send them then
 */
export async function readPredictions(
  db: Database,
  logs: readonly Pick<PredictionLogRow, 'id' | 'createdAt'>[],
): Promise<Prediction[][]> {
  if (logs.length > MAX_LOGS) {
    throw badUserInput(
      `The answer would contain the predictions of more than ${MAX_LOGS} calls. Request fewer at once.`,
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
  // The column is written from `Prediction[]` (settlement/statement.ts).
  return logs.map(({ id }) => JSON.parse(byId.get(id) ?? '[]'));
}
