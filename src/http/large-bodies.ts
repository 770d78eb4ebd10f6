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

/**
 * Limits the memory of large bodies. Half is reserved for organizations on a plan with API access, which only an
 * operator grants: anyone can sign up any number of times. A tenant that is alone in its half may hold three quarters
 * of it, and less as more tenants hold bodies, so there is always a share left for the next tenant.
 *
 * Bytes are reserved as they arrive, until the request is answered or aborted. A client that declares a large body but
 * sends little reserves little.
 */
export function bodyBudget(maxBytes: number): BodyBudget {
  const half = () => ({ held: 0, byTenant: new Map<string, number>() });
  const halves = { reserved: half(), others: half() };
  const halfOf = ({ reserved }: Tenant) => (reserved ? halves.reserved : halves.others);

  return {
    reserve(tenant, bytes) {
      const half = halfOf(tenant);
      const own = (half.byTenant.get(tenant.id) ?? 0) + bytes;
      const free = maxBytes / 2 - half.held - bytes;
      if (own > MAX_TIMES_FREE * free) return false;
      half.held += bytes;
      half.byTenant.set(tenant.id, own);
      return true;
    },
    release(tenant, bytes) {
      const half = halfOf(tenant);
      half.held -= bytes;
      const own = (half.byTenant.get(tenant.id) ?? 0) - bytes;
      if (own > 0) half.byTenant.set(tenant.id, own);
      else half.byTenant.delete(tenant.id);
    },
  };
}

/**
 * Whose share of the budget a body counts against: the organization of a key, or the person; undefined for anonymous.
 *
 * @param isOnApiPlan whether a person is a member of an organization on a plan with API access
 */
export async function bodyOwner(
  identity: Identity,
  isOnApiPlan: (userId: string) => Promise<boolean>,
): Promise<Tenant | undefined> {
  switch (identity.kind) {
    case 'api-key':
      return { id: identity.key.organizationId, reserved: identity.key.allowApiPredict };
    case 'person':
      return { id: identity.person.id, reserved: await isOnApiPlan(identity.person.id) };
    case 'anonymous':
    case 'key-holder':
      return undefined;
  }
}
