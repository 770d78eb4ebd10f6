import { type ReactNode, useState } from 'react';
import { Dialog } from '../ui/Dialog';
import type { AttemptState } from './attempt.ts';
import { ExistingKey, type ExistingKeyProps } from './ExistingKey';
import { LostAnswer } from './LostAnswer';
import { RevealKey } from './RevealKey';

interface NewKeyDialogProps extends Pick<ExistingKeyProps, 'instead' | 'onDeleted'> {
  attempt: AttemptState;
  opened: boolean;
  /** The title of the form. */
  title: ReactNode;
  /** The name of the key that is made. */
  name: string;
  /** The new key, with its raw key; null if there is none. */
  revealed: { apiKey: { name: string; prefix: string }; rawKey: string } | null;
  /** Called when the dialog is to be closed, and its state to be forgotten. */
  onFinish: () => void;
  /** The form. */
  children: ReactNode;
}

/**
 * A dialog that makes a key. It shows the outcome of the request: the new key, once; or the key of a lost answer; or a
 * question for the outcome, if it is not known. Otherwise it shows the form.
 */
export function NewKeyDialog(props: NewKeyDialogProps) {
  const { attempt, opened, title, name, revealed, instead, onDeleted, onFinish, children } = props;
  /** Whether the person tried to leave a new key other than by "Done". */
  const [warned, setWarned] = useState(false);
  const content = () => {
    if (revealed) {
      return (
        <RevealKey
          name={revealed.apiKey.name}
          prefix={revealed.apiKey.prefix}
          rawKey={revealed.rawKey}
          warned={warned}
          onBack={() => setWarned(true)}
          onDone={() => {
            setWarned(false);
            onFinish();
          }}
        />
      );
    }
    if (attempt.existingId !== null) {
      return (
        <ExistingKey
          id={attempt.existingId}
          instead={instead}
          insteadError={attempt.error}
          onKeep={onFinish}
          onDeleted={key => {
            attempt.clear();
            onDeleted(key);
          }}
        />
      );
    }
    if (attempt.unanswered) {
      return (
        <LostAnswer
          name={name}
          error={attempt.error}
          isRepeatable={attempt.isRepeatable}
          busy={attempt.busy}
          onRepeat={() => void attempt.repeat()}
          onForget={attempt.forget}
          onClose={onFinish}
        />
      );
    }
    return children;
  };
  return (
    <Dialog
      opened={opened}
      onClose={() => {
        if (revealed) setWarned(true);
        else if (!attempt.busy) onFinish();
      }}
      title={revealed ? 'Save this key now' : title}
      size="lg"
      withCloseButton={!revealed}
    >
      {content()}
    </Dialog>
  );
}
