import { Button, Card, Group, Stack, Table, Title, VisuallyHidden } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '../generated';
import { NewDeployment } from '../projects/NewDeployment';
import { useProject } from '../projects/ProjectPage';
import { DataTable } from '../ui/DataTable';
import { EmptyState } from '../ui/EmptyState';
import { NotFound } from '../ui/NotFound';
import { Problem } from '../ui/Problem';
import { SkeletonRows } from '../ui/SkeletonRows';
import { ModelRow } from './ModelRow';
import type { Model } from './model.ts';
import { RegisterModel } from './RegisterModel';

const MODELS = graphql(`
  query Models($projectId: ID!) {
    project(id: $projectId) {
      id
      ...ViewerCan
      models {
        ...ModelFacts
      }
    }
  }
`);

/** The project's registered models, newest first, and the way to register one. */
export function Models() {
  const { id: projectId, viewerCan: known } = useProject();
  const [{ data, error }, retry] = useQuery({ query: MODELS, variables: { projectId } });
  const [registering, setRegistering] = useState(false);
  const [deploying, setDeploying] = useState<Model | null>(null);
  if (error && !data?.project) return <Problem error={error} retry={() => retry()} />;
  if (data && !data.project) return <NotFound what="Project" />;
  const models = data?.project?.models;
  const { manageModels, manageDeployments } = data?.project?.viewerCan ?? known;
  const hasActions = manageModels || manageDeployments;
  const register = (
    <Button
      flex="none"
      px={{ base: 'xs', sm: 'md' }}
      leftSection={<Plus size={16} />}
      onClick={() => setRegistering(true)}
    >
      Register a model
    </Button>
  );
  return (
    <Stack gap="md">
      <Group justify="space-between" wrap="nowrap" gap="xs" mih={36}>
        <Title order={2}>Models</Title>
        {manageModels && models?.length !== 0 && register}
      </Group>
      <Card withBorder padding={0}>
        {models?.length === 0 ? (
          <EmptyState title="No model yet" action={manageModels && register}>
            A model is an ONNX file that takes a spectrum and answers a number or a category.
          </EmptyState>
        ) : (
          <DataTable>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th visibleFrom="sm">Target</Table.Th>
                <Table.Th visibleFrom="sm">X axis</Table.Th>
                <Table.Th visibleFrom="sm">Calibration</Table.Th>
                <Table.Th visibleFrom="md">Registered</Table.Th>
                {hasActions && (
                  <Table.Th>
                    <VisuallyHidden>Actions</VisuallyHidden>
                  </Table.Th>
                )}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {models ? (
                models.map(model => (
                  <ModelRow
                    key={model.id}
                    model={model}
                    can={{ manageModels, manageDeployments }}
                    onDeploy={() => setDeploying(model)}
                  />
                ))
              ) : (
                <SkeletonRows
                  what="models"
                  columns={hasActions ? 6 : 5}
                  narrow={hasActions ? [0, 5] : [0]}
                  height="calc(1.55em + 1.55 * var(--mantine-font-size-xs))"
                />
              )}
            </Table.Tbody>
          </DataTable>
        )}
      </Card>
      <RegisterModel
        opened={registering}
        onClose={() => setRegistering(false)}
        projectId={projectId}
        models={models ?? []}
        onDeploy={model => {
          setRegistering(false);
          setDeploying(model);
        }}
      />
      <NewDeployment
        opened={deploying !== null}
        onClose={() => setDeploying(null)}
        models={models ?? []}
        chosen={deploying}
      />
    </Stack>
  );
}
