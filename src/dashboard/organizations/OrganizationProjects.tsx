import { Anchor, Button, Card, Group, Stack, Table, Text, Title } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import type { Organization } from '../app/session';
import { Empty } from '../app/states';
import { mayChangeOrganization, PROJECT_ROLES } from '../projects/roles';
import classes from '../projects/rows.module.css';
import { CreateProject } from './CreateProject';

/** The organization's projects that the viewer can see; owners and admins create more. */
export function OrganizationProjects({ organization }: { organization: Organization }) {
  const [creating, setCreating] = useState(false);
  const mayCreate = mayChangeOrganization(organization.role);
  return (
    <Stack gap="md" component="section" aria-labelledby="organization-projects">
      <Group justify="space-between" wrap="nowrap" gap="xs" mih={36}>
        <Title order={2} id="organization-projects">
          Projects
        </Title>
        {mayCreate && (
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
          <Empty title="No project that you can see">
            An owner of a project gives you a role in it, on its Members tab.
          </Empty>
        ) : (
          <Table className={classes.table} verticalSpacing="sm" horizontalSpacing="md" highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th w={{ base: 130, sm: 180 }}>Your role</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {organization.projects.map(project => (
                <Table.Tr key={project.id}>
                  <Table.Td className={classes.lead}>
                    <Anchor
                      component={Link}
                      to={`/projects/${project.id}`}
                      className={classes.link}
                      size="sm"
                      fw={500}
                      c="inherit"
                      style={{ overflowWrap: 'anywhere' }}
                    >
                      {project.name}
                    </Anchor>
                  </Table.Td>
                  <Table.Td>
                    <Text size="sm">{PROJECT_ROLES.find(({ value }) => value === project.role)?.label}</Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Card>
      <CreateProject opened={creating} onClose={() => setCreating(false)} organizationId={organization.id} />
    </Stack>
  );
}
