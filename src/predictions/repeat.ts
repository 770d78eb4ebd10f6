import type { Database } from '../database/connect.ts';
import { type Made, type Repeatable, repeatable } from '../database/idempotency.ts';
import type { Prediction, SpectrumInput } from '../generated/graphql.ts';

/** A call of `predict` with an idempotency key. @throws BAD_USER_INPUT when the key is no name. */
export function repeatablePredict(
  caller: { callerId: string; key: string; at: Date },
  deploymentId: string,
  spectra: SpectrumInput[],
): Repeatable {
  return repeatable({ operation: 'predict', ...caller }, hash => {
    hash.update(deploymentId);
    for (const { sampleName, yValues } of spectra) {
      // Both lengths first, so that no two requests read alike.
      hash.update(`\0${sampleName.length} ${yValues.length} ${sampleName}`);
      // As bytes: a thousand spectra as text would hold up all other calls for a tenth of a second.
      hash.update(new Uint8Array(Float64Array.from(yValues).buffer));
    }
  });
}

/** What a call answered, from its log. */
export async function readAnswer(db: Database, { resultId, createdAt }: Made) {
  const { predictions } = await db
    .selectFrom('predictionLogs')
    // Written by settling alone, from this type.
    .select(eb => eb.ref('predictions').$castTo<Prediction[]>().as('predictions'))
    .where('id', '=', resultId)
    .where('createdAt', '=', createdAt)
    .executeTakeFirstOrThrow();
  return { predictions, logId: resultId };
}
