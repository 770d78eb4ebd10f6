import { LRUCache } from 'lru-cache';
import { type Config, isLoopback, isLoopbackAddress } from '../config.ts';

/** Host headers whose decision is remembered. */
const MAX_DECISIONS = 100;
/** A DNS name has at most 253 characters; a port and brackets may come on top. */
const MAX_NAME_CHARACTERS = 300;

/** The host of a Host header, without its port; undefined for what is not one. */
function nameIn(host: string): string | undefined {
  const [, name] = /^(\[[\da-f:.]+\]|[^\s:@/?#[\]]+)(?::\d{0,5})?$/i.exec(host) ?? [];
  return name?.toLowerCase().replace(/\.$/, '');
}

/** Whether a request may name this host. `localAddress` is the server's end of its connection. */
export type IsKnownHost = (host: string, localAddress: string | undefined) => boolean;

/**
 * Decides which names the server answers to. A page whose own name is made to resolve to this server (DNS rebinding)
 * would otherwise be of the server's origin for the browser, and could read everything that its user may.
 *
 * The names are those of `PUBLIC_URL` and, for connections to a loopback address, loopback names. A server that listens
 * elsewhere and was given no `PUBLIC_URL` cannot know its names, and answers to all.
 */
export function knownHosts({ HOST, PUBLIC_URL }: Pick<Config, 'HOST' | 'PUBLIC_URL'>): IsKnownHost {
  if (!PUBLIC_URL && !isLoopback(HOST)) return () => true;
  const names = new Set(PUBLIC_URL?.map(origin => new URL(origin).hostname));
  const decide: IsKnownHost = (host, localAddress = '') => {
    const name = nameIn(host);
    if (name === undefined) return false;
    return names.has(name) || (isLoopback(name) && isLoopbackAddress(localAddress));
  };
  // Parsing addresses takes 6 µs of a request.
  const decided = new LRUCache<string, boolean>({ max: MAX_DECISIONS });
  return (host, localAddress = '') => {
    if (host.length > MAX_NAME_CHARACTERS) return false;
    const key = `${localAddress} ${host}`;
    let known = decided.get(key);
    if (known === undefined) {
      known = decide(host, localAddress);
      decided.set(key, known);
    }
    return known;
  };
}
