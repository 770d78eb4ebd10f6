import { Badge, Button, Group, Input, NativeSelect, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { CombinedError } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import type { ApiKeyTarget, CreateApiKeyInput } from '../generated/graphql';
import { MAX_NAME_LENGTH } from '../limits.ts';
import { Dialog } from '../ui/Dialog';
import { Form, TextField } from '../ui/Form';
import { Refusal } from '../ui/Refusal';
import { type Attempts, useAttempt } from './attempt.ts';
import { ExistingKey, type LostKey } from './ExistingKey';
import { expiryOf, inputDate, LIFETIMES, NO_EXPIRY, ON_DATE } from './expiry.ts';
import { LostAnswer } from './LostAnswer';
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

/** What a person has entered. */
interface Fields {
  name: string;
  lifetime: string;
  date: string;
}

const EMPTY: Fields = { name: '', lifetime: '90-days', date: '' };

type NewKey = Omit<CreateApiKeyInput, 'idempotencyKey'>;

const attempts: Attempts<NewKey> = new Map();

interface Props {
  opened: boolean;
  of: ApiKeyTarget;
  /** What the key will call, in words. */
  reach: string;
  onClose: () => void;
}

/** The dialog that asks for a name and an expiry, and then shows the new key, once. */
export function CreateKey({ opened, of, reach, onClose }: Props) {
  const attempt = useAttempt({
    attempts,
    place: String(of.deploymentId ?? of.projectId),
    send: (client, input: NewKey, context) => client.mutation(CREATE, { input }, context).toPromise(),
  });
  const { busy, made, existingId, unanswered } = attempt;
  // Kept while a request is under way, so that a refused or deleted key can be asked for again.
  const [fields, setFields] = useState(EMPTY);
  const [deleted, setDeleted] = useState<LostKey | null>(null);
  const [warned, setWarned] = useState(false);
  const clear = () => {
    attempt.clear();
    setDeleted(null);
    setWarned(false);
  };
  const finish = () => {
    clear();
    setFields(EMPTY);
    onClose();
  };
  const content = () => {
    if (made) {
      const { apiKey, rawKey } = made.createApiKey;
      return (
        <RevealKey
          name={apiKey.name}
          prefix={apiKey.prefix}
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
          onKeep={finish}
          onDeleted={key => {
            clear();
            setDeleted(key);
          }}
        />
      );
    }
    if (unanswered) {
      return (
        <LostAnswer
          name={unanswered.input.name}
          error={attempt.error}
          isRepeatable={attempt.isRepeatable}
          busy={busy}
          onRepeat={() => void attempt.repeat()}
          onForget={attempt.forget}
          onClose={finish}
        />
      );
    }
    return (
      <KeyForm
        reach={reach}
        busy={busy}
        fields={fields}
        onChange={setFields}
        error={attempt.error}
        deleted={deleted}
        onSubmit={settings => void attempt.start({ target: of, ...settings })}
        onCancel={finish}
      />
    );
  };
  return (
    <Dialog
      opened={opened}
      onClose={() => {
        if (made) setWarned(true);
        else if (!busy) finish();
      }}
      title={made ? 'Save this key now' : 'Create API key'}
      size="lg"
      withCloseButton={!made}
    >
      {content()}
    </Dialog>
  );
}

interface FormProps {
  reach: string;
  busy: boolean;
  fields: Fields;
  onChange: (fields: Fields) => void;
  error: CombinedError | undefined;
  /** The key of a lost answer that was just deleted. */
  deleted: LostKey | null;
  onSubmit: (settings: { name: string; expiresAt: string | null }) => void;
  onCancel: () => void;
}

function KeyForm({ reach, busy, fields, onChange, error, deleted, onSubmit, onCancel }: FormProps) {
  const { name, lifetime, date } = fields;
  const change = (changed: Partial<Fields>) => onChange({ ...fields, ...changed });
  const expiresAt = expiryOf(lifetime, date, new Date());
  const isPast = Boolean(expiresAt && expiresAt.getTime() < Date.now());
  const submit = () => {
    if (busy || expiresAt === undefined || isPast) return;
    onSubmit({ name, expiresAt: expiresAt?.toISOString() ?? null });
  };
  return (
    <Form onSubmit={submit}>
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
          value={name}
          onChange={event => change({ name: event.currentTarget.value })}
        />
        <div>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <NativeSelect
              label="Expires"
              value={lifetime}
              onChange={event => change({ lifetime: event.currentTarget.value })}
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
                onChange={event => change({ date: event.currentTarget.value })}
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

/** Says that the key of a lost answer is gone. */
export const Deleted = ({ apiKey: { name, prefix } }: { apiKey: LostKey }) => (
  <Text size="sm" role="status" style={{ overflowWrap: 'anywhere' }}>
    “{name}” (<code>{prefix}...</code>) is deleted.
  </Text>
);

function lastMoment(expiresAt: Date | null | undefined): string {
  if (expiresAt === null) return 'Works until it is revoked.';
  if (expiresAt === undefined) return 'Works until the end of the day that you choose.';
  const day = new Intl.DateTimeFormat('en', { dateStyle: 'full' }).format(expiresAt);
  return `Works until the end of ${day}, in your time zone.`;
}
