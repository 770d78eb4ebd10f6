import { Anchor, Button, Card, Group, Table, Text, Title } from '@mantine/core';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { exactTime } from '../api-keys/relative-time';
import { Empty, Problem } from '../app/states';
import { graphql } from '../generated';
import { useProject } from '../projects/ProjectPage';
import { SkeletonRows } from '../projects/SkeletonRows';

const LOGS = graphql(`
  query ProjectLogs($id: ID!, $first: Int!, $after: String) {
    project(id: $id) {
      id
      predictionLogs(first: $first, after: $after) {
        nodes {
          id
          createdAt
          apiKeyName
          deploymentName
          deployment {
            id
          }
          predictions {
            sampleName
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const LOGS_ON_A_PAGE = 20;

/** The answered calls of all deployments, newest first; those of deleted deployments too. */
export function ProjectLogs() {
  const { id } = useProject();
  // The cursors that led to the page shown: a connection only leads on, and these lead back.
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const after = cursors.at(-1) ?? null;
  const [{ data, error }, retry] = useQuery({ query: LOGS, variables: { id, first: LOGS_ON_A_PAGE, after } });
  const logs = data?.project?.predictionLogs;
  if (error && !logs) return <Problem error={error} retry={() => retry()} />;
  if (logs?.nodes.length === 0 && cursors.length === 0) {
    return (
      <Empty title="No predictions yet">
        Every answered call of the project's deployments is listed here, also once a deployment is deleted.
      </Empty>
    );
  }
  return (
    <Card withBorder p={{ base: 'sm', sm: 'lg' }}>
      <Title order={2} mb="sm">
        Answered calls
      </Title>
      <Table verticalSpacing={8} horizontalSpacing="xs" aria-label="Prediction logs" aria-busy={!logs}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>When</Table.Th>
            <Table.Th>Deployment</Table.Th>
            <Table.Th visibleFrom="sm">Key</Table.Th>
            <Table.Th ta="right" visibleFrom="sm">
              Samples
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {logs ? (
            logs.nodes.map(({ deployment, ...log }) => (
              <Table.Tr key={log.id}>
                <Table.Td>
                  <time dateTime={log.createdAt}>{exactTime(new Date(log.createdAt))}</time>
                </Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  {deployment ? (
                    <Anchor component={Link} to={`/deployments/${deployment.id}/logs`} size="sm">
                      {log.deploymentName}
                    </Anchor>
                  ) : (
                    <Text size="sm" component="span">
                      {log.deploymentName} (deleted)
                    </Text>
                  )}
                </Table.Td>
                <Table.Td visibleFrom="sm" style={{ overflowWrap: 'anywhere' }}>
                  {log.apiKeyName ?? 'In the browser'}
                </Table.Td>
                <Table.Td ta="right" visibleFrom="sm">
                  {log.predictions.length}
                </Table.Td>
              </Table.Tr>
            ))
          ) : (
            <SkeletonRows what="logs" columns={4} narrow={[0, 1]} height="1.55em" />
          )}
        </Table.Tbody>
      </Table>
      {logs && (cursors.length > 0 || logs.pageInfo.hasNextPage) && (
        <Group justify="flex-end" gap="xs" mt="md">
          <Button
            variant="default"
            size="xs"
            leftSection={<ChevronLeft size={14} />}
            disabled={cursors.length === 0}
            onClick={() => setCursors(cursors.slice(0, -1))}
          >
            Newer
          </Button>
          <Button
            variant="default"
            size="xs"
            rightSection={<ChevronRight size={14} />}
            disabled={!logs.pageInfo.hasNextPage}
            onClick={() => {
              if (logs.pageInfo.endCursor) setCursors([...cursors, logs.pageInfo.endCursor]);
            }}
          >
            Older
          </Button>
        </Group>
      )}
    </Card>
  );
}
