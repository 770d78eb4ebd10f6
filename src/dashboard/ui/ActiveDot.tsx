import { Box, Group, Text } from '@mantine/core';

/** Whether a deployment is active, with a word beside the colour. */
export function ActiveDot({ active }: { active: boolean }) {
  return (
    <Group gap={8} wrap="nowrap">
      <Box w={8} h={8} bdrs={4} bg={active ? 'moss.5' : 'gray.5'} style={{ flex: 'none' }} aria-hidden />
      <Text size="sm">{active ? 'Active' : 'Inactive'}</Text>
    </Group>
  );
}
