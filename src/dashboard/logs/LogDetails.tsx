import { Box, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import type { Deployment } from '../deployments/DeploymentPage';
import type { PredictionLogsQuery } from '../generated/graphql';
import { PredictionTable } from '../predict/PredictionTable';
import { CopyButton } from '../ui/CopyButton';
import { Fact } from '../ui/Fact';
import { exactTime } from '../ui/relative-time';
import { durationOf, sourceOf } from './LogRow';
import classes from './Logs.module.css';

interface LogDetailsProps {
  log: NonNullable<PredictionLogsQuery['deployment']>['predictionLogs']['nodes'][number];
  model: Deployment['model'];
}

/** The details of an opened row: the exact time and the values. */
export function LogDetails({ log, model }: LogDetailsProps) {
  const at = new Date(log.createdAt);
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, xs: 3, sm: 2 }} spacing="sm" verticalSpacing="xs" component="dl" m={0}>
        <Fact name="When" stacked>
          {exactTime(at)}
        </Fact>
        <Fact name="Source" stacked hiddenFrom="sm">
          {sourceOf(log)}
        </Fact>
        <Fact name="Duration" stacked hiddenFrom="sm">
          {durationOf(log)}
        </Fact>
      </SimpleGrid>
      <Group justify="space-between" gap="sm">
        <Box component="dl" m={0} miw={0}>
          <Fact name="Log id" stacked>
            <Text component="span" ff="monospace" size="sm">
              {log.id}
            </Text>
          </Fact>
        </Box>
        <CopyButton text={log.id} what="the log’s id" />
      </Group>
      <Box className={classes.values}>
        <PredictionTable
          predictions={log.predictions}
          model={model}
          label={`Values of the call of ${exactTime(at)}`}
        />
      </Box>
    </Stack>
  );
}
