import { Stack, Text } from '@mantine/core';
import type { PlanName } from '../generated/graphql';
import { CopyText } from '../ui/CopyText';

/** The names of the plans, as the dashboard shows them. */
export const PLAN_NAMES: Record<PlanName, string> = { FREE: 'Free', PRO: 'Pro', ENTERPRISE: 'Enterprise' };

/** The command with which the operator of the server puts an organization on a plan. */
export function UpgradeCommand({ slug, plan }: { slug: string; plan: PlanName }) {
  return (
    <Stack gap={6}>
      <Text size="sm" c="dimmed">
        To move to {PLAN_NAMES[plan]}, ask the operator of this server to run this command in the server’s
        folder. If the server is started with <code>DATA_DIR</code> or <code>DATABASE_URL</code>, the command
        needs the same setting.
      </Text>
      <CopyText text={`npm run spectrakey -- plan ${slug} ${plan.toLowerCase()}`} what="the command" />
    </Stack>
  );
}
