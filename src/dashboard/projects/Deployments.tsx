import { Button, Card, Group, Stack, Table, Text, Title, VisuallyHidden } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../generated';
import type { DeploymentsQuery } from '../generated/graphql';
import { ManageDeployment } from '../manage/ManageDeployment';
import { type Model, targetOf, titleOf } from '../models/model.ts';
import { RegisterModel } from '../models/RegisterModel';
import { ActiveDot } from '../ui/ActiveDot';
import { DataTable } from '../ui/DataTable';
import { Day } from '../ui/Day';
import { EmptyState } from '../ui/EmptyState';
import { LinkCell } from '../ui/LinkCell';
import { NotFound } from '../ui/NotFound';
import { Problem } from '../ui/Problem';
import { Refusal } from '../ui/Refusal';
import { SkeletonRows } from '../ui/SkeletonRows';
import { ActiveSwitch } from './ActiveSwitch';
import { FirstSteps } from './FirstSteps';
import { NewDeployment } from './NewDeployment';
import { useProject } from './ProjectPage';

const DEPLOYMENTS = graphql(`
  query Deployments($projectId: ID!) {
    project(id: $projectId) {
      id
      ...ViewerCan
      deployments {
        id
        name
        active
        createdAt
        model {
          id
          name
          version
          targetProperty
          unit
        }
      }
      models {
        ...ModelFacts
      }
    }
  }
`);

type Deployment = NonNullable<DeploymentsQuery['project']>['deployments'][number];
type Open = { dialog: 'register' } | { dialog: 'deploy'; chosen: Model | null };

/** The project's deployments; if there are none, the first steps. */
export function Deployments() {
  const { id: projectId, viewerCan: known } = useProject();
  const [{ data, error }, retry] = useQuery({ query: DEPLOYMENTS, variables: { projectId } });
  const [open, setOpen] = useState<Open | null>(null);
  if (error && !data?.project) return <Problem error={error} retry={() => retry()} />;
  if (data && !data.project) return <NotFound what="Project" />;
  const project = data?.project;
  const models = project?.models ?? [];
  const { manageModels, manageDeployments } = project?.viewerCan ?? known;
  const isEmpty = project?.deployments.length === 0;
  const close = () => setOpen(null);
  return (
    <Stack gap="md">
      {isEmpty && manageModels && manageDeployments ? (
        <FirstSteps
          hasModel={models.length > 0}
          onRegister={() => setOpen({ dialog: 'register' })}
          onDeploy={() => setOpen({ dialog: 'deploy', chosen: null })}
        />
      ) : (
        <>
          <Group justify="space-between" wrap="nowrap" gap="xs" mih={36}>
            <Title order={2}>Deployments</Title>
            {manageDeployments && project && (
              <Button
                flex="none"
                px={{ base: 'xs', sm: 'md' }}
                leftSection={<Plus size={16} />}
                onClick={() => setOpen({ dialog: 'deploy', chosen: null })}
              >
                New deployment
              </Button>
            )}
          </Group>
          <Card withBorder padding={0}>
            {isEmpty ? (
              <EmptyState title="No deployment yet">
                A contributor or owner of the project registers a model and deploys it.
              </EmptyState>
            ) : (
              <DeploymentsTable deployments={project?.deployments} canManage={manageDeployments} />
            )}
          </Card>
        </>
      )}
      <RegisterModel
        opened={open?.dialog === 'register'}
        onClose={close}
        projectId={projectId}
        models={models}
        onDeploy={chosen => setOpen({ dialog: 'deploy', chosen })}
      />
      <NewDeployment
        opened={open?.dialog === 'deploy'}
        onClose={close}
        models={models}
        chosen={open?.dialog === 'deploy' ? open.chosen : null}
      />
    </Stack>
  );
}

interface DeploymentsTableProps {
  /** Undefined while loading. */
  deployments: readonly Deployment[] | undefined;
  canManage: boolean;
}

function DeploymentsTable({ deployments, canManage }: DeploymentsTableProps) {
  const [refusal, setRefusal] = useState<string | null>(null);
  return (
    <>
      <Refusal sentence={refusal} />
      <DataTable>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th visibleFrom="sm">Model</Table.Th>
            <Table.Th visibleFrom="sm">Target</Table.Th>
            <Table.Th>Status</Table.Th>
            <Table.Th visibleFrom="sm">Created</Table.Th>
            {canManage && (
              <Table.Th w={48}>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {deployments ? (
            deployments.map(deployment => (
              <Table.Tr key={deployment.id}>
                <LinkCell to={`/deployments/${deployment.id}`} label={deployment.name}>
                  <Text size="xs" c="dimmed" hiddenFrom="sm">
                    {titleOf(deployment.model)} · {targetOf(deployment.model)}
                  </Text>
                </LinkCell>
                <Table.Td visibleFrom="sm">{titleOf(deployment.model)}</Table.Td>
                <Table.Td visibleFrom="sm">{targetOf(deployment.model)}</Table.Td>
                <Table.Td w={{ base: 70, sm: 130 }}>
                  {canManage ? (
                    <ActiveSwitch deployment={deployment} onRefused={setRefusal} wordFrom="sm" />
                  ) : (
                    <ActiveDot active={deployment.active} />
                  )}
                </Table.Td>
                <Table.Td visibleFrom="sm">
                  <Day at={deployment.createdAt} />
                </Table.Td>
                {canManage && (
                  <Table.Td px={4} w={48}>
                    <ManageDeployment deployment={deployment} />
                  </Table.Td>
                )}
              </Table.Tr>
            ))
          ) : (
            <SkeletonRows
              what="deployments"
              columns={canManage ? 6 : 5}
              narrow={canManage ? [0, 3, 5] : [0, 3]}
              height="1.55em"
            />
          )}
        </Table.Tbody>
      </DataTable>
    </>
  );
}
