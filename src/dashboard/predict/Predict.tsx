import { Button, Card, Group, Progress, Stack, Text } from '@mantine/core';
import { CirclePause, Play } from 'lucide-react';
import { useMemo } from 'react';
import { type Deployment, useDeployment } from '../deployments/DeploymentPage';
import { EmptyState } from '../ui/EmptyState';
import { Notice } from '../ui/Notice';
import { countSpectra, formatNumber } from '../ui/numbers';
import { describeWrongPoints } from './calls';
import { FileList, Sentences } from './FileList';
import { FilePicker } from './FilePicker';
import { Results } from './Results';
import { SpectraChart } from './SpectraChart';
import { type Run, usePredict } from './use-predict';
import { useSpectraFiles } from './use-spectra-files';

/** Tries the model: files of spectra in, predictions out. */
export function Predict() {
  const deployment = useDeployment();
  if (!deployment.project.viewerCan.predict) {
    return (
      <EmptyState title="Viewers cannot predict">
        Your role in {deployment.project.name} is viewer, which sees keys, logs and usage. To predict, ask an
        owner of the project for the contributor role.
      </EmptyState>
    );
  }
  return <Bench deployment={deployment} />;
}

function Bench({ deployment }: { deployment: Deployment }) {
  const { files, add, remove, clear } = useSpectraFiles();
  const { run, start, stop, forget } = usePredict(deployment.id);
  const { inputLength } = deployment.model;
  const spectra = useMemo(() => files.flatMap(file => file.spectra), [files]);
  const wrong = useMemo(() => describeWrongPoints(spectra, inputLength), [spectra, inputLength]);
  const running = run?.state === 'running';
  const isValid = wrong.length === 0 && files.every(({ problems }) => problems.length === 0);
  return (
    <Stack gap="md">
      {!deployment.active && (
        <Notice icon={<CirclePause size={18} />} title="Deployment is not active">
          You can look at spectra here. To predict, switch the deployment on first.
        </Notice>
      )}
      <FilePicker
        onFiles={chosen => {
          // The results belong to the previous files.
          forget();
          void add(chosen);
        }}
        disabled={running}
        compact={files.length > 0}
      />
      {files.length > 0 && (
        <Card withBorder padding="lg">
          <Stack gap="md">
            <FileList
              files={files}
              disabled={running}
              onRemove={name => {
                forget();
                remove(name);
              }}
            />
            {wrong.length > 0 && <Sentences title="The model cannot take these spectra" sentences={wrong} />}
            {spectra.length > 0 && <SpectraChart spectra={spectra} inputLength={inputLength} />}
            <Group gap="sm">
              <Button
                leftSection={<Play size={16} />}
                loading={running}
                disabled={!deployment.active || !isValid || spectra.length === 0}
                onClick={() => void start(spectra)}
              >
                Predict {countSpectra(spectra.length)}
              </Button>
              {!running && (
                <Button
                  variant="subtle"
                  color="gray"
                  onClick={() => {
                    forget();
                    clear();
                  }}
                >
                  Clear
                </Button>
              )}
              <Quota deployment={deployment} wanted={spectra.length} running={running} />
            </Group>
            {run && running && <Advance run={run} onStop={stop} />}
          </Stack>
        </Card>
      )}
      {run && <Results run={run} onRetry={() => void start(spectra)} />}
    </Stack>
  );
}

/** Warns before the call if it exceeds the quota, as the server would then refuse it. */
function Quota({
  deployment: { usage },
  wanted,
  running,
}: {
  deployment: Deployment;
  wanted: number;
  running: boolean;
}) {
  if (usage.limit === null || usage.limit === undefined || running) return null;
  const left = Math.max(0, usage.limit - usage.predictions);
  if (wanted <= left) return null;
  return (
    <Text size="sm">
      {left === 0
        ? 'No predictions are'
        : left === 1
          ? 'One prediction is'
          : `${formatNumber(left)} predictions are`}{' '}
      left this month.
    </Text>
  );
}

/** The progress of several calls. A single call ends too soon to show one. */
function Advance({ run: { predictions, total }, onStop }: { run: Run; onStop: () => void }) {
  return (
    <Group gap="sm" wrap="nowrap">
      <Stack gap={4} flex={1}>
        <Progress value={(100 * predictions.length) / total} aria-label="Spectra predicted" />
        <Text size="sm" c="dimmed" role="status">
          {formatNumber(predictions.length)} of {formatNumber(total)} predicted
        </Text>
      </Stack>
      <Button variant="default" size="xs" onClick={onStop}>
        Stop
      </Button>
    </Group>
  );
}
