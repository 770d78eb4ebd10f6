import { Alert, Box, Button, Card, Group, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { CircleAlert, Download } from 'lucide-react';
import { sentenceOf } from '../app/client';
import { type Deployment, useDeployment } from '../deployments/DeploymentPage';
import { Notice } from '../ui/Notice';
import { count, formatNumber } from '../ui/numbers';
import { fileNameOf, toCsv, toJson } from './downloads';
import { PredictionTable } from './PredictionTable';
import type { Run } from './use-predict';

/** The predictions, to read and to download, or the error. */
export function Results({ run, onRetry }: { run: Run; onRetry: () => void }) {
  const deployment = useDeployment();
  const { predictions, state, total, error } = run;
  const predicted = count(predictions.length, 'prediction');
  return (
    <Stack gap="md">
      <VisuallyHidden role="status">{state === 'done' ? `${predicted} below` : ''}</VisuallyHidden>
      {state === 'failed' && (
        <Alert icon={<CircleAlert size={18} />} color="red" variant="light" role="alert">
          <Group justify="space-between" gap="sm">
            <Stack gap={2}>
              <Text size="sm">{error ? sentenceOf(error) : 'The server did not answer.'}</Text>
              {total > predictions.length && predictions.length > 0 && <Partly run={run} />}
            </Stack>
            <Button size="xs" variant="default" onClick={onRetry}>
              {predictions.length > 0 ? 'Predict all again' : 'Try again'}
            </Button>
          </Group>
        </Alert>
      )}
      {state === 'stopped' && (
        <Notice role="status">
          <Partly run={run} />
        </Notice>
      )}
      {predictions.length > 0 && state !== 'running' && (
        <Card withBorder padding="lg">
          <Group justify="space-between" gap="sm" mb="sm">
            <Title order={2}>{predicted}</Title>
            <Group gap="xs">
              <DownloadButton deployment={deployment} kind="csv" run={run} />
              <DownloadButton deployment={deployment} kind="json" run={run} />
            </Group>
          </Group>
          {/* A name and its value far apart are hard to read together. */}
          <Box maw={680}>
            <PredictionTable predictions={predictions} model={deployment.model} label="Predictions" />
          </Box>
        </Card>
      )}
    </Stack>
  );
}

function Partly({ run: { predictions, total } }: { run: Run }) {
  return (
    <Text size="sm">
      {formatNumber(predictions.length)} of {formatNumber(total)} spectra were predicted, and counted; they
      are below. The others were not.
    </Text>
  );
}

const types = { csv: 'text/csv;charset=utf-8', json: 'application/json' };

function DownloadButton({
  deployment,
  kind,
  run,
}: {
  deployment: Deployment;
  kind: 'csv' | 'json';
  run: Run;
}) {
  const save = () => {
    const { predictions } = run;
    const text = kind === 'csv' ? toCsv(predictions, deployment.model) : toJson(predictions, deployment);
    const address = URL.createObjectURL(new Blob([text], { type: types[kind] }));
    const link = document.createElement('a');
    link.href = address;
    link.download = fileNameOf(deployment.name, kind);
    link.click();
    URL.revokeObjectURL(address);
  };
  return (
    <Button variant="default" size="xs" leftSection={<Download size={14} />} onClick={save}>
      Download {kind.toUpperCase()}
    </Button>
  );
}
