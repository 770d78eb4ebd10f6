import { fairLimiter } from '../concurrency/fair-limiter.ts';
import type { Tenant } from '../concurrency/fair-share.ts';
import { unavailable } from '../errors.ts';
import { HostEnded, type HostProcess } from './host-process.ts';
import type { Hosts } from './hosts.ts';
import { ModelRefused } from './signature.ts';
import type { Inspection } from './trial.ts';

/** One of the two places is reserved. Files wait on disk: a hundred of 16 MiB are 1.6 GB. */
const BOUNDS = { places: 2, maxWaiting: { perTenant: 20, total: 100 } };

export interface Trials {
  /**
   * Tries a file that is to be registered, in a host of its own. One trial of an organization runs at a time.
   *
   * @param path where the file is. It is read when its turn comes.
   * @throws {ModelRefused} where it does not fit, and where the trial ends its host or takes too long
   * @throws UNAVAILABLE when too many wait, or a host cannot be started
   */
  inspect(tenant: Tenant, path: string): Promise<Inspection>;
  close(): Promise<void>;
}

/** Starts what tries new models. */
export function startTrials({ hosts, trialMs }: { hosts: Pick<Hosts, 'take'>; trialMs: number }): Trials {
  const limit = fairLimiter(BOUNDS);
  const running = new Set<HostProcess>();
  let closed = false;

  async function tryFile(tenant: Tenant, path: string): Promise<Inspection> {
    if (closed) throw unavailable();
    const host = await hosts.take(tenant).catch(() => {
      throw unavailable();
    });
    running.add(host);
    try {
      return await host.inspect(path, trialMs);
    } finally {
      running.delete(host);
      await host.kill('stopped');
    }
  }

  return {
    async inspect(tenant, path) {
      try {
        return await limit(tenant, () => tryFile(tenant, path));
      } catch (cause) {
        if (closed) throw unavailable();
        if (!(cause instanceof HostEnded)) throw cause;
        throw new ModelRefused(`A trial run failed. The model ${whyEnded(cause, trialMs)}.`, { cause });
      }
    },
    async close() {
      closed = true;
      await Promise.all([...running].map(host => host.kill('stopped')));
    },
  };
}

function whyEnded({ reason }: HostEnded, trialMs: number): string {
  if (reason === 'timeout') return `took longer than ${trialMs / 1000} s`;
  return reason === 'memory' ? 'needs more memory than it may have' : 'ended the process that ran it';
}
