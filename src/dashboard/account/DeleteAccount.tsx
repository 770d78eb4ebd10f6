import { Anchor, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useMutation, useQuery } from 'urql';
import { sentenceOf } from '../app/client';
import { useSession, useViewer } from '../app/Session';
import { graphql } from '../generated';
import { Dialog } from '../ui/Dialog';
import { Form, PasswordField, TextField } from '../ui/Form';
import { Refusal } from '../ui/Refusal';

const OWNERS = graphql(`
  query OrganizationOwners {
    viewer {
      id
      organizations {
        id
        slug
        name
        role
        members {
          person {
            id
          }
          role
        }
      }
    }
  }
`);

const DELETE_ACCOUNT = graphql(`
  mutation DeleteAccount($password: String!) {
    deleteAccount(password: $password)
  }
`);

/** Deletes the account. The only owner of an organization cannot, and sees why. */
export function DeleteAccount() {
  const [{ data }] = useQuery({ query: OWNERS });
  const [opened, setOpened] = useState(false);
  const organizations = data?.viewer?.organizations;
  const onlyOwnerOf = organizations?.filter(
    ({ role, members }) => role === 'OWNER' && members.filter(member => member.role === 'OWNER').length === 1,
  );
  const isHeld = onlyOwnerOf !== undefined && onlyOwnerOf.length > 0;
  return (
    <Stack gap="md" component="section" aria-labelledby="delete-account">
      <Title order={2} id="delete-account">
        Delete account
      </Title>
      <Card withBorder padding="md">
        <Stack gap="md" align="flex-start">
          <Text size="sm">
            You leave all organizations and are signed out everywhere. Models, deployments and API keys that
            you made stay with their organizations; logs and activity no longer name you.
          </Text>
          {isHeld && (
            <Text size="sm" id="only-owner">
              You are the only owner of{' '}
              {onlyOwnerOf.map(({ id, slug, name }, index) => (
                <span key={id}>
                  {index > 0 && ', '}
                  <Anchor component={Link} to={`/organizations/${slug}`} size="sm" underline="always">
                    {name}
                  </Anchor>
                </span>
              ))}
              . Make another member an owner, or delete the organization, first.
            </Text>
          )}
          <Button
            variant="default"
            disabled={isHeld}
            aria-describedby={isHeld ? 'only-owner' : undefined}
            onClick={() => setOpened(true)}
            w={{ base: '100%', xs: 'auto' }}
          >
            Delete account…
          </Button>
        </Stack>
      </Card>
      <Dialog opened={opened} onClose={() => setOpened(false)} title="Delete your account?">
        <Confirmation onClose={() => setOpened(false)} />
      </Dialog>
    </Stack>
  );
}

function Confirmation({ onClose }: { onClose: () => void }) {
  const { email } = useViewer();
  const { renew } = useSession();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [password, setPassword] = useState('');
  const [{ fetching, error }, deleteAccount] = useMutation(DELETE_ACCOUNT);
  const submit = async () => {
    const { data } = await deleteAccount({ password });
    if (!data) return;
    await navigate('/sign-in');
    renew();
  };
  return (
    <Form onSubmit={() => void submit()}>
      <Stack gap="md">
        <Text size="sm">This cannot be undone.</Text>
        <Refusal sentence={error ? sentenceOf(error) : null} />
        <TextField
          label={`Type ${email} to confirm`}
          autoComplete="off"
          required
          value={typed}
          onChange={event => setTyped(event.currentTarget.value)}
          data-autofocus
        />
        <PasswordField
          label="Password"
          autoComplete="current-password"
          required
          value={password}
          onChange={event => setPassword(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} disabled={fetching}>
            Cancel
          </Button>
          <Button
            type="submit"
            color="red.8"
            loading={fetching}
            disabled={typed.trim().toLowerCase() !== email}
          >
            Delete account
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}
