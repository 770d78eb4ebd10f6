import { availableParallelism } from 'node:os';
import type { BatchMetrics } from '../concurrency/batcher.ts';
import { kindOf, type TaskCounts, type Tenant, trackUsage, trackWaiting } from '../concurrency/fair-share.ts';
import { unavailable } from '../errors.ts';
import { type IsOver, takeExpired, takeFrame } from './calls.ts';
import { type FrameRunnerOptions, startFrameRunner } from './frame-runner.ts';
import { startHostPlaces } from './host-places.ts';
import type { Hosts } from './hosts.ts';
import type { Outcome, Spectrum } from './outcome.ts';
import {
  framesToPreempt,
  LONG_FRAME_MS,
  type ModelQueue,
  type ModelToRun,
  nextQueue,
  type PoolState,
  type RunningFrame,
} from './scheduling.ts';

// The pool of model hosts: queues calls by model and sends them to hosts.
//
// A queue sends its calls in frames. While a frame is running, the calls that arrive wait and form the next frame, so
// that calls which arrive together travel together. scheduling.ts decides which queue sends next, host-places.ts in
// which host, and frame-runner.ts runs the frame. The calls of a frame whose host ended run once more, each alone, so
// that only the call that caused it fails.

/** Max waiting calls. */
const MAX_WAITING = { perTenant: 1000, total: 5000 };
/**
 * Max frames that run at once. With more computing hosts than cores, the hosts would slow each other down, and a run
 * could miss its deadline because of another organization's.
 */
const MAX_RUNNING = Math.max(2, availableParallelism());

export interface HostPoolOptions extends FrameRunnerOptions {
  hosts: Hosts;
  metrics?: BatchMetrics | undefined;
}

export interface HostPool {
  /**
   * Runs a model over spectra.
   *
   * @param isOver whether the request is over: the call is then dropped if it still waits; a running frame continues
   * @throws {ModelFailed} when the model gives an error, crashes or takes too long
   * @throws UNAVAILABLE when too many calls wait, the request is over, or no host starts; and what `load` throws
   */
  run(model: ModelToRun, spectra: readonly Spectrum[], isOver?: IsOver): Promise<Outcome>;
  /** Rejects the waiting calls of a model. */
  refuseWaiting(modelId: string, error: Error): void;
  close(): Promise<void>;
}

/** Starts a pool without hosts; they start as calls come. */
export function startHostPool({ hosts, metrics, ...options }: HostPoolOptions): HostPool {
  const queues = new Map<string, ModelQueue>();
  const frames = new Set<RunningFrame>();
  const running: TaskCounts = { reserved: 0, others: 0 };
  const usage = trackUsage();
  const state: PoolState = { slots: Math.min(MAX_RUNNING, hosts.count), queues, frames, running, usage };
  const waiting = trackWaiting(MAX_WAITING);
  const places = startHostPlaces(hosts);
  const runner = startFrameRunner(options, places);
  let scheduled = false;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    // After the event loop has read all sockets that were ready, so that requests which arrived together share a frame.
    setImmediate(() => {
      scheduled = false;
      start();
    });
  }

  function start(): void {
    if (closed) return;
    const now = performance.now();
    dropExpired(now);
    for (let queue = nextQueue(state, now); queue; queue = nextQueue(state, now)) void send(queue, now);
    preempt(now);
  }

  async function send(queue: ModelQueue, now: number): Promise<void> {
    const { id, tenant } = queue.model;
    const calls = takeFrame(queue.waiting);
    for (const call of calls) countWaiting(call.tenant, -1);
    const place = places.choose(tenant, id);
    place.isBusy = true;
    const frame: RunningFrame = { queue, place, calls, sentAt: now, startedAt: now };
    frames.add(frame);
    queue.frames.add(frame);
    running[kindOf(tenant)] += 1;
    metrics?.onBatch(calls.length);
    try {
      const retried = await runner.run(frame);
      queue.waiting.unshift(...retried);
      for (const call of retried) countWaiting(call.tenant, 1);
    } finally {
      const ended = performance.now();
      usage.add(tenant.id, ended - frame.sentAt, ended);
      frames.delete(frame);
      queue.frames.delete(frame);
      running[kindOf(tenant)] -= 1;
      place.isBusy = false;
      place.usedAt = ended;
      schedule();
    }
  }

  /** Stops frames for organizations that wait, and checks again while any call waits. */
  function preempt(now: number): void {
    clearTimeout(timer);
    if (![...queues.values()].some(queue => queue.waiting.length > 0)) return;
    for (const { place } of framesToPreempt(state, now)) void place.host?.kill('stopped');
    timer = setTimeout(start, LONG_FRAME_MS);
  }

  /** Rejects the calls that have waited too long or whose request is over, and removes empty queues. */
  function dropExpired(now: number): void {
    for (const queue of queues.values()) {
      for (const call of takeExpired(queue.waiting, now)) {
        countWaiting(call.tenant, -1);
        call.reject(unavailable());
      }
      if (queue.waiting.length === 0 && queue.frames.size === 0) queues.delete(queue.model.id);
    }
  }

  function dropNewestOf(tenantId: string): void {
    const own = [...queues.values()].filter(
      queue => queue.model.tenant.id === tenantId && queue.waiting.length > 0,
    );
    const newestIn = (queue: ModelQueue) => queue.waiting.at(-1)?.since ?? 0;
    const [newest] = own.sort((a, b) => newestIn(b) - newestIn(a));
    const call = newest?.waiting.pop();
    if (!call) return;
    countWaiting(call.tenant, -1);
    call.reject(unavailable());
  }

  function countWaiting(tenant: Tenant, change: number): void {
    waiting.count(tenant, change);
    if (metrics) metrics.waiting += change;
  }

  function queueOf(model: ModelToRun): ModelQueue {
    const known = queues.get(model.id);
    if (known) {
      known.model = model;
      return known;
    }
    const queue: ModelQueue = { model, waiting: [], frames: new Set() };
    queues.set(model.id, queue);
    return queue;
  }

  return {
    run: (model, spectra, isOver) =>
      new Promise((resolve, reject) => {
        if (closed || !waiting.admits(model.tenant, dropNewestOf)) return reject(unavailable());
        queueOf(model).waiting.push({
          tenant: model.tenant,
          spectra,
          since: performance.now(),
          resolve,
          reject,
          isOver,
          alone: false,
          freshHost: false,
          crashes: 0,
          stopped: false,
        });
        countWaiting(model.tenant, 1);
        schedule();
      }),
    refuseWaiting(modelId, error) {
      const queue = queues.get(modelId);
      if (!queue) return;
      for (const call of queue.waiting.splice(0)) {
        countWaiting(call.tenant, -1);
        call.reject(error);
      }
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      runner.close();
      for (const queue of queues.values()) for (const call of queue.waiting) call.reject(unavailable());
      await places.close();
    },
  };
}
