import { sql, type Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { checkAllowance } from '../accounts/allowances.ts';
import { monthOf } from '../accounts/month.ts';
import { type By, recordActivity } from '../activity/activity.ts';
import type { DeploymentFacts, PlanFacts } from '../auth/caller.ts';
import { canEditProject } from '../auth/roles.ts';
import type { Database } from '../database/pool.ts';
import { notFound } from '../errors.ts';
import type { DB, ProjectRole } from '../generated/database.ts';
import { lockOrganizationOf, lockProjectAs } from '../projects/projects.ts';
import { assertBelowLimit } from '../requests/bounds.ts';
import type { ModelRow } from './models.ts';

/** A deployment as a person or a key sees it. `used` counts the month of the request. */
export interface SeenDeployment extends DeploymentFacts, PlanFacts {
  name: string;
  description: string | null;
  createdAt: Date;
  projectId: string;
  /** When the quarantine of its model ends or ended; null if it was never quarantined. */
  quarantinedUntil: Date | null;
}

/** A deployment as the viewer sees it. */
export interface DeploymentRow extends SeenDeployment {
  /** The viewer's role in the project. */
  role: ProjectRole;
  /** The revisions of the rows that give the viewer their role. */
  accessRevision: string;
}

/**
 * Creates an active deployment of a model. Locks the rows of the organization and the project, so that the number of
 * deployments is exact.
 *
 * @returns its id.
 * @throws NOT_FOUND or FORBIDDEN when the model is gone, or by the viewer's role after locking; PLAN_LIMIT_REACHED or
 *   BAD_USER_INPUT when the organization or the project has the max number of deployments.
 */
export async function insertDeployment(
  trx: Transaction<DB>,
  {
    model,
    name,
    description,
  }: { model: Pick<ModelRow, 'id' | 'projectId'>; name: string; description: string | null },
  { viewerId, actor, now }: By,
): Promise<string> {
  await lockOrganizationOf(trx, model.projectId);
  const { id: projectId, organizationId } = await lockProjectAs(
    trx,
    model.projectId,
    viewerId,
    canEditProject,
  );
  const found = await trx.selectFrom('models').select('id').where('id', '=', model.id).executeTakeFirst();
  if (!found) throw notFound('Model');
  await checkAllowance(trx, organizationId, 'deployments', now);
  const { held } = await trx
    .selectFrom('deployments')
    .select(eb => eb.fn.countAll<number>().as('held'))
    .where('projectId', '=', projectId)
    .executeTakeFirstOrThrow();
  assertBelowLimit(held, 'A project', 'deployments');
  const id = newId();
  await trx
    .insertInto('deployments')
    .values({ id, modelId: model.id, projectId, name, description, active: true, createdAt: now })
    .execute();
  await recordActivity(trx, actor, now, [
    { action: 'deployment.created', organizationId, projectId, subjectId: id, subject: name },
  ]);
  return id;
}

/**
 * Locks the project of a deployment, then reads the deployment and its project. The deployment's own row is not locked.
 *
 * @throws NOT_FOUND or FORBIDDEN when the viewer may not, or no longer, change it.
 */
export async function lockDeploymentAs(
  trx: Transaction<DB>,
  { id, projectId }: Pick<DeploymentRow, 'id' | 'projectId'>,
  viewerId: string,
) {
  const project = await lockProjectAs(trx, projectId, viewerId, canEditProject);
  const deployment = await trx
    .selectFrom('deployments')
    .select(['id', 'name', 'active'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!deployment) throw notFound('Deployment');
  return { ...deployment, project };
}

/** Switches a deployment on or off. @throws as `lockDeploymentAs` */
export async function setDeploymentActive(
  trx: Transaction<DB>,
  { active, ...deployment }: Pick<DeploymentRow, 'id' | 'projectId' | 'active'>,
  { viewerId, actor, now }: By,
): Promise<void> {
  const { id, name, project, ...before } = await lockDeploymentAs(trx, deployment, viewerId);
  if (before.active === active) return;
  await trx.updateTable('deployments').set({ active }).where('id', '=', id).execute();
  await recordActivity(trx, actor, now, [
    {
      action: active ? 'deployment.activated' : 'deployment.deactivated',
      organizationId: project.organizationId,
      projectId: project.id,
      subjectId: id,
      subject: name,
    },
  ]);
}

/** Renames a deployment. @throws as `lockDeploymentAs` */
export async function renameDeployment(
  trx: Transaction<DB>,
  { name, ...deployment }: Pick<DeploymentRow, 'id' | 'projectId' | 'name'>,
  { viewerId, actor, now }: By,
): Promise<void> {
  const { id, project, ...before } = await lockDeploymentAs(trx, deployment, viewerId);
  if (before.name === name) return;
  await trx.updateTable('deployments').set({ name }).where('id', '=', id).execute();
  await recordActivity(trx, actor, now, [
    {
      action: 'deployment.renamed',
      organizationId: project.organizationId,
      projectId: project.id,
      subjectId: id,
      subject: name,
      details: { before: before.name },
    },
  ]);
}

function selectDeployments(db: Database, now: Date) {
  return db
    .selectFrom('deployments')
    .innerJoin('deploymentFacts as facts', 'facts.deploymentId', 'deployments.id')
    .select([
      'deployments.id',
      'deployments.name',
      'deployments.description',
      'deployments.active',
      'deployments.createdAt',
      'deployments.projectId',
      'deployments.modelId',
      sql<number>`coalesce((
        select sum(predictions) from deployment_usage as usage
        where usage.deployment_id = deployments.id and usage.month = ${monthOf(now)}
      ), 0)::bigint`.as('used'),
      'facts.organizationId',
      'facts.allowApiPredict',
      'facts.inputLength',
      'facts.revision as factsRevision',
      'facts.quota',
      'facts.rowIndependent',
      'facts.hasAxis',
      'facts.t2Limit',
      'facts.qLimit',
      'facts.referenceMin',
      'facts.referenceMax',
      'facts.quarantinedUntil',
    ])
    .orderBy('deployments.id', 'desc');
}

function selectVisibleDeployments(db: Database, viewerId: string, now: Date) {
  return selectDeployments(db, now)
    .innerJoin('projectAccess as access', 'access.projectId', 'deployments.projectId')
    .select(['access.role', 'access.revision as accessRevision'])
    .where('access.userId', '=', viewerId);
}

/**
 * The given deployments with their usage in the month of `now`, newest first, without a check of visibility. The caller
 * checks that a key reaches them.
 */
export function readDeployments(db: Database, now: Date, ids: string[]): Promise<SeenDeployment[]> {
  return selectDeployments(db, now)
    .where('deployments.id', '=', eb => eb.fn.any(eb.val(ids)))
    .where('facts.deploymentId', '=', eb => eb.fn.any(eb.val(ids)))
    .execute();
}

/** The given deployments with their usage in the month of `now`, without those that the viewer cannot see. */
export function findDeployments(
  db: Database,
  viewerId: string,
  now: Date,
  ids: string[],
): Promise<DeploymentRow[]> {
  return (
    selectVisibleDeployments(db, viewerId, now)
      .where('deployments.id', '=', eb => eb.fn.any(eb.val(ids)))
      // The planner does not conclude this from the join, and would read the whole view.
      .where('facts.deploymentId', '=', eb => eb.fn.any(eb.val(ids)))
      .execute()
  );
}

/** The deployments of the projects, newest first, without those that the viewer cannot see. */
export function findDeploymentsOf(
  db: Database,
  viewerId: string,
  now: Date,
  projectIds: string[],
  limit: number,
): Promise<DeploymentRow[]> {
  return selectVisibleDeployments(db, viewerId, now)
    .where('deployments.projectId', '=', eb => eb.fn.any(eb.val(projectIds)))
    .where('facts.projectId', '=', eb => eb.fn.any(eb.val(projectIds)))
    .limit(limit)
    .execute();
}
