import { Select } from '@mantine/core';
import { RoleOption } from './RoleOption';
import type { RoleChoice } from './roles';

interface RoleSelectProps<Role extends string> {
  /** The roles to choose from. */
  roles: readonly RoleChoice<Role>[];
  role: Role;
  onChange: (role: Role) => void;
}

/** The role of a person who is added. */
export function RoleSelect<Role extends string>({ roles, role, onChange }: RoleSelectProps<Role>) {
  return (
    <Select
      label="Role"
      w={{ base: '100%', xs: 150 }}
      data={roles}
      value={role}
      onChange={next => next !== null && onChange(next)}
      allowDeselect={false}
      comboboxProps={{ width: 280, position: 'bottom-end' }}
      renderOption={({ option, checked }) => (
        <RoleOption roles={roles} value={option.value} checked={checked ?? false} />
      )}
    />
  );
}
