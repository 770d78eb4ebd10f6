import { useState } from 'react';
import { graphql } from '../generated';
import type { ApiKeyTarget, CreateApiKeyInput } from '../generated/graphql';
import { type Attempts, useAttempt } from './attempt.ts';
import type { LostKey } from './ExistingKey';
import { NEW_KEY, newKeyIn } from './key-draft.ts';
import { NewKeyDialog } from './NewKeyDialog';
import { NewKeyForm } from './NewKeyForm';

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
  // Kept while a request is under way, so that a refused or deleted key can be asked for again.
  const [draft, setDraft] = useState(NEW_KEY);
  const [deleted, setDeleted] = useState<LostKey | null>(null);
  const finish = () => {
    attempt.clear();
    setDeleted(null);
    setDraft(NEW_KEY);
    onClose();
  };
  const submit = () => {
    const input = newKeyIn(draft, new Date());
    if (input) void attempt.start({ target: of, ...input });
  };
  return (
    <NewKeyDialog
      attempt={attempt}
      opened={opened}
      title="Create API key"
      name={attempt.unanswered?.input.name ?? draft.name}
      revealed={attempt.made?.createApiKey ?? null}
      onDeleted={setDeleted}
      onFinish={finish}
    >
      <NewKeyForm
        reach={reach}
        busy={attempt.busy}
        draft={draft}
        onChange={setDraft}
        error={attempt.error}
        deleted={deleted}
        onSubmit={submit}
        onCancel={finish}
      />
    </NewKeyDialog>
  );
}
