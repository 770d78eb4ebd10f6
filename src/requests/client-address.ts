import type { FastifyRequest } from 'fastify';
import { parseAddress } from './network.ts';

/** The address of a client. */
export interface ClientAddress {
  address: string;
  /** Whether forwarding headers came from a proxy that is not trusted. The address is then the proxy's. */
  hasUnknownProxy: boolean;
}

const FORWARDING_HEADERS = ['forwarded', 'x-forwarded-for', 'x-real-ip'];

/** The address of the client of a request, which a trusted proxy may have forwarded. */
export function clientAddressOf({
  ip,
  headers,
  socket,
}: Pick<FastifyRequest, 'ip' | 'headers' | 'socket'>): ClientAddress {
  const address = parseAddress(ip) ?? ip;
  const isForwarded = FORWARDING_HEADERS.some(name => headers[name] !== undefined);
  const isOfConnection = address === parseAddress(socket.remoteAddress ?? '');
  return { address, hasUnknownProxy: isForwarded && isOfConnection };
}
