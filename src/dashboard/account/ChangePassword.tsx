import { Alert, Button, Card, Group, Stack, Title, VisuallyHidden } from '@mantine/core';
import { CircleCheck } from 'lucide-react';
import { useState } from 'react';
import { useMutation } from 'urql';
import { sentenceOf } from '../app/client';
import { graphql } from '../generated';
import { MIN_PASSWORD_LENGTH } from '../limits.ts';
import { Form, PasswordField } from '../ui/Form';
import { Refusal } from '../ui/Refusal';

const CHANGE_PASSWORD = graphql(`
  mutation ChangePassword($input: ChangePasswordInput!) {
    changePassword(input: $input)
  }
`);

/** Replaces the person's password, which ends their other sessions. */
export function ChangePassword({ email }: { email: string }) {
  const [currentPassword, setCurrentPassword] = useState('');
  const [newPassword, setNewPassword] = useState('');
  const [done, setDone] = useState(false);
  const [{ fetching, error }, change] = useMutation(CHANGE_PASSWORD);
  const submit = async () => {
    setDone(false);
    const { data } = await change(
      { input: { currentPassword, newPassword } },
      { additionalTypenames: ['Session'] },
    );
    if (!data) return;
    setDone(true);
    setCurrentPassword('');
    setNewPassword('');
  };
  return (
    <Stack gap="md" component="section" aria-labelledby="change-password">
      <Title order={2} id="change-password">
        Password
      </Title>
      <Card withBorder padding="md">
        <Form onSubmit={() => void submit()}>
          <Stack gap="md" maw={420}>
            <Refusal sentence={error ? sentenceOf(error) : null} />
            {done && (
              <Alert color="moss" variant="light" role="status" icon={<CircleCheck size={18} />}>
                The password was changed. Your other sessions have ended.
              </Alert>
            )}
            {/* For password managers, which need to know whose password it is. */}
            <VisuallyHidden>
              <input
                type="email"
                autoComplete="username"
                aria-label="E-mail"
                value={email}
                readOnly
                tabIndex={-1}
              />
            </VisuallyHidden>
            <PasswordField
              label="Current password"
              autoComplete="current-password"
              required
              value={currentPassword}
              onChange={event => setCurrentPassword(event.currentTarget.value)}
            />
            <PasswordField
              label="New password"
              description={`At least ${MIN_PASSWORD_LENGTH} characters. A few words in a row are easy to remember.`}
              autoComplete="new-password"
              required
              minLength={MIN_PASSWORD_LENGTH}
              value={newPassword}
              onChange={event => setNewPassword(event.currentTarget.value)}
            />
            <Group>
              <Button type="submit" loading={fetching} w={{ base: '100%', xs: 'auto' }}>
                Change password
              </Button>
            </Group>
          </Stack>
        </Form>
      </Card>
    </Stack>
  );
}
