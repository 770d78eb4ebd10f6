import { Code, Group } from '@mantine/core';
import { CopyButton } from './CopyButton';

/** A command for a terminal, to read and copy. */
export function Command({ command }: { command: string }) {
  return (
    <Group gap="xs" wrap="wrap" align="center">
      <Code
        block
        bg="var(--ground)"
        bd="1px solid var(--mantine-color-default-border)"
        p="sm"
        flex="1 1 240px"
        miw={0}
        style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
      >
        {command}
      </Code>
      <CopyButton text={command} what="the command" />
    </Group>
  );
}
