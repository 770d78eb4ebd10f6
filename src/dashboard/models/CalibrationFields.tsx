import { Button, Fieldset, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { MAX_NAME_LENGTH } from '../limits.ts';
import { NumberField, TextField } from '../ui/Form';
import { AxisFields } from './AxisFields';
import { type CalibrationDraft, samplesOf, yUnitOf } from './calibration-draft.ts';
import { SpectraDropzone } from './SpectraDropzone';
import type { CalibrationFile } from './use-calibration-file.ts';

interface CalibrationFieldsProps {
  draft: CalibrationDraft;
  onChange: (draft: CalibrationDraft) => void;
  file: CalibrationFile;
  /** Called when the person leaves all of it out again. */
  onRemove: () => void;
  disabled: boolean;
}

/** The fields of a registration about the x axis and the calibration of a model. All are optional. */
export function CalibrationFields({ draft, onChange, file, onRemove, disabled }: CalibrationFieldsProps) {
  const { spectra } = file;
  const number = (name: 'rmsep' | 'referenceMin' | 'referenceMax' | 't2Limit' | 'qLimit', label: string) => (
    <NumberField
      label={label}
      disabled={disabled}
      value={draft[name]}
      onChange={event => onChange({ ...draft, [name]: event.currentTarget.value })}
    />
  );
  return (
    <Fieldset
      legend={
        <Text component="span" size="sm" fw={600}>
          Calibration
        </Text>
      }
    >
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
          <Text size="xs" c="dimmed">
            Everything is optional. What you leave empty is taken from the metadata of the ONNX file, if the
            file has it.
          </Text>
          <Button variant="default" size="xs" flex="none" onClick={onRemove} disabled={disabled}>
            Remove
          </Button>
        </Group>
        <Stack gap="xs">
          <Heading title="X axis">
            The points in the model’s order, from a file of spectra, or evenly spaced from first to last. It
            cannot be changed later.
          </Heading>
          <SpectraDropzone
            file={file}
            hint="CSV, JCAMP-DX or SPC: for the x axis, and the range of the values at each point"
            disabled={disabled}
          />
          <AxisFields
            axis={draft.axis}
            onChange={axis => onChange({ ...draft, axis })}
            file={spectra}
            disabled={disabled}
          />
        </Stack>
        <TextField
          label="Unit of the spectra"
          description="For example absorbance. Files of spectra in another unit are then refused."
          maxLength={MAX_NAME_LENGTH}
          disabled={disabled}
          value={yUnitOf(draft, spectra)}
          onChange={event => onChange({ ...draft, yUnit: event.currentTarget.value })}
        />
        <Stack gap="xs">
          <Heading title="Reference values">
            Shown beside predictions. A value outside their range is marked.
          </Heading>
          <SimpleGrid cols={2} spacing="sm" verticalSpacing="sm">
            {number('referenceMin', 'Lowest')}
            {number('referenceMax', 'Highest')}
            {number('rmsep', 'RMSEP')}
            <NumberField
              whole
              label="Samples"
              disabled={disabled}
              value={samplesOf(draft, spectra)}
              onChange={event => onChange({ ...draft, samples: event.currentTarget.value })}
            />
          </SimpleGrid>
        </Stack>
        <Stack gap="xs">
          <Heading title="Limits of applicability">
            For models with an output t2 or q: a spectrum above a limit is outside the calibration.
          </Heading>
          <SimpleGrid cols={2} spacing="sm" verticalSpacing="sm">
            {number('t2Limit', 'Limit of T²')}
            {number('qLimit', 'Limit of Q')}
          </SimpleGrid>
        </Stack>
      </Stack>
    </Fieldset>
  );
}

function Heading({ title, children }: { title: string; children: string }) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <Text size="xs" c="dimmed">
        {children}
      </Text>
    </div>
  );
}
