import {
  hasFreeSlot,
  maxOthers,
  type TaskCounts,
  type Tenant,
  type Usage,
} from '../concurrency/fair-share.ts';
import type { Call } from './calls.ts';
import type { Place } from './host-places.ts';

// The scheduling policy: which model runs next, and which running frame is stopped for another organization. These
// functions only read the state of the pool (host-pool.ts), which acts on their results.
//
// - As many frames run at once as there are cores. Half of these slots is reserved (concurrency/fair-share.ts). Of the
//   organizations that may start a frame, the one that used least in the last minute goes first.
// - While another organization waits without a running frame, an organization starts no second frame. Otherwise it may
//   use several hosts, so that its slow model does not block its fast one.
// - A run is pure, so it can be stopped and repeated. A run that takes longer than PREEMPT_MS is stopped (its host is
//   killed) when an organization waits that used less. It is stopped at most once: the second time it keeps its host
//   until its deadline.

/** If a frame takes longer than this, the next calls of its model may start in another host. */
export const LONG_FRAME_MS = 20;
/** Minimum run time before a run may be stopped for another organization. */
const PREEMPT_MS = 200;

export interface ModelToRun {
  id: string;
  tenant: Tenant;
  /** Whether calls may share one run; null if unknown: the host that opens the model finds out. */
  rowIndependent: boolean | null;
}

/** The calls of one model. */
export interface ModelQueue {
  model: ModelToRun;
  waiting: Call[];
  frames: Set<RunningFrame>;
}

/** Calls of one model that were sent to a host together. Times are those of `performance.now()`. */
export interface RunningFrame {
  queue: ModelQueue;
  place: Place;
  /** The calls that are not answered yet. */
  calls: Call[];
  /** When its calls left the queue: starting a host and opening the model count as use. */
  sentAt: number;
  /** When its current run began; before its first run, when its host was ready. */
  startedAt: number;
}

/** The state of the pool. */
export interface PoolState {
  /** Max frames that run at once. */
  slots: number;
  queues: ReadonlyMap<string, ModelQueue>;
  frames: ReadonlySet<RunningFrame>;
  /** Number of running frames. */
  running: TaskCounts;
  /** Use by frames that have ended. */
  usage: Usage;
}

/** The queue whose calls are sent next; undefined if none may start now. */
export function nextQueue(state: PoolState, now: number): ModelQueue | undefined {
  const { slots, running } = state;
  // A tenant without a free slot does not keep others from a second host.
  const ready = [...state.queues.values()].filter(
    ({ waiting, model: { tenant } }) => waiting.length > 0 && hasFreeSlot(running, slots, tenant),
  );
  if (ready.length === 0) return undefined;
  const idleTenants = new Set(
    ready
      .map(({ model }) => model.tenant)
      .filter(tenant => countFrames(state, tenant) === 0)
      .map(({ id }) => id),
  );
  const candidates = ready.filter(({ model: { tenant }, frames }) => {
    const isIdle = idleTenants.has(tenant.id);
    const othersWait = idleTenants.size > (isIdle ? 1 : 0);
    if (othersWait && !isIdle) return false;
    return [...frames].every(({ startedAt }) => now - startedAt > LONG_FRAME_MS);
  });
  const reservedFirst = running.reserved < Math.ceil(slots / 2);
  const rank = ({ model: { tenant } }: ModelQueue) => (tenant.reserved === reservedFirst ? 0 : 1);
  return candidates.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      usedBy(state, a.model.tenant, now) - usedBy(state, b.model.tenant, now) ||
      waitingSince(a) - waitingSince(b),
  )[0];
}

/** The frames to stop for organizations that wait, at most one for each waiting queue. */
export function framesToPreempt(state: PoolState, now: number): RunningFrame[] {
  return [...state.queues.values()].flatMap(({ waiting, model: { tenant } }) => {
    if (waiting.length === 0) return [];
    if (countFrames(state, tenant) > 0 || hasFreeSlot(state.running, state.slots, tenant)) return [];
    return [...state.frames]
      .filter(frame => isPreemptible(state, frame, tenant, now))
      .sort((a, b) => usedBy(state, b.queue.model.tenant, now) - usedBy(state, a.queue.model.tenant, now))
      .slice(0, 1);
  });
}

/** Whether a frame may be stopped for a tenant that waits. */
function isPreemptible(state: PoolState, frame: RunningFrame, waiting: Tenant, now: number): boolean {
  const { queue, calls, startedAt, place } = frame;
  const { tenant } = queue.model;
  if (!place.host || calls.some(({ stopped }) => stopped) || now - startedAt < PREEMPT_MS) return false;
  if (tenant.id === waiting.id || usedBy(state, tenant, now) <= usedBy(state, waiting, now)) return false;
  // A tenant without a reservation cannot use the slot of one that has it, unless the others use less than their half.
  const othersHaveSlots = state.running.others < maxOthers(state.slots);
  return waiting.reserved || othersHaveSlots || !tenant.reserved;
}

const countFrames = ({ frames }: PoolState, { id }: Tenant) =>
  [...frames].filter(({ queue }) => queue.model.tenant.id === id).length;

/** Milliseconds that a tenant recently used, including frames that are running. */
function usedBy({ usage, frames }: PoolState, { id }: Tenant, now: number): number {
  let ms = usage.of(id, now);
  for (const { queue, sentAt } of frames) if (queue.model.tenant.id === id) ms += now - sentAt;
  return ms;
}

const waitingSince = ({ waiting: [first] }: ModelQueue) => first?.since ?? 0;
