import type { OrganizationRole, ProjectRole } from '../generated/graphql.ts';

/** A role as a person chooses it, with what it allows. */
export interface RoleChoice<Role> {
  value: Role;
  label: string;
  description: string;
}

/** The roles in a project. */
export const PROJECT_ROLES: readonly RoleChoice<ProjectRole>[] = [
  { value: 'OWNER', label: 'Owner', description: 'Also changes who is in the project' },
  { value: 'CONTRIBUTOR', label: 'Contributor', description: 'Models, deployments, API keys, predictions' },
  { value: 'VIEWER', label: 'Viewer', description: 'Sees everything, changes nothing' },
];

/** The roles in an organization. */
export const ORGANIZATION_ROLES: readonly RoleChoice<OrganizationRole>[] = [
  { value: 'OWNER', label: 'Owner', description: 'Everything, in every project' },
  {
    value: 'ADMIN',
    label: 'Admin',
    description: 'Creates projects, invites, changes members who are not owners',
  },
  { value: 'MEMBER', label: 'Member', description: 'The projects that gave a role' },
];
