import { Card, Code, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useQuery } from 'urql';
import { graphql } from '../generated';
import { count } from '../ui/numbers.ts';
import { Problem } from '../ui/Problem';
import { relativeTime } from '../ui/relative-time.ts';
import classes from './KeyRefusals.module.css';
import { Networks } from './Networks';
import { type Refused, reasonOf, refusedLines, refusedSince } from './refused.ts';

const REFUSALS = graphql(`
  query KeyRefusals($id: ID!) {
    apiKey(id: $id) {
      id
      rehearsedAt
      refusals(days: 30) {
        code
        isRehearsal
        count
        lastAt
        lastNetwork
        networks {
          network
          count
          lastAt
        }
      }
    }
  }
`);

/** Time between two reads during a rehearsal. The server counts within three seconds. */
const REHEARSAL_MS = 3000;

interface Props {
  id: string;
  now: Date;
}

/** The calls with a key that were answered with an error, by code. */
export function KeyRefusals({ id, now }: Props) {
  const [{ data, error }, load] = useQuery({ query: REFUSALS, variables: { id } });
  const refusals = data?.apiKey?.refusals;
  return (
    <Card withBorder padding="lg">
      <Title order={2} mb="sm">
        Refused calls, last 30 days
      </Title>
      {refusals ? (
        refusals.length > 0 ? (
          <div>
            {refusals.map(refused => (
              <Refusal key={`${refused.code} ${refused.isRehearsal}`} refused={refused} now={now} />
            ))}
          </div>
        ) : (
          <Text size="sm" c="dimmed">
            None.
          </Text>
        )
      ) : error ? (
        <Problem error={error} retry={() => load()} />
      ) : (
        <Skeleton h={60} aria-label="Loading the refused calls" />
      )}
    </Card>
  );
}

function Refusal({ refused, now }: { refused: Refused; now: Date }) {
  const reason = reasonOf(refused) ?? 'Refused';
  return (
    <Stack gap={4} align="flex-start" className={classes.entry}>
      <Group gap={8}>
        <Text size="sm" fw={600}>
          {reason}
        </Text>
        <Code>{refused.code}</Code>
      </Group>
      <Text size="sm">
        {count(refused.count, 'call')}, the last {relativeTime(new Date(refused.lastAt), now)} from{' '}
        {refused.lastNetwork}
      </Text>
      {refused.networks.length > 1 && (
        <Networks label={`Networks: ${reason}`} lines={refusedLines(refused, now)} />
      )}
    </Stack>
  );
}

/** Who was refused since the rehearsal that is under way began, read again every few seconds. */
export function RefusedInRehearsal({ id }: Pick<Props, 'id'>) {
  const [{ data }, load] = useQuery({ query: REFUSALS, variables: { id } });
  useInterval(() => load({ requestPolicy: 'network-only' }), REHEARSAL_MS, { autoInvoke: true });
  const key = data?.apiKey;
  if (!key?.rehearsedAt) return null;
  const lines = refusedSince(key.refusals, key.rehearsedAt, new Date());
  if (lines.length === 0) return <Text size="sm">Nobody has called since it began.</Text>;
  return <Networks label="Refused during the rehearsal" lines={lines} />;
}
