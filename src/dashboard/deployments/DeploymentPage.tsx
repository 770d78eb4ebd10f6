import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link, Outlet, useNavigate, useOutletContext, useParams } from 'react-router';
import { useQuery } from 'urql';
import { graphql } from '../generated';
import type { DeploymentPageQuery } from '../generated/graphql';
import { ManageDeployment } from '../manage/ManageDeployment';
import { ActiveSwitch } from '../projects/ActiveSwitch';
import { ActiveDot } from '../ui/ActiveDot';
import { Loading } from '../ui/Loading';
import { NotFound } from '../ui/NotFound';
import { PageTabs } from '../ui/PageTabs';
import { Problem } from '../ui/Problem';
import { Refusal } from '../ui/Refusal';
import { QuarantineNotice } from './QuarantineNotice';

const DEPLOYMENT = graphql(`
  query DeploymentPage($id: ID!) {
    deployment(id: $id) {
      id
      name
      description
      active
      quarantinedUntil
      createdAt
      project {
        id
        name
        ...ViewerCan
        organization {
          id
          slug
          name
          plan {
            name
            allowApiPredict
          }
        }
      }
      model {
        ...ModelFacts
      }
      usage {
        month
        predictions
        limit
      }
    }
  }
`);

export type Deployment = NonNullable<DeploymentPageQuery['deployment']>;

/** The deployment of the page that a tab is part of. */
export const useDeployment = () => useOutletContext<Deployment>();

const tabs = [
  ['overview', 'Overview'],
  ['api-keys', 'API keys'],
  ['predict', 'Predict'],
  ['integration', 'Integration'],
  ['logs', 'Logs'],
] as const;

/** A deployment's name and state, above its tabs. */
export function DeploymentPage() {
  const { deploymentId = '' } = useParams();
  // A separate page for each deployment, so that none briefly shows the data of another.
  return <Page key={deploymentId} id={deploymentId} />;
}

function Page({ id }: { id: string }) {
  const [{ data, error }, retry] = useQuery({ query: DEPLOYMENT, variables: { id } });
  const [refusal, setRefusal] = useState<string | null>(null);
  const navigate = useNavigate();
  if (!data)
    return error ? <Problem error={error} retry={() => retry()} /> : <Loading what="the deployment" />;
  const { deployment } = data;
  if (!deployment) {
    return error ? <Problem error={error} retry={() => retry()} /> : <NotFound what="Deployment" />;
  }
  return (
    <Stack gap="md">
      <Stack gap={6}>
        <Breadcrumbs separatorMargin={6}>
          <Anchor component={Link} to={`/projects/${deployment.project.id}`} size="sm">
            {deployment.project.name}
          </Anchor>
          <Text size="sm" c="dimmed">
            Deployment
          </Text>
        </Breadcrumbs>
        <Group justify="space-between" gap="sm">
          <Title order={1} style={{ overflowWrap: 'anywhere' }}>
            {deployment.name}
          </Title>
          {deployment.project.viewerCan.manageDeployments ? (
            <Group gap="xs" wrap="nowrap">
              <ActiveSwitch deployment={deployment} onRefused={setRefusal} />
              <ManageDeployment
                deployment={deployment}
                onDeleted={() => void navigate(`/projects/${deployment.project.id}`)}
              />
            </Group>
          ) : (
            <ActiveDot active={deployment.active} />
          )}
        </Group>
        <Refusal sentence={refusal} />
        {deployment.description && (
          <Text c="dimmed" size="sm" style={{ overflowWrap: 'anywhere' }}>
            {deployment.description}
          </Text>
        )}
      </Stack>
      {deployment.quarantinedUntil && (
        <QuarantineNotice
          deploymentId={deployment.id}
          until={deployment.quarantinedUntil}
          canReset={deployment.project.viewerCan.manageDeployments}
        />
      )}
      <PageTabs name={deployment.name} address={`/deployments/${deployment.id}`} tabs={tabs}>
        <Outlet context={deployment} />
      </PageTabs>
    </Stack>
  );
}
