import { Button, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { CombinedError } from 'urql';
import { Dialog } from '../ui/Dialog';
import { Form, TextField } from '../ui/Form';
import { Refusal } from '../ui/Refusal';
import { useAction } from '../ui/use-action';

interface DeleteDialogProps {
  opened: boolean;
  onClose: () => void;
  what: string;
  name: string;
  title: string;
  typeToConfirm: boolean;
  consequences: ReactNode;
  onDelete: (typedName: string) => Promise<CombinedError | undefined>;
}

/** Asks before an object is deleted permanently, and lists what is deleted with it. */
export function DeleteDialog({ opened, onClose, ...deleting }: DeleteDialogProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={`Delete the ${deleting.what}`}>
      <Deleting onClose={onClose} {...deleting} />
    </Dialog>
  );
}

function Deleting({
  onClose,
  what,
  name,
  title,
  typeToConfirm,
  consequences,
  onDelete,
}: Omit<DeleteDialogProps, 'opened'>) {
  const [typed, setTyped] = useState('');
  const { busy, refusal, onSubmit } = useAction(() => onDelete(typed), onClose);
  const confirmed = !typeToConfirm || typed.trim() === name;
  return (
    <Form onSubmit={onSubmit}>
      <Stack gap="md">
        <Refusal sentence={refusal} />
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          <strong>{title}</strong> is deleted for good. This cannot be undone.
        </Text>
        {consequences}
        {typeToConfirm && (
          <TextField
            label={`Type the name of the ${what} to confirm`}
            placeholder={name}
            value={typed}
            onChange={event => setTyped(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button
            variant="default"
            onClick={onClose}
            disabled={busy}
            data-autofocus={!typeToConfirm || undefined}
          >
            Cancel
          </Button>
          <Button type="submit" color="red.8" loading={busy} disabled={!confirmed}>
            Delete {what}
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}
