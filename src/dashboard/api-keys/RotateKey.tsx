import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import { useRef, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import type { ApiKeyRowFragment, RotateApiKeyMutation } from '../generated/graphql';
import { Dialog } from '../ui/Dialog';
import { Form } from '../ui/Form';
import { Refusal } from '../ui/Refusal';
import { ABOUT_KEYS } from './queries';
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

/** How long both keys work. */
const OVERLAPS = [
  { value: '0', label: 'At once', description: 'The old key is refused from its next call on.' },
  { value: '3600', label: 'After 1 hour', description: 'For a program that you change now.' },
  { value: '86400', label: 'After 24 hours', description: 'For a program that is changed by somebody else.' },
  {
    value: '604800',
    label: 'After 7 days',
    description: 'For many programs, or one that is changed on site.',
  },
];

interface Props {
  /** Null if no key is rotated. */
  apiKey: ApiKeyRowFragment | null;
  onClose: () => void;
}

/** Asks when the old key retires, and then shows its successor, once. */
export function RotateKey({ apiKey, onClose }: Props) {
  const client = useClient();
  const [overlap, setOverlap] = useState('86400');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CombinedError>();
  // The one place that holds the raw key.
  const [rotated, setRotated] = useState<RotateApiKeyMutation['rotateApiKey'] | null>(null);
  const [warned, setWarned] = useState(false);
  // The same for each attempt at this rotation, so that a lost answer leaves no second successor.
  const idempotencyKey = useRef(crypto.randomUUID());
  const finish = () => {
    setRotated(null);
    setWarned(false);
    setError(undefined);
    idempotencyKey.current = crypto.randomUUID();
    onClose();
  };
  const submit = async () => {
    if (busy || !apiKey) return;
    setBusy(true);
    setError(undefined);
    const input = {
      id: apiKey.id,
      overlapSeconds: Number(overlap),
      idempotencyKey: `${idempotencyKey.current} ${overlap}`,
    };
    // Not useMutation, which would keep the answer, and with it the raw key, for as long as the page is open.
    const result = await client.mutation(ROTATE, { input }, ABOUT_KEYS).toPromise();
    setBusy(false);
    if (result.data) setRotated(result.data.rotateApiKey);
    else setError(result.error);
  };
  return (
    <Dialog
      opened={apiKey !== null}
      onClose={() => {
        if (rotated) setWarned(true);
        else if (!busy) finish();
      }}
      title={rotated ? 'Save this key now' : apiKey && `Rotate “${apiKey.name}”`}
      size="lg"
      withCloseButton={!rotated}
    >
      {rotated ? (
        <RevealKey
          name={rotated.apiKey.name}
          prefix={rotated.apiKey.prefix}
          rawKey={rotated.rawKey}
          warned={warned}
          onBack={() => setWarned(true)}
          onDone={finish}
        />
      ) : (
        <Form onSubmit={() => void submit()}>
          <Stack gap="md">
            <Refusal sentence={error ? sentenceOf(error) : null} />
            <Text size="sm">
              A new key with the same name, reach, networks and limits replaces{' '}
              <code>{apiKey?.prefix}...</code> Both work until the old one retires.
            </Text>
            <Radio.Group label="The old key retires" value={overlap} onChange={setOverlap}>
              <Stack gap="xs" mt={6}>
                {OVERLAPS.map(one => (
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
      )}
    </Dialog>
  );
}
