import { readFile } from 'node:fs/promises';
import { setPriority, totalmem } from 'node:os';
import type { Tenant } from '../concurrency/fair-share.ts';
import { type HostProcess, startHost } from './host-process.ts';
import type { HostLimits } from './sandbox.ts';

const MIB = 1024 * 1024;
/** The resident memory of a host: 80 MB for Node.js and ONNX Runtime, the rest for models and their runs. */
const MEMORY_PER_HOST = 256 * MIB;
const HOSTS = { min: 2, max: 16 };
/** Hosts for trials, where there is enough memory. */
const MAX_TRIALS = 2;
/** What two hosts and one trial take: MODEL_MEMORY may not be less. */
const MIN_BYTES = 3 * MEMORY_PER_HOST;
/** What a process may take to start, for which no model is to blame. */
const START_MS = 10_000;
const WATCH_MS = 1000;
const LAST_PRIORITY = 19;

export interface HostMemory {
  /** How many hosts may run calls. */
  count: number;
  /** How many hosts may run trials, beside these. */
  trials: number;
  /** Whether a spare host stands ready, beside these. */
  hasSpare: boolean;
  /** The resident memory that each may take. */
  bytesPerHost: number;
}

/**
 * Divides the memory for models among all hosts: those that run calls, those that run trials, and the spare one. Where there
 * is little, there is no spare one first, and then one trial at a time.
 *
 * @param megabytes as the operator set it; otherwise a quarter of what the machine, or its cgroup, has
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
  /** Gets why a host could not be started; the caller gets UNAVAILABLE. */
  onNotStarted: (error: unknown) => void;
}

/** The hosts of a server, without regard to whose models they run. */
export interface Hosts {
  readonly count: number;
  /** A new host for a tenant. @throws what starting it throws */
  take: (tenant: Tenant) => Promise<HostProcess>;
  close: () => Promise<void>;
}

/**
 * Starts hosts, keeps a spare one ready (so that an organization's first call does not wait for a start, which takes 0.2
 * to 0.5 s), and kills those that take more memory than their share.
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

  async function watchMemory(): Promise<void> {
    await Promise.all(
      [...living].map(async host => {
        if ((await residentBytes(host.pid)) > bytesPerHost) await host.kill('memory');
      }),
    );
  }
  const watching = setInterval(watchMemory, WATCH_MS).unref();

  prepareSpare();
  return {
    count,
    async take({ reserved }) {
      const starting = spare ?? start();
      spare = undefined;
      // In a moment: the host that is taken has work to do, and starting takes half a second of a core.
      setImmediate(prepareSpare);
      try {
        const host = await starting;
        if (!reserved) yieldToOthers(host);
        return host;
      } catch (error) {
        if (!closed) onNotStarted(error);
        throw error;
      }
    },
    async close() {
      closed = true;
      clearInterval(watching);
      await Promise.all([...living].map(host => host.kill('stopped')));
      // One that is starting is killed once it has.
      await spare?.catch(() => undefined);
    },
  };
}

/** Gives a host the last priority: organizations on a plan with API access come before those without. */
function yieldToOthers({ pid }: HostProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, LAST_PRIORITY);
  } catch {
    // It has ended.
  }
}

/** The resident memory of a process; 0 where the system does not say so. */
async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
