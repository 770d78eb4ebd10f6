import { isIP, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** The part of IPv6 that is assigned for global unicast (RFC 4291, section 2.4); the rest is not routed. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Parts of it that are for protocols and documentation (RFC 6890, RFC 9637), beyond those that `ipaddr.js` knows. */
const SPECIAL = ['2001::/23', '3fff::/20'].map(text => ipaddr.IPv6.parseCIDR(text));

/** The service for virtual machines on Azure, at an address that is public by its range. */
const AZURE_WIRE_SERVER = ipaddr.IPv4.parse('168.63.129.16');

/** Ranges of IPv6 that contain an IPv4 address, and the byte at which it begins. */
const EMBEDDED_IPV4 = [
  // IPv4-mapped (RFC 4291), the same behind a translator (RFC 2765), and IPv4-compatible, which some stacks connect.
  { range: ipaddr.IPv6.parseCIDR('::ffff:0:0/96'), at: 12 },
  { range: ipaddr.IPv6.parseCIDR('::ffff:0:0:0/96'), at: 12 },
  { range: ipaddr.IPv6.parseCIDR('::/96'), at: 12 },
  // NAT64 (RFC 6052).
  { range: ipaddr.IPv6.parseCIDR('64:ff9b::/96'), at: 12 },
  // 6to4 (RFC 3056).
  { range: ipaddr.IPv6.parseCIDR('2002::/16'), at: 2 },
];

/** A network in CIDR notation, parsed. */
export type Network = [Address, number];

/** The networks that the operator lists. */
export interface AllowedNetworks {
  /** Whose addresses are allowed, although they are not public or are refused. */
  networks: readonly Network[];
  /** Whose addresses are refused, although they are public. */
  refusedNetworks: readonly Network[];
}

/** Parses networks; an address alone is the network of this address. @throws Error when one is not a network */
export function parseNetworks(texts: readonly string[]): Network[] {
  return texts.map(text => {
    const [address = '', prefix] = text.split('/');
    return ipaddr.parseCIDR(`${address}/${prefix ?? (isIPv6(address) ? 128 : 32)}`);
  });
}

/**
 * Whether deliveries may connect to an address: it is global unicast and in no network that the operator refuses, or the
 * operator allows its network. An IPv4
 * address within an IPv6 one is judged as the IPv4 address, since the system or a gateway connects there.
 *
 * @param text an address as `dns` and `net` return it. Other notations (octal, hexadecimal, fewer than four parts) are
 *   refused; `new URL` has turned those of a URL into this one.
 */
export function mayConnectTo(text: string, { networks, refusedNetworks }: AllowedNetworks): boolean {
  const [bare = ''] = text.split('%', 1);
  if (isIP(bare) === 0) return false;
  const address = unmapped(ipaddr.parse(bare));
  const isIn = (listed: readonly Network[]) => listed.some(network => contains(network, address));
  return isIn(networks) || (isPublic(address) && !isIn(refusedNetworks));
}

/** The IPv4 address within an IPv6 address; other addresses as they are. */
function unmapped(address: Address): Address {
  if (!(address instanceof ipaddr.IPv6)) return address;
  // `::` and `::1` are in ::/96 as well.
  if (address.range() === 'unspecified' || address.range() === 'loopback') return address;
  const found = EMBEDDED_IPV4.find(({ range }) => address.match(range));
  if (!found) return address;
  return new ipaddr.IPv4(address.toByteArray().slice(found.at, found.at + 4));
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  if (!(address instanceof ipaddr.IPv6)) return !address.match(AZURE_WIRE_SERVER, 32);
  return address.match(GLOBAL_UNICAST) && !SPECIAL.some(range => address.match(range));
}

function contains([network, bits]: Network, address: Address): boolean {
  return network.kind() === address.kind() && address.match(network, bits);
}

/** The address that is written as the host of a URL; undefined for a name. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? undefined : bare;
}
