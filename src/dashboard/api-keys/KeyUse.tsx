import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import type { ApiKeyRowFragment } from '../generated/graphql';
import { exactTime, relativeTime } from '../ui/relative-time.ts';
import { keyPath } from './key-path.ts';
import { API_KEY_DAYS, findKey, placeOf } from './queries';
import { totalOf } from './usage.ts';

interface KeyUseProps {
  apiKey: ApiKeyRowFragment;
  now: Date;
  /** Called when the person goes to the key's calls; absent on the page that shows them. */
  onLeave?: (() => void) | undefined;
}

/** Whether a key is still used: its last use and the predictions of 30 days, read when the dialog opens. */
export function KeyUse({ apiKey, now, onLeave }: KeyUseProps) {
  const [{ data }] = useQuery({
    query: API_KEY_DAYS,
    variables: placeOf({ projectId: apiKey.project.id, id: apiKey.id }),
    requestPolicy: 'network-only',
  });
  const found = findKey(data, apiKey.id);
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
      {onLeave && (
        <Anchor component={Link} to={keyPath(apiKey)} size="sm" underline="always" onClick={onLeave}>
          See its calls
        </Anchor>
      )}
    </>
  );
}
