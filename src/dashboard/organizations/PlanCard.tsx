import { Badge, Box, Card, Group, Progress, SimpleGrid, Text, Title } from '@mantine/core';
import type { Organization } from '../app/Session';
import type { PlanName } from '../generated/graphql';
import { Fact } from '../ui/Fact';
import { formatNumber, formatTenths } from '../ui/numbers';
import { PLAN_NAMES, UpgradeCommand } from './UpgradeCommand';
import { useAllowance } from './use-allowance';

const NEXT: Record<PlanName, PlanName | null> = { FREE: 'PRO', PRO: 'ENTERPRISE', ENTERPRISE: null };
const MEGABYTE = 1_000_000;

/** The organization's plan, what it allows, and how to upgrade it. */
export function PlanCard({ organization: { id, slug, plan } }: { organization: Organization }) {
  const next = NEXT[plan.name];
  const allowance = useAllowance(id);
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="organization-plan">
      <Group gap="sm" mb="md">
        <Title order={2} id="organization-plan">
          Plan
        </Title>
        <Badge variant="light" tt="none" size="lg">
          {PLAN_NAMES[plan.name]}
        </Badge>
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="md" component="dl" m={0}>
        <Fact stacked fw={500} name="API access">
          {plan.allowApiPredict ? 'Included' : 'Not included'}
        </Fact>
        <Fact stacked fw={500} name="API keys">
          {plan.maxApiKeys === 0 ? 'None' : `${formatNumber(plan.maxApiKeys)} in each project`}
        </Fact>
        <Fact stacked fw={500} name="Predictions a month">
          {plan.monthlyPredictions === null
            ? 'Unlimited'
            : `${formatNumber(plan.monthlyPredictions)} for each deployment`}
        </Fact>
      </SimpleGrid>
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="md" mt="md" component="dl" mb={0}>
        <Use name="Projects" of={allowance?.projects} />
        <Use name="Models" of={allowance?.models} />
        <Use name="Deployments" of={allowance?.deployments} />
        <Use name="Storage of models" of={allowance?.storageBytes} unit={{ name: 'MB', size: MEGABYTE }} />
      </SimpleGrid>
      {next && (
        <Box mt="lg">
          <UpgradeCommand slug={slug} plan={next} />
        </Box>
      )}
    </Card>
  );
}

interface UseProps {
  name: string;
  /** Undefined while it is counted. */
  of: { used: number; limit: number } | undefined;
  unit?: { name: string; size: number };
}

/** How much of a limit is used, in words and as a bar. */
function Use({ name, of, unit }: UseProps) {
  const size = unit?.size ?? 1;
  const share = of ? Math.min(100, (100 * of.used) / Math.max(1, of.limit)) : 0;
  return (
    <div>
      <Text size="xs" c="dimmed" component="dt">
        {name}
      </Text>
      <Box component="dd" m={0}>
        <Text size="sm" fw={500} mb={6}>
          {of ? `${formatTenths(of.used / size)} of ${formatNumber(of.limit / size)}` : '…'}
          {unit && ` ${unit.name}`}
        </Text>
        <Progress value={share} size="sm" color={share >= 100 ? 'red' : 'moss'} aria-label={`${name} used`} />
      </Box>
    </div>
  );
}
