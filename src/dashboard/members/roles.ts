import type { OrganizationRole, ProjectRole } from '../generated/graphql';

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

/** Whether the role may register models, create and switch deployments, manage keys, predict. */
export const mayChangeProject = (role: ProjectRole) => role !== 'VIEWER';
/** Whether the role may change who is in the project. */
export const mayChangeProjectMembers = (role: ProjectRole) => role === 'OWNER';
/** Whether the role may create projects and change who is in the organization. */
export const mayChangeOrganization = (role: OrganizationRole) => role !== 'MEMBER';
/** Whether the role may rename and delete the project. */
export const mayManageProject = (role: ProjectRole) => role === 'OWNER';
/** Whether the role may rename and delete the organization. */
export const mayManageOrganization = (role: OrganizationRole) => role === 'OWNER';
