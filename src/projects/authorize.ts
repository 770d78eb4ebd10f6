import { canEditProject, canManageProject } from '../auth/roles.ts';
import { forbidden } from '../errors.ts';
import type { ById } from '../requests/loaders.ts';
import type { ProjectRow } from './projects.ts';

/** A signed-in person with a loader of the projects that they can see. */
interface Viewer {
  load: { project: ById<ProjectRow> };
}

/** Returns the project if the viewer is a contributor or owner of it. @throws NOT_FOUND or FORBIDDEN */
export async function requireProjectEditor({ load }: Viewer, id: string): Promise<ProjectRow> {
  const project = await load.project.get(id);
  if (canEditProject(project.role)) return project;
  throw forbidden();
}

/** Returns the project if the viewer is an owner of it. @throws NOT_FOUND or FORBIDDEN */
export async function requireProjectOwner({ load }: Viewer, id: string): Promise<ProjectRow> {
  const project = await load.project.get(id);
  if (canManageProject(project.role)) return project;
  throw forbidden('Only owners of the project may do this. Ask one of them.');
}
