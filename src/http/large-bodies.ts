import type { Identity } from '../auth/caller.ts';
import type { Tenant } from '../concurrency/fair-share.ts';

/** The memory for all bodies in flight, in bytes beyond the first 64 KiB of each. */
export interface BodyBudget {
  /** Reserves bytes that arrived. @returns false, and reserves nothing, if the tenant has no share left */
  reserve: (tenant: Tenant, bytes: number) => boolean;
  release: (tenant: Tenant, bytes: number) => void;
}

/** A tenant may hold this many times what stays free for others. */
const MAX_TIMES_FREE = 3;

/** Shares memory between tenants, by their ids. */
function shareMemory(maxBytes: number) {
  let held = 0;
  const byTenant = new Map<string, number>();

  return {
    reserve(id: string, bytes: number): boolean {
      const own = (byTenant.get(id) ?? 0) + bytes;
      if (own > MAX_TIMES_FREE * (maxBytes - held - bytes)) return false;
      held += bytes;
      byTenant.set(id, own);
      return true;
    },
    release(id: string, bytes: number): void {
      held -= bytes;
      const own = (byTenant.get(id) ?? 0) - bytes;
      if (own > 0) byTenant.set(id, own);
      else byTenant.delete(id);
    },
  };
}

/**
 * Limits the memory of large bodies. Half is reserved for organizations on a plan with API access, which only an
 * operator grants: anyone can sign up any number of times. A tenant that is alone in its half may hold three quarters
 * of it, and less as more tenants hold bodies, so there is always a share left for the next tenant.
 *
 * Bytes are reserved as they arrive, until the request is answered or aborted. A client that declares a large body but
 * sends little reserves little.
 */
export function bodyBudget(maxBytes: number): BodyBudget {
  const halves = { reserved: shareMemory(maxBytes / 2), others: shareMemory(maxBytes / 2) };
  const halfOf = ({ reserved }: Tenant) => (reserved ? halves.reserved : halves.others);

  return {
    reserve: (tenant, bytes) => halfOf(tenant).reserve(tenant.id, bytes),
    release: (tenant, bytes) => halfOf(tenant).release(tenant.id, bytes),
  };
}

/**
 * Limits the memory of large bodies whose senders are not tenants: of the budget they have the share of one tenant, of at
 * most `maxBytes`, which they share as tenants do.
 */
export function partOfBudget(budget: BodyBudget, owner: Tenant, maxBytes: number): BodyBudget {
  const part = shareMemory(maxBytes);

  return {
    reserve({ id }, bytes) {
      if (!part.reserve(id, bytes)) return false;
      if (budget.reserve(owner, bytes)) return true;
      part.release(id, bytes);
      return false;
    },
    release({ id }, bytes) {
      part.release(id, bytes);
      budget.release(owner, bytes);
    },
  };
}

/** Whose share of the budget a body counts against: the organization of a key, or the person; undefined for anonymous. */
export function bodyOwner(identity: Identity): Tenant | undefined {
  switch (identity.kind) {
    case 'api-key':
      return { id: identity.key.organizationId, reserved: identity.key.allowApiPredict };
    case 'person':
      return { id: identity.person.id, reserved: identity.reserved };
    case 'anonymous':
    case 'key-holder':
      return undefined;
  }
}
