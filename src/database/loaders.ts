import DataLoader from 'dataloader';
import { validate as isUuid } from 'uuid';

/**
 * Reads rows by id, all ids of one tick in one query, each once a request. An id that is no UUID is simply absent,
 * so that it answers like an id that does not exist.
 */
export function byId<Row extends { id: string }>(fetch: (ids: string[]) => Promise<Row[]>) {
  return new DataLoader<string, Row | null, string>(
    async ids => {
      const rows = await fetch(ids.map(id => id.toLowerCase()).filter(id => isUuid(id)));
      const found = new Map(rows.map(row => [row.id, row]));
      return ids.map(id => found.get(id.toLowerCase()) ?? null);
    },
    { cacheKeyFn: id => id.toLowerCase() },
  );
}

/** Reads the rows that belong to a parent, those of all parents of one tick in one query. */
export function byParent<Row>(fetch: (parents: string[]) => Promise<Row[]>, parentOf: (row: Row) => string) {
  return new DataLoader<string, Row[]>(async parents => {
    const rows = Map.groupBy(await fetch([...parents]), parentOf);
    return parents.map(parent => rows.get(parent) ?? []);
  });
}
