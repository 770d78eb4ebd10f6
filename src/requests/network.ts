import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

const IPV6_BYTES = 16;
const PREFIX_64 = '/64';

/** The one network of all texts that are not an address: making texts up gives nobody another share of a limit. */
export const UNKNOWN_NETWORK = 'unknown';

/**
 * The address in a text of the kind that proxies put into `X-Forwarded-For`: plain, with a port (Azure Application
 * Gateway, IIS), in brackets, in quotes or with a zone id. IPv4 written as IPv6 is IPv4.
 *
 * @returns the address in its one spelling; undefined for what is not an address.
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
  // A zone id names an interface of the proxy's own machine, which says nothing about the sender.
  const [address = ''] = text.split('%', 1);
  return isIPv6(address) ? ipaddr.process(address).toString() : undefined;
}

/**
 * The network whose attempts count together: an IPv4 address as it is, the first 64 bits of an IPv6 address (what a
 * single customer has, with more addresses than could be counted), and one network for all that is not an address.
 */
export function networkOf(text: string): string {
  const address = parseAddress(text);
  if (address === undefined) return UNKNOWN_NETWORK;
  return isIPv4(address) ? address : `${firstBits(address, 64)}${PREFIX_64}`;
}

/**
 * The IPv6 /48 that a network lies in, as one customer may have all of its 65 536 networks; undefined for IPv4.
 *
 * @param network as `networkOf` names it.
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
