import { availableParallelism } from 'node:os';
import type { BatchWatch } from '../concurrency/batcher.ts';
import {
  hasPlace,
  maxOthers,
  type Running,
  type Tenant,
  trackUsage,
  waitingRoom,
} from '../concurrency/fair-share.ts';
import { unavailable } from '../errors.ts';
import { answerCalls, type Call, callsToRunAgain, type IsOver, takeExpired, takeFrame } from './calls.ts';
import { HostEnded, type HostProcess } from './host-process.ts';
import type { Hosts } from './hosts.ts';
import { ModelFailed, type Outcome, type Spectrum } from './outcome.ts';
import { ModelRefused } from './signature.ts';

// Which call runs when, and in which host.
//
// Calls of one model form a lane. A lane sends its calls in frames: while a frame is under way, the calls that come wait
// and form the next one, so that calls which arrive together travel together.
//
// - An organization has one host while others wait; when nobody waits it gets more, so that its slow model does not block
//   its fast one.
// - As many frames run at once as there are cores. Half of these, and of the hosts, is reserved (concurrency/fair-share.ts).
//   Among those that may start, the organization that used least in the last minute goes first.
// - A run is pure. One that takes longer than PREEMPT_MS while an organization waits that used less is stopped (its host
//   is killed) and runs again later; the second time it keeps its place until its deadline.
// - A frame whose host ends is taken apart: its calls run alone, once more, so that the call to blame fails alone.

/** Calls that may wait, of one organization and of all. */
const MAX_WAITING = { perTenant: 1000, total: 5000 };
/** A host that was idle for this long ends. */
const MAX_IDLE_MS = 10 * 60_000;
/** A frame that takes longer lets the next calls of its model start in another host. */
const LONG_FRAME_MS = 20;
const PREEMPT_MS = 200;
/** How often a frame opens its model: once, and again where the host closed it meanwhile. */
const MAX_OPENINGS = 2;
/**
 * Frames that run at once. Hosts that compute on more than the cores there are would only slow each other, and let a run miss
 * its deadline because of somebody else's.
 */
const MAX_RUNNING = Math.max(2, availableParallelism());

export interface ModelToRun {
  id: string;
  tenant: Tenant;
  /** Whether calls may share one run; null where that is not known: the host that opens the model finds out. */
  rowIndependent: boolean | null;
}

export interface HostPoolOptions {
  /** Gives the bytes of a model's ONNX file. */
  load: (modelId: string) => Promise<Uint8Array>;
  hosts: Hosts;
  /** Gets what a host found of a model of which it was not known whether calls may share a run. */
  onRowIndependence: (modelId: string, rowIndependent: boolean) => void;
  /** How long one call may run a model, and how long opening it may take. */
  runMs: number;
  watch?: BatchWatch | undefined;
}

export interface HostPool {
  /**
   * Runs a model over spectra.
   *
   * @param isOver says that the request is over: the call is then dropped where it still waits; a run under way goes on
   * @throws {ModelFailed} where the model errs, crashes or takes too long
   * @throws UNAVAILABLE when too many calls wait, the request is over, or no host starts; and what `load` throws
   */
  run(model: ModelToRun, spectra: readonly Spectrum[], isOver?: IsOver): Promise<Outcome>;
  /** Rejects the calls of a model that wait. */
  refuseWaiting(modelId: string, error: Error): void;
  close(): Promise<void>;
}

interface Lane {
  model: ModelToRun;
  waiting: Call[];
  frames: Set<RunningFrame>;
}

/** A host's place in the pool. Its process starts with its first frame. */
interface Place {
  tenant: Tenant;
  host: HostProcess | undefined;
  isBusy: boolean;
  usedAt: number;
}

interface RunningFrame {
  lane: Lane;
  place: Place;
  /** Not answered yet. */
  calls: Call[];
  /** When it left its lane: starting a host and opening the model count as use. */
  sentAt: number;
  /** When its run began. */
  startedAt: number;
}

