import { Button, Group, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { CombinedError } from 'urql';
import { MAX_NAME_LENGTH } from '../limits.ts';
import { Form, TextField } from './Form';
import { Refusal } from './Refusal';
import { useAction } from './use-action';

interface NameFormProps {
  description: ReactNode;
  /** The current name; empty for a new object. */
  name?: string;
  /** The label of the submit button. */
  submit: string;
  /** Creates or renames the object. @returns the error, if any. */
  onName: (name: string) => Promise<CombinedError | undefined>;
  onClose: () => void;
}

/** The form of a dialog that names an object. Closes the dialog when that is done. */
export function NameForm({ description, name: before = '', submit, onName, onClose }: NameFormProps) {
  const [name, setName] = useState(before);
  const { busy, refusal, onSubmit } = useAction(() => onName(name), onClose);
  return (
    <Form onSubmit={onSubmit}>
      <Stack gap="md">
        <Refusal sentence={refusal} />
        <TextField
          label="Name"
          description={description}
          required
          maxLength={MAX_NAME_LENGTH}
          value={name}
          onChange={event => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} disabled={busy}>
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
