import { Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { LockKeyhole } from 'lucide-react';
import type { PlanName } from '../generated/graphql';
import { PLAN_NAMES, UpgradeCommand } from '../organizations/UpgradeCommand';

interface Props {
  organization: { slug: string; name: string; plan: { name: PlanName } };
  /** Whether there are keys from a time with a higher plan. */
  holdsKeys: boolean;
  canManage: boolean;
}

/** Why there are no API keys on this plan, what an upgrade brings, and how to get one. */
export function UpgradePlan({ organization: { slug, name, plan }, holdsKeys, canManage }: Props) {
  return (
    <Paper withBorder p="lg">
      <Group gap="md" wrap="nowrap" align="flex-start">
        <ThemeIcon variant="light" size={40} radius="xl" visibleFrom="xs">
          <LockKeyhole size={20} aria-hidden />
        </ThemeIcon>
        <Stack gap={6} miw={0} flex={1}>
          <Title order={3} size="h4">
            Upgrade the plan to use API keys
          </Title>
          <Text size="sm">
            {name} is on the {PLAN_NAMES[plan.name]} plan, which answers predictions in this dashboard only.
            With an upgrade to a plan with API access, such as Pro, your programs call the model by
            themselves: a LIMS, a script, a process analyser, each with a key of its own.
          </Text>
          {holdsKeys && (
            <Text size="sm">
              Until then calls with the keys below are refused.
              {canManage && ' You can still revoke and delete them.'}
            </Text>
          )}
          <UpgradeCommand slug={slug} plan="PRO" />
        </Stack>
      </Group>
    </Paper>
  );
}
