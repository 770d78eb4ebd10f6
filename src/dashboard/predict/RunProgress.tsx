import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { formatNumber } from '../ui/numbers';
import type { Run } from './run.ts';

/** The progress of a run of several calls. A single call ends too soon to show one. */
export function RunProgress({ run, onStop }: { run: Run; onStop: () => void }) {
  const { predictions, total, state } = run;
  return (
    <Group gap="sm" wrap="nowrap">
      <Stack gap={4} flex={1}>
        <Progress
          value={(100 * predictions.length) / total}
          aria-label="Share of the spectra that were predicted"
        />
        <Text size="sm" c="dimmed" role="status">
          {formatNumber(predictions.length)} of {formatNumber(total)} predicted
          {state === 'stopping' ? '; stopping after this call' : ''}
        </Text>
      </Stack>
      <Button variant="default" size="xs" onClick={onStop} disabled={state === 'stopping'}>
        Stop
      </Button>
    </Group>
  );
}
