import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { type PageRequest, pagesTable, toConnections } from '../database/page.ts';
import type { Prediction, PredictionSource } from '../generated/graphql.ts';

export interface PredictionLogRow {
  id: string;
  createdAt: Date;
  source: PredictionSource;
  /** As JSON: a page can hold 100 000 of them, which are parsed only where they are asked for. */
  predictions: string;
  durationMs: number;
  apiKeyId: string | null;
  apiKeyName: string | null;
  apiKeyPrefix: string | null;
}

/** The predictions of a log. settle.ts alone writes them, from this type. */
export const predictionsOf = ({ predictions }: PredictionLogRow): Prediction[] => JSON.parse(predictions);

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
          .select([
            'id',
            'createdAt',
            'source',
            sql<string>`predictions::text`.as('predictions'),
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
