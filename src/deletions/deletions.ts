import { type ExpressionBuilder, sql, type Transaction } from 'kysely';
import { monthOf } from '../accounts/month.ts';
import { lockOrganizationAs } from '../accounts/organizations.ts';
import { type ActivityAction, type ActivityEntry, type By, recordActivity } from '../activity/activity.ts';
import { deleteApiKeys } from '../api-keys/manage-keys.ts';
import { canEditProject, canManageProject, canOwnOrganization } from '../auth/roles.ts';
import { lockDeploymentAs } from '../deployments/deployments.ts';
import { dropUnusedFile } from '../deployments/model-files.ts';
import { badUserInput, modelInUse, notFound } from '../errors.ts';
import type { DB } from '../generated/database.ts';
import { lockOrganizationOf, lockProjectAs } from '../projects/projects.ts';

// All functions lock in this order: organization, projects, deployments, usage slots, keys; rows of one table by id.
// Settlement locks only usage slots (predictions/settlement/statement.ts), so deletions and calls wait for each other without
// deadlocks.

/** Max number of deployment names in an error message. */
const MAX_NAMES = 5;

/**
 * Deletes a deployment and the keys that reach only this deployment. Its logs are kept.
 *
 * @throws as `lockDeploymentAs`
 */
export async function deleteDeployment(
  trx: Transaction<DB>,
  deployment: { id: string; projectId: string },
  { viewerId, actor, now }: By,
): Promise<void> {
  const { id, name, project } = await lockDeploymentAs(trx, deployment, viewerId);
  await lockDeployments(trx, of => of('deployments.id', '=', id));
  const apiKeys = await deleteApiKeys(trx, keys => keys.where('apiKeys.deploymentId', '=', id), actor, now);
  await recordDeletedDeployments(trx, [id], now, { dropLogs: false });
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
 * Deletes one version of a model, and its file unless another model of the organization uses it.
 *
 * @throws NOT_FOUND or FORBIDDEN by the viewer's role after locking; MODEL_IN_USE while a deployment calls it.
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
 * Deletes a project with its deployments, models, keys and members. `purge` deletes its logs and model files later.
 *
 * @throws as `lockProjectAs`
 */
export async function deleteProject(
  trx: Transaction<DB>,
  id: string,
  { viewerId, ...by }: By,
): Promise<void> {
  await lockOrganizationOf(trx, id);
  const { organizationId } = await lockProjectAs(trx, id, viewerId, canManageProject);
  await deleteProjects(trx, organizationId, [id], by);
}

/**
 * Deletes an organization with everything in it. `purge` deletes its logs and model files later.
 *
 * @param name the organization's name as the person typed it, to confirm.
 * @throws as `lockOrganizationAs`; BAD_USER_INPUT when the name does not match.
 */
export async function deleteOrganization(
  trx: Transaction<DB>,
  { id, name }: { id: string; name: string },
  { viewerId, actor, now }: By,
): Promise<void> {
  const organization = await lockOrganizationAs(trx, id, viewerId, canOwnOrganization);
  if (name.trim() !== organization.name) {
    throw badUserInput('The name does not match the organization. Type its exact name to confirm.');
  }
  const projects = await trx
    .selectFrom('projects')
    .select('id')
    .where('organizationId', '=', id)
    .orderBy('id')
    .forUpdate()
    .execute();
  await deleteProjects(
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

/** Deletes projects and their contents, and records it. @param trx a transaction that holds their locks. */
async function deleteProjects(
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
  await recordDeletedDeployments(trx, deploymentIds, now, { dropLogs: true });
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

/**
 * Locks deployments and their usage slots, so that their calls cannot be settled meanwhile: a call that waits for a slot finds
 * it deleted. Calls settled before are on disk when it returns.
 */
async function lockDeployments(
  trx: Transaction<DB>,
  choose: (of: ExpressionBuilder<DB, 'deployments'>) => ReturnType<ExpressionBuilder<DB, 'deployments'>>,
) {
  const deployments = await trx
    .selectFrom('deployments')
    .select(['id', 'projectId', 'name'])
    .where(choose)
    .orderBy('id')
    .forUpdate()
    .execute();
  await trx
    .selectFrom('deploymentUsage')
    .select('slot')
    .where('deploymentId', '=', eb => eb.fn.any(eb.val(deployments.map(({ id }) => id))))
    .orderBy('deploymentId')
    .orderBy('month')
    .orderBy('slot')
    .forUpdate()
    .execute();
  return deployments;
}

/** Copies those deployments to `deleted_deployments` that have logs or usage in this month. Their usage is deleted with them. */
async function recordDeletedDeployments(
  trx: Transaction<DB>,
  deploymentIds: string[],
  now: Date,
  { dropLogs }: { dropLogs: boolean },
): Promise<void> {
  await sql`
    insert into deleted_deployments (id, organization_id, project_id, name, deleted_at, drop_logs, used_month)
    select deployments.id, projects.organization_id, projects.id, deployments.name, ${now}, ${dropLogs}, used.month
    from deployments join projects on projects.id = deployments.project_id
    cross join lateral (
      select max(month) as month from deployment_usage as usage
      where usage.deployment_id = deployments.id and usage.predictions > 0
    ) as used
    where deployments.id = any(${deploymentIds}::uuid[]) and (
      used.month >= ${monthOf(now)} or exists (select from prediction_logs where deployment_id = deployments.id)
    )`.execute(trx);
}
