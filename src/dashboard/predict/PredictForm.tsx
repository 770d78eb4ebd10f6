import { Button, Card, Group, Stack, Text } from '@mantine/core';
import { Play } from 'lucide-react';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useClient } from 'urql';
import { describeRange } from '../../spectra/axis.ts';
import { describeDisagreement } from '../../spectra/model-order.ts';
import type { OrderedFile } from '../../spectra/ordered-file.ts';
import type { Deployment } from '../deployments/DeploymentPage';
import { describeCalibration } from '../models/model.ts';
import { type ChosenFile, readFilesOf } from '../spectra-files/files.ts';
import { Sentences } from '../spectra-files/Sentences';
import { countSpectra, formatNumber } from '../ui/numbers';
import { FileList } from './FileList';
import { FilePicker } from './FilePicker';
import type { SpectraModel } from './model.ts';
import { describeObstacle } from './obstacles.ts';
import { predictStateOf } from './predict-state.ts';
import { Quota } from './Quota';
import { Results } from './Results';
import { RunProgress } from './RunProgress';
import { SpectraChart } from './SpectraChart';
import { spectraOf } from './spectra.ts';

/** Files of spectra, their chart, and their predictions. */
export function PredictForm({ deployment, model }: { deployment: Deployment; model: SpectraModel }) {
  const { files, runner } = predictStateOf(useClient(), deployment.id, model);
  const list = useSyncExternalStore(files.subscribe, files.get);
  const run = useSyncExternalStore(runner.subscribe, runner.get);
  useEffect(() => files.expect(model), [files, model]);

  const read = useMemo(() => readFilesOf(list), [list]);
  const disagreement = useMemo(() => describeDisagreement(read, model), [read, model]);
  const obstacle = describeObstacle(list, disagreement);
  const drawn = useFilesToDraw(list, read);
  const spectraCount = read.reduce((sum, { samples }) => sum + samples.length, 0);
  const isRunning = run?.state === 'running' || run?.state === 'stopping';
  const start = () => runner.start(read.flatMap(spectraOf));
  return (
    <Stack gap="md">
      <Stack gap={6}>
        <FilePicker
          onFiles={chosen => {
            // The results belong to the previous files.
            runner.forget();
            files.add(chosen);
          }}
          disabled={isRunning}
          compact={list.length > 0}
        />
        <Expected model={model} calibration={describeCalibration(deployment.model)} />
      </Stack>
      {list.length > 0 && (
        <Card withBorder padding="lg">
          <Stack gap="md">
            <FileList files={files} list={list} onChange={runner.forget} disabled={isRunning} />
            {disagreement && (
              <Sentences title="These files cannot be sent together" sentences={[disagreement]} />
            )}
            {drawn.length > 0 && !disagreement && <SpectraChart files={drawn} model={model} />}
            <Group gap="sm">
              <Button
                leftSection={<Play size={16} />}
                loading={isRunning}
                disabled={!deployment.active || obstacle !== null || spectraCount === 0}
                onClick={start}
              >
                {spectraCount > 0 ? `Predict ${countSpectra(spectraCount)}` : 'Predict'}
              </Button>
              {!isRunning && (
                <Button
                  variant="subtle"
                  color="gray"
                  onClick={() => {
                    runner.forget();
                    files.clear();
                  }}
                >
                  Clear
                </Button>
              )}
              {obstacle && (
                <Text size="sm" c="dimmed">
                  {obstacle}
                </Text>
              )}
              <Quota deployment={deployment} wanted={spectraCount} isRunning={isRunning} />
            </Group>
            {run && isRunning && <RunProgress run={run} onStop={runner.stop} />}
          </Stack>
        </Card>
      )}
      {run && <Results run={run} onResume={runner.resume} calibration={model.reference} />}
    </Stack>
  );
}

/**
 * The files of the chart. While files are read it keeps those that it has, because drawing all again after each of
 * hundreds of files takes minutes.
 */
function useFilesToDraw(list: readonly ChosenFile[], read: readonly OrderedFile[]): readonly OrderedFile[] {
  const isReading = list.some(({ state }) => state.kind === 'waiting' || state.kind === 'reading');
  const [complete, setComplete] = useState(read);
  if (!isReading && complete !== read) setComplete(read);
  return useMemo(() => {
    const present = new Set(read);
    const isPresent = (file: OrderedFile) => present.has(file);
    return complete.every(isPresent) ? complete : complete.filter(isPresent);
  }, [complete, read]);
}

/** What the model expects of a spectrum, and what is known of its calibration. */
function Expected({
  model: { inputLength, axis, yUnit },
  calibration,
}: {
  model: SpectraModel;
  calibration: string | null;
}) {
  const points = `${formatNumber(inputLength)} ${inputLength === 1 ? 'point' : 'points'}`;
  const unit = yUnit ? `, ${yUnit}` : '';
  return (
    <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
      {axis
        ? `The model takes spectra of ${points}, ${describeRange(axis)}${unit}.`
        : `The model takes spectra of ${points}${unit}. It has no x axis, so the x values of files are not checked.`}
      {calibration && ` ${calibration}`}
    </Text>
  );
}
