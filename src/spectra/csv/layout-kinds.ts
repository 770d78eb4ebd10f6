import type { XHeading } from '../words.ts';

/** Where the names, the x and the values of a table are. */
export type Layout =
  /** One spectrum a row: the values are below the headings that name points. */
  | { kind: 'wide'; name: number }
  /** One point a row. Without a column of names the table is one spectrum. */
  | { kind: 'long'; name: number | null; x: XColumn; y: number; yUnit: string | null }
  /** One spectrum a column, to the right of the column of x. */
  | { kind: 'transposed'; x: XColumn };

export type XColumn = XHeading & { column: number };
