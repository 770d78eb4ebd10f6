import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import type { ApiKeyRowFragment } from '../generated/graphql';
import { exactTime, relativeTime } from '../ui/relative-time.ts';
import { Callers } from './KeyCallers';
import { keyPath } from './key-path.ts';
import { KEY_USE } from './queries';
import { totalOf } from './usage.ts';

interface KeyUseProps {
  apiKey: ApiKeyRowFragment;
  now: Date;
  /** Called when the person goes to the key's calls; absent on the page that shows them. */
  onLeave?: (() => void) | undefined;
}

/**
 * Whether a key is still used: its last calls, the predictions of 30 days, who calls and when the next call is due. Read
 * when the dialog opens.
 */
export function KeyUse({ apiKey, now, onLeave }: KeyUseProps) {
  const [{ data }] = useQuery({
    query: KEY_USE,
    variables: { id: apiKey.id },
    requestPolicy: 'network-only',
  });
  const found = data?.apiKey;
  const calls = found?.predictionLogs.nodes;
  const lastUsedAt = found?.lastUsedAt ?? apiKey.lastUsedAt;
  if (!lastUsedAt) return <Text size="sm">Never used</Text>;
  const at = new Date(lastUsedAt);
  const total = found && totalOf(found.dailyPredictions);
  return (
    <>
      <Text size="sm">
        Last used {relativeTime(at, now)}
        {total && ` · ${total.bound}${total.number} ${total.noun} in the last 30 days`}
      </Text>
      <Text size="xs" c="dimmed">
        {exactTime(at)}
      </Text>
      {calls && calls.length > 1 && (
        <Text size="sm">
          Last calls {calls.map(({ createdAt }) => relativeTime(new Date(createdAt), now)).join(', ')}
        </Text>
      )}
      {found && <Callers use={found} now={now} />}
      {onLeave && (
        <Anchor component={Link} to={keyPath(apiKey)} size="sm" underline="always" onClick={onLeave}>
          See its calls
        </Anchor>
      )}
    </>
  );
}
