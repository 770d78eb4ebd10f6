import { Button, Group, Stack, Text } from '@mantine/core';
import { useWindowEvent } from '@mantine/hooks';
import classes from '../members/Members.module.css';
import { CopyButton } from '../ui/CopyButton';

/** The secret of a webhook, which is shown only once. */
export function Secret({ secret, onDone }: { secret: string; onDone: () => void }) {
  // Closing or reloading the page asks first.
  useWindowEvent('beforeunload', event => event.preventDefault());
  return (
    <Stack gap="md">
      <code className={classes.link} translate="no">
        {secret}
      </code>
      <Text size="sm">
        It is shown this once. Give it to the program that receives the messages: it verifies their signatures
        with it. If it gets lost, rotate it.
      </Text>
      <Group justify="flex-end" gap="xs">
        <CopyButton text={secret} what="the secret" />
        <Button size="xs" onClick={onDone}>
          Done
        </Button>
      </Group>
    </Stack>
  );
}
