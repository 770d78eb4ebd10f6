import { LRUCache } from 'lru-cache';
import { type Config, isLoopback, isLoopbackAddress } from '../config.ts';

/** Max Host headers whose decision is cached. */
const MAX_DECISIONS = 100;
/** A DNS name has at most 253 characters; a port and brackets may come on top. */
const MAX_NAME_CHARACTERS = 300;

/** The host name in a Host header, without port; undefined for an invalid header. */
function nameIn(host: string): string | undefined {
  const [, name] = /^(\[[\da-f:.]+\]|[^\s:@/?#[\]]+)(?::\d{0,5})?$/i.exec(host) ?? [];
  return name?.toLowerCase().replace(/\.$/, '');
}

/** Whether a Host header is allowed. `localAddress` is the server's end of the connection. */
export type IsAllowedHost = (host: string, localAddress: string | undefined) => boolean;

/**
 * Protects against DNS rebinding: a page whose own name is made to resolve to this server would share its origin in the
 * browser, and could read everything that the user may.
 *
 * Allows the hosts of `PUBLIC_URL` and, on connections to a loopback address, loopback names. Allows every host on a
 * server that listens on another address without `PUBLIC_URL`, as it cannot know its names.
 */
export function allowedHosts({ HOST, PUBLIC_URL }: Pick<Config, 'HOST' | 'PUBLIC_URL'>): IsAllowedHost {
  if (!PUBLIC_URL && !isLoopback(HOST)) return () => true;
  const names = new Set(PUBLIC_URL?.map(origin => new URL(origin).hostname));
  const decide: IsAllowedHost = (host, localAddress = '') => {
    const name = nameIn(host);
    if (name === undefined) return false;
    return names.has(name) || (isLoopback(name) && isLoopbackAddress(localAddress));
  };
  // Parsing an address takes 6 µs.
  const decisions = new LRUCache<string, boolean>({ max: MAX_DECISIONS });
  return (host, localAddress = '') => {
    if (host.length > MAX_NAME_CHARACTERS) return false;
    const key = `${localAddress} ${host}`;
    let isAllowed = decisions.get(key);
    if (isAllowed === undefined) {
      isAllowed = decide(host, localAddress);
      decisions.set(key, isAllowed);
    }
    return isAllowed;
  };
}
