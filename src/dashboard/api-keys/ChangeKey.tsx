import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import type { ApiKeyPageQuery } from '../generated/graphql';
import { MAX_NAME_LENGTH } from '../limits.ts';
import { Dialog } from '../ui/Dialog';
import { Form, TextField } from '../ui/Form';
import { Refusal } from '../ui/Refusal';
import { ExpiryField } from './ExpiryField';
import { expiryWords, inputDate, KEPT, lastDayBefore, NO_EXPIRY, ON_DATE } from './expiry.ts';
import { allowedExpiries, latestChange } from './expiry-policy.ts';
import { changesIn, draftOf, type KeyDraft } from './key-draft.ts';
import { ABOUT_KEYS } from './queries';
import { NoteField, SettingsFields } from './SettingsFields';

const UPDATE = graphql(`
  mutation UpdateApiKey($input: UpdateApiKeyInput!) {
    updateApiKey(input: $input) {
      id
      name
      note
      expiresAt
      allowedNetworks
      monthlyPredictions
      callsPerMinute
    }
  }
`);

type ApiKey = NonNullable<ApiKeyPageQuery['apiKey']>;

interface Props {
  apiKey: ApiKey;
  opened: boolean;
  onClose: () => void;
}

/** The dialog that changes the settings of a key. */
export function ChangeKey({ apiKey, opened, onClose }: Props) {
  return (
    <Dialog opened={opened} onClose={onClose} title={`Change “${apiKey.name}”`} size="lg">
      {/* Filled anew with the key each time that it opens. */}
      {opened && <Settings apiKey={apiKey} onClose={onClose} />}
    </Dialog>
  );
}

function Settings({ apiKey, onClose }: Omit<Props, 'opened'>) {
  const client = useClient();
  // What differs from it was changed here, and not by another person meanwhile.
  const [filled] = useState(() => draftOf(apiKey));
  const [draft, setDraft] = useState(filled);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CombinedError>();
  const change = (changed: Partial<KeyDraft>) => setDraft({ ...draft, ...changed });
  const submit = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    const latest = latestChange(apiKey.project.organization.apiKeyPolicy, apiKey);
    const input = { id: apiKey.id, ...changesIn(draft, filled, latest, new Date()) };
    const result = await client.mutation(UPDATE, { input }, ABOUT_KEYS).toPromise();
    setBusy(false);
    if (result.error) setError(result.error);
    else onClose();
  };
  return (
    <Form onSubmit={() => void submit()}>
      <Stack gap="md">
        <Refusal sentence={error ? sentenceOf(error) : null} />
        <TextField
          label="Name"
          required
          maxLength={MAX_NAME_LENGTH}
          autoComplete="off"
          data-autofocus
          value={draft.name}
          onChange={event => change({ name: event.currentTarget.value })}
        />
        {apiKey.status === 'ACTIVE' ? (
          <>
            <PresentExpiry apiKey={apiKey} draft={draft} onChange={change} />
            <SettingsFields draft={draft} onChange={change} />
          </>
        ) : (
          <>
            <NoteField draft={draft} onChange={change} />
            <Text size="sm" c="dimmed">
              The key cannot be used any more, so its expiry, networks and limits cannot be changed.
            </Text>
          </>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} disabled={busy}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Save
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}

interface PresentExpiryProps {
  apiKey: ApiKey;
  draft: KeyDraft;
  onChange: (changed: Partial<KeyDraft>) => void;
}

/** The field for the expiry of a key that works. That of a retiring one can only be brought forward. */
function PresentExpiry({ apiKey, draft, onChange }: PresentExpiryProps) {
  const expiresAt = apiKey.expiresAt ? new Date(apiKey.expiresAt) : null;
  const kept = { value: KEPT, label: `Unchanged (${expiresAt ? expiryWords(expiresAt).day : 'never'})` };
  const policy = apiKey.project.organization.apiKeyPolicy;
  const latest = latestChange(policy, apiKey);
  const allowed = allowedExpiries(policy, latest, new Date());
  const shared = { draft, onChange, policy, latest };
  if (expiresAt === null || apiKey.successor?.status !== 'ACTIVE') {
    const others = allowed.filter(({ value }) => value !== NO_EXPIRY || expiresAt !== null);
    return <ExpiryField {...shared} choices={[kept, ...others]} />;
  }
  const lastDay = lastDayBefore(expiresAt);
  const days = allowed.filter(({ value }) => value === ON_DATE && lastDay >= inputDate(new Date()));
  return (
    <ExpiryField {...shared} choices={[kept, ...days]} lastDay={lastDay}>
      The key was rotated: its expiry can only be brought forward.
    </ExpiryField>
  );
}
