import type { Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { checkAllowance } from '../accounts/allowances.ts';
import { lockOrganizationAs, type MemberRow } from '../accounts/organizations.ts';
import { normalizeEmail } from '../accounts/people.ts';
import { type ActivityAction, type By, recordActivity } from '../activity/activity.ts';
import { canManageOrganization, canManageProject } from '../auth/roles.ts';
import type { Database } from '../database/pool.ts';
import { badUserInput, forbidden, notFound } from '../errors.ts';
import type { DB, ProjectRole } from '../generated/database.ts';
import { assertBelowLimit } from '../requests/bounds.ts';

export interface ProjectRow {
  id: string;
  name: string;
  organizationId: string;
  /** The viewer's role. */
  role: ProjectRole;
}

/**
 * Creates a project. An admin of the organization becomes its owner; owners of the organization own every project
 * anyway. Locks the organization's row, so that the number of projects is exact.
 *
 * @returns its id.
 * @throws NOT_FOUND or FORBIDDEN by the viewer's role after locking; PLAN_LIMIT_REACHED or BAD_USER_INPUT when the
 *   organization has the max number of projects.
 */
export async function insertProject(
  trx: Transaction<DB>,
  { organizationId, name }: { organizationId: string; name: string },
  { viewerId, actor, now }: By,
): Promise<string> {
  const { role } = await lockOrganizationAs(trx, organizationId, viewerId, canManageOrganization);
  await checkAllowance(trx, organizationId, 'projects', now);
  const { held } = await trx
    .selectFrom('projects')
    .select(eb => eb.fn.countAll<number>().as('held'))
    .where('organizationId', '=', organizationId)
    .executeTakeFirstOrThrow();
  assertBelowLimit(held, 'An organization', 'projects');
  const id = newId();
  await trx.insertInto('projects').values({ id, organizationId, name, createdAt: now }).execute();
  if (role !== 'OWNER') {
    await trx
      .insertInto('projectMembers')
      .values({ projectId: id, userId: viewerId, role: 'OWNER' })
      .execute();
  }
  await recordActivity(trx, actor, now, [
    { action: 'project.created', organizationId, projectId: id, subjectId: id, subject: name },
  ]);
  return id;
}

/** Renames a project. @throws as `lockProjectAs` */
export async function renameProject(
  trx: Transaction<DB>,
  { id, name }: Pick<ProjectRow, 'id' | 'name'>,
  { viewerId, actor, now }: By,
): Promise<void> {
  const { organizationId, name: before } = await lockProjectAs(trx, id, viewerId, canManageProject);
  if (before === name) return;
  await trx.updateTable('projects').set({ name }).where('id', '=', id).execute();
  await recordActivity(trx, actor, now, [
    {
      action: 'project.renamed',
      organizationId,
      projectId: id,
      subjectId: id,
      subject: name,
      details: { before },
    },
  ]);
}

function selectProjects(db: Database, viewerId: string) {
  return db
    .selectFrom('projects')
    .innerJoin('projectAccess as access', 'access.projectId', 'projects.id')
    .select(['projects.id', 'projects.name', 'projects.organizationId', 'access.role'])
    .where('access.userId', '=', viewerId)
    .orderBy('projects.name')
    .orderBy('projects.id');
}

/** The given projects, without those that the viewer cannot see. */
export function findProjects(db: Database, viewerId: string, ids: string[]): Promise<ProjectRow[]> {
  return selectProjects(db, viewerId)
    .where('projects.id', '=', eb => eb.fn.any(eb.val(ids)))
    .execute();
}

/** The projects of the organizations, by name, without those that the viewer cannot see. */
export function findProjectsOf(
  db: Database,
  viewerId: string,
  organizationIds: string[],
  limit: number,
): Promise<ProjectRow[]> {
  return selectProjects(db, viewerId)
    .where('projects.organizationId', '=', eb => eb.fn.any(eb.val(organizationIds)))
    .limit(limit)
    .execute();
}

/** Everyone who can see the projects, by name. The caller checks that the viewer can see them. */
export async function findProjectMembers(
  db: Database,
  projectIds: string[],
  limit: number,
): Promise<MemberRow<ProjectRole>[]> {
  const rows = await db
    .selectFrom('projectAccess as access')
    .innerJoin('users', 'users.id', 'access.userId')
    .select(['access.projectId as parentId', 'access.role', 'users.id', 'users.name', 'users.email'])
    .where('access.projectId', '=', eb => eb.fn.any(eb.val(projectIds)))
    .orderBy('users.name')
    .orderBy('users.id')
    .limit(limit)
    .execute();
  return rows.map(({ id, name, ...member }) => ({ ...member, person: { id, name } }));
}

/** Locks a project's row until the transaction ends. Take this lock before counting its keys, models or members. */
export async function lockProject(trx: Transaction<DB>, projectId: string): Promise<void> {
  // Not FOR UPDATE, which blocks foreign keys, and with them every insert into the project.
  await trx.selectFrom('projects').select('id').where('id', '=', projectId).forNoKeyUpdate().execute();
}

/**
 * Locks a project's row, then reads the project and the viewer's role, which may have changed since the first check. If
 * the organization's row is locked too, lock it first.
 *
 * @param may whether a role suffices.
 * @throws NOT_FOUND when the viewer can no longer see the project, FORBIDDEN when the role does not suffice.
 */
export async function lockProjectAs(
  trx: Transaction<DB>,
  projectId: string,
  viewerId: string,
  may: (role: ProjectRole) => boolean,
): Promise<ProjectRow> {
  await lockProject(trx, projectId);
  const project = await selectProjects(trx, viewerId).where('projects.id', '=', projectId).executeTakeFirst();
  if (!project) throw notFound('Project');
  if (!may(project.role)) throw forbidden();
  return project;
}

/** Locks the row of a project's organization. Take this lock before that of the project. */
export async function lockOrganizationOf(trx: Transaction<DB>, projectId: string): Promise<void> {
  await trx
    .selectFrom('organizations')
    .select('id')
    .where('id', '=', from =>
      from.selectFrom('projects').select('organizationId').where('id', '=', projectId),
    )
    .forNoKeyUpdate()
    .execute();
}

/**
 * Adds a member to a project, changes a member's role or, with a null role, removes the member. Locks the project's
 * row, so that the number of members is exact.
 *
 * @throws BAD_USER_INPUT when the person is not a member of the organization, is an owner of it, or the project has the
 *   max number of members; otherwise as `lockProjectAs`.
 */
export async function setProjectMember(
  trx: Transaction<DB>,
  { projectId, email, role }: { projectId: string; email: string; role: ProjectRole | null },
  { viewerId, actor, now }: By,
): Promise<void> {
  const { organizationId } = await lockProjectAs(trx, projectId, viewerId, canManageProject);
  const member = await trx
    .selectFrom('organizationMembers')
    .innerJoin('users', 'users.id', 'organizationMembers.userId')
    .select(['users.id', 'users.email', 'organizationMembers.role'])
    .where('organizationMembers.organizationId', '=', organizationId)
    .where('users.email', '=', normalizeEmail(email))
    .forKeyShare('organizationMembers')
    .executeTakeFirst();
  if (!member) {
    throw badUserInput(
      'No member of the organization has this e-mail. Invite the person to the organization first.',
    );
  }
  if (member.role === 'OWNER') {
    throw badUserInput(
      'An owner of the organization is an owner of every project. Change the role in the organization instead.',
    );
  }
  const before = await trx
    .selectFrom('projectMembers')
    .select('role')
    .where('projectId', '=', projectId)
    .where('userId', '=', member.id)
    .executeTakeFirst();
  const record = (action: ActivityAction, details: Record<string, string>) =>
    recordActivity(trx, actor, now, [
      {
        action,
        organizationId,
        projectId,
        subjectId: member.id,
        subject: member.email,
        details,
      },
    ]);
  if (role === null) {
    if (!before) return;
    await trx
      .deleteFrom('projectMembers')
      .where('projectId', '=', projectId)
      .where('userId', '=', member.id)
      .execute();
    const isViewer = member.id === viewerId;
    return await record(isViewer ? 'project_member.left' : 'project_member.removed', { role: before.role });
  }
  if (before?.role === role) return;
  if (!before) {
    const { held } = await trx
      .selectFrom('projectMembers')
      .select(eb => eb.fn.countAll<number>().as('held'))
      .where('projectId', '=', projectId)
      .executeTakeFirstOrThrow();
    assertBelowLimit(held, 'A project', 'members');
  }
  await trx
    .insertInto('projectMembers')
    .values({ projectId, userId: member.id, role })
    .onConflict(conflict => conflict.columns(['projectId', 'userId']).doUpdateSet({ role }))
    .execute();
  if (before) await record('project_member.role_changed', { from: before.role, to: role });
  else await record('project_member.added', { role });
}
