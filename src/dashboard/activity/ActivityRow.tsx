import { Anchor, Stack, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { Moment } from '../ui/Moment';
import { type Entry, linesOf, partsOf } from './sentences.ts';

interface ActivityRowProps {
  entry: Entry;
  now: Date;
  /** Whether the row names the project, in the list of an organization. */
  withProject: boolean;
}

/** One entry: the sentence, what changed, when and from which network. */
export function ActivityRow({ entry, now, withProject }: ActivityRowProps) {
  const { actor, done, subject, mark, after } = partsOf(entry);
  const lines = linesOf(entry);
  return (
    <Table.Tr>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>
        <Stack gap={2}>
          <Text size="sm">
            <strong>{actor}</strong> {done} <strong>{subject}</strong> {mark && <span>{mark} </span>}
            {after}
          </Text>
          {lines.map(line => (
            <Text key={line} size="xs" c="dimmed">
              {line}
            </Text>
          ))}
          {withProject && entry.project && (
            <Text size="xs" c="dimmed">
              in{' '}
              <Anchor component={Link} to={`/projects/${entry.project.id}/activity`} size="xs">
                {entry.project.name}
              </Anchor>
            </Text>
          )}
          <Text size="xs" c="dimmed" hiddenFrom="sm">
            <Moment at={new Date(entry.createdAt)} now={now} />
            {entry.network && ` · from ${entry.network}`}
          </Text>
        </Stack>
      </Table.Td>
      <Table.Td visibleFrom="sm" style={{ whiteSpace: 'nowrap' }}>
        <Moment at={new Date(entry.createdAt)} now={now} />
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {entry.network ?? '–'}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}
