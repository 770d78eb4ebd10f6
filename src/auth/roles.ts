import type { SelectQueryBuilder } from 'kysely';
import type { Database } from '../database/pool.ts';
import type { DB, OrganizationRole, ProjectRole } from '../generated/database.ts';

/** Whether the role may register, deploy, predict and manage keys. */
export const canEditProject = (role: ProjectRole) => role !== 'VIEWER';
/** Whether the role may rename and delete the project, and change its members. */
export const canManageProject = (role: ProjectRole) => role === 'OWNER';
/** Whether the role may create projects, and invite, change and remove members. */
export const canManageOrganization = (role: OrganizationRole) => role !== 'MEMBER';
/** Whether the role may rename and delete the organization. */
export const canOwnOrganization = (role: OrganizationRole) => role === 'OWNER';

/**
 * Selects who can see which project, with which role: organization owners have the role owner, project members their own.
 * The view adds the revisions of the rows that say so.
 * Every query for objects in a project joins this, so that invisible objects are never returned.
 */
export function projectAccess(
  db: Database,
): SelectQueryBuilder<
  DB,
  'projectAccess',
  { projectId: string; userId: string; role: ProjectRole; accessRevision: string }
> {
  // PostgreSQL does not know that the columns of a view are never null.
  return db
    .selectFrom('projectAccess')
    .select(eb => [
      eb.ref('projectId').$notNull().as('projectId'),
      eb.ref('userId').$notNull().as('userId'),
      eb.ref('role').$notNull().as('role'),
      eb.ref('revision').$notNull().as('accessRevision'),
    ]);
}
