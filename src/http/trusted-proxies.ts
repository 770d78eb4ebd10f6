import ipaddr from 'ipaddr.js';
import { parseAddress } from '../requests/network.ts';

/**
 * Makes Fastify's `trustProxy`: whether an address belongs to a trusted proxy. Fastify's own list does not support
 * entries with a port: it would stop at "10.0.0.1:1234", and take that proxy for the client.
 *
 * @param proxies addresses and networks, as TRUSTED_PROXIES lists them.
 */
export function trustProxies(proxies: readonly string[]): (address: string | undefined) => boolean {
  const networks = proxies.map(parseNetwork);
  return text => {
    const parsed = parseAddress(text ?? '');
    if (parsed === undefined) return false;
    const address = ipaddr.parse(parsed);
    return networks.some(({ base, bits }) => base.kind() === address.kind() && address.match(base, bits));
  };
}

function parseNetwork(text: string): { base: ipaddr.IPv4 | ipaddr.IPv6; bits: number } {
  const [written = '', prefix] = text.split('/');
  const base = ipaddr.process(written.replace(/%.*/, ''));
  if (base.kind() === 'ipv6') return { base, bits: Number(prefix ?? 128) };
  // An IPv4 network written as IPv6 has 96 more prefix bits.
  const bits = prefix === undefined ? 32 : Number(prefix) - (written.includes(':') ? 96 : 0);
  return { base, bits: Math.max(0, bits) };
}
