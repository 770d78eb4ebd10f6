import { Alert, Box, Button, Card, Group, Stack, Switch, Text, Title, VisuallyHidden } from '@mantine/core';
import { CircleAlert, TriangleAlert } from 'lucide-react';
import { useMemo, useState } from 'react';
import { sentenceOf } from '../app/client';
import { useDeployment } from '../deployments/DeploymentPage';
import { isOutside, type Judgement, type ReferenceRange } from '../ui/judgement.ts';
import { Notice } from '../ui/Notice';
import { count, formatNumber } from '../ui/numbers';
import { exactTime } from '../ui/relative-time';
import { DownloadButton } from './DownloadButton';
import { markDuplicates } from './duplicates.ts';
import { PredictionTable } from './PredictionTable';
import type { Run } from './run.ts';

interface ResultsProps {
  run: Run;
  onResume: () => void;
  calibration: ReferenceRange | null | undefined;
}

/** The predictions, to read and to download, or the error. */
export function Results({ run, onResume, calibration }: ResultsProps) {
  const { predictions, state, total, error } = run;
  const isRunning = state === 'running' || state === 'stopping';
  const resume =
    predictions.length > 0
      ? `Continue with the other ${formatNumber(total - predictions.length)}`
      : 'Try again';
  return (
    <Stack gap="md">
      <VisuallyHidden role="status">
        {state === 'done' ? `${count(predictions.length, 'prediction')} below` : ''}
      </VisuallyHidden>
      {state === 'failed' && (
        <Alert icon={<CircleAlert size={18} />} color="red" variant="light" role="alert">
          <Group justify="space-between" gap="sm">
            <Stack gap={2} flex="1 1 300px">
              <Text size="sm">{error ? sentenceOf(error) : 'The server did not answer.'}</Text>
              {predictions.length > 0 && <Partly run={run} />}
              {(!error || error.networkError) && (
                <Text size="sm">
                  If the server counted the last call, repeating it does not count it again.
                </Text>
              )}
            </Stack>
            <Button size="xs" variant="default" onClick={onResume}>
              {resume}
            </Button>
          </Group>
        </Alert>
      )}
      {state === 'stopped' && (
        <Notice role="status">
          <Group justify="space-between" gap="sm">
            <Box flex="1 1 300px">
              <Partly run={run} />
            </Box>
            <Button size="xs" variant="default" onClick={onResume}>
              {resume}
            </Button>
          </Group>
        </Notice>
      )}
      {predictions.length > 0 && !isRunning && <Predictions run={run} calibration={calibration} />}
    </Stack>
  );
}

/** How many spectra are outside the calibration, and how many other values outside its range, as sentences. */
function describeCautions(rows: readonly Judgement[]): string[] {
  const outside = rows.filter(({ applicability }) => applicability?.verdict === 'OUTSIDE').length;
  const beyond = rows.filter(isOutside).length - outside;
  const sentences: string[] = [];
  if (outside > 0) {
    sentences.push(
      `${formatNumber(outside)} of ${count(rows.length, 'prediction')} ${outside === 1 ? 'is' : 'are'} outside the calibration. Such a value may be wrong.`,
    );
  }
  if (beyond > 0) {
    const others = outside > 0 ? ' other' : '';
    sentences.push(
      `${formatNumber(beyond)}${others} ${beyond === 1 ? 'value is' : 'values are'} outside the calibration's range.`,
    );
  }
  return sentences;
}

function Partly({ run: { predictions, total } }: { run: Run }) {
  return (
    <Text size="sm">
      {formatNumber(predictions.length)} of {formatNumber(total)} spectra were predicted and counted
      {predictions.length > 0 ? '; they are below' : ''}. The others were not.
    </Text>
  );
}

function Predictions({ run: { predictions }, calibration }: Pick<ResultsProps, 'run' | 'calibration'>) {
  const { model } = useDeployment();
  const [onlyOutside, setOnlyOutside] = useState(false);
  const rows = useMemo(() => markDuplicates(predictions), [predictions]);
  const outside = useMemo(() => rows.filter(isOutside), [rows]);
  const files = new Set(predictions.map(({ file }) => file));
  const [file] = files;
  return (
    <Card withBorder padding="lg">
      <Group justify="space-between" gap="sm" mb="sm">
        <Box miw={0}>
          <Title order={2}>{count(predictions.length, 'prediction')}</Title>
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            from {files.size === 1 ? file : count(files.size, 'file')}
          </Text>
        </Box>
        <Group gap="xs">
          <DownloadButton kind="csv" predictions={predictions} />
          <DownloadButton kind="json" predictions={predictions} />
        </Group>
      </Group>
      {outside.length > 0 && (
        <Notice icon={<TriangleAlert size={18} />} mb="sm" role="status">
          <Group justify="space-between" gap="sm">
            <Text size="sm" flex="1 1 300px">
              {describeCautions(rows).join(' ')}
            </Text>
            <Switch
              label="Show only these"
              size="sm"
              checked={onlyOutside}
              onChange={({ currentTarget }) => setOnlyOutside(currentTarget.checked)}
            />
          </Group>
        </Notice>
      )}
      <PredictionTable
        predictions={onlyOutside && outside.length > 0 ? outside : rows}
        model={{ ...model, calibration }}
        label="Predictions"
        describeCall={({ logId, at }) => (
          <>
            {model.name}, version {model.version} · {exactTime(at)} · log{' '}
            <Text component="span" ff="monospace" fz="xs" style={{ overflowWrap: 'anywhere' }}>
              {logId}
            </Text>
          </>
        )}
      />
    </Card>
  );
}
