import { useViewer } from '../app/Session';
import { useProject } from '../projects/ProjectPage';
import { ApiKeys } from './ApiKeys';

/** A project's page: every key in it, and the place to create keys that reach all of its deployments. */
export function ProjectApiKeys() {
  const { id: projectId, viewerCan, organization } = useProject();
  const { organizations } = useViewer();
  const plan = organizations.find(({ id }) => id === organization.id)?.plan;
  return (
    <ApiKeys
      projectId={projectId}
      known={{ canManage: viewerCan.manageApiKeys, allowed: plan?.allowApiPredict ?? true }}
      of={{ projectId }}
      about="Every key in the project. Keys that are created here reach all of its deployments, including later ones."
      reach="every deployment of the project, including later ones"
    />
  );
}
