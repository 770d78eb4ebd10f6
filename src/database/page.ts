import { badUserInput } from '../errors.ts';
import { isUuid } from '../names.ts';

const MOST_ON_A_PAGE = 100;

export interface PageRequest {
  /** How many rows the page holds at most. */
  first: number;
  /** The id that the page follows; null for the first page. */
  after: string | null;
}

/**
 * Checks the arguments of a connection. Ids are UUIDv7, so "newest first" is id descending and the cursor is the id.
 *
 * @throws BAD_USER_INPUT when `first` is out of bounds or `after` is no cursor of ours.
 */
export function checkPage(args: {
  first?: number | null | undefined;
  after?: string | null | undefined;
}): PageRequest {
  const first = args.first ?? 50;
  const after = args.after ?? null;
  if (first < 1 || first > MOST_ON_A_PAGE) throw badUserInput(`"first" must be 1 to ${MOST_ON_A_PAGE}.`);
  if (after !== null && !isUuid(after))
    throw badUserInput('"after" must be the endCursor of an earlier page.');
  return { first, after };
}

/**
 * The connection of one page.
 *
 * @param rows the page's rows, newest first, and one more when there are more: ask the database for `first + 1`.
 */
export function toConnection<Row extends { id: string }>(rows: Row[], { first, after }: PageRequest) {
  const nodes = rows.slice(0, first);
  return {
    nodes,
    edges: nodes.map(node => ({ cursor: node.id, node })),
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== null,
      startCursor: nodes[0]?.id ?? null,
      endCursor: nodes.at(-1)?.id ?? null,
    },
  };
}
