import type { Predicted } from './predicted.ts';

/** A prediction for the table. */
export interface TableRow extends Predicted {
  callId: string;
  /** What tells it from others of the same name; only where there are any. */
  duplicate?: string;
}

/** Marks predictions whose sample has the name of another one, with the place of the spectrum in its file. */
export function markDuplicates(predictions: readonly Predicted[]): TableRow[] {
  const counts = new Map<string, number>();
  for (const { sampleName } of predictions) counts.set(sampleName, (counts.get(sampleName) ?? 0) + 1);
  return predictions.map(prediction => {
    const row = { ...prediction, callId: prediction.logId };
    if (counts.get(prediction.sampleName) === 1) return row;
    const { line } = prediction;
    return { ...row, duplicate: line === null ? 'duplicate name' : `duplicate name, line ${line}` };
  });
}
