import { Center, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface PageMessageProps {
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

/** What stands in place of a whole page; its title is the page's. */
export function PageMessage({ title, children, action }: PageMessageProps) {
  return (
    <Center py={64} px="md">
      <Stack align="center" gap="xs" maw={420} ta="center">
        <Title order={1} size="h2">
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

/** In place of a page that does not exist, or that the viewer cannot see: both look alike. */
export function PageNotFound({ what }: { what: string }) {
  return (
    <>
      <title>{`${what} not found · Spectrakey`}</title>
      <PageMessage title={`${what} not found`}>It does not exist, or is not visible to you.</PageMessage>
    </>
  );
}
