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

/** A tenant may take this many times the room that is then still free: the more wait, the less each may. */
const TIMES_FREE = 3;

/**
 * Counts tasks that wait. Half of the room is reserved, as half of the places are, and however many tenants fill the
 * other half, there is some left for the next.
 */
export function waitingRoom({ perTenant, total }: WaitingBounds) {
  const waiting: Running = { reserved: 0, others: 0 };
  const counts = new Map<string, number>();
  return {
    hasRoom(tenant: Tenant): boolean {
      const own = (counts.get(tenant.id) ?? 0) + 1;
      const used = tenant.reserved ? waiting.reserved + waiting.others : waiting.others;
      const free = (tenant.reserved ? total : maxOthers(total)) - used - 1;
      return own <= Math.min(perTenant, Math.max(1, TIMES_FREE * free)) && hasPlace(waiting, total, tenant);
    },
    /** Adds tasks of a tenant, or takes them away. */
    count({ id, reserved }: Tenant, change: number): void {
      waiting[reserved ? 'reserved' : 'others'] += change;
      const count = (counts.get(id) ?? 0) + change;
      if (count > 0) counts.set(id, count);
      else counts.delete(id);
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
