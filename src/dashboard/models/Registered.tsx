import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { CircleCheck } from 'lucide-react';
import { ModelFacts } from './ModelFacts';
import { type Model, titleOf } from './model.ts';

interface RegisteredProps {
  model: Model;
  onClose: () => void;
  onDeploy: (model: Model) => void;
}

/** What the server found in a model that was just registered. */
export function Registered({ model, onClose, onDeploy }: RegisteredProps) {
  return (
    <Stack gap="md">
      <Group gap={8} wrap="nowrap" role="status">
        <CircleCheck size={20} color="var(--mantine-color-moss-5)" aria-hidden style={{ flex: 'none' }} />
        <Text fw={500} style={{ overflowWrap: 'anywhere' }}>
          {titleOf(model)} is registered
        </Text>
      </Group>
      <Paper withBorder p="md">
        <ModelFacts model={model} />
      </Paper>
      <Text size="sm" c="dimmed">
        The kind and the number of points were found in the file, and one trial run was made. Create a
        deployment to call the model.
      </Text>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Done
        </Button>
        <Button data-autofocus onClick={() => onDeploy(model)}>
          Create deployment
        </Button>
      </Group>
    </Stack>
  );
}
