import { Button, Group, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Dialog } from './Dialog';

interface ConfirmDialogProps {
  opened: boolean;
  onClose: () => void;
  /** Null until something is asked. */
  question: { title: string; text: string; more?: ReactNode; confirm: string; color: string } | null;
  onConfirm: () => Promise<void>;
}

/** Asks for confirmation of an action that is not easily undone. */
export function ConfirmDialog({ opened, onClose, question, onConfirm }: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  if (!question) return null;
  return (
    <Dialog opened={opened} onClose={onClose} title={question.title} closable={!busy}>
      <Stack gap="lg">
        <Text size="sm">{question.text}</Text>
        {question.more}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} disabled={busy} data-autofocus>
            Cancel
          </Button>
          <Button
            color={question.color}
            loading={busy}
            onClick={async () => {
              setBusy(true);
              await onConfirm();
              setBusy(false);
              onClose();
            }}
          >
            {question.confirm}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
