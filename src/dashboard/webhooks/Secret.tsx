import { Button, Group, Stack, Text } from '@mantine/core';
import { useWindowEvent } from '@mantine/hooks';
import { CopyText } from '../ui/CopyText';

/** The secret of a webhook, which is shown only once. */
export function Secret({ secret, onDone }: { secret: string; onDone: () => void }) {
  // Closing or reloading the page asks first.
  useWindowEvent('beforeunload', event => event.preventDefault());
  return (
    <Stack gap="md">
      <CopyText text={secret} what="the secret" />
      <Text size="sm">
        It is shown only once. Give it to the program that receives the messages: it verifies their signatures
        with it. If it gets lost, rotate it.
      </Text>
      <Group justify="flex-end">
        <Button size="xs" onClick={onDone}>
          Done
        </Button>
      </Group>
    </Stack>
  );
}
