import { canEditProject } from '../auth/roles.ts';
import { forbidden } from '../errors.ts';
import { requireProjectEditor } from '../projects/authorize.ts';
import type { ProjectRow } from '../projects/projects.ts';
import type { ById } from '../requests/loaders.ts';
import type { DeploymentRow } from './deployments.ts';
import type { ModelRow } from './models.ts';

/** A signed-in person with loaders of the projects, models and deployments that they can see. */
interface Viewer {
  load: { project: ById<ProjectRow>; model: ById<ModelRow>; deployment: ById<DeploymentRow> };
}

/** Returns the model if the viewer is a contributor or owner of its project. @throws NOT_FOUND or FORBIDDEN */
export async function requireModelEditor(viewer: Viewer, id: string): Promise<ModelRow> {
  const model = await viewer.load.model.get(id);
  await requireProjectEditor(viewer, model.projectId);
  return model;
}

/** Returns the deployment if the viewer is a contributor or owner of its project. @throws NOT_FOUND or FORBIDDEN */
export async function requireDeploymentEditor(
  { load }: { load: Pick<Viewer['load'], 'deployment'> },
  id: string,
): Promise<DeploymentRow> {
  const deployment = await load.deployment.get(id);
  if (canEditProject(deployment.role)) return deployment;
  throw forbidden();
}
