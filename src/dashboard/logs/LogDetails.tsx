import { Box, Group, SimpleGrid, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from 'urql';
import type { Deployment } from '../deployments/DeploymentPage';
import { graphql } from '../generated';
import type { LogFieldsFragment } from '../generated/graphql';
import { PredictionTable } from '../predict/PredictionTable';
import { CopyButton } from '../ui/CopyButton';
import { Fact } from '../ui/Fact';
import { Problem } from '../ui/Problem';
import { exactTime } from '../ui/relative-time';
import { cursorBefore } from './cursor-before.ts';
import { durationOf, sourceOf } from './LogRow';
import classes from './Logs.module.css';

// The values of one call. Those of a whole page may be more than an answer can hold.
const VALUES = graphql(`
  query LoggedPredictions($id: ID!, $before: String!) {
    deployment(id: $id) {
      id
      predictionLogs(first: 1, after: $before) {
        nodes {
          id
          predictions {
            sampleName
            value
            category
            inCalibrationRange
            applicability {
              verdict
              t2
              t2Limit
              q
              qLimit
            }
          }
        }
      }
    }
  }
`);

interface LogDetailsProps {
  log: LogFieldsFragment;
  deploymentId: string;
  model: Deployment['model'];
}

/** The details of an opened row: the exact time and the values. */
export function LogDetails({ log, deploymentId, model }: LogDetailsProps) {
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
        <Fact name="X axis" stacked>
          {log.xAxisChecked ? 'Checked: the x values sent are those of the model' : 'Not checked'}
        </Fact>
        {log.network && (
          <Fact name="Network" stacked>
            {log.network}
          </Fact>
        )}
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
        <Values log={log} deploymentId={deploymentId} model={model} />
      </Box>
    </Stack>
  );
}

function Values({ log: { id, createdAt, spectra }, deploymentId, model }: LogDetailsProps) {
  const [{ data, error }, retry] = useQuery({
    query: VALUES,
    variables: { id: deploymentId, before: cursorBefore(id) },
  });
  if (!data) {
    if (error) return <Problem error={error} retry={() => retry()} />;
    return <Skeleton h={Math.min(12, 1 + spectra) * 34} aria-label="Loading the values" />;
  }
  const log = data.deployment?.predictionLogs.nodes.find(node => node.id === id);
  if (!log) return <Text size="sm">This log has been deleted in the meantime.</Text>;
  return (
    <PredictionTable
      predictions={log.predictions}
      model={model}
      label={`Values of the call of ${exactTime(new Date(createdAt))}`}
    />
  );
}
