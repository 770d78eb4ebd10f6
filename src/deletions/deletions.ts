import { type ExpressionBuilder, sql, type Transaction } from 'kysely';
import { monthOf } from '../accounts/month.ts';
import { lockOrganizationAs } from '../accounts/organizations.ts';
import type { By } from '../activity/activity.ts';
import { type ActivityAction, type ActivityEntry, recordActivity } from '../activity/activity.ts';
import { deleteApiKeys } from '../api-keys/manage-keys.ts';
import { canEditProject, canManageProject, canOwnOrganization } from '../auth/roles.ts';
import { lockDeploymentAs } from '../deployments/deployments.ts';
import { dropUnusedFile } from '../deployments/model-files.ts';
import { badUserInput, modelInUse, notFound } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import { lockOrganizationOf, lockProjectAs } from '../projects/projects.ts';

// Everything here locks in one order: organization, projects, deployments, keys; rows of one table by id. Calls that are
// being charged hold deployments before keys (predictions/settlement/grant.ts), so they and deletions wait, and never deadlock.

/** Names of deployments that an error lists. */
const MAX_NAMES = 5;

/**
 * Deletes a deployment and the keys that reach nothing else. Its logs stay.
 *
 * @param trx a transaction. @throws NOT_FOUND or FORBIDDEN as the viewer's role stands behind the lock.
 */
export async function deleteDeployment(
  trx: Transaction<DB>,
  deployment: { id: string; projectId: string },
  { viewerId, actor, now }: By,
): Promise<void> {
  const { id, name, project } = await lockDeploymentAs(trx, deployment, viewerId);
  await lockDeployments(trx, of => of('deployments.id', '=', id));
  const apiKeys = await deleteApiKeys(trx, keys => keys.where('apiKeys.deploymentId', '=', id), actor, now);
  await keepLogs(trx, [id], now, { dropLogs: false });
  await trx.deleteFrom('deployments').where('id', '=', id).execute();
  await recordActivity(trx, actor, now, [
    {
      action: 'deployment.deleted',
      organizationId: project.organizationId,
      projectId: project.id,
      subjectId: id,
      subject: name,
      details: { apiKeys },
    },
  ]);
}

/**
 * Deletes one version of a model, and its file where no other model of the organization has the same.
 *
 * @param trx a transaction.
 * @throws NOT_FOUND or FORBIDDEN as the viewer's role stands behind the lock; MODEL_IN_USE while a deployment calls it.
 */
export async function deleteModel(
  trx: Transaction<DB>,
  { id, projectId }: { id: string; projectId: string },
  { viewerId, actor, now }: By,
): Promise<void> {
  await lockOrganizationOf(trx, projectId);
  const { organizationId } = await lockProjectAs(trx, projectId, viewerId, canEditProject);
  const deployments = await trx
    .selectFrom('deployments')
    .select('name')
    .where('modelId', '=', id)
    .orderBy('id')
    .execute();
  if (deployments.length > 0) {
    const names = deployments.slice(0, MAX_NAMES).map(({ name }) => name);
    throw modelInUse(names, deployments.length);
  }
  const model = await trx
    .deleteFrom('models')
    .where('id', '=', id)
    .returning(['name', 'version', 'fileId'])
    .executeTakeFirst();
  if (!model) throw notFound('Model');
  await dropUnusedFile(trx, model.fileId);
  await recordActivity(trx, actor, now, [
    {
      action: 'model.deleted',
      organizationId,
      projectId,
      subjectId: id,
      subject: model.name,
      details: { version: model.version },
    },
  ]);
}

/**
 * Deletes a project with its deployments, models, keys and members. Its logs and model files go afterwards, in batches.
 *
 * @param trx a transaction. @throws NOT_FOUND or FORBIDDEN as the viewer's role stands behind the lock.
 */
export async function deleteProject(
  trx: Transaction<DB>,
  id: string,
  { viewerId, ...by }: By,
): Promise<void> {
  await lockOrganizationOf(trx, id);
  const { organizationId } = await lockProjectAs(trx, id, viewerId, canManageProject);
  await clearProjects(trx, organizationId, [id], by);
}

/**
 * Deletes an organization with everything in it. Its logs and model files go afterwards, in batches.
 *
 * @param name as the person typed it, to confirm.
 * @param trx a transaction.
 * @throws NOT_FOUND or FORBIDDEN as the viewer's role stands behind the lock; BAD_USER_INPUT when the name is another.
 */
