import { Resolver } from 'node:dns/promises';
import { literalAddress } from './addresses.ts';

/** Finds the addresses of a name. Stops when the signal aborts. */
export type Resolve = (name: string, signal: AbortSignal) => Promise<string[]>;

/**
 * Asks DNS for the addresses of a name, IPv4 first. It does not use the system's resolver (`dns.lookup`), whose calls
 * occupy the four threads that also read files: a name server that does not respond would delay other tenants. So names
 * in /etc/hosts are not found.
 *
 * @returns all addresses; none if the name does not exist
 * @throws Error when the name servers do not respond, or the signal aborts
 */
export const resolveByDns: Resolve = async (name, signal) => {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    signal.throwIfAborted();
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const found = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []));
    const failed = answers.find(answer => answer.status === 'rejected');
    if (found.length === 0 && failed && !isAbsent(failed.reason)) throw failed.reason;
    return found;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
};

const isAbsent = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ENODATA' || error.code === 'ENOTFOUND');

/** Resolves the host of a URL: the address that is written there, or those of its name. */
export async function resolveHost(
  hostname: string,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<string[]> {
  const address = literalAddress(hostname);
  return address === undefined ? await resolve(hostname, signal) : [address];
}
