import { canManageOrganization, canOwnOrganization } from '../auth/roles.ts';
import type { SignUpMode } from '../config.ts';
import { forbidden, signUpClosed } from '../errors.ts';
import type { ById } from '../requests/loaders.ts';
import type { OrganizationRow } from './organizations.ts';

/** A signed-in person with the organizations that they can see. */
interface Viewer {
  load: { organization: ById<OrganizationRow> };
}

/** @throws FORBIDDEN where signing up needs an invitation and there is none */
export function requireSignUpAllowed(mode: SignUpMode, invitationToken: string | null | undefined): void {
  if (mode === 'invited' && invitationToken == null) throw signUpClosed();
}

/** The organization, of which the viewer is admin or owner. @throws NOT_FOUND or FORBIDDEN */
export async function requireOrganizationAdmin({ load }: Viewer, id: string): Promise<OrganizationRow> {
  const organization = await load.organization.get(id);
  if (canManageOrganization(organization.role)) return organization;
  throw forbidden('Only admins and owners of the organization may do this.');
}

/** The organization, of which the viewer is owner. @throws NOT_FOUND or FORBIDDEN */
export async function requireOrganizationOwner({ load }: Viewer, id: string): Promise<OrganizationRow> {
  const organization = await load.organization.get(id);
  if (canOwnOrganization(organization.role)) return organization;
  throw forbidden('Only owners of the organization may do this.');
}
