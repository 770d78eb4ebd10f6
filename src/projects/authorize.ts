import { canEditProject, canManageProject } from '../auth/roles.ts';
import { forbidden } from '../errors.ts';
import type { ById } from '../requests/loaders.ts';
import type { ProjectRow } from './projects.ts';

/** A signed-in person with the projects that they can see. */
interface Viewer {
  load: { project: ById<ProjectRow> };
}

/** The project, in which the viewer is contributor or owner. @throws NOT_FOUND or FORBIDDEN */
export async function requireProjectEditor({ load }: Viewer, id: string): Promise<ProjectRow> {
  const project = await load.project.get(id);
  if (canEditProject(project.role)) return project;
  throw forbidden();
}

/** The project, of which the viewer is owner. @throws NOT_FOUND or FORBIDDEN */
export async function requireProjectOwner({ load }: Viewer, id: string): Promise<ProjectRow> {
  const project = await load.project.get(id);
  if (canManageProject(project.role)) return project;
  throw forbidden('Only owners of the project may do this.');
}
