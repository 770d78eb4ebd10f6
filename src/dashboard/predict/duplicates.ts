import type { Predicted } from './predicted.ts';

/** A prediction for the table. */
export interface TableRow extends Predicted {
  callId: string;
  /** What tells it from others of the same name; only where there are any. */
  duplicate?: string;
}

/** Marks predictions whose sample has the name of another one, with their place among these: `duplicate name, 1 of 2`. */
export function markDuplicates(predictions: readonly Predicted[]): TableRow[] {
  const counts = new Map<string, number>();
  for (const { sampleName } of predictions) counts.set(sampleName, (counts.get(sampleName) ?? 0) + 1);
  const seen = new Map<string, number>();
  return predictions.map(prediction => {
    const row = { ...prediction, callId: prediction.logId };
    const count = counts.get(prediction.sampleName) ?? 1;
    if (count === 1) return row;
    const place = (seen.get(prediction.sampleName) ?? 0) + 1;
    seen.set(prediction.sampleName, place);
    return { ...row, duplicate: `duplicate name, ${place} of ${count}` };
  });
}
