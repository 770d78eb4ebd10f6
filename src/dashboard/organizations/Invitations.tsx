import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import type { OrganizationRole } from '../generated/graphql';
import classes from '../members/Members.module.css';
import { ORGANIZATION_ROLES } from '../members/roles';
import { Problem } from '../ui/Problem';
import { Refusal } from '../ui/Refusal';
import { shortDay } from '../ui/relative-time';

const INVITATIONS = graphql(`
  query Invitations {
    viewer {
      id
      organizations {
        id
        invitations {
          id
          email
          role
          expiresAt
          invitedBy {
            id
            name
          }
        }
      }
    }
  }
`);

const REVOKE_INVITATION = graphql(`
  mutation RevokeInvitation($id: ID!) {
    revokeInvitation(id: $id)
  }
`);

interface InvitationsProps {
  organizationId: string;
  mayGive: (role: OrganizationRole) => boolean;
}

/** The pending invitations; nothing if there are none. */
export function Invitations({ organizationId, mayGive }: InvitationsProps) {
  const [{ data, error }, retry] = useQuery({ query: INVITATIONS });
  const [, revoke] = useMutation(REVOKE_INVITATION);
  const [revoking, setRevoking] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const invitations = data?.viewer?.organizations.find(({ id }) => id === organizationId)?.invitations ?? [];
  if (error && !data) return <Problem error={error} retry={() => retry()} />;
  if (invitations.length === 0 && refusal === null) return null;
  return (
    <Stack gap="xs" component="section" aria-labelledby="organization-invitations">
      <Title order={3} id="organization-invitations" size="sm">
        Invited, not answered yet
      </Title>
      <Card withBorder padding={0}>
        <Refusal sentence={refusal} />
        {/* Safari does not treat a list without bullets as a list. */}
        {/* biome-ignore lint/a11y/noRedundantRoles: see above */}
        <ul className={classes.list} role="list">
          {invitations.map(({ id, email, role, expiresAt, invitedBy }) => (
            <li key={id} className={classes.row}>
              <div className={classes.person}>
                <Text size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
                  {email}
                </Text>
                <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                  {invitedBy ? `By ${invitedBy.name}, until` : 'Until'} {shortDay(new Date(expiresAt))}
                </Text>
              </div>
              <Group className={classes.answer} gap="xs" wrap="nowrap" justify="space-between">
                <Text size="sm">{ORGANIZATION_ROLES.find(({ value }) => value === role)?.label}</Text>
                {mayGive(role) && (
                  <Button
                    size="xs"
                    variant="default"
                    loading={revoking === id}
                    aria-label={`Revoke the invitation of ${email}`}
                    onClick={async () => {
                      setRevoking(id);
                      const result = await revoke({ id }, { additionalTypenames: ['Invitation'] });
                      setRefusal(result.error ? sentenceOf(result.error) : null);
                      setRevoking(null);
                    }}
                  >
                    Revoke
                  </Button>
                )}
              </Group>
            </li>
          ))}
        </ul>
      </Card>
    </Stack>
  );
}
