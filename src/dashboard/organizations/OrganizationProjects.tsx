import { Button, Card, Group, Stack, Table, Text, Title } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { Organization } from '../app/Session';
import { PROJECT_ROLES } from '../members/roles';
import { DataTable } from '../ui/DataTable';
import { EmptyState } from '../ui/EmptyState';
import { LinkCell } from '../ui/LinkCell';
import { CreateProject } from './CreateProject';

/** The organization's projects that the viewer can see; owners and admins create more. */
export function OrganizationProjects({ organization }: { organization: Organization }) {
  const [creating, setCreating] = useState(false);
  const { createProjects } = organization.viewerCan;
  return (
    <Stack gap="md" component="section" aria-labelledby="organization-projects">
      <Group justify="space-between" wrap="nowrap" gap="xs" mih={36}>
        <Title order={2} id="organization-projects">
          Projects
        </Title>
        {createProjects && (
          <Button
            flex="none"
            px={{ base: 'xs', sm: 'md' }}
            leftSection={<Plus size={16} />}
            onClick={() => setCreating(true)}
          >
            New project
          </Button>
        )}
      </Group>
      <Card withBorder padding={0}>
        {organization.projects.length === 0 ? (
          <EmptyState title="No project that you can see">
            An owner of a project gives you a role in it, on its Members tab.
          </EmptyState>
        ) : (
          <DataTable>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th w={{ base: 130, sm: 180 }}>Your role</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {organization.projects.map(project => (
                <Table.Tr key={project.id}>
                  <LinkCell to={`/projects/${project.id}`} label={project.name} />
                  <Table.Td>
                    <Text size="sm">{PROJECT_ROLES.find(({ value }) => value === project.role)?.label}</Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </DataTable>
        )}
      </Card>
      <CreateProject opened={creating} onClose={() => setCreating(false)} organizationId={organization.id} />
    </Stack>
  );
}
