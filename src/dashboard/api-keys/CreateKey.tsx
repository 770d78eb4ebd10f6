import { Badge, Button, Group, Input, NativeSelect, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import type { ApiKeyTarget, CreateApiKeyMutation } from '../generated/graphql';
import { MAX_NAME_LENGTH } from '../limits.ts';
import { Dialog } from '../ui/Dialog';
import { Form, TextField } from '../ui/Form';
import { Refusal } from '../ui/Refusal';
import { expiryOf, inputDate, LIFETIMES, NO_EXPIRY, ON_DATE } from './expiry.ts';
import { ABOUT_KEYS } from './queries';
import { RevealKey } from './RevealKey';

// Selects only the key: with its deployment, the cache would reload the whole page behind the secret.
const CREATE = graphql(`
  mutation CreateApiKey($input: CreateApiKeyInput!) {
    createApiKey(input: $input) {
      rawKey
      apiKey {
        id
        name
        prefix
      }
    }
  }
`);

type Created = CreateApiKeyMutation['createApiKey'];

interface Props {
  opened: boolean;
  of: ApiKeyTarget;
  /** What the key will call, in words. */
  reach: string;
  onClose: () => void;
}

/** The dialog that asks for a name and an expiry, and then shows the new key, once. */
export function CreateKey({ opened, of, reach, onClose }: Props) {
  const [busy, setBusy] = useState(false);
  // The one place that holds the raw key.
  const [created, setCreated] = useState<Created | null>(null);
  const [warned, setWarned] = useState(false);
  const finish = () => {
    setCreated(null);
    setWarned(false);
    onClose();
  };
  return (
    <Dialog
      opened={opened}
      onClose={() => {
        if (created) setWarned(true);
        else if (!busy) onClose();
      }}
      title={created ? 'Save this key now' : 'Create API key'}
      size="lg"
      withCloseButton={!created}
    >
      {created ? (
        <RevealKey
          name={created.apiKey.name}
          prefix={created.apiKey.prefix}
          rawKey={created.rawKey}
          warned={warned}
          onBack={() => setWarned(true)}
          onDone={finish}
        />
      ) : (
        <KeyForm
          of={of}
          reach={reach}
          busy={busy}
          setBusy={setBusy}
          onCreated={setCreated}
          onCancel={onClose}
        />
      )}
    </Dialog>
  );
}

interface FormProps {
  of: ApiKeyTarget;
  reach: string;
  busy: boolean;
  setBusy: (busy: boolean) => void;
  onCreated: (created: Created) => void;
  onCancel: () => void;
}

function KeyForm({ of, reach, busy, setBusy, onCreated, onCancel }: FormProps) {
  const client = useClient();
  const [name, setName] = useState('');
  const [lifetime, setLifetime] = useState<string>('90-days');
  const [date, setDate] = useState('');
  const [error, setError] = useState<CombinedError>();
  const expiresAt = expiryOf(lifetime, date, new Date());
  const isPast = Boolean(expiresAt && expiresAt.getTime() < Date.now());
  const submit = async () => {
    if (busy || expiresAt === undefined || isPast) return;
    setBusy(true);
    setError(undefined);
    const input = { target: of, name, expiresAt: expiresAt?.toISOString() ?? null };
    // Not useMutation, which would keep the answer, and with it the raw key, for as long as the page is open.
    const result = await client.mutation(CREATE, { input }, ABOUT_KEYS).toPromise();
    setBusy(false);
    if (result.data) onCreated(result.data.createApiKey);
    else setError(result.error);
  };
  return (
    <Form onSubmit={() => void submit()}>
      <Stack gap="md">
        <Refusal sentence={error ? sentenceOf(error) : null} />
        <TextField
          label="Name"
          description="The program that will hold the key: one key for each."
          placeholder="LIMS, line 3"
          required
          maxLength={MAX_NAME_LENGTH}
          autoComplete="off"
          data-autofocus
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <div>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <NativeSelect
              label="Expires"
              value={lifetime}
              onChange={event => setLifetime(event.currentTarget.value)}
              data={[
                ...LIFETIMES.map(({ value, label }) => ({ value, label })),
                { value: ON_DATE, label: 'On a date…' },
                { value: NO_EXPIRY, label: 'Never' },
              ]}
            />
            {lifetime === ON_DATE && (
              <TextField
                type="date"
                label="Last day"
                required
                min={inputDate(new Date())}
                max="2999-12-31"
                error={isPast ? 'This day has passed. Choose a later one.' : undefined}
                value={date}
                onChange={event => setDate(event.currentTarget.value)}
              />
            )}
          </SimpleGrid>
          <Text size="sm" mt={6} aria-live="polite">
            {!isPast && lastMoment(expiresAt)}
          </Text>
          <Text size="sm" c="dimmed">
            We recommend an expiry: a key that leaks or is forgotten stops working by itself.
          </Text>
        </div>
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

function lastMoment(expiresAt: Date | null | undefined): string {
  if (expiresAt === null) return 'Works until it is revoked.';
  if (expiresAt === undefined) return 'Works until the end of the day that you choose.';
  const day = new Intl.DateTimeFormat('en', { dateStyle: 'full' }).format(expiresAt);
  return `Works until the end of ${day}, in your time zone.`;
}
