import { ActionIcon, Avatar, Badge, Box, Group, Select, Text, Tooltip } from '@mantine/core';
import { LogOut, Trash2 } from 'lucide-react';
import classes from './Members.module.css';
import { RoleOption } from './RoleOption';
import type { RoleChoice } from './roles';

/** A person's membership in an organization or a project. */
export interface Member<Role> {
  person: { id: string; name: string };
  email: string;
  role: Role;
}

interface MemberRowProps<Role extends string> {
  member: Member<Role>;
  isViewer: boolean;
  roles: readonly RoleChoice<Role>[];
  /** The changes that the viewer may make; null if the role is read-only. */
  change: { roles: readonly RoleChoice<Role>[]; setRole: (role: Role) => void; remove: () => void } | null;
  /** Leaves, for a viewer who cannot change their own role; null for others. */
  leave: (() => void) | null;
  /** Why this role is read-only although others can be changed. */
  note: string | null;
  /** The name of the organization or project, for sentences such as "Remove Ana from …". */
  from: string;
}

/** A member with their role and, for people who may change it, the controls to change the role or remove the member. */
export function MemberRow<Role extends string>(props: MemberRowProps<Role>) {
  const { member, isViewer, roles, change, leave, note, from } = props;
  const { name } = member.person;
  return (
    <li className={classes.row}>
      <Group gap="sm" wrap="nowrap" className={classes.person}>
        <Avatar name={name} color="moss" size={34} aria-hidden />
        <Box miw={0}>
          <Group gap={6} wrap="nowrap">
            <Text size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
              {name}
            </Text>
            {isViewer && (
              <Badge size="sm" variant="default" tt="none" style={{ flex: 'none' }}>
                You
              </Badge>
            )}
          </Group>
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {member.email}
          </Text>
        </Box>
      </Group>
      {change ? (
        <div className={classes.role}>
          <Select
            aria-label={`Role of ${name}`}
            flex={1}
            data={change.roles}
            value={member.role}
            allowDeselect={false}
            comboboxProps={{ width: 280, position: 'bottom-end' }}
            renderOption={({ option, checked }) => (
              <RoleOption roles={roles} value={option.value} checked={checked ?? false} />
            )}
            onChange={role => role !== null && role !== member.role && change.setRole(role)}
          />
          <RemoveButton
            label={isViewer ? `Leave ${from}` : `Remove ${name}`}
            isViewer={isViewer}
            onClick={change.remove}
          />
        </div>
      ) : (
        <div className={classes.role}>
          <div className={classes.fixed}>
            <Text size="sm">{roles.find(({ value }) => value === member.role)?.label}</Text>
            {note !== null && (
              <Text size="xs" c="dimmed">
                {note}
              </Text>
            )}
          </div>
          {leave && <RemoveButton label={`Leave ${from}`} isViewer onClick={leave} />}
        </div>
      )}
    </li>
  );
}

function RemoveButton({
  label,
  isViewer,
  onClick,
}: {
  label: string;
  isViewer: boolean;
  onClick: () => void;
}) {
  const Icon = isViewer ? LogOut : Trash2;
  return (
    <Tooltip label={isViewer ? 'Leave' : 'Remove'}>
      <ActionIcon variant="subtle" color="gray" size={36} aria-label={label} onClick={onClick}>
        <Icon size={16} />
      </ActionIcon>
    </Tooltip>
  );
}
