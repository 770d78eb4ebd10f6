import { Card, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from 'urql';
import { graphql } from '../generated';
import type { CallersOfKeyFragment } from '../generated/graphql';
import { Problem } from '../ui/Problem';
import { callerLines, partialCount, rhythmWords } from './callers.ts';
import { Networks } from './Networks';

const CALLERS = graphql(`
  query KeyCallers($id: ID!) {
    apiKey(id: $id) {
      id
      ...CallersOfKey
    }
  }
`);

interface CallersProps {
  use: CallersOfKeyFragment;
  now: Date;
  /** Whether a heading says so already. */
  isTitled?: boolean;
}

/** Who calls with a key: the networks of the last day and of the last calls, how often, and when the next call is due. */
export function Callers({ use, now, isTitled = false }: CallersProps) {
  const calledToday = use.callers.networks.length > 0;
  const lines = callerLines(use, now);
  const rhythm = rhythmWords(use, now);
  const partial = partialCount(use, now);
  if (lines.length === 0) return null;
  return (
    <Stack gap={6} align="flex-start" mt={isTitled ? 0 : 'xs'}>
      {!(isTitled && calledToday) && (
        <Text size="sm" fw={600}>
          {calledToday ? 'Who calls' : 'Nobody called in the last day'}
        </Text>
      )}
      <Networks label="Networks that call" lines={lines} />
      {rhythm && <Text size="sm">{rhythm}</Text>}
      {partial && (
        <Text size="sm" c="dimmed">
          {partial}
        </Text>
      )}
    </Stack>
  );
}

/** Who calls with the key of a page. */
export function KeyCallers({ id, now }: { id: string; now: Date }) {
  const [{ data, error }, load] = useQuery({ query: CALLERS, variables: { id } });
  const use = data?.apiKey;
  return (
    <Card withBorder padding="lg">
      <Title order={2} mb="sm">
        Callers
      </Title>
      {use ? (
        use.recentUse.calls > 0 ? (
          <Callers use={use} now={now} isTitled />
        ) : (
          <Text size="sm" c="dimmed">
            No call in the logs.
          </Text>
        )
      ) : error ? (
        <Problem error={error} retry={() => load()} />
      ) : (
        <Skeleton h={60} aria-label="Loading the callers" />
      )}
    </Card>
  );
}
