import { canManageOrganization, canOwnOrganization } from '../auth/roles.ts';
import type { SignUpMode } from '../config.ts';
import { forbidden, signUpClosed } from '../errors.ts';
import type { ById } from '../requests/loaders.ts';
import type { OrganizationRow } from './organizations.ts';

export const ADMINS_ONLY = 'Only admins and owners of the organization may do this. Ask one of them.';
const OWNERS_ONLY = 'Only owners of the organization may do this. Ask one of them.';

/** A signed-in person with a loader of the organizations that they can see. */
interface Viewer {
  load: { organization: ById<OrganizationRow> };
}

/** Checks that sign-up is open or has an invitation token. The token itself is checked later. @throws SIGN_UP_CLOSED */
export function requireSignUpAllowed(mode: SignUpMode, invitationToken: string | null | undefined): void {
  if (mode === 'invited' && invitationToken == null) throw signUpClosed();
}

/** Returns the organization if the viewer is an admin or owner of it. @throws NOT_FOUND or FORBIDDEN */
export async function requireOrganizationAdmin({ load }: Viewer, id: string): Promise<OrganizationRow> {
  const organization = await load.organization.get(id);
  if (canManageOrganization(organization.role)) return organization;
  throw forbidden(ADMINS_ONLY);
}

/** Returns the organization if the viewer is an owner of it. @throws NOT_FOUND or FORBIDDEN */
export async function requireOrganizationOwner({ load }: Viewer, id: string): Promise<OrganizationRow> {
  const organization = await load.organization.get(id);
  if (canOwnOrganization(organization.role)) return organization;
  throw forbidden(OWNERS_ONLY);
}
