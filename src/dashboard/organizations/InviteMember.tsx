import { Button, Card, Group, Stack } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import type { OrganizationRole } from '../generated/graphql';
import { RoleSelect } from '../members/RoleSelect';
import { ORGANIZATION_ROLES } from '../members/roles';
import { Form, TextField } from '../ui/Form';
import { Refusal } from '../ui/Refusal';
import { InvitationLink } from './InvitationLink';

const INVITE_MEMBER = graphql(`
  mutation InviteMember($input: InviteMemberInput!) {
    inviteMember(input: $input) {
      id
      email
      expiresAt
      link
    }
  }
`);

interface InviteMemberProps {
  organizationId: string;
  mayGive: (role: OrganizationRole) => boolean;
}

/** Invites a person by e-mail, and shows the link once. */
export function InviteMember({ organizationId, mayGive }: InviteMemberProps) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<OrganizationRole>('MEMBER');
  const [{ data, fetching, error }, invite] = useMutation(INVITE_MEMBER);
  const [shown, setShown] = useState(false);
  const submit = async () => {
    setShown(false);
    // An empty list of invitations contains no type by which the cache would know to reload it.
    const result = await invite(
      { input: { organizationId, email, role } },
      { additionalTypenames: ['Organization'] },
    );
    if (!result.data) return;
    setShown(true);
    setEmail('');
  };
  const made = data?.inviteMember;
  return (
    <Card withBorder padding="md">
      <Stack gap="md">
        <Form onSubmit={() => void submit()}>
          <Group gap="sm" align="flex-end">
            <TextField
              label="E-mail"
              type="email"
              required
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
            <Button type="submit" loading={fetching} w={{ base: '100%', xs: 'auto' }}>
              Invite
            </Button>
          </Group>
        </Form>
        <Refusal sentence={error ? sentenceOf(error) : null} />
        {shown && made?.link && (
          <InvitationLink
            key={made.id}
            email={made.email}
            link={made.link}
            expiresAt={made.expiresAt}
            onDone={() => setShown(false)}
          />
        )}
      </Stack>
    </Card>
  );
}
