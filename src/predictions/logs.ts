import { sql } from 'kysely';
import { checkRows, MAX_OBJECTS } from '../database/bound.ts';
import type { Database } from '../database/connect.ts';
import { type PageRequest, pagesTable, toConnections } from '../database/page.ts';
import { badUserInput } from '../errors.ts';
import type { Prediction, PredictionSource } from '../generated/graphql.ts';

export interface PredictionLogRow {
  id: string;
  createdAt: Date;
  source: PredictionSource;
  durationMs: number;
  apiKeyId: string | null;
  apiKeyName: string | null;
  apiKeyPrefix: string | null;
}

/** A page of a deployment's successful calls. */
export interface LogPage extends PageRequest {
  deploymentId: string;
}

/**
 * Pages of successful calls, newest first, all in one statement. Ask for deployments that the viewer was found to see.
 */
export async function listPredictionLogs(db: Database, pages: readonly LogPage[]) {
  const rows: (PredictionLogRow & { place: number })[] = await db
    .selectFrom(pagesTable(pages, 'deploymentId'))
    .innerJoinLateral(
      from =>
        from
          .selectFrom('predictionLogs')
          .select(['id', 'createdAt', 'source', 'durationMs', 'apiKeyId', 'apiKeyName', 'apiKeyPrefix'])
          .whereRef('predictionLogs.deploymentId', '=', 'page.deploymentId')
          .whereRef('predictionLogs.id', '<', 'page.before')
          .orderBy('id', 'desc')
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
