import { type PointHeading, readPointHeading } from './headings.ts';
import type { Table } from './table.ts';
import { nameRankOf, readXHeading, readYHeading, type XHeading } from './words.ts';

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

export function readColumns({ heading: { fields } }: Table): Columns {
  const columns: Columns = { width: fields.length, points: [], name: null, xs: [], ys: [] };
  let bestRank = Number.POSITIVE_INFINITY;
  for (const [column, heading] of fields.entries()) {
    const point = readPointHeading(heading, column);
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
