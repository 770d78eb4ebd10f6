import { LRUCache } from 'lru-cache';
import { countNetwork } from '../requests/network-limits.ts';
import type { Counted, Limit, RateLimits } from '../requests/rate-limits.ts';

const FAILED_KEYS: Limit = { id: 'failed keys of an address', max: 100, windowMs: 60 * 1000 };
const MAX_REMEMBERED_NETWORKS = 10_000;

/**
 * Counts an invalid key of a network, after the look-up, so that valid keys from the same network are never throttled.
 *
 * @throws RATE_LIMITED when the network has sent too many
 */
export type CountFailedKey = (kind: 'unknown' | 'malformed', network: string, now: Date) => Promise<void>;

/**
 * Starts counting invalid keys. Unknown keys are counted in the database, across servers. Malformed keys are not
 * guesses at a secret and never reach the database, so each server counts them in memory.
 */
export function startFailedKeys({ count }: RateLimits): CountFailedKey {
  const malformed = new LRUCache<string, Counted>({ max: MAX_REMEMBERED_NETWORKS });

  function countMalformed({ id, windowMs }: Limit, network: string, now: Date): Counted {
    const key = `${id}\0${network}`;
    const current = malformed.get(key);
    if (current && current.endsAt > now) {
      current.used += 1;
      return current;
    }
    const counted = { used: 1, endsAt: new Date(now.getTime() + windowMs) };
    malformed.set(key, counted);
    return counted;
  }

  return async (kind, network, now) => {
    await countNetwork(kind === 'unknown' ? count : countMalformed, FAILED_KEYS, { network, now });
  };
}
