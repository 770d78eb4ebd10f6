import type { Axis } from '../axis.ts';
import { nameRankOf, readXHeading, readYHeading, type XHeading } from '../words.ts';
import { fits } from './axis-match.ts';
import { type PointHeading, readPointHeading } from './headings.ts';
import { toNumber } from './numbers.ts';
import type { Table } from './table.ts';

/** What the headings of a table state about its columns. */
export interface Columns {
  width: number;
  /** Columns headed by a number, perhaps with a unit. */
  points: PointHeading[];
  /** The column with the samples' names, by its heading; null if none has a heading that is known. */
  name: number | null;
  /** Columns headed by a word or unit for x, and by one for the values. */
  xs: (XHeading & { column: number })[];
  ys: { column: number; yUnit: string | null }[];
}

export function readColumns({ heading: { fields } }: Table, modelAxis: Axis | null): Columns {
  const columns: Columns = { width: fields.length, points: [], name: null, xs: [], ys: [] };
  const prefixed = pointsWithOwnPrefix(fields, modelAxis);
  let bestRank = Number.POSITIVE_INFINITY;
  for (const [column, heading] of fields.entries()) {
    const point = prefixed.get(column) ?? readPointHeading(heading, column);
    if (point) {
      columns.points.push(point);
      continue;
    }
    const x = readXHeading(heading);
    if (x) columns.xs.push({ ...x, column });
    const y = readYHeading(heading);
    if (y) columns.ys.push({ ...y, column });
    const rank = nameRankOf(heading);
    if (rank >= 0 && rank < bestRank) [columns.name, bestRank] = [column, rank];
  }
  return columns;
}

/**
 * The points whose headings have a prefix of the file's own, such as `abs_900`, by their columns. A prefix states
 * nothing, so the numbers behind it have to be the model's axis.
 */
function pointsWithOwnPrefix(
  fields: readonly string[],
  modelAxis: Axis | null,
): ReadonlyMap<number, PointHeading> {
  if (modelAxis === null || fields.length < modelAxis.values.length) return new Map();
  const prefixed = fields.flatMap((heading, column): PointHeading[] => {
    const [, prefix, number = ''] = OWN_PREFIX.exec(heading.slice(0, MAX_LENGTH)) ?? [];
    if (prefix === undefined || readPointHeading(heading, column)) return [];
    const x = toNumber(number);
    return [{ column, x, number, form: prefix, unit: null, quantity: null, isCertain: true }];
  });
  for (const points of Map.groupBy(prefixed, ({ form }) => form).values()) {
    const xs = points.map(({ x }) => x);
    if (fits(xs, modelAxis)) return new Map(points.map(point => [point.column, point]));
  }
  return new Map();
}

const OWN_PREFIX = /^([^\d+-]+)(\d+(?:[.,]\d+)?)$/;
/** Characters of a heading with a prefix. */
const MAX_LENGTH = 60;
