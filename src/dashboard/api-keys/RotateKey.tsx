import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import type { ApiKeyRowFragment, RotateApiKeyInput } from '../generated/graphql';
import { Dialog } from '../ui/Dialog';
import { Form } from '../ui/Form';
import { Refusal } from '../ui/Refusal';
import { type Attempts, isUnanswered, useAttempt } from './attempt.ts';
import { Deleted, ExistingKey, type LostKey } from './ExistingKey';
import { LostAnswer } from './LostAnswer';
import { RevealKey } from './RevealKey';

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

const AT_ONCE = {
  value: '0',
  label: 'At once',
  description: 'The old key is refused from its next call on.',
};
/** How long both keys work. */
const OVERLAPS = [
  AT_ONCE,
  { value: '3600', label: 'After 1 hour', description: 'For a program that you change now.' },
  { value: '86400', label: 'After 24 hours', description: 'For a program that is changed by somebody else.' },
  {
    value: '604800',
    label: 'After 7 days',
    description: 'For many programs, or one that is changed on site.',
  },
];

type Input = Omit<RotateApiKeyInput, 'idempotencyKey'>;

const attempts: Attempts<Input> = new Map();

/** Whether a person can rotate a key, or has yet to learn whether they did. */
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
    send: (client, input: Input, context) => client.mutation(ROTATE, { input }, context).toPromise(),
  });
  const { busy, made, existingId, unanswered } = attempt;
  const [overlap, setOverlap] = useState('86400');
  /** The successor of a lost answer, once it was deleted. */
  const [deleted, setDeleted] = useState<LostKey | null>(null);
  const [warned, setWarned] = useState(false);
  const finish = () => {
    attempt.clear();
    setDeleted(null);
    setWarned(false);
    onClose();
  };
  const content = (key: ApiKeyRowFragment) => {
    if (made) {
      const { apiKey: successor, rawKey } = made.rotateApiKey;
      return (
        <RevealKey
          name={successor.name}
          prefix={successor.prefix}
          rawKey={rawKey}
          warned={warned}
          onBack={() => setWarned(true)}
          onDone={finish}
        />
      );
    }
    if (existingId !== null) {
      return (
        <ExistingKey
          id={existingId}
          // The old key is refused already, so the lost one is replaced: a new key would have to be set up by hand.
          instead={lost =>
            lost.predecessor?.status === 'ACTIVE'
              ? null
              : {
                  text: 'The old key is refused already: replace this one, which keeps its networks and limits.',
                  action: (
                    <Button loading={busy} onClick={() => void attempt.start(replacementOf(lost))}>
                      Replace this key
                    </Button>
                  ),
                }
          }
          insteadError={attempt.error}
          onKeep={finish}
          onDeleted={lost => {
            attempt.clear();
            setDeleted(lost);
          }}
        />
      );
    }
    if (unanswered) {
      return (
        <LostAnswer
          name={key.name}
          error={attempt.error}
          isRepeatable={attempt.isRepeatable}
          busy={busy}
          onRepeat={() => void attempt.repeat()}
          onForget={attempt.forget}
          onClose={finish}
        />
      );
    }
    if (deleted && deleted.predecessor?.status !== 'ACTIVE') {
      return (
        <Stack gap="md">
          <Deleted apiKey={deleted} />
          <Text size="sm">
            The old key is refused already and cannot be rotated again. Create a new API key for the program.
          </Text>
          <Group justify="flex-end">
            <Button onClick={finish}>Close</Button>
          </Group>
        </Stack>
      );
    }
    // Of a chain, at most two keys can be used.
    const retiring = key.predecessor?.status === 'ACTIVE' ? key.predecessor : null;
    const offered = retiring ? [AT_ONCE] : OVERLAPS;
    const chosen = retiring ? AT_ONCE.value : overlap;
    return (
      <Form
        onSubmit={() =>
          // The old key's lifetime was shortened by the first rotation, so its successor gets that of the deleted one.
          void attempt.start({
            id: key.id,
            overlapSeconds: Number(chosen),
            ...(deleted && { expiresAt: deleted.expiresAt ?? null }),
          })
        }
      >
        <Stack gap="md">
          <Refusal sentence={attempt.error ? sentenceOf(attempt.error) : null} />
          {deleted && (
            <div>
              <Deleted apiKey={deleted} />
              <Text size="sm">
                <code>{key.prefix}...</code> still retires when the first rotation said, or earlier. Rotate it
                again.
              </Text>
            </div>
          )}
          <Text size="sm">
            A new key with the same name, reach, networks and limits replaces <code>{key.prefix}...</code>{' '}
            {retiring ? (
              <>
                The key that it replaced, <code>{retiring.prefix}...</code>, has not retired yet, and at most
                two keys of a rotation can be used: both are refused at once. To rotate with an overlap, wait
                until the older one has retired, or revoke it first.
              </>
            ) : (
              'Both work until the old one retires.'
            )}
          </Text>
          <Radio.Group label="The old key retires" value={chosen} onChange={setOverlap}>
            <Stack gap="xs" mt={6}>
              {offered.map(one => (
                <Radio key={one.value} {...one} />
              ))}
            </Stack>
          </Radio.Group>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={finish} disabled={busy}>
              Cancel
            </Button>
            <Button type="submit" loading={busy}>
              Rotate key
            </Button>
          </Group>
        </Stack>
      </Form>
    );
  };
  return (
    <Dialog
      opened={apiKey !== null}
      onClose={() => {
        if (made) setWarned(true);
        else if (!busy) finish();
      }}
      title={made ? 'Save this key now' : apiKey && `Rotate “${apiKey.name}”`}
      size="lg"
      withCloseButton={!made}
    >
      {apiKey && content(apiKey)}
    </Dialog>
  );
}

/** The rotation that replaces a key at once by one that lives as long. */
const replacementOf = ({ id, expiresAt }: LostKey): Input => ({
  id,
  overlapSeconds: 0,
  expiresAt: expiresAt ?? null,
});
