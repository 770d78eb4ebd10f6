/** Whom a shared resource serves. */
export interface Tenant {
  id: string;
  /** Whether half of the resource is reserved for this tenant and its like: organizations on a plan with API access. */
  reserved: boolean;
}

/** How many tasks of each kind of tenant run. */
export interface Running {
  reserved: number;
  others: number;
}

/**
 * How many tasks of tenants without reservation may run at once. Half of the places stay free of them, because anyone can
 * make any number of such tenants.
 */
export const maxOthers = (places: number): number => Math.max(1, Math.floor(places / 2));

/** Whether one more task may start. Tenants with a reservation may use every place, the others half of them. */
export function hasPlace(running: Running, places: number, { reserved }: Pick<Tenant, 'reserved'>): boolean {
  return running.reserved + running.others < places && (reserved || running.others < maxOthers(places));
}

/** How many tasks may wait, of one tenant and of all. */
export interface WaitingBounds {
  perTenant: number;
  total: number;
}

/** Counts the tasks that wait, and says which of them makes room for a new one. */
export interface WaitingRoom {
  /**
   * Whether one more task of a tenant may wait. Where all places are taken, the tenant that has most of them loses its newest
   * to one that has fewer ("longest queue drop", fair-queue.ts).
   *
   * @param dropNewestOf takes the newest waiting task of a tenant out, counts that, and refuses it
   */
  admits(tenant: Tenant, dropNewestOf: (tenantId: string) => void): boolean;
  /** Adds tasks of a tenant, or takes them away. */
  count(tenant: Tenant, change: number): void;
}

/** Makes room for tasks to wait. Half of it is reserved, as half of the places are. */
export function waitingRoom({ perTenant, total }: WaitingBounds): WaitingRoom {
  const waiting: Running = { reserved: 0, others: 0 };
  const counts = { reserved: new Map<string, number>(), others: new Map<string, number>() };
  const kindOf = ({ reserved }: Tenant) => (reserved ? 'reserved' : 'others');

  /** The tenant to lose a task. Those with reservation lose one also to others that are within their half. */
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
      if (hasPlace(waiting, total, tenant)) return true;
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

/** How much of a resource each tenant used lately. */
export interface Usage {
  /** Adds milliseconds of use. */
  add: (tenantId: string, ms: number, now: number) => void;
  /** What was used, in milliseconds; what is a minute old counts 1/e. */
  of: (tenantId: string, now: number) => number;
}

/** Keeps the use of the tenants that were active in the last minutes. */
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
