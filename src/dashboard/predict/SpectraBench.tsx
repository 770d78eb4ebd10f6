import { Button, Card, Group, Stack, Text } from '@mantine/core';
import { Play } from 'lucide-react';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useClient } from 'urql';
import { describeRange } from '../../spectra/axis.ts';
import { describeDisagreement } from '../../spectra/model-order.ts';
import type { Deployment } from '../deployments/DeploymentPage';
import { countSpectra, formatNumber } from '../ui/numbers';
import { benchOf } from './bench.ts';
import { FileList, Sentences } from './FileList';
import { FilePicker } from './FilePicker';
import { readFilesOf } from './files.ts';
import type { SpectraModel } from './model.ts';
import { describeObstacle } from './obstacles.ts';
import { Quota } from './Quota';
import { Results } from './Results';
import { RunProgress } from './RunProgress';
import { SpectraChart } from './SpectraChart';
import { spectraOf } from './spectra.ts';

/** Files of spectra, their chart, and their predictions. */
export function SpectraBench({ deployment, model }: { deployment: Deployment; model: SpectraModel }) {
  const { files, runner } = benchOf(useClient(), deployment.id, model);
  const list = useSyncExternalStore(files.subscribe, files.get);
  const run = useSyncExternalStore(runner.subscribe, runner.get);
  useEffect(() => files.expect(model), [files, model]);

  const read = useMemo(() => readFilesOf(list), [list]);
  const disagreement = useMemo(() => describeDisagreement(read, model), [read, model]);
  const obstacle = describeObstacle(list, disagreement);
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
        <Expected model={model} />
      </Stack>
      {list.length > 0 && (
        <Card withBorder padding="lg">
          <Stack gap="md">
            <FileList files={files} list={list} onChange={runner.forget} disabled={isRunning} />
            {disagreement && (
              <Sentences title="These files cannot be sent together" sentences={[disagreement]} />
            )}
            {spectraCount > 0 && !disagreement && <SpectraChart files={read} model={model} />}
            <Group gap="sm">
              <Button
                leftSection={<Play size={16} />}
                loading={isRunning}
                disabled={!deployment.active || obstacle !== null || spectraCount === 0}
                onClick={start}
              >
                Predict {countSpectra(spectraCount)}
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

/** What the model expects of a spectrum. */
function Expected({ model: { inputLength, axis, yUnit } }: { model: SpectraModel }) {
  const points = `${formatNumber(inputLength)} ${inputLength === 1 ? 'point' : 'points'}`;
  const unit = yUnit ? `, ${yUnit}` : '';
  return (
    <Text size="sm" c="dimmed">
      {axis
        ? `The model takes spectra of ${points}, ${describeRange(axis)}${unit}.`
        : `The model takes spectra of ${points}${unit}. It has no x axis, so the x values of files are not checked.`}
    </Text>
  );
}
