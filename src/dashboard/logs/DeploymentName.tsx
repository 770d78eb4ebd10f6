import { Anchor } from '@mantine/core';
import { Link } from 'react-router';

interface DeploymentNameProps {
  log: { deployment?: { id: string } | null | undefined; deploymentName: string };
}

/** The deployment of a call: a link to its logs, unless it is deleted. */
export function DeploymentName({ log: { deployment, deploymentName } }: DeploymentNameProps) {
  if (!deployment) return `${deploymentName} (deleted)`;
  return (
    <Anchor component={Link} to={`/deployments/${deployment.id}/logs`} size="sm">
      {deploymentName}
    </Anchor>
  );
}
