import { Anchor, Badge, Breadcrumbs, Group, Stack, Tabs, Text, Title } from '@mantine/core';
import { Link, Outlet, useLocation, useNavigate, useOutletContext, useParams } from 'react-router';
import { useQuery } from 'urql';
import { Loading, NotFound, Problem } from '../app/states';
import { graphql } from '../generated';
import type { DeploymentPageQuery } from '../generated/graphql';

const DEPLOYMENT = graphql(`
  query DeploymentPage($id: ID!) {
    deployment(id: $id) {
      id
      name
      description
      active
      createdAt
      project {
        id
        name
        role
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
        id
        name
        version
        kind
        targetProperty
        unit
        inputLength
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

/** The deployment whose page a tab is part of. */
export const useDeployment = () => useOutletContext<Deployment>();

const tabs = [
  ['overview', 'Overview'],
  ['api-keys', 'API keys'],
  ['predict', 'Predict'],
  ['integration', 'Integration'],
  ['logs', 'Logs'],
] as const;

/** A deployment's name and state, above the tab that the address names. */
export function DeploymentPage() {
  const { deploymentId = '' } = useParams();
  const [{ data, error }, retry] = useQuery({ query: DEPLOYMENT, variables: { id: deploymentId } });
  const navigate = useNavigate();
  const { pathname } = useLocation();
  if (!data)
    return error ? <Problem error={error} retry={() => retry()} /> : <Loading what="the deployment" />;
  const { deployment } = data;
  if (!deployment) return <NotFound what="Deployment" />;
  const current = pathname.split('/')[3] || 'overview';
  return (
    <Stack gap="md">
      <title>{`${deployment.name} · Spectrakey`}</title>
      <Stack gap={6}>
        <Breadcrumbs separatorMargin={6}>
          <Anchor component={Link} to={`/projects/${deployment.project.id}`} size="sm">
            {deployment.project.name}
          </Anchor>
          <Text size="sm" c="dimmed">
            Deployment
          </Text>
        </Breadcrumbs>
        <Group gap="sm">
          <Title order={1}>{deployment.name}</Title>
          <Badge variant="light" color={deployment.active ? 'moss' : 'gray'} tt="none">
            {deployment.active ? 'Active' : 'Inactive'}
          </Badge>
        </Group>
        {deployment.description && (
          <Text c="dimmed" size="sm">
            {deployment.description}
          </Text>
        )}
      </Stack>
      <Tabs
        value={current}
        onChange={tab => void navigate(`/deployments/${deployment.id}${tab === 'overview' ? '' : `/${tab}`}`)}
        keepMounted={false}
      >
        <Tabs.List style={{ flexWrap: 'nowrap', overflowX: 'auto' }}>
          {tabs.map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={current} pt="lg">
          <Outlet context={deployment} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
