import { useQuery } from 'urql';
import { graphql } from '../generated';
import { useProject } from '../projects/ProjectPage';
import { EmptyState } from '../ui/EmptyState';
import { isTurning, usePages } from '../ui/use-pages';
import { DeploymentName } from './DeploymentName';
import { LogRow } from './LogRow';
import { LOGS_ON_A_PAGE, LogsTable } from './LogsTable';
import { useOutsideFilter } from './use-outside-filter';

const LOGS = graphql(`
  query ProjectLogs($id: ID!, $first: Int!, $after: String, $onlyOutside: Boolean!) {
    project(id: $id) {
      id
      predictionLogs(first: $first, after: $after, onlyOutside: $onlyOutside) {
        ...CallsOfDeployments
      }
    }
  }
`);

/** The answered calls of all deployments, including deleted ones, newest first. */
export function ProjectLogs() {
  const { id } = useProject();
  const filter = useOutsideFilter();
  const pages = usePages(undefined, String(filter.isOn));
  const variables = { id, first: LOGS_ON_A_PAGE, after: pages.after, onlyOutside: filter.isOn };
  const [result, refresh] = useQuery({ query: LOGS, variables });
  const turning = isTurning(result, variables);
  const logs = result.data?.project?.predictionLogs;
  if (logs?.nodes.length === 0 && pages.number === 1 && !filter.isOn && !turning) {
    return (
      <EmptyState title="No predictions yet">
        Every answered call of the project's deployments is listed here, even after a deployment is deleted.
      </EmptyState>
    );
  }
  return (
    <LogsTable
      of="project"
      logs={logs}
      error={result.error}
      refresh={() => refresh({ requestPolicy: 'network-only' })}
      pages={pages}
      turning={turning}
      filter={filter}
      rowOf={log => <LogRow key={log.id} log={log} deployment={<DeploymentName log={log} />} />}
    />
  );
}
