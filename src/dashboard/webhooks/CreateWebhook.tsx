import { useMutation } from 'urql';
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
  const [{ fetching, error }, create] = useMutation(CREATE_WEBHOOK);
  const submit = async (draft: WebhookDraft) => {
    const { data } = await create(
      { input: { organizationId, ...draft } },
      { additionalTypenames: ['Organization'] },
    );
    if (!data) return;
    onClose();
    onSecret(data.createWebhook.secret);
  };
  return (
    <Dialog opened={opened} onClose={onClose} title="New webhook" closable={!fetching}>
      <WebhookForm
        initial={{ url: '', events: EVENTS.map(({ event }) => event) }}
        submit="Create webhook"
        busy={fetching}
        refusal={error ? sentenceOf(error) : null}
        onSubmit={draft => void submit(draft)}
        onCancel={onClose}
      />
    </Dialog>
  );
}
