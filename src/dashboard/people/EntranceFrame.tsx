import { Center, Paper, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Brand } from '../app/Layout';

interface EntranceFrameProps {
  children: ReactNode;
  /** Shown below the card, small. */
  other?: ReactNode;
}

/** The frame of pages without a session: one card below the product's name. */
export function EntranceFrame({ children, other }: EntranceFrameProps) {
  return (
    <Center mih="100vh" px="md" py="lg" component="main">
      <Stack w={360} maw="100%" gap="lg">
        <Center>
          <Brand />
        </Center>
        <Paper withBorder p="lg">
          {children}
        </Paper>
        {other && (
          <Text component="div" size="sm" c="dimmed" ta="center">
            {other}
          </Text>
        )}
      </Stack>
    </Center>
  );
}
