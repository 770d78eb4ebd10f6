import ipaddr from 'ipaddr.js';
import { parseAddress } from '../requests/network.ts';

/**
 * Whether Fastify may believe what the sender at an address forwards. Fastify's own reading knows no entries with a
 * port: the walk along trusted proxies would end at "10.0.0.1:1234", and take the proxy for the client.
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
  // Of IPv4 that is written as IPv6, the first 96 bits are always the same.
  const bits = prefix === undefined ? 32 : Number(prefix) - (written.includes(':') ? 96 : 0);
  return { base, bits: Math.max(0, bits) };
}
