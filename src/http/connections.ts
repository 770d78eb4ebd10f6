import type { Server, Socket } from 'node:net';
import { shareAmount } from '../concurrency/shared-amount.ts';
import { networkOf, siteOf } from '../requests/network.ts';

/**
 * Limits the open connections, and closes further ones at once. Networks (an IPv4 address, an IPv6 /48) share them, so that a
 * single one never takes all. A trusted proxy, which carries the requests of many clients, may take all.
 */
export function limitConnections(
  server: Server,
  max: number,
  isTrustedProxy: (address: string) => boolean,
): void {
  const connections = shareAmount<string>(max);
  server.maxConnections = max;
  server.on('connection', (socket: Socket) => {
    const { remoteAddress = '' } = socket;
    const network = networkOf(remoteAddress);
    const user = siteOf(network) ?? network;
    if (isTrustedProxy(remoteAddress)) connections.hold(user, 1);
    else if (!connections.reserve(user, 1)) {
      socket.destroy();
      return;
    }
    socket.once('close', () => connections.release(user, 1));
  });
}
