import { Anchor } from '@mantine/core';
import { Link } from 'react-router';
import { graphql } from '../generated';
import type { CallsOfDeploymentsFragment } from '../generated/graphql';

graphql(`
  fragment CallsOfDeployments on PredictionLogConnection {
    nodes {
      ...LogFields
      deploymentName
      deployment {
        id
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
`);

interface DeploymentNameProps {
  log: Pick<CallsOfDeploymentsFragment['nodes'][number], 'deployment' | 'deploymentName'>;
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
