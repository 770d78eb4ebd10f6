import { useDeployment } from '../deployments/DeploymentPage';
import { ApiKeys } from './ApiKeys';

/** The tab of a deployment: its own keys, and those that reach it from the project. */
export function DeploymentApiKeys() {
  const { id, name, project } = useDeployment();
  return (
    <ApiKeys
      projectId={project.id}
      known={{
        canManage: project.viewerCan.manageApiKeys,
        allowed: project.organization.plan.allowApiPredict,
      }}
      of={{ deploymentId: id }}
      about="A key lets one program call this deployment. Keys of the whole project reach it too."
      reach={`${name} only`}
    />
  );
}
