import type { FastifyRequest } from 'fastify';
import { parseAddress } from './network.ts';

/** The address of a client. */
export interface ClientAddress {
  address: string;
  /**
   * Whether forwarding headers came from a proxy that is not trusted, directly or through trusted ones. The address is
   * then that proxy's.
   */
  hasUnknownProxy: boolean;
}

const FORWARDING_HEADERS = ['forwarded', 'x-forwarded-for', 'x-real-ip'];

/** The address of the client of a request, which a trusted proxy may have forwarded. */
export function clientAddressOf({
  ip,
  ips = [],
  headers,
  socket,
}: Pick<FastifyRequest, 'ip' | 'ips' | 'headers' | 'socket'>): ClientAddress {
  const address = parseAddress(ip) ?? ip;
  const isForwarded = FORWARDING_HEADERS.some(name => headers[name] !== undefined);
  const isOfConnection = address === parseAddress(socket.remoteAddress ?? '');
  // `ips` has the connection, and what trusted proxies added: further entries are from the one at `address`, or forged.
  const hasMoreEntries = countEntries(headers['x-forwarded-for']) > Math.max(0, ips.length - 1);
  return { address, hasUnknownProxy: isForwarded && (isOfConnection || hasMoreEntries) };
}

const countEntries = (header: string | string[] = []) =>
  String(header)
    .split(',')
    .filter(entry => entry.trim() !== '').length;
