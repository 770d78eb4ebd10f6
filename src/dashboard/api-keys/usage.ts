import { formatNumber } from '../ui/numbers.ts';

interface Day {
  predictions: number;
  /** Whether there may be more. */
  isMinimum: boolean;
  calls?: number | null | undefined;
}

/** The calls of several days; null if they were not counted on each of them. */
export const callsOf = (days: readonly Day[]): number | null =>
  days.reduce<number | null>((sum, { calls }) => (sum === null || calls == null ? null : sum + calls), 0);

/** The predictions of several days in words: "more than", "1,234" and "predictions". */
export function totalOf(days: readonly Day[]): { bound: string; number: string; noun: string } {
  const total = days.reduce((sum, { predictions }) => sum + predictions, 0);
  const isMinimum = days.some(day => day.isMinimum);
  return {
    bound: isMinimum ? 'more than ' : '',
    number: formatNumber(total),
    noun: total === 1 && !isMinimum ? 'prediction' : 'predictions',
  };
}
