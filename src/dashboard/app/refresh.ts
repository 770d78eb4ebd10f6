import { type Client, type Exchange, makeOperation, type Operation, type OperationResult } from 'urql';
import { filter, pipe, tap } from 'wonka';

/** How often queries that failed without an answer are retried while the page is visible. */
const RETRY_MS = 5_000;
/** Focus and visibility change together; the second event is ignored. */
const MIN_INTERVAL_MS = 1_000;

/** The context of a query that a person asks for, and whose failure they see even if older data is on screen. */
export const ASKED = { requestPolicy: 'network-only', isAsked: true } as const;

/** An exchange that knows the queries on screen, and what reloads them. */
export interface Refresh {
  exchange: Exchange;
  /** Starts to listen. @returns stops it. */
  start: (client: Client) => () => void;
}

/**
 * Reloads the queries on screen when the person returns to the page, and those that failed for want of a connection
 * when it is back. A reload that fails leaves what was there.
 */
export function createRefresh(): Refresh {
  const active = new Map<number, Operation>();
  const answered = new Set<number>();
  const failed = new Set<number>();

  const track = (operation: Operation) => {
    const { key, kind, context } = operation;
    if (kind === 'query' && context.isRefresh !== true) active.set(key, operation);
    if (kind !== 'teardown') return;
    for (const known of [active, answered, failed]) known.delete(key);
  };
  const isUseful = ({ operation: { key, kind, context }, data, error }: OperationResult): boolean => {
    if (kind !== 'query') return true;
    const isOffline = Boolean(error?.networkError && !error.response);
    if (isOffline) failed.add(key);
    else failed.delete(key);
    if (data) answered.add(key);
    if (!error || data || !answered.has(key)) return true;
    // A person who pressed a button for it sees the error.
    return context.isRefresh !== true && (!isOffline || context.isAsked === true);
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
          const context = { ...operation.context, requestPolicy: 'network-only' as const, isRefresh: true };
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
