import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { KeyRound } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { type CombinedError, useClient, useQuery } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import type { ExistingApiKeyQuery } from '../generated/graphql';
import { Notice } from '../ui/Notice';
import { Problem } from '../ui/Problem';
import { Refusal } from '../ui/Refusal';
import { relativeTime } from '../ui/relative-time.ts';
import { useNow } from '../ui/use-now';
import { ABOUT_KEYS, DELETE } from './queries';

const EXISTING = graphql(`
  query ExistingApiKey($id: ID!) {
    apiKey(id: $id) {
      id
      name
      prefix
      createdAt
      expiresAt
      predecessor {
        id
        prefix
        status
      }
    }
  }
`);

/** A key whose raw key was lost with the answer. */
export type LostKey = NonNullable<ExistingApiKeyQuery['apiKey']>;

export interface ExistingKeyProps {
  id: string;
  /** What else can be done with the key, and why. */
  instead?: ((key: LostKey) => { text: string; action: ReactNode } | null) | undefined;
  /** Why that failed. */
  insteadError: CombinedError | undefined;
  onDeleted: (key: LostKey) => void;
  /** Called when the key stays, or was deleted by someone else. */
  onKeep: () => void;
}

/** The key that a request made whose answer was lost: names it, and offers to delete it. */
export function ExistingKey({ id, instead, insteadError, onDeleted, onKeep }: ExistingKeyProps) {
  const client = useClient();
  const now = useNow();
  const [{ data, error: notLoaded }, load] = useQuery({
    query: EXISTING,
    variables: { id },
    requestPolicy: 'network-only',
  });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CombinedError>();
  const remove = async (key: LostKey) => {
    setBusy(true);
    setError(undefined);
    const result = await client.mutation(DELETE, { id }, ABOUT_KEYS).toPromise();
    setBusy(false);
    if (result.error) setError(result.error);
    else onDeleted(key);
  };
  const refused = error ?? insteadError;
  if (!data && notLoaded) return <Problem error={notLoaded} retry={() => load()} />;
  if (!data) return <Skeleton h={80} aria-label="Loading the key" />;
  const key = data.apiKey;
  if (!key) {
    return (
      <Stack gap="md">
        <Text size="sm" role="status">
          The request made a key, which has been deleted meanwhile.
        </Text>
        <Group justify="flex-end">
          <Button onClick={onKeep}>Continue</Button>
        </Group>
      </Stack>
    );
  }
  const other = instead?.(key);
  return (
    <Stack gap="md">
      <Notice
        icon={<KeyRound size={18} aria-hidden />}
        title="The key exists, but its secret was lost"
        role="alert"
      >
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          <strong>{key.name}</strong> (<code>{key.prefix}...</code>) was created{' '}
          {relativeTime(new Date(key.createdAt), now)}, and the answer with its secret did not arrive. A
          secret is shown only once, so no program can use this key.{' '}
          {other?.text ?? 'Delete it, and then make another.'}
        </Text>
      </Notice>
      <Refusal sentence={refused ? sentenceOf(refused) : null} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onKeep} disabled={busy}>
          Keep it
        </Button>
        <Button
          {...(other ? { variant: 'default' } : { color: 'red.8' })}
          loading={busy}
          onClick={() => void remove(key)}
        >
          Delete this key
        </Button>
        {other?.action}
      </Group>
    </Stack>
  );
}

/** Says that the key of a lost answer is gone. */
export const Deleted = ({ apiKey: { name, prefix } }: { apiKey: LostKey }) => (
  <Text size="sm" role="status" style={{ overflowWrap: 'anywhere' }}>
    “{name}” (<code>{prefix}...</code>) is deleted.
  </Text>
);
