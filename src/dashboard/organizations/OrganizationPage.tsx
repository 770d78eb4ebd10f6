import { Group, Stack, Text, Title } from '@mantine/core';
import { useParams } from 'react-router';
import { useViewer } from '../app/Session';
import { ManageOrganization } from '../manage/ManageOrganization';
import { NotFound } from '../ui/NotFound';
import { ActivityLink } from './ActivityLink';
import { KeyMailsCard } from './KeyMailsCard';
import { KeyPolicyCard } from './KeyPolicyCard';
import { OrganizationMembers } from './OrganizationMembers';
import { OrganizationProjects } from './OrganizationProjects';
import { PlanCard } from './PlanCard';
import { WebhooksLink } from './WebhooksLink';

/** An organization: its plan, projects and members. */
export function OrganizationPage() {
  const { slug } = useParams();
  const organization = useViewer().organizations.find(candidate => candidate.slug === slug);
  if (!organization) return <NotFound what="Organization" />;
  return (
    // A separate page for each organization, so that nothing typed for one is sent to another.
    <Stack gap="xl" key={organization.id}>
      <title>{`${organization.name} · Spectrakey`}</title>
      <Stack gap={6}>
        <Text size="sm" c="dimmed">
          Organization
        </Text>
        <Group justify="space-between" wrap="nowrap" gap="sm">
          <Title order={1} style={{ overflowWrap: 'anywhere' }}>
            {organization.name}
          </Title>
          {organization.viewerCan.manageOrganization && <ManageOrganization organization={organization} />}
        </Group>
      </Stack>
      <PlanCard organization={organization} />
      <KeyPolicyCard organization={organization} />
      <KeyMailsCard organization={organization} />
      <OrganizationProjects organization={organization} />
      <OrganizationMembers organization={organization} />
      {organization.viewerCan.manageMembers && <ActivityLink slug={organization.slug} />}
      {organization.viewerCan.manageOrganization && <WebhooksLink slug={organization.slug} />}
    </Stack>
  );
}
