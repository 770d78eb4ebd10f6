import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { graphql } from '../generated';
import type { InvitationFieldsFragment } from '../generated/graphql';
import { ORGANIZATION_ROLES } from '../members/roles';
import { EntranceFrame } from './EntranceFrame';

graphql(`
  fragment InvitationFields on Invitation {
    id
    organizationName
    email
    role
    expiresAt
    invitedBy {
      id
      name
    }
  }
`);

interface InvitationTextProps {
  invitation: Pick<InvitationFieldsFragment, 'organizationName' | 'role' | 'invitedBy'>;
}

/** The inviter, the organization and the role of an invitation. */
export function InvitationText({ invitation: { organizationName, role, invitedBy } }: InvitationTextProps) {
  if (organizationName === '') {
    return <Text size="sm">You are invited to create an account with its own organization.</Text>;
  }
  const label = ORGANIZATION_ROLES.find(({ value }) => value === role)?.label.toLowerCase();
  return (
    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
      {invitedBy ? `${invitedBy.name} invites you` : 'You are invited'} to join the organization{' '}
      <strong>{organizationName}</strong> as <strong>{label}</strong>.
    </Text>
  );
}

/** Shown instead of an invitation that is not pending, for whatever reason. */
export function InvitationGone() {
  return (
    <EntranceFrame
      other={
        <Anchor component={Link} to="/" size="sm" underline="always">
          To Spectrakey
        </Anchor>
      }
    >
      <title>Invitation not found · Spectrakey</title>
      <Stack gap="md">
        <Title order={1}>Invitation not found</Title>
        <Text size="sm">
          It may have expired, been used, declined or revoked, or its link is not complete. Ask the person who
          invited you for a new one.
        </Text>
      </Stack>
    </EntranceFrame>
  );
}
