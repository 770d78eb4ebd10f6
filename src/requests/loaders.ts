import DataLoader from 'dataloader';
import { notFound } from '../errors.ts';
import { checkRows, MAX_OBJECTS } from './bounds.ts';
import { isUuid } from './names.ts';

/** Reads rows by id, all ids of one round in one query, and each id once a request. */
export interface ById<Row> {
  /** The row; null when it does not exist or is not visible. */
  find: (id: string) => Promise<Row | null>;
  /** The row. @throws NOT_FOUND when it does not exist or is not visible. */
  get: (id: string) => Promise<Row>;
  /** The row as it is after a change; null when it does not exist or is not visible any more. */
  findAgain: (id: string) => Promise<Row | null>;
  /** The row as it is after a change. @throws NOT_FOUND when it does not exist or is not visible any more */
  reload: (id: string) => Promise<Row>;
}

/** Makes the loaders of one request. */
export interface LoaderKit {
  /**
   * @param what how NOT_FOUND names the row.
   * @param fetch reads visible rows. An id that is not a UUID never reaches it: it answers like an id that does not exist.
   */
  byId: <Row extends { id: string }>(
    what: Parameters<typeof notFound>[0],
    fetch: (ids: string[]) => Promise<Row[]>,
  ) => ById<Row>;
  /**
   * Reads the rows that belong to a parent.
   *
   * @param fetch reads the rows of all parents of a round, at most `limit`, which is one more than an answer may hold.
   */
  byParent: <Row>(
    fetch: (parents: string[], limit: number) => Promise<Row[]>,
    parentOf: (row: Row) => string,
  ) => (parent: string) => Promise<Row[]>;
  /**
   * Answers keys of any kind.
   *
   * @param fetch answers all keys of a round, in their order.
   * @param identify equal for keys that have the same answer.
   */
  byKey: <Key, Value>(
    fetch: (keys: readonly Key[]) => Promise<Value[]>,
    identify: (key: Key) => string,
  ) => (key: Key) => Promise<Value>;
}

/**
 * Starts the loaders of one request. They send their statements in rounds: the next round starts when every statement of
 * the one before is answered, and has one statement of each loader at most. Each round leads the whole answer one level
 * down, so the shape of a query and the order of answers cannot make more statements than levels times loaders;
 * DataLoader by itself sends a batch whenever one of several ways to a row gets there.
 */
export function startLoaderKit(): LoaderKit {
  let due: (() => void)[] = [];
  let underWay = 0;
  let scheduled = false;

  function schedule(): void {
    if (scheduled || underWay > 0 || due.length === 0) return;
    scheduled = true;
    // Once everything that the answers led to has asked for more.
    setImmediate(() => {
      scheduled = false;
      const round = due;
      due = [];
      for (const dispatch of round) dispatch();
    });
  }

  const batchScheduleFn = (dispatch: () => void): void => {
    due.push(dispatch);
    schedule();
  };

  /** Keeps the next round waiting while the fetch is under way. */
  const inRound =
    <Key, Value>(fetch: (keys: readonly Key[]) => Promise<Value[]>) =>
    async (keys: readonly Key[]): Promise<Value[]> => {
      underWay += 1;
      try {
        return await fetch(keys);
      } finally {
        underWay -= 1;
        schedule();
      }
    };

  return {
    byId(what, fetch) {
      type Row = Awaited<ReturnType<typeof fetch>>[number];
      const loader = new DataLoader<string, Row | null>(
        inRound(async ids => {
          const known = ids.filter(id => isUuid(id));
          const rows = known.length > 0 ? await fetch(known) : [];
          const found = new Map(rows.map(row => [row.id, row]));
          return ids.map(id => found.get(id) ?? null);
        }),
        { batchScheduleFn },
      );
      const find = (id: string) => loader.load(id.toLowerCase());
      const findAgain = (id: string) => {
        loader.clear(id.toLowerCase());
        return find(id);
      };
      const orThrow = (row: Row | null): Row => {
        if (!row) throw notFound(what);
        return row;
      };
      return {
        find,
        findAgain,
        get: async id => orThrow(await find(id)),
        reload: async id => orThrow(await findAgain(id)),
      };
    },

    byParent(fetch, parentOf) {
      type Row = Awaited<ReturnType<typeof fetch>>[number];
      const loader = new DataLoader<string, Row[]>(
        inRound(async parents => {
          const rows = await fetch([...parents], MAX_OBJECTS + 1);
          checkRows(rows.length);
          const grouped = Map.groupBy(rows, parentOf);
          return parents.map(parent => grouped.get(parent) ?? []);
        }),
        { batchScheduleFn },
      );
      return parent => loader.load(parent);
    },

    byKey(fetch, identify) {
      type Key = Parameters<typeof identify>[0];
      type Value = Awaited<ReturnType<typeof fetch>>[number];
      const loader = new DataLoader<Key, Value, string>(inRound(fetch), {
        batchScheduleFn,
        cacheKeyFn: identify,
      });
      return key => loader.load(key);
    },
  };
}
