import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { graphql } from '../generated';
import type { ApiKeyRowFragment } from '../generated/graphql';
import { type Attempts, isUnanswered, useAttempt } from './attempt.ts';
import { Deleted, type LostKey } from './ExistingKey';
import { NewKeyDialog } from './NewKeyDialog';
import { RotateForm, type Rotation } from './RotateForm';

// Selects only the key: with its deployment, the cache would reload the whole page behind the secret.
const ROTATE = graphql(`
  mutation RotateApiKey($input: RotateApiKeyInput!) {
    rotateApiKey(input: $input) {
      rawKey
      apiKey {
        id
        name
        prefix
      }
    }
  }
`);

const attempts: Attempts<Rotation> = new Map();

/** Whether a person can rotate a key, or has sent a rotation whose outcome is unknown. */
export const canRotate = (
  { id, status, successor }: Pick<ApiKeyRowFragment, 'id' | 'status' | 'successor'>,
  viewerId: string,
): boolean => (status === 'ACTIVE' && successor?.status !== 'ACTIVE') || isUnanswered(attempts, viewerId, id);

interface Props {
  /** Null if no key is rotated. */
  apiKey: ApiKeyRowFragment | null;
  onClose: () => void;
}

/** Asks when the old key retires, and then shows its successor, once. */
export function RotateKey({ apiKey, onClose }: Props) {
  const attempt = useAttempt({
    attempts,
    place: apiKey?.id ?? '',
    send: (client, input: Rotation, context) => client.mutation(ROTATE, { input }, context).toPromise(),
  });
  const [overlap, setOverlap] = useState('86400');
  /** The successor of a lost answer, once it was deleted. */
  const [deleted, setDeleted] = useState<LostKey | null>(null);
  const finish = () => {
    attempt.clear();
    setDeleted(null);
    onClose();
  };
  // If the old key is refused already, the lost one is replaced: a new key would have to be set up by hand.
  const instead = (lost: LostKey) =>
    lost.predecessor?.status === 'ACTIVE'
      ? null
      : {
          text: 'The old key is refused already: replace this one, which keeps its networks and limits.',
          action: (
            <Button loading={attempt.busy} onClick={() => void attempt.start(replacementOf(lost))}>
              Replace this key
            </Button>
          ),
        };
  const form = (key: ApiKeyRowFragment) =>
    deleted && deleted.predecessor?.status !== 'ACTIVE' ? (
      <CannotRotate deleted={deleted} onClose={finish} />
    ) : (
      <RotateForm
        apiKey={key}
        deleted={deleted}
        overlap={overlap}
        onOverlap={setOverlap}
        busy={attempt.busy}
        error={attempt.error}
        onSubmit={input => void attempt.start(input)}
        onCancel={finish}
      />
    );
  return (
    <NewKeyDialog
      attempt={attempt}
      opened={apiKey !== null}
      title={apiKey && `Rotate “${apiKey.name}”`}
      name={apiKey?.name ?? ''}
      revealed={attempt.made?.rotateApiKey ?? null}
      instead={instead}
      onDeleted={setDeleted}
      onFinish={finish}
    >
      {apiKey && form(apiKey)}
    </NewKeyDialog>
  );
}

/** The rotation that replaces a key at once by one that lives as long. */
const replacementOf = ({ id, expiresAt }: LostKey): Rotation => ({
  id,
  overlapSeconds: 0,
  expiresAt: expiresAt ?? null,
});

/** Says what to do once the lost successor of a refused key was deleted. */
function CannotRotate({ deleted, onClose }: { deleted: LostKey; onClose: () => void }) {
  return (
    <Stack gap="md">
      <Deleted apiKey={deleted} />
      <Text size="sm">
        The old key is refused already and cannot be rotated again. Create a new API key for the program.
      </Text>
      <Group justify="flex-end">
        <Button onClick={onClose}>Close</Button>
      </Group>
    </Stack>
  );
}
