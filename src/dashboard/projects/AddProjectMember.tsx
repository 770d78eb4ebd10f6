import { Anchor, Button, Card, Group, Select, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Link } from 'react-router';
import type { OrganizationRole, ProjectRole } from '../generated/graphql';
import type { Member } from '../members/MemberRow';
import { RoleSelect } from '../members/RoleSelect';
import { PROJECT_ROLES } from '../members/roles';
import { Refusal } from '../ui/Refusal';

interface AddProjectMemberProps {
  /** The organization's members who are not in the project; undefined while loading. */
  candidates: readonly Member<OrganizationRole>[] | undefined;
  organizationSlug: string;
  /** @returns the error message; null on success. */
  add: (email: string, role: ProjectRole) => Promise<string | null>;
}

/** Adds one of the organization's members to the project. */
export function AddProjectMember({ candidates, organizationSlug, add }: AddProjectMemberProps) {
  const [email, setEmail] = useState<string | null>(null);
  const [role, setRole] = useState<ProjectRole>('VIEWER');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const isComplete = candidates?.length === 0;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (email === null) return;
    setBusy(true);
    setRefusal(null);
    const sentence = await add(email, role);
    setBusy(false);
    setRefusal(sentence);
    if (sentence === null) setEmail(null);
  };
  return (
    <Card withBorder padding="md" component="form" onSubmit={event => void submit(event)}>
      <Group gap="sm" align="flex-end">
        <Select
          label="Person"
          flex="1 1 200px"
          placeholder={isComplete ? 'All members are in the project' : 'Choose a member of the organization'}
          disabled={!candidates || isComplete}
          searchable
          nothingFoundMessage="No member of the organization has this name"
          data={(candidates ?? []).map(({ email: value, person }) => ({
            value,
            label: `${person.name} (${value})`,
          }))}
          value={email}
          onChange={setEmail}
        />
        <RoleSelect roles={PROJECT_ROLES} role={role} onChange={setRole} />
        <Button type="submit" loading={busy} disabled={email === null} w={{ base: '100%', xs: 'auto' }}>
          Add member
        </Button>
      </Group>
      <Text size="xs" c="dimmed" mt="sm">
        Only members of the organization can join its projects.{' '}
        <Anchor component={Link} to={`/organizations/${organizationSlug}`} size="xs" underline="always">
          Organization and members
        </Anchor>
      </Text>
      {refusal !== null && (
        <Card.Section p="md" pb={0}>
          <Refusal sentence={refusal} />
        </Card.Section>
      )}
    </Card>
  );
}