export async function deleteOrganization(
  trx: Transaction<DB>,
  { id, name }: { id: string; name: string },
  { viewerId, actor, now }: By,
): Promise<void> {
  const organization = await lockOrganizationAs(trx, id, viewerId, canOwnOrganization);
  if (name.trim() !== organization.name) {
    throw badUserInput('The name is not that of the organization. Type its name exactly, to confirm.');
  }
  const projects = await trx
    .selectFrom('projects')
    .select('id')
    .where('organizationId', '=', id)
    .orderBy('id')
    .forUpdate()
    .execute();
  await clearProjects(
    trx,
    id,
    projects.map(project => project.id),
    { actor, now },
  );
  await trx.deleteFrom('organizations').where('id', '=', id).execute();
  await recordActivity(trx, actor, now, [
    {
      action: 'organization.deleted',
      organizationId: id,
      projectId: null,
      subjectId: id,
      subject: organization.name,
      details: { slug: organization.slug, projects: projects.length },
    },
  ]);
}

/** Deletes projects and what is in them, with the rows of activity. @param trx a transaction that holds their locks. */
async function clearProjects(
  trx: Transaction<DB>,
  organizationId: string,
  projectIds: string[],
  { actor, now }: Omit<By, 'viewerId'>,
): Promise<void> {
  if (projectIds.length === 0) return;
  const deployments = await lockDeployments(trx, of => of('deployments.projectId', 'in', projectIds));
  await deleteApiKeys(trx, keys => keys.where('apiKeys.projectId', 'in', projectIds), actor, now);
  await trx
    .updateTable('deletedDeployments')
    .set({ dropLogs: true })
    .where('projectId', 'in', projectIds)
    .execute();
  const deploymentIds = deployments.map(({ id }) => id);
  await keepLogs(trx, deploymentIds, now, { dropLogs: true });
  await trx.deleteFrom('deployments').where('projectId', 'in', projectIds).execute();
  const models = await trx
    .deleteFrom('models')
    .where('projectId', 'in', projectIds)
    .returning(['id', 'projectId', 'name', 'version'])
    .execute();
  const projects = await trx
    .deleteFrom('projects')
    .where('id', 'in', projectIds)
    .returning(['id', 'id as projectId', 'name'])
    .execute();
  const entriesOf = (
    action: ActivityAction,
    rows: { id: string; projectId: string; name: string }[],
  ): ActivityEntry[] =>
    rows.map(({ id, projectId, name }) => ({
      action,
      organizationId,
      projectId,
      subjectId: id,
      subject: name,
    }));
  await recordActivity(trx, actor, now, [
    ...entriesOf('deployment.deleted', deployments),
    ...models.map(({ id, projectId, name, version }) => ({
      action: 'model.deleted' as const,
      organizationId,
      projectId,
      subjectId: id,
      subject: name,
      details: { version },
    })),
    ...entriesOf('project.deleted', projects),
  ]);
}

/** Locks deployments against calls that are being charged: those that came first are on disk when this returns. */
function lockDeployments(
  trx: Transaction<DB>,
  choose: (of: ExpressionBuilder<DB, 'deployments'>) => ReturnType<ExpressionBuilder<DB, 'deployments'>>,
) {
  return trx
    .selectFrom('deployments')
    .select(['id', 'projectId', 'name'])
    .where(choose)
    .orderBy('id')
    .forUpdate()
    .execute();
}

/** Remembers those of the deployments that have logs, or that count until the month ends. */
async function keepLogs(
  trx: Transaction<DB>,
  deploymentIds: string[],
  now: Date,
  { dropLogs }: { dropLogs: boolean },
): Promise<void> {
  await sql`
    insert into deleted_deployments (id, organization_id, project_id, name, deleted_at, drop_logs)
    select deployments.id, projects.organization_id, projects.id, deployments.name, ${now}, ${dropLogs}
    from deployments join projects on projects.id = deployments.project_id
    where deployments.id = any(${deploymentIds}::uuid[]) and (
      exists (select from prediction_logs where deployment_id = deployments.id)
      or exists (
        select from deployment_usage as usage
        where usage.deployment_id = deployments.id and usage.month = ${monthOf(now)} and usage.predictions > 0
      )
    )`.execute(trx);
}
