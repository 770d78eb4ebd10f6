import { Anchor, Button } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { useDeployment } from '../deployments/DeploymentPage';
import { graphql } from '../generated';
import { hasLimits } from '../models/model.ts';
import { EmptyState } from '../ui/EmptyState';
import { useNow } from '../ui/use-now';
import { isTurning, usePages } from '../ui/use-pages';
import { LogDetails } from './LogDetails';
import { LogRow } from './LogRow';
import { LOGS_ON_A_PAGE, LogsTable } from './LogsTable';
import { useOutsideFilter } from './use-outside-filter';

const LOGS = graphql(`
  query PredictionLogs($id: ID!, $first: Int!, $after: String, $onlyOutside: Boolean!) {
    deployment(id: $id) {
      id
      predictionLogs(first: $first, after: $after, onlyOutside: $onlyOutside) {
        nodes {
          ...LogFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

/** The calls that were answered, newest first. */
export function Logs() {
  const deployment = useDeployment();
  const { model } = deployment;
  const [openLog, setOpenLog] = useState<string | null>(null);
  const filter = useOutsideFilter();
  const pages = usePages(() => setOpenLog(null), String(filter.isOn));
  const now = useNow();
  const variables = {
    id: deployment.id,
    first: LOGS_ON_A_PAGE,
    after: pages.after,
    onlyOutside: filter.isOn,
  };
  const [result, refresh] = useQuery({ query: LOGS, variables });
  const turning = isTurning(result, variables);
  const logs = result.data?.deployment?.predictionLogs;
  const { predict: canPredict } = deployment.project.viewerCan;
  if (logs?.nodes.length === 0 && pages.number === 1 && !filter.isOn && !turning) {
    return (
      <EmptyState
        title="No predictions yet"
        action={
          canPredict && (
            <Button component={Link} to={`/deployments/${deployment.id}/predict`} mt="sm">
              Predict
            </Button>
          )
        }
      >
        Every answered call is listed here, with its values and the key that made it.
        {canPredict && ' Predict in the browser, or call the deployment from a program as'}
        {!canPredict && ' Programs call the deployment as'}{' '}
        <Anchor
          component={Link}
          to={`/deployments/${deployment.id}/integration`}
          size="sm"
          underline="always"
        >
          Integration
        </Anchor>{' '}
        shows.
      </EmptyState>
    );
  }
  return (
    <LogsTable
      of="deployment"
      logs={logs}
      error={result.error}
      refresh={() => refresh({ requestPolicy: 'network-only' })}
      pages={pages}
      turning={turning}
      filter={hasLimits(model) || filter.isOn ? filter : undefined}
      rowOf={log => (
        <LogRow
          key={log.id}
          log={log}
          now={now}
          opening={{
            open: openLog === log.id,
            onToggle: () => setOpenLog(openLog === log.id ? null : log.id),
            details: <LogDetails log={log} deploymentId={deployment.id} model={model} />,
          }}
        />
      )}
    />
  );
}
