import DataLoader from 'dataloader';
import { notFound } from '../errors.ts';
import { isUuid } from '../names.ts';

/** Reads rows by id, all ids of one tick in one query, and each id once a request. */
export interface ById<Row> {
  /** The row; null when it does not exist or is not visible. */
  find: (id: string) => Promise<Row | null>;
  /** The row. @throws NOT_FOUND when it does not exist or is not visible. */
  get: (id: string) => Promise<Row>;
  /** The row as it is after a change. */
  again: (id: string) => Promise<Row | null>;
}

/**
 * @param what how NOT_FOUND names the row.
 * @param fetch reads visible rows. An id that is no UUID never reaches it: it answers like an id that does not exist.
 */
export function byId<Row extends { id: string }>(
  what: Parameters<typeof notFound>[0],
  fetch: (ids: string[]) => Promise<Row[]>,
): ById<Row> {
  const loader = new DataLoader<string, Row | null>(async ids => {
    const known = ids.filter(id => isUuid(id));
    const rows = known.length > 0 ? await fetch(known) : [];
    const found = new Map(rows.map(row => [row.id, row]));
    return ids.map(id => found.get(id) ?? null);
  });
  const find = (id: string) => loader.load(id.toLowerCase());
  return {
    find,
    get: async id => {
      const row = await find(id);
      if (!row) throw notFound(what);
      return row;
    },
    again: id => {
      loader.clear(id.toLowerCase());
      return find(id);
    },
  };
}

/** Reads the rows that belong to a parent, those of all parents of one tick in one query. */
export function byParent<Row>(
  fetch: (parents: string[]) => Promise<Row[]>,
  parentOf: (row: Row) => string,
): (parent: string) => Promise<Row[]> {
  const loader = new DataLoader<string, Row[]>(async parents => {
    const rows = Map.groupBy(await fetch([...parents]), parentOf);
    return parents.map(parent => rows.get(parent) ?? []);
  });
  return parent => loader.load(parent);
}
