import {
  ActionIcon,
  Badge,
  Card,
  Code,
  CopyButton,
  Group,
  SimpleGrid,
  Text,
  Title,
  Tooltip,
} from '@mantine/core';
import { Check, Copy } from 'lucide-react';
import type { Organization } from '../app/session';
import type { PlanName } from '../generated/graphql';

const NAMES: Record<PlanName, string> = { FREE: 'Free', PRO: 'Pro', ENTERPRISE: 'Enterprise' };
const NEXT: Record<PlanName, PlanName | null> = { FREE: 'PRO', PRO: 'ENTERPRISE', ENTERPRISE: null };
const whole = new Intl.NumberFormat('en');

/** The organization's plan, what it allows, and how it is raised. */
export function PlanCard({ organization: { slug, plan } }: { organization: Organization }) {
  const next = NEXT[plan.name];
  return (
    <Card withBorder padding="lg" component="section" aria-labelledby="organization-plan">
      <Group gap="sm" mb="md">
        <Title order={2} id="organization-plan">
          Plan
        </Title>
        <Badge variant="light" tt="none" size="lg">
          {NAMES[plan.name]}
        </Badge>
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="md" component="dl" m={0}>
        <Limit name="API access">{plan.allowApiPredict ? 'Included' : 'Not included'}</Limit>
        <Limit name="API keys">
          {plan.maxApiKeys === 0 ? 'None' : `${whole.format(plan.maxApiKeys)} in each project`}
        </Limit>
        <Limit name="Predictions a month">
          {plan.monthlyPredictions === null
            ? 'Unlimited'
            : `${whole.format(plan.monthlyPredictions)} for each deployment`}
        </Limit>
      </SimpleGrid>
      {next && (
        <Raise command={`npm run spectrakey -- plan ${slug} ${next.toLowerCase()}`} next={NAMES[next]} />
      )}
    </Card>
  );
}

function Limit({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed" component="dt">
        {name}
      </Text>
      <Text size="sm" fw={500} component="dd" m={0}>
        {children}
      </Text>
    </div>
  );
}

function Raise({ command, next }: { command: string; next: string }) {
  return (
    <>
      <Text size="sm" c="dimmed" mt="lg" mb={6}>
        To move to {next}, ask whoever operates this server to run:
      </Text>
      <Group gap="xs" wrap="nowrap">
        <Code
          block
          bg="var(--ground)"
          p="sm"
          flex={1}
          miw={0}
          style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
        >
          {command}
        </Code>
        <CopyButton value={command}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? 'Copied' : 'Copy'}>
              <ActionIcon
                variant="default"
                size={40}
                onClick={copy}
                aria-label={copied ? 'Copied' : 'Copy the command'}
              >
                {copied ? <Check size={16} /> : <Copy size={16} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </Group>
    </>
  );
}
