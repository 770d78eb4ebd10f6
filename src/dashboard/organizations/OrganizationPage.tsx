import { Stack, Text, Title } from '@mantine/core';
import { useParams } from 'react-router';
import { useViewer } from '../app/session';
import { PageNotFound } from '../projects/PageMessage';
import { OrganizationMembers } from './OrganizationMembers';
import { OrganizationProjects } from './OrganizationProjects';
import { PlanCard } from './PlanCard';

/** An organization: its plan, projects and members. */
export function OrganizationPage() {
  const { slug } = useParams();
  const organization = useViewer().organizations.find(candidate => candidate.slug === slug);
  if (!organization) return <PageNotFound what="Organization" />;
  return (
    // Another organization is another page: nothing typed for one is sent to the other.
    <Stack gap="xl" key={organization.id}>
      <title>{`${organization.name} · Spectrakey`}</title>
      <Stack gap={6}>
        <Text size="sm" c="dimmed">
          Organization
        </Text>
        <Title order={1} style={{ overflowWrap: 'anywhere' }}>
          {organization.name}
        </Title>
      </Stack>
      <PlanCard organization={organization} />
      <OrganizationProjects organization={organization} />
      <OrganizationMembers organization={organization} />
    </Stack>
  );
}
