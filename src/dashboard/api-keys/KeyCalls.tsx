import { Anchor, Card } from '@mantine/core';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { graphql } from '../generated';
import type { ApiKeyRowFragment } from '../generated/graphql';
import { DeploymentName } from '../logs/DeploymentName';
import { LogRow } from '../logs/LogRow';
import { LOGS_ON_A_PAGE, LogsTable } from '../logs/LogsTable';
import { EmptyState } from '../ui/EmptyState';
import { isTurning, usePages } from '../ui/use-pages';

const CALLS = graphql(`
  query ApiKeyCalls($id: ID!, $first: Int!, $after: String) {
    apiKey(id: $id) {
      id
      predictionLogs(first: $first, after: $after) {
        ...CallsOfDeployments
      }
    }
  }
`);

/** The answered calls with a key, newest first. */
export function KeyCalls({ apiKey }: { apiKey: ApiKeyRowFragment }) {
  const pages = usePages();
  const variables = { id: apiKey.id, first: LOGS_ON_A_PAGE, after: pages.after };
  const [result, refresh] = useQuery({ query: CALLS, variables });
  const logs = result.data?.apiKey?.predictionLogs;
  if (logs?.nodes.length === 0 && pages.number === 1) {
    return (
      <Card withBorder padding={0}>
        <NoCalls apiKey={apiKey} />
      </Card>
    );
  }
  return (
    <LogsTable
      of="key"
      logs={logs}
      error={result.error}
      refresh={() => refresh({ requestPolicy: 'network-only' })}
      pages={pages}
      turning={isTurning(result, variables)}
      rowOf={log => (
        <LogRow key={log.id} log={log} deployment={<DeploymentName log={log} />} withCaller={false} />
      )}
    />
  );
}

function NoCalls({ apiKey: { lastUsedAt, status, deployment } }: { apiKey: ApiKeyRowFragment }) {
  if (lastUsedAt) {
    return (
      <EmptyState title="No call in the logs">
        The calls with this key are so old that their logs have been deleted.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No call yet">
      Every answered call with this key is listed here.
      {status === 'ACTIVE' && deployment && (
        <>
          {' '}
          A program calls the deployment as{' '}
          <Anchor
            component={Link}
            to={`/deployments/${deployment.id}/integration`}
            size="sm"
            underline="always"
          >
            Integration
          </Anchor>{' '}
          shows.
        </>
      )}
    </EmptyState>
  );
}
