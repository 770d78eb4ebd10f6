import type { OrganizationRow } from '../accounts/organizations.ts';
import { canEditProject } from '../auth/roles.ts';
import type { DeploymentRow } from '../deployments/deployments.ts';
import { forbidden, planFeatureRequired } from '../errors.ts';
import type { ProjectRole } from '../generated/database.ts';
import type { ApiKeyTarget, CreateApiKeyInput, RotateApiKeyInput } from '../generated/graphql.ts';
import type { ProjectRow } from '../projects/projects.ts';
import type { ById } from '../requests/loaders.ts';
import type { ApiKeyRow, Reach } from './queries.ts';
import type { NewApiKey } from './requests.ts';
import { checkRotation, type Rotation } from './rotate-key.ts';
import { checkNewSettings } from './settings.ts';

/** A signed-in person, with loaders for the rows that they can see. */
interface Viewer {
  load: {
    organization: ById<OrganizationRow>;
    project: ById<ProjectRow>;
    deployment: ById<DeploymentRow>;
    apiKey: ById<ApiKeyRow>;
  };
}

/**
 * Finds what a target reaches, and the viewer's role in its project.
 *
 * @throws NOT_FOUND if it does not exist or is not visible
 */
export async function requireTarget(
  { load }: { load: Pick<Viewer['load'], 'project' | 'deployment'> },
  target: ApiKeyTarget,
): Promise<Reach & { role: ProjectRole }> {
  if (target.deploymentId !== undefined) {
    const { id, projectId, role } = await load.deployment.get(target.deploymentId);
    return { projectId, deploymentId: id, role };
  }
  const { id, role } = await load.project.get(target.projectId);
  return { projectId: id, deploymentId: null, role };
}

/** Finds a key that the viewer may change, as contributor or owner of its project. @throws NOT_FOUND or FORBIDDEN */
export async function requireKeyEditor({ load }: Viewer, id: string): Promise<ApiKeyRow> {
  const key = await load.apiKey.get(id);
  if (canEditProject(key.role)) return key;
  throw forbidden();
}

/** @throws PLAN_FEATURE_REQUIRED if the plan of the project's organization has no API access */
async function requireApiPlan({ load }: Viewer, projectId: string): Promise<void> {
  const { organizationId } = await load.project.get(projectId);
  const { plan } = await load.organization.get(organizationId);
  if (!plan.allowApiPredict) throw planFeatureRequired();
}

/**
 * Checks that the viewer may rotate a key, and the input.
 *
 * @throws NOT_FOUND, FORBIDDEN, PLAN_FEATURE_REQUIRED or BAD_USER_INPUT, checked in this order
 */
export async function requireKeyRotator(
  viewer: Viewer,
  input: RotateApiKeyInput,
  now: Date,
): Promise<{ id: string; projectId: string; rotation: Rotation }> {
  const { id, projectId } = await requireKeyEditor(viewer, input.id);
  await requireApiPlan(viewer, projectId);
  return { id, projectId, rotation: checkRotation(input, now) };
}

/**
 * Checks that the viewer may create a key, and the input. The key limit of the plan is checked by `insertApiKey`, with
 * a lock.
 *
 * @throws NOT_FOUND, FORBIDDEN, PLAN_FEATURE_REQUIRED or BAD_USER_INPUT, checked in this order
 */
export async function requireKeyCreator(
  viewer: Viewer,
  input: CreateApiKeyInput,
  now: Date,
): Promise<NewApiKey> {
  const { role, ...reach } = await requireTarget(viewer, input.target);
  if (!canEditProject(role)) throw forbidden();
  await requireApiPlan(viewer, reach.projectId);
  return { reach, settings: checkNewSettings(input, now) };
}
