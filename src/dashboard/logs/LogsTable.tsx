import { Button, Card, Group, SegmentedControl, Stack, Table, Title } from '@mantine/core';
import { RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import type { CombinedError } from 'urql';
import { DataTable } from '../ui/DataTable';
import { EmptyState } from '../ui/EmptyState';
import { Pager } from '../ui/Pager';
import { Problem } from '../ui/Problem';
import { SkeletonRows } from '../ui/SkeletonRows';
import type { Pages } from '../ui/use-pages';
import classes from './Logs.module.css';
import type { OutsideFilter } from './use-outside-filter';

/** Max logs on a page. */
export const LOGS_ON_A_PAGE = 20;

/** The number of columns, and those that a narrow screen shows. */
const COLUMNS = {
  deployment: { columns: 5, narrow: [0, 2, 3] },
  project: { columns: 6, narrow: [0, 1] },
  key: { columns: 4, narrow: [0, 1, 2] },
};

interface LogsTableProps<Log> {
  /** Undefined while loading. */
  logs: { nodes: Log[]; pageInfo: { hasNextPage: boolean; endCursor?: string | null } } | undefined;
  error: CombinedError | undefined;
  refresh: () => void;
  pages: Pages;
  /** Whether the previous page is shown while the next one is loading, so that the layout does not shift. */
  turning: boolean;
  /** Absent if the list cannot be filtered. */
  filter?: OutsideFilter | undefined;
  /** Whose calls are listed: what all rows have in common has no column. */
  of: keyof typeof COLUMNS;
  rowOf: (log: Log) => ReactNode;
}

/** The calls that were answered, newest first, in pages. */
export function LogsTable<Log>({
  logs,
  error: failure,
  refresh,
  pages,
  turning,
  filter,
  of,
  rowOf,
}: LogsTableProps<Log>) {
  // An error of the previous page remains in the result until the next one is loaded.
  const error = turning ? undefined : failure;
  const isEmpty = logs?.nodes.length === 0 && pages.number === 1 && !turning;
  const wide = of === 'project' ? { visibleFrom: 'sm' as const } : {};
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="xs" mih={36}>
        <Title order={2}>Answered calls</Title>
        <Group gap="xs">
          {filter && <Filter {...filter} />}
          <Button
            variant="default"
            size="xs"
            leftSection={<RotateCw size={14} />}
            onClick={() => {
              pages.toFirst();
              if (pages.number === 1) refresh();
            }}
          >
            Refresh
          </Button>
        </Group>
      </Group>
      {error && <Problem error={error} retry={refresh} />}
      {filter?.isOn && isEmpty && (
        <Card withBorder padding={0}>
          <EmptyState title="No call outside the calibration">
            Every spectrum was within the limits of its model, or its model has no limits of T² and Q.
          </EmptyState>
        </Card>
      )}
      {(logs || !error) && !isEmpty && (
        <Card withBorder padding={0}>
          <DataTable
            highlightOnHover={false}
            aria-label="Prediction logs"
            aria-busy={!logs || turning}
            className={`${classes.table} ${turning ? classes.pending : ''}`}
          >
            <Table.Thead>
              <Table.Tr>
                <Table.Th>When</Table.Th>
                {of !== 'deployment' && <Table.Th>Deployment</Table.Th>}
                {of !== 'key' && (
                  <>
                    <Table.Th visibleFrom="sm">Source</Table.Th>
                    <Table.Th {...wide}>Key</Table.Th>
                  </>
                )}
                <Table.Th ta="right" {...wide}>
                  Samples
                </Table.Th>
                <Table.Th ta="right" visibleFrom="sm">
                  Duration
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {logs ? logs.nodes.map(rowOf) : <SkeletonRows what="logs" {...COLUMNS[of]} height="24px" />}
            </Table.Tbody>
          </DataTable>
        </Card>
      )}
      {logs && <Pager pages={pages} pageInfo={logs.pageInfo} turning={turning} />}
    </Stack>
  );
}

function Filter({ isOn, onChange }: OutsideFilter) {
  return (
    <SegmentedControl
      aria-label="Calls that are listed"
      size="xs"
      transitionDuration={0}
      value={isOn ? 'outside' : 'all'}
      onChange={value => onChange(value === 'outside')}
      data={[
        { value: 'all', label: 'All' },
        { value: 'outside', label: 'Outside the calibration' },
      ]}
    />
  );
}
