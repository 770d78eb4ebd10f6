import { type Client, type Exchange, makeOperation, type Operation, type OperationResult } from 'urql';
import { filter, pipe, tap } from 'wonka';

/** How often queries that failed without an answer are retried while the page is visible. */
const RETRY_MS = 5_000;
/** Focus and visibility change together; the second event is ignored. */
const MIN_INTERVAL_MS = 1_000;

/** An exchange that tracks the queries on screen, and the function that starts reloading them. */
export interface Refresh {
  exchange: Exchange;
  /** Starts to reload. @returns a function that stops it. */
  start: (client: Client) => () => void;
}

/**
 * Reloads the queries on screen when the person returns to the page, and failed ones when the connection is back. If
 * such a reload fails, the data that was shown stays; so it does on returning to a page that was visited before.
 */
export function createRefresh(): Refresh {
  const active = new Map<number, Operation>();
  const answered = new Set<number>();
  const failed = new Set<number>();
  /** Reloads that neither a person nor a change requested. */
  const refreshing = new Set<number>();

  const track = (operation: Operation) => {
    const { key, kind } = operation;
    if (kind === 'query') active.set(key, operation);
    if (kind !== 'teardown') return;
    for (const known of [active, answered, failed, refreshing]) known.delete(key);
  };
  const isUseful = ({ operation: { key, kind }, data, error, stale }: OperationResult): boolean => {
    if (kind !== 'query') return true;
    // The cached result, while the request is in flight.
    if (stale && data) {
      if (!answered.has(key)) refreshing.add(key);
      answered.add(key);
      return true;
    }
    const isRefresh = refreshing.delete(key);
    if (error?.networkError && !error.response) failed.add(key);
    else failed.delete(key);
    if (data) answered.add(key);
    return !(isRefresh && error && !data && answered.has(key));
  };
  return {
    exchange:
      ({ forward }) =>
      operations =>
        pipe(operations, tap(track), forward, filter(isUseful)),
    start(client) {
      let reloadedAt = Number.NEGATIVE_INFINITY;
      const reload = (operations: readonly Operation[]) => {
        if (document.visibilityState !== 'visible') return;
        for (const operation of operations) {
          const context = { ...operation.context, requestPolicy: 'network-only' as const };
          refreshing.add(operation.key);
          client.reexecuteOperation(makeOperation('query', operation, context));
        }
      };
      const reloadAll = () => {
        if (performance.now() - reloadedAt < MIN_INTERVAL_MS) return;
        reloadedAt = performance.now();
        reload([...active.values()]);
      };
      const reloadFailed = () => reload([...active.values()].filter(({ key }) => failed.has(key)));
      window.addEventListener('focus', reloadAll);
      document.addEventListener('visibilitychange', reloadAll);
      window.addEventListener('online', reloadFailed);
      const timer = setInterval(reloadFailed, RETRY_MS);
      return () => {
        window.removeEventListener('focus', reloadAll);
        document.removeEventListener('visibilitychange', reloadAll);
        window.removeEventListener('online', reloadFailed);
        clearInterval(timer);
      };
    },
  };
}
