import { Badge, Button, Group, Input, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { CombinedError } from 'urql';
import { sentenceOf } from '../app/client';
import { MAX_NAME_LENGTH } from '../limits.ts';
import { Form, TextField } from '../ui/Form';
import { Refusal } from '../ui/Refusal';
import { Deleted, type LostKey } from './ExistingKey';
import { ExpiryField } from './ExpiryField';
import { allowedExpiries, type ExpiryPolicy, latestExpiry } from './expiry-policy.ts';
import { hasSettings, type KeyDraft } from './key-draft.ts';
import classes from './NewKeyForm.module.css';
import { SettingsFields } from './SettingsFields';

interface NewKeyFormProps {
  /** What the key will call, in words. */
  reach: string;
  policy: ExpiryPolicy;
  busy: boolean;
  draft: KeyDraft;
  onChange: (draft: KeyDraft) => void;
  error: CombinedError | undefined;
  /** The key of a lost answer that was just deleted. */
  deleted: LostKey | null;
  onSubmit: () => void;
  onCancel: () => void;
}

/** The form of a new key. */
export function NewKeyForm(props: NewKeyFormProps) {
  const { reach, policy, busy, draft, onChange, error, deleted, onSubmit, onCancel } = props;
  const change = (changed: Partial<KeyDraft>) => onChange({ ...draft, ...changed });
  const now = new Date();
  const latest = latestExpiry(policy, now);
  // A draft that was refused, for one of its settings perhaps, has them in view.
  const [hasMore, setHasMore] = useState(() => hasSettings(draft));
  return (
    <Form onSubmit={onSubmit}>
      <Stack gap="md">
        <Refusal sentence={error ? sentenceOf(error) : null} />
        {deleted && <Deleted apiKey={deleted} />}
        <TextField
          label="Name"
          description="The program that will hold the key: one key for each."
          placeholder="LIMS, line 3"
          required
          maxLength={MAX_NAME_LENGTH}
          autoComplete="off"
          data-autofocus
          value={draft.name}
          onChange={event => change({ name: event.currentTarget.value })}
        />
        <ExpiryField
          draft={draft}
          onChange={change}
          choices={allowedExpiries(policy, latest, now)}
          policy={policy}
          latest={latest}
        >
          We recommend an expiry: a key that leaks or is forgotten stops working by itself.
        </ExpiryField>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <div>
            <Input.Label component="div">May call</Input.Label>
            <Group gap={8}>
              <Badge variant="default" tt="none" ff="monospace" fw={500}>
                predict
              </Badge>
              <Text size="sm" c="dimmed">
                and nothing else
              </Text>
            </Group>
          </div>
          <div>
            <Input.Label component="div">Reaches</Input.Label>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {reach}
            </Text>
          </div>
        </SimpleGrid>
        <details open={hasMore} onToggle={event => setHasMore(event.currentTarget.open)}>
          <summary className={classes.summary}>
            More settings <span>note, allowed networks, limits</span>
          </summary>
          {hasMore && (
            <Stack gap="md" mt="sm">
              <SettingsFields draft={draft} onChange={change} />
            </Stack>
          )}
        </details>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel} disabled={busy}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Create key
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}
