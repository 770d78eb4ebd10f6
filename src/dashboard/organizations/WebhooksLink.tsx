import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';

/** Leads the owners of an organization to its webhooks. */
export function WebhooksLink({ slug }: { slug: string }) {
  return (
    <Stack gap="xs" component="section" aria-labelledby="organization-webhooks">
      <Title order={2} id="organization-webhooks">
        Webhooks
      </Title>
      <Text size="sm">
        Your own programs can be notified when a key is created, rotated, revoked or expires, and when a quota
        is used up.{' '}
        <Anchor component={Link} to={`/organizations/${slug}/webhooks`} underline="always">
          Manage webhooks
        </Anchor>
      </Text>
    </Stack>
  );
}
