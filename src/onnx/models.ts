import type { BatchWatch } from '../concurrency/batcher.ts';
import type { OnModelRun } from '../observability/metrics.ts';
import { type HostPool, type HostPoolOptions, startHostPool } from './host-pool.ts';
import { divideMemory, type HostsOptions, startHosts } from './hosts.ts';
import { startTrials, type Trials } from './trials.ts';

/** The models of this server: they run in model hosts, never in the server's own process. */
export interface Models extends Pick<Trials, 'inspect'>, Omit<HostPool, 'close'> {
  close(): Promise<void>;
}

/** What differs from the defaults, in tests. */
export interface ModelLimits {
  /** How long one call may run a model, and how long opening it may take. */
  runMs?: number;
  /** How long a new model's trial may take without an answer. */
  trialMs?: number;
  /** How many hosts there are. */
  hosts?: number;
  /** The resident memory of each. */
  bytesPerHost?: number;
}

export interface ModelsOptions
  extends Pick<HostPoolOptions, 'load'>,
    Partial<Pick<HostPoolOptions, 'onRowIndependence'>>,
    Pick<HostsOptions, 'onNotStarted' | 'uids'> {
  /** The memory for all hosts together, in MiB; without it a quarter of the machine's. */
  megabytes?: number | undefined;
  limits?: ModelLimits | undefined;
  /** Gets the sizes of frames, and how many calls wait. */
  watch?: BatchWatch | undefined;
  onRun?: OnModelRun | undefined;
}

/** Starts the hosts and what schedules calls and trials on them. */
export function startModels({
  load,
  onRowIndependence = () => {},
  onNotStarted,
  uids,
  megabytes,
  limits = {},
  watch,
  onRun,
}: ModelsOptions): Models {
  const { runMs = 10_000, trialMs = 10_000 } = limits;
  const memory = divideMemory(megabytes);
  const hosts = startHosts({
    count: limits.hosts ?? memory.count,
    hasSpare: memory.hasSpare,
    bytesPerHost: limits.bytesPerHost ?? memory.bytesPerHost,
    uids,
    onNotStarted,
  });
  const pool = startHostPool({ load, hosts, onRowIndependence, runMs, watch });
  const trials = startTrials({ hosts, places: memory.trials, trialMs });
  return {
    inspect: trials.inspect,
    refuseWaiting: pool.refuseWaiting,
    run: onRun ? observed(pool.run, onRun) : pool.run,
    async close() {
      await Promise.all([pool.close(), trials.close(), hosts.close()]);
    },
  };
}

/** The same run, of whose end `onRun` is notified. */
function observed(run: HostPool['run'], onRun: OnModelRun): HostPool['run'] {
  return async (model, spectra, isOver) => {
    const started = performance.now();
    let failed = true;
    try {
      const outcome = await run(model, spectra, isOver);
      failed = false;
      return outcome;
    } finally {
      onRun(performance.now() - started, failed);
    }
  };
}
