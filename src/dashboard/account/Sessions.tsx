import { Badge, Box, Button, Card, Group, Skeleton, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import type { OwnSessionsQuery } from '../generated/graphql';
import { Problem } from '../ui/Problem';
import { Refusal } from '../ui/Refusal';
import { exactTime, relativeTime } from '../ui/relative-time';
import classes from './Sessions.module.css';

const SESSIONS = graphql(`
  query OwnSessions {
    viewer {
      id
      sessions {
        id
        createdAt
        lastSeenAt
        network
        browser
        current
      }
    }
  }
`);

const END_SESSION = graphql(`
  mutation EndSession($id: ID!) {
    endSession(id: $id)
  }
`);

const END_OTHER_SESSIONS = graphql(`
  mutation EndOtherSessions {
    endOtherSessions
  }
`);

type Session = NonNullable<OwnSessionsQuery['viewer']>['sessions'][number];

const changesSessions = { additionalTypenames: ['Session'] };

/** Where the person is signed in; each session but the current one can be ended. */
export function Sessions() {
  const [{ data, error }, retry] = useQuery({ query: SESSIONS });
  const [, endSession] = useMutation(END_SESSION);
  const [{ fetching }, endOthers] = useMutation(END_OTHER_SESSIONS);
  const [refusal, setRefusal] = useState<string | null>(null);
  // The current session comes first.
  const sessions = data?.viewer?.sessions.toSorted((a, b) => Number(b.current) - Number(a.current));
  const end = async (id: string) => {
    const result = await endSession({ id }, changesSessions);
    setRefusal(result.error ? sentenceOf(result.error) : null);
  };
  const endAll = async () => {
    const result = await endOthers({}, changesSessions);
    setRefusal(result.error ? sentenceOf(result.error) : null);
  };
  return (
    <Stack gap="md" component="section" aria-labelledby="sessions">
      <Group justify="space-between" gap="sm">
        <Title order={2} id="sessions">
          Sessions
        </Title>
        {sessions && sessions.length > 1 && (
          <Button size="xs" variant="default" loading={fetching} onClick={() => void endAll()}>
            End all others
          </Button>
        )}
      </Group>
      <Refusal sentence={refusal} />
      {error && !sessions ? (
        <Problem error={error} retry={() => retry()} />
      ) : (
        <Card withBorder padding={0}>
          {sessions ? (
            // Safari does not treat a list without bullets as a list.
            // biome-ignore lint/a11y/noRedundantRoles: see above
            <ul className={classes.list} role="list">
              {sessions.map(session => (
                <SessionRow key={session.id} session={session} end={() => end(session.id)} />
              ))}
            </ul>
          ) : (
            <SkeletonSessions />
          )}
        </Card>
      )}
    </Stack>
  );
}

function SessionRow({ session, end }: { session: Session; end: () => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  const { browser, network, createdAt, lastSeenAt, current } = session;
  const now = new Date();
  const seen = new Date(lastSeenAt);
  // `lastSeenAt` is exact to the hour.
  const isRecent = now.getTime() - seen.getTime() < 60 * 60 * 1000;
  return (
    <li className={classes.row}>
      <Box miw={0}>
        <Group gap={6}>
          <Text size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
            {browser}
          </Text>
          {current && (
            <Badge size="sm" variant="default" tt="none">
              This session
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          <time dateTime={lastSeenAt} title={exactTime(seen)}>
            {isRecent ? 'Active within the last hour' : `Last active ${relativeTime(seen, now)}`}
          </time>
          {network !== null && network !== undefined && <> · {network}</>}
        </Text>
        <Text size="xs" c="dimmed">
          Signed in <time dateTime={createdAt}>{exactTime(new Date(createdAt))}</time>
        </Text>
      </Box>
      {!current && (
        <Button
          size="xs"
          variant="default"
          loading={busy}
          aria-label={`End the session of ${browser}`}
          onClick={async () => {
            setBusy(true);
            await end();
            setBusy(false);
          }}
        >
          End
        </Button>
      )}
    </li>
  );
}

function SkeletonSessions() {
  return (
    <div role="status">
      <VisuallyHidden>Loading sessions…</VisuallyHidden>
      {['first', 'second'].map(row => (
        <div key={row} className={classes.row}>
          <Skeleton h={14} w="40%" />
        </div>
      ))}
    </div>
  );
}
