import type { Transaction } from 'kysely';
import { uuidv7 as newId } from 'uuidv7';
import { checkAllowance } from '../accounts/allowances.ts';
import { monthOf } from '../accounts/month.ts';
import type { By } from '../activity/activity.ts';
import { recordActivity } from '../activity/activity.ts';
import { canEditProject, projectAccess } from '../auth/roles.ts';
import type { Database } from '../database/pool.ts';
import { notFound } from '../errors.ts';
import type { DB, ProjectRole } from '../generated/database.ts';
import { lockOrganizationOf, lockProjectAs } from '../projects/projects.ts';
import { assertBelowLimit } from '../requests/bounds.ts';
import type { ModelRow } from './models.ts';

export interface DeploymentRow {
  id: string;
  name: string;
  description: string | null;
  active: boolean;
  createdAt: Date;
  projectId: string;
  modelId: string;
  /** The viewer's role in the project. */
  role: ProjectRole;
  /** Predictions answered in the month asked for. */
  used: number;
  /** The plan's limit of predictions in a month; null: unlimited. */
  quota: number | null;
  organizationId: string;
  /** Whether the plan has API access. */
  allowApiPredict: boolean;
  /** Until when its model is quarantined; null where it never was. */
  quarantinedUntil: Date | null;
}

/**
 * Makes a model callable.
 *
 * @param trx a transaction: the rows of organization and project are locked while deployments are counted.
 * @throws NOT_FOUND or FORBIDDEN as the viewer's role and the model stand behind the lock; PLAN_LIMIT_REACHED or
 *   BAD_USER_INPUT when there is no room for one more.
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
 * Locks a deployment, and reads it as the viewer sees it behind the lock.
 *
 * @param trx a transaction: the row stays locked, against calls that are being charged too, until it ends.
 * @throws NOT_FOUND or FORBIDDEN when the viewer may not change it, or not any more.
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

/** Switches a deployment on or off. @param trx a transaction. @throws as `lockDeploymentAs` */
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

/** Renames a deployment. @param trx a transaction. @throws as `lockDeploymentAs` */
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

function selectDeployments(db: Database, viewerId: string, now: Date) {
  return db
    .selectFrom('deployments')
    .innerJoin(projectAccess(db).as('access'), 'access.projectId', 'deployments.projectId')
    .innerJoin('projects', 'projects.id', 'deployments.projectId')
    .innerJoin('organizations', 'organizations.id', 'projects.organizationId')
    .innerJoin('plans', 'plans.name', 'organizations.plan')
    .leftJoin('modelQuarantines', 'modelQuarantines.modelId', 'deployments.modelId')
    .leftJoin('deploymentUsage', join =>
      join
        .onRef('deploymentUsage.deploymentId', '=', 'deployments.id')
        .on('deploymentUsage.month', '=', monthOf(now)),
    )
    .select(eb => [
      'deployments.id',
      'deployments.name',
      'deployments.description',
      'deployments.active',
      'deployments.createdAt',
      'deployments.projectId',
      'deployments.modelId',
      'access.role',
      eb.fn.coalesce('deploymentUsage.predictions', eb.lit(0)).as('used'),
      'plans.monthlyPredictions as quota',
      'projects.organizationId',
      'plans.allowApiPredict',
      'modelQuarantines.until as quarantinedUntil',
    ])
    .where('access.userId', '=', viewerId)
    .orderBy('deployments.id', 'desc');
}

/** Those of the given deployments that the viewer can see, with their usage of the month of `now`. */
export function findDeployments(
  db: Database,
  viewerId: string,
  now: Date,
  ids: string[],
): Promise<DeploymentRow[]> {
  return selectDeployments(db, viewerId, now)
    .where('deployments.id', '=', eb => eb.fn.any(eb.val(ids)))
    .execute();
}

/** The deployments of projects that the viewer can see, newest first. */
export function findDeploymentsOf(
  db: Database,
  viewerId: string,
  now: Date,
  projectIds: string[],
  limit: number,
): Promise<DeploymentRow[]> {
  return selectDeployments(db, viewerId, now)
    .where('deployments.projectId', '=', eb => eb.fn.any(eb.val(projectIds)))
    .limit(limit)
    .execute();
}
