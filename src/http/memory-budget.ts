import type { Identity } from '../auth/caller.ts';
import type { Tenant } from '../concurrency/fair-share.ts';
import { shareAmount } from '../concurrency/shared-amount.ts';

/** The memory for all large bodies, or for all large answers. */
export interface MemoryBudget {
  /** Reserves bytes. @returns false, and reserves nothing, if the tenant has no share left */
  reserve: (tenant: Tenant, bytes: number) => boolean;
  release: (tenant: Tenant, bytes: number) => void;
}

/**
 * Limits the memory of large bodies or answers. Half is reserved for organizations on a plan with API access, which only an
 * operator grants: anyone can sign up any number of times. The tenants share each half by their ids.
 *
 * The bytes of a body are reserved as they arrive, until the request is answered or aborted. A client that declares a large
 * body but sends little reserves little. The bytes of an answer are reserved until the client has read it.
 *
 * @param minBytes the min share of a tenant, also beyond the max.
 */
export function memoryBudget(maxBytes: number, minBytes = 0): MemoryBudget {
  const share = () => shareAmount<string>(maxBytes / 2, minBytes);
  const halves = { reserved: share(), others: share() };
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
export function partOfBudget(budget: MemoryBudget, owner: Tenant, maxBytes: number): MemoryBudget {
  const part = shareAmount<string>(maxBytes);

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

/** Whose share of a budget counts: the organization of a key, or the person; undefined for anonymous. */
export function tenantOf(identity: Identity): Tenant | undefined {
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
