import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';

/** Leads the admins and owners of an organization to its activity. */
export function ActivityLink({ slug }: { slug: string }) {
  return (
    <Stack gap="xs" component="section" aria-labelledby="organization-activity">
      <Title order={2} id="organization-activity">
        Activity
      </Title>
      <Text size="sm">
        Who did what, when and from which network: keys, deployments, models, members, roles and the plan.{' '}
        <Anchor component={Link} to={`/organizations/${slug}/activity`} underline="always">
          Show the activity
        </Anchor>
      </Text>
    </Stack>
  );
}
