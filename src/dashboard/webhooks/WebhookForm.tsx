import { Button, Checkbox, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import type { WebhookEvent } from '../generated/graphql';
import { Form, TextField } from '../ui/Form';
import { Refusal } from '../ui/Refusal';
import { EVENTS } from './events';

/** What a person enters for a webhook. */
export interface WebhookDraft {
  url: string;
  events: WebhookEvent[];
}

interface WebhookFormProps {
  initial: WebhookDraft;
  submit: string;
  busy: boolean;
  refusal: string | null;
  onSubmit: (draft: WebhookDraft) => void;
  onCancel: () => void;
}

/** The URL and the events of a webhook. */
export function WebhookForm({ initial, submit, busy, refusal, onSubmit, onCancel }: WebhookFormProps) {
  const [url, setUrl] = useState(initial.url);
  const [events, setEvents] = useState<string[]>(initial.events);
  const chosen = EVENTS.map(({ event }) => event).filter(event => events.includes(event));
  return (
    <Form onSubmit={() => onSubmit({ url: url.trim(), events: chosen })}>
      <Stack gap="md">
        <TextField
          label="URL"
          description="Where the messages are posted. Its address must be public."
          placeholder="https://lims.example/spectrakey"
          required
          autoComplete="off"
          inputMode="url"
          value={url}
          onChange={event => setUrl(event.currentTarget.value)}
        />
        <Checkbox.Group label="Notify of" value={events} onChange={setEvents}>
          <Stack gap={6} mt={4}>
            {EVENTS.map(({ event, label }) => (
              <Checkbox key={event} value={event} label={label} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Refusal sentence={refusal} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel} disabled={busy}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            {submit}
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}
