import { Box, List, Skeleton, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { relativeTime } from '../ui/relative-time';
import { useNow } from '../ui/use-now';

const SET_DEPLOYMENT_ACTIVE = graphql(`
  mutation SetDeploymentActive($id: ID!, $active: Boolean!) {
    setDeploymentActive(id: $id, active: $active) {
      id
      active
    }
  }
`);

const KEYS_IN_USE = graphql(`
  query KeysInUse($id: ID!) {
    apiKeys(of: { deploymentId: $id }, first: 100, status: [ACTIVE], orderBy: LAST_USED) {
      nodes {
        id
        name
        prefix
        lastUsedAt
      }
    }
  }
`);

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_NAMED = 5;

interface ActiveSwitchProps {
  deployment: { id: string; name: string; active: boolean };
  /** Called with the server's message when it refuses, and with null when a new attempt begins. */
  onRefused: (sentence: string | null) => void;
  /** The narrowest screen on which the switch has a label; by default any. */
  wordFrom?: 'sm';
}

/**
 * Switches a deployment on or off. Before switching off it asks, and names the API keys in use. For people whose role
 * allows it; others see `ActiveDot`.
 */
export function ActiveSwitch({ deployment, onRefused, wordFrom }: ActiveSwitchProps) {
  const { id, name, active } = deployment;
  const [asking, setAsking] = useState(false);
  // The requested state is shown at once, until the reloaded list contains it.
  const [wanted, setWanted] = useState<boolean | null>(null);
  const [{ fetching }, setActive] = useMutation(SET_DEPLOYMENT_ACTIVE);
  if (wanted === active && !fetching) setWanted(null);
  const shown = wanted ?? active;
  const switchTo = async (next: boolean) => {
    onRefused(null);
    setWanted(next);
    const { error } = await setActive({ id, active: next });
    if (!error) return;
    setWanted(null);
    onRefused(sentenceOf(error));
  };
  return (
    <>
      <Switch
        checked={shown}
        label={
          <Box component="span" miw={56} {...(wordFrom ? { visibleFrom: wordFrom } : {})}>
            {shown ? 'Active' : 'Inactive'}
          </Box>
        }
        aria-label={`${name} is active`}
        styles={{ body: { alignItems: 'center' } }}
        onChange={event => {
          if (fetching) return;
          if (event.currentTarget.checked) void switchTo(true);
          else setAsking(true);
        }}
      />
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        question={{
          title: `Switch “${name}” off?`,
          text: 'Calls are refused from the next one on, from programs and in the dashboard, until it is switched on again.',
          more: <KeysInUse id={id} />,
          confirm: 'Switch off',
          color: 'red.8',
        }}
        onConfirm={() => switchTo(false)}
      />
    </>
  );
}

/** The usable API keys that reach the deployment and were used in the last day, latest first. */
function KeysInUse({ id }: { id: string }) {
  const now = useNow();
  const [{ data, error }] = useQuery({
    query: KEYS_IN_USE,
    variables: { id },
    requestPolicy: 'network-only',
  });
  if (error) {
    return <Text size="sm">Which API keys were used in the last day is not known: {sentenceOf(error)}</Text>;
  }
  if (!data) return <Skeleton h={20} aria-label="Loading the API keys in use" />;
  const keys = data.apiKeys.nodes
    .flatMap(({ lastUsedAt, ...key }) => (lastUsedAt ? [{ ...key, usedAt: new Date(lastUsedAt) }] : []))
    .filter(({ usedAt }) => now.getTime() - usedAt.getTime() < DAY_MS)
    .sort((one, other) => other.usedAt.getTime() - one.usedAt.getTime());
  if (keys.length === 0) return <Text size="sm">No API key that reaches it was used in the last day.</Text>;
  return (
    <Stack gap={4}>
      <Text size="sm">
        {keys.length === 1
          ? 'One API key that reaches it was used in the last day:'
          : `${keys.length} API keys that reach it were used in the last day:`}
      </Text>
      <List size="sm" spacing={2} style={{ overflowWrap: 'anywhere' }}>
        {keys.slice(0, MAX_NAMED).map(({ id: keyId, name, prefix, usedAt }) => (
          <List.Item key={keyId}>
            <strong>{name}</strong> (<code>{prefix}...</code>), {relativeTime(usedAt, now)}
          </List.Item>
        ))}
        {keys.length > MAX_NAMED && <List.Item>and {keys.length - MAX_NAMED} more</List.Item>}
      </List>
    </Stack>
  );
}
