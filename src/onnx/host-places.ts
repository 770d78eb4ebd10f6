import { maxOthers, type Tenant } from '../concurrency/fair-share.ts';
import { unavailable } from '../errors.ts';
import type { HostProcess } from './host-process.ts';
import type { Hosts } from './hosts.ts';

/** A host that is idle for this long is stopped. */
const MAX_IDLE_MS = 10 * 60_000;

/** The place of one host in the pool. Its process starts with its first frame. */
export interface Place {
  tenant: Tenant;
  host: HostProcess | undefined;
  isBusy: boolean;
  /** When its last frame ended, by `performance.now()`. */
  usedAt: number;
}

/** The hosts that run calls: at most `hosts.count`. Half of the places are reserved, as half of the slots are. */
export interface HostPlaces {
  /**
   * Finds a place for a model: an idle one of the tenant, preferably with the model open; else a new one. If the pool
   * is full, the new place replaces the one that was idle longest, and stops its host.
   */
  choose(tenant: Tenant, modelId: string): Place;
  /** Starts the host of a place. @throws UNAVAILABLE when it does not start */
  startHost(place: Place): Promise<HostProcess>;
  /** Removes a place whose host has ended. */
  remove(place: Place): void;
  close(): Promise<void>;
}

/** Starts with no host; the pool fills it as calls come. */
export function startHostPlaces(hosts: Hosts): HostPlaces {
  const places = new Set<Place>();

  const stoppingIdle = setInterval(() => {
    for (const { isBusy, usedAt, host } of places) {
      if (!isBusy && performance.now() - usedAt > MAX_IDLE_MS) void host?.kill('stopped');
    }
  }, MAX_IDLE_MS / 10).unref();

  return {
    choose(tenant, modelId) {
      const idle = [...places].filter(({ isBusy }) => !isBusy);
      const own = idle.filter(place => place.tenant.id === tenant.id);
      const found = own.find(({ host }) => host?.isOpen(modelId)) ?? own[0];
      if (found) return found;
      // Tenants without a reservation never take the place of those with one.
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
    },
    async startHost(place) {
      try {
        const host = await hosts.take(place.tenant);
        place.host = host;
        void host.ended.then(() => {
          if (place.host === host) place.host = undefined;
          if (!place.isBusy) places.delete(place);
        });
        return host;
      } catch {
        places.delete(place);
        throw unavailable();
      }
    },
    remove(place) {
      place.host = undefined;
      places.delete(place);
    },
    async close() {
      clearInterval(stoppingIdle);
      await Promise.all([...places].map(({ host }) => host?.kill('stopped')));
    },
  };
}
