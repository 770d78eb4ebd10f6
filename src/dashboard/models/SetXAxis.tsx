import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useMutation } from 'urql';
import { graphql } from '../generated';
import { Dialog } from '../ui/Dialog';
import { Form } from '../ui/Form';
import { Refusal } from '../ui/Refusal';
import { useAction } from '../ui/use-action';
import { AxisFields, AxisPreview } from './AxisFields';
import { axisInput, NO_AXIS, valuesOf } from './axis-draft.ts';
import { type Model, pointsOf, titleOf } from './model.ts';
import { SpectraDropzone } from './SpectraDropzone';
import { useCalibrationFile } from './use-calibration-file.ts';

const SET_X_AXIS = graphql(`
  mutation SetModelXAxis($input: SetModelXAxisInput!) {
    setModelXAxis(input: $input) {
      ...ModelFacts
    }
  }
`);

interface SetXAxisProps {
  model: Model;
  opened: boolean;
  onClose: () => void;
}

/** The dialog that gives an x axis to a model that has none. */
export function SetXAxis({ model, opened, onClose }: SetXAxisProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title="Set the x axis">
      <Fields model={model} onClose={onClose} />
    </Dialog>
  );
}

function Fields({ model, onClose }: Omit<SetXAxisProps, 'opened'>) {
  const [axis, setAxis] = useState(NO_AXIS);
  const file = useCalibrationFile();
  const [, set] = useMutation(SET_X_AXIS);
  const input = axisInput(axis, file.spectra);
  const values = input && valuesOf(input, model.inputLength);
  const { busy, refusal, onSubmit } = useAction(async () => {
    if (!input || !values) return undefined;
    const { quantity, unit } = input;
    return (await set({ input: { modelId: model.id, quantity, unit, values } })).error;
  }, onClose);
  const [obstacle, setObstacle] = useState<string | null>(null);
  const submit = () => {
    setObstacle(file.obstacle);
    if (file.obstacle === null) onSubmit();
  };
  return (
    <Form onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm">
          {titleOf(model)} takes {pointsOf(model)}. Describe them in the order in which it was trained:
          spectra that run the other way or over another range are then no longer predicted wrong.
        </Text>
        <Refusal sentence={obstacle ?? refusal} />
        <SpectraDropzone
          file={file}
          hint="CSV, JCAMP-DX or SPC; or describe evenly spaced points below"
          disabled={busy}
        />
        <AxisFields axis={axis} onChange={setAxis} file={file.spectra} required disabled={busy} />
        {values && <AxisPreview values={values} unit={input.unit} isEven={!file.spectra} />}
        <Text size="sm" c="dimmed">
          The x axis can be set once and not be changed, because predictions that were made with it must stay
          explainable.
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} disabled={busy}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Set x axis
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}
