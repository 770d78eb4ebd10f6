import type { Predicted } from './predicted.ts';

/** A prediction for the table. */
export interface TableRow extends Predicted {
  callId: string;
  /** Distinguishes samples of the same name; missing if the name is unique. */
  duplicate?: string;
}

/**
 * Marks predictions whose sample has the name of another one of the same file, with their place among these:
 * `duplicate name, 1 of 2`. Samples of several files are distinguished by the file.
 */
export function markDuplicates(predictions: readonly Predicted[]): TableRow[] {
  const keyOf = ({ file, sampleName }: Predicted) => JSON.stringify([file, sampleName]);
  const counts = new Map<string, number>();
  for (const prediction of predictions) {
    const key = keyOf(prediction);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const seen = new Map<string, number>();
  return predictions.map(prediction => {
    const row = { ...prediction, callId: prediction.logId };
    const key = keyOf(prediction);
    const count = counts.get(key) ?? 1;
    if (count === 1) return row;
    const place = (seen.get(key) ?? 0) + 1;
    seen.set(key, place);
    return { ...row, duplicate: `duplicate name, ${place} of ${count}` };
  });
}
