import { Button, Card, Group, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { OrganizationRole } from '../generated/graphql';
import { Refusal } from '../projects/Refusal';
import { ORGANIZATION_ROLES } from '../projects/roles';
import { RoleSelect } from './RoleSelect';

interface AddOrganizationMemberProps {
  mayGive: (role: OrganizationRole) => boolean;
  /** @returns the server's sentence when it refuses. */
  add: (email: string, role: OrganizationRole) => Promise<string | null>;
}

/** Adds somebody who has an account to the organization. */
export function AddOrganizationMember({ mayGive, add }: AddOrganizationMemberProps) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<OrganizationRole>('MEMBER');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefusal(null);
    const sentence = await add(email, role);
    setBusy(false);
    setRefusal(sentence);
    if (sentence === null) setEmail('');
  };
  return (
    <Card withBorder padding="md" component="form" onSubmit={event => void submit(event)}>
      <Group gap="sm" align="flex-end">
        <TextInput
          label="E-mail"
          type="email"
          required
          withAsterisk={false}
          flex="1 1 200px"
          placeholder="name@lab.example"
          autoComplete="off"
          value={email}
          onChange={event => setEmail(event.currentTarget.value)}
        />
        <RoleSelect
          roles={ORGANIZATION_ROLES.filter(({ value }) => mayGive(value))}
          role={role}
          onChange={setRole}
        />
        <Button type="submit" loading={busy} w={{ base: '100%', xs: 'auto' }}>
          Add member
        </Button>
      </Group>
      {refusal !== null && (
        <Card.Section p="md" pb={0}>
          <Refusal sentence={refusal} />
        </Card.Section>
      )}
    </Card>
  );
}
