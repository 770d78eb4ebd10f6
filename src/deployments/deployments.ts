import { uuidv7 as newId } from 'uuidv7';
import { projectAccess } from '../accounts/roles.ts';
import { checkRoom } from '../database/bound.ts';
import type { Database } from '../database/connect.ts';
import type { ProjectRole } from '../generated/database.ts';
import type { ModelRow } from './models.ts';
import { lockProject } from './projects.ts';

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
 * @param trx a transaction: the project's row is locked while its deployments are counted.
 * @throws BAD_USER_INPUT when the project has no room for one more.
 */
export async function insertDeployment(
  trx: Database,
  {
    model,
    ...deployment
  }: { model: Pick<ModelRow, 'id' | 'projectId'>; name: string; description: string | null; createdAt: Date },
): Promise<string> {
  await lockProject(trx, model.projectId);
  const { held } = await trx
    .selectFrom('deployments')
    .select(eb => eb.fn.countAll<number>().as('held'))
    .where('projectId', '=', model.projectId)
    .executeTakeFirstOrThrow();
  checkRoom(held, 'A project', 'deployments');
  const id = newId();
  await trx
    .insertInto('deployments')
    .values({ ...deployment, id, modelId: model.id, projectId: model.projectId, active: true })
    .execute();
  return id;
}

/** Switches a deployment on or off. */
export async function setDeploymentActive(db: Database, id: string, active: boolean): Promise<void> {
  await db.updateTable('deployments').set({ active }).where('id', '=', id).execute();
}

/** The month of a moment in UTC, as `YYYY-MM`. */
export const monthOf = (moment: Date) => moment.toISOString().slice(0, 7);

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
