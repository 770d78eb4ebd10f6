import { unavailable } from '../errors.ts';
import {
  hasFreeSlot,
  kindOf,
  type TaskCounts,
  type Tenant,
  trackUsage,
  trackWaiting,
  type WaitingLimits,
} from './fair-share.ts';

export interface FairLimiterOptions {
  /** Max tasks that run at once; half of these slots are reserved (fair-share.ts). */
  concurrency: number;
  maxWaiting: WaitingLimits;
}

/**
 * Runs a task as soon as a slot is free for its tenant.
 *
 * @throws what the task throws; UNAVAILABLE when the queue is full, or the task was dropped from it.
 */
export type FairLimiter = <Result>(tenant: Tenant, task: () => Promise<Result>) => Promise<Result>;

interface WaitingTask {
  tenant: Tenant;
  start: () => void;
  reject: (error: unknown) => void;
}

/**
 * Limits concurrent tasks, to one for each tenant. When a slot is free, the waiting tenant that used the least time in the
 * last minute goes next. The tasks of one tenant run in the order of arrival.
 */
export function fairLimiter({ concurrency, maxWaiting }: FairLimiterOptions): FairLimiter {
  const usage = trackUsage();
  const running: TaskCounts = { reserved: 0, others: 0 };
  const busyTenants = new Set<string>();
  const queue: WaitingTask[] = [];
  const waiting = trackWaiting(maxWaiting);

  function startNext(): void {
    const now = performance.now();
    const startable = queue.filter(
      ({ tenant }) => !busyTenants.has(tenant.id) && hasFreeSlot(running, concurrency, tenant),
    );
    // The half that is used less goes first: there may be one slot only.
    const reservedFirst = running.reserved < Math.ceil(concurrency / 2);
    const rank = ({ tenant }: WaitingTask) => (tenant.reserved === reservedFirst ? 0 : 1);
    const [next] = startable.sort(
      (a, b) => rank(a) - rank(b) || usage.of(a.tenant.id, now) - usage.of(b.tenant.id, now),
    );
    if (!next) return;
    queue.splice(queue.indexOf(next), 1);
    next.start();
    startNext();
  }

  function dropNewestOf(tenantId: string): void {
    const dropped = queue.findLast(({ tenant }) => tenant.id === tenantId);
    if (!dropped) return;
    queue.splice(queue.indexOf(dropped), 1);
    waiting.count(dropped.tenant, -1);
    dropped.reject(unavailable());
  }

  return async (tenant, task) => {
    const kind = kindOf(tenant);
    if (!waiting.admits(tenant, dropNewestOf)) throw unavailable();
    waiting.count(tenant, 1);
    await new Promise<void>((resolve, reject) => {
      const start = () => {
        waiting.count(tenant, -1);
        busyTenants.add(tenant.id);
        running[kind] += 1;
        resolve();
      };
      queue.push({ tenant, start, reject });
      startNext();
    });
    const startedAt = performance.now();
    try {
      return await task();
    } finally {
      const now = performance.now();
      usage.add(tenant.id, now - startedAt, now);
      busyTenants.delete(tenant.id);
      running[kind] -= 1;
      startNext();
    }
  };
}
