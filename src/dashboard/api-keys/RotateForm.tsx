import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import type { CombinedError } from 'urql';
import { sentenceOf } from '../app/client';
import type { ApiKeyRowFragment, RotateApiKeyInput } from '../generated/graphql';
import { Form } from '../ui/Form';
import { Refusal } from '../ui/Refusal';
import { Deleted, type LostKey } from './ExistingKey';

const AT_ONCE = {
  value: '0',
  label: 'At once',
  description: 'The old key is refused from its next call on.',
};
/** How long both keys work. */
const OVERLAPS = [
  AT_ONCE,
  { value: '3600', label: 'After 1 hour', description: 'For a program that you change now.' },
  { value: '86400', label: 'After 24 hours', description: 'For a program that is changed by someone else.' },
  {
    value: '604800',
    label: 'After 7 days',
    description: 'For many programs, or one that is changed on site.',
  },
];

/** What is asked of the server. */
export type Rotation = Omit<RotateApiKeyInput, 'idempotencyKey'>;

interface RotateFormProps {
  apiKey: ApiKeyRowFragment;
  /** The successor of a lost answer that was just deleted. */
  deleted: LostKey | null;
  /** Seconds. */
  overlap: string;
  onOverlap: (overlap: string) => void;
  busy: boolean;
  error: CombinedError | undefined;
  onSubmit: (rotation: Rotation) => void;
  onCancel: () => void;
}

/** Asks when a key that is rotated retires. */
export function RotateForm(props: RotateFormProps) {
  const { apiKey, deleted, overlap, onOverlap, busy, error, onSubmit, onCancel } = props;
  // Of a chain, at most two keys can be used.
  const retiring = apiKey.predecessor?.status === 'ACTIVE' ? apiKey.predecessor : null;
  const offered = retiring ? [AT_ONCE] : OVERLAPS;
  const chosen = retiring ? AT_ONCE.value : overlap;
  return (
    <Form
      onSubmit={() =>
        // The old key's lifetime was shortened by the first rotation, so its successor gets that of the deleted one.
        onSubmit({
          id: apiKey.id,
          overlapSeconds: Number(chosen),
          ...(deleted && { expiresAt: deleted.expiresAt ?? null }),
        })
      }
    >
      <Stack gap="md">
        <Refusal sentence={error ? sentenceOf(error) : null} />
        {deleted && (
          <div>
            <Deleted apiKey={deleted} />
            <Text size="sm">
              <code>{apiKey.prefix}...</code> still retires when the first rotation said, or earlier. Rotate
              it again.
            </Text>
          </div>
        )}
        <Text size="sm">
          A new key with the same name, reach, networks and limits replaces <code>{apiKey.prefix}...</code>{' '}
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
        <Radio.Group label="The old key retires" value={chosen} onChange={onOverlap}>
          <Stack gap="xs" mt={6}>
            {offered.map(one => (
              <Radio key={one.value} {...one} />
            ))}
          </Stack>
        </Radio.Group>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel} disabled={busy}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Rotate key
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}
