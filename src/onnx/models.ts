import type { BatchMetrics } from '../concurrency/batcher.ts';
import type { OnModelRun } from '../observability/metrics.ts';
import { type HostPool, type HostPoolOptions, startHostPool } from './host-pool.ts';
import { divideMemory, type HostsOptions, startHosts } from './hosts.ts';
import { startTrials, type Trials } from './trials.ts';

/** Tries and runs models, in model hosts, never in the server's own process. */
export interface Models extends Pick<Trials, 'inspect'>, Omit<HostPool, 'close'> {
  close(): Promise<void>;
}

/** Overrides of the defaults, for tests. */
export interface ModelLimits {
  /** Max milliseconds of one run, and of opening a model. */
  runMs?: number;
  /** Max milliseconds of a trial. */
  trialMs?: number;
  /** Max hosts for calls. */
  hosts?: number;
  /** Max resident memory of each host. */
  bytesPerHost?: number;
}

export interface ModelsOptions
  extends Pick<HostPoolOptions, 'load'>,
    Partial<Pick<HostPoolOptions, 'onRowIndependence'>>,
    Pick<HostsOptions, 'onNotStarted' | 'uids'> {
  /** Memory for all hosts together, in MiB. Default: a quarter of the memory of the machine or its cgroup. */
  megabytes?: number | undefined;
  limits?: ModelLimits | undefined;
  /** Measures the sizes of frames and the number of waiting calls. */
  batchMetrics?: BatchMetrics | undefined;
  onRun?: OnModelRun | undefined;
}

/** Starts the hosts, the pool that runs calls in them, and the trials. */
export function startModels({
  load,
  onRowIndependence = () => {},
  onNotStarted,
  uids,
  megabytes,
  limits = {},
  batchMetrics,
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
  const pool = startHostPool({ load, hosts, onRowIndependence, runMs, metrics: batchMetrics });
  const trials = startTrials({ hosts, concurrency: memory.trials, trialMs });
  return {
    inspect: trials.inspect,
    refuseWaiting: pool.refuseWaiting,
    run: onRun ? observed(pool.run, onRun) : pool.run,
    async close() {
      await Promise.all([pool.close(), trials.close(), hosts.close()]);
    },
  };
}

/** Wraps `run` to report the duration and the success of each call. */
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
