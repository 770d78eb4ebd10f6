import { Alert, Button, Center, Group, Loader, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { CombinedError } from 'urql';
import { sentenceOf } from './client';

/** While a page's first data is on its way. */
export function Loading({ what }: { what: string }) {
  return (
    <Center mih={240} role="status">
      <Loader size="sm" />
      <VisuallyHidden>Loading {what}…</VisuallyHidden>
    </Center>
  );
}

/** What went wrong, in the server's words, and a way to try again. */
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

/** A list without entries: what belongs here, and the way to the first one. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Center py={64} px="md">
      <Stack align="center" gap="xs" maw={420} ta="center">
        <Title order={2}>{title}</Title>
        <Text c="dimmed" size="sm">
          {children}
        </Text>
        {action}
      </Stack>
    </Center>
  );
}

/** An address that leads nowhere, or to something that the viewer cannot see: both look alike. */
export function NotFound({ what = 'Page' }: { what?: string }) {
  return <Empty title={`${what} not found`}>It does not exist, or is not visible to you.</Empty>;
}
