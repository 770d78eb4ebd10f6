import { Box, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { exactTime } from '../api-keys/relative-time';
import type { Deployment } from '../deployments/DeploymentPage';
import type { PredictionLogsQuery } from '../generated/graphql';
import { CopyButton } from '../integration/CopyButton';
import { PredictionTable } from '../predict/PredictionTable';
import { durationOf, sourceOf } from './LogRow';
import classes from './Logs.module.css';

interface LogDetailsProps {
  log: NonNullable<PredictionLogsQuery['deployment']>['predictionLogs']['nodes'][number];
  model: Deployment['model'];
}

/** What a row shows once it is opened: the exact time, and the values. */
export function LogDetails({ log, model }: LogDetailsProps) {
  const at = new Date(log.createdAt);
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, xs: 3, sm: 2 }} spacing="sm" verticalSpacing="xs">
        <Fact name="When">{exactTime(at)}</Fact>
        <Box hiddenFrom="sm">
          <Fact name="Source">{sourceOf(log)}</Fact>
        </Box>
        <Box hiddenFrom="sm">
          <Fact name="Duration">{durationOf(log)}</Fact>
        </Box>
      </SimpleGrid>
      <Group justify="space-between" gap="sm">
        <Fact name="Log id">
          <Text component="span" ff="monospace" size="sm" style={{ overflowWrap: 'anywhere' }}>
            {log.id}
          </Text>
        </Fact>
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

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="sm" component="div">
        {children}
      </Text>
    </div>
  );
}
