/** An organization, as a user of a shared resource. */
export interface Tenant {
  id: string;
  /** Whether the tenant may use the reserved half of the resource: organizations on a plan with API access. */
  reserved: boolean;
}

/** Number of running or waiting tasks of tenants with a reservation, and of all others. */
export interface TaskCounts {
  reserved: number;
  others: number;
}

/**
 * Max slots for tenants without a reservation: half of all, at least one. The other half stays reserved because anyone can
 * create any number of such tenants.
 */
export const maxOthers = (slots: number): number => Math.max(1, Math.floor(slots / 2));

/** Whether one more task of a tenant may start. Tenants with a reservation may use every slot, the others half of them. */
export function hasFreeSlot(
  running: TaskCounts,
  slots: number,
  { reserved }: Pick<Tenant, 'reserved'>,
): boolean {
  return running.reserved + running.others < slots && (reserved || running.others < maxOthers(slots));
}

/** The count of `TaskCounts` to which a tenant's tasks belong. */
export const kindOf = ({ reserved }: Pick<Tenant, 'reserved'>): keyof TaskCounts =>
  reserved ? 'reserved' : 'others';

/** Max waiting tasks, of one tenant and in total. */
export interface WaitingLimits {
  perTenant: number;
  total: number;
}

/** Counts waiting tasks and decides whether another one is admitted. */
export interface WaitingTasks {
  /**
   * Whether one more task of a tenant may wait. When the queue is full, the tenant with the most waiting tasks loses its
   * newest to a tenant with fewer ("longest queue drop", fair-queue.ts).
   *
   * @param dropNewestOf removes the newest waiting task of a tenant, calls `count`, and rejects the task
   */
  admits(tenant: Tenant, dropNewestOf: (tenantId: string) => void): boolean;
  /** Adds `change` to the number of waiting tasks of a tenant. */
  count(tenant: Tenant, change: number): void;
}

/** Starts counting waiting tasks. Half of the queue is reserved, as half of the slots are. */
export function trackWaiting({ perTenant, total }: WaitingLimits): WaitingTasks {
  const waiting: TaskCounts = { reserved: 0, others: 0 };
  const counts = { reserved: new Map<string, number>(), others: new Map<string, number>() };

  /**
   * Finds the tenant with the most waiting tasks, which would lose one to `tenant`: among the tenants with a reservation
   * or, if `tenant` has none and the others fill their half, among the others.
   */
  function longest(tenant: Tenant): { id: string; count: number } {
    const kind = tenant.reserved || waiting.others < maxOthers(total) ? 'reserved' : 'others';
    let [id, count] = ['', 0];
    for (const [candidate, own] of counts[kind]) if (own > count) [id, count] = [candidate, own];
    return { id, count };
  }

  return {
    admits(tenant, dropNewestOf) {
      const own = counts[kindOf(tenant)].get(tenant.id) ?? 0;
      if (own >= perTenant) return false;
      if (hasFreeSlot(waiting, total, tenant)) return true;
      const { id, count } = longest(tenant);
      if (count <= own + 1) return false;
      dropNewestOf(id);
      return true;
    },
    count(tenant, change) {
      const kind = kindOf(tenant);
      waiting[kind] += change;
      const count = (counts[kind].get(tenant.id) ?? 0) + change;
      if (count > 0) counts[kind].set(tenant.id, count);
      else counts[kind].delete(tenant.id);
    },
  };
}

const WINDOW_MS = 60_000;

/** How long each tenant recently used a resource. */
export interface Usage {
  /** Adds milliseconds of use. */
  add: (tenantId: string, ms: number, now: number) => void;
  /** Recent use in milliseconds, with exponential decay: use from a minute ago counts 1/e. */
  of: (tenantId: string, now: number) => number;
}

/** Starts counting use. Tenants whose use has decayed below 1 ms are removed. */
export function trackUsage(): Usage {
  const used = new Map<string, { ms: number; at: number }>();
  const decayed = ({ ms, at }: { ms: number; at: number }, now: number) =>
    ms * Math.exp((at - now) / WINDOW_MS);
  let sweptAt = 0;

  function sweep(now: number): void {
    if (now - sweptAt < WINDOW_MS) return;
    sweptAt = now;
    for (const [id, entry] of used) if (decayed(entry, now) < 1) used.delete(id);
  }

  return {
    add(tenantId, ms, now) {
      sweep(now);
      const before = used.get(tenantId);
      used.set(tenantId, { ms: ms + (before ? decayed(before, now) : 0), at: now });
    },
    of(tenantId, now) {
      const entry = used.get(tenantId);
      return entry ? decayed(entry, now) : 0;
    },
  };
}
