import type { OrganizationRole, ProjectRole } from '../generated/database.ts';

/** Whether the role may register, deploy, predict and manage keys. */
export const canEditProject = (role: ProjectRole) => role !== 'VIEWER';
/** Whether the role may rename and delete the project, and change its members. */
export const canManageProject = (role: ProjectRole) => role === 'OWNER';
/** Whether the role may create projects, and invite, change and remove members. */
export const canManageOrganization = (role: OrganizationRole) => role !== 'MEMBER';
/** Whether the role may rename and delete the organization. */
export const canOwnOrganization = (role: OrganizationRole) => role === 'OWNER';
