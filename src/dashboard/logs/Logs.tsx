import { Anchor, Box, Button, Card, Group, Skeleton, Table, Text, Title } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { ChevronLeft, ChevronRight, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { Empty, Problem } from '../app/states';
import { useDeployment } from '../deployments/DeploymentPage';
import { graphql } from '../generated';
import { COLUMNS, LogRow } from './LogRow';
import classes from './Logs.module.css';

const LOGS = graphql(`
  query PredictionLogs($id: ID!, $first: Int!, $after: String) {
    deployment(id: $id) {
      id
      predictionLogs(first: $first, after: $after) {
        nodes {
          id
          createdAt
          source
          durationMs
          apiKeyId
          apiKeyName
          apiKeyPrefix
          apiKey {
            id
          }
          predictions {
            sampleName
            value
            category
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
const SKELETONS = ['a', 'b', 'c', 'd', 'e', 'f'];
const MINUTE_MS = 60_000;

/** The calls that were answered, newest first. */
export function Logs() {
  const deployment = useDeployment();
  // The cursors that led to the page shown: a connection only leads on, and these lead back.
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [openLog, setOpenLog] = useState<string | null>(null);
  const now = useNow();
  const [{ data, error, fetching, operation }, refresh] = useQuery({
    query: LOGS,
    variables: { id: deployment.id, first: LOGS_ON_A_PAGE, after: cursors.at(-1) ?? null },
  });
  const logs = data?.deployment?.predictionLogs;
  const again = () => refresh({ requestPolicy: 'network-only' });
  const turnTo = (next: readonly string[]) => {
    setOpenLog(null);
    setCursors(next);
  };
  // Until the next page is there, the one before stays, so that nothing jumps.
  const turning = fetching && operation?.variables.after !== (cursors.at(-1) ?? null);

  const mayPredict = deployment.project.role !== 'VIEWER';
  if (logs?.nodes.length === 0 && cursors.length === 0) {
    return (
      <Empty
        title="No predictions yet"
        action={
          mayPredict && (
            <Button component={Link} to={`/deployments/${deployment.id}/predict`} mt="sm">
              Predict
            </Button>
          )
        }
      >
        Every answered call is listed here, with its values and the key that made it.
        {mayPredict && ' Predict in the browser, or have a program call'}
        {!mayPredict && ' A program calls'} the deployment from a program as{' '}
        <Anchor
          component={Link}
          to={`/deployments/${deployment.id}/integration`}
          size="sm"
          underline="always"
        >
          Integration
        </Anchor>{' '}
        shows.
      </Empty>
    );
  }
  return (
    <Card withBorder p={{ base: 'sm', sm: 'lg' }}>
      <Group justify="space-between" mb="sm">
        <Title order={2}>Answered calls</Title>
        <Button
          variant="default"
          size="xs"
          leftSection={<RotateCw size={14} />}
          onClick={() => {
            turnTo([]);
            if (cursors.length === 0) again();
          }}
        >
          Refresh
        </Button>
      </Group>
      {error && <Problem error={error} retry={again} />}
      {(logs || !error) && (
        <Table
          verticalSpacing={8}
          horizontalSpacing="xs"
          aria-label="Prediction logs"
          aria-busy={!logs || turning}
          className={turning ? classes.pending : undefined}
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Th>When</Table.Th>
              <Table.Th visibleFrom="sm">Source</Table.Th>
              <Table.Th>Key</Table.Th>
              <Table.Th ta="right">Samples</Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                Duration
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {logs
              ? logs.nodes.map(log => (
                  <LogRow
                    key={log.id}
                    log={log}
                    model={deployment.model}
                    now={now}
                    open={openLog === log.id}
                    onToggle={() => setOpenLog(openLog === log.id ? null : log.id)}
                  />
                ))
              : SKELETONS.map(row => <SkeletonRow key={row} />)}
          </Table.Tbody>
        </Table>
      )}
      {logs && (cursors.length > 0 || logs.pageInfo.hasNextPage) && (
        <Group justify="space-between" mt="md">
          <Text size="sm" c="dimmed" role="status">
            Page {cursors.length + 1}
          </Text>
          <Group gap="xs">
            <Button
              variant="default"
              size="xs"
              leftSection={<ChevronLeft size={14} />}
              disabled={cursors.length === 0 || turning}
              onClick={() => turnTo(cursors.slice(0, -1))}
            >
              Newer
            </Button>
            <Button
              variant="default"
              size="xs"
              rightSection={<ChevronRight size={14} />}
              disabled={!logs.pageInfo.hasNextPage || turning}
              onClick={() => {
                if (logs.pageInfo.endCursor) turnTo([...cursors, logs.pageInfo.endCursor]);
              }}
            >
              Older
            </Button>
          </Group>
        </Group>
      )}
    </Card>
  );
}

function SkeletonRow() {
  return (
    <Table.Tr>
      <Table.Td colSpan={COLUMNS}>
        <Box h={24} pt={5}>
          <Skeleton h={14} />
        </Box>
      </Table.Td>
    </Table.Tr>
  );
}

/** The time by the minute, so that "2 minutes ago" stays true. */
function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useInterval(() => setNow(new Date()), MINUTE_MS, { autoInvoke: true });
  return now;
}
