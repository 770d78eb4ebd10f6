import { LRUCache } from 'lru-cache';
import { countNetwork } from '../requests/network-limits.ts';
import type { Counted, Limit, RateLimits } from '../requests/rate-limits.ts';

const FAILED_KEYS: Limit = { id: 'failed keys of an address', max: 100, windowMs: 60 * 1000 };
const MAX_ADDRESSES = 10_000;

/**
 * Counts a key that turned out to be none, once that is known: whoever has a valid key is never refused for what others
 * send from the same address.
 *
 * @throws RATE_LIMITED when the address has sent too many.
 */
export type CountFailedKey = (kind: 'unknown' | 'malformed', network: string, now: Date) => Promise<void>;

/**
 * Counting failed keys. Those that the database was asked for are counted there, across servers. What is malformed was
 * never looked up and is no guess at a secret, so it is counted in this process alone: typing errors and random strings
 * go on without touching the database, and a flood of them is limited on each server.
 */
export function startFailedKeys({ count }: RateLimits): CountFailedKey {
  const malformed = new LRUCache<string, Counted>({ max: MAX_ADDRESSES });

  function countMalformed({ id, windowMs }: Limit, who: string, now: Date): Counted {
    const key = `${id}\0${who}`;
    const held = malformed.get(key);
    if (held && held.endsAt > now) {
      held.used += 1;
      return held;
    }
    const counted = { used: 1, endsAt: new Date(now.getTime() + windowMs) };
    malformed.set(key, counted);
    return counted;
  }

  return async (kind, network, now) => {
    await countNetwork(kind === 'unknown' ? count : countMalformed, FAILED_KEYS, { network, now });
  };
}
