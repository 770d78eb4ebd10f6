import { useQuery } from 'urql';
import { graphql } from '../generated';
import { useProject } from '../projects/ProjectPage';
import { EmptyState } from '../ui/EmptyState';
import { DeploymentName } from './DeploymentName';
import { LogRow } from './LogRow';
import { LOGS_ON_A_PAGE, LogsTable } from './LogsTable';
import { usePages } from './use-pages';

const LOGS = graphql(`
  query ProjectLogs($id: ID!, $first: Int!, $after: String) {
    project(id: $id) {
      id
      predictionLogs(first: $first, after: $after) {
        nodes {
          ...LogFields
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

/** The answered calls of all deployments, including deleted ones, newest first. */
export function ProjectLogs() {
  const { id } = useProject();
  const pages = usePages();
  const { after } = pages;
  const [{ data, error, fetching, operation }, refresh] = useQuery({
    query: LOGS,
    variables: { id, first: LOGS_ON_A_PAGE, after },
  });
  const logs = data?.project?.predictionLogs;
  if (logs?.nodes.length === 0 && pages.number === 1) {
    return (
      <EmptyState title="No predictions yet">
        Every answered call of the project's deployments is listed here, even after a deployment is deleted.
      </EmptyState>
    );
  }
  return (
    <LogsTable
      logs={logs}
      error={error}
      refresh={() => refresh({ requestPolicy: 'network-only' })}
      pages={pages}
      turning={fetching && operation?.variables.after !== after}
      of="project"
      rowOf={log => <LogRow key={log.id} log={log} deployment={<DeploymentName log={log} />} />}
    />
  );
}
