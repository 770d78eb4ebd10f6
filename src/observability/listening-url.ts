import type { AddressInfo } from 'node:net';

/** The URL of what listens at an address, for people to open. */
export function listeningUrl(address: AddressInfo | string | null, host: string): string {
  if (address === null || typeof address === 'string') return `http://${host}`;
  // Where it listens everywhere, this machine's own address serves to open it.
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${address.port}`;
}
