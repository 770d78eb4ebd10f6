import { uuidv7 as newId } from 'uuidv7';
import { lockOrganization, type MemberRow } from '../accounts/organizations.ts';
import { normalizeEmail } from '../accounts/people.ts';
import { mayChangeOrganization, mayChangeProjectMembers, projectAccess } from '../accounts/roles.ts';
import { type ActivityAction, type Actor, recordActivity } from '../activity/activity.ts';
import { checkRoom } from '../database/bound.ts';
import type { Database } from '../database/connect.ts';
import { badUserInput, forbidden, notFound } from '../errors.ts';
import type { ProjectRole } from '../generated/database.ts';

export interface ProjectRow {
  id: string;
  name: string;
  organizationId: string;
  /** The viewer's. */
  role: ProjectRole;
}

/**
 * Makes a project. An owner of the organization owns it by that; an admin becomes its owner here.
 *
 * @param trx a transaction: the organization's row is locked while its projects are counted, and the creator's role is read behind
 *   the lock.
 * @throws BAD_USER_INPUT when the organization has no room for one more; NOT_FOUND or FORBIDDEN when the creator is not a
 *   member any more, or may not.
 */
export async function insertProject(
  trx: Database,
  {
    organizationId,
    name,
    creatorId,
    actor,
    createdAt,
  }: { organizationId: string; name: string; creatorId: string; actor: Actor; createdAt: Date },
): Promise<string> {
  await lockOrganization(trx, organizationId);
  const creator = await trx
    .selectFrom('organizationMembers')
    .select('role')
    .where('organizationId', '=', organizationId)
    .where('userId', '=', creatorId)
    .executeTakeFirst();
  if (!creator) throw notFound('Organization');
  if (!mayChangeOrganization(creator.role)) {
    throw forbidden('Only admins and owners of the organization may do this.');
  }
  const { held } = await trx
    .selectFrom('projects')
    .select(eb => eb.fn.countAll<number>().as('held'))
    .where('organizationId', '=', organizationId)
    .executeTakeFirstOrThrow();
  checkRoom(held, 'An organization', 'projects');
  const id = newId();
  await trx.insertInto('projects').values({ id, organizationId, name, createdAt }).execute();
  if (creator.role !== 'OWNER') {
    await trx
      .insertInto('projectMembers')
      .values({ projectId: id, userId: creatorId, role: 'OWNER' })
      .execute();
  }
  await recordActivity(trx, actor, createdAt, [
    { action: 'project.created', organizationId, projectId: id, subjectId: id, subject: name },
  ]);
  return id;
}

function selectProjects(db: Database, viewerId: string) {
  return db
    .selectFrom('projects')
    .innerJoin(projectAccess(db).as('access'), 'access.projectId', 'projects.id')
    .select(['projects.id', 'projects.name', 'projects.organizationId', 'access.role'])
    .where('access.userId', '=', viewerId)
    .orderBy('projects.name')
    .orderBy('projects.id');
}

/** Those of the given projects that the viewer can see. */
export function findProjects(db: Database, viewerId: string, ids: string[]): Promise<ProjectRow[]> {
  return selectProjects(db, viewerId).where('projects.id', 'in', ids).execute();
}

/** The projects of organizations that the viewer can see, by name. */
export function findProjectsOf(
  db: Database,
  viewerId: string,
  organizationIds: string[],
): Promise<ProjectRow[]> {
  return selectProjects(db, viewerId).where('projects.organizationId', 'in', organizationIds).execute();
}

/** Everybody who can see the projects, by name. Ask for projects that the viewer was found to see. */
export async function findProjectMembers(
  db: Database,
  projectIds: string[],
): Promise<MemberRow<ProjectRole>[]> {
  const rows = await db
    .selectFrom(projectAccess(db).as('access'))
    .innerJoin('users', 'users.id', 'access.userId')
    .select(['access.projectId as parentId', 'access.role', 'users.id', 'users.name', 'users.email'])
    .where('access.projectId', 'in', projectIds)
    .orderBy('users.name')
    .orderBy('users.id')
    .execute();
  return rows.map(({ id, name, ...member }) => ({ ...member, person: { id, name } }));
}

/** Locks a project's row until the transaction ends: what counts its keys, models or members does so behind this. */
export async function lockProject(trx: Database, projectId: string): Promise<void> {
  // Not FOR UPDATE: that would make foreign keys wait, and with them everything inserted into the project.
  await trx.selectFrom('projects').select('id').where('id', '=', projectId).forNoKeyUpdate().execute();
}

/**
 * Adds a member to a project, changes a member's role or, with a null role, removes the member.
 *
 * @param trx a transaction: the project's row is locked while its members are counted.
 * @param actor who asks. Their role is read behind the lock, as somebody may have removed them a moment ago.
 * @throws BAD_USER_INPUT when the person is no member of the organization, or owns it; NOT_FOUND or FORBIDDEN when who
 *   asks may not any more.
 */
export async function setProjectMember(
  trx: Database,
  {
    project,
    email,
    role,
    actorId,
    actor,
    now,
  }: {
    project: ProjectRow;
    email: string;
    role: ProjectRole | null;
    actorId: string;
    actor: Actor;
    now: Date;
  },
): Promise<void> {
  await lockProject(trx, project.id);
  const access = await selectProjects(trx, actorId).where('projects.id', '=', project.id).executeTakeFirst();
  if (!access) throw notFound('Project');
  if (!mayChangeProjectMembers(access.role)) throw forbidden();
  const member = await trx
    .selectFrom('organizationMembers')
    .innerJoin('users', 'users.id', 'organizationMembers.userId')
    .select(['users.id', 'users.email', 'organizationMembers.role'])
    .where('organizationMembers.organizationId', '=', project.organizationId)
    .where('users.email', '=', normalizeEmail(email))
    .forKeyShare('organizationMembers')
    .executeTakeFirst();
  if (!member) {
    throw badUserInput(
      'Nobody in the organization has this e-mail. Invite the person to the organization first.',
    );
  }
  if (member.role === 'OWNER') {
    throw badUserInput(
      'An owner of the organization is owner of every project; the role cannot be changed here.',
    );
  }
  const before = await trx
    .selectFrom('projectMembers')
    .select('role')
    .where('projectId', '=', project.id)
    .where('userId', '=', member.id)
    .executeTakeFirst();
  const record = (action: ActivityAction, details: Record<string, string>) =>
    recordActivity(trx, actor, now, [
      {
        action,
        organizationId: project.organizationId,
        projectId: project.id,
        subjectId: member.id,
        subject: member.email,
        details,
      },
    ]);
  if (role === null) {
    if (!before) return;
    await trx
      .deleteFrom('projectMembers')
      .where('projectId', '=', project.id)
      .where('userId', '=', member.id)
      .execute();
    const left = member.id === actorId;
    return await record(left ? 'project_member.left' : 'project_member.removed', { role: before.role });
  }
  if (before?.role === role) return;
  if (!before) {
    const { held } = await trx
      .selectFrom('projectMembers')
      .select(eb => eb.fn.countAll<number>().as('held'))
      .where('projectId', '=', project.id)
      .executeTakeFirstOrThrow();
    checkRoom(held, 'A project', 'members');
  }
  await trx
    .insertInto('projectMembers')
    .values({ projectId: project.id, userId: member.id, role })
    .onConflict(conflict => conflict.columns(['projectId', 'userId']).doUpdateSet({ role }))
    .execute();
  if (before) await record('project_member.role_changed', { from: before.role, to: role });
  else await record('project_member.added', { role });
}
