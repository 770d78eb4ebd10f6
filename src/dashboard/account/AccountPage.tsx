import { Card, Stack, Title } from '@mantine/core';
import { useViewer } from '../app/Session';
import { Fact } from '../ui/Fact';
import { ChangePassword } from './ChangePassword';
import { DeleteAccount } from './DeleteAccount';
import { Sessions } from './Sessions';

/** The person's own account: name and e-mail, password, sessions, deletion. */
export function AccountPage() {
  const { name, email } = useViewer();
  return (
    <Stack gap="xl" maw={720}>
      <title>Account · Spectrakey</title>
      <Title order={1}>Account</Title>
      <Card withBorder padding="md">
        <Stack gap="md" component="dl" m={0}>
          <Fact name="Name" stacked>
            {name}
          </Fact>
          <Fact name="E-mail" stacked>
            {email}
          </Fact>
        </Stack>
      </Card>
      <ChangePassword email={email} />
      <Sessions />
      <DeleteAccount />
    </Stack>
  );
}
