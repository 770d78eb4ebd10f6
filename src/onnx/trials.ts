import { fairLimiter } from '../concurrency/fair-limiter.ts';
import type { Tenant } from '../concurrency/fair-share.ts';
import { unavailable } from '../errors.ts';
import type { IsOver } from './calls.ts';
import { HostEnded, type HostProcess } from './host-process.ts';
import type { Hosts } from './hosts.ts';
import { ModelRefused } from './signature.ts';
import type { Inspection } from './trial.ts';

/** What waits is on disk: a hundred files of 16 MiB are 1.6 GB. */
const MAX_WAITING = { perTenant: 20, total: 100 };

export interface Trials {
  /**
   * Tries a file that is to be registered, in a host of its own. One trial of an organization runs at a time.
   *
   * @param path where the file is. It is read when its turn comes.
   * @param isOver says that the request is over: a trial that waited does not begin then
   * @throws {ModelRefused} where it does not fit, and where the trial ends its host or takes too long
   * @throws UNAVAILABLE when too many wait, the request is over, or a host cannot be started
   */
  inspect(tenant: Tenant, path: string, isOver?: IsOver): Promise<Inspection>;
  close(): Promise<void>;
}

export interface TrialsOptions {
  hosts: Pick<Hosts, 'take'>;
  /** How many trials run at once, half of which are reserved. */
  places: number;
  /** How long a trial may take without an answer. */
  trialMs: number;
}

/** Starts what tries new models. */
export function startTrials({ hosts, places, trialMs }: TrialsOptions): Trials {
  const limit = fairLimiter({ places, maxWaiting: MAX_WAITING });
  const running = new Set<HostProcess>();
  let closed = false;

  async function tryFile(tenant: Tenant, path: string, isOver: IsOver): Promise<Inspection> {
    if (closed || isOver()) throw unavailable();
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
    async inspect(tenant, path, isOver = () => false) {
      try {
        return await limit(tenant, () => tryFile(tenant, path, isOver));
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
