import { BlockList, isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { badUserInput } from '../errors.ts';
import { parseAddress } from '../requests/network.ts';

/** Max networks of a key. */
export const MAX_ALLOWED_NETWORKS = 50;

/**
 * Checks the networks from which a key may be used.
 *
 * @param texts CIDR blocks, or single addresses
 * @returns them in canonical form, each once: `203.0.113.0/24`, `2001:db8::/32`
 * @throws BAD_USER_INPUT for an empty list, for more than 50, and for what is not a network
 */
export function checkNetworks(texts: readonly string[]): string[] {
  if (texts.length === 0) {
    throw badUserInput(
      '"allowedNetworks" is empty: the key could not be used from anywhere. Send null to allow every address, or revoke the key.',
    );
  }
  if (texts.length > MAX_ALLOWED_NETWORKS) {
    throw badUserInput(
      `There are ${texts.length} networks in "allowedNetworks"; at most ${MAX_ALLOWED_NETWORKS} are possible. Combine some to larger ones.`,
    );
  }
  return [...new Set(texts.map(checkNetwork))];
}

function checkNetwork(text: string): string {
  const [address = '', prefix, ...more] = text.trim().split('/');
  const wrong = (advice: string) =>
    badUserInput(`"${text.slice(0, 60)}" in "allowedNetworks" is not a network. ${advice}`);
  if (more.length > 0 || !(isIPv4(address) || isIPv6(address)) || address.includes('%')) {
    throw wrong('Write an address, or a block such as 203.0.113.0/24 or 2001:db8::/32.');
  }
  const written = ipaddr.parse(address);
  const max = written.kind() === 'ipv4' ? 32 : 128;
  const bits = prefix === undefined ? max : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (!(bits <= max)) throw wrong(`The number after the slash must be 0 to ${max}.`);
  const base = written.toByteArray().map((byte, index) => byte & mask(bits - 8 * index));
  const network = ipaddr.fromByteArray(base);
  if (network.toString() !== written.toString()) {
    throw wrong(`Its first address is ${network.toString()}: write ${network.toString()}/${bits}.`);
  }
  // An IPv4 network written as IPv6 is one of IPv4.
  const isMapped = network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && bits >= 96;
  return isMapped ? `${network.toIPv4Address().toString()}/${bits - 96}` : `${network.toString()}/${bits}`;
}

/** The mask of a byte of which this many bits belong to the network. */
const mask = (bits: number): number => (0xff << (8 - Math.min(Math.max(bits, 0), 8))) & 0xff;

/**
 * The lists of keys, made once for each look-up. One for each family: a block of IPv6 that contains `::ffff:0:0/96`, such as
 * `::/0`, would contain every address of IPv4.
 */
const lists = new WeakMap<readonly string[], Record<'ipv4' | 'ipv6', BlockList>>();

/**
 * Whether a key may be used from an address.
 *
 * @param networks in canonical form; null: from every address
 * @param address the exact address of the client; what is not an address is in no network
 */
export function isInNetworks(networks: readonly string[] | null, address: string): boolean {
  if (networks === null) return true;
  const parsed = parseAddress(address);
  if (parsed === undefined) return false;
  let list = lists.get(networks);
  if (!list) {
    list = { ipv4: new BlockList(), ipv6: new BlockList() };
    for (const network of networks) {
      const [base = '', bits] = network.split('/');
      const family = familyOf(base);
      list[family].addSubnet(base, Number(bits), family);
    }
    lists.set(networks, list);
  }
  const family = familyOf(parsed);
  return list[family].check(parsed, family);
}

const familyOf = (address: string) => (isIPv4(address) ? 'ipv4' : 'ipv6');
