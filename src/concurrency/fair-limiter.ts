import { unavailable } from '../errors.ts';
import {
  hasPlace,
  type Running,
  type Tenant,
  trackUsage,
  type WaitingBounds,
  waitingRoom,
} from './fair-share.ts';

export interface FairLimiterBounds {
  /** How many tasks run at once; half of the places are reserved (fair-share.ts). */
  places: number;
  maxWaiting: WaitingBounds;
}

/** Runs a task when its turn comes. @throws what the task throws, and UNAVAILABLE for one that found no place, or lost it. */
export type FairLimiter = <Result>(tenant: Tenant, task: () => Promise<Result>) => Promise<Result>;

interface Waiting {
  tenant: Tenant;
  start: () => void;
  refuse: (error: unknown) => void;
}

/**
 * Runs one task of each tenant at a time, and of those that wait the one whose tenant used least in the last minute. Tasks
 * of a tenant run in the order in which they came.
 */
export function fairLimiter({ places, maxWaiting }: FairLimiterBounds): FairLimiter {
  const usage = trackUsage();
  const running: Running = { reserved: 0, others: 0 };
  const busy = new Set<string>();
  const waiting: Waiting[] = [];
  const room = waitingRoom(maxWaiting);

  function startNext(): void {
    const now = performance.now();
    const free = waiting.filter(({ tenant }) => !busy.has(tenant.id) && hasPlace(running, places, tenant));
    // The half that is used less goes first: there may be one place only.
    const reservedFirst = running.reserved < Math.ceil(places / 2);
    const rank = ({ tenant }: Waiting) => (tenant.reserved === reservedFirst ? 0 : 1);
    const [next] = free.sort(
      (a, b) => rank(a) - rank(b) || usage.of(a.tenant.id, now) - usage.of(b.tenant.id, now),
    );
    if (!next) return;
    waiting.splice(waiting.indexOf(next), 1);
    next.start();
    startNext();
  }

  function dropNewestOf(tenantId: string): void {
    const dropped = waiting.findLast(({ tenant }) => tenant.id === tenantId);
    if (!dropped) return;
    waiting.splice(waiting.indexOf(dropped), 1);
    room.count(dropped.tenant, -1);
    dropped.refuse(unavailable());
  }

  return async (tenant, task) => {
    const kind = tenant.reserved ? 'reserved' : 'others';
    if (!room.admits(tenant, dropNewestOf)) throw unavailable();
    room.count(tenant, 1);
    await new Promise<void>((resolve, refuse) => {
      const start = () => {
        room.count(tenant, -1);
        busy.add(tenant.id);
        running[kind] += 1;
        resolve();
      };
      waiting.push({ tenant, start, refuse });
      startNext();
    });
    const startedAt = performance.now();
    try {
      return await task();
    } finally {
      const now = performance.now();
      usage.add(tenant.id, now - startedAt, now);
      busy.delete(tenant.id);
      running[kind] -= 1;
      startNext();
    }
  };
}
