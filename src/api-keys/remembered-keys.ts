import { LRUCache } from 'lru-cache';
import type { AuthenticatedKey } from '../auth/caller.ts';
import { digestOf } from './raw-key.ts';

/** Max size of all remembered facts in bytes. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Bytes that a key takes in addition to the text of its facts. */
const BYTES_PER_KEY = 500;

/** Facts about keys that were looked up before. They are not verdicts: the database confirms them (attempt.ts). */
export interface RememberedKeys {
  /** Finds the facts about a key. Undefined if none are remembered, or the key has expired. */
  find: (rawKey: string, now: Date) => AuthenticatedKey | undefined;
  remember: (key: AuthenticatedKey) => void;
  forget: (key: AuthenticatedKey) => void;
}

/** Starts remembering facts by the digests of raw keys, in 16 MiB. The least recently used are forgotten first. */
export function startRememberedKeys(): RememberedKeys {
  const keys = new LRUCache<string, AuthenticatedKey>({
    maxSize: MAX_BYTES,
    // A character of text takes one byte or two.
    sizeCalculation: key => BYTES_PER_KEY + 2 * JSON.stringify(key).length,
  });
  return {
    find(rawKey, now) {
      const key = keys.get(digestOf(rawKey).toString('latin1'));
      return key?.expiresAt && key.expiresAt <= now ? undefined : key;
    },
    remember: key => void keys.set(key.digest.toString('latin1'), key),
    forget: key => void keys.delete(key.digest.toString('latin1')),
  };
}
