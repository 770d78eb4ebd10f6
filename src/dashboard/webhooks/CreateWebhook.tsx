import { useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import { Dialog } from '../ui/Dialog';
import { EVENTS } from './events';
import { type WebhookDraft, WebhookForm } from './WebhookForm';

const CREATE_WEBHOOK = graphql(`
  mutation CreateWebhook($input: CreateWebhookInput!) {
    createWebhook(input: $input) {
      secret
      webhook {
        id
      }
    }
  }
`);

interface CreateWebhookProps {
  organizationId: string;
  opened: boolean;
  onClose: () => void;
  onSecret: (secret: string) => void;
}

/** A dialog that creates a webhook, by default for every event. */
export function CreateWebhook({ organizationId, opened, onClose, onSecret }: CreateWebhookProps) {
  const client = useClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CombinedError>();
  const submit = async (draft: WebhookDraft) => {
    setBusy(true);
    // Not useMutation, which would keep the answer, and with it the secret, for as long as the page is open.
    const { data, error } = await client
      .mutation(
        CREATE_WEBHOOK,
        { input: { organizationId, ...draft } },
        { additionalTypenames: ['Organization'] },
      )
      .toPromise();
    setBusy(false);
    setError(error);
    if (!data) return;
    onClose();
    onSecret(data.createWebhook.secret);
  };
  return (
    <Dialog opened={opened} onClose={onClose} title="New webhook" closable={!busy}>
      <WebhookForm
        initial={{ url: '', events: EVENTS.map(({ event }) => event) }}
        submit="Create webhook"
        busy={busy}
        refusal={error ? sentenceOf(error) : null}
        onSubmit={draft => void submit(draft)}
        onCancel={onClose}
      />
    </Dialog>
  );
}
