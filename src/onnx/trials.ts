import { fairLimiter } from '../concurrency/fair-limiter.ts';
import type { Tenant } from '../concurrency/fair-share.ts';
import { unavailable } from '../errors.ts';
import type { IsOver } from './calls.ts';
import { HostEnded, type HostProcess } from './host-process.ts';
import type { Hosts } from './hosts.ts';
import { ModelRefused } from './signature.ts';
import type { Inspection } from './trial.ts';

/** Max waiting trials. Their files are on disk: a hundred files of 16 MiB are 1.6 GB. */
const MAX_WAITING = { perTenant: 20, total: 100 };

export interface Trials {
  /**
   * Tries an ONNX file before it is registered, in a separate host. Each organization has one trial at a time.
   *
   * @param path of the file, which is read when the trial starts
   * @param isOver whether the request is over: a waiting trial then does not start
   * @throws {ModelRefused} when the model is not accepted, ends its host, or takes too long
   * @throws UNAVAILABLE when too many trials wait, the request is over, or no host starts
   */
  inspect(tenant: Tenant, path: string, isOver?: IsOver): Promise<Inspection>;
  close(): Promise<void>;
}

export interface TrialsOptions {
  hosts: Pick<Hosts, 'take'>;
  /** Max trials that run at once; half of these slots are reserved. */
  concurrency: number;
  /** Max milliseconds of a trial. */
  trialMs: number;
}

/** Starts the queue of trials. */
export function startTrials({ hosts, concurrency, trialMs }: TrialsOptions): Trials {
  const limit = fairLimiter({ concurrency, maxWaiting: MAX_WAITING });
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
  return reason === 'memory' ? 'needs more memory than it may use' : 'ended its host process';
}
