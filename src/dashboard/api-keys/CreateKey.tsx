import { useState } from 'react';
import { graphql } from '../generated';
import type { ApiKeyTarget, CreateApiKeyInput } from '../generated/graphql';
import { Dialog } from '../ui/Dialog';
import { type Attempts, useAttempt } from './attempt.ts';
import { ExistingKey, type LostKey } from './ExistingKey';
import { NEW_KEY, newKeyIn } from './key-draft.ts';
import { LostAnswer } from './LostAnswer';
import { NewKeyForm } from './NewKeyForm';
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
  const [draft, setDraft] = useState(NEW_KEY);
  const [deleted, setDeleted] = useState<LostKey | null>(null);
  const [warned, setWarned] = useState(false);
  const clear = () => {
    attempt.clear();
    setDeleted(null);
    setWarned(false);
  };
  const finish = () => {
    clear();
    setDraft(NEW_KEY);
    onClose();
  };
  const submit = () => {
    const input = newKeyIn(draft, new Date());
    if (input) void attempt.start({ target: of, ...input });
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
      <NewKeyForm
        reach={reach}
        busy={busy}
        draft={draft}
        onChange={setDraft}
        error={attempt.error}
        deleted={deleted}
        onSubmit={submit}
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
