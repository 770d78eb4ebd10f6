import { Anchor, Box, Card, Progress, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { useQuery } from 'urql';
import { graphql } from '../generated';
import { OUTSIDE_ONLY } from '../logs/use-outside-filter';
import { ModelFacts } from '../models/ModelFacts';
import { Caution } from '../ui/Applicability';
import { DailyChart } from '../ui/DailyChart';
import { count, formatNumber } from '../ui/numbers';
import { Problem } from '../ui/Problem';
import { useDeployment } from './DeploymentPage';

const DAILY = graphql(`
  query DailyPredictions($id: ID!) {
    deployment(id: $id) {
      id
      usage {
        month
        predictions
        limit
      }
      outsideThisMonth
      dailyPredictions(days: 30) {
        date
        predictions
      }
    }
  }
`);

/** The model of the deployment, and its usage. */
export function Overview() {
  const deployment = useDeployment();
  const { model } = deployment;
  const [{ data, error }, retry] = useQuery({ query: DAILY, variables: { id: deployment.id } });
  const usage = data?.deployment?.usage ?? deployment.usage;
  return (
    <Stack gap="lg">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
        <Card withBorder padding="lg">
          <Title order={2} mb="sm">
            Model
          </Title>
          <ModelFacts model={model} canSetAxis={deployment.project.viewerCan.manageModels} />
        </Card>
        <Card withBorder padding="lg">
          <Title order={2} mb="sm">
            This month
          </Title>
          <Text fz={28} fw={600} lh={1.2}>
            {formatNumber(usage.predictions)}
          </Text>
          <Text c="dimmed" size="sm" mb="md">
            {usage.limit === null || usage.limit === undefined
              ? 'predictions; the plan has no limit'
              : `of ${formatNumber(usage.limit)} predictions in ${monthName(usage.month)} (UTC)`}
          </Text>
          {usage.limit ? (
            <Progress
              value={Math.min(100, (100 * usage.predictions) / usage.limit)}
              color={usage.predictions >= usage.limit ? 'red' : 'moss'}
              aria-label="Share of this month's predictions used"
            />
          ) : null}
          <Outside deploymentId={deployment.id} predictions={data?.deployment?.outsideThisMonth} />
        </Card>
      </SimpleGrid>
      <Card withBorder padding="lg">
        <Title order={2} mb="sm">
          Predictions a day (UTC)
        </Title>
        {error && <Problem error={error} retry={() => retry()} />}
        <Box mih={188}>
          {data?.deployment ? (
            <DailyChart days={data.deployment.dailyPredictions} />
          ) : (
            !error && <Skeleton h={188} />
          )}
        </Box>
      </Card>
    </Stack>
  );
}

interface OutsideProps {
  deploymentId: string;
  /** Null if the model has no limits, undefined while loading. */
  predictions: number | null | undefined;
}

/** How many of the month's predictions were outside the calibration, as a link to their logs. */
function Outside({ deploymentId, predictions }: OutsideProps) {
  if (typeof predictions !== 'number') return null;
  return (
    <Text size="sm" mt="md" component="div">
      {predictions === 0 ? (
        'None of them outside the calibration'
      ) : (
        <Anchor
          component={Link}
          to={`/deployments/${deploymentId}/logs?${OUTSIDE_ONLY}`}
          size="sm"
          underline="always"
        >
          <Caution>{count(predictions, 'prediction')} outside the calibration</Caution>
        </Anchor>
      )}
    </Text>
  );
}

function monthName(month: string): string {
  return new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${month}-01T00:00:00Z`),
  );
}