/** Starts the scheduling of calls on hosts. */
export function startHostPool({ load, hosts, onRowIndependence, runMs, watch }: HostPoolOptions): HostPool {
  const slots = Math.min(MAX_RUNNING, hosts.count);
  const lanes = new Map<string, Lane>();
  const places = new Set<Place>();
  const frames = new Set<RunningFrame>();
  /** What hosts found where it was not known whether calls may share a run. */
  const foundShareable = new Map<string, boolean>();
  const usage = trackUsage();
  const running: Running = { reserved: 0, others: 0 };
  const room = waitingRoom(MAX_WAITING);
  let scheduled = false;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const kindOf = ({ reserved }: Tenant) => (reserved ? 'reserved' : 'others');
  const mayShare = ({ id, rowIndependent }: ModelToRun) => rowIndependent ?? foundShareable.get(id) ?? false;
  const framesOf = ({ id }: Tenant) => [...frames].filter(({ lane }) => lane.model.tenant.id === id).length;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    // Once the event loop has read the sockets that were ready: requests that came together go together.
    setImmediate(() => {
      scheduled = false;
      start();
    });
  }

  function start(): void {
    if (closed) return;
    const now = performance.now();
    sweepLanes(now);
    for (let lane = nextLane(now); lane; lane = nextLane(now)) send(lane, now);
    preempt(now);
  }

  /** The lanes that have calls and may send them now, as far as places go. */
  function nextLane(now: number): Lane | undefined {
    // Who could not start anyway keeps nobody from a second host.
    const ready = [...lanes.values()].filter(
      ({ waiting: calls, model: { tenant } }) => calls.length > 0 && hasPlace(running, slots, tenant),
    );
    if (ready.length === 0) return undefined;
    const idleTenants = new Set(
      ready
        .map(({ model }) => model.tenant)
        .filter(tenant => framesOf(tenant) === 0)
        .map(({ id }) => id),
    );
    const candidates = ready.filter(({ model: { tenant }, frames: own }) => {
      const othersWait = idleTenants.size > (idleTenants.has(tenant.id) ? 1 : 0);
      if (othersWait && !idleTenants.has(tenant.id)) return false;
      return [...own].every(({ startedAt }) => now - startedAt > LONG_FRAME_MS);
    });
    const reservedFirst = running.reserved < Math.ceil(slots / 2);
    const rank = ({ model: { tenant } }: Lane) => (tenant.reserved === reservedFirst ? 0 : 1);
    return candidates.sort(
      (a, b) =>
        rank(a) - rank(b) ||
        usedBy(a.model.tenant, now) - usedBy(b.model.tenant, now) ||
        waitsSince(a) - waitsSince(b),
    )[0];
  }

  const waitsSince = ({ waiting: [first] }: Lane) => first?.since ?? 0;

  /** What a tenant used lately, runs under way included. */
  function usedBy({ id }: Tenant, now: number): number {
    let ms = usage.of(id, now);
    for (const { lane, sentAt } of frames) if (lane.model.tenant.id === id) ms += now - sentAt;
    return ms;
  }

  function send(lane: Lane, now: number): void {
    const calls = takeFrame(lane.waiting);
    for (const call of calls) countWaiting(call.tenant, -1);
    const { tenant } = lane.model;
    const frame: RunningFrame = { lane, place: placeFor(lane.model), calls, sentAt: now, startedAt: now };
    frame.place.isBusy = true;
    frames.add(frame);
    lane.frames.add(frame);
    running[kindOf(tenant)] += 1;
    watch?.left(calls.length);
    void runFrame(frame).finally(() => {
      const ended = performance.now();
      usage.add(tenant.id, ended - frame.sentAt, ended);
      frames.delete(frame);
      lane.frames.delete(frame);
      running[kindOf(tenant)] -= 1;
      frame.place.isBusy = false;
      frame.place.usedAt = ended;
      schedule();
    });
  }

  /** Refuses what has waited for too long or is no longer wanted, and forgets lanes that have nothing left. */
  function sweepLanes(now: number): void {
    for (const lane of lanes.values()) {
      for (const call of takeExpired(lane.waiting, now)) {
        countWaiting(call.tenant, -1);
        call.reject(unavailable());
      }
      if (lane.waiting.length === 0 && lane.frames.size === 0) lanes.delete(lane.model.id);
    }
  }

  function dropNewestOf(tenantId: string): void {
    const own = [...lanes.values()].flatMap(({ waiting, model }) =>
      model.tenant.id === tenantId && waiting.length > 0 ? [waiting] : [],
    );
    const since = (calls: readonly Call[]) => calls.at(-1)?.since ?? 0;
    const [newest] = own.sort((a, b) => since(b) - since(a));
    const call = newest?.pop();
    if (!call) return;
    countWaiting(call.tenant, -1);
    call.reject(unavailable());
  }

  function countWaiting(tenant: Tenant, change: number): void {
    room.count(tenant, change);
    if (watch) watch.waiting += change;
  }

  /** An idle place of the tenant, best one that has the model open; else a new one, in place of whose idle longest. */
  function placeFor({ id, tenant }: ModelToRun): Place {
    const idle = [...places].filter(({ isBusy }) => !isBusy);
    const own = idle.filter(place => place.tenant.id === tenant.id);
    const found = own.find(({ host }) => host?.isOpen(id)) ?? own[0];
    if (found) return found;
    // Tenants without reservation never take the place of those with one.
    const others = [...places].filter(place => !place.tenant.reserved).length;
    const mustReplaceOther = !tenant.reserved && others >= maxOthers(hosts.count);
    if (places.size >= hosts.count || mustReplaceOther) {
      const replaceable = mustReplaceOther ? idle.filter(place => !place.tenant.reserved) : idle;
      const [oldest] = replaceable.sort((a, b) => a.usedAt - b.usedAt);
      if (oldest) {
        places.delete(oldest);
        void oldest.host?.kill('stopped');
      }
    }
    const place: Place = { tenant, host: undefined, isBusy: true, usedAt: 0 };
    places.add(place);
    return place;
  }

  async function runFrame(frame: RunningFrame): Promise<void> {
    const { place, lane } = frame;
    let host: HostProcess | undefined;
    try {
      if (frame.calls[0]?.freshHost && place.host?.isOpenAlone(lane.model.id) === false) {
        await place.host.kill('stopped');
        place.host = undefined;
      }
      host = place.host ??= await takeHost(place);
      // Starting and loading are nobody's run.
      await runIn(host, frame);
    } catch (error) {
      if (error instanceof HostEnded) recover(frame, host, error);
      else for (const call of frame.calls) call.reject(closed ? unavailable() : error);
      frame.calls = [];
      return;
    }
    for (const call of frame.calls) call.reject(new ModelFailed(`Model ${lane.model.id} gave no answer.`));
  }

  async function takeHost(place: Place): Promise<HostProcess> {
    try {
      const host = await hosts.take(place.tenant);
      void host.ended.then(() => {
        if (place.host === host) place.host = undefined;
        if (!place.isBusy) places.delete(place);
      });
      return host;
    } catch {
      places.delete(place);
      throw unavailable();
    }
  }

  async function runIn(host: HostProcess, frame: RunningFrame): Promise<void> {
    const { model } = frame.lane;
    const { id: modelId } = model;
    for (let attempt = 0; attempt < MAX_OPENINGS; attempt++) {
      if (!host.isOpen(modelId)) await open(host, model);
      const calls = frame.calls.map(({ spectra }) => spectra);
      frame.startedAt = performance.now();
      const isOver = await host.run({ modelId, together: mayShare(model), calls }, runMs, outcomes => {
        // The next call's run begins with the answer before it.
        frame.startedAt = performance.now();
        answerCalls(frame.calls, outcomes);
      });
      if (isOver) return;
    }
  }

  async function open(host: HostProcess, { id, rowIndependent }: ModelToRun): Promise<void> {
    const onnx = await load(id);
    const findsOut = rowIndependent === null && !foundShareable.has(id);
    // Once: where it ends the host, the calls run again without.
    if (findsOut) foundShareable.set(id, false);
    try {
      const found = await host.open(id, onnx, { ms: runMs, findsOut });
      if (!findsOut) return;
      foundShareable.set(id, found);
      onRowIndependence(id, found);
    } catch (error) {
      if (findsOut && error instanceof HostEnded) {
        if (error.reason === 'stopped') foundShareable.delete(id);
        else onRowIndependence(id, false);
        throw new HostEnded('stopped');
      }
      // It was accepted once.
      throw error instanceof ModelRefused ? new ModelFailed(error.message, { cause: error }) : error;
    }
  }

  /** What becomes of the calls whose host ended. */
  function recover(
    { lane, calls, place }: RunningFrame,
    host: HostProcess | undefined,
    { reason }: HostEnded,
  ): void {
    place.host = undefined;
    places.delete(place);
    if (closed) {
      for (const call of calls) call.reject(unavailable());
      return;
    }
    // Its memory is that of all open models.
    const isOpenAlone = host?.isOpenAlone(lane.model.id) ?? true;
    const end = { reason, isOpenAlone, isShared: mayShare(lane.model) };
    const again = callsToRunAgain(calls, end, runMs);
    lane.waiting.unshift(...again);
    for (const { tenant } of again) countWaiting(tenant, 1);
    lanes.set(lane.model.id, lane);
  }

  /** Stops a run that has taken long, where an organization waits that used less; else looks again in time. */
  function preempt(now: number): void {
    clearTimeout(timer);
    const waitingLanes = [...lanes.values()].filter(lane => lane.waiting.length > 0);
    if (waitingLanes.length === 0) return;
    for (const { model } of waitingLanes) {
      const { tenant } = model;
      if (framesOf(tenant) > 0 || hasPlace(running, slots, tenant)) continue;
      const victim = [...frames]
        .filter(frame => isPreemptible(frame, tenant, now))
        .sort((a, b) => usedBy(b.lane.model.tenant, now) - usedBy(a.lane.model.tenant, now))[0];
      if (victim) void victim.place.host?.kill('stopped');
    }
    timer = setTimeout(start, LONG_FRAME_MS);
  }

  function isPreemptible(
    { lane, calls, startedAt, place }: RunningFrame,
    waits: Tenant,
    now: number,
  ): boolean {
    const { tenant } = lane.model;
    if (!place.host || calls.some(({ stopped }) => stopped) || now - startedAt < PREEMPT_MS) return false;
    if (tenant.id === waits.id || usedBy(tenant, now) <= usedBy(waits, now)) return false;
    // One without reservation gains nothing from a reserved place, unless those go beyond their half.
    const othersHaveRoom = running.others < maxOthers(slots);
    return waits.reserved ? true : othersHaveRoom || !tenant.reserved;
  }

  const sweeping = setInterval(() => {
    for (const { isBusy, usedAt, host } of places) {
      if (!isBusy && performance.now() - usedAt > MAX_IDLE_MS) void host?.kill('stopped');
    }
  }, MAX_IDLE_MS / 10).unref();

  function laneOf(model: ModelToRun): Lane {
    const known = lanes.get(model.id);
    if (known) {
      known.model = model;
      return known;
    }
    const lane: Lane = { model, waiting: [], frames: new Set() };
    lanes.set(model.id, lane);
    return lane;
  }

  return {
    run: (model, spectra, isOver) =>
      new Promise((resolve, reject) => {
        if (closed || !room.admits(model.tenant, dropNewestOf)) return reject(unavailable());
        const since = performance.now();
        laneOf(model).waiting.push({
          tenant: model.tenant,
          spectra,
          since,
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
      const lane = lanes.get(modelId);
      if (!lane) return;
      for (const call of lane.waiting.splice(0)) {
        countWaiting(call.tenant, -1);
        call.reject(error);
      }
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      clearInterval(sweeping);
      for (const lane of lanes.values()) for (const call of lane.waiting) call.reject(unavailable());
      await Promise.all([...places].map(({ host }) => host?.kill('stopped')));
    },
  };
}
