import { readFile } from 'node:fs/promises';
import { setPriority, totalmem } from 'node:os';
import type { Tenant } from '../concurrency/fair-share.ts';
import { type HostProcess, startHost } from './host-process.ts';
import type { HostLimits } from './sandbox.ts';

const MIB = 1024 * 1024;
/** Resident memory of a host: 80 MB for Node.js and ONNX Runtime with a model, the rest for its other models and their runs. */
const MEMORY_PER_HOST = 256 * MIB;
const HOSTS = { min: 2, max: 16 };
/** Hosts for trials, if there is enough memory. */
const MAX_TRIALS = 2;
/** Two hosts and one trial: the minimum of MODEL_MEMORY. */
const MIN_BYTES = 3 * MEMORY_PER_HOST;
/** Max time for a host to start. No model is open then, so none counts as failed. */
const START_MS = 10_000;
const MEMORY_CHECK_MS = 1000;
/** How long after a host was taken the next spare host is started. */
const SPARE_DELAY_MS = 200;
const LOWEST_PRIORITY = 19;

export interface HostMemory {
  /** Max hosts for calls. */
  count: number;
  /** Max hosts for trials, in addition. */
  trials: number;
  /** Whether a spare host is kept ready, in addition. */
  hasSpare: boolean;
  /** Max resident memory of each host. */
  bytesPerHost: number;
}

/**
 * Divides the memory for models among the hosts for calls, the hosts for trials, and the spare host. If there
 * is not enough memory for all, one trial runs at a time; if that still needs too much, there is no spare host.
 *
 * @param megabytes MODEL_MEMORY; undefined: a quarter of the memory of the machine or its cgroup
 */
export function divideMemory(megabytes: number | undefined): HostMemory {
  const machine = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const bytes = Math.max(megabytes === undefined ? machine / 4 : megabytes * MIB, MIN_BYTES);
  const all = Math.floor(bytes / MEMORY_PER_HOST);
  const hasSpare = all > HOSTS.min + 1;
  const trials = all > HOSTS.min + 2 ? MAX_TRIALS : 1;
  const max = megabytes === undefined ? HOSTS.max : Number.POSITIVE_INFINITY;
  const count = Math.min(max, all - trials - (hasSpare ? 1 : 0));
  return { count, trials, hasSpare, bytesPerHost: Math.floor(bytes / (count + trials + (hasSpare ? 1 : 0))) };
}

export interface HostsOptions extends Omit<HostMemory, 'trials'>, Pick<HostLimits, 'uids'> {
  /** Called with the error when a host cannot be started. The caller of a prediction gets UNAVAILABLE. */
  onNotStarted: (error: unknown) => void;
}

/** Starts and stops hosts, for any tenant. */
export interface Hosts {
  readonly count: number;
  /** Returns a new host for a tenant. @throws what starting it throws */
  take: (tenant: Tenant) => Promise<HostProcess>;
  close: () => Promise<void>;
}

/**
 * Starts hosts on demand. Keeps a spare host ready, because a start takes 0.1 s, for which the first call of an
 * organization would wait. Kills hosts that exceed `bytesPerHost`.
 */
export function startHosts({ count, hasSpare, bytesPerHost, uids, onNotStarted }: HostsOptions): Hosts {
  const living = new Set<HostProcess>();
  let spare: Promise<HostProcess> | undefined;
  let closed = false;

  async function start(): Promise<HostProcess> {
    const host = await startHost({ memoryBytes: bytesPerHost, uids }, START_MS);
    living.add(host);
    void host.ended.then(() => living.delete(host));
    if (closed) await host.kill('stopped');
    return host;
  }

  function prepareSpare(): void {
    if (closed || spare || !hasSpare) return;
    const preparing = start();
    spare = preparing;
    const forget = () => {
      if (spare === preparing) spare = undefined;
    };
    preparing.then(({ ended }) => ended.then(forget), forget);
  }

  async function checkMemory(): Promise<void> {
    await Promise.all(
      [...living].map(async host => {
        if ((await residentBytes(host.pid)) > bytesPerHost) await host.kill('memory');
      }),
    );
  }
  const memoryCheck = setInterval(checkMemory, MEMORY_CHECK_MS).unref();

  prepareSpare();
  return {
    count,
    async take({ reserved }) {
      const starting = spare ?? start();
      spare = undefined;
      // Delayed, so that the host that was taken answers its first call before: a start takes half a second of a core.
      setTimeout(prepareSpare, SPARE_DELAY_MS).unref();
      try {
        const host = await starting;
        if (!reserved) lowerPriority(host);
        return host;
      } catch (error) {
        if (!closed) onNotStarted(error);
        throw error;
      }
    },
    async close() {
      closed = true;
      clearInterval(memoryCheck);
      await Promise.all([...living].map(host => host.kill('stopped')));
      // A host that is still starting is killed at the end of `start`.
      await spare?.catch(() => undefined);
    },
  };
}

/** Gives a host the lowest CPU priority, so that organizations on a plan with API access come first. */
function lowerPriority({ pid }: HostProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, LOWEST_PRIORITY);
  } catch {
    // The host has ended.
  }
}

/** Resident memory of a process in bytes; 0 if the system does not report it. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
