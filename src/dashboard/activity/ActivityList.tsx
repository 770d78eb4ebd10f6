import { Button, Card, Group, Stack, Table, Text } from '@mantine/core';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { graphql } from '../generated';
import { DataTable } from '../ui/DataTable';
import { EmptyState } from '../ui/EmptyState';
import { Pager } from '../ui/Pager';
import { Problem } from '../ui/Problem';
import { Refusal } from '../ui/Refusal';
import { SkeletonRows } from '../ui/SkeletonRows';
import { saveFile } from '../ui/save-file.ts';
import { useNow } from '../ui/use-now';
import { ActivityFilters } from './ActivityFilters';
import { ActivityRow } from './ActivityRow';
import { activityCsv, MAX_EXPORTED, readAll } from './activity-csv.ts';
import { type Person, peopleIn } from './people.ts';
import type { ActivityInPages } from './use-activity.ts';

graphql(`
  fragment ActivityFields on Activity {
    id
    createdAt
    action
    actorKind
    actor {
      id
      name
    }
    network
    project {
      id
      name
    }
    subjectId
    subject
    changes {
      field
      from
      to
    }
    details {
      name
      value
    }
  }
  fragment ActivityRows on ActivityConnection {
    nodes {
      ...ActivityFields
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
`);

interface ActivityListProps extends ActivityInPages {
  /** The members. */
  people: readonly Person[];
  of: 'project' | 'organization';
  /** The name of the file without its ending. */
  fileName: string;
}

/** Who did what, newest first, with a filter, pages and a file of what the filter selects. */
export function ActivityList(props: ActivityListProps) {
  const { activity, error, retry, pages, turning, filter, people, of, fileName, readPage } = props;
  const now = useNow();
  const isEmpty = activity?.nodes.length === 0 && pages.number === 1 && !turning;
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm" align="end">
        <ActivityFilters
          filter={filter}
          people={peopleIn(people, activity?.nodes ?? [])}
          ofOrganization={of === 'organization'}
        />
        <Export
          key={JSON.stringify(filter.filter)}
          fileName={fileName}
          readPage={readPage}
          disabled={isEmpty || !activity}
        />
      </Group>
      {error && !turning && <Problem error={error} retry={retry} />}
      {isEmpty && (
        <Card withBorder padding={0}>
          <EmptyState title={filter.filter ? 'Nothing matches' : 'Nothing yet'}>
            {filter.filter
              ? 'Nothing that was done here matches the filter. Choose a longer period, or show all.'
              : 'Every change is listed here: who did what, when and from which network.'}
          </EmptyState>
        </Card>
      )}
      {(activity || !error) && !isEmpty && (
        <Card withBorder padding={0} opacity={turning ? 0.5 : 1}>
          <DataTable aria-label="Activity" aria-busy={!activity || turning}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>What was done</Table.Th>
                <Table.Th visibleFrom="sm" w={140}>
                  When
                </Table.Th>
                <Table.Th visibleFrom="sm" w={220}>
                  Network
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {activity ? (
                activity.nodes.map(entry => (
                  <ActivityRow key={entry.id} entry={entry} now={now} withProject={of === 'organization'} />
                ))
              ) : (
                <SkeletonRows what="the activity" columns={3} narrow={[0]} height="24px" />
              )}
            </Table.Tbody>
          </DataTable>
        </Card>
      )}
      {activity && <Pager pages={pages} pageInfo={activity.pageInfo} turning={turning} />}
    </Stack>
  );
}

interface ExportProps extends Pick<ActivityListProps, 'fileName' | 'readPage'> {
  disabled: boolean;
}

/** Saves what the filter selects as CSV, in files of at most `MAX_EXPORTED` entries. */
function Export({ fileName, readPage, disabled }: ExportProps) {
  const [saving, setSaving] = useState(false);
  const [failed, setFailed] = useState(false);
  /** The older entries that the next file begins with, after a first file. */
  const [older, setOlder] = useState<{ after: string; file: number } | null>(null);
  const save = async (after: string | null, file: number) => {
    setSaving(true);
    const read = await readAll(readPage, after);
    setSaving(false);
    setFailed(!read);
    if (!read) return;
    saveFile(`${fileName}${file === 1 ? '' : `-${file}`}.csv`, 'csv', activityCsv(read.entries));
    setOlder(read.next === null ? null : { after: read.next, file: file + 1 });
  };
  const button = { variant: 'default', size: 'xs', leftSection: <Download size={14} /> };
  return (
    <Stack gap={4} align="end">
      <Group gap="xs" justify="end">
        {older && (
          <Button {...button} loading={saving} onClick={() => void save(older.after, older.file)}>
            Download older entries
          </Button>
        )}
        <Button {...button} loading={saving} disabled={disabled} onClick={() => void save(null, 1)}>
          Download CSV
        </Button>
      </Group>
      {older && (
        <Text size="xs" c="dimmed" role="status">
          A file has at most {MAX_EXPORTED.toLocaleString('en')} entries. There are older ones.
        </Text>
      )}
      <Refusal sentence={failed ? 'The activity could not be read. Try again.' : null} />
    </Stack>
  );
}
