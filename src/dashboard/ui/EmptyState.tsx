import { Center, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface EmptyStateProps {
  title: string;
  /** Whether it replaces a whole page; its title is then the page's heading. */
  isPage?: boolean;
  children: ReactNode;
  action?: ReactNode;
}

/** A message in place of an empty list or page: what belongs here, and what to do next. */
export function EmptyState({ title, isPage = false, children, action }: EmptyStateProps) {
  return (
    <Center py={64} px="md">
      <Stack align="center" gap="xs" maw={420} ta="center">
        <Title order={isPage ? 1 : 2} size="h2">
          {title}
        </Title>
        <Text c="dimmed" size="sm">
          {children}
        </Text>
        {action}
      </Stack>
    </Center>
  );
}
