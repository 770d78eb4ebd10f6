import { createPublicKey, type KeyObject } from 'node:crypto';
import { unavailable } from '../errors.ts';

const MAX_FETCH_MS = 5000;
const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_KEYS = 100;
/** After this time the keys are fetched again, so that one which was withdrawn is forgotten. */
const MAX_AGE_MS = 24 * 60 * 60 * 1000;
/** Between two fetches. Anyone can ask for a key that does not exist. */
const MIN_INTERVAL_MS = 60 * 1000;

/** The public keys with which another service signs its messages. */
export interface SigningKeys {
  /**
   * Finds a key. One that is not known, or was fetched a day ago, makes it fetch all keys, at most once a minute.
   *
   * @throws UNAVAILABLE if the keys could not be fetched
   */
  find: (identifier: string, now: Date) => Promise<KeyObject | undefined>;
}

/**
 * Starts reading public keys in the format of api.github.com/meta/public_keys: EC keys of the curve P-256, by their
 * identifiers.
 *
 * @param onFailed is called when the keys could not be fetched
 */
export function startSigningKeys(url: string, onFailed: (error: unknown) => void): SigningKeys {
  let keys = new Map<string, KeyObject>();
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;

  async function load(now: number): Promise<void> {
    triedAt = now;
    try {
      keys = keysIn(await readJson(url));
      fetchedAt = now;
    } catch (error) {
      onFailed(error);
    }
  }

  return {
    async find(identifier, at) {
      const now = at.getTime();
      const isFresh = () => now - fetchedAt < MAX_AGE_MS;
      if (isFresh() && keys.has(identifier)) return keys.get(identifier);
      if (!fetching && now - triedAt >= MIN_INTERVAL_MS) {
        fetching = load(now).finally(() => {
          fetching = undefined;
        });
      }
      await fetching;
      if (!isFresh()) throw unavailable();
      return keys.get(identifier);
    },
  };
}

/** Reads a JSON document from a URL of the operator's. Redirects are not followed. */
async function readJson(url: string): Promise<unknown> {
  const response = await fetch(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(MAX_FETCH_MS),
    headers: { accept: 'application/json', 'user-agent': 'Spectrakey' },
  });
  if (!response.ok) throw new Error(`the public keys were answered with status ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('the answer with the public keys is too long');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function keysIn(document: unknown): Map<string, KeyObject> {
  const listed =
    typeof document === 'object' && document !== null ? Reflect.get(document, 'public_keys') : null;
  if (!Array.isArray(listed) || listed.length > MAX_KEYS) throw new Error('the public keys cannot be read');
  const found = new Map<string, KeyObject>();
  for (const entry of listed) {
    const { key_identifier: identifier, key: pem } = Object(entry);
    if (typeof identifier !== 'string' || typeof pem !== 'string') continue;
    const key = parsed(pem);
    if (key?.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1')
      found.set(identifier, key);
  }
  if (found.size === 0) throw new Error('no public key can be read');
  return found;
}

/** A key of a kind that Node does not know is left out, as the others are still good. */
function parsed(pem: string): KeyObject | undefined {
  try {
    return createPublicKey({ key: pem, format: 'pem' });
  } catch {
    return undefined;
  }
}
