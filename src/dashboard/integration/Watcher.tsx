import { Button, Card, Code, Group, Stack, Text, Title } from '@mantine/core';
import { Download } from 'lucide-react';
// The file itself: the build copies it to the assets.
import watcher from '../../../docs/clients/spectrakey-watch.mjs?url';
import { CopyText } from '../ui/CopyText';
import { watcherCommand } from './snippets.ts';
import { KEY_VARIABLE, type Target } from './target.ts';

const FILE = 'spectrakey-watch.mjs';

/** The program for the computer of an instrument, to download, with its command line. */
export function Watcher({ target }: { target: Target }) {
  return (
    <Card withBorder padding="lg">
      <Stack gap="md">
        <Stack gap={4}>
          <Title order={2}>Watch a folder</Title>
          <Text size="sm" c="dimmed">
            A program for the computer of an instrument. It sends every CSV, JCAMP-DX or SPC file that appears
            in a folder, and writes the predictions to another folder as CSV and JSON. It is one file for
            Node.js 22 and later, on Windows too, and needs nothing else.
          </Text>
        </Stack>
        <Group>
          <Button
            component="a"
            href={watcher}
            download={FILE}
            variant="default"
            leftSection={<Download size={16} aria-hidden />}
          >
            Download {FILE}
          </Button>
        </Group>
        <CopyText text={watcherCommand(FILE, target)} what="the command" />
        <Text size="sm" c="dimmed">
          It reads the key from the environment variable <Code>{KEY_VARIABLE}</Code>, or with{' '}
          <Code>--key-file FILE</Code> from a file. Answered files move to <Code>done</Code> in the folder{' '}
          <Code>measured</Code>, and refused ones to <Code>failed</Code> with the reason. No file is lost and
          none is charged twice, also after a restart or a lost connection.
        </Text>
      </Stack>
    </Card>
  );
}
