import { formatMinimum } from '../ui/numbers.ts';

interface Day {
  predictions: number;
  /** Whether there may be more. */
  isMinimum: boolean;
}

/** The predictions of several days as a number, and the word after it: "more than 1,234" and "predictions". */
export function totalOf(days: readonly Day[]): { number: string; noun: string } {
  const total = days.reduce((sum, { predictions }) => sum + predictions, 0);
  const isMinimum = days.some(day => day.isMinimum);
  return {
    number: formatMinimum(total, isMinimum),
    noun: total === 1 && !isMinimum ? 'prediction' : 'predictions',
  };
}
