import type { Database } from '../database/connect.ts';
import { type PageRequest, pagesTable, toConnections } from '../database/page.ts';
import type { Prediction, PredictionSource } from '../generated/graphql.ts';

export interface PredictionLogRow {
  id: string;
  createdAt: Date;
  source: PredictionSource;
  predictions: Prediction[];
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
          .select(eb => [
            'id',
            'createdAt',
            'source',
            // Written by settle.ts alone, from this type.
            eb.ref('predictions').$castTo<Prediction[]>().as('predictions'),
            'durationMs',
            'apiKeyId',
            'apiKeyName',
            'apiKeyPrefix',
          ])
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
