import { createHash } from 'node:crypto';
import { setImmediate as nextTick } from 'node:timers/promises';
import type { Database } from '../../database/pool.ts';
import type { Prediction } from '../../generated/graphql.ts';
import { type IdempotentRequest, idempotentRequest, type StoredResult } from '../../requests/idempotency.ts';

/** A spectrum as received: its points are an array or, in a large body, a `NumberList`. */
export interface SpectrumToPredict {
  sampleName: string;
  yValues: ArrayLike<number>;
  /** Where it was read, for messages: a file, with the line if it is known. */
  place?: string;
}

/** Max bytes to hash before other requests are handled; takes 10 ms. */
const MAX_BYTES_AT_ONCE = 4 * 1024 * 1024;
const MAX_POINTS_AT_ONCE = MAX_BYTES_AT_ONCE / Float64Array.BYTES_PER_ELEMENT;

/**
 * Digests a call of `predict` with an idempotency key.
 *
 * @throws BAD_USER_INPUT when the key is not 1 to 200 characters
 */
export async function repeatablePredict(
  caller: { callerId: string; key: string; at: Date },
  deploymentId: string,
  { spectra, xValues }: { spectra: SpectrumToPredict[]; xValues: ArrayLike<number> | null },
): Promise<IdempotentRequest> {
  const hash = createHash('sha256').update(deploymentId);
  // Prefixed with all lengths, so that different requests cannot have the same input. A call without x values has the
  // digest that it had before these existed.
  const lists = spectra.map(({ sampleName, yValues }) => ({
    prefix: `${sampleName.length} ${yValues.length} ${sampleName}`,
    numbers: yValues,
  }));
  if (xValues) lists.push({ prefix: `x ${xValues.length}`, numbers: xValues });
  let bytes = 0;
  for (const { prefix, numbers } of lists) {
    hash.update(`\0${prefix}`);
    for (let from = 0; from < numbers.length; from += MAX_POINTS_AT_ONCE) {
      // Hashed as bytes: converting a thousand spectra to text would block all other calls for a tenth of a second.
      const points = new Float64Array(Math.min(MAX_POINTS_AT_ONCE, numbers.length - from));
      for (let i = 0; i < points.length; i++) points[i] = numbers[from + i] ?? 0;
      hash.update(new Uint8Array(points.buffer));
      bytes += points.byteLength;
      if (bytes < MAX_BYTES_AT_ONCE) continue;
      bytes = 0;
      await nextTick();
    }
  }
  return idempotentRequest({ operation: 'predict', ...caller }, hash.digest());
}

/** Reads the answer of a call from its log. */
export async function readAnswer(db: Database, { resultId, createdAt }: StoredResult) {
  const { predictions, xAxisChecked } = await db
    .selectFrom('predictionLogs')
    // The column is written from `Prediction[]` (statement.ts).
    .select(eb => eb.ref('predictions').$castTo<Prediction[]>().as('predictions'))
    .select('xAxisChecked')
    .where('id', '=', resultId)
    .where('createdAt', '=', createdAt)
    .executeTakeFirstOrThrow();
  return { predictions, xAxisChecked, logId: resultId };
}
