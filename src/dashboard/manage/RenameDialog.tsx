import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { CombinedError } from 'urql';
import { sentenceOf } from '../app/client';
import { Dialog } from '../projects/Dialog';
import { Refusal } from '../projects/Refusal';

interface RenameDialogProps {
  opened: boolean;
  onClose: () => void;
  what: string;
  name: string;
  note: string | undefined;
  onRename: (name: string) => Promise<CombinedError | undefined>;
}

/** The dialog that gives something another name. */
export function RenameDialog({ opened, onClose, ...renaming }: RenameDialogProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={`Rename the ${renaming.what}`}>
      <Renaming onClose={onClose} {...renaming} />
    </Dialog>
  );
}

function Renaming({ onClose, name: before, note, onRename }: Omit<RenameDialogProps, 'opened'>) {
  const [name, setName] = useState(before);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const error = await onRename(name);
    setBusy(false);
    if (error) setRefusal(sentenceOf(error));
    else onClose();
  };
  return (
    <form onSubmit={event => void submit(event)}>
      <Stack gap="md">
        <Refusal sentence={refusal} />
        <TextInput
          label="Name"
          description={note}
          required
          maxLength={100}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} disabled={busy}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Rename
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
