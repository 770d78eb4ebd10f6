import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';

const IPV6_BYTES = 16;
const PREFIX_64 = '/64';

/** The network of every text that is not an address, so that invented texts share one limit. */
export const UNKNOWN_NETWORK = 'unknown';

/**
 * Parses an address as proxies write it in `X-Forwarded-For`: plain, with a port (Azure Application Gateway, IIS), in
 * brackets, in quotes or with a zone id. IPv4 written as IPv6 is read as IPv4.
 *
 * @returns the address in canonical form; undefined if the text is not an address.
 */
export function parseAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  const bare = text.trim().replace(/^"(.*)"$/, '$1');
  return (
    canonical(bare) ??
    canonical(bare.replace(/:\d{0,5}$/, '')) ??
    canonical(bare.replace(/^\[([^\]]*)\](?::\d{0,5})?$/, '$1'))
  );
}

function canonical(text: string): string | undefined {
  if (isIPv4(text)) return text;
  // A zone id names a network interface of the proxy, not of the client.
  const [address = ''] = text.split('%', 1);
  return isIPv6(address) ? ipaddr.process(address).toString() : undefined;
}

/**
 * The network under which attempts from an address are counted: an IPv4 address itself, the /64 of an IPv6 address (a
 * customer has at least that), or `UNKNOWN_NETWORK`.
 */
export function networkOf(text: string): string {
  const known = networks.get(text);
  if (known !== undefined) return known;
  const network = findNetwork(text);
  if (text.length <= MAX_KNOWN_CHARACTERS) networks.set(text, network);
  return network;
}

/** Networks of recent addresses: every log has one, and that of an IPv6 address takes 5 to 15 µs to find. */
const networks = new LRUCache<string, string>({ max: 1000 });
/** Longer texts, which a client can invent, are not kept. */
const MAX_KNOWN_CHARACTERS = 64;

function findNetwork(text: string): string {
  const address = parseAddress(text);
  if (address === undefined) return UNKNOWN_NETWORK;
  return isIPv4(address) ? address : `${firstBits(address, 64)}${PREFIX_64}`;
}

/**
 * The IPv6 /48 of a network, as one customer may have all of its 65 536 networks; undefined for IPv4.
 *
 * @param network from `networkOf`.
 */
export function siteOf(network: string): string | undefined {
  if (!network.endsWith(PREFIX_64)) return undefined;
  return `${firstBits(network.slice(0, -PREFIX_64.length), 48)}/48`;
}

function firstBits(address: string, bits: number): string {
  const kept = ipaddr
    .parse(address)
    .toByteArray()
    .slice(0, bits / 8);
  return ipaddr.fromByteArray([...kept, ...new Array<number>(IPV6_BYTES - kept.length).fill(0)]).toString();
}
