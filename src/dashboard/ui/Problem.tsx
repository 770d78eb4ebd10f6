import { Alert, Button, Group, Text } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import type { CombinedError } from 'urql';
import { sentenceOf } from '../app/client';

/** Shows why data could not be loaded, with a button to retry. */
export function Problem({ error, retry }: { error: CombinedError; retry?: () => void }) {
  return (
    <Alert icon={<CircleAlert size={18} />} color="red" variant="light" role="alert" my="md">
      <Group justify="space-between" gap="sm">
        <Text size="sm">{sentenceOf(error)}</Text>
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            Try again
          </Button>
        )}
      </Group>
    </Alert>
  );
}
