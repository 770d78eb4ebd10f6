import DataLoader from 'dataloader';
import { notFound } from '../errors.ts';
import { checkRows, MAX_OBJECTS } from './bounds.ts';
import { isUuid } from './names.ts';

/** Reads rows by id: all ids of one round in one query, and each id once for each request. */
export interface ById<Row> {
  /** The row; null when it does not exist or is not visible. */
  find: (id: string) => Promise<Row | null>;
  /** The row. @throws NOT_FOUND when it does not exist or is not visible. */
  get: (id: string) => Promise<Row>;
  /** The row, read again after a change; null when it no longer exists or is no longer visible. */
  reloadOrNull: (id: string) => Promise<Row | null>;
  /** The row, read again after a change. @throws NOT_FOUND when it no longer exists or is no longer visible */
  reload: (id: string) => Promise<Row>;
}

/** Makes the loaders of one request. */
export interface LoaderKit {
  /**
   * @param what the name of the row in NOT_FOUND.
   * @param fetch reads visible rows. Ids that are not UUIDs are not passed to it, and count as ids without a row.
   */
  byId: <Row extends { id: string }>(
    what: Parameters<typeof notFound>[0],
    fetch: (ids: string[]) => Promise<Row[]>,
  ) => ById<Row>;
  /**
   * Reads the rows that belong to a parent.
   *
   * @param fetch reads the rows of all parents of a round, at most `limit`, which is one more than a result may hold.
   */
  byParent: <Row>(
    fetch: (parents: string[], limit: number) => Promise<Row[]>,
    parentOf: (row: Row) => string,
  ) => (parent: string) => Promise<Row[]>;
  /**
   * Reads values for keys of any type.
   *
   * @param fetch reads the values of all keys of a round, in their order.
   * @param identify a text that is equal for keys with the same value.
   */
  byKey: <Key, Value>(
    fetch: (keys: readonly Key[]) => Promise<Value[]>,
    identify: (key: Key) => string,
  ) => (key: Key) => Promise<Value>;
}

/**
 * Starts the loaders of one request. Statements are sent in rounds: a round has at most one statement of each loader,
 * and starts when every statement of the previous round is answered. Each round resolves one more level of the result,
 * so a query needs at most levels times loaders statements, whatever its shape. DataLoader by itself sends a batch for
 * each path to a row that becomes ready at a different time.
 */
export function startLoaderKit(): LoaderKit {
  let pending: (() => void)[] = [];
  let inFlight = 0;
  let scheduled = false;

  function schedule(): void {
    if (scheduled || inFlight > 0 || pending.length === 0) return;
    scheduled = true;
    // After the resolvers that the previous round resolved have called their loaders.
    setImmediate(() => {
      scheduled = false;
      const round = pending;
      pending = [];
      for (const dispatch of round) dispatch();
    });
  }

  const batchScheduleFn = (dispatch: () => void): void => {
    pending.push(dispatch);
    schedule();
  };

  /** Delays the next round until the fetch has ended. */
  const inRound =
    <Key, Value>(fetch: (keys: readonly Key[]) => Promise<Value[]>) =>
    async (keys: readonly Key[]): Promise<Value[]> => {
      inFlight += 1;
      try {
        return await fetch(keys);
      } finally {
        inFlight -= 1;
        schedule();
      }
    };

  return {
    byId(what, fetch) {
      type Row = Awaited<ReturnType<typeof fetch>>[number];
      const loader = new DataLoader<string, Row | null>(
        inRound(async ids => {
          const uuids = ids.filter(id => isUuid(id));
          const rows = uuids.length > 0 ? await fetch(uuids) : [];
          const found = new Map(rows.map(row => [row.id, row]));
          return ids.map(id => found.get(id) ?? null);
        }),
        { batchScheduleFn },
      );
      const find = (id: string) => loader.load(id.toLowerCase());
      const reloadOrNull = (id: string) => {
        loader.clear(id.toLowerCase());
        return find(id);
      };
      const orThrow = (row: Row | null): Row => {
        if (!row) throw notFound(what);
        return row;
      };
      return {
        find,
        reloadOrNull,
        get: async id => orThrow(await find(id)),
        reload: async id => orThrow(await reloadOrNull(id)),
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
