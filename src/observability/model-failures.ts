import type { FastifyBaseLogger } from 'fastify';
import { LRUCache } from 'lru-cache';

/** A model that fails in a millisecond would fill the log. */
const FAILURE_WINDOW_MS = 10_000;

/** Logs the first failure of a model in each window, with the number of those that were not logged before it. */
export function startModelFailureLog(
  log: Pick<FastifyBaseLogger, 'warn'>,
): (error: Error, modelId: string) => void {
  const windows = new LRUCache<string, { end: number; suppressed: number }>({ max: 1000 });
  return (error, modelId) => {
    const now = performance.now();
    const last = windows.get(modelId);
    if (last && now < last.end) {
      last.suppressed += 1;
      return;
    }
    log.warn({ err: error, modelId, suppressed: last?.suppressed ?? 0 }, 'a model failed');
    windows.set(modelId, { end: now + FAILURE_WINDOW_MS, suppressed: 0 });
  };
}
