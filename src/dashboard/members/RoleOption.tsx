import { Box, Group, Text } from '@mantine/core';
import { Check } from 'lucide-react';
import type { RoleChoice } from './roles';

interface RoleOptionProps<Role extends string> {
  roles: readonly RoleChoice<Role>[];
  value: Role;
  checked: boolean;
}

/** A role in a list to choose from, with what it allows. */
export function RoleOption<Role extends string>({ roles, value, checked }: RoleOptionProps<Role>) {
  const role = roles.find(candidate => candidate.value === value);
  return (
    <Group gap="sm" wrap="nowrap" w="100%">
      <Box flex={1}>
        <Text size="sm">{role?.label}</Text>
        <Text size="xs" c="dimmed">
          {role?.description}
        </Text>
      </Box>
      {checked && <Check size={16} aria-hidden style={{ flex: 'none' }} />}
    </Group>
  );
}
