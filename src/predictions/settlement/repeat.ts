import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from '../../database/pool.ts';
import type { Prediction } from '../../generated/graphql.ts';
import { type IdempotentRequest, idempotentRequest, type StoredResult } from '../../requests/idempotency.ts';

/** A spectrum as it came: its points are an array or, of a large body, a `NumberList`. */
export interface SpectrumToPredict {
  sampleName: string;
  yValues: ArrayLike<number>;
}

/** Hashed without a pause, in 10 ms. */
const MAX_BYTES_AT_ONCE = 4 * 1024 * 1024;
const MAX_POINTS_AT_ONCE = MAX_BYTES_AT_ONCE / Float64Array.BYTES_PER_ELEMENT;

/** A call of `predict` with an idempotency key. @throws BAD_USER_INPUT when the key is no name. */
export async function repeatablePredict(
  caller: { callerId: string; key: string; at: Date },
  deploymentId: string,
  spectra: SpectrumToPredict[],
): Promise<IdempotentRequest> {
  const hash = createHash('sha256').update(deploymentId);
  let bytes = 0;
  for (const { sampleName, yValues } of spectra) {
    // Both lengths first, so that no two requests read alike.
    hash.update(`\0${sampleName.length} ${yValues.length} ${sampleName}`);
    for (let from = 0; from < yValues.length; from += MAX_POINTS_AT_ONCE) {
      // As bytes: a thousand spectra as text would hold up all other calls for a tenth of a second.
      const points = new Float64Array(Math.min(MAX_POINTS_AT_ONCE, yValues.length - from));
      for (let at = 0; at < points.length; at++) points[at] = yValues[from + at] ?? 0;
      hash.update(new Uint8Array(points.buffer));
      bytes += points.byteLength;
      if (bytes < MAX_BYTES_AT_ONCE) continue;
      bytes = 0;
      await turn();
    }
  }
  return idempotentRequest({ operation: 'predict', ...caller }, hash.digest());
}

/** What a call answered, from its log. */
export async function readAnswer(db: Database, { resultId, createdAt }: StoredResult) {
  const { predictions } = await db
    .selectFrom('predictionLogs')
    // Written by settling alone, from this type.
    .select(eb => eb.ref('predictions').$castTo<Prediction[]>().as('predictions'))
    .where('id', '=', resultId)
    .where('createdAt', '=', createdAt)
    .executeTakeFirstOrThrow();
  return { predictions, logId: resultId };
}
