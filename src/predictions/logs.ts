import type { Database } from '../database/connect.ts';
import { type PageRequest, toConnection } from '../database/page.ts';
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

/** One page of a deployment's successful calls, newest first. Ask for a deployment that the viewer was found to see. */
export async function listPredictionLogs(db: Database, deploymentId: string, page: PageRequest) {
  const rows: PredictionLogRow[] = await db
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
    .where('deploymentId', '=', deploymentId)
    .$if(page.after !== null, query => query.where('id', '<', page.after))
    .orderBy('id', 'desc')
    .limit(page.first + 1)
    .execute();
  return toConnection(rows, page);
}
