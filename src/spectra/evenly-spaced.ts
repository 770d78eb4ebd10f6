/** The x of evenly spaced points from `first` to `last`, both exact. */
export function evenlySpaced(first: number, last: number, points: number): number[] {
  if (points === 1) return [first];
  return Array.from({ length: points }, (_, i) =>
    i === points - 1 ? last : first + (i * (last - first)) / (points - 1),
  );
}
