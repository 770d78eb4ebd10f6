import { LRUCache } from 'lru-cache';
import { type Counted, checkLimit, type Limit, type RateLimits } from '../database/rate-limits.ts';

const FAILED_KEYS: Limit = { name: 'failed keys of an address', most: 100, windowMs: 60 * 1000 };
const MOST_ADDRESSES = 10_000;

/**
 * Counts a key that turned out to be none, once that is known: whoever has a valid key is never refused for what others
 * send from the same address.
 *
 * @throws RATE_LIMITED when the address has sent too many.
 */
export type CountFailedKey = (kind: 'unknown' | 'malformed', address: string, now: Date) => Promise<void>;

/**
 * Counting failed keys. Those that the database was asked for are counted there, across servers. What is malformed was
 * never looked up and is no guess at a secret, so it is counted in this process alone: typing errors and random strings
 * go on without touching the database, and a flood of them is limited on each server.
 */
export function startFailedKeys({ count }: RateLimits): CountFailedKey {
  const malformed = new LRUCache<string, Counted>({ max: MOST_ADDRESSES });

  function countMalformed(address: string, now: Date): Counted {
    const held = malformed.get(address);
    if (held && held.endsAt > now) {
      held.used += 1;
      return held;
    }
    const counted = { used: 1, endsAt: new Date(now.getTime() + FAILED_KEYS.windowMs) };
    malformed.set(address, counted);
    return counted;
  }

  return async (kind, address, now) => {
    const counted =
      kind === 'unknown' ? await count(FAILED_KEYS, address, now) : countMalformed(address, now);
    checkLimit(FAILED_KEYS, counted, now);
  };
}
