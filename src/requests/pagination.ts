import { sql } from 'kysely';
import { badUserInput } from '../errors.ts';
import { isUuid } from './names.ts';

/** Max and default entries of a page. */
export const MAX_ON_A_PAGE = 100;
const DEFAULT_ON_A_PAGE = 50;

export interface PageRequest {
  /** Max rows of the page. */
  first: number;
  /** The id before the page's first row; null for the first page. */
  after: string | null;
}

/** The arguments of a connection. */
export interface PageArguments {
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/**
 * Checks the arguments of a connection. Ids are UUIDv7, so "newest first" is id descending and the cursor is the id.
 *
 * @throws BAD_USER_INPUT when `first` is out of bounds or `after` is not a cursor.
 */
export function checkPage(args: PageArguments): PageRequest {
  const first = args.first ?? DEFAULT_ON_A_PAGE;
  const after = args.after ?? null;
  if (first < 1 || first > MAX_ON_A_PAGE) throw badUserInput(`"first" must be 1 to ${MAX_ON_A_PAGE}.`);
  if (after !== null && !isUuid(after)) throw invalidCursor();
  return { first, after };
}

/** The error for a text that is not a cursor of the list. */
export const invalidCursor = () =>
  badUserInput('"after" must be the endCursor of an earlier page, in the same order.');

/**
 * Makes a table of pages, so that one statement reads any number of them: join the rows of each laterally, newest first,
 * with an id less than `before`, up to `limit`.
 *
 * @param pages each with the ids that select its rows, in `columns`.
 */
export function pagesTable<Column extends string>(
  pages: readonly (PageRequest & Record<Column, string | null>)[],
  ...columns: Column[]
) {
  const ids = columns.map(column => sql`${pages.map(page => page[column])}::uuid[]`);
  return sql<Record<Column, string> & { before: string; limit: number; place: number }>`unnest(
    ${sql.join(ids)},
    ${pages.map(({ after }) => after ?? LAST_ID)}::uuid[],
    ${pages.map(({ first }) => first + 1)}::int[]
  ) with ordinality`.as<'page'>(
    sql`page(${sql.join([...columns, 'before', 'limit', 'place'].map(column => sql.id(column)))})`,
  );
}

/** The greatest UUID, as the cursor before the newest row. */
export const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** The order of a list. */
export interface Order<Row> {
  cursorOf: (row: Row) => string;
  /** Negative if `a` is before `b`. */
  compare: (a: Row, b: Row) => number;
}

/** Newest first. UUIDs sort the same as text as they do in PostgreSQL. */
export const NEWEST: Order<{ id: string }> = {
  cursorOf: ({ id }) => id,
  compare: (a, b) => (a.id < b.id ? 1 : -1),
};

/** Makes the connections of pages, in their order, from the rows of a join with `pagesTable`. */
export function toConnections<Row extends { id: string; place: number }>(
  rows: Row[],
  pages: readonly PageRequest[],
  order: Order<Row> = NEWEST,
) {
  const byPlace = Map.groupBy(rows, ({ place }) => place);
  return pages.map((page, index) => toConnection(byPlace.get(index + 1) ?? [], page, order));
}

/** The connection of an empty list. */
export const NO_ROWS = {
  nodes: [],
  edges: [],
  pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
};

/**
 * Makes the connection of one page.
 *
 * @param rows the page's rows, and one more if there is a next page.
 */
function toConnection<Row>(rows: Row[], { first, after }: PageRequest, { cursorOf, compare }: Order<Row>) {
  const nodes = rows.sort(compare).slice(0, first);
  const edges = nodes.map(node => ({ cursor: cursorOf(node), node }));
  return {
    nodes,
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
