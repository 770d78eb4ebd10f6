import { formatX } from './axis.ts';

/** The ends of an axis in its order. The unit is null or missing where it is not known. */
export interface AxisEnds {
  first: number;
  last: number;
  unit?: string | null | undefined;
}

/** The ends of an axis, from all its values. */
export const endsOf = ({ values, unit }: { values: readonly number[]; unit: string | null }): AxisEnds => {
  const [first = 0] = values;
  return { first, last: values.at(-1) ?? first, unit };
};

/** The range of an axis in its order: `900 → 1700 nm`. */
export function rangeOf({ first, last, unit }: AxisEnds): string {
  const range = first === last ? formatX(first) : `${formatX(first)} → ${formatX(last)}`;
  return unit ? `${range} ${unit}` : range;
}
