import { Button, Group, SimpleGrid, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import type { ApiKeyPageQuery, UpdateApiKeyInput } from '../generated/graphql';
import { MAX_NAME_LENGTH } from '../limits.ts';
import { Dialog } from '../ui/Dialog';
import { Form, TextField } from '../ui/Form';
import { Refusal } from '../ui/Refusal';
import { ClientAddress } from './ClientAddress';
import { ABOUT_KEYS } from './queries';

const UPDATE = graphql(`
  mutation UpdateApiKey($input: UpdateApiKeyInput!) {
    updateApiKey(input: $input) {
      id
      name
      note
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
  // What the dialog was filled with: what differs from it was changed here, and not by a colleague meanwhile.
  const [filled] = useState(apiKey);
  const [name, setName] = useState(apiKey.name);
  const [note, setNote] = useState(apiKey.note ?? '');
  const [networks, setNetworks] = useState(apiKey.allowedNetworks?.join('\n') ?? '');
  const [predictions, setPredictions] = useState(textOf(apiKey.monthlyPredictions));
  const [calls, setCalls] = useState(textOf(apiKey.callsPerMinute));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CombinedError>();
  const submit = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    const input = { id: apiKey.id, ...changesOf(filled, { name, note, networks, predictions, calls }) };
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
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <Textarea
          label="Note"
          description="What uses the key, and whom to ask."
          maxLength={1000}
          autosize
          minRows={2}
          value={note}
          onChange={event => setNote(event.currentTarget.value)}
        />
        <Textarea
          label="Allowed networks"
          description="One a line, such as 203.0.113.0/24. Empty: from anywhere."
          placeholder="203.0.113.0/24"
          autosize
          minRows={2}
          maxRows={8}
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          value={networks}
          onChange={event => setNetworks(event.currentTarget.value)}
        />
        <ClientAddress />
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <TextField
            type="number"
            label="Predictions a month"
            description="Empty: no limit of its own."
            min={1}
            value={predictions}
            onChange={event => setPredictions(event.currentTarget.value)}
          />
          <TextField
            type="number"
            label="Calls a minute"
            description="To each server. Empty: no limit."
            min={1}
            value={calls}
            onChange={event => setCalls(event.currentTarget.value)}
          />
        </SimpleGrid>
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

interface Draft {
  name: string;
  note: string;
  networks: string;
  predictions: string;
  calls: string;
}

/** The settings of a draft that differ from those of the key. */
function changesOf(key: ApiKey, draft: Draft): Omit<UpdateApiKeyInput, 'id'> {
  const note = draft.note.trim() === '' ? null : draft.note;
  const allowedNetworks = networksIn(draft.networks);
  const monthlyPredictions = numberIn(draft.predictions);
  const callsPerMinute = numberIn(draft.calls);
  return {
    ...(draft.name !== key.name && { name: draft.name }),
    ...(note !== (key.note ?? null) && { note }),
    ...(String(allowedNetworks) !== String(key.allowedNetworks ?? null) && { allowedNetworks }),
    ...(monthlyPredictions !== (key.monthlyPredictions ?? null) && { monthlyPredictions }),
    ...(callsPerMinute !== (key.callsPerMinute ?? null) && { callsPerMinute }),
  };
}

const textOf = (value: number | null | undefined) => (value == null ? '' : String(value));
const numberIn = (text: string) => (text.trim() === '' ? null : Number(text));

/** The networks of a text, one a line or separated by commas; null for none. */
function networksIn(text: string): string[] | null {
  const networks = text.split(/[\s,;]+/).filter(network => network !== '');
  return networks.length === 0 ? null : networks;
}
