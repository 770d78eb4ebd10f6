import type { AuthenticatedKey } from '../auth/caller.ts';
import { apiKeyRateLimited } from '../errors.ts';

const MINUTE_MS = 60_000;

/** Counts the calls of keys that have a limit of calls a minute. Each server counts its own. */
export interface CallRates {
  /**
   * Counts a call. Calls of people's sessions and of keys without a limit are not counted. A later attempt at the same
   * request is not counted again, but is compared with the limit that the key has by then.
   *
   * @param request an object that all attempts at a request share
   * @throws API_KEY_RATE_LIMITED when the key has no calls left in this minute
   */
  count: (key: Pick<AuthenticatedKey, 'id' | 'callsPerMinute'>, at: Date, request: WeakKey) => void;
  /** The limit of a key and the calls that are left of the minute on this server; null: no limit. */
  allowanceOf: (
    key: Pick<AuthenticatedKey, 'id' | 'callsPerMinute'>,
    at: Date,
  ) => { limit: number; left: number } | null;
}

/** The whole seconds until the next minute, at least 1. */
export const secondsToNextMinute = (at: Date): number =>
  Math.ceil((MINUTE_MS - (at.getTime() % MINUTE_MS)) / 1000);

/** Starts counting, by minutes of the clock. Only the calls of one minute are in memory. */
export function startCallRates(): CallRates {
  let minute = 0;
  const calls = new Map<string, number>();
  const counted = new WeakSet();
  return {
    allowanceOf({ id, callsPerMinute: limit }, at) {
      if (limit === null) return null;
      const isCurrent = Math.floor(at.getTime() / MINUTE_MS) <= minute;
      return { limit, left: Math.max(0, limit - (isCurrent ? (calls.get(id) ?? 0) : 0)) };
    },
    count({ id, callsPerMinute }, at, request) {
      if (callsPerMinute === null) return;
      const current = Math.floor(at.getTime() / MINUTE_MS);
      if (current > minute) {
        minute = current;
        calls.clear();
      }
      const own = counted.has(request) ? 1 : 0;
      const others = (calls.get(id) ?? 0) - own;
      if (others >= callsPerMinute) {
        throw apiKeyRateLimited(Math.ceil(((minute + 1) * MINUTE_MS - at.getTime()) / 1000));
      }
      if (own === 1) return;
      calls.set(id, others + 1);
      counted.add(request);
    },
  };
}
