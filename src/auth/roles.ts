import { type SelectQueryBuilder, sql } from 'kysely';
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
 * Every query for objects in a project joins this, so that invisible objects are never returned.
 */
export function projectAccess(
  db: Database,
): SelectQueryBuilder<
  DB,
  'projects' | 'organizationMembers',
  { projectId: string; userId: string; role: ProjectRole }
> {
  return db
    .selectFrom('projects')
    .innerJoin('organizationMembers', 'organizationMembers.organizationId', 'projects.organizationId')
    .leftJoin('projectMembers', join =>
      join
        .onRef('projectMembers.projectId', '=', 'projects.id')
        .onRef('projectMembers.userId', '=', 'organizationMembers.userId'),
    )
    .where(where =>
      where.or([
        where('organizationMembers.role', '=', 'OWNER'),
        where('projectMembers.role', 'is not', null),
      ]),
    )
    .select([
      'projects.id as projectId',
      'organizationMembers.userId',
      sql<ProjectRole>`case when organization_members.role = 'OWNER' then 'OWNER' else project_members.role end`.as(
        'role',
      ),
    ]);
}
