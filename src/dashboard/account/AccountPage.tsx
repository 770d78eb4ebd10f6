import { Box, Card, Stack, Text, Title } from '@mantine/core';
import { useViewer } from '../app/session';
import { ChangePassword } from './ChangePassword';
import { DeleteAccount } from './DeleteAccount';
import { Sessions } from './Sessions';

/** The person's own account: who they are, password, sessions, leaving for good. */
export function AccountPage() {
  const { name, email } = useViewer();
  return (
    <Stack gap="xl" maw={720}>
      <title>Account · Spectrakey</title>
      <Title order={1}>Account</Title>
      <Card withBorder padding="md">
        <Stack gap="md" component="dl" m={0}>
          {[
            ['Name', name],
            ['E-mail', email],
          ].map(([term, value]) => (
            <Box key={term}>
              <Text component="dt" size="xs" c="dimmed">
                {term}
              </Text>
              <Text component="dd" size="sm" m={0} style={{ overflowWrap: 'anywhere' }}>
                {value}
              </Text>
            </Box>
          ))}
        </Stack>
      </Card>
      <ChangePassword email={email} />
      <Sessions />
      <DeleteAccount />
    </Stack>
  );
}
