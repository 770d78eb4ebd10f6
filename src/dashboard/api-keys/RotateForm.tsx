import { Button, Group, Radio, Stack, Text } from '@mantine/core';
import type { CombinedError } from 'urql';
import { sentenceOf } from '../app/client';
import type { ApiKeyRowFragment, RotateApiKeyInput } from '../generated/graphql';
import { Form } from '../ui/Form';
import { Refusal } from '../ui/Refusal';
import { Deleted, type LostKey } from './ExistingKey';
import { ExpiryField } from './ExpiryField';
import { type ExpiryDraft, expiryOf, KEPT } from './expiry.ts';
import { allowedExpiries, type ExpiryPolicy, latestExpiry, usualLifetime } from './expiry-policy.ts';

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

/** What a person enters for a rotation. */
export interface RotationDraft extends ExpiryDraft {
  /** Seconds. */
  overlap: string;
}

/** The draft of a rotation: the successor lives as long as the key, unless the policy requires an expiry of it. */
export const rotationDraft = (
  { expiresAt }: Pick<ApiKeyRowFragment, 'expiresAt'>,
  policy: ExpiryPolicy,
): RotationDraft => ({
  overlap: '86400',
  lifetime: canLiveAsLong({ expiresAt }, policy) ? KEPT : usualLifetime(policy),
  date: '',
});

// With a max lifetime, the server gives a key without an expiry that lifetime.
const canLiveAsLong = (
  { expiresAt }: Pick<ApiKeyRowFragment, 'expiresAt'>,
  { expiryRequired, maxLifetimeDays }: ExpiryPolicy,
) => Boolean(expiresAt) || !expiryRequired || maxLifetimeDays != null;

interface RotateFormProps {
  apiKey: ApiKeyRowFragment;
  policy: ExpiryPolicy;
  /** The successor of a lost answer that was just deleted. */
  deleted: LostKey | null;
  draft: RotationDraft;
  onChange: (draft: RotationDraft) => void;
  busy: boolean;
  error: CombinedError | undefined;
  onSubmit: (rotation: Rotation) => void;
  onCancel: () => void;
}

/** Asks when a key that is rotated retires, and how long its successor lives. */
export function RotateForm(props: RotateFormProps) {
  const { apiKey, policy, deleted, draft, onChange, busy, error, onSubmit, onCancel } = props;
  // Of a chain, at most two keys can be used.
  const retiring = apiKey.predecessor?.status === 'ACTIVE' ? apiKey.predecessor : null;
  const offered = retiring ? [AT_ONCE] : OVERLAPS;
  const chosen = retiring ? AT_ONCE.value : draft.overlap;
  const change = (changed: Partial<RotationDraft>) => onChange({ ...draft, ...changed });
  const now = new Date();
  const latest = latestExpiry(policy, now);
  const kept = canLiveAsLong(apiKey, policy) ? [{ value: KEPT, label: 'As long as the old key' }] : [];
  const submit = () => {
    const expiresAt = expiryOf(draft.lifetime, draft.date, now, latest);
    if (expiresAt === undefined && draft.lifetime !== KEPT) return;
    onSubmit({
      id: apiKey.id,
      overlapSeconds: Number(chosen),
      ...(expiresAt !== undefined && { expiresAt: expiresAt?.toISOString() ?? null }),
    });
  };
  return (
    <Form onSubmit={submit}>
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
        <Radio.Group label="The old key retires" value={chosen} onChange={overlap => change({ overlap })}>
          <Stack gap="xs" mt={6}>
            {offered.map(one => (
              <Radio key={one.value} {...one} />
            ))}
          </Stack>
        </Radio.Group>
        <ExpiryField
          label="The new key expires"
          draft={draft}
          onChange={change}
          choices={[...kept, ...allowedExpiries(policy, latest, now)]}
          policy={policy}
          latest={latest}
        />
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
